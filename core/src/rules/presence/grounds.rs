//! Why presence says what it says.

use super::{
    Presence,
    fold::{ruling_input, still, track_of},
    oddities,
    track::{Scene, Track},
};
use crate::{
    judge::{Proof, Span, SpanStatus, Why, median::sliding, ruled, why},
    place::{Point, distance_m},
    rules::{
        Explanation, Fact, Finding, FindingKind, Place,
        case::Case,
        explain::{Grounds, Sentence, Told, around, percent},
    },
    time::Interval,
};

/// What made a finding of a bare track; `presence` is what [`super::fold`] gave with it, `zone` that of its times.
pub fn explain(track: &Track<'_>, zone: &str, presence: &Presence, finding: &Finding) -> Explanation {
    let told = Told {
        rep: "",
        day: track.day,
        zone,
        spans: &presence.spans,
        fixes: track.numbered(),
        known: track.known(),
        policy: track.policy,
        erased: false,
    };
    told.explanation(finding, of_track(track, finding))
}

/// Of a finding of a rep's day.
pub(in crate::rules) fn grounds(case: &Case<'_>, finding: &Finding) -> Grounds {
    let whole = case.basis.schedule.whole_day(case.day);
    let (window, known) = case.window.zip(case.known()).unwrap_or((whole, whole));
    of_track(&track_of(case, window, known, &still(case)), finding)
}

fn of_track(track: &Track<'_>, finding: &Finding) -> Grounds {
    let ruled = ruled(&ruling_input(track));
    let scene = Scene::new(track, &ruled.spans);
    match finding.kind {
        FindingKind::LeftArea => outside(&scene, finding),
        FindingKind::OutsideAtOpening => outside(&scene, finding).counted(
            "at_opening",
            [
                ("opens_ms", track.window.from_ms),
                ("opening_s", track.policy.unknown.opening_s),
            ],
        ),
        FindingKind::AtNoGo | FindingKind::PerhapsAtNoGo => no_go(&scene, finding),
        FindingKind::LongStay => stay(&scene, finding),
        FindingKind::SimulatedFixes => simulated(&scene, finding),
        FindingKind::IdenticalFixes => identical(&scene, finding),
        _ => unaccounted(&scene, finding),
    }
}

/// The trail of the interval and the minutes around it, with the middles that decided.
fn outside(scene: &Scene<'_>, finding: &Finding) -> Grounds {
    let (track, policy) = (scene.track, scene.track.policy);
    let fixes = track.numbered();
    let around = around(finding);
    let why = why(&ruling_input(track), finding.interval(), around);
    let mut grounds = Grounds::new(finding, &["fix", "ruling", "transit", "unknown"]);
    grounds.happened = grounds
        .happened
        .number("out_mm", finding.number("edge_mm").unwrap_or_default().saturating_neg());
    grounds.measure = grounds
        .measure
        .with("proof_radii", Fact::Text(policy.ruling.proof_radii.to_string()))
        .with("confidence_percent", percent(policy.fix.confidence))
        .number("opening_s", policy.unknown.opening_s);
    grounds.fixes = fixes.within(around, |_| true);
    grounds.deciding = outside_deciding(scene, finding, &why);
    let grounds = conditions(grounds, scene, finding, &why);
    Grounds {
        why,
        of_time: true,
        ..grounds
    }
}

/// What each condition counted in the longest run; the runs are told too.
fn conditions(grounds: Grounds, scene: &Scene<'_>, finding: &Finding, why: &Why) -> Grounds {
    let ruling = &scene.track.policy.ruling;
    let grounds = grounds.condition("long", true, finding, &["duration_s", "outside_min_s"]);
    let Some(proof) = why.proofs.iter().max_by_key(|proof| proof.fixes) else {
        return grounds;
    };
    let count = |number: u32| i64::from(number);
    let grounds = grounds
        .counted("clear", [("clear", count(proof.clear)), ("fixes", count(proof.fixes))])
        .counted(
            "one_piece",
            [
                ("outside", count(proof.outside)),
                ("agreeing", count(proof.agreeing)),
                ("fixes", count(proof.fixes)),
                ("outside_fixes", count(ruling.outside_fixes)),
            ],
        )
        .counted(
            backing(proof),
            [
                ("backing", count(proof.backing)),
                ("backing_s", proof.backing_s),
                ("backing_fixes", count(ruling.backing_fixes)),
            ],
        );
    let Some(transit) = why.transit else { return grounds };
    let outside_s = outside_s(scene.spans, transit.from_ms, transit.to_ms);
    grounds.counted(
        "longer_than_the_way",
        [
            ("outside_s", outside_s),
            ("allowed_s", transit.allowed_s),
            ("way_mm", transit.way_mm),
        ],
    )
}

/// By what a run is backed.
fn backing(proof: &Proof) -> &'static str {
    if proof.satellites {
        "backed_by_satellites"
    } else if proof.tour {
        "backed_by_a_tour"
    } else {
        "backed_by_the_way"
    }
}

fn outside_s(spans: &[Span], from_ms: i64, to_ms: i64) -> i64 {
    let way = Interval { from_ms, to_ms };
    let counts = |span: &&Span| span.status == SpanStatus::Outside && span.excused_by.is_none();
    let within = |span: &Span| {
        let time = Interval {
            from_ms: span.from_ms,
            to_ms: span.to_ms,
        };
        time.intersect(&way).map_or(0, |both| both.length_ms())
    };
    spans.iter().filter(counts).map(within).sum::<i64>() / 1000
}

