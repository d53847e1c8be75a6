use std::collections::BTreeMap;

use chrono::NaiveDate;
use onbeat_core::{
    reference::{FindingState, Rep},
    rules::{Class, presence::LiveStatus, sign_in::SignInWay},
};

use super::{DayState, Wanted};
use crate::{
    auth::Actor,
    desk::{
        Books, Desk,
        days::{is_excused, roster},
        excused::Excused,
    },
    documents::Documents,
    pages::{Frame, bar::Bar},
};

/// A rep's row of the board.
#[derive(Debug)]
pub(in crate::pages) struct Row {
    pub(in crate::pages) rep: String,
    /// Address of the rep's day.
    pub(in crate::pages) link: String,
    pub(in crate::pages) name: String,
    pub(in crate::pages) team: String,
    pub(in crate::pages) districts: String,
    pub(in crate::pages) bar: Option<Bar>,
    /// `inside`, `edge`, `outside`, `unknown`, or none where the window is not open.
    pub(in crate::pages) live: Option<&'static str>,
    pub(in crate::pages) sign_in: String,
    pub(in crate::pages) signed_in: bool,
    /// All of the window so far is excused, or this moment of it.
    pub(in crate::pages) excused: bool,
    pub(in crate::pages) visits: usize,
    pub(in crate::pages) last_visit: String,
    pub(in crate::pages) findings: usize,
    pub(in crate::pages) questions: usize,
}

impl Row {
    /// The row of a rep's day, as far as it is known.
    pub(in crate::pages) fn new(
        frame: &Frame,
        books: &Books,
        id: &str,
        rep: &Rep,
        day: NaiveDate,
        state: Option<&DayState>,
        known: &Excused,
    ) -> Self {
        let district = |id: &String| books.district_name(id).to_owned();
        let districts: Vec<String> = rep.districts.iter().map(district).collect();
        let sign_in = state.and_then(|state| Some((state.sign_in.at_ms?, state.sign_in.way)));
        Self {
            rep: id.to_owned(),
            link: format!("/reps/{id}/days/{day}"),
            name: rep.name.clone(),
            team: books.team_name(&rep.team).to_owned(),
            districts: districts.join(frame.t("unit.join")),
            bar: state.and_then(|state| Some(Bar::new(frame, state.window?, &state.spans))),
            live: state.and_then(|state| live(state.presence.live)),
            sign_in: sign_in.map_or_else(String::new, |(at_ms, way)| said(frame, at_ms, way)),
            signed_in: sign_in.is_some(),
            excused: known.holds(id) || state.is_some_and(|state| is_excused(&state.counts)),
            visits: state.map_or(0, |state| state.visits.len()),
            last_visit: state.map_or_else(String::new, |state| last_visit(frame, state)),
            findings: state.map_or(0, |state| undecided(state, Class::Finding)),
            questions: state.map_or(0, |state| undecided(state, Class::Question)),
        }
    }
}

/// The reps of a day that this person sees and asked for, by name.
pub(in crate::pages) fn seen<'a>(
    desk: &Desk,
    documents: &'a Documents,
    actor: &'a Actor,
    wanted: &Wanted,
    days: &'a BTreeMap<String, DayState>,
) -> Vec<(&'a str, &'a Rep)> {
    let given = |value: &Option<String>| value.clone().filter(|value| !value.is_empty());
    let (team, district) = (given(&wanted.team), given(&wanted.district));
    let q = wanted.q.as_deref().unwrap_or_default().trim().to_lowercase();
    let fits = |id: &str, rep: &Rep| {
        team.as_ref().is_none_or(|team| *team == rep.team)
            && district
                .as_ref()
                .is_none_or(|district| rep.districts.contains(district))
            && (q.is_empty() || rep.name.to_lowercase().contains(&q) || id.to_lowercase().contains(&q))
    };
    let is_read = |id: &str| days.contains_key(id);
    let roster = roster(documents, actor, wanted.day(desk), desk.now_ms(), is_read);
    let mut reps: Vec<_> = roster.filter(|(id, rep)| fits(id, rep)).collect();
    reps.sort_by(|a, b| (&a.1.name, a.0).cmp(&(&b.1.name, b.0)));
    reps
}

fn live(live: LiveStatus) -> Option<&'static str> {
    match live {
        LiveStatus::Unknown => None,
        LiveStatus::Inside => Some("inside"),
        LiveStatus::Edge | LiveStatus::SeemsLeaving => Some("edge"),
        LiveStatus::PossiblyOutside => Some("outside"),
    }
}

fn said(frame: &Frame, at_ms: i64, way: Option<SignInWay>) -> String {
    let way = match way {
        None | Some(SignInWay::App) => return frame.local.time(at_ms),
        Some(SignInWay::Landline) => "landline",
        Some(SignInWay::OtherNumber) => "other_number",
    };
    format!("{} ({})", frame.local.time(at_ms), frame.of("way", way))
}

fn last_visit(frame: &Frame, state: &DayState) -> String {
    state.last_visit().map_or_else(String::new, |visit| {
        let customer = visit.customer_name.as_ref().unwrap_or(&visit.customer);
        format!("{} {customer}", frame.local.time(visit.from_ms))
    })
}

fn undecided(state: &DayState, class: Class) -> usize {
    let open = |state: FindingState| matches!(state, FindingState::Open | FindingState::Answered);
    state
        .findings
        .iter()
        .filter(|found| found.class == class && open(found.state))
        .count()
}
