use super::*;
use crate::{
    judge::JudgedFix,
    place::Area,
    rules::together::{question, together},
    testing::{Noise, judged},
};

fn phone(way: Vec<(f64, Place)>, seed: u64) -> Vec<JudgedFix> {
    let noise = Noise { sigma_m: 4.0, ..STREET };
    judged(
        &fixes(&Way(way), noise, 60.0, &[], seed),
        &Area::prepare(&square(6000.0)),
        &Policy::default(),
    )
}

#[test]
fn two_phones_together_for_two_hours() {
    let walk = |east: f64| vec![(0.0, (0.0, east)), (250.0, (2000.0, east)), (510.0, (0.0, east))];
    let policy = Policy::default();
    let with = |other: Vec<(f64, Place)>| together(&phone(walk(0.0), 1), &phone(other, 2), WINDOW, &policy);
    let all_day = with(walk(0.0));
    assert_eq!(all_day.len(), 1);
    assert!(all_day[0].length_ms() > 500 * MINUTE_MS);
    assert_eq!(with(walk(200.0)), []);
    let parted = vec![(0.0, HOME), (100.0, (800.0, 0.0)), (110.0, (800.0, 900.0))];
    assert_eq!(with(parted), []);
    let joined = with(vec![
        (0.0, (0.0, 900.0)),
        (245.0, (1960.0, 900.0)),
        (250.0, (2000.0, 0.0)),
        (510.0, HOME),
    ]);
    assert_eq!(joined.len(), 1);
    assert!((minute(245.0)..minute(256.0)).contains(&joined[0].from_ms));
    let question = question("rep-1", "rep-2", "2026-11-23", joined[0], vec![]);
    assert_eq!(
        (question.kind, question.class),
        (FindingKind::PhonesTogether, Class::Question)
    );
}
