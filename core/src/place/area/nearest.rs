//! The nearest point of the edge: down the tree to the nearest box first, leaving out every box that cannot
//! hold anything nearer than what is found.
//!
//! Near the point, distance is that of a flat triangle with the scale of the latitude midway between the
//! point and the edge point (Gauss' mid-latitude formula), which differs from the geodesic by some
//! (degrees of longitude)^2 sin^2(latitude) / 24: a micrometre at 500 m. Further away, [`far`] takes over.

use super::{
    bounds::Bounds,
    far,
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

/// Whether some edge is nearer than `by_mm`, the distance rounded to millimetres. `None` if that is farther than
/// what is looked at here.
pub(super) fn is_within(outline: &Outline, tree: &Tree, point: Point, by_mm: i64) -> Option<bool> {
    let Some(root) = tree.root() else {
        return Some(false);
    };
    let mut search = Search::from(outline, tree, point);
    let limit_m = (by_mm as f64 + 1.0) / 1000.0;
    if limit_m * limit_m > search.best_m2 {
        return None;
    }
    search.best_m2 = limit_m * limit_m;
    search.enough_mm = by_mm;
    search.tighten();
    search.visit_both_ways(root);
    Some(search.is_enough())
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
    /// Anything nearer need not be bettered, millimetres.
    enough_mm: i64,
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
            enough_mm: 0,
        };
        search.tighten();
        search
    }

    fn visit_both_ways(&mut self, root: Node) {
        self.visit(root, self.least_m2(self.tree.bounds(root)));
        // The same place, counted the other way round the world: an edge beyond the antimeridian may be nearer.
        self.point.lon -= libm::copysign(360.0, self.point.lon);
        self.visit(root, self.least_m2(self.tree.bounds(root)));
    }

    fn visit(&mut self, node: Node, least_m2: f64) {
        if least_m2 >= self.best_m2 || self.is_enough() {
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

    fn is_enough(&self) -> bool {
        self.best.is_some() && whole_mm(self.best_m2.sqrt()) < self.enough_mm
    }

    /// No point of the box that is nearer than the best is nearer than this, in square metres.
    fn least_m2(&self, Bounds { min, max }: &Bounds) -> f64 {
        let east = (min.lon - self.point.lon).max(self.point.lon - max.lon).max(0.0);
        let north = (min.lat - self.point.lat).max(self.point.lat - max.lat).max(0.0);
        east * east * self.least_east_2 + north * north * self.least_north_2
    }

    /// The foot of the perpendicular with the scale at the point: it lies some d^2 tan(lat) / (2 R) beside the
    /// true one (2 cm at 500 m), which lengthens the distance by the square of that.
    fn try_edge(&mut self, a: Point, b: Point) {
        let foot = foot(self.point, a, b, self.scale.east(0.0), self.scale.north(0.0));
        let (east, north) = (foot.lon - self.point.lon, foot.lat - self.point.lat);
        let (x, y) = (
            east * self.scale.east(north / 2.0),
            north * self.scale.north(north / 2.0),
        );
        let m2 = x * x + y * y;
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
