use super::{
    grid::{Grid, Seen},
    nearest::Within,
    outline::Outline,
};
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
        self.seen(point).inside
    }

    /// What the cell of a point tells of it.
    pub(super) fn seen(&self, point: Point) -> Seen {
        self.grid.see(&self.outline, point)
    }

    /// Whether an edge is nearer than so many millimetres; `None` if that is farther than what is looked at here.
    pub(super) fn has_edge(&self, point: Point, by_mm: i64) -> Option<bool> {
        let within = Within::of(point, by_mm, &self.grid)?;
        Some(within.finds(&self.outline, &self.grid))
    }
}
