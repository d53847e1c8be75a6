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
    let Some(actor) = &frame.actor else {
        return Ok(why.to_owned());
    };
    Ok(match look::named(desk, actor, why).await? {
        Some(Named::Finding(kind)) => frame.of("kind", &kind.code()),
        Some(named) => frame.of("why", &named.code()),
        None if why == look::EMERGENCY => frame.of("why", why),
        // In somebody's own words.
        None => why.to_owned(),
    })
}
