use std::collections::BTreeSet;

use super::Documents;

/// Whose days change with some documents.
pub(crate) enum Reps {
    /// Everyone's.
    All,
    /// Theirs.
    Some(BTreeSet<String>),
}

/// The reps whose reference or judgement some documents (kind, key) change.
pub(crate) fn reps_of<'a>(
    before: &Documents,
    after: &Documents,
    touched: impl IntoIterator<Item = (&'a str, &'a str)>,
    now_ms: i64,
) -> Reps {
    let mut reps = BTreeSet::new();
    for (kind, key) in touched {
        match kind {
            "policy" | "calendar" => return Reps::All,
            "rep" | "area" => {
                reps.insert(key.to_owned());
            }
            "customer" => reps.extend(
                [before, after]
                    .into_iter()
                    .flat_map(|d| d.reps_with_customer(key, now_ms)),
            ),
            _ => reps.extend([before, after].into_iter().filter_map(|d| d.owner_of(kind, key))),
        }
    }
    Reps::Some(reps)
}
