//! Which records touch a key, in few rows: those that follow one another are one run.

use std::collections::BTreeSet;

/// Records that follow one another, and touch the same key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run<K> {
    pub(super) key: K,
    pub(super) first: i64,
    pub(super) last: i64,
}

/// The fewest runs of some records, each told by its key and number.
pub(super) fn runs<K: PartialEq>(tied: BTreeSet<(K, i64)>) -> Vec<Run<K>> {
    let mut runs: Vec<Run<K>> = Vec::new();
    for (key, number) in tied {
        match runs.last_mut() {
            Some(run) if run.key == key && run.last + 1 == number => run.last = number,
            _ => runs.push(Run {
                key,
                first: number,
                last: number,
            }),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_one_another_is_one_run() {
        let tied = [("b", 3), ("a", 1), ("a", 3), ("a", 2), ("a", 2), ("a", 5), ("b", 6)];
        let found = runs(tied.into()).into_iter().map(|run| (run.key, run.first, run.last));
        let expected = [("a", 1, 3), ("a", 5, 5), ("b", 3, 3), ("b", 6, 6)];
        assert_eq!(found.collect::<Vec<_>>(), expected);
    }
}
