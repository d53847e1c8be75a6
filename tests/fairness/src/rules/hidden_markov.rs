//! A hidden Markov model of the signed distance to the edge: inside or outside, each with a good or a wrong sensor;
//! forward and backward (L. R. Rabiner, Proceedings of the IEEE 77, 1989).

use onbeat_core::{judge::JudgedFix, policy::Policy};

/// States: inside and good, inside and wrong, outside and good, outside and wrong.
type State = [f64; 4];

/// Mean time inside, outside, with a good and with a wrong sensor, seconds.
const LASTS_S: [f64; 4] = [7200.0, 3600.0, 1800.0, 240.0];
/// Errors last so long: fixes nearer in time than this share their evidence.
const CORRELATED_S: f64 = 240.0;
/// From which probability on outside is said.
const SURE: f64 = 0.9999;

/// Which fixes are outside with that probability.
pub(super) fn outside(fixes: &[&JudgedFix], policy: &Policy) -> Vec<bool> {
    let count = fixes.len();
    let waits_s: Vec<f64> = fixes
        .windows(2)
        .map(|pair| (pair[1].at_ms - pair[0].at_ms) as f64 / 1000.0)
        .collect();
    let seen: Vec<State> = (0..count)
        .map(|i| {
            let wait_s = if i == 0 { CORRELATED_S } else { waits_s[i - 1] };
            emission(fixes[i], (wait_s / CORRELATED_S).min(1.0), policy)
        })
        .collect();
    let start = [0.9, 0.05, 0.04, 0.01];
    let mut forward: Vec<State> = Vec::with_capacity(count);
    for i in 0..count {
        let before = if i == 0 {
            start
        } else {
            step(forward[i - 1], waits_s[i - 1])
        };
        forward.push(scaled(std::array::from_fn(|s| before[s] * seen[i][s])));
    }
    let mut after: State = [1.0; 4];
    let mut sure = vec![false; count];
    for i in (0..count).rev() {
        let both: State = scaled(std::array::from_fn(|s| forward[i][s] * after[s]));
        sure[i] = both[2] + both[3] >= SURE;
        if i > 0 {
            let here: State = std::array::from_fn(|s| after[s] * seen[i][s]);
            after = scaled(step_back(here, waits_s[i - 1]));
        }
    }
    sure
}

/// How likely a distance is seen: with a good sensor the error is normal, with a wrong one anything.
fn emission(fix: &JudgedFix, share: f64, policy: &Policy) -> State {
    let edge_m = fix.verdict.edge_mm.unwrap_or(0) as f64 / 1000.0;
    let radius_m = fix.verdict.radius_mm.unwrap_or(60_000) as f64 / 1000.0;
    let sigma_m = radius_m / 3.035;
    let out_m = -edge_m - policy.fix.edge_tolerance_m;
    let tail = |beyond_m: f64| (-0.5 * (beyond_m.max(0.0) / sigma_m).powi(2)).exp().max(1e-12);
    let wrong = 0.05;
    [tail(-edge_m), wrong, tail(-out_m), wrong].map(|p| p.powf(share))
}

fn step(from: State, wait_s: f64) -> State {
    let change = |lasts_s: f64| 0.5 * (1.0 - (-wait_s / lasts_s).exp());
    let [out, back, fail, mend] = LASTS_S.map(change);
    let [ig, iw, og, ow] = from;
    let good = [ig * (1.0 - out) + og * back, og * (1.0 - back) + ig * out];
    let wrong = [iw * (1.0 - out) + ow * back, ow * (1.0 - back) + iw * out];
    [
        good[0] * (1.0 - fail) + wrong[0] * mend,
        wrong[0] * (1.0 - mend) + good[0] * fail,
        good[1] * (1.0 - fail) + wrong[1] * mend,
        wrong[1] * (1.0 - mend) + good[1] * fail,
    ]
}

/// The transpose of [`step`].
fn step_back(to: State, wait_s: f64) -> State {
    let column = |state: usize| {
        let mut unit = [0.0; 4];
        unit[state] = 1.0;
        let reached = step(unit, wait_s);
        (0..4).map(|s| reached[s] * to[s]).sum()
    };
    std::array::from_fn(column)
}

fn scaled(state: State) -> State {
    let sum: f64 = state.iter().sum();
    state.map(|p| p / sum.max(1e-300))
}
