//! Deciding on findings and questions. A finding is confirmed singly, by a person, after the rep answered or
//! had three working days; an appeal is decided by another person. Excusing and withdrawing is never late.

use std::collections::HashSet;

use chrono::NaiveDate;
use onbeat_core::{
    record::{BodyLine, Hash},
    reference::{Decision, Document, FindingState},
    rules::{Answered, Appealed, Class, Finding},
    time::Until,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Books, Deed, Desk, DeskError, DeskResult, Fault, said, shares, version::Version};
use crate::{
    auth::Actor,
    fold,
    store::{DocumentRow, Store},
};

/// Longest reason, in characters.
const REASON_MAX_CHARS: usize = 1000;
/// Findings excused or withdrawn at a time.
pub const BULK_MAX: usize = 200;

/// The body of a view of kind `finding`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FindingView {
    /// The rep's id.
    pub rep: String,
    /// The day, `YYYY-MM-DD`.
    pub day: String,
    /// The finding.
    pub finding: Finding,
}

/// What a person decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ruling {
    /// There was a good reason.
    Excused,
    /// It stands.
    Confirmed,
    /// It was wrong.
    Withdrawn,
}

impl Ruling {
    /// As programs call it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Excused => "excused",
            Self::Confirmed => "confirmed",
            Self::Withdrawn => "withdrawn",
        }
    }
}

impl From<Ruling> for FindingState {
    fn from(ruling: Ruling) -> Self {
        match ruling {
            Ruling::Excused => Self::Excused,
            Ruling::Confirmed => Self::Confirmed,
            Ruling::Withdrawn => Self::Withdrawn,
        }
    }
}

/// What the rep said of a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Voice {
    /// It appeals a decision; else it answers the finding.
    pub appeal: bool,
    /// When it reached the server, milliseconds since 1970 (UTC).
    pub received_ms: i64,
    /// In the rep's words.
    pub text: String,
}

/// A finding with all that a decision needs.
#[derive(Debug, Clone)]
pub struct Case {
    /// The finding, and whose.
    pub view: FindingView,
    /// Whose view it is: `team/` and the team of the day.
    pub scope: String,
    /// What the rep said, oldest first.
    pub voices: Vec<Voice>,
    /// What was decided, oldest first.
    pub decisions: Vec<Decision>,
    /// When the newest of its evidence reached the server.
    pub known_ms: i64,
}

impl Case {
    /// Reads it.
    ///
    /// # Errors
    /// No such finding.
    pub async fn read(desk: &Desk, id: &str) -> DeskResult<Self> {
        let store = &*desk.app.store;
        let missing = || DeskError::missing("finding", id);
        let row = store.view("finding", id).await?.ok_or_else(missing)?;
        let view: FindingView = serde_json::from_str(&row.body).map_err(|_| missing())?;
        let (voices, known_ms) = voices(store, &view).await?;
        Ok(Self {
            decisions: decisions(store, id).await?,
            view,
            scope: row.scope,
            voices,
            known_ms,
        })
    }

    /// The decision that an appeal is about, if the rep appealed after it.
    fn appealed(&self) -> Option<&Decision> {
        let newest = self.decisions.last()?;
        let after = |voice: &Voice| voice.appeal && voice.received_ms >= newest.at_ms;
        self.voices.iter().any(after).then_some(newest)
    }

    /// The rep's word waits for a person's.
    pub(super) fn in_dispute(&self) -> bool {
        let answered = self.view.finding.state == FindingState::Answered;
        answered || self.appealed().is_some_and(|decision| !decision.on_appeal)
    }

    /// Until when the rep may appeal what was confirmed, if he may: as long as he has for an answer.
    pub(super) fn appealable(&self, desk: &Desk) -> Option<Until> {
        let newest = self.decisions.last()?;
        let is_final = newest.on_appeal || newest.state != FindingState::Confirmed;
        (!is_final).then(|| word_until(desk, &self.view.rep, newest.at_ms))
    }

