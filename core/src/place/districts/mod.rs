//! Several named areas: which of them holds a point.

mod labels;

use super::{Point, Shape, area::Ground};
use labels::Labels;

/// Several named areas: which of them holds a point.
#[derive(Debug, Clone)]
pub struct Districts {
    /// The smaller first; of one size by name.
    names: Vec<String>,
    grounds: Vec<Ground>,
    labels: Option<Labels>,
}

impl Districts {
    /// From names and shapes.
    pub fn prepare(named: &[(String, Shape)]) -> Self {
        let mut sized: Vec<(f64, &String, &Shape)> = named
            .iter()
            .map(|(name, shape)| (shape.area_m2(), name, shape))
            .collect();
        sized.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(b.1)));
        let grounds: Vec<Ground> = sized.iter().map(|(_, _, shape)| Ground::of(shape)).collect();
        Self {
            names: sized.into_iter().map(|(_, name, _)| name.clone()).collect(),
            labels: Labels::over(&grounds),
            grounds,
        }
    }

    /// Name of the district that holds the point; of two the smaller, then by name.
    pub fn holding(&self, point: Point) -> Option<&str> {
        let district = self.labels.as_ref()?.holding(point, &self.grounds)?;
        Some(&self.names[district])
    }
}
