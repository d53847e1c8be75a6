//! What needs a person: whom to call, then what waits for a word, each with the next step.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use onbeat_core::{
    rules::presence::{LiveStatus, REFUSED},
    time::Interval,
};

use super::{DayState, Wanted};
use crate::{
    auth::Actor,
    desk::{
        Books, Desk, DeskResult,
        days::roster,
        decide::FindingView,
        excused::{self, Excused},
        shares::{self, Shares},
    },
    pages::{Frame, findings::Brief},
    store::{Field, ViewQuery},
};

/// Findings and questions shown at a time: more would not be read.
const MOST: usize = 10;
/// A phone that has been silent for so long in the window is worth a call: twice the longest time between two syncs
/// of a phone that has a network.
const SILENT_MS: i64 = 60 * 60_000;
/// Reps to call that are named, at most.
const CALLS_MOST: usize = 20;

/// One who needs a person.
pub(in crate::pages) struct Need {
    rep: String,
    /// Rep's name.
    pub(in crate::pages) who: String,
    /// `call`, `answered`, `finding` or `question`.
    pub(in crate::pages) kind: &'static str,
    /// Why, in words.
    pub(in crate::pages) why: String,
    /// The next step, in words.
    pub(in crate::pages) next: String,
    /// Where that is done.
    pub(in crate::pages) link: Option<String>,
    /// What else there is about the same rep, with where it is done.
    pub(in crate::pages) also: Vec<(String, Option<String>)>,
}

/// Those who need a person, with the time at which that was so.
pub(in crate::pages) struct Needs {
    /// First those to call, then what waits for a word.
    pub(in crate::pages) list: Vec<Need>,
    /// In words, how many more there are to call.
    pub(in crate::pages) more_calls: Option<String>,
    /// Findings and questions beyond those, at least.
    pub(in crate::pages) more: usize,
    /// When.
    pub(in crate::pages) now: String,
}

impl Needs {
    /// Reads them, for the board of a day; nobody is called of another than today.
    pub(in crate::pages) async fn of(
        desk: &Desk,
        actor: &Actor,
        frame: &Frame,
        books: &Books,
        day: NaiveDate,
        days: &BTreeMap<String, DayState>,
    ) -> DeskResult<Self> {
        let now_ms = desk.now_ms();
        let mut list = if day == Wanted::default().day(desk) {
            calls(desk, actor, frame, books, days, now_ms)
        } else {
            Vec::new()
        };
        let uncalled = list.len().saturating_sub(CALLS_MOST);
        list.truncate(CALLS_MOST);
        let (mut waiting, shares) = (Vec::new(), shares::now(desk).await?);
        for (class, state, kind) in [
            (None, "answered", "answered"),
            (Some("finding"), "open", "finding"),
            (Some("question"), "open", "question"),
        ] {
            for view in undecided(desk, actor, &shares, class, state).await? {
                let (rep, day) = (view.rep.clone(), view.day.parse().ok());
                let earlier = day.filter(|day| *day != desk.app.documents().day_at(&rep, now_ms));
                let mut need = Need::waiting(frame, kind, rep, Brief::new(frame, books, &shares, view));
                if let Some(day) = earlier {
                    need.why = format!("{} · {}", frame.local.date(day), need.why);
                }
                waiting.push(need);
            }
        }
        let more = waiting.len().saturating_sub(MOST);
        waiting.truncate(MOST);
        list.extend(waiting);
        let list = by_person(list);
        Ok(Self {
            list,
            more_calls: (uncalled > 0).then(|| {
                frame
                    .words
                    .fill("today.more_calls", &[("count", &uncalled.to_string())])
            }),
            more,
            now: frame.local.time(now_ms),
        })
    }
}

impl Need {
    fn waiting(frame: &Frame, kind: &'static str, rep: String, brief: Brief) -> Self {
        Self {
            rep,
            who: brief.name,
            kind,
            why: brief.what,
            next: frame.of("need.next", kind),
            link: Some(format!("/findings/{}", brief.id)),
            also: Vec::new(),
        }
    }
}

/// One row a person: what is most pressing first, the rest below it.
fn by_person(all: Vec<Need>) -> Vec<Need> {
    let mut people: Vec<Need> = Vec::new();
    for need in all {
        match people.iter_mut().find(|known| known.rep == need.rep) {
            Some(known) => known.also.push((need.why, need.link)),
            None => people.push(need),
        }
    }
    people
}

