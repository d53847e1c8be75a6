//! The positions of a day: data for the map and the slider, and the records behind them.

use chrono::NaiveDate;
use onbeat_core::{judge::FixVerdict, place::Point, record::Payload, rules::presence::CauseNoted};
use serde_json::{Value, json};

use crate::{
    auth::Actor,
    desk::{
        Desk, DeskResult,
        look::{self, Event, TrailFix},
    },
    files::places::feature,
    pages::{Frame, bar::side, map::within_page},
};

/// What is shown of a day whose positions were opened.
pub(super) struct Trail {
    /// A FeatureCollection: the line, and each fix with its words.
    pub(super) features: String,
    /// Fixes that are drawn.
    pub(super) fixes: usize,
    /// The records of the day, in order.
    pub(super) events: Vec<Line>,
    /// How many they are, the desk's apart.
    pub(super) count: String,
}

/// A record.
pub(super) struct Line {
    /// Its time.
    pub(super) time: String,
    /// What the server ruled, for a fix; else what happened.
    pub(super) what: String,
    /// What the phone itself saw, where it differs.
    pub(super) phone: Option<String>,
    /// `epoch/seq`, with the branch where it is none of the main line.
    pub(super) place: String,
    /// Whether that is a place in the desk's log: the rep's does not hold the record.
    pub(super) is_desks: bool,
    /// Hash of its head line.
    pub(super) hash: String,
    /// Head and body, as they stand in the rep's log; of a record in the desk's the head alone.
    pub(super) lines: String,
}

impl Trail {
    /// Opens it; the look is recorded first.
    pub(super) async fn open(
        desk: &Desk,
        actor: &Actor,
        frame: &Frame,
        rep: &str,
        day: NaiveDate,
        why: &str,
    ) -> DeskResult<Self> {
        let events = look::opened(desk, actor, rep, day, why).await?;
        let fixes = events.iter().filter_map(|event| event.fix.as_ref());
        let drawn: Vec<Value> = fixes.filter_map(|fix| fix_feature(frame, fix)).collect();
        let places: Vec<&Value> = drawn
            .iter()
            .map(|feature| &feature["geometry"]["coordinates"])
            .collect();
        let line = feature(
            json!({"type": "LineString", "coordinates": places}),
            json!({"kind": "way"}),
        );
        // A line has two ends.
        let line = (drawn.len() > 1).then_some(line);
        let fixes = drawn.len();
        let features: Vec<Value> = line.into_iter().chain(drawn).collect();
        let events: Vec<Line> = events.iter().map(|event| event_line(desk, frame, event)).collect();
        Ok(Self {
            features: within_page(features),
            fixes,
            count: count(frame, &events),
            events,
        })
    }
}

/// `558 + 1 of the desk`: what is checked below is the rep's log, without the desk's.
fn count(frame: &Frame, events: &[Line]) -> String {
    let desks = events.iter().filter(|event| event.is_desks).count();
    let own = (events.len() - desks).to_string();
    if desks == 0 {
        return own;
    }
    let told = [("own", &*own), ("desks", &*desks.to_string())];
    frame.words.fill("day.of_desk", &told)
}

/// A fix with its words.
pub(in crate::pages) fn fix_feature(frame: &Frame, fix: &TrailFix) -> Option<Value> {
    let taken = fix.taken.as_ref()?;
    let ruled = fix.ruled.as_ref()?;
    let at = Point::from(&taken.fix);
    let properties = json!({
        "kind": "fix",
        "side": side(ruled.place),
        "at_ms": fix.at_ms,
        "radius_m": ruled.radius_mm.unwrap_or(0) as f64 / 1000.0,
        "name": format!("{} · {}", frame.local.time(fix.at_ms), ruling(frame, ruled)),
    });
    Some(feature(
        json!({"type": "Point", "coordinates": [at.lon, at.lat]}),
        properties,
    ))
}

/// `340 m inside, ±12 m`; the side by itself where the distance does not say it.
fn ruling(frame: &Frame, ruled: &FixVerdict) -> String {
    let place = side(ruled.place);
    let far = ruled.edge_mm.map(|edge_mm| {
        let (key, said) = if edge_mm < 0 {
            ("chart.out", "outside")
        } else {
            ("chart.in", "inside")
        };
        let distance = frame.local.distance(edge_mm);
        (said, frame.words.fill(key, &[("distance", &distance)]))
    });
    let is_said = far.as_ref().is_some_and(|(said, _)| *said == place);
    let mut words: Vec<String> = (!is_said).then(|| frame.of("span", place)).into_iter().collect();
    words.extend(far.map(|(_, far)| far));
    let radius = ruled.radius_mm.map(|radius_mm| frame.local.distance(radius_mm));
    words.extend(radius.map(|radius| format!("±{radius}")));
    words.join(frame.t("unit.join"))
}

/// What a record is of.
fn happened(frame: &Frame, event: &Event) -> String {
    if event.kind == CauseNoted::TYPE {
        let body: Option<Value> = event.body.as_deref().and_then(|body| serde_json::from_str(body).ok());
        let cause = body.as_ref().and_then(|body| body["cause"].as_str());
        let words = cause.and_then(|cause| frame.words.find(&format!("cause.{cause}")));
        return words.map_or_else(|| frame.record(&event.kind), str::to_owned);
    }
    frame.record(&event.kind)
}

fn event_line(desk: &Desk, frame: &Frame, event: &Event) -> Line {
    let (fix, name) = (event.fix.as_ref(), &event.name);
    let branch = name.branch.as_str();
    let seen = fix.and_then(|fix| fix.taken.as_ref()?.seen.as_ref().map(|seen| seen.verdict.place));
    let ruled = fix.and_then(|fix| fix.ruled.as_ref());
    let is_desks = name.stream == *desk.app.desk.stream();
    Line {
        time: frame.local.time(event.at_ms),
        what: ruled.map_or_else(|| happened(frame, event), |ruled| ruling(frame, ruled)),
        phone: seen
            .filter(|seen| ruled.is_none_or(|ruled| *seen != ruled.place))
            .map(|seen| frame.of("span", side(seen))),
        place: if branch.is_empty() {
            format!("{}/{}", name.epoch, name.seq)
        } else {
            format!("{}/{branch}/{}", name.epoch, name.seq)
        },
        is_desks,
        hash: event.hash.to_string(),
        lines: if is_desks {
            // Its body may hold what is not for all who see the day: a landline, say.
            event.head.clone()
        } else {
            [&*event.head, event.body.as_deref().unwrap_or("null")].join("\n")
        },
    }
}

#[cfg(test)]
mod tests {
    use onbeat_core::words::Language;

    use crate::pages::words::Words;

    #[test]
    fn each_record_of_a_phone_has_words() {
        for kind in [
            "break_ended",
            "break_started",
            "cause_noted",
            "clock_anchored",
            "clock_moved",
            "erased",
            "feed_seen",
            "finding_answered",
            "finding_appealed",
            "fix",
            "location_answered",
            "market_signed_in",
            "photo_taken",
            "private_ended",
            "private_started",
            "reason_given",
            "signs_noted",
            "still_ended",
            "visit_checked_in",
            "visit_checked_out",
            "visit_reported",
        ] {
            for language in [Language::En, Language::Zh] {
                assert!(
                    Words(language).find(&format!("record.{kind}")).is_some(),
                    "{kind} in {language:?}"
                );
            }
        }
    }
}
