//! Taking in a company's files: handed in, looked at row by row and on the map, and only then applied.

mod changed;
pub(super) mod drawn;
pub(super) mod hand_in;

use askama::Template;
use axum::{
    Form,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    super::{Frame, form::Fields, frame},
    policy,
};
use crate::{
    auth::Actor,
    desk::{
        Desk, DeskError, DeskResult,
        effects::{self, Effects},
        import::{self, File, Imported},
        upload::{self, Upload},
    },
    files::{
        RowError,
        import::columns::{self, Column},
    },
};

const KINDS: [&str; 5] = ["districts", "customers", "users", "calendar", "policy"];
/// Rows that are listed; all of them are counted.
const ROWS_MOST: usize = 300;

/// What is to be imported.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// `districts`, `customers`, `users`, `calendar` or `policy`.
    kind: Option<String>,
}

#[derive(Template)]
#[template(path = "admin/import.html")]
struct ImportPage {
    frame: Frame,
    kind: &'static str,
    kinds: Vec<(&'static str, bool)>,
    wrong: Option<Wrong>,
}

/// Why not, in the page's language, and what exactly the file was refused for.
struct Wrong {
    said: String,
    exactly: Option<String>,
    /// Line, column, what is wrong.
    rows: Vec<(u64, String, String)>,
    more: usize,
}

impl Wrong {
    fn new(frame: &Frame, error: DeskError) -> Self {
        let said = frame.said(&error);
        let more = error.rows.len().saturating_sub(ROWS_MOST);
        Self {
            // Where rows say it, they do so in the page's language.
            exactly: Some(error.message).filter(|message| error.rows.is_empty() && *message != said),
            rows: error
                .rows
                .into_iter()
                .take(ROWS_MOST)
                .map(|row| in_words(frame, row))
                .collect(),
            more,
            said,
        }
    }
}

/// A row's fault in the page's language, where it has words for it.
fn in_words(frame: &Frame, row: RowError) -> (u64, String, String) {
    let known = frame.words.find(&["row", &row.code].join("."));
    let said = known.map(|words| {
        let values = row.values.iter().enumerate();
        values.fold(words.to_owned(), |words, (n, value)| {
            words.replace(&format!("{{{n}}}"), &place(frame, value))
        })
    });
    (row.row, place(frame, &row.column), said.unwrap_or(row.message))
}

/// `feature 2, ring 1` in the page's language; any other text as it is.
fn place(frame: &Frame, text: &str) -> String {
    let part = |part: &str| {
        let (name, number) = part.split_once(' ')?;
        let number: u32 = number.parse().ok()?;
        let words = frame.words.find(&["import.at", name].join("."))?;
        Some(format!("{words} {number}"))
    };
    let parts: Option<Vec<_>> = text.split(", ").map(part).collect();
    parts.map_or_else(|| text.to_owned(), |parts| parts.join(", "))
}

/// A document that would come or change.
struct Line {
    kind: String,
    key: String,
    name: String,
    is_new: bool,
    /// What changes, field by field.
    changes: Vec<String>,
}

/// A column to choose.
struct ColumnLine {
    column: Column,
    header: Vec<(usize, String, bool)>,
}

#[derive(Template)]
#[template(path = "admin/preview.html")]
struct PreviewPage {
    frame: Frame,
    kind: &'static str,
    name: String,
    imported: Option<Imported>,
    lines: Vec<Line>,
    /// What a value of the policy is called, how it is, and how it would be.
    values: Vec<[String; 3]>,
    more: usize,
    columns: Vec<ColumnLine>,
    on_map: bool,
    /// It may come into force at another time than now.
    dated: bool,
    drawn: bool,
    effects: Option<Meant>,
    valid_from: String,
    wrong: Option<Wrong>,
}

/// What districts would mean, in words.
struct Meant {
    /// Name, size so far, size then.
    districts: Vec<(String, String, String)>,
    /// Customer and district; comes in, else falls out.
    customers: Vec<(String, String, bool)>,
    more: usize,
    /// Rep, and what he would lose.
    reps: Vec<(String, String)>,
}

impl Meant {
    fn new(frame: &Frame, effects: Effects) -> Self {
        let size = |m2: f64| frame.words.fill("unit.km2", &[("km2", &format!("{:.2}", m2 / 1e6))]);
        let left = |lost: usize, left: usize| {
            let counts = [("lost", &*lost.to_string()), ("all", &(lost + left).to_string())];
            let key = if left == 0 { "effects.none_left" } else { "effects.lost" };
            frame.words.fill(key, &counts)
        };
        let districts = effects.districts.into_iter().map(|district| {
            let before = district
                .before_m2
                .map_or_else(|| frame.t("import.new").to_owned(), size);
            (district.name, before, size(district.after_m2))
        });
        let customers = effects.customers.iter().take(ROWS_MOST);
        Self {
            districts: districts.take(ROWS_MOST).collect(),
            customers: customers
                .map(|moved| (moved.customer.clone(), moved.district.clone(), moved.comes_in))
                .collect(),
            more: effects.customers.len().saturating_sub(ROWS_MOST),
            reps: effects
                .reps
                .into_iter()
                .map(|bereft| (bereft.rep, left(bereft.lost, bereft.left)))
                .collect(),
        }
    }
}

#[derive(Template)]
#[template(path = "admin/imported.html")]
struct ImportedPage {
    frame: Frame,
    name: String,
    imported: Imported,
}

/// The form to hand a file in.
#[utoipa::path(get, path = "/admin/import", tag = "pages", params(Wanted),
    responses((status = 200, description = "The form", body = String, content_type = "text/html")))]
