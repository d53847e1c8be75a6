//! The desk's log: who did what when.

use askama::Template;
use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use chrono::NaiveDate;
use onbeat_core::{record::Payload, reference::Look, rules::log::BatchQuarantined};
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;

use super::{
    super::{
        Frame,
        filter::{Choice, given, link, reps_ever},
        frame, looked,
        reports::Format,
    },
    policy::in_words,
};
use crate::{
    auth::Actor,
    desk::{
        Books, Desk, DeskResult,
        audit::{self, DeskRecord},
        policy,
        records::DataExported,
    },
    desk_log::TYPES,
    files::{
        export::{Cell, Clocks, Table},
        xlsx::ROWS_MOST,
    },
};

/// Records of a page.
const ROWS: usize = 50;
/// What a record says is shown up to here.
const SAYS_MAX_CHARS: usize = 240;
/// Values of a policy that are told as changed; the others are counted.
const CHANGES_MOST: usize = 12;

/// Which records.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct After {
    /// Only those before this one.
    pub(super) after: Option<u64>,
    /// Only of this type.
    #[serde(rename = "type")]
    kind: Option<String>,
    /// Only what this person did.
    by: Option<String>,
    /// Only what is of this rep.
    rep: Option<String>,
}

/// What the log is narrowed to.
struct Narrowed {
    kind: Option<String>,
    by: Option<String>,
    rep: Option<String>,
}

impl Narrowed {
    fn new(kind: Option<&String>, by: Option<&String>, rep: Option<&String>) -> Self {
        Self {
            kind: given(kind),
            by: given(by),
            rep: given(rep),
        }
    }

    fn types(&self) -> Vec<&str> {
        self.kind.iter().map(String::as_str).collect()
    }

    fn wants(&self, record: &DeskRecord) -> bool {
        let is_of = |wanted: &Option<String>, own: &str| wanted.as_ref().is_none_or(|wanted| wanted == own);
        is_of(&self.by, by(record)) && is_of(&self.rep, rep_of(record))
    }

    /// What it is narrowed to, as it is sent.
    fn given(&self) -> impl Iterator<Item = (&'static str, &String)> {
        let all = [("type", &self.kind), ("by", &self.by), ("rep", &self.rep)];
        all.into_iter()
            .filter_map(|(name, value)| Some((name, value.as_ref()?)))
    }

    /// The page that is older than a record.
    fn older(&self, next: u64) -> String {
        let next = next.to_string();
        let given = self.given().chain([("after", &next)]);
        let given: Vec<_> = given.map(|(name, value)| (name, Some(value))).collect();
        link("/admin/audit", &given)
    }
}

/// A record as people read it.
pub(super) struct Line {
    pub(super) seq: u64,
    pub(super) at: String,
    pub(super) by: String,
    pub(super) rep: String,
    pub(super) what: String,
    /// In words; empty where there are none for it.
    pub(super) says: String,
    /// As it is recorded.
    pub(super) record: String,
    /// It is of a batch that did not check.
    pub(super) batch: bool,
}

impl Line {
    pub(super) async fn new(frame: &Frame, desk: &Desk, books: &Books, record: &DeskRecord) -> DeskResult<Self> {
        Ok(Self {
            seq: record.seq,
            at: frame.local.instant(record.at_ms),
            by: by(record).to_owned(),
            rep: books.rep_name(rep_of(record)).to_owned(),
            what: what(frame, record),
            says: says(frame, desk, books, record).await?,
            record: recorded(record),
            batch: record.kind == BatchQuarantined::TYPE,
        })
    }
}

fn text<'a>(record: &'a DeskRecord, name: &str) -> &'a str {
    record.fields.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn by(record: &DeskRecord) -> &str {
    text(record, "by")
}

/// Whose it is: a look, a decision or an exception is a document of a rep's, and so are he himself and his area.
fn rep_of(record: &DeskRecord) -> &str {
    let Some(document) = record.fields.get("document") else {
        return text(record, "rep");
    };
    let own = document["rep"].as_str();
    own.unwrap_or_else(|| match document["kind"].as_str() {
        Some("rep" | "area") => text(record, "key"),
        _ => "",
    })
}

/// Its type; of a document its kind too.
fn what(frame: &Frame, record: &DeskRecord) -> String {
    let code = record.kind.replace('.', "_");
    let words = frame.words.find(&["audit.type", &code].join("."));
    let words = words.unwrap_or(&record.kind);
    let document = record.fields.get("document");
    match document.and_then(|document| document["kind"].as_str()) {
        Some(kind) => format!("{words}: {}", frame.of("document", kind)),
        None => words.to_owned(),
    }
}