async fn undecided(
    desk: &Desk,
    actor: &Actor,
    shares: &Shares,
    class: Option<&str>,
    state: &str,
) -> DeskResult<Vec<FindingView>> {
    let class = class.map(|class| ("class".to_owned(), Field::Text(class.into())));
    let mut fields = vec![("state".to_owned(), Field::Text(state.into()))];
    fields.extend(class);
    let query = ViewQuery {
        kind: "finding".into(),
        scopes: actor.scopes(),
        fields,
        except: shares.hidden(actor),
        descending: true,
        limit: 4 * MOST,
        ..ViewQuery::default()
    };
    let views = desk.app.store.views(&query).await?;
    let read = views.iter().map(|view| serde_json::from_str(&view.body));
    Ok(read.filter_map(Result::ok).collect())
}

/// Why somebody is called, the most pressing first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Call {
    PerhapsOutside,
    NotSignedIn,
    Silent,
}

/// Whom to call while the window is open: perhaps outside, not signed in by the time that is due, or silent, in this order.
fn calls(
    desk: &Desk,
    actor: &Actor,
    frame: &Frame,
    books: &Books,
    days: &BTreeMap<String, DayState>,
    now_ms: i64,
) -> Vec<Need> {
    let documents = desk.app.documents();
    let today = documents.day_at("", now_ms);
    let known = Excused::on(desk, today);
    let own = roster(&documents, actor, today, now_ms, |id| days.contains_key(id));
    // Who left today is called no more.
    let own = own.filter(|(id, _)| books.reps.contains_key(*id));
    let to_call = own.filter_map(|(id, rep)| {
        let schedule = documents.schedule_at(id, now_ms);
        let window = schedule.window(schedule.day_of(now_ms))?;
        if !window.contains(now_ms) {
            return None;
        }
        let exceptions = (known.of(id), known.waives_sign_in(id));
        let (call, why) = reason(frame, days.get(id), exceptions, window.from_ms, now_ms)?;
        let need = Need {
            rep: id.to_owned(),
            who: rep.name.clone(),
            kind: "call",
            why,
            next: frame.t("need.next.call").to_owned(),
            link: Some(format!("/reps/{id}/days/{}", schedule.day_of(now_ms))),
            also: Vec::new(),
        };
        Some((call, need))
    });
    let mut to_call: Vec<_> = to_call.collect();
    to_call.sort_by_key(|(call, _)| *call);
    to_call.into_iter().map(|(_, need)| need).collect()
}