    /// No decision stands. One may be newer than the view: the day is folded for it then.
    async fn is_undecided(&self, desk: &Desk) -> DeskResult<bool> {
        let FindingView { rep, day, finding } = &self.view;
        let Some(day) = day.parse::<NaiveDate>().ok().filter(|_| !self.decisions.is_empty()) else {
            return Ok(is_open(finding));
        };
        let now = fold::day_now(&desk.app, rep, day).await?;
        Ok(now.findings.iter().any(|now| now.id == finding.id && is_open(now)))
    }

    /// Whether `actor` may decide on the case at all, and whether that decides an appeal.
    async fn open_to(&self, desk: &Desk, actor: &Actor) -> DeskResult<bool> {
        if actor.is_rep(&self.view.rep) {
            return Err(DeskError::conflict("own_case", "nobody decides on himself"));
        }
        let Some(appealed) = self.appealed() else {
            let decided = "this is decided, and the rep has not appealed since";
            return if self.is_undecided(desk).await? {
                Ok(false)
            } else {
                Err(DeskError::conflict("decided", decided))
            };
        };
        if appealed.on_appeal {
            return Err(DeskError::conflict("decided", "the appeal is decided"));
        }
        if self.decisions.iter().any(|decision| decision.by == actor.user) {
            let why = "an appeal is decided by another person than the first decision";
            return Err(DeskError::conflict("same_person", why));
        }
        Ok(true)
    }
}

/// What somebody may rule on a case now, and why not more.
#[derive(Debug, Default)]
pub struct Choices {
    /// One of these.
    pub rulings: Vec<Ruling>,
    /// Why not every one.
    pub refused: Option<DeskError>,
}

impl Choices {
    /// Looks at a case for a person.
    ///
    /// # Errors
    /// The store's.
    pub async fn of(desk: &Desk, actor: &Actor, case: &Case) -> DeskResult<Self> {
        let refused = |error: DeskError| match error.fault {
            Fault::Conflict => Ok(Some(error)),
            _ => Err(error),
        };
        if let Err(error) = case.open_to(desk, actor).await {
            let refused = refused(error)?;
            return Ok(Self {
                refused,
                ..Self::default()
            });
        }
        let mut rulings = vec![Ruling::Excused, Ruling::Withdrawn];
        let refused = match may_confirm(desk, case).await {
            Ok(()) => {
                rulings.push(Ruling::Confirmed);
                None
            }
            Err(error) => refused(error)?,
        };
        Ok(Self { rulings, refused })
    }
}

/// Until when a rep may say something of what he could know from an instant on.
fn word_until(desk: &Desk, rep: &str, known_ms: i64) -> Until {
    let workdays = Books::now(desk).policy.reasons.give_workdays;
    desk.app
        .documents()
        .schedule_at(rep, known_ms)
        .until(known_ms, workdays)
}

/// It waits for a person.
fn is_open(finding: &Finding) -> bool {
    matches!(finding.state, FindingState::Open | FindingState::Answered)
}

/// A case to decide on, and how often it was decided on before it was read.
async fn to_decide(desk: &Desk, id: &str) -> DeskResult<(Version, Case)> {
    let version = Version::read(desk, format!("finding/{id}")).await?;
    Ok((version, Case::read(desk, id).await?))
}

/// Has a decision stand, if it is the first since the case was read.
fn put(deed: &mut Deed, version: &Version, decision: &Decision) {
    version.raise(deed, decision.at_ms);
    let document = Document::Decision(decision.clone());
    deed.put(&decision.finding.to_string(), decision.at_ms, document);
}

