//! Files to take out, in the words of who does. Each is recorded; one that holds a trail is a look, which the rep sees.

use axum::{
    extract::{Path, Query, State},
    http::header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    response::{AppendHeaders, IntoResponse, Response},
};
use chrono::NaiveDate;
use onbeat_core::place::Point;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::Wanted;
use crate::{
    auth::Actor,
    desk::{
        Desk, DeskError, DeskResult, export,
        look::{self, TrailFix},
        records::DataExported,
        tables::{self, Asked, What},
    },
    files::{
        export::Table,
        places::{Place, geojson, gpx},
        xlsx::{self, ROWS_MOST},
    },
    pages::Frame,
};

/// Kinds of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::pages) enum Format {
    /// RFC 4180.
    Csv,
    /// ECMA-376.
    Xlsx,
    /// RFC 7946.
    Geojson,
    /// GPX 1.1.
    Gpx,
}

impl Format {
    pub(in crate::pages) fn code(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Geojson => "geojson",
            Self::Gpx => "gpx",
        }
    }

    fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Geojson => "application/geo+json",
            Self::Gpx => "application/gpx+xml",
        }
    }

    /// A table in somebody's words, written as this kind of file.
    ///
    /// # Errors
    /// `too_many`; `no_places` where it is a kind for places.
    pub(in crate::pages) async fn written(self, frame: &Frame, table: Table) -> DeskResult<Vec<u8>> {
        let word = |heading: &str, code: &str| {
            let words = frame.words.find(&format!("{heading}.{code}"));
            words.unwrap_or(code).to_owned()
        };
        let table = table.in_words(word);
        match self {
            Self::Csv => Ok(table.csv().into_bytes()),
            Self::Xlsx if table.rows.len() > ROWS_MOST => {
                let why = format!("a workbook holds {ROWS_MOST} rows here: take CSV, or a shorter period");
                Err(DeskError::input("too_many", why))
            }
            Self::Xlsx => {
                let made = tokio::task::spawn_blocking(move || xlsx::workbook(table)).await;
                let failed = |error: &dyn std::error::Error| DeskError::environment("failed", error.to_string());
                made.map_err(|error| failed(&error))?.map_err(|error| failed(&error))
            }
            Self::Geojson | Self::Gpx => Err(DeskError::input("no_places", "this is a table: take CSV or XLSX")),
        }
    }

    /// A table of the company's own, handed out as this kind of file. A refusal took nothing out; what is not noted is not
    /// given out.
    ///
    /// # Errors
    /// As [`Format::written`].
    pub(in crate::pages) async fn handed_out(
        self,
        desk: &Desk,
        actor: &Actor,
        frame: &Frame,
        table: Table,
        taken: DataExported,
    ) -> DeskResult<Response> {
        let bytes = self.written(frame, table).await?;
        let exported = DataExported {
            format: self.code().into(),
            by: actor.user.clone(),
            ..taken
        };
        export::note(desk, actor, &exported).await?;
        Ok(self.file(&exported.what, bytes))
    }

    pub(in crate::pages) fn file(self, name: &str, bytes: Vec<u8>) -> Response {
        let name = format!("attachment; filename=\"onbeat-{name}.{}\"", self.code());
        let headers = [
            (CONTENT_TYPE, self.media_type().to_owned()),
            (CONTENT_DISPOSITION, name),
        ];
        (AppendHeaders(headers), bytes).into_response()
    }
}

/// Which file.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::pages) struct Kind {
    /// Which table; adherence where nothing is said.
    what: Option<What>,
    /// Kind of file; CSV where nothing is said.
    format: Option<Format>,
}

/// A table as a file.
#[utoipa::path(get, path = "/reports/export", tag = "pages", params(Kind, Wanted), responses(
    (status = 200, description = "The file", body = Vec<u8>, content_type = "application/octet-stream"),
    (status = 422, description = "`bad_range`, `too_many`, `no_places`, `no_table`")
))]
pub(in crate::pages) async fn table(
    State(desk): State<Desk>,
    actor: Actor,
    frame: Frame,
    Query(kind): Query<Kind>,
    Query(wanted): Query<Wanted>,
) -> DeskResult<Response> {
    let format = kind.format.unwrap_or(Format::Csv);
    let asked = Asked {
        what: kind.what.unwrap_or(What::Adherence),
        which: wanted.which(&desk),
        by: wanted.by(),
    };
    let bytes = match format {
        Format::Csv | Format::Xlsx => format.written(&frame, asked.table(&desk, &actor).await?).await?,
        Format::Geojson => asked.geojson(&desk, &actor).await?.into_bytes(),
        Format::Gpx => gpx(&asked.places(&desk, &actor).await?, false).into_bytes(),
    };
    // A refusal took nothing out; what is not noted is not given out.
    asked.note(&desk, &actor, format.code()).await?;
    Ok(format.file(&asked.what.code(), bytes))
}

/// Which file of a trail, and why.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::pages) struct Why {
    /// `csv`, `xlsx`, `geojson`, or `gpx` where nothing is said.
    format: Option<Format>,
    /// The id of a finding or a visit of that day, `emergency`, or a reason in words. The rep sees it.
    why: String,
}

/// A rep's fixes of a day as a file. Opening them is recorded first, and the rep sees who looked and why.
#[utoipa::path(get, path = "/reps/{rep}/days/{day}/trail", tag = "pages",
    params(("rep" = String, Path, description = "Rep id"), ("day" = String, Path, description = "`YYYY-MM-DD`"), Why),
    responses(
        (status = 200, description = "The file", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 422, description = "`no_reason`")
    ))]
pub(in crate::pages) async fn trail(
    State(desk): State<Desk>,
    actor: Actor,
    frame: Frame,
    Path((rep, day)): Path<(String, NaiveDate)>,
    Query(why): Query<Why>,
) -> DeskResult<Response> {
    let format = why.format.unwrap_or(Format::Gpx);
    let fixes = look::trail(&desk, &actor, &rep, day, &why.why).await?;
    let places = || fixes.iter().filter_map(place).collect::<Vec<Place>>();
    let bytes = match format {
        Format::Gpx => gpx(&places(), true).into_bytes(),
        Format::Geojson => geojson(&places()).into_bytes(),
        Format::Csv | Format::Xlsx => format.written(&frame, tables::trail(&desk, &rep, fixes)).await?,
    };
    Ok(format.file(&format!("trail-{day}"), bytes))
}

/// A fix as a place; one that was erased is none.
fn place(fix: &TrailFix) -> Option<Place> {
    let taken = &fix.taken.as_ref()?.fix;
    let ruled = fix.ruled.as_ref();
    let said = [
        ("accuracy_m", json!(taken.accuracy_mm.map(|mm| mm as f64 / 1000.0))),
        ("ruled", json!(ruled.map(|ruled| ruled.place))),
        (
            "edge_m",
            json!(ruled.and_then(|ruled| ruled.edge_mm).map(|mm| mm as f64 / 1000.0)),
        ),
    ];
    Some(Place {
        at: Point::from_e9(taken.lat_e9, taken.lon_e9),
        at_ms: Some(fix.at_ms),
        name: String::new(),
        properties: said.map(|(name, value)| (name.to_owned(), value)).into_iter().collect(),
    })
}
