//! Obelus as a library: build, start, reload and stop a whole PBX.
