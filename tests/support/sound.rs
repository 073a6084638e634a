//! Sounds: the samples of a file, and what is in them.

use std::path::Path;

/// The samples of a WAV file of 8 kHz, mono, 16 bits; sox makes it so where it is something else.
pub fn samples(path: &Path) -> Vec<i16> {
    let output = std::process::Command::new("sox")
        .arg("--ignore-length")
        .arg(path)
        .args(["-D", "-t", "raw", "-r", "8000", "-c", "1", "-e", "signed", "-b", "16", "-L", "-"])
        .output()
        .unwrap_or_else(|error| panic!("sox: {error}"));
    assert!(output.status.success(), "{}: {}", path.display(), String::from_utf8_lossy(&output.stderr));
    output.stdout.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect()
}

/// The power of one frequency at 8 kHz (Goertzel).
pub fn power_at(samples: &[i16], frequency: f64) -> f64 {
    let factor = 2.0 * (std::f64::consts::TAU * frequency / 8000.0).cos();
    let (mut before, mut last) = (0.0, 0.0);
    for sample in samples {
        (before, last) = (last, f64::from(*sample) + factor * last - before);
    }
    (last * last + before * before - factor * last * before) / samples.len() as f64
}