pub(super) async fn form(frame: Frame, Query(Wanted { kind }): Query<Wanted>) -> DeskResult<Response> {
    shown(frame, kind.as_deref().unwrap_or_default(), None)
}

fn shown(frame: Frame, kind: &str, wrong: Option<DeskError>) -> DeskResult<Response> {
    let kind = KINDS.into_iter().find(|known| *known == kind).unwrap_or(KINDS[0]);
    let status = frame::status(wrong.as_ref());
    let page = ImportPage {
        kind,
        kinds: KINDS.map(|known| (known, known == kind)).to_vec(),
        wrong: wrong.map(|error| Wrong::new(&frame, error)),
        frame,
    };
    frame::page(status, &page)
}

fn kind_of(file: &File) -> &'static str {
    match file {
        File::Districts { .. } => "districts",
        File::Customers { .. } => "customers",
        File::Users { .. } => "users",
        File::Calendar { .. } => "calendar",
        File::Policy { .. } => "policy",
    }
}

/// What the file that was handed in would change.
#[utoipa::path(get, path = "/admin/import/preview", tag = "pages",
    responses((status = 200, description = "The preview", body = String, content_type = "text/html"),
    (status = 303, description = "Nothing was handed in: to the form")))]
pub(super) async fn preview(State(desk): State<Desk>, actor: Actor, frame: Frame) -> DeskResult<Response> {
    let Some(kept) = upload::kept(&desk, &actor).await? else {
        return Ok(Redirect::to("/admin/import").into_response());
    };
    looked_at(&desk, &actor, frame, kept, "", None).await
}

