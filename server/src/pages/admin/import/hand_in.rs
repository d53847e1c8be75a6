//! A file as a browser sends it, read into what can be imported.

use axum::{
    extract::{Multipart, State, multipart::MultipartError},
    response::{IntoResponse, Redirect, Response},
};
use onbeat_core::place::Datum;

use crate::{
    auth::Actor,
    desk::{
        Desk, DeskError, DeskResult,
        import::File,
        upload::{self, Upload},
    },
    files::import as read,
    pages::{Frame, form::Fields},
};

/// Takes a file in to be looked at; nothing changes by it.
#[utoipa::path(post, path = "/admin/import", tag = "pages",
    request_body(content = String, description = "`kind`, `file`; of districts also `name_property`, `datum`, \
                                                  `edge_tolerance_m`, `no_go`", content_type = "multipart/form-data"),
    responses(
    (status = 303, description = "To the preview"),
    (status = 413, description = "`too_big`"),
    (status = 422, description = "Why it can't be read", body = String, content_type = "text/html")
))]
pub(in crate::pages::admin) async fn upload(
    State(desk): State<Desk>,
    actor: Actor,
    frame: Frame,
    form: Multipart,
) -> DeskResult<Response> {
    let (fields, name, bytes) = parts(form).await?;
    let kind = fields.one("kind").to_owned();
    let file = tokio::task::spawn_blocking(move || file_of(&fields, &bytes)).await;
    // A reader of others' formats that falls over takes nothing with it.
    let file = file.unwrap_or_else(|error| Err(DeskError::input("bad_file", error.to_string())));
    let kept = match file {
        Ok(file) => {
            let upload = Upload {
                name,
                drawn: None,
                file,
            };
            upload::keep(&desk, &actor, &upload).await
        }
        Err(error) => Err(error),
    };
    match kept {
        Ok(()) => Ok(Redirect::to("/admin/import/preview").into_response()),
        Err(error) => super::shown(frame, &kind, Some(error)),
    }
}

pub(in crate::pages::admin) async fn parts(mut form: Multipart) -> DeskResult<(Fields, String, Vec<u8>)> {
    let bad = |error: MultipartError| DeskError::input("bad_upload", error.body_text());
    let (mut fields, mut name, mut bytes) = (Vec::new(), String::new(), Vec::new());
    while let Some(field) = form.next_field().await.map_err(bad)? {
        let key = field.name().unwrap_or_default().to_owned();
        if key == "file" {
            name = field.file_name().unwrap_or_default().chars().take(120).collect();
            bytes = field.bytes().await.map_err(bad)?.to_vec();
        } else {
            fields.push((key, field.text().await.map_err(bad)?));
        }
    }
    Ok((Fields(fields), name, bytes))
}

fn file_of(fields: &Fields, bytes: &[u8]) -> DeskResult<File> {
    if bytes.is_empty() {
        return Err(DeskError::input("no_file", "choose a file: this one is empty"));
    }
    Ok(match fields.one("kind") {
        "customers" => File::Customers {
            text: read::table(bytes)?,
        },
        "users" => File::Users {
            text: read::table(bytes)?,
        },
        "calendar" => File::Calendar {
            text: read::text(bytes)?,
        },
        "policy" => File::Policy {
            text: read::text(bytes)?,
        },
        _ => File::Districts {
            text: read::geojson(bytes)?,
            name_property: Some(fields.one("name_property"))
                .filter(|name| !name.is_empty())
                .unwrap_or("name")
                .to_owned(),
            datum: match fields.one("datum") {
                "gcj02" => Datum::Gcj02,
                "bd09" => Datum::Bd09,
                _ => Datum::Wgs84,
            },
            edge_tolerance_m: fields.one("edge_tolerance_m").parse().ok(),
            no_go: !fields.one("no_go").is_empty(),
        },
    })
}
