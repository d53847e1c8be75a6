//! Clopper-Pearson bounds: what share may be true, given how often something was seen.

/// Exact two-sided 95 % bounds (C. J. Clopper, E. S. Pearson, Biometrika 26, 1934) of the share behind `seen` of
/// `of`: each end leaves 2.5 %. Without trials nothing is known.
pub(crate) fn bounds(seen: u64, of: u64) -> (f64, f64) {
    let low = if seen == 0 {
        0.0
    } else {
        solve(|share| 1.0 - at_most(seen - 1, of, share) - 0.025)
    };
    (low, upper(seen, of, 0.025))
}

/// One-sided upper 95 % bound: the goal's "0 in 30,000, at most 1 in 47,500, 2 in 63,000" is this one.
pub(crate) fn upper_95(seen: u64, of: u64) -> f64 {
    upper(seen, of, 0.05)
}

fn upper(seen: u64, of: u64, left: f64) -> f64 {
    if seen >= of {
        return 1.0;
    }
    solve(|share| left - at_most(seen, of, share))
}

/// Root of a rising function between 0 and 1.
fn solve(rising: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..80 {
        let middle = (low + high) / 2.0;
        if rising(middle) < 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    (low + high) / 2.0
}

/// Probability of at most `seen` of `of`, each with a probability: summed in logarithms from the largest term
/// down, so that it takes as long as the peak is wide.
fn at_most(seen: u64, of: u64, share: f64) -> f64 {
    if share <= 0.0 || share >= 1.0 {
        return if share <= 0.0 { 1.0 } else { 0.0 };
    }
    let (n, odds) = (of as f64, (share / (1.0 - share)).ln());
    if seen as f64 > n * share {
        // The tail above is the shorter one.
        return 1.0 - at_most(of - seen - 1, of, 1.0 - share);
    }
    let mut term = ln_choose(of, seen) + seen as f64 * odds + n * (1.0 - share).ln();
    let (mut sum, mut k) = (0.0, seen);
    loop {
        let add = term.exp();
        sum += add;
        if k == 0 || add < sum * 1e-16 {
            return sum;
        }
        term += (k as f64 / (n - k as f64 + 1.0)).ln() - odds;
        k -= 1;
    }
}

fn ln_choose(of: u64, seen: u64) -> f64 {
    let least = seen.min(of - seen);
    (1..=least).map(|k| ((of - least + k) as f64 / k as f64).ln()).sum()
}

#[cfg(test)]
mod tests {
    use super::{bounds, upper_95};

    #[test]
    fn the_goal_s_numbers_are_the_one_sided_bound() {
        for (seen, of) in [(0, 30_000), (1, 47_500), (2, 63_000)] {
            let bound = upper_95(seen, of);
            assert!((0.995e-4..=1.0e-4).contains(&bound), "{seen} in {of}: {bound}");
        }
    }

    #[test]
    fn agrees_with_published_values() {
        // Newcombe, Statistics in Medicine 17 (1998), table I: 81 of 263, 15 of 148, 1 of 29.
        for (seen, of, low, high) in [
            (81, 263, 0.2527, 0.3676),
            (15, 148, 0.0578, 0.1617),
            (1, 29, 0.0009, 0.1776),
        ] {
            let (a, b) = bounds(seen, of);
            assert!(
                (a - low).abs() < 5e-5 && (b - high).abs() < 5e-5,
                "{seen} of {of}: {a} {b}"
            );
        }
        assert_eq!(bounds(0, 10).0, 0.0);
        assert_eq!(bounds(10, 10).1, 1.0);
    }
}
