use super::{grid::Grid, nearest::Within, outline::Outline};
use crate::place::{Point, Shape};

/// What lies inside an outline, and what is surely away from it.
#[derive(Debug, Clone)]
pub(in crate::place) struct Ground {
    outline: Outline,
    grid: Grid,
}

impl Ground {
    /// Of a shape.
    pub(in crate::place) fn of(shape: &Shape) -> Self {
        let outline = Outline::of(shape);
        Self {
            grid: Grid::new(&outline),
            outline,
        }
    }

    pub(in crate::place) fn outline(&self) -> &Outline {
        &self.outline
    }

    /// Whether the point lies inside or on the edge; exact. What is not finite lies nowhere.
    pub(in crate::place) fn holds(&self, point: Point) -> bool {
        self.grid.holds(&self.outline, point)
    }

    /// No edge is nearer to the point, metres; 0 where its cell does not tell.
    pub(in crate::place) fn least_m(&self, point: Point) -> f64 {
        self.grid.least_m(point)
    }

    /// Whether an edge is within that.
    pub(super) fn has_edge(&self, within: &Within) -> bool {
        within.finds(&self.outline, &self.grid)
    }
}