/// What a record says, in the words that its type has.
async fn says(frame: &Frame, desk: &Desk, books: &Books, record: &DeskRecord) -> DeskResult<String> {
    let code = record.kind.replace('.', "_");
    let mut fields = record.fields.clone();
    let mut own = None;
    if let Some(Value::Object(document)) = fields.remove("document") {
        let kind = document.get("kind").and_then(Value::as_str).unwrap_or_default();
        own = frame.words.find(&format!("audit.says.{code}_{kind}"));
        if kind == "policy" {
            fields.insert("changes".into(), changes(frame, desk, record).into());
        }
        fields.extend(document);
    }
    if let Some(Value::String(why)) = fields.get_mut("why") {
        *why = looked::why(desk, frame, why).await?;
    }
    let Some(words) = own.or_else(|| frame.words.find(&["audit.says", &code].join("."))) else {
        return Ok(String::new());
    };
    let mut said = String::new();
    for part in words.split('{') {
        match part.split_once('}') {
            Some((name, rest)) => {
                said += &worded(frame, books, name, fields.get(name).unwrap_or(&Value::Null));
                said += rest;
            }
            None => said += part,
        }
    }
    Ok(said)
}

/// What a policy that was put changes, as far as there is room.
fn changes(frame: &Frame, desk: &Desk, record: &DeskRecord) -> Vec<String> {
    let changed = policy::changed_by(desk, record.seq);
    let said = changed.iter().take(CHANGES_MOST).map(|value| {
        let [called, old, new] = in_words(frame, value);
        format!("{called}: {old} → {new}")
    });
    let mut said: Vec<String> = said.collect();
    if changed.len() > CHANGES_MOST {
        let more = (changed.len() - CHANGES_MOST).to_string();
        said.push(frame.words.fill("audit.more", &[("count", &more)]));
    }
    said
}

/// A field's value as people read it.
fn worded(frame: &Frame, books: &Books, name: &str, value: &Value) -> String {
    let one = |value: &Value| worded(frame, books, name, value);
    match (name, value) {
        ("user", Value::Null) => frame.t("audit.nobody").to_owned(),
        (_, Value::Null) => "–".to_owned(),
        ("changes", Value::Array(all)) if !all.is_empty() => {
            let changes: Vec<&str> = all.iter().filter_map(Value::as_str).collect();
            changes.join("; ")
        }
        (_, Value::Array(all)) if all.is_empty() => "–".to_owned(),
        (_, Value::Array(all)) => all.iter().map(one).collect::<Vec<_>>().join(frame.t("unit.join")),
        (name, Value::Number(at_ms)) if name.ends_with("_ms") => {
            frame.local.instant(at_ms.as_i64().unwrap_or_default())
        }
        ("kind", Value::String(kind)) => frame.of("document", kind),
        ("role", Value::String(role)) => frame.of("role", role),
        ("fault", Value::String(fault)) => frame.of("fault", fault),
        ("duty", Value::String(duty)) => frame.of("duty", duty),
        ("rep", Value::String(id)) => books.rep_name(id).to_owned(),
        ("state", Value::String(state)) => frame.of("state", state),
        ("finding_kind", Value::String(kind)) => frame.of("kind", kind),
        ("reason", Value::String(reason)) => {
            let code = frame.words.find(&format!("reason.{reason}"));
            code.map_or_else(|| reason.clone(), str::to_owned)
        }
        ("what" | "format", Value::String(code)) => {
            let heading = if name == "what" { "export" } else { "format" };
            let words = frame.words.find(&format!("{heading}.{code}"));
            words.map_or_else(|| code.clone(), str::to_owned)
        }
        ("day", Value::String(day)) if day == Look::ALL_DAYS => frame.of("look.day", day),
        ("landlines", Value::Bool(flag)) => frame.of("flag", &flag.to_string()),
        ("customer" | "customers", Value::String(id)) => books.customer_name(id).to_owned(),
        ("teams", Value::String(id)) => books.team_name(id).to_owned(),
        (_, Value::String(text)) => text.parse().map_or_else(|_| text.clone(), |day| frame.local.date(day)),
        (_, value) => value.to_string(),
    }
}

/// The fields but who and whose as they are recorded, as far as there is room.
fn recorded(record: &DeskRecord) -> String {
    let others = record
        .fields
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "by" | "rep"));
    let said: Vec<String> = others
        .map(|(name, value)| match value {
            Value::String(text) => format!("{name}: {text}"),
            value => format!("{name}: {value}"),
        })
        .collect();
    let said = said.join("; ");
    if said.chars().count() <= SAYS_MAX_CHARS {
        return said;
    }
    said.chars().take(SAYS_MAX_CHARS).chain(['…']).collect()
}

#[derive(Template)]
#[template(path = "admin/audit.html")]
struct AuditPage {
    frame: Frame,
    lines: Vec<Line>,
    narrowed: Narrowed,
    types: Vec<(&'static str, String, bool)>,
    reps: Vec<Choice>,
    older: Option<String>,
}

/// The log, newest first.
#[utoipa::path(get, path = "/admin/audit", tag = "pages", params(After),
    responses((status = 200, description = "The log", body = String, content_type = "text/html")))]
