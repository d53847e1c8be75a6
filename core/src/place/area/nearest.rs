//! The nearest point of the edge: down the tree to the nearest box first, leaving out every box that cannot
//! hold anything nearer than what is found.
//!
//! Near the point, distance is that of a flat triangle with the scale of the latitude midway between the
//! point and the edge point (Gauss' mid-latitude formula), which differs from the geodesic by some
//! (degrees of longitude)^2 sin^2(latitude) / 24: a micrometre at 500 m. Further away, [`far`] takes over.

use std::cell::OnceCell;

use super::{
    bounds::Bounds,
    far,
    grid::Grid,
    outline::Outline,
    tree::{Node, Tree},
};
use crate::place::{
    Point,
    ellipsoid::{RADIAN, Scale},
};

/// How far the flat triangle is good enough, metres, and in radians of longitude.
const NEAR_M: f64 = 100_000.0;
const NEAR_LONGITUDE: f64 = 0.2;
/// What bounds are lessened by, to stay below the truth whatever is rounded or left out of a series.
const MARGIN: f64 = 1.0 - 1e-3;

/// Metres to the nearest point of the edge, and that point.
pub(super) fn on_edge(outline: &Outline, tree: &Tree, point: Point) -> Option<(f64, Point)> {
    let root = tree.root()?;
    if !point.lon.is_finite() || !point.lat.is_finite() {
        return None;
    }
    let mut search = Search::from(outline, tree, point);
    search.visit_both_ways(root);
    search
        .found()
        .or_else(|| Some(far::on_edge(outline, tree, root, point)))
}

/// Finds edges that are nearer to a point than so many millimetres, distances rounded.
pub(super) struct Within {
    point: Point,
    /// At the point; reckoned when the first edge in reach is measured, which most points have none of.
    scale: OnceCell<Scale>,
    by_mm: i64,
    /// What is farther than this, metres squared, is not.
    most_m2: f64,
    /// No point further away than this in degrees is so near.
    reach: Point,
}

impl Within {
    /// `None` if that is farther than what is looked at here.
    pub(super) fn of(point: Point, by_mm: i64, grid: &Grid) -> Option<Self> {
        let by_m = (by_mm as f64 + 1.0) / 1000.0;
        let scale = OnceCell::new();
        let reach = grid.reach(point, by_m).unwrap_or_else(|| {
            let scale = scale.get_or_init(|| Scale::at(point.lat));
            let north = by_m / (scale.north(0.0) * MARGIN);
            let least_east = scale.east(libm::copysign(north, point.lat) / 2.0) * MARGIN;
            Point {
                lon: by_m / least_east,
                lat: north,
            }
        });
        let near = by_m <= NEAR_M && 0.0 <= reach.lon && reach.lon <= NEAR_LONGITUDE / RADIAN;
        near.then_some(Self {
            point,
            scale,
            by_mm,
            most_m2: by_m * by_m,
            reach,
        })
    }

    /// Whether one of the edges in the grid is.
    pub(super) fn finds(&self, outline: &Outline, grid: &Grid) -> bool {
        let turned = Point {
            lon: other_way_round(self.point.lon),
            ..self.point
        };
        [self.point, turned].into_iter().any(|point| {
            let bounds = Bounds {
                min: Point {
                    lon: point.lon - self.reach.lon,
                    lat: point.lat - self.reach.lat,
                },
                max: Point {
                    lon: point.lon + self.reach.lon,
                    lat: point.lat + self.reach.lat,
                },
            };
            let is_near = |a, b| bounds.may_hold(a, b) && self.is_near(point, a, b);
            grid.any_edge(&bounds, |chain| outline.edges(chain).any(|(a, b)| is_near(a, b)))
        })
    }

    fn is_near(&self, point: Point, a: Point, b: Point) -> bool {
        let scale = self.scale.get_or_init(|| Scale::at(self.point.lat));
        let m2 = edge_m2(point, scale, a, b);
        m2 <= self.most_m2 && whole_mm(m2.sqrt()) < self.by_mm
    }
}

/// The same meridian, counted the other way round the world.
fn other_way_round(lon: f64) -> f64 {
    lon - libm::copysign(360.0, lon)
}

struct Search<'a> {
    outline: &'a Outline,
    tree: &'a Tree,
    point: Point,
    scale: Scale,
    /// No degree east or north is shorter, as far as the nearest edge found: metres, squared.
    least_east_2: f64,
    least_north_2: f64,
    /// How near the nearest edge is; at first, how near one must be to be found here.
    best_m2: f64,
    best: Option<Best>,
}

