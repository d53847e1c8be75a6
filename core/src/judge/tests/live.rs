use super::*;
use crate::{
    judge::{LiveStatus as L, live, next_due_s},
    testing::{fix, square},
};

/// A fix each minute from the opening on, so far beyond the edge; `None`: no fix.
fn status(beyond_m: &[Option<f64>]) -> L {
    let fixes = (0..).zip(beyond_m).filter_map(|(minute, metres)| {
        Some((
            OPEN_MS + minute * MINUTE_MS,
            fix((1000.0 + (*metres)?, 0.0), 10_000, Some(9)),
        ))
    });
    let day = Day::new(&square(2000.0), fixes.collect());
    let now_ms = OPEN_MS + (beyond_m.len() as i64 - 1) * MINUTE_MS;
    live(&day.judged(), now_ms, &day.policy, 50.0)
}

#[test]
fn votes_tell_the_rep_and_then_the_board() {
    let inside = [Some(-500.0); 3];
    let outside = |minutes: usize| vec![Some(400.0); minutes];
    let table: [(Vec<Option<f64>>, L); 9] = [
        (vec![], L::Unknown),
        (inside.to_vec(), L::Inside),
        (vec![Some(0.0); 3], L::Edge),
        ([&inside[..], &outside(6)].concat(), L::Edge),
        ([&inside[..], &outside(7)].concat(), L::SeemsLeaving),
        ([&inside[..], &outside(10)].concat(), L::PossiblyOutside),
        // An empty vote begins anew, and so does one spent inside.
        ([&outside(7)[..], &[None; 4], &outside(2)].concat(), L::Edge),
        ([&outside(7)[..], &inside, &inside].concat(), L::Inside),
        ([&inside[..], &[None; 12]].concat(), L::Unknown),
    ];
    for (beyond_m, expected) in table {
        assert_eq!(status(&beyond_m), expected, "{beyond_m:?}");
    }
}

#[test]
fn the_next_fix_is_due_when_an_edge_could_be_reached() {
    let policy = Policy::default();
    let table: [(Option<i64>, &[i64], i64); 8] = [
        (Some(5_000_000), &[], 300),
        (Some(100_000_000), &[], 600),
        (Some(100_000), &[], 60),
        (Some(0), &[], 60),
        (Some(-5_000_000), &[], 60),
        (Some(5_000_000), &[-2_000_000, 9_000_000], 120),
        (Some(5_000_000), &[i64::MIN], 300),
        (None, &[], 60),
    ];
    for (area_edge_mm, no_go, due_s) in table {
        assert_eq!(
            next_due_s(area_edge_mm, no_go, &policy),
            due_s,
            "{area_edge_mm:?}, {no_go:?}"
        );
    }
}
