//! Why somebody looked into a rep's days, in words: the id of a finding or a visit says nothing to people.

use super::Frame;
use crate::desk::{
    Desk, DeskResult,
    look::{self, Named},
};

/// What a reason says.
///
/// # Errors
/// The store's.
pub(super) async fn why(desk: &Desk, frame: &Frame, why: &str) -> DeskResult<String> {
    let code = match look::named(desk, why).await? {
        Some(Named::Finding(kind)) => return Ok(frame.of("kind", &kind.code())),
        Some(named) => named.code(),
        None => why.to_owned(),
    };
    let known = frame.words.find(&format!("why.{code}"));
    Ok(known.map_or(code, str::to_owned))
}
