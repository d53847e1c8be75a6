//! A rectangle cut into cells. The sides of the cells are powers of two of a degree, and their borders lie on
//! multiples of them: so a point's cell and every border are found without rounding.

use super::bounds::Bounds;
use crate::place::{Point, ellipsoid::RADIAN};

/// The unit of coordinates, degrees: no two borders or ends lie nearer to each other without being the same.
const UNIT: f64 = 1e-9;
/// Cells are no smaller, degrees: 2^-26, 1.7 mm.
const LEAST_SIDE: f64 = 1.0 / 67_108_864.0;
/// Half the greatest side, degrees: 2^8. Two cells of that size hold the world in any direction.
const GREATEST_SIDE: f64 = 256.0;
/// Where an edge crosses a border is known better than this, degrees (a hundred times the last bit of 180).
const SLACK: f64 = 1e-11;

/// Columns and rows of cells.
#[derive(Debug, Clone)]
pub(in crate::place) struct Frame {
    lon: Axis,
    lat: Axis,
}

/// A cell: its column and row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::place) struct Place {
    pub(in crate::place) column: u32,
    pub(in crate::place) row: u32,
}

/// One direction of a frame.
#[derive(Debug, Clone)]
struct Axis {
    /// Cells of a degree, and degrees of a cell.
    per_degree: f64,
    side: f64,
    /// The borders, degrees.
    from: f64,
    to: f64,
    /// The first cell counted from zero degrees.
    first: i64,
    count: u32,
}

/// What edges add up to: the way they go east or west, and north or south, in degrees.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::place) struct Lengths {
    east: f64,
    north: f64,
}

impl Lengths {
    /// Of what of the edges may lie in a box.
    pub(in crate::place) fn of(edges: impl Iterator<Item = (Point, Point)>, within: &Bounds) -> Self {
        let overlap = |a: f64, b: f64, low: f64, high: f64| (a.max(b).min(high) - a.min(b).max(low)).max(0.0);
        edges.fold(Self::default(), |sum, (a, b)| Self {
            east: sum.east + overlap(a.lon, b.lon, within.min.lon, within.max.lon),
            north: sum.north + overlap(a.lat, b.lat, within.min.lat, within.max.lat),
        })
    }
}

impl Frame {
    /// Two by two cells at most over a box.
    pub(in crate::place) fn coarse(bounds: &Bounds) -> Self {
        Self::over(bounds, GREATEST_SIDE, GREATEST_SIDE)
    }

    /// Over one of the cells: that cell.
    pub(in crate::place) fn of_cell(&self, place: Place) -> Self {
        Self::over(&self.bounds(place), self.lon.side, self.lat.side)
    }

    fn over(Bounds { min, max }: &Bounds, lon_side: f64, lat_side: f64) -> Self {
        Self {
            lon: Axis::over(min.lon, max.lon, lon_side),
            lat: Axis::over(min.lat, max.lat, lat_side),
        }
    }

    /// The same over a box that holds edges of such lengths, with cells as fine as is `worth` it and about square
    /// on the ground. That is asked with numbers of cells, and of crossings between edges and borders.
    pub(in crate::place) fn refined(self, bounds: &Bounds, lengths: Lengths, worth: impl Fn(f64, f64) -> bool) -> Self {
        let is_worth = |frame: &Self| {
            let crossings = frame.lon.crossings(lengths.east) + frame.lat.crossings(lengths.north);
            let finest = frame.lon.side.min(frame.lat.side);
            finest >= LEAST_SIDE && worth(frame.cells() as f64, crossings)
        };
        let widening = libm::cos((bounds.min.lat + bounds.max.lat) / 2.0 * RADIAN);
        let mut frame = self;
        loop {
            let (lon_side, lat_side) = (frame.lon.side, frame.lat.side);
            let mut finer = [
                Self::over(bounds, lon_side / 2.0, lat_side),
                Self::over(bounds, lon_side, lat_side / 2.0),
            ];
            if lon_side * widening < lat_side {
                finer.reverse();
            }
            match finer.into_iter().find(is_worth) {
                Some(finer) => frame = finer,
                None => return frame,
            }
        }
    }

    pub(in crate::place) fn columns(&self) -> u32 {
        self.lon.count
    }

    pub(in crate::place) fn rows(&self) -> u32 {
        self.lat.count
    }

    /// How many cells.
    pub(in crate::place) fn cells(&self) -> usize {
        self.lon.count as usize * self.lat.count as usize
    }

    /// Number of a cell: row by row.
    pub(in crate::place) fn number(&self, Place { column, row }: Place) -> usize {
        row as usize * self.lon.count as usize + column as usize
    }

    /// The cell of a number.
    pub(in crate::place) fn place(&self, number: usize) -> Place {
        let columns = self.lon.count as usize;
        Place {
            column: (number % columns) as u32,
            row: (number / columns) as u32,
        }
    }

