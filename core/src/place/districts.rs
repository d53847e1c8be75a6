use super::{Area, Point, Shape};

/// Several named areas: which of them holds a point.
#[derive(Debug, Clone)]
pub struct Districts {
    /// The smaller first; of one size by name.
    districts: Vec<District>,
}

#[derive(Debug, Clone)]
struct District {
    name: String,
    area: Area,
}

impl Districts {
    /// From names and shapes.
    pub fn prepare(named: &[(String, Shape)]) -> Self {
        let mut sized: Vec<(f64, &String, &Shape)> = named
            .iter()
            .map(|(name, shape)| (shape.area_m2(), name, shape))
            .collect();
        sized.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(b.1)));
        let prepared = |(_, name, shape): (f64, &String, &Shape)| District {
            name: name.clone(),
            area: Area::prepare(shape),
        };
        Self {
            districts: sized.into_iter().map(prepared).collect(),
        }
    }

    /// Name of the district that holds the point; of two the smaller, then by name.
    pub fn holding(&self, point: Point) -> Option<&str> {
        let holding = self.districts.iter().find(|district| district.area.contains(point));
        holding.map(|district| district.name.as_str())
    }
}
