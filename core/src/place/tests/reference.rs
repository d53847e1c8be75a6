//! What is true, found the plain way: every edge that spans the latitude by a robust determinant; Karney's
//! geodesic (J. Comput. Geodesy 87, 2013) minimised along the edge. Shares no index and no projection with
//! what it checks.

use geographiclib_rs::{Geodesic, InverseGeodesic};
use robust::{Coord, orient2d};

use crate::place::Point;

/// Sides by plain ray crossing. Edges are listed by bands of latitude, so that only those that span the
/// point's have to be looked at.
pub(super) struct Sides {
    south: f64,
    band: f64,
    bands: Vec<Vec<(Point, Point)>>,
}

impl Sides {
    pub(super) fn new(rings: &[Vec<Point>]) -> Self {
        let lats = || rings.iter().flatten().map(|point| point.lat);
        let (south, north) = (lats().fold(90.0, f64::min), lats().fold(-90.0, f64::max));
        let count = 2000;
        let mut sides = Self {
            south,
            band: (north - south) / f64::from(count),
            bands: vec![Vec::new(); count as usize + 1],
        };
        for edge in rings.iter().flat_map(|ring| ring.windows(2)) {
            let (low, high) = (edge[0].lat.min(edge[1].lat), edge[0].lat.max(edge[1].lat));
            for band in sides.band_of(low)..=sides.band_of(high) {
                sides.bands[band].push((edge[0], edge[1]));
            }
        }
        sides
    }

    fn band_of(&self, lat: f64) -> usize {
        (((lat - self.south) / self.band).max(0.0) as usize).min(self.bands.len() - 1)
    }

    pub(super) fn contains(&self, point: Point) -> bool {
        let mut inside = false;
        for &(a, b) in &self.bands[self.band_of(point.lat)] {
            let (low, high) = if a.lat <= b.lat { (a, b) } else { (b, a) };
            let coord = |point: Point| Coord {
                x: point.lon,
                y: point.lat,
            };
            let left = orient2d(coord(low), coord(high), coord(point));
            let spans = low.lat <= point.lat && point.lat <= high.lat;
            if left == 0.0 && spans && a.lon.min(b.lon) <= point.lon && point.lon <= a.lon.max(b.lon) {
                return true;
            }
            inside ^= low.lat <= point.lat && point.lat < high.lat && left > 0.0;
        }
        inside
    }
}

/// A piece of an edge, straight in longitude and latitude, with the earth-centred positions of its ends.
struct Piece {
    from: Point,
    to: Point,
    ends: [[f64; 3]; 2],
    length_m: f64,
}

/// Distances to the edge by Karney. A chord through the earth is shorter than any way over it: pieces whose
/// ends lie too far for that are left out.
pub(super) struct Edges {
    pieces: Vec<Piece>,
    karney: Geodesic,
}

const PIECE_M: f64 = 2000.0;

impl Edges {
    pub(super) fn new(rings: &[Vec<Point>]) -> Self {
        let edges = rings.iter().flat_map(|ring| ring.windows(2));
        Self {
            pieces: edges.flat_map(|edge| pieces_of(edge[0], edge[1])).collect(),
            karney: Geodesic::wgs84(),
        }
    }

    pub(super) fn distance_m(&self, point: Point) -> f64 {
        let centre = earth_centred(point);
        let mut nearest_end_m = f64::INFINITY;
        let mut least: Vec<(f64, &Piece)> = Vec::with_capacity(self.pieces.len());
        for piece in &self.pieces {
            let ends = piece.ends.map(|end| chord_m(end, centre));
            nearest_end_m = nearest_end_m.min(ends[0].min(ends[1]));
            least.push((ends[0].max(ends[1]) - piece.length_m, piece));
        }
        // The chord of a geodesic is shorter by d^3 / (24 R^2): less than 1 % up to 3,000 km.
        least.retain(|(least_m, _)| *least_m <= nearest_end_m * 1.01);
        least.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut best_m = f64::INFINITY;
        for (least_m, piece) in least {
            if least_m > best_m {
                break;
            }
            best_m = best_m.min(self.to_piece_m(point, piece));
        }
        best_m
    }

    /// Golden-section search along a piece.
    fn to_piece_m(&self, point: Point, piece: &Piece) -> f64 {
        let along = |share: f64| between(piece.from, piece.to, share);
        let distance = |share: f64| -> f64 {
            let place = along(share);
            self.karney.inverse(point.lat, point.lon, place.lat, place.lon)
        };
        let golden = (5.0_f64.sqrt() - 1.0) / 2.0;
        let (mut low, mut high) = (0.0, 1.0);
        let mut inner = [high - golden, low + golden].map(|share| (share, distance(share)));
        for _ in 0..30 {
            if inner[0].1 < inner[1].1 {
                high = inner[1].0;
                let share = high - golden * (high - low);
                inner = [(share, distance(share)), inner[0]];
            } else {
                low = inner[0].0;
                let share = low + golden * (high - low);
                inner = [inner[1], (share, distance(share))];
            }
        }
        distance(0.0).min(distance(1.0)).min(inner[0].1).min(inner[1].1)
    }
}

pub(super) fn between(a: Point, b: Point, share: f64) -> Point {
    Point {
        lon: a.lon + share * (b.lon - a.lon),
        lat: a.lat + share * (b.lat - a.lat),
    }
}

fn pieces_of(a: Point, b: Point) -> impl Iterator<Item = Piece> {
    let count = (chord_m(earth_centred(a), earth_centred(b)) / PIECE_M).ceil().max(1.0);
    (0..count as usize).map(move |index| {
        let at = |index: usize| between(a, b, index as f64 / count);
        let (from, to) = (at(index), at(index + 1));
        let ends = [earth_centred(from), earth_centred(to)];
        Piece {
            from,
            to,
            ends,
            length_m: chord_m(ends[0], ends[1]) * 1.001,
        }
    })
}

fn earth_centred(point: Point) -> [f64; 3] {
    let (sin_lat, cos_lat) = point.lat.to_radians().sin_cos();
    let (sin_lon, cos_lon) = point.lon.to_radians().sin_cos();
    let flattening = 1.0 / 298.257_223_563;
    let e2 = flattening * (2.0 - flattening);
    let n = 6_378_137.0 / (1.0 - e2 * sin_lat * sin_lat).sqrt();
    [n * cos_lat * cos_lon, n * cos_lat * sin_lon, n * (1.0 - e2) * sin_lat]
}

fn chord_m(a: [f64; 3], b: [f64; 3]) -> f64 {
    let [x, y, z] = [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
    (x * x + y * y + z * z).sqrt()
}
