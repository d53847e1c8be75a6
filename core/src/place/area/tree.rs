//! The edges of a shape under boxes of boxes: some edges in ring order under a box, and so up to one. Built
//! without sorting edges, since neighbours on a ring are neighbours on the ground.

use super::{
    bounds::Bounds,
    outline::{Chain, Outline},
};

/// Edges under a leaf.
const LEAF_EDGES: usize = 16;
/// Boxes under a box.
const FAN: usize = 4;

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
    leaves: Vec<Chain>,
    /// The boxes, level after level.
    bounds: Vec<Bounds>,
    /// Where each level starts in `bounds`; then the end.
    levels: Vec<u32>,
}

impl Tree {
    /// Over the edges of an outline.
    pub(super) fn new(outline: &Outline) -> Self {
        let mut leaves: Vec<Chain> = outline
            .rings()
            .iter()
            .flat_map(|ring| ring.pieces(LEAF_EDGES))
            .collect();
        leaves.shrink_to_fit();
        let boxes = leaves.iter().map(|leaf| Bounds::of(outline.points(*leaf)));
        let (bounds, levels) = stack(boxes.collect());
        Self { leaves, bounds, levels }
    }

    /// The box of all; `None` in an empty tree.
    pub(super) fn root(&self) -> Option<Node> {
        let level = self.levels.len() as u32 - 2;
        (!self.leaves.is_empty()).then_some(Node { level, index: 0 })
    }

    pub(super) fn bounds(&self, node: Node) -> &Bounds {
        &self.bounds[(self.levels[node.level as usize] + node.index) as usize]
    }

    /// The edges, if the box is a leaf.
    pub(super) fn chain(&self, node: Node) -> Option<Chain> {
        (node.level == 0).then(|| self.leaves[node.index as usize])
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

    /// The boxes in a box that is no leaf.
    fn children(&self, node: Node) -> impl Iterator<Item = Node> + use<> {
        let level = node.level - 1;
        let first = node.index * FAN as u32;
        let end = (first + FAN as u32).min(self.level_len(level));
        (first..end).map(move |index| Node { level, index })
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