    /// The cell that holds a point. A cell holds its western and its southern border.
    #[inline]
    pub(in crate::place) fn place_of(&self, point: Point) -> Option<Place> {
        Some(Place {
            column: self.lon.cell_of(point.lon)?,
            row: self.lat.cell_of(point.lat)?,
        })
    }

    /// The south-western corner of a cell.
    pub(in crate::place) fn corner(&self, Place { column, row }: Place) -> Point {
        Point {
            lon: self.lon.border(column),
            lat: self.lat.border(row),
        }
    }

    /// The centre of a cell.
    pub(in crate::place) fn centre(&self, place: Place) -> Point {
        let corner = self.corner(place);
        Point {
            lon: corner.lon + self.lon.side / 2.0,
            lat: corner.lat + self.lat.side / 2.0,
        }
    }

    /// A cell as a box: from its corner to almost the next.
    pub(in crate::place) fn bounds(&self, place: Place) -> Bounds {
        let min = self.corner(place);
        let max = Point {
            lon: min.lon + self.lon.side - UNIT,
            lat: min.lat + self.lat.side - UNIT,
        };
        Bounds { min, max }
    }

    /// How far a point of a cell lies from that cell's nearer side, east or west, and north or south; and how long
    /// the sides are: degrees.
    pub(super) fn inset(&self, point: Point, place: Place) -> [(f64, f64); 2] {
        let corner = self.corner(place);
        let inset = |degrees: f64, from: f64, side: f64| ((degrees - from).min(from + side - degrees), side);
        [
            inset(point.lon, corner.lon, self.lon.side),
            inset(point.lat, corner.lat, self.lat.side),
        ]
    }

    /// The latitude of the frame that is nearest to a pole.
    pub(super) fn poleward(&self) -> f64 {
        self.lat.from.abs().max(self.lat.to.abs()).min(90.0)
    }

    /// The cells that a box meets, as numbers.
    pub(super) fn numbers_in(&self, Bounds { min, max }: &Bounds) -> impl Iterator<Item = usize> + use<> {
        let (columns, rows) = (
            self.lon.cells_between(min.lon, max.lon),
            self.lat.cells_between(min.lat, max.lat),
        );
        let count = self.lon.count as usize;
        rows.flat_map(move |row| {
            columns
                .clone()
                .map(move |column| row as usize * count + column as usize)
        })
    }

    /// Calls with every cell that the edge meets, and perhaps with some that it passes by: of its own columns only.
    pub(in crate::place) fn each_on_edge(&self, a: Point, b: Point, mut cell: impl FnMut(Place)) {
        let (west, east) = if a.lon <= b.lon { (a, b) } else { (b, a) };
        for row in self.lat.cells_between(a.lat.min(b.lat), a.lat.max(b.lat)) {
            let (south, north) = (self.lat.border(row), self.lat.border(row + 1));
            let (from, to) = stretch(west, east, south, north);
            for column in self.lon.cells_between(from, to) {
                cell(Place { column, row });
            }
        }
    }
}

/// From where to where an edge runs between two latitudes, which it reaches; a trifle more.
fn stretch(west: Point, east: Point, south: f64, north: f64) -> (f64, f64) {
    let rise = east.lat - west.lat;
    if rise == 0.0 {
        return (west.lon, east.lon);
    }
    let at = |lat: f64| west.lon + (lat - west.lat) / rise * (east.lon - west.lon);
    let (a, b) = (at(south), at(north));
    let within = |lon: f64| lon.clamp(west.lon, east.lon);
    (within(a.min(b) - SLACK), within(a.max(b) + SLACK))
}

impl Axis {
    /// Over an interval, its end included, with cells of this side.
    fn over(min: f64, max: f64, side: f64) -> Self {
        let per_degree = 1.0 / side;
        let (first, last) = (floor(min * per_degree), floor(max * per_degree));
        Self {
            per_degree,
            side,
            from: first as f64 * side,
            to: (last + 1) as f64 * side,
            first,
            count: (last - first + 1) as u32,
        }
    }

    /// How often edges that go so far along the axis cross borders between its cells.
    fn crossings(&self, length: f64) -> f64 {
        length * self.per_degree * f64::from(self.count - 1) / f64::from(self.count)
    }

    fn cell_of(&self, degrees: f64) -> Option<u32> {
        let within = self.from <= degrees && degrees < self.to;
        within.then(|| (floor(degrees * self.per_degree) - self.first) as u32)
    }

    /// The western or southern border of a cell.
    fn border(&self, cell: u32) -> f64 {
        (self.first + i64::from(cell)) as f64 * self.side
    }

    /// The cells of an interval, both ends included.
    fn cells_between(&self, low: f64, high: f64) -> std::ops::Range<u32> {
        let nearest = |degrees: f64| floor(degrees * self.per_degree) - self.first;
        let from = nearest(low).max(0);
        let to = (nearest(high) + 1).clamp(from, i64::from(self.count).max(from));
        from as u32..to as u32
    }
}

/// The whole number below.
fn floor(value: f64) -> i64 {
    let towards_zero = value as i64;
    towards_zero - i64::from(towards_zero as f64 > value)
}
