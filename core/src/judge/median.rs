use super::sequence::Sighting;
use crate::place::Point;

/// The middle of the fixes around an instant: longitude, latitude and accuracy each by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Median {
    pub(crate) lat_e9: i64,
    pub(crate) lon_e9: i64,
    pub(crate) accuracy_mm: i64,
    /// How many fixes it is the middle of.
    pub(crate) fixes: usize,
}

impl Median {
    pub(crate) fn point(&self) -> Point {
        Point::from_e9(self.lat_e9, self.lon_e9)
    }
}

/// For each fix the median of the fixes within `half_width_ms` of it, itself included.
pub(crate) fn sliding(fixes: &[Sighting], half_width_ms: i64) -> Vec<Median> {
    let (mut lats, mut lons, mut accuracies) = (Sorted::default(), Sorted::default(), Sorted::default());
    let (mut from, mut to) = (0, 0);
    let mut medians = Vec::with_capacity(fixes.len());
    for fix in fixes {
        while to < fixes.len() && fixes[to].at_ms - fix.at_ms <= half_width_ms {
            lats.insert(fixes[to].lat_e9);
            lons.insert(fixes[to].lon_e9);
            accuracies.insert(fixes[to].accuracy_mm);
            to += 1;
        }
        while fix.at_ms - fixes[from].at_ms > half_width_ms {
            lats.remove(fixes[from].lat_e9);
            lons.remove(fixes[from].lon_e9);
            accuracies.remove(fixes[from].accuracy_mm);
            from += 1;
        }
        medians.push(Median {
            lat_e9: lats.median(),
            lon_e9: lons.median(),
            accuracy_mm: accuracies.median(),
            fixes: to - from,
        });
    }
    medians
}

/// A sorted window: shifting some thousand integers is cheaper than a tree.
#[derive(Debug, Default)]
struct Sorted(Vec<i64>);

impl Sorted {
    fn insert(&mut self, value: i64) {
        let at = self.0.partition_point(|other| *other < value);
        self.0.insert(at, value);
    }
    fn remove(&mut self, value: i64) {
        let at = self.0.partition_point(|other| *other < value);
        self.0.remove(at);
    }
    /// Of an even number the mean of the two middle ones; never empty where it is asked.
    fn median(&self) -> i64 {
        let (low, high) = (self.0[(self.0.len() - 1) / 2], self.0[self.0.len() / 2]);
        low + (high - low) / 2
    }
}
