use std::{
    collections::HashMap,
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::Point;

/// Distances to the edges of areas, as they were reckoned before: a day is judged again for every few fixes that come
/// to it, and its others stay where they are. Which were not asked for longest are forgotten.
#[derive(Debug)]
pub struct Edges {
    most: usize,
    known: Mutex<Known>,
}

/// The area's number, latitude and longitude, the latter two bit by bit.
type Key = (u64, u64, u64);

#[derive(Debug, Default)]
struct Known {
    /// Numbers that were given to areas; none is given twice.
    areas: u64,
    newer: HashMap<Key, i64>,
    /// What was known when `newer` was full last.
    older: HashMap<Key, i64>,
}

impl Edges {
    /// Remembers the last `most` distances, and at most twice as many: some 40 bytes each.
    pub fn new(most: usize) -> Self {
        Self {
            most,
            known: Mutex::default(),
        }
    }

    /// How many it remembers.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        let known = self.known();
        known.newer.len() + known.older.len()
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, key: &Key) -> Option<i64> {
        let mut known = self.known();
        if let Some(edge_mm) = known.newer.get(key) {
            return Some(*edge_mm);
        }
        let edge_mm = known.older.remove(key)?;
        known.keep(*key, edge_mm, self.most);
        Some(edge_mm)
    }
}

impl Known {
    fn keep(&mut self, key: Key, edge_mm: i64, most: usize) {
        if self.newer.len() >= most {
            self.older = mem::take(&mut self.newer);
        }
        self.newer.insert(key, edge_mm);
    }
}

/// The [`Edges`] of one area.
#[derive(Debug, Clone)]
pub(super) struct AreaEdges {
    area: u64,
    edges: Arc<Edges>,
}

impl AreaEdges {
    /// Of an area that none are known of.
    pub(super) fn new(edges: &Arc<Edges>) -> Self {
        let mut known = edges.known();
        known.areas += 1;
        Self {
            area: known.areas,
            edges: Arc::clone(edges),
        }
    }

    /// As it is known, or else as it is reckoned.
    pub(super) fn edge_mm(&self, point: Point, reckon: impl FnOnce() -> Option<i64>) -> Option<i64> {
        let key = (self.area, point.lat.to_bits(), point.lon.to_bits());
        self.edges.find(&key).or_else(|| {
            let edge_mm = reckon()?;
            self.edges.known().keep(key, edge_mm, self.edges.most);
            Some(edge_mm)
        })
    }
}