pub(super) async fn list(
    State(desk): State<Desk>,
    actor: Actor,
    frame: Frame,
    Query(After { after, kind, by, rep }): Query<After>,
) -> DeskResult<Response> {
    let books = Books::now(&desk);
    let narrowed = Narrowed::new(kind.as_ref(), by.as_ref(), rep.as_ref());
    let wanted = |record: &DeskRecord| narrowed.wants(record);
    let (records, next) = audit::page(&desk, after, &narrowed.types(), wanted, ROWS).await?;
    let mut lines = Vec::with_capacity(records.len());
    for record in records {
        lines.push(Line::new(&frame, &desk, &books, &record.shown_to(&actor)).await?);
    }
    let page = AuditPage {
        lines,
        types: TYPES
            .map(|code| {
                (
                    code,
                    frame.of("audit.type", &code.replace('.', "_")),
                    narrowed.kind.as_deref() == Some(code),
                )
            })
            .to_vec(),
        older: next.map(|next| narrowed.older(next)),
        reps: reps_ever(&desk, &frame, &actor, narrowed.rep.as_ref()),
        narrowed,
        frame,
    };
    frame::page(StatusCode::OK, &page)
}

/// Which records as which kind of file.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Taken {
    /// Only of this type.
    #[serde(rename = "type")]
    kind: Option<String>,
    /// Only what this person did.
    by: Option<String>,
    /// Only what is of this rep.
    rep: Option<String>,
    /// First day, `YYYY-MM-DD`; none: from the beginning.
    from: Option<String>,
    /// Last day; none: to the end.
    to: Option<String>,
    /// `csv` or `xlsx`; CSV where nothing is said.
    format: Option<Format>,
}

const COLUMNS: [&str; 9] = [
    "seq",
    "zone",
    "recorded_at",
    "by",
    "what",
    "rep",
    "says",
    "record",
    "hash",
];

/// The log as a file, oldest first.
#[utoipa::path(get, path = "/admin/audit/export", tag = "pages", params(Taken), responses(
    (status = 200, description = "The file", body = Vec<u8>, content_type = "application/octet-stream"),
    (status = 422, description = "`too_many`, `no_places`")
))]
pub(super) async fn take_out(
    State(desk): State<Desk>,
    actor: Actor,
    frame: Frame,
    Query(taken): Query<Taken>,
) -> DeskResult<Response> {
    let format = taken.format.unwrap_or(Format::Csv);
    let [from, to] = [&taken.from, &taken.to].map(|day| day.as_deref().and_then(|day| day.trim().parse().ok()));
    let narrowed = Narrowed::new(taken.kind.as_ref(), taken.by.as_ref(), taken.rep.as_ref());
    let table = table(&desk, &actor, &frame, (from, to), &narrowed).await?;
    let taken = DataExported {
        what: "audit".into(),
        rep: given(taken.rep.as_ref()),
        from,
        to,
        ..DataExported::default()
    };
    format.handed_out(&desk, &actor, &frame, table, taken).await
}

/// The records of a period, in words and as they are recorded.
async fn table(
    desk: &Desk,
    actor: &Actor,
    frame: &Frame,
    (from, to): (Option<NaiveDate>, Option<NaiveDate>),
    narrowed: &Narrowed,
) -> DeskResult<Table> {
    let documents = desk.app.documents();
    let whole = |day: NaiveDate| documents.schedule_of("", day).whole_day(day);
    let period = (
        from.map_or(i64::MIN, |day| whole(day).from_ms),
        to.map_or(i64::MAX, |day| whole(day).to_ms),
    );
    let wanted = |record: &DeskRecord| narrowed.wants(record);
    let records = audit::between(desk, period, &narrowed.types(), wanted, ROWS_MOST).await?;
    let books = Books::now(desk);
    let mut rows = Vec::with_capacity(records.len());
    for record in records {
        let record = record.shown_to(actor);
        let line = Line::new(frame, desk, &books, &record).await?;
        let clocks = Clocks::of(documents.schedule_at("", record.at_ms).zone());
        rows.push(vec![
            Cell::number(Some(record.seq)),
            clocks.offset(record.at_ms),
            clocks.time(Some(record.at_ms)),
            Cell::Text(line.by),
            Cell::Text(line.what),
            Cell::Text(line.rep),
            Cell::Text(line.says),
            Cell::Text(Value::Object(record.fields).to_string()),
            Cell::Text(record.hash.to_string()),
        ]);
    }
    Ok(Table::new(&COLUMNS, rows))
}

#[cfg(test)]
mod tests {
    use onbeat_core::record::Hash;
    use serde_json::json;

    use super::{DeskRecord, SAYS_MAX_CHARS, recorded};

    #[test]
    fn what_a_record_says_is_told_as_far_as_there_is_room() {
        let said = |fields: serde_json::Value| {
            recorded(&DeskRecord {
                seq: 1,
                hash: Hash::of("x"),
                at_ms: 0,
                kind: "user.changed".into(),
                fields: fields.as_object().cloned().unwrap_or_default(),
            })
        };
        assert_eq!(said(json!({"by": "ada", "rep": "wang"})), "");
        assert_eq!(
            said(json!({"by": "ada", "teams": ["t1"], "user": "li"})),
            "teams: [\"t1\"]; user: li"
        );
        let long = said(json!({"note": "字".repeat(1_000)}));
        assert_eq!(long.chars().count(), SAYS_MAX_CHARS + 1);
    }
}
