//! What admins set up and look after. A supervisor sees the own teams' phones and what did not check, an auditor reads.

mod audit;
mod draw;
mod duties;
mod erase;
mod export;
mod import;
mod notice;
mod overview;
mod phones;
mod policy;
mod qr;
mod quarantine;
mod setup;
mod shares;
mod users;

#[cfg(test)]
pub(super) mod tests;

use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Frame,
    frame::{Link, may_open},
};
use crate::desk::Desk;

/// The admins' pages, with the key of their words.
const SECTIONS: &[(&str, &str)] = &[
    ("/admin", "admin.overview"),
    ("/admin/users", "admin.users"),
    ("/admin/import", "admin.import"),
    ("/admin/draw", "admin.draw"),
    ("/admin/policy", "admin.policy"),
    ("/admin/calendar", "admin.calendar"),
    ("/admin/duties", "admin.duties"),
    ("/admin/notice", "admin.notice"),
    ("/admin/phones", "admin.phones"),
    ("/admin/quarantine", "admin.quarantine"),
    ("/admin/audit", "admin.audit"),
    ("/admin/shares", "admin.shares"),
    ("/admin/erase", "admin.erase"),
];

/// The pages' routes.
pub(super) fn routes() -> OpenApiRouter<Desk> {
    OpenApiRouter::new()
        .routes(routes!(setup::form, setup::finish))
        .routes(routes!(overview::show))
        .routes(routes!(users::list, users::add))
        .routes(routes!(users::one, users::change))
        .routes(routes!(users::put_team))
        .routes(routes!(import::form))
        .routes(routes!(import::preview, import::apply))
        .routes(routes!(import::drawn::map))
        .routes(routes!(draw::form))
        .routes(routes!(draw::shape))
        .routes(routes!(policy::show, policy::change))
        .routes(routes!(policy::calendar))
        .routes(routes!(duties::show, duties::record))
        .routes(routes!(notice::show, notice::change))
        .routes(routes!(phones::list))
        .routes(routes!(phones::revoke))
        .routes(routes!(phones::code))
        .routes(routes!(audit::list))
        .routes(routes!(audit::take_out))
        .routes(routes!(export::take_out))
        .routes(routes!(shares::show))
        .routes(routes!(quarantine::list))
        .routes(routes!(quarantine::one))
        .routes(routes!(erase::show, erase::erase))
}

/// Routes that take files.
pub(super) fn uploads() -> OpenApiRouter<Desk> {
    OpenApiRouter::new()
        .routes(routes!(import::hand_in::upload))
        .routes(routes!(draw::hand_in))
}

impl Frame {
    /// The admins' pages that this person may open.
    pub(super) fn sections(&self) -> Vec<Link> {
        let Some(actor) = &self.actor else { return Vec::new() };
        let path = self.here.split('?').next().unwrap_or_default();
        let is_here = |section: &str| path == section || (section != "/admin" && path.starts_with(section));
        let open = SECTIONS.iter().filter(|(path, _)| may_open(actor, path));
        open.map(|&(path, key)| Link {
            path,
            key,
            current: is_here(path),
        })
        .collect()
    }
}
