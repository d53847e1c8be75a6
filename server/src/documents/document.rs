use onbeat_core::{
    record::Body,
    reference::{Document, DocumentDropped, DocumentPut},
    time::Interval,
};

use crate::{desk_log::Written, store::DocumentRow};

/// The rep that an exception, a decision or a look is of.
pub(crate) fn rep_of(document: &Document) -> Option<&str> {
    match document {
        Document::Exception(exception) => Some(&exception.rep),
        Document::Decision(decision) => Some(&decision.rep),
        Document::Look(look) => Some(&look.rep),
        _ => None,
    }
}

/// From when to when a rep's own document speaks of.
pub(crate) fn interval_of(document: &Document) -> Option<Interval> {
    let (from_ms, to_ms) = match document {
        Document::Exception(exception) => (exception.from_ms, exception.to_ms),
        Document::Decision(decision) => (decision.from_ms, decision.to_ms),
        Document::Look(look) => (look.at_ms, look.at_ms),
        _ => return None,
    };
    // At least one instant: a finding of no length still is of a day.
    Some(Interval {
        from_ms,
        to_ms: to_ms.max(from_ms.saturating_add(1)),
    })
}

pub(super) fn spans(document: &Document, interval: Interval) -> bool {
    interval_of(document).is_none_or(|own| own.intersect(&interval).is_some())
}

/// A document's kind: the tag of its JSON.
pub fn kind_of(document: &Document) -> &'static str {
    match document {
        Document::Policy(_) => "policy",
        Document::Calendar(_) => "calendar",
        Document::Team(_) => "team",
        Document::District(_) => "district",
        Document::NoGo(_) => "no_go",
        Document::Customer(_) => "customer",
        Document::Rep(_) => "rep",
        Document::Area(_) => "area",
        Document::Exception(_) => "exception",
        Document::Decision(_) => "decision",
        Document::Look(_) => "look",
        Document::Notice(_) => "notice",
    }
}

/// The document version that a desk record makes, if it makes one.
pub fn document_of(body: &Body, written: &Written) -> Option<DocumentRow> {
    let row = |kind: &str, key: String, valid_from_ms, body| DocumentRow {
        kind: kind.to_owned(),
        key,
        valid_from_ms,
        recorded_ms: written.at_ms,
        desk_seq: written.seq,
        body,
    };
    if let Some(Ok(put)) = body.read::<DocumentPut>() {
        let json = serde_json::to_string(&put.document).expect("a document is plain data");
        return Some(row(kind_of(&put.document), put.key, put.valid_from_ms, Some(json)));
    }
    let dropped = body.read::<DocumentDropped>()?.ok()?;
    Some(row(&dropped.kind, dropped.key, dropped.valid_from_ms, None))
}
