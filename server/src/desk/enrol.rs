//! One-time codes by which a phone is enrolled, or a lost database key is given back.

use std::net::IpAddr;

use onbeat_core::record::StreamId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Deed, Desk, DeskError, DeskResult, books, duties, records::CodeIssued};
use crate::{
    auth::{Actor, Role, Token},
    clock::rfc3339,
    intake::CodeBody,
    phones::{active_phones_of, stream_of},
    store::{Cell, Change},
    tls_pins,
};

/// Shortest and longest life of a code, in minutes: 10 minutes to 7 days.
const LIFE_MINUTES: std::ops::RangeInclusive<u32> = 10..=7 * 24 * 60;
const URL: (&str, &str) = ("meta", "public_url");

/// What a code is for.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCode {
    /// For whom.
    pub rep: String,
    /// The stream whose database key it gives back; none for a new phone.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub recover: Option<StreamId>,
    /// How long it opens, 10 minutes to 7 days.
    pub minutes: u32,
}

/// A code as it is told, once.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CodeShown {
    /// For whom.
    pub rep: String,
    /// The phones that this one will take the place of, as far as is known now.
    #[schema(value_type = Vec<String>)]
    pub retires: Vec<StreamId>,
    /// What the QR holds.
    pub link: String,
    /// Until when it opens, RFC 3339.
    pub expires: String,
    /// Why no phone will get through by it, if that can be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
}

/// Makes a code.
///
/// # Errors
/// `duties_missing` before the employer's duties are recorded; `not_your_role` where somebody else than an admin
/// would give a database key back; no such rep; no such stream of his.
pub async fn issue(desk: &Desk, actor: &Actor, new: NewCode) -> DeskResult<CodeShown> {
    let rep = books::rep(desk, &new.rep)?;
    if !actor.covers(&rep.team) {
        return Err(DeskError::missing("rep", &new.rep));
    }
    if new.recover.is_some() && actor.role != Role::Admin {
        let why = "only an admin gives a phone's database key back: it opens all that the phone holds";
        return Err(DeskError::forbidden("not_your_role", why));
    }
    duties::must_be_done(desk).await?;
    if !LIFE_MINUTES.contains(&new.minutes) {
        return Err(DeskError::input("bad_days", "a code opens for 10 minutes to 7 days"));
    }
    if let Some(stream) = &new.recover {
        let known = stream_of(&*desk.app.store, stream).await?;
        known
            .filter(|(body, _)| body.rep == new.rep)
            .ok_or_else(|| DeskError::missing("stream", stream))?;
    }
    let retires = retires(desk, &new).await?;
    let code = Token::random();
    let expires_ms = desk.now_ms() + i64::from(new.minutes) * 60_000;
    let mut deed = Deed::new(actor);
    deed.change.cells.push(cell(&code, &new, expires_ms));
    deed.record(&CodeIssued {
        rep: new.rep.clone(),
        recover: new.recover,
        retires: retires.clone(),
        expires_ms,
        by: actor.user.clone(),
    });
    deed.commit(desk).await?;
    let url = public_url(desk).await?;
    Ok(CodeShown {
        rep: new.rep,
        retires,
        link: link(desk, &url, &code).await?,
        expires: rfc3339(expires_ms),
        warning: if desk.app.demo { None } else { unreachable(&url) },
    })
}

/// Whose place a new phone takes; a recovered one stays itself.
async fn retires(desk: &Desk, new: &NewCode) -> DeskResult<Vec<StreamId>> {
    if new.recover.is_some() {
        return Ok(Vec::new());
    }
    let phones = active_phones_of(&desk.app, &new.rep).await?;
    Ok(phones.into_iter().map(|(stream, _)| stream).collect())
}

fn cell(code: &Token, new: &NewCode, expires_ms: i64) -> Cell {
    let body = CodeBody {
        rep: new.rep.clone(),
        recover: new.recover.clone(),
    };
    Cell {
        kind: "code".into(),
        key: code.kept(),
        body: serde_json::to_string(&body).expect("a code's body is plain data"),
        expires_ms: Some(expires_ms),
    }
}

async fn public_url(desk: &Desk) -> DeskResult<String> {
    let url = desk.app.store.cell(URL.0, URL.1, 0).await?.map(|cell| cell.body);
    url.ok_or_else(|| DeskError::conflict("no_url", "start the server once: its address goes into the link"))
}

/// A phone that follows this address asks itself.
fn unreachable(url: &str) -> Option<String> {
    let uri: axum::http::Uri = url.parse().ok()?;
    let host = uri.host()?;
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    let is_own = host == "localhost" || address.is_ok_and(|address| address.is_loopback() || address.is_unspecified());
    is_own.then(|| {
        format!("no phone reaches {url}: start the server with --public-url https://…, then make the code anew")
    })
}

/// The fragment of a link is not sent to the server: neither code nor keys stand in anybody's access log.
async fn link(desk: &Desk, url: &str, code: &Token) -> DeskResult<String> {
    let (current, next) = desk.app.signer.current_and_next(desk.now_ms());
    let (key, next) = (&current.key, &next.key);
    let said = tls_pins::said(&*desk.app.store).await?;
    let pins = said
        .filter(|_| url.starts_with("https://"))
        .map_or_else(Vec::new, |said| said.pins);
    let pins: String = pins.iter().map(|pin| format!("&pin={pin}")).collect();
    Ok(format!(
        "{url}/enrol#code={}&key={key}&next={next}{pins}",
        code.reveal()
    ))
}

/// Keeps how phones reach the server.
///
/// # Errors
/// The store's.
pub async fn set_url(desk: &Desk, url: &str) -> DeskResult<()> {
    let change = Change {
        cells: vec![Cell {
            kind: URL.0.into(),
            key: URL.1.into(),
            body: url.into(),
            expires_ms: None,
        }],
        ..Change::default()
    };
    desk.app.commit(change).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::unreachable;

    #[test]
    fn an_address_of_this_machine_is_no_address_for_phones() {
        let own = [
            "http://127.0.0.1:8080",
            "http://localhost",
            "http://[::1]:80",
            "http://0.0.0.0:8080",
        ];
        let others = [
            "https://onbeat.example.com",
            "http://192.168.1.7:8080",
            "http://[2001:db8::1]:80",
        ];
        for (url, warned) in own
            .map(|url| (url, true))
            .into_iter()
            .chain(others.map(|url| (url, false)))
        {
            assert_eq!(unreachable(url).is_some(), warned, "{url}");
        }
    }
}
