//! What a phone's platform shows of itself. A fact beside its records, as the grade of its key is: no finding, no question
//! and no verdict follows from it.
//!
//! Shells look, and say what they found as a [`Trace`]; what that is a sign of, and how far a phone with such signs is to be
//! trusted, is decided here. A phone that hides what was changed on it shows nothing: that none is seen proves nothing.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::record::Payload;

/// What a shell found on its platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "mobile", derive(uniffi::Enum))]
pub enum Trace {
    /// A file that switches to another user (Android).
    SuFile,
    /// An app that hands out root's rights (Android).
    RootManager,
    /// A system that was signed with keys that everybody has (Android).
    TestKeys,
    /// A folder of the system that can be written (Android).
    SystemWritable,
    /// A file that only a freed system has (iOS).
    JailbreakFile,
    /// Code in the app's memory that changes what other code does.
    HookLoaded,
    /// Another program steps through the app.
    DebuggerAttached,
    /// There is no device below the system.
    Emulated,
}

/// What was seen, in standard terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Enum))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    /// Somebody may have the system's own rights (rooted, jailbroken).
    Root,
    /// Foreign code runs in the app.
    Hook,
    /// A debugger is attached.
    Debugger,
    /// No real device.
    Emulator,
    /// An app gives out positions in place of the sensors: the platform marked the newest place that was kept.
    MockApp,
}

/// How a phone stands by its signs, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Enum))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Integrity {
    /// No sign was seen.
    Usual,
    /// Set up as developers set theirs up: a debugger, or an app for positions.
    Developer,
    /// The system or the app may have been changed.
    Opened,
    /// The phone is a program.
    Emulated,
}

/// Phone record: the signs that the platform shows now, all of them. Written once for each change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignsNoted {
    /// What was seen.
    pub signs: BTreeSet<Sign>,
}
impl Payload for SignsNoted {
    const TYPE: &'static str = "signs.noted";
}

impl SignsNoted {
    /// What the traces are signs of, and whether the newest place was an app's.
    pub fn of(traces: &[Trace], is_mocked: bool) -> Self {
        let signs = traces.iter().map(|trace| trace.sign()).collect();
        Self { signs }.with_mock(is_mocked)
    }

    /// The same by a newer place.
    pub fn with_mock(mut self, is_mocked: bool) -> Self {
        match is_mocked {
            true => self.signs.insert(Sign::MockApp),
            false => self.signs.remove(&Sign::MockApp),
        };
        self
    }

    /// The newest place was an app's.
    pub fn is_mocked(&self) -> bool {
        self.signs.contains(&Sign::MockApp)
    }

    /// By the gravest sign.
    pub fn integrity(&self) -> Integrity {
        let gravest = self.signs.iter().map(|sign| sign.integrity()).max();
        gravest.unwrap_or(Integrity::Usual)
    }
}

impl Trace {
    fn sign(self) -> Sign {
        match self {
            Self::SuFile | Self::RootManager | Self::TestKeys | Self::SystemWritable | Self::JailbreakFile => {
                Sign::Root
            }
            Self::HookLoaded => Sign::Hook,
            Self::DebuggerAttached => Sign::Debugger,
            Self::Emulated => Sign::Emulator,
        }
    }
}

impl Sign {
    fn integrity(self) -> Integrity {
        match self {
            Self::Debugger | Self::MockApp => Integrity::Developer,
            Self::Root | Self::Hook => Integrity::Opened,
            Self::Emulator => Integrity::Emulated,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_and_integrity_follow_from_traces() {
        let cases: [(&[Trace], bool, &[Sign], Integrity); 8] = [
            (&[], false, &[], Integrity::Usual),
            (&[], true, &[Sign::MockApp], Integrity::Developer),
            (
                &[Trace::DebuggerAttached],
                false,
                &[Sign::Debugger],
                Integrity::Developer,
            ),
            (
                &[Trace::TestKeys, Trace::SuFile],
                false,
                &[Sign::Root],
                Integrity::Opened,
            ),
            (
                &[Trace::RootManager, Trace::SystemWritable],
                false,
                &[Sign::Root],
                Integrity::Opened,
            ),
            (
                &[Trace::HookLoaded, Trace::JailbreakFile],
                false,
                &[Sign::Root, Sign::Hook],
                Integrity::Opened,
            ),
            (
                &[Trace::HookLoaded],
                true,
                &[Sign::Hook, Sign::MockApp],
                Integrity::Opened,
            ),
            (
                &[Trace::TestKeys, Trace::Emulated, Trace::DebuggerAttached],
                false,
                &[Sign::Root, Sign::Debugger, Sign::Emulator],
                Integrity::Emulated,
            ),
        ];
        for (traces, is_mocked, signs, integrity) in cases {
            let noted = SignsNoted::of(traces, is_mocked);
            let seen: Vec<Sign> = noted.signs.iter().copied().collect();
            assert_eq!((&seen[..], noted.integrity()), (signs, integrity), "{traces:?}");
            assert_eq!(noted.clone().with_mock(is_mocked), noted);
            assert_eq!(noted.is_mocked(), is_mocked);
        }
    }
}
