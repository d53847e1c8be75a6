//! What share of the findings was withdrawn, by kind and by the phone's model, and which kinds are suspended for it.

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};

use super::super::{Frame, frame};
use crate::desk::{
    Desk, DeskResult,
    shares::{self, Counted, Shares},
};

/// A kind, or a model's part of it.
struct Line {
    name: String,
    all: usize,
    withdrawn: usize,
    share: String,
    suspended: bool,
}

impl Line {
    fn new(frame: &Frame, name: String, counted: Counted) -> Self {
        Self {
            name,
            all: counted.all,
            withdrawn: counted.withdrawn,
            share: frame.local.share(counted.permille()),
            suspended: counted.is_suspended(),
        }
    }
}

#[derive(Template)]
#[template(path = "admin/shares.html")]
struct SharesPage {
    frame: Frame,
    /// Each kind with its models.
    kinds: Vec<(Line, Vec<Line>)>,
}

/// The shares of the last 30 days.
#[utoipa::path(get, path = "/admin/shares", tag = "pages",
    responses((status = 200, description = "The shares", body = String, content_type = "text/html")))]
pub(super) async fn show(State(desk): State<Desk>, frame: Frame) -> DeskResult<Response> {
    let shares = shares::now(&desk).await?;
    let kinds = shares.0.iter().map(|(kind, share)| {
        let models = share.models.iter().map(|(model, counted)| {
            let unknown = || frame.t("shares.no_model").to_owned();
            let name = Some(model).filter(|model| !model.is_empty()).cloned();
            // A model alone suspends nothing.
            Line {
                suspended: false,
                ..Line::new(&frame, name.unwrap_or_else(unknown), *counted)
            }
        });
        (
            Line::new(&frame, frame.of("kind", kind), share.counted),
            models.collect(),
        )
    });
    let page = SharesPage {
        kinds: kinds.collect(),
        frame,
    };
    frame::page(StatusCode::OK, &page)
}

/// What admins are told of kinds that are suspended.
pub(super) fn told(frame: &Frame, shares: &Shares) -> Option<String> {
    let suspended = shares.0.iter().filter(|(_, share)| share.counted.is_suspended());
    let names: Vec<String> = suspended.map(|(kind, _)| frame.of("kind", kind)).collect();
    let kinds = names.join(frame.t("unit.join"));
    (!names.is_empty()).then(|| frame.words.fill("shares.told", &[("kinds", &kinds)]))
}