/// Why a rep is called; of his exceptions their times, and whether a sign-in is waived by them.
fn reason(
    frame: &Frame,
    state: Option<&DayState>,
    (exceptions, waives_sign_in): (&[Interval], bool),
    opened_ms: i64,
    now_ms: i64,
) -> Option<(Call, String)> {
    if excused::is_at(exceptions, now_ms) {
        return None;
    }
    // Who comes back from leave has as long to be heard of as he whose window opens.
    let over = exceptions.iter().map(|one| one.to_ms).filter(|to_ms| *to_ms <= now_ms);
    let awaited_ms = over.fold(opened_ms, i64::max);
    let silent = |since_ms: i64| now_ms - since_ms.max(awaited_ms) > SILENT_MS;
    let Some(state) = state else {
        return silent(opened_ms).then(|| (Call::Silent, frame.t("need.no_word").to_owned()));
    };
    let excused_by = state.spans.last().and_then(|span| span.excused_by.as_deref());
    let is_refused = excused_by == Some(REFUSED);
    if excused_by.is_some() && !is_refused {
        return None;
    }
    if state.presence.live == LiveStatus::PossiblyOutside {
        return Some((Call::PerhapsOutside, frame.t("need.perhaps_outside").to_owned()));
    }
    if let (Some(due_ms), None) = (state.sign_in.due_ms, state.sign_in.at_ms)
        && due_ms < now_ms
        && !waives_sign_in
    {
        let why = frame
            .words
            .fill("need.not_signed_in", &[("time", &frame.local.time(due_ms))]);
        return Some((Call::NotSignedIn, why));
    }
    match state.presence.last_fix_ms {
        // Who did not agree to his place being recorded signs in, and sends no positions.
        _ if is_refused => None,
        None if silent(opened_ms) => Some((Call::Silent, frame.t("need.no_word").to_owned())),
        Some(last_ms) if silent(last_ms) => {
            let why = frame.words.fill("need.silent", &[("time", &frame.local.time(last_ms))]);
            Some((Call::Silent, why))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, Uri};
    use onbeat_core::{
        judge::{Span, SpanStatus},
        rules::{
            DayCounts,
            presence::{LiveStatus, REFUSED},
            sign_in::SignInView,
        },
        time::Interval,
    };

    use super::{CALLS_MOST, DayState, reason};
    use crate::{
        desk::Desk,
        pages::{Frame, admin::tests::Admin, today::Presence},
        testing::{World, at},
    };

    /// A day as it stands at ten, where the window opened at eight.
    fn day(live: LiveStatus, last_fix_ms: Option<i64>, signed_in: bool, excused_by: Option<&str>) -> DayState {
        DayState {
            rep: "wang".into(),
            window: None,
            spans: vec![Span {
                from_ms: at(8, 0),
                to_ms: at(10, 0),
                status: SpanStatus::Unknown,
                excused_by: excused_by.map(str::to_owned),
                evidence: Vec::new(),
            }],
            counts: DayCounts::default(),
            presence: Presence { live, last_fix_ms },
            sign_in: SignInView {
                due_ms: Some(at(8, 45)),
                at_ms: signed_in.then(|| at(8, 40)),
                ..SignInView::default()
            },
            visits: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// What a board's page is drawn in, for nobody.
    fn board(world: &World) -> Frame {
        let (desk, uri) = (Desk::new(world.app.clone()), Uri::from_static("/today"));
        Frame::new(&desk, &HeaderMap::new(), &uri, None)
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn who_is_called_and_why() {
        let world = World::new().await;
        let frame = board(&world);
        let (outside, inside) = (LiveStatus::PossiblyOutside, LiveStatus::Inside);
        let (fresh, stale) = (Some(at(9, 50)), Some(at(8, 55)));
        let nothing = "No word since the window opened";
        for (state, said) in [
            (None, Some(nothing)),
            (Some(day(inside, fresh, true, None)), None),
            (
                Some(day(outside, fresh, true, None)),
                Some("Perhaps outside the district now"),
            ),
            // The place is more pressing than the sign-in, and that than silence.
            (
                Some(day(outside, stale, false, None)),
                Some("Perhaps outside the district now"),
            ),
            (
                Some(day(inside, stale, false, None)),
                Some("Not signed in; due at 08:45"),
            ),
            (Some(day(inside, stale, true, None)), Some("Phone silent since 08:55")),
            (Some(day(inside, None, true, None)), Some(nothing)),
            // Who is on leave is left in peace; who sends no places is asked for the sign-in alone.
            (Some(day(outside, stale, false, Some("leave"))), None),
            (
                Some(day(inside, None, false, Some(REFUSED))),
                Some("Not signed in; due at 08:45"),
            ),
            (Some(day(inside, None, true, Some(REFUSED))), None),
        ] {
            let called = reason(&frame, state.as_ref(), (&[], false), at(8, 0), at(10, 0)).map(|(_, why)| why);
            assert_eq!(called.as_deref(), said, "{state:?}");
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn nobody_on_leave_is_called_though_the_phone_tells_nothing_of_it() {
        let world = World::new().await;
        let frame = board(&world);
        let not_signed_in = Some(day(LiveStatus::Inside, Some(at(9, 50)), false, None));
        for (state, leave, now_ms, is_called) in [
            (&None, None, at(10, 0), true),
            (&None, Some((at(0, 0), at(24, 0))), at(10, 0), false),
            (&None, Some((at(8, 0), at(9, 30))), at(10, 0), false),
            (&None, Some((at(8, 0), at(9, 30))), at(10, 31), true),
            (&None, Some((at(12, 0), at(17, 0))), at(10, 0), true),
            (&not_signed_in, None, at(10, 0), true),
            // A day with leave in its window has no sign-in due.
            (&not_signed_in, Some((at(9, 0), at(9, 30))), at(10, 0), false),
        ] {
            let leave: Vec<Interval> = leave
                .map(|(from_ms, to_ms)| Interval { from_ms, to_ms })
                .into_iter()
                .collect();
            let called = reason(&frame, state.as_ref(), (&leave, !leave.is_empty()), at(8, 0), now_ms);
            assert_eq!(called.is_some(), is_called, "{leave:?} at {now_ms}");
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn nobody_is_called_of_a_day_that_is_over() {
        let world = World::new().await;
        let admin = Admin::of(&world).await;
        world.set_time(at(10, 0));
        for (path, called) in [("/today", true), ("/today?day=2026-11-20", false)] {
            let (_, page) = admin.get(path).await;
            assert_eq!(
                page.contains("No word since the window opened"),
                called,
                "{path}: {page}"
            );
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn who_is_called_beyond_those_named_is_counted() {
        let world = World::new().await;
        let admin = Admin::of(&world).await;
        world.set_time(at(7, 0));
        for n in 0..CALLS_MOST + 4 {
            world.put_rep(&format!("silent{n:02}"), &[], &[]).await;
        }
        world.set_time(at(10, 0));
        let (_, page) = admin.get("/today").await;
        let named = page.matches("No word since the window opened").count();
        assert!(named >= CALLS_MOST, "{named}");
        // wang and li have said nothing either.
        let said = format!("And {} more to call", CALLS_MOST + 4 + 2 - CALLS_MOST);
        assert!(page.contains(&said), "{said} in {page}");
    }
}
