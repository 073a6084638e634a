//! Least, greatest, mean and deviation of a number that is seen again and again.

/// A running summary of samples, by Welford's method: no samples are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spread {
    count: u32,
    last: f64,
    least: f64,
    greatest: f64,
    mean: f64,
    /// The sum of the squared distances from the mean.
    squares: f64,
}

impl Spread {
    /// Takes in one more sample.
    pub fn add(&mut self, sample: f64) {
        if self.count == 0 {
            (self.least, self.greatest) = (sample, sample);
        }
        self.count = self.count.saturating_add(1);
        self.last = sample;
        self.least = self.least.min(sample);
        self.greatest = self.greatest.max(sample);
        let before = sample - self.mean;
        self.mean += before / f64::from(self.count);
        self.squares += before * (sample - self.mean);
    }

    /// How many samples there were.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.count
    }

    /// The latest sample, 0 before the first; likewise below.
    #[must_use]
    pub fn last(&self) -> f64 {
        self.last
    }

    /// The least sample.
    #[must_use]
    pub fn least(&self) -> f64 {
        self.least
    }

    /// The greatest sample.
    #[must_use]
    pub fn greatest(&self) -> f64 {
        self.greatest
    }

    /// The mean of all samples.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// The standard deviation of all samples, of the population.
    #[must_use]
    pub fn deviation(&self) -> f64 {
        if self.count == 0 { 0.0 } else { (self.squares / f64::from(self.count)).sqrt() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(samples: &[f64], [least, greatest, mean, deviation]: [f64; 4]) {
        let mut spread = Spread::default();
        samples.iter().for_each(|sample| spread.add(*sample));
        let found = [spread.least(), spread.greatest(), spread.mean(), spread.deviation()];
        for (found, expected) in found.iter().zip([least, greatest, mean, deviation]) {
            assert!((found - expected).abs() < 1e-9, "{samples:?}: {spread:?}");
        }
    }

    #[test]
    fn samples_are_summed_up() {
        check(&[], [0.0; 4]);
        check(&[3.0], [3.0, 3.0, 3.0, 0.0]);
        check(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0], [2.0, 9.0, 5.0, 2.0]);
        check(&[-1.0, 1.0], [-1.0, 1.0, 0.0, 1.0]);
    }
}
