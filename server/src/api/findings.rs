use axum::{
    Json,
    extract::{Path, Query, State},
};
use onbeat_core::{
    record::{Body, Hash, Payload},
    reference::Decision,
    rules::{Explanation, Finding, Name, presence::FixTaken},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    days::DaysQuery,
    page::{Page, PageQuery},
};
use crate::{
    auth::Actor,
    desk::{
        Desk, DeskResult,
        decide::{self, Case, FindingView, Ruling, Voice},
        look,
    },
    store::{Field, LogLine, LogRow},
};

/// Which findings.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct FindingsQuery {
    /// `finding` or `question`.
    class: Option<String>,
    /// A kind's code, such as `left_area`.
    kind: Option<String>,
    /// `open`, `answered`, `excused`, `confirmed` or `withdrawn`.
    state: Option<String>,
}

/// A finding or a question, and whose.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FindingShown {
    /// The rep's id.
    rep: String,
    /// The day, `YYYY-MM-DD`.
    day: String,
    /// The finding.
    finding: Finding,
}

/// A record that a finding stands on.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Evidence {
    /// Its name: stream, epoch, branch, seq.
    name: Name,
    /// Its hash: as in an export of the log.
    hash: Option<Hash>,
    /// When the server got it, milliseconds since 1970 (UTC).
    received_ms: Option<i64>,
    /// What it says; of a fix only its time, since a place is shown by the trail, and the rep sees that. None
    /// where it was erased.
    #[schema(value_type = Option<Object>)]
    body: Option<Body>,
}

/// A finding with all that a person needs to decide.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FindingDetail {
    /// The finding, and whose.
    #[serde(flatten)]
    shown: FindingShown,
    /// The records it stands on.
    evidence: Vec<Evidence>,
    /// What the rep said, oldest first.
    voices: Vec<Voice>,
    /// What was decided, oldest first.
    decisions: Vec<Decision>,
}

/// A decision.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct DecisionWanted {
    /// What is decided.
    state: Ruling,
    /// Why; the rep reads it.
    reason: String,
}

/// A decision on many.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct DecisionsWanted {
    /// Findings' ids, at most 200.
    findings: Vec<String>,
    /// `excused` or `withdrawn`: a finding is confirmed singly.
    state: Ruling,
    /// Why; the reps read it.
    reason: String,
}

impl From<FindingView> for FindingShown {
    fn from(view: FindingView) -> Self {
        Self {
            rep: view.rep,
            day: view.day,
            finding: view.finding,
        }
    }
}

/// Findings and questions, newest first.
#[utoipa::path(get, path = "/api/v1/findings", tag = "findings", params(FindingsQuery, DaysQuery, PageQuery),
    responses((status = 200, body = Page<FindingShown>)))]
pub(super) async fn list(
    State(desk): State<Desk>,
    actor: Actor,
    Query(wanted): Query<FindingsQuery>,
    Query(days): Query<DaysQuery>,
    Query(page): Query<PageQuery>,
) -> DeskResult<Json<Page<FindingShown>>> {
    let mut query = days.query(&desk, &actor, "finding");
    let fields = [("class", wanted.class), ("kind", wanted.kind), ("state", wanted.state)];
    let given = fields
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), Field::Text(value?))));
    query.fields.extend(given);
    let item = |row: crate::store::ViewRow| serde_json::from_str::<FindingView>(&row.body).ok().map(Into::into);
    Ok(Json(page.views(&desk, query, item).await?))
}

/// One finding, with its evidence, what the rep said and what was decided.
#[utoipa::path(get, path = "/api/v1/findings/{finding}", tag = "findings",
    params(("finding" = String, Path, description = "The finding's id")),
    responses((status = 200, body = FindingDetail), (status = 404, description = "`not_found`")))]
pub(super) async fn one(State(desk): State<Desk>, Path(finding): Path<String>) -> DeskResult<Json<FindingDetail>> {
    let case = Case::read(&desk, &finding).await?;
    let mut evidence = Vec::new();
    for name in &case.view.finding.evidence {
        evidence.push(record(&desk, name.clone()).await?);
    }
    Ok(Json(FindingDetail {
        shown: case.view.into(),
        evidence,
        voices: case.voices,
        decisions: case.decisions,
    }))
}

/// What made a finding: fixes, distances, votes, conditions, the policy in force, and two sentences of codes and
/// values. The rep's phone shows the same. Where it shows fixes, that is recorded first, and the rep sees who looked.
#[utoipa::path(get, path = "/api/v1/findings/{finding}/explain", tag = "findings",
    params(("finding" = String, Path, description = "The finding's id")), responses(
    (status = 200, description = "What made it", body = Explanation), (status = 404, description = "`not_found`")
))]
pub(super) async fn explain(
    State(desk): State<Desk>,
    actor: Actor,
    Path(finding): Path<String>,
) -> DeskResult<Json<Explanation>> {
    Ok(Json(look::explained(&desk, &actor, &finding).await?))
}

async fn record(desk: &Desk, name: Name) -> DeskResult<Evidence> {
    let line = LogLine {
        stream: name.stream.clone(),
        epoch: name.epoch,
        branch: name.branch.clone(),
    };
    let row = desk.app.store.records(&line, name.seq, 1).await?.pop();
    let row = row.filter(|row| row.seq == name.seq);
    Ok(Evidence {
        hash: row.as_ref().map(|row| row.hash),
        received_ms: row.as_ref().map(|row| row.received_ms),
        body: row.and_then(without_place),
        name,
    })
}

fn without_place(row: LogRow) -> Option<Body> {
    let mut body = Body::parse(row.body.as_deref()?).ok()?;
    if body.kind == FixTaken::TYPE {
        body.fields.clear();
    }
    Some(body)
}

/// Decides on one. A finding is confirmed only after the rep answered or had three working days; an appeal is
/// decided by another person.
#[utoipa::path(post, path = "/api/v1/findings/{finding}/decision", tag = "findings",
    params(("finding" = String, Path, description = "The finding's id")), request_body = DecisionWanted, responses(
    (status = 200, description = "The decision", body = Object),
    (status = 409, description = "`decided`, `same_person`, `own_case`, `question`, `window_open`, `too_early`"),
    (status = 422, description = "`no_reason`")
))]
pub(super) async fn decide(
    State(desk): State<Desk>,
    actor: Actor,
    Path(finding): Path<String>,
    Json(wanted): Json<DecisionWanted>,
) -> DeskResult<Json<Decision>> {
    let decision = decide::decide(&desk, &actor, &finding, wanted.state, &wanted.reason).await?;
    Ok(Json(decision))
}

/// Excuses or withdraws many, all or none.
#[utoipa::path(post, path = "/api/v1/findings/decisions", tag = "findings", request_body = DecisionsWanted, responses(
    (status = 200, description = "The decisions", body = Vec<Object>),
    (status = 409, description = "`singly`, or as for one"),
    (status = 422, description = "`no_reason`, `too_many`")
))]
pub(super) async fn decide_many(
    State(desk): State<Desk>,
    actor: Actor,
    Json(wanted): Json<DecisionsWanted>,
) -> DeskResult<Json<Vec<Decision>>> {
    let decisions = decide::decide_many(&desk, &actor, &wanted.findings, wanted.state, &wanted.reason).await?;
    Ok(Json(decisions))
}
