//! What a rep's phones are told of his day beyond what they can fold themselves.

use onbeat_core::{
    record::Payload,
    reference::{Document, DocumentDropped, DocumentPut, FindingState},
    rules::{DayView, Finding, JudgedBy, Noted, NotedRecord},
};

use super::day::Folded;
use crate::{
    app::App,
    documents::{Rejudged, rep_of},
    feed,
    store::{Change, LogRow, StoreResult},
};

/// Desk records of one day that are told.
const RECORDS_MOST: usize = 50;
/// Findings of one day that are told.
const FINDINGS_MOST: usize = 50;

/// What is told of a day with the desk's records of it.
pub(super) fn noted(view: &DayView, records: Vec<NotedRecord>) -> Noted {
    let found = view.findings.iter().filter(|finding| finding.kind.is_servers());
    Noted {
        rep: view.rep.clone(),
        day: view.day,
        records,
        findings: found.map(unsaid).take(FINDINGS_MOST).collect(),
        judged_by: None,
    }
}

/// What a day that is over is judged by, with the bytes of its blob, where a phone that goes by the documents in force
/// now would judge it otherwise. What people said of the day goes to the phones by itself.
fn judged_by(app: &App, view: &DayView, rejudged: Rejudged) -> Option<(JudgedBy, Vec<u8>)> {
    if !view.closed {
        return None;
    }
    let documents = app.documents();
    let then = documents.basis_of(&view.rep, view.day, rejudged);
    let then: Vec<(String, Document)> = then
        .into_iter()
        .filter(|(_, document)| rep_of(document).is_none())
        .collect();
    let now = documents.reference_of(&view.rep, app.now_ms());
    let now: Vec<_> = now
        .iter()
        .filter(|(_, _, document)| rep_of(document).is_none())
        .collect();
    let stands =
        |(key, document): &(String, Document)| now.iter().any(|(_, known, now)| known == key && **now == *document);
    (then.len() != now.len() || !then.iter().all(stands)).then(|| JudgedBy::of(&then))
}

/// The desk's records among those that touch a day.
pub(super) fn records(app: &App, rows: &[LogRow]) -> Vec<NotedRecord> {
    let desks = rows.iter().filter(|row| row.line.stream == *app.desk.stream());
    desks.filter_map(record).take(RECORDS_MOST).collect()
}

/// Documents go to the phones by themselves.
fn record(row: &LogRow) -> Option<NotedRecord> {
    let kind = row.read()?.kind;
    let is_document = matches!(kind.as_str(), DocumentPut::TYPE | DocumentDropped::TYPE);
    let body = row.body.clone().filter(|_| !is_document)?;
    Some(NotedRecord {
        head: row.head.clone(),
        body,
    })
}

/// As it was found: a phone applies by itself what was answered and decided.
fn unsaid(finding: &Finding) -> Finding {
    let mut finding = finding.clone();
    finding.state = FindingState::Open;
    finding.facts.remove("appealed_at_ms");
    finding
}

/// Tells the rep's phones if they don't know it yet; days that no phone keeps any more are passed over.
pub(super) async fn tell(app: &App, folded: Folded, change: &mut Change) -> StoreResult<()> {
    let Folded {
        view,
        rejudged,
        mut noted,
        ..
    } = folded;
    let now_ms = app.now_ms();
    let age = app.documents().day_at(&noted.rep, now_ms) - noted.day;
    if age.num_days() >= Noted::DAYS as i64 {
        return Ok(());
    }
    let documents = judged_by(app, &view, rejudged).map(|(judged_by, bytes)| {
        let named = judged_by.documents;
        noted.judged_by = Some(judged_by);
        (named, bytes)
    });
    let body = (!noted.is_empty()).then(|| serde_json::to_string(&noted).expect("what was noted is plain data"));
    let cell = feed::noted_cell(&noted, body.as_deref(), now_ms);
    let told = app.store.cell(&cell.kind, &cell.key, i64::MIN).await?;
    if told.map(|told| told.body) == body {
        return Ok(());
    }
    change.blobs.extend(documents);
    change.feed.push(feed::noted_item(&noted, body.clone()));
    match body {
        Some(_) => change.cells.push(cell),
        None => change.drop_cells.push((cell.kind, cell.key)),
    }
    Ok(())
}
