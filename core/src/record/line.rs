use serde::{Deserialize, Serialize};

use super::{Anchor, Branch, Certificate, Hash, Head, Receipt, Record, RecordError, Seal, json};

/// One item of a log file or a push.
#[derive(Debug, Clone, PartialEq)]
pub enum Line {
    /// A certificate: the records of its epoch follow.
    Certificate(Certificate),
    /// `{"branch":…}`: the records that follow stand beside the main line, from where it says.
    Branch(BranchStart),
    /// A head line and a body line.
    Record(Record),
    /// `{"seal":…}`.
    Seal(Seal),
    /// `{"receipt":…}`.
    Receipt(Receipt),
    /// `{"anchor":…}`.
    Anchor(Anchor),
}

/// Where a branch leaves the main line of its epoch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BranchStart {
    /// Epoch it belongs to.
    pub epoch: u32,
    /// Its name.
    pub branch: Branch,
    /// Seq of the newest record that both lines have, 0 if none.
    pub seq: u64,
    /// Hash of that record, or of the epoch's certificate.
    pub hash: Hash,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Tagged {
    Branch(BranchStart),
    Seal(Seal),
    Receipt(Receipt),
    Anchor(Anchor),
}

impl Line {
    /// The line (two lines for a record), with its line break.
    pub fn to_ndjson(&self) -> String {
        let tagged = |item: Tagged| {
            serde_json::to_string(&item).expect("a signed line has nothing that JSON cannot hold") + "\n"
        };
        match self {
            Self::Record(record) => format!(
                "{}\n{}\n",
                record.head_line,
                record.body_line.as_deref().unwrap_or(ERASED)
            ),
            Self::Certificate(certificate) => format!("{}\n", certificate.line()),
            Self::Branch(branch) => tagged(Tagged::Branch(branch.clone())),
            Self::Seal(seal) => tagged(Tagged::Seal(seal.clone())),
            Self::Receipt(receipt) => tagged(Tagged::Receipt(receipt.clone())),
            Self::Anchor(anchor) => tagged(Tagged::Anchor(anchor.clone())),
        }
    }
}

/// Reads the items of a log file or a push, one by one; after an error the reading goes on with the next
/// line, so that a caller may name every fault.
pub fn read_lines(text: &str) -> impl Iterator<Item = Result<Line, RecordError>> {
    let mut lines = text.split('\n').filter(|line| !line.is_empty());
    std::iter::from_fn(move || {
        let first = lines.next()?;
        Some(read_line(first, || lines.next()))
    })
}

fn read_line<'a>(first: &'a str, next: impl FnOnce() -> Option<&'a str>) -> Result<Line, RecordError> {
    match read_first(first)? {
        First::Line(line) => Ok(line),
        First::Head(head) => {
            let body = next().ok_or(RecordError::NotA {
                what: "record",
                why: "its body line is missing".into(),
            })?;
            let body = (body != ERASED).then(|| body.to_owned());
            Record::of(head, first.to_owned(), body).map(Line::Record)
        }
    }
}

/// The body line of an erased body.
pub(super) const ERASED: &str = "null";

/// What one line is, if it can begin an item.
pub(super) enum First {
    /// The head of a record: its body line follows.
    Head(Head),
    /// Any other item: these have one line.
    Line(Line),
}

/// Reads the first line of an item.
pub(super) fn read_first(line: &str) -> Result<First, RecordError> {
    if let Some(head) = Head::as_written(line) {
        return Ok(First::Head(head));
    }
    let value = json::parse(line)?;
    if value.get("v").is_some() {
        return Head::from_value(value).map(First::Head);
    }
    if value.get("issued_at").is_some() {
        return Certificate::parse(line).map(|certificate| First::Line(Line::Certificate(certificate)));
    }
    let tagged = serde_json::from_value(value).map_err(|e| RecordError::NotA {
        what: "line of a log",
        why: e.to_string(),
    })?;
    Ok(First::Line(match tagged {
        Tagged::Branch(branch) => Line::Branch(branch),
        Tagged::Seal(seal) => Line::Seal(seal),
        Tagged::Receipt(receipt) => Line::Receipt(receipt),
        Tagged::Anchor(anchor) => Line::Anchor(anchor),
    }))
}