async fn looked_at(
    desk: &Desk,
    actor: &Actor,
    frame: Frame,
    kept: Upload,
    valid_from: &str,
    refused: Option<DeskError>,
) -> DeskResult<Response> {
    let (kind, columns, drawn) = (kind_of(&kept.file), to_choose(&kept.file), kept.drawn.is_some());
    // What can't be read is refused by the import, with the reason.
    let effects = effects::of(desk, &kept.file).await.ok().flatten();
    let from = Some(valid_from).filter(|from| !from.is_empty());
    let dry = match refused {
        Some(error) => Err(error),
        // Columns first: without them every row would be wrong.
        None if !columns.is_empty() => Ok(None),
        None => import::import(desk, actor, kept.file, true, from).await.map(Some),
    };
    let (imported, wrong) = match dry {
        Ok(imported) => (imported, None),
        Err(error) => (None, Some(error)),
    };
    let status = frame::status(wrong.as_ref());
    let documents = imported.as_ref().map_or(&[][..], |imported| &imported.documents);
    let lines = documents.iter().take(ROWS_MOST).map(|document| Line {
        kind: frame.of("document", &document.kind),
        key: document.key.clone(),
        name: document.name.clone(),
        is_new: document.is_new,
        changes: document
            .fields
            .iter()
            .map(|field| changed::in_words(&frame, field))
            .collect(),
    });
    let values = imported
        .iter()
        .flat_map(|imported| &imported.policy)
        .map(|value| policy::in_words(&frame, value));
    let page = PreviewPage {
        lines: lines.collect(),
        values: values.collect(),
        more: documents.len().saturating_sub(ROWS_MOST),
        on_map: columns.is_empty() && matches!(kind, "districts" | "customers"),
        dated: matches!(kind, "policy" | "calendar" | "districts"),
        drawn,
        effects: effects.map(|effects| Meant::new(&frame, effects)),
        valid_from: valid_from.to_owned(),
        name: kept.name,
        kind,
        imported,
        columns,
        wrong: wrong.map(|error| Wrong::new(&frame, error)),
        frame,
    };
    frame::page(status, &page)
}

/// The columns of customers that a person has to choose; none where the header says which is which.
fn to_choose(file: &File) -> Vec<ColumnLine> {
    let File::Customers { text } = file else {
        return Vec::new();
    };
    let header = columns::header(text);
    if columns::fits(&header) {
        return Vec::new();
    }
    let line = |column: Column| ColumnLine {
        header: header
            .iter()
            .cloned()
            .enumerate()
            .map(|(at, name)| (at, name, column.at == Some(at)))
            .collect(),
        column,
    };
    columns::columns(&header).into_iter().map(line).collect()
}

/// Applies what was looked at, or says which column is which.
#[utoipa::path(post, path = "/admin/import/preview", tag = "pages",
    request_body(content = String, description = "`do` is `apply`, with `valid_from`, or `columns`, with the place of each",
        content_type = "application/x-www-form-urlencoded"), responses(
    (status = 200, description = "What was done", body = String, content_type = "text/html"),
    (status = 303, description = "To the preview"),
    (status = 422, description = "Why not", body = String, content_type = "text/html")
))]
pub(super) async fn apply(
    State(desk): State<Desk>,
    actor: Actor,
    frame: Frame,
    Form(fields): Form<Fields>,
) -> DeskResult<Response> {
    let Some(kept) = upload::kept(&desk, &actor).await? else {
        return Ok(Redirect::to("/admin/import").into_response());
    };
    if fields.one("do") == "columns" {
        let file = with_columns(kept.file, &fields)?;
        upload::keep(&desk, &actor, &Upload { file, ..kept }).await?;
        return Ok(Redirect::to("/admin/import/preview").into_response());
    }
    let from = fields.one("valid_from").to_owned();
    let valid_from = Some(&*from).filter(|from| !from.is_empty());
    match import::import(&desk, &actor, kept.file.clone(), false, valid_from).await {
        Ok(imported) => {
            upload::forget(&desk, &actor).await?;
            let page = ImportedPage {
                name: kept.name,
                imported,
                frame,
            };
            frame::page(StatusCode::OK, &page)
        }
        Err(error) => looked_at(&desk, &actor, frame, kept, &from, Some(error)).await,
    }
}

fn with_columns(file: File, fields: &Fields) -> DeskResult<File> {
    let File::Customers { text } = file else {
        return Ok(file);
    };
    let all = columns::columns(&columns::header(&text));
    let chosen = all
        .iter()
        .filter_map(|column| Some((column.name, fields.one(column.name).parse().ok()?)));
    let chosen: Vec<(&str, usize)> = chosen.collect();
    let text = columns::chosen(&text, &chosen);
    let bad = || DeskError::input("bad_file", "the table can't be read: save it as CSV in UTF-8");
    Ok(File::Customers {
        text: text.ok_or_else(bad)?,
    })
}
