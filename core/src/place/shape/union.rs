use geo::{Coord, LineString, MultiPolygon, Polygon, unary_union};

use super::vertex::{Part, Ring, Vertex, closed, twice_area};

/// How far a vertex may stray in the calculation and still be taken for the one it was: 1e-9 degrees, 1 mm.
const STRAY: i64 = 9;

/// The union of shapes, each as its parts; the parts of one shape do not overlap.
pub(super) fn union(shapes: &[&[Part]]) -> Vec<Part> {
    let mut shapes = shapes.to_vec();
    shapes.sort_unstable();
    let mut boxed: Vec<Boxed> = Vec::new();
    for (shape, parts) in shapes.into_iter().enumerate() {
        boxed.extend(parts.iter().map(|part| Boxed::new(part, shape)));
    }
    boxed.sort_by(|a, b| a.part.cmp(b.part));
    boxed.dedup_by(|a, b| a.part == b.part);
    let mut united: Vec<Part> = Vec::new();
    for group in groups(&boxed) {
        match group.as_slice() {
            [alone] => united.push((*alone).clone()),
            several => united.extend(merged(several)),
        }
    }
    united.sort_unstable();
    united
}

/// A part, the shape it belongs to, and its box.
struct Boxed<'a> {
    part: &'a Part,
    shape: usize,
    min: Vertex,
    max: Vertex,
}

impl<'a> Boxed<'a> {
    fn new(part: &'a Part, shape: usize) -> Self {
        let shell = &part[0];
        let (lons, lats) = (
            shell.iter().map(|vertex| vertex.lon),
            shell.iter().map(|vertex| vertex.lat),
        );
        let corner = |lon: Option<i64>, lat: Option<i64>| Vertex {
            lon: lon.unwrap_or_default(),
            lat: lat.unwrap_or_default(),
        };
        Self {
            part,
            shape,
            min: corner(lons.clone().min(), lats.clone().min()),
            max: corner(lons.max(), lats.max()),
        }
    }

    fn may_meet(&self, other: &Self) -> bool {
        let lats = self.min.lat <= other.max.lat && other.min.lat <= self.max.lat;
        self.shape != other.shape && lats && self.min.lon <= other.max.lon && other.min.lon <= self.max.lon
    }
}

/// The parts that have to be calculated together: connected by boxes that overlap.
fn groups<'a>(boxed: &[Boxed<'a>]) -> Vec<Vec<&'a Part>> {
    let mut by_west: Vec<usize> = (0..boxed.len()).collect();
    by_west.sort_by_key(|&index| boxed[index].min.lon);
    let mut leader: Vec<usize> = (0..boxed.len()).collect();
    for (rank, &a) in by_west.iter().enumerate() {
        let reached = by_west[rank + 1..]
            .iter()
            .take_while(|&&b| boxed[b].min.lon <= boxed[a].max.lon);
        for &b in reached.filter(|&&b| boxed[a].may_meet(&boxed[b])) {
            let (a, b) = (lead(&mut leader, a), lead(&mut leader, b));
            leader[a.max(b)] = a.min(b);
        }
    }
    let mut groups: Vec<Vec<&Part>> = vec![Vec::new(); boxed.len()];
    for (index, boxed) in boxed.iter().enumerate() {
        groups[lead(&mut leader, index)].push(boxed.part);
    }
    groups.retain(|group| !group.is_empty());
    groups
}

/// The first of a group (R. E. Tarjan, union-find with path halving, 1975).
fn lead(leader: &mut [usize], mut index: usize) -> usize {
    while leader[index] != index {
        leader[index] = leader[leader[index]];
        index = leader[index];
    }
    index
}

/// The union of parts that may overlap.
fn merged(parts: &[&Part]) -> Vec<Part> {
    let polygons: Vec<Polygon> = parts.iter().map(|part| to_polygon(part)).collect();
    let known = Known::new(parts);
    let MultiPolygon(united) = unary_union(&polygons);
    united
        .iter()
        .filter_map(|polygon| from_polygon(polygon, &known))
        .collect()
}

fn to_polygon(part: &Part) -> Polygon {
    let degrees = |vertex: Vertex| Coord {
        x: vertex.lon as f64 / 1e9,
        y: vertex.lat as f64 / 1e9,
    };
    let mut rings = part.iter().map(|ring| LineString(closed(ring).map(degrees).collect()));
    let shell = rings.next().unwrap_or(LineString(Vec::new()));
    Polygon::new(shell, rings.collect())
}

/// Back to integers; a ring that has no inside there is left out.
fn from_polygon(polygon: &Polygon, known: &Known) -> Option<Part> {
    let shell = from_line(polygon.exterior(), known, true)?;
    let holes = polygon
        .interiors()
        .iter()
        .filter_map(|hole| from_line(hole, known, false));
    Some(std::iter::once(shell).chain(holes).collect())
}

fn from_line(line: &LineString, known: &Known, counter_clockwise: bool) -> Option<Ring> {
    let nanodegrees = |coord: &Coord| Vertex {
        lon: libm::round(coord.x * 1e9) as i64,
        lat: libm::round(coord.y * 1e9) as i64,
    };
    let mut ring: Ring = line.0.iter().map(|coord| known.vertex_at(nanodegrees(coord))).collect();
    ring.dedup();
    ring.pop();
    let twice_area = twice_area(&ring);
    if ring.len() < 3 || twice_area == 0 {
        return None;
    }
    if (twice_area > 0) != counter_clockwise {
        ring.reverse();
    }
    let first = ring
        .iter()
        .enumerate()
        .min_by_key(|(_, vertex)| **vertex)
        .map_or(0, |(index, _)| index);
    ring.rotate_left(first);
    Some(ring)
}

/// The vertices that went in: the calculation works on a grid of its own and moves them by a fraction of a
/// millimetre.
struct Known(Vec<Vertex>);

impl Known {
    fn new(parts: &[&Part]) -> Self {
        let mut vertices: Vec<Vertex> = parts.iter().copied().flatten().flatten().copied().collect();
        vertices.sort_unstable();
        Self(vertices)
    }

    /// The vertex that this one was, or itself if it is new.
    fn vertex_at(&self, moved: Vertex) -> Vertex {
        let first = self.0.partition_point(|vertex| vertex.lon < moved.lon - STRAY);
        let near = self.0[first..]
            .iter()
            .take_while(|vertex| vertex.lon <= moved.lon + STRAY);
        let distance = |vertex: &Vertex| vertex.lon.abs_diff(moved.lon) + vertex.lat.abs_diff(moved.lat);
        let found = near
            .filter(|vertex| vertex.lat.abs_diff(moved.lat) <= STRAY as u64)
            .min_by_key(|v| distance(v));
        found.copied().unwrap_or(moved)
    }
}
