//! The company's page on location: reps read it on their phone before they agree that their place is recorded.

use askama::Template;
use axum::{
    Form,
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use onbeat_core::{
    reference::{Document, Notice},
    words::Language,
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::{
    Frame, Words,
    frame::{self, may_send},
};
use crate::{
    auth::Actor,
    desk::{Books, Desk, DeskError, DeskResult, documents},
};

/// The page as it is typed.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(super) struct Typed {
    /// In Chinese.
    zh: String,
    /// In English.
    en: String,
}

/// The page as a phone of one language shows it.
struct Phone {
    lang: &'static str,
    title: &'static str,
    company: &'static str,
    /// Fields whose text it shows: the first that holds one.
    shows: &'static str,
    text: String,
}

impl Phone {
    fn new(frame: &Frame, language: Language, page: &Typed) -> Self {
        let words = Words(language);
        let (shows, texts) = match language {
            Language::Zh => ("zh en", [&page.zh, &page.en]),
            Language::En => ("en zh", [&page.en, &page.zh]),
        };
        let text = texts.into_iter().find(|text| !text.trim().is_empty());
        Self {
            lang: words.tag(),
            title: words.find("notice.phone_title").unwrap_or_default(),
            company: words.find("notice.phone_company").unwrap_or_default(),
            shows,
            text: text.map_or_else(|| frame.t("notice.none").to_owned(), String::clone),
        }
    }
}

#[derive(Template)]
#[template(path = "admin/notice.html")]
struct NoticePage {
    frame: Frame,
    phones: [Phone; 2],
    zh: String,
    en: String,
    /// First digits of the version's name, as consents have it.
    version: Option<String>,
    may_change: bool,
    wrong: Option<String>,
}

/// The page in force.
#[utoipa::path(get, path = "/admin/notice", tag = "pages",
    responses((status = 200, description = "The page", body = String, content_type = "text/html")))]
pub(super) async fn show(State(desk): State<Desk>, actor: Actor, frame: Frame) -> DeskResult<Response> {
    shown(&desk, &actor, frame, None, None)
}

fn shown(
    desk: &Desk,
    actor: &Actor,
    frame: Frame,
    typed: Option<Typed>,
    wrong: Option<&DeskError>,
) -> DeskResult<Response> {
    let in_force = Books::now(desk).notice.clone();
    let version = in_force.as_ref().map(|notice| notice.version().branch());
    let of_force = in_force.map(|Notice { zh, en }| Typed { zh, en });
    let typed = typed.or(of_force).unwrap_or_default();
    let phones = [Language::Zh, Language::En].map(|language| Phone::new(&frame, language, &typed));
    let Typed { zh, en } = typed;
    let page = NoticePage {
        phones,
        zh,
        en,
        version,
        may_change: may_send(actor, "/admin/notice"),
        wrong: wrong.map(|error| frame.said(error)),
        frame,
    };
    frame::page(frame::status(wrong), &page)
}

/// Puts another page in force; an empty one takes it away. Whoever agreed to the one before is asked again.
#[utoipa::path(post, path = "/admin/notice", tag = "pages",
    request_body(content = Typed, content_type = "application/x-www-form-urlencoded"), responses(
    (status = 303, description = "To the page"),
    (status = 422, description = "Why not, with what was typed", body = String, content_type = "text/html")
))]
pub(super) async fn change(
    State(desk): State<Desk>,
    actor: Actor,
    frame: Frame,
    Form(typed): Form<Typed>,
) -> DeskResult<Response> {
    // Browsers send line breaks as CR LF.
    let text = |typed: &str| typed.trim().replace("\r\n", "\n");
    let notice = Notice {
        zh: text(&typed.zh),
        en: text(&typed.en),
    };
    match put(&desk, &actor, notice).await {
        Ok(()) => Ok(Redirect::to("/admin/notice").into_response()),
        Err(error) => shown(&desk, &actor, frame, Some(typed), Some(&error)),
    }
}

async fn put(desk: &Desk, actor: &Actor, notice: Notice) -> DeskResult<()> {
    if notice.zh.is_empty() && notice.en.is_empty() {
        if Books::now(desk).notice.is_some() {
            documents::drop(desk, actor, "notice", "notice").await?;
        }
        return Ok(());
    }
    let document = serde_json::to_value(Document::Notice(notice)).expect("a page is JSON");
    documents::put(desk, actor, ("notice", "notice"), document, None).await?;
    Ok(())
}