/// Decides on one finding or question.
///
/// # Errors
/// 409 `decided`, `same_person`, `own_case`, `question` (those are never confirmed), `window_open` or
/// `too_early` (to confirm); `changed` where somebody else decided at the same time.
pub async fn decide(desk: &Desk, actor: &Actor, id: &str, ruling: Ruling, reason: &str) -> DeskResult<Decision> {
    let reason = said::seen(reason, REASON_MAX_CHARS)?;
    let (version, case) = to_decide(desk, id).await?;
    let on_appeal = case.open_to(desk, actor).await?;
    if ruling == Ruling::Confirmed {
        may_confirm(desk, &case).await?;
    }
    let decision = decision(desk, actor, &case, ruling, &reason, on_appeal);
    let mut deed = Deed::new(actor);
    put(&mut deed, &version, &decision);
    deed.commit_and_fold(desk).await?;
    Ok(decision)
}

/// Excuses or withdraws many at once, all or none. Confirming is done singly.
///
/// # Errors
/// As [`decide`], naming the finding; `singly` for confirming.
pub async fn decide_many(
    desk: &Desk,
    actor: &Actor,
    ids: &[String],
    ruling: Ruling,
    reason: &str,
) -> DeskResult<Vec<Decision>> {
    let reason = said::seen(reason, REASON_MAX_CHARS)?;
    if ids.is_empty() {
        return Err(DeskError::input("none_chosen", "choose what the decision is of"));
    }
    if ruling == Ruling::Confirmed {
        return Err(DeskError::conflict(
            "singly",
            "a finding is confirmed singly, after a look at it",
        ));
    }
    if ids.len() > BULK_MAX {
        return Err(DeskError::input("too_many", format!("at most {BULK_MAX} at a time")));
    }
    let mut deed = Deed::new(actor);
    let mut decisions = Vec::with_capacity(ids.len());
    let mut known = HashSet::new();
    for id in ids.iter().filter(|id| known.insert(id.as_str())) {
        let (version, case) = to_decide(desk, id).await?;
        if !actor.sees(&case.scope) {
            return Err(DeskError::missing("finding", id));
        }
        let named = |error: DeskError| DeskError {
            message: format!("{id}: {}", error.message),
            ..error
        };
        let on_appeal = case.open_to(desk, actor).await.map_err(named)?;
        let decision = decision(desk, actor, &case, ruling, &reason, on_appeal);
        put(&mut deed, &version, &decision);
        decisions.push(decision);
    }
    deed.commit_and_fold(desk).await?;
    Ok(decisions)
}

/// Those of some findings on which somebody decided already, of the days this person sees.
///
/// # Errors
/// The store's.
pub async fn decided(desk: &Desk, actor: &Actor, ids: &[String]) -> DeskResult<Vec<Case>> {
    let mut decided = Vec::new();
    for id in ids.iter().take(BULK_MAX) {
        let Ok(case) = Case::read(desk, id).await else { continue };
        if actor.sees(&case.scope) && !case.is_undecided(desk).await? {
            decided.push(case);
        }
    }
    Ok(decided)
}

/// The rep comes first: he answered, or three working days passed since the server knew.
async fn may_confirm(desk: &Desk, case: &Case) -> DeskResult<()> {
    let finding = &case.view.finding;
    if finding.class == Class::Question {
        return Err(DeskError::conflict(
            "question",
            "a question is asked of the rep, it is never confirmed",
        ));
    }
    if shares::now(desk).await?.suspends(finding.kind) {
        let why =
            "of findings of this kind too many were withdrawn in 30 days: excuse or withdraw it, none is confirmed";
        return Err(DeskError::conflict("suspended", why));
    }
    let now_ms = desk.now_ms();
    let documents = desk.app.documents();
    let schedule = documents.schedule_at(&case.view.rep, finding.from_ms);
    let day = case
        .view
        .day
        .parse()
        .unwrap_or_else(|_| schedule.day_of(finding.from_ms));
    if schedule.window(day).is_some_and(|window| now_ms < window.to_ms) {
        return Err(DeskError::conflict(
            "window_open",
            "the day's window is not over: nothing is ruled yet",
        ));
    }
    if case.voices.iter().any(|voice| !voice.appeal) {
        return Ok(());
    }
    let Until { day, over_ms } = word_until(desk, &case.view.rep, case.known_ms.max(finding.to_ms));
    if now_ms >= over_ms {
        return Ok(());
    }
    let why = format!("the rep has not answered, and has time to until {day}");
    Err(DeskError::conflict("too_early", why).until(over_ms))
}