/// The fixes that the finding names, the farthest, those between which it lies, and the first that back it.
fn outside_deciding(scene: &Scene<'_>, finding: &Finding, why: &Why) -> Vec<u32> {
    let fixes = scene.track.numbered();
    let mut deciding = fixes.named(&finding.evidence);
    let enough = scene.track.policy.ruling.backing_fixes as usize;
    let mut moments: Vec<i64> = ["left_after_ms", "back_before_ms"]
        .iter()
        .filter_map(|name| finding.number(name))
        .collect();
    let backing = why.votes.iter().filter(|vote| vote.backs).map(|vote| vote.at_ms);
    let charged = |at_ms: &i64| (finding.from_ms..=finding.to_ms).contains(at_ms);
    moments.extend(backing.filter(charged).take(enough));
    moments.sort_unstable();
    let decides = |at_ms: i64| moments.binary_search(&at_ms).is_ok();
    deciding.extend(scene.fixes.iter().filter(|fix| decides(fix.at_ms)).map(|fix| fix.index));
    let farthest = scene.fixes.iter().filter(|fix| charged(&fix.at_ms));
    deciding.extend(
        farthest
            .min_by_key(|fix| (fix.edge_mm, fix.radius_mm))
            .map(|fix| fix.index),
    );
    deciding
}

/// Distances to the edge of the no-go place, positive inside it.
fn no_go(scene: &Scene<'_>, finding: &Finding) -> Grounds {
    let fixes = scene.track.numbered();
    let mut grounds = Grounds::new(finding, &["fix", "ruling", "no_go"]);
    grounds.measure = grounds
        .measure
        .with("confidence_percent", percent(scene.track.policy.fix.confidence));
    grounds.fixes = fixes.within(around(finding), |_| true);
    grounds.deciding = fixes.named(&finding.evidence);
    let name = finding.text("place").unwrap_or_default();
    let area = scene.track.no_go.iter().find(|(known, _)| known == name);
    let edge_mm = |point| area?.1.edge_mm(point);
    grounds
        .measured(fixes, edge_mm)
        .condition("long", true, finding, &["duration_s", "pick_up_s"])
        .condition("proved", finding.kind == FindingKind::AtNoGo, finding, &["fixes"])
}

/// Distances to the middle of the stay.
fn stay(scene: &Scene<'_>, finding: &Finding) -> Grounds {
    let fixes = scene.track.numbered();
    let mut grounds = Grounds::new(finding, &["fix", "ruling", "going_home"]);
    if finding.number("customer_distance_mm").is_none() {
        grounds.happened = Sentence::of("long_stay_no_customer", finding);
    }
    let stays = |at_ms: i64| (finding.from_ms..=finding.to_ms).contains(&at_ms);
    let within: Vec<_> = scene.fixes.iter().filter(|fix| stays(fix.at_ms)).copied().collect();
    grounds.fixes = within.iter().map(|fix| fix.index).collect();
    grounds.deciding = fixes.named(&finding.evidence);
    let grounds = grounds
        .condition("long", true, finding, &["duration_s", "stay_min_s"])
        .condition("no_customer_near", true, finding, &["customer_distance_mm"]);
    let Some(middle) = sliding(&within, i64::MAX).first().copied() else {
        return grounds;
    };
    let place = Place {
        code: "stay".into(),
        name: None,
        lat_e9: middle.lat_e9,
        lon_e9: middle.lon_e9,
        radius_mm: finding.number("within_mm").unwrap_or_default(),
    };
    let grounds = grounds.measured(fixes, |point: Point| {
        Some(libm::round(distance_m(middle.point(), point) * 1000.0) as i64)
    });
    Grounds {
        place: Some(place),
        ..grounds
    }
}

fn simulated(scene: &Scene<'_>, finding: &Finding) -> Grounds {
    let fixes = scene.track.numbered();
    let mut grounds = Grounds::new(finding, &["fix"]);
    grounds.fixes = fixes.within(finding.interval(), |judged| judged.fix.simulated);
    grounds.deciding = fixes.named(&finding.evidence);
    grounds.condition("simulated", true, finding, &["fixes"])
}

fn identical(scene: &Scene<'_>, finding: &Finding) -> Grounds {
    let mut grounds = Grounds::new(finding, &["visit"]);
    grounds.fixes = oddities::repeated(scene)
        .concat()
        .iter()
        .map(|(number, _)| *number)
        .collect();
    grounds.deciding = scene.track.numbered().named(&finding.evidence);
    grounds.condition("identical", true, finding, &["fixes", "identical_min", "runs"])
}

/// What was seen in the unknown time (nothing of it is usable), and the fixes between which it lies.
fn unaccounted(scene: &Scene<'_>, finding: &Finding) -> Grounds {
    let fixes = scene.track.numbered();
    let unknown = |span: &&Span| span.status == SpanStatus::Unknown && span.excused_by.is_none();
    let mut grounds = Grounds::new(finding, &["fix", "unknown"]);
    grounds.of_time = true;
    let usable = &scene.fixes;
    for span in scene.spans.iter().filter(unknown) {
        let before = usable.partition_point(|fix| fix.at_ms <= span.from_ms).checked_sub(1);
        let after = usable.partition_point(|fix| fix.at_ms < span.to_ms);
        let ends = [before.and_then(|place| usable.get(place)), usable.get(after)];
        grounds.deciding.extend(ends.into_iter().flatten().map(|fix| fix.index));
    }
    grounds.fixes = fixes.within(finding.interval(), |judged| {
        let after = scene.spans.partition_point(|span| span.to_ms <= judged.at_ms);
        scene.spans.get(after).as_ref().is_some_and(unknown)
    });
    grounds.condition("long", true, finding, &["unaccounted_s", "ask_day_s"])
}
