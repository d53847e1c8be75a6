//! The nearest point of an edge beyond a hundred kilometres: the one that is nearest on the sphere of reduced
//! latitudes, which is within 0.34 % of the ellipsoid in every direction, or at most 0.1 % further; its distance by Andoyer and
//! Lambert.

use super::{
    bounds::Bounds,
    outline::Outline,
    tree::{Node, Tree},
};
use crate::place::{
    Point,
    distance::andoyer_lambert_m,
    ellipsoid::{FLATTENING, RADIAN},
};

/// Edges shorter than this, in degrees, are as far as their ends.
const SHORT: f64 = 0.001;
/// Halves of the golden section: the last is 1e-5 of the first.
const SECTIONS: u32 = 24;
/// What is not nearer than this share of the best (as a haversine: 0.1 % of the distance) is not looked at.
const WORTHWHILE: f64 = 0.998;
const GOLDEN: f64 = 0.618_033_988_749_894_9;

/// Metres to the nearest point of the edge, and that point.
pub(super) fn on_edge(outline: &Outline, tree: &Tree, root: Node, point: Point) -> (f64, Point) {
    let mut search = Search {
        outline,
        tree,
        point,
        on_sphere: Reduced::of(point.lat),
        best: f64::INFINITY,
        nearest: point,
    };
    search.visit(root);
    (andoyer_lambert_m(point, search.nearest), search.nearest)
}

/// Sine and cosine of a reduced latitude.
#[derive(Debug, Clone, Copy)]
struct Reduced {
    sin: f64,
    cos: f64,
}

impl Reduced {
    fn of(lat: f64) -> Self {
        let (sin, cos) = libm::sincos(lat * RADIAN);
        let sin = sin * (1.0 - FLATTENING);
        let length = (sin * sin + cos * cos).sqrt();
        Self {
            sin: sin / length,
            cos: cos / length,
        }
    }
}

/// The haversine of an angle of which cosine is known.
fn haversine(cos: f64) -> f64 {
    (1.0 - cos) / 2.0
}

struct Search<'a> {
    outline: &'a Outline,
    tree: &'a Tree,
    point: Point,
    on_sphere: Reduced,
    /// Haversine of the nearest found; it grows with the distance.
    best: f64,
    nearest: Point,
}

impl Search<'_> {
    fn visit(&mut self, node: Node) {
        if let Some(chain) = self.tree.chain(node) {
            for (a, b) in self.outline.edges(chain) {
                self.try_edge(a, b);
            }
            return;
        }
        for (least, child) in self.tree.children_by(node, |bounds| self.least(bounds)) {
            if least < self.best * WORTHWHILE {
                self.visit(child);
            }
        }
    }

    /// Haversine of the angle to a place.
    fn angle(&self, place: Point) -> f64 {
        let other = Reduced::of(place.lat);
        let north = haversine(self.on_sphere.cos * other.cos + self.on_sphere.sin * other.sin);
        let east = haversine(libm::cos((place.lon - self.point.lon) * RADIAN));
        north + self.on_sphere.cos * other.cos * east
    }

    /// No point of the box has a smaller one.
    fn least(&self, Bounds { min, max }: &Bounds) -> f64 {
        let (south, north) = (Reduced::of(min.lat), Reduced::of(max.lat));
        let across = |other: Reduced| haversine(self.on_sphere.cos * other.cos + self.on_sphere.sin * other.sin);
        let northward = if self.point.lat < min.lat {
            across(south)
        } else if self.point.lat > max.lat {
            across(north)
        } else {
            0.0
        };
        let turned = |turn: f64| {
            let lon = self.point.lon + turn;
            (min.lon - lon).max(lon - max.lon).max(0.0)
        };
        let degrees = turned(0.0).min(turned(360.0)).min(turned(-360.0));
        let eastward = haversine(libm::cos(degrees * RADIAN));
        northward + self.on_sphere.cos * south.cos.min(north.cos) * eastward
    }

    fn try_edge(&mut self, a: Point, b: Point) {
        let along = |share: f64| Point {
            lon: a.lon + share * (b.lon - a.lon),
            lat: a.lat + share * (b.lat - a.lat),
        };
        self.try_point(a);
        let short = (b.lon - a.lon).abs() + (b.lat - a.lat).abs() < SHORT;
        if short || self.least(&Bounds::of(&[a, b])) >= self.best * WORTHWHILE {
            return;
        }
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..SECTIONS {
            let step = GOLDEN * (high - low);
            if self.angle(along(high - step)) < self.angle(along(low + step)) {
                high = low + step;
            } else {
                low = high - step;
            }
        }
        self.try_point(along((low + high) / 2.0));
    }

    fn try_point(&mut self, place: Point) {
        let angle = self.angle(place);
        if angle < self.best {
            self.best = angle;
            self.nearest = place;
        }
    }
}
