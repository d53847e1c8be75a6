//! What an admin can set, with the shipped defaults: the company's rulebook and `docs/verdicts.md`.
//!
//! Its serde form is `policy.toml`; a key left out has its default. A key that is not known is passed over: what an older
//! or newer version wrote is read by this one. Whoever takes a policy from a person's hand refuses such keys first.

use serde::{Deserialize, Serialize};

mod parts;

pub use parts::{
    BreakTime, Clock, FixUse, GoingHome, Live, NoGo, PrivateTime, Reasons, Retention, Ruling, SignIn, Transit, Unknown,
    Visits, WindowRule,
};

/// Everything an admin can set. One document per company, with windows by role.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Policy {
    /// When reps work, where no role says otherwise.
    pub window: WindowRule,
    /// Windows of roles that differ, by the role's name.
    pub roles: std::collections::BTreeMap<String, WindowRule>,
    /// Which fixes count, and how far one is trusted.
    pub fix: FixUse,
    /// The day's ruling on inside and outside.
    pub ruling: Ruling,
    /// The provisional status on the phone and the board.
    pub live: Live,
    /// What a gap in the fixes means.
    pub unknown: Unknown,
    /// The way between two points of the area.
    pub transit: Transit,
    /// The rep's break.
    #[serde(rename = "break")]
    pub break_time: BreakTime,
    /// The rep's private time.
    pub private: PrivateTime,
    /// Reasons by one tap.
    pub reasons: Reasons,
    /// Named places where a rep may not be inside the window.
    pub no_go: NoGo,
    /// Long stays away from customers.
    pub going_home: GoingHome,
    /// The market-entry sign-in.
    pub sign_in: SignIn,
    /// Visits.
    pub visit: Visits,
    /// Clocks.
    pub clock: Clock,
    /// How long things are kept.
    pub retention: Retention,
}

impl Policy {
    /// The window of a role.
    pub fn window_of(&self, role: Option<&str>) -> &WindowRule {
        role.and_then(|role| self.roles.get(role)).unwrap_or(&self.window)
    }
}
