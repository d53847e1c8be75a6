use std::collections::BTreeMap;

use crate::{record::Hash, rules::Source};

/// A photo in a visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoUse {
    /// SHA-256 of its bytes.
    pub blob: Hash,
    /// The visit it was taken in.
    pub visit: String,
    /// When, milliseconds since 1970 (UTC).
    pub at_ms: i64,
    /// The record.
    pub source: Source,
}

/// One photo in two visits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reuse<'a> {
    /// Where it was first.
    pub first: &'a PhotoUse,
    /// A later visit that has it too.
    pub again: &'a PhotoUse,
}

/// Photos that stand in more than one visit, of any days and reps; each later visit once, in order of time.
pub fn reused(uses: &[PhotoUse]) -> Vec<Reuse<'_>> {
    let mut sorted: Vec<&PhotoUse> = uses.iter().collect();
    sorted.sort_by_key(|photo| (photo.at_ms, &photo.source.name));
    let mut seen: BTreeMap<Hash, Vec<&PhotoUse>> = BTreeMap::new();
    let mut reused = Vec::new();
    for again in sorted {
        let earlier = seen.entry(again.blob).or_default();
        if earlier.iter().any(|photo| photo.visit == again.visit) {
            continue;
        }
        reused.extend(earlier.first().map(|first| Reuse { first, again }));
        earlier.push(again);
    }
    reused
}