/// The nearest edge, and from where it was found: the point, or the point once round the world.
struct Best {
    a: Point,
    b: Point,
    from: Point,
}

impl<'a> Search<'a> {
    fn from(outline: &'a Outline, tree: &'a Tree, point: Point) -> Self {
        let scale = Scale::at(point.lat);
        let near_m = NEAR_M.min(NEAR_LONGITUDE / RADIAN * scale.east(0.0));
        let least_north = scale.north(0.0) * MARGIN;
        let mut search = Self {
            outline,
            tree,
            point,
            scale,
            least_east_2: 0.0,
            least_north_2: least_north * least_north,
            best_m2: near_m * near_m,
            best: None,
        };
        search.tighten();
        search
    }

    fn visit_both_ways(&mut self, root: Node) {
        self.visit(root, self.least_m2(self.tree.bounds(root)));
        // The same place, counted the other way round the world: an edge beyond the antimeridian may be nearer.
        self.point.lon = other_way_round(self.point.lon);
        self.visit(root, self.least_m2(self.tree.bounds(root)));
    }

    fn visit(&mut self, node: Node, least_m2: f64) {
        if least_m2 >= self.best_m2 {
            return;
        }
        if let Some(chain) = self.tree.chain(node) {
            for (a, b) in self.outline.edges(chain) {
                self.try_edge(a, b);
            }
            return;
        }
        for (least_m2, child) in self.tree.children_by(node, |bounds| self.least_m2(bounds)) {
            self.visit(child, least_m2);
        }
    }

    /// No point of the box that is nearer than the best is nearer than this, in square metres.
    fn least_m2(&self, Bounds { min, max }: &Bounds) -> f64 {
        let east = (min.lon - self.point.lon).max(self.point.lon - max.lon).max(0.0);
        let north = (min.lat - self.point.lat).max(self.point.lat - max.lat).max(0.0);
        east * east * self.least_east_2 + north * north * self.least_north_2
    }

    fn try_edge(&mut self, a: Point, b: Point) {
        let m2 = edge_m2(self.point, &self.scale, a, b);
        if m2 < self.best_m2 {
            self.best_m2 = m2;
            self.best = Some(Best { a, b, from: self.point });
            self.tighten();
        }
    }

    /// Anything nearer than the best lies in a band of latitude around the point; midway to the band's edge
    /// nearer the pole, a degree east is shortest.
    fn tighten(&mut self) {
        let band = self.best_m2.sqrt() / (self.scale.north(0.0) * MARGIN);
        let least = self.scale.east(libm::copysign(band, self.point.lat) / 2.0) * MARGIN;
        self.least_east_2 = least * least;
    }

    /// Metres to the nearest point, and that point: the foot again, with the scale midway to it.
    fn found(&self) -> Option<(f64, Point)> {
        let Best { a, b, from } = *self.best.as_ref()?;
        let rough = foot(from, a, b, self.scale.east(0.0), self.scale.north(0.0));
        let half_way = (rough.lat - from.lat) / 2.0;
        let nearest = foot(from, a, b, self.scale.east(half_way), self.scale.north(half_way));
        Some((self.best_m2.sqrt(), nearest))
    }
}

/// How far an edge is, metres squared, by the scale at the point. The foot of the perpendicular with that scale lies
/// some d^2 tan(lat) / (2 R) beside the true one (2 cm at 500 m), which lengthens the distance by the square of that.
fn edge_m2(point: Point, scale: &Scale, a: Point, b: Point) -> f64 {
    let foot = foot(point, a, b, scale.east(0.0), scale.north(0.0));
    let (east, north) = (foot.lon - point.lon, foot.lat - point.lat);
    let (x, y) = (east * scale.east(north / 2.0), north * scale.north(north / 2.0));
    x * x + y * y
}

/// A distance in whole millimetres, rounded half away from zero.
pub(super) fn whole_mm(distance_m: f64) -> i64 {
    libm::round(distance_m * 1000.0) as i64
}

/// The point of an edge nearest to a point, where degrees east and north have these lengths.
fn foot(point: Point, a: Point, b: Point, east: f64, north: f64) -> Point {
    let (along_x, along_y) = ((b.lon - a.lon) * east, (b.lat - a.lat) * north);
    let (to_x, to_y) = ((point.lon - a.lon) * east, (point.lat - a.lat) * north);
    let share = (to_x * along_x + to_y * along_y) / (along_x * along_x + along_y * along_y);
    if share <= 0.0 {
        a
    } else if share >= 1.0 {
        b
    } else {
        Point {
            lon: a.lon + share * (b.lon - a.lon),
            lat: a.lat + share * (b.lat - a.lat),
        }
    }
}
