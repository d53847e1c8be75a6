//! Borders that two districts have in common but that were drawn twice: brought together, so that no slit is left
//! between them, to which the distance would be told.
//!
//! First vertices that lie near to each other become one, then each edge takes in the others' vertices that it
//! passes by; after that both borders run through the same vertices (as `GeometrySnapper` of the JTS Topology Suite
//! does it).

use std::collections::{BTreeMap, BTreeSet};

use rstar::{AABB, RTree, primitives::GeomWithData};

use super::{Part, Ring, Shape, Vertex, closed, ring_m2};
use crate::place::{Point, distance_m, ellipsoid::Scale};

/// Borders no farther apart are one, metres.
const SNAP_M: f64 = 1.0;

/// The shapes, in their order, with borders that lie within a metre of each other made one. A shape that would then
/// cross itself stays as it is.
pub(super) fn snapped(shapes: &[Shape]) -> Vec<Shape> {
    let mut order: Vec<usize> = (0..shapes.len()).collect();
    order.sort_by(|a, b| shapes[*a].parts.cmp(&shapes[*b].parts));
    let mut corners = Corners::of(order.iter().map(|index| &shapes[*index]));
    let moved: Vec<Vec<Part>> = order.iter().map(|index| corners.moved(&shapes[*index])).collect();
    let mut snapped = shapes.to_vec();
    for (parts, index) in moved.iter().zip(order) {
        let threaded = corners.threaded(parts);
        if threaded != shapes[index].parts {
            snapped[index] = Shape::new(points(&threaded)).unwrap_or_else(|_| shapes[index].clone());
        }
    }
    snapped
}

/// Whether a ring is a metre wide at most: what is left where corners nearer than that stand in another order on
/// both sides of a border.
pub(super) fn is_slit(ring: &Ring) -> bool {
    let corners: Vec<Point> = closed(ring).map(Point::from).collect();
    let length_m: f64 = corners.windows(2).map(|edge| distance_m(edge[0], edge[1])).sum();
    2.0 * ring_m2(ring).abs() <= SNAP_M * length_m
}

fn points(parts: &[Part]) -> Vec<Vec<Vec<Point>>> {
    let ring = |ring: &Ring| ring.iter().copied().map(Point::from).collect();
    parts.iter().map(|part| part.iter().map(ring).collect()).collect()
}

/// Applies something to each ring.
fn each_ring(parts: &[Part], mut to: impl FnMut(&Ring) -> Ring) -> Vec<Part> {
    let rings = parts.iter().map(|part| part.iter().map(&mut to).collect());
    rings.collect()
}

/// The vertices of all shapes, numbered shape by shape.
struct Corners {
    tree: RTree<GeomWithData<[f64; 2], usize>>,
    vertices: Vec<Vertex>,
    /// Those that took no other's place. Of the vertices not met yet none is known to stand.
    stands: Vec<bool>,
}