fn decision(desk: &Desk, actor: &Actor, case: &Case, ruling: Ruling, reason: &str, on_appeal: bool) -> Decision {
    let finding = &case.view.finding;
    let kind = serde_json::to_value(finding.kind).expect("a code");
    Decision {
        finding: finding.id,
        rep: case.view.rep.clone(),
        finding_kind: kind.as_str().unwrap_or_default().into(),
        from_ms: finding.from_ms,
        to_ms: finding.to_ms,
        state: ruling.into(),
        reason: reason.into(),
        by: actor.user.clone(),
        at_ms: desk.now_ms(),
        on_appeal,
    }
}

/// What the rep said of a finding, and what was decided on it, oldest first.
///
/// # Errors
/// The store's.
pub(super) async fn said_of(desk: &Desk, view: &FindingView) -> DeskResult<(Vec<Voice>, Vec<Decision>)> {
    if view.finding.state == FindingState::Open {
        return Ok(Default::default());
    }
    let store = &*desk.app.store;
    let (voices, _) = voices(store, view).await?;
    Ok((voices, decisions(store, &view.finding.id.to_string()).await?))
}

/// What was decided on a finding, oldest first.
async fn decisions(store: &dyn Store, id: &str) -> DeskResult<Vec<Decision>> {
    let rows = store.documents("decision", Some(id)).await?;
    let decision = |row: DocumentRow| match serde_json::from_str(row.body.as_deref()?) {
        Ok(Document::Decision(decision)) => Some(decision),
        _ => None,
    };
    Ok(rows.into_iter().filter_map(decision).collect())
}

/// What the rep said of a finding, and when the newest of its evidence came.
async fn voices(store: &dyn Store, view: &FindingView) -> DeskResult<(Vec<Voice>, i64)> {
    let (mut voices, mut known_ms) = (Vec::new(), 0);
    let finding = &view.finding;
    for row in store.records_of(&format!("day/{}/{}", view.rep, view.day)).await? {
        let evidence = |name: &&onbeat_core::rules::Name| {
            (&name.stream, name.epoch, &name.branch, name.seq)
                == (&row.line.stream, row.line.epoch, &row.line.branch, row.seq)
        };
        if finding.evidence.iter().any(|name| evidence(&name)) {
            known_ms = known_ms.max(row.received_ms);
        }
        let Some(body) = row.read() else {
            continue;
        };
        voices.extend(voice(finding, &body, row.received_ms));
    }
    voices.sort_by_key(|voice: &Voice| voice.received_ms);
    Ok((voices, known_ms))
}

/// An answer or appeal follows a finding of its kind that it overlaps, since a rebuilt day may name the
/// finding anew.
fn voice(finding: &Finding, body: &BodyLine, received_ms: i64) -> Option<Voice> {
    let about = |id: Hash, kind, from_ms: i64, to_ms: i64| {
        id == finding.id || (kind == finding.kind && from_ms < finding.to_ms && finding.from_ms < to_ms)
    };
    if let Some(Ok(said)) = body.read::<Answered>() {
        return about(said.finding, said.kind, said.from_ms, said.to_ms).then_some(Voice {
            appeal: false,
            received_ms,
            text: said.text,
        });
    }
    let said = body.read::<Appealed>()?.ok()?;
    about(said.finding, said.kind, said.from_ms, said.to_ms).then_some(Voice {
        appeal: true,
        received_ms,
        text: said.text,
    })
}
