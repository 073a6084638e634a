//! The media threads and their sockets: RTP in, RTP out, playback, bridging.