impl Corners {
    fn of<'a>(shapes: impl Iterator<Item = &'a Shape>) -> Self {
        let vertices: Vec<Vertex> = shapes
            .flat_map(|shape| shape.parts.iter().flatten().flatten().copied())
            .collect();
        let numbered = vertices.iter().enumerate();
        let numbered = numbered.map(|(number, vertex)| GeomWithData::new(coordinates(*vertex), number));
        Self {
            tree: RTree::bulk_load(numbered.collect()),
            stands: Vec::with_capacity(vertices.len()),
            vertices,
        }
    }

    /// The next shape, with each vertex at the place of the nearest one of an earlier shape that stands near.
    fn moved(&mut self, shape: &Shape) -> Vec<Part> {
        let mut stand = Vec::new();
        let parts = each_ring(&shape.parts, |ring| {
            let place = |vertex: &Vertex| {
                let near = self.nearest(*vertex);
                stand.push(near.is_none());
                near.unwrap_or(*vertex)
            };
            ring.iter().map(place).collect()
        });
        self.stands.append(&mut stand);
        parts
    }

    fn nearest(&self, vertex: Vertex) -> Option<Vertex> {
        let plane = Plane::at(vertex);
        let near = self.standing([vertex, vertex], &plane);
        let measured = near.map(|other| (plane.foot_on(other, other).distance_m, other));
        let nearest = measured.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))?;
        (nearest.0 <= SNAP_M).then_some(nearest.1)
    }

    /// A shape whose edges run through the vertices that stand near to them.
    fn threaded(&self, parts: &[Part]) -> Vec<Part> {
        let own: BTreeSet<Vertex> = parts.iter().flatten().flatten().copied().collect();
        each_ring(parts, |ring| self.thread(ring, &own))
    }

    /// Each vertex goes into the edge that passes it nearest, at a corner too.
    fn thread(&self, ring: &Ring, own: &BTreeSet<Vertex>) -> Ring {
        let mut nearest: BTreeMap<Vertex, (usize, Foot)> = BTreeMap::new();
        for (edge, (a, b)) in ring.iter().copied().zip(closed(ring).skip(1)).enumerate() {
            for (other, foot) in self.passed(a, b).filter(|(other, _)| !own.contains(other)) {
                let is_nearer = nearest
                    .get(&other)
                    .is_none_or(|(_, known)| foot.distance_m < known.distance_m);
                if is_nearer {
                    nearest.insert(other, (edge, foot));
                }
            }
        }
        let mut threads: Vec<(usize, f64, Vertex)> =
            ring.iter().enumerate().map(|(edge, a)| (edge, -1.0, *a)).collect();
        threads.extend(
            nearest
                .into_iter()
                .map(|(other, (edge, foot))| (edge, foot.along, other)),
        );
        threads.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2)));
        threads.into_iter().map(|(_, _, vertex)| vertex).collect()
    }

    /// What stands near to an edge, but at neither of its ends.
    fn passed(&self, a: Vertex, b: Vertex) -> impl Iterator<Item = (Vertex, Foot)> + '_ {
        let poleward = if a.lat.abs() > b.lat.abs() { a } else { b };
        let standing = self.standing([a, b], &Plane::at(poleward));
        let measured = standing.map(move |other| (other, Plane::at(other).foot_on(a, b)));
        measured.filter(|(_, foot)| foot.distance_m <= SNAP_M && 0.0 < foot.along && foot.along < 1.0)
    }

    /// The standing vertices in a box around two, and somewhat beyond.
    fn standing<'a>(&'a self, [a, b]: [Vertex; 2], plane: &Plane) -> impl Iterator<Item = Vertex> + use<'a> {
        let (a, b) = (coordinates(a), coordinates(b));
        let reach = plane.metre_e9.map(|metre_e9| 1.01 * SNAP_M * metre_e9);
        let corner = |pick: fn(f64, f64) -> f64, by: f64| [0, 1].map(|axis| pick(a[axis], b[axis]) + by * reach[axis]);
        let within = AABB::from_corners(corner(f64::min, -1.0), corner(f64::max, 1.0));
        let numbers = self.tree.locate_in_envelope(&within).map(|corner| corner.data);
        numbers
            .filter(|number| self.stands.get(*number).copied().unwrap_or(false))
            .map(|number| self.vertices[number])
    }
}

fn coordinates(vertex: Vertex) -> [f64; 2] {
    [vertex.lon as f64, vertex.lat as f64]
}

/// The ground around a vertex, flat.
struct Plane {
    origin: Vertex,
    /// 1e-9 degrees of a metre, east and north.
    metre_e9: [f64; 2],
}

/// The point of an edge that is nearest to a vertex.
struct Foot {
    distance_m: f64,
    /// Its share of the way along the edge.
    along: f64,
}

impl Plane {
    fn at(origin: Vertex) -> Self {
        let scale = Scale::at(Point::from(origin).lat);
        Self {
            origin,
            metre_e9: [scale.east(0.0), scale.north(0.0)].map(|degree_m| 1e9 / degree_m),
        }
    }

    fn metres(&self, vertex: Vertex) -> [f64; 2] {
        let (east, north) = (vertex.lon - self.origin.lon, vertex.lat - self.origin.lat);
        [east as f64 / self.metre_e9[0], north as f64 / self.metre_e9[1]]
    }

    /// From the origin to an edge.
    fn foot_on(&self, a: Vertex, b: Vertex) -> Foot {
        let (a, b) = (self.metres(a), self.metres(b));
        let way = [b[0] - a[0], b[1] - a[1]];
        let length_2 = way[0] * way[0] + way[1] * way[1];
        let along = if length_2 > 0.0 {
            -(a[0] * way[0] + a[1] * way[1]) / length_2
        } else {
            0.0
        };
        let along = along.clamp(0.0, 1.0);
        let foot = [a[0] + along * way[0], a[1] + along * way[1]];
        Foot {
            distance_m: (foot[0] * foot[0] + foot[1] * foot[1]).sqrt(),
            along,
        }
    }
}
