//! Samples: codecs, sound files, resampling, tones.
