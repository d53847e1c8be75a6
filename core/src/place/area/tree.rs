//! The edges of a shape under boxes of boxes: the rings one after another, eight edges in ring order under
//! a box, and so up to one. Built without sorting edges, since neighbours on a ring are neighbours on the ground.

use crate::place::Point;

/// Edges under a leaf.
const LEAF_EDGES: usize = 8;
/// Boxes under a box.
const FAN: usize = 4;

/// The smallest box, edges included.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub(super) min: Point,
    pub(super) max: Point,
}

/// Consecutive edges of one ring: from point `first` to point `last`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leaf {
    pub(super) first: u32,
    pub(super) last: u32,
    /// First point of the ring, which is its last too.
    pub(super) ring: u32,
}

/// A box of the tree: the level counts from the leaves.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    level: u32,
    index: u32,
}

/// Boxes in the order of a measure, each with it.
type Sorted = std::iter::Take<std::array::IntoIter<(f64, Node), FAN>>;

#[derive(Debug, Clone)]
pub(super) struct Tree {
    points: Vec<Point>,
    leaves: Vec<Leaf>,
    /// The boxes, level after level.
    bounds: Vec<Bounds>,
    /// Where each level starts in `bounds`; then the end.
    levels: Vec<u32>,
}

impl Tree {
    /// From closed rings.
    pub(super) fn new(mut rings: Vec<Vec<Point>>) -> Self {
        rings.sort_by_cached_key(|ring| along_z_curve(Bounds::of(ring)));
        let mut leaves = Vec::new();
        let mut ring_start = 0;
        for ring in &rings {
            let edges = ring.len() - 1;
            leaves.extend((0..edges).step_by(LEAF_EDGES).map(|edge| Leaf {
                first: (ring_start + edge) as u32,
                last: (ring_start + edges.min(edge + LEAF_EDGES)) as u32,
                ring: ring_start as u32,
            }));
            ring_start += ring.len();
        }
        let points = rings.concat();
        let boxes = leaves
            .iter()
            .map(|leaf| Bounds::of(&points[leaf.first as usize..=leaf.last as usize]));
        let (bounds, levels) = stack(boxes.collect());
        Self {
            points,
            leaves,
            bounds,
            levels,
        }
    }

    /// The box of all; `None` in an empty tree.
    pub(super) fn root(&self) -> Option<Node> {
        let level = self.levels.len() as u32 - 2;
        (!self.leaves.is_empty()).then_some(Node { level, index: 0 })
    }

    pub(super) fn bounds(&self, node: Node) -> &Bounds {
        &self.bounds[(self.levels[node.level as usize] + node.index) as usize]
    }

    /// The edges, if the box is a leaf: each point with the next.
    pub(super) fn chain(&self, node: Node) -> Option<&[Point]> {
        (node.level == 0).then(|| {
            let leaf = self.leaves[node.index as usize];
            &self.points[leaf.first as usize..=leaf.last as usize]
        })
    }

    /// The boxes in a box that is no leaf.
    pub(super) fn children(&self, node: Node) -> impl Iterator<Item = Node> + use<> {
        let level = node.level - 1;
        let first = node.index * FAN as u32;
        let end = (first + FAN as u32).min(self.level_len(level));
        (first..end).map(move |index| Node { level, index })
    }

    /// The boxes in a box that is no leaf, that with the least measure first.
    pub(super) fn children_by(&self, node: Node, measure: impl Fn(&Bounds) -> f64) -> Sorted {
        let mut sorted = [(f64::INFINITY, node); FAN];
        let mut count = 0;
        for child in self.children(node) {
            let measured = measure(self.bounds(child));
            let mut place = count;
            while place > 0 && sorted[place - 1].0 > measured {
                sorted[place] = sorted[place - 1];
                place -= 1;
            }
            sorted[place] = (measured, child);
            count += 1;
        }
        sorted.into_iter().take(count)
    }

    /// The first and the last leaf in a box.
    pub(super) fn ends(&self, node: Node) -> (Leaf, Leaf) {
        let width = (FAN as u32).pow(node.level);
        let first = node.index * width;
        let end = first.saturating_add(width).min(self.leaves.len() as u32);
        (self.leaves[first as usize], self.leaves[end as usize - 1])
    }

    pub(super) fn point(&self, index: u32) -> Point {
        self.points[index as usize]
    }

    fn level_len(&self, level: u32) -> u32 {
        self.levels[level as usize + 1] - self.levels[level as usize]
    }
}

/// Puts boxes around boxes until one is left; the boxes of all levels and where each level starts.
fn stack(leaves: Vec<Bounds>) -> (Vec<Bounds>, Vec<u32>) {
    let mut bounds = leaves;
    let mut levels = vec![0, bounds.len() as u32];
    let mut level = 0..bounds.len();
    while level.len() > 1 {
        let above: Vec<Bounds> = bounds[level.clone()].chunks(FAN).map(Bounds::around).collect();
        level = bounds.len()..bounds.len() + above.len();
        bounds.extend(above);
        levels.push(bounds.len() as u32);
    }
    bounds.shrink_to_fit();
    (bounds, levels)
}

impl Bounds {
    const NOTHING: Self = Self {
        min: Point {
            lon: f64::INFINITY,
            lat: f64::INFINITY,
        },
        max: Point {
            lon: f64::NEG_INFINITY,
            lat: f64::NEG_INFINITY,
        },
    };

    /// Of some points.
    pub(super) fn of(points: &[Point]) -> Self {
        points.iter().fold(Self::NOTHING, |bounds, &point| {
            bounds.and(Self { min: point, max: point })
        })
    }

    fn around(boxes: &[Self]) -> Self {
        boxes.iter().fold(Self::NOTHING, |bounds, &inner| bounds.and(inner))
    }

    fn and(self, other: Self) -> Self {
        Self {
            min: Point {
                lon: self.min.lon.min(other.min.lon),
                lat: self.min.lat.min(other.min.lat),
            },
            max: Point {
                lon: self.max.lon.max(other.max.lon),
                lat: self.max.lat.max(other.max.lat),
            },
        }
    }
}

/// Place of a box's centre on a Z-order curve over the globe (G. M. Morton, 1966): rings near each other on
/// the ground come near each other in the tree.
fn along_z_curve(bounds: Bounds) -> u64 {
    let cell = |min: f64, max: f64| spread(((min + max + 360.0) * (f64::from(u32::MAX) / 720.0)) as u32);
    cell(bounds.min.lon, bounds.max.lon) | cell(bounds.min.lat, bounds.max.lat) << 1
}

/// The bits of a number, a zero after each.
fn spread(bits: u32) -> u64 {
    let steps = [
        (16, 0x0000_ffff_0000_ffff),
        (8, 0x00ff_00ff_00ff_00ff),
        (4, 0x0f0f_0f0f_0f0f_0f0f),
        (2, 0x3333_3333_3333_3333),
        (1, 0x5555_5555_5555_5555),
    ];
    steps
        .iter()
        .fold(u64::from(bits), |bits, (shift, mask)| (bits | bits << shift) & mask)
}
