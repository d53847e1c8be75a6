use std::f64::consts::TAU;

/// A small generator with a seed: SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number
/// generators", OOPSLA 2014). Stable for ever, unlike that of a library.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    /// From a seed and the numbers of what is drawn, so that one day does not move when another changes.
    pub(crate) fn new(seed: u64, numbers: &[u64]) -> Self {
        let mix = |state: u64, number: &u64| {
            let mut random = Self(state ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            random.bits()
        };
        Self(numbers.iter().fold(seed, mix))
    }

    /// Any 64 bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Evenly from 0 up to 1.
    fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Evenly from `low` up to `high`.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + self.unit() * (high - low)
    }

    /// Evenly within a range.
    pub(crate) fn within(&mut self, (low, high): (f64, f64)) -> f64 {
        self.between(low, high)
    }

    /// Even in the logarithm: small values are as likely as large ones.
    pub(crate) fn log_within(&mut self, (low, high): (f64, f64)) -> f64 {
        self.between(low.ln(), high.ln()).exp()
    }

    /// True with a probability.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A whole number from `low` to `high`, both possible.
    pub(crate) fn whole(&mut self, low: u64, high: u64) -> u64 {
        low + self.bits() % (high - low + 1)
    }

    /// One of some.
    pub(crate) fn one_of<'t, T>(&mut self, items: &'t [T]) -> &'t T {
        &items[self.whole(0, items.len() as u64 - 1) as usize]
    }

    /// Normal, mean 0 and deviation 1 (Box and Muller 1958).
    pub(crate) fn normal(&mut self) -> f64 {
        (-2.0 * (1.0 - self.unit()).ln()).sqrt() * self.between(0.0, TAU).cos()
    }

    /// Exponential with a mean: how long until something that may happen at any moment.
    pub(crate) fn wait(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.unit()).ln()
    }

    /// Metres north and east, in any direction.
    pub(crate) fn offset(&mut self, length_m: f64) -> (f64, f64) {
        let (sin, cos) = self.between(0.0, TAU).sin_cos();
        (length_m * cos, length_m * sin)
    }
}
