use serde::{Deserialize, Serialize};

use super::Grounds;
use crate::{
    judge::{
        FixVerdict, JudgedFix, disc_mm, held_ppm,
        sequence::{Sequence, Sighting},
    },
    policy::Policy,
    reading::Fix,
    rules::{Name, Source},
    time::Interval,
};

/// The disc that is drawn beside the judging one: that of the platforms' own figure.
const DRAWN: f64 = 0.68;

/// Why a usable fix was not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Enum))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SetAside {
    /// Reached and left at an impossible speed.
    Speed,
    /// Left and soon back: a jump of the phone.
    Jump,
}

/// A fix, as it was judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FixExplained {
    /// The record.
    pub name: Name,
    /// Trusted time, milliseconds since 1970 (UTC).
    pub at_ms: i64,
    /// The fix.
    pub fix: Fix,
    /// Side, distance to the edge and judging radius, or why it decides nothing.
    pub verdict: FixVerdict,
    /// Radius of the disc that holds the true position with 68 %, phones' understating counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub radius_68_mm: Option<i64>,
    /// How surely the true position lies on the same side of the edge, in millionths: the disc that touches the
    /// edge holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub side_ppm: Option<i64>,
    /// Backed by satellites.
    pub satellite_backed: bool,
    /// Why it was not counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set_aside: Option<SetAside>,
    /// To the place that the finding is about; to the edge of a no-go place, positive inside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_mm: Option<i64>,
    /// The finding stands on it.
    pub decides: bool,
}

/// The fixes of a day, numbered as they come, with their records.
#[derive(Clone, Copy)]
pub(in crate::rules) struct Fixes<'a> {
    pub(in crate::rules) judged: &'a [JudgedFix],
    pub(in crate::rules) sources: &'a [Source],
}

impl Fixes<'_> {
    /// The numbers of those that some time holds and that are wanted.
    pub(in crate::rules) fn within(&self, time: Interval, wanted: impl Fn(&JudgedFix) -> bool) -> Vec<u32> {
        let numbered = (0..).zip(self.judged);
        let within = numbered.filter(|(_, judged)| time.contains(judged.at_ms) && wanted(judged));
        within.map(|(number, _)| number).collect()
    }

    /// The numbers of those that a finding names.
    pub(in crate::rules) fn named(&self, names: &[Name]) -> Vec<u32> {
        let numbered = (0..).zip(self.sources);
        let named = numbered.filter(|(_, source)| names.contains(&source.name));
        named.map(|(number, _)| number).collect()
    }

    /// The fixes that are the grounds, as they were judged, in order of time.
    pub(super) fn shown(&self, grounds: &Grounds, known: Interval, policy: &Policy) -> Vec<FixExplained> {
        let sequence = Sequence::new(self.judged, known, policy);
        let mut kept: Vec<&Sighting> = sequence.kept.iter().collect();
        kept.sort_unstable_by_key(|sighting| sighting.index);
        let deciding = numbers([&grounds.deciding]);
        let explained = |number: &u32| {
            let (judged, source) = (self.judged.get(*number as usize)?, self.sources.get(*number as usize)?);
            let sighting = kept.binary_search_by_key(number, |sighting| sighting.index);
            let accuracy_mm = judged.verdict.radius_mm.and(judged.fix.accuracy_mm);
            let edge_mm = judged.verdict.edge_mm;
            Some(FixExplained {
                name: source.name.clone(),
                at_ms: judged.at_ms,
                fix: judged.fix.clone(),
                verdict: judged.verdict,
                radius_68_mm: accuracy_mm.map(|mm| disc_mm(mm, DRAWN, &policy.fix)),
                side_ppm: accuracy_mm
                    .zip(edge_mm)
                    .map(|(mm, edge_mm)| held_ppm(mm, edge_mm.saturating_abs(), &policy.fix)),
                satellite_backed: sighting.is_ok_and(|place| kept[place].satellite_backed),
                set_aside: if sequence.set_aside.binary_search(number).is_ok() {
                    Some(SetAside::Speed)
                } else {
                    grounds
                        .why
                        .jumps
                        .binary_search(number)
                        .is_ok()
                        .then_some(SetAside::Jump)
                },
                target_mm: grounds.targets.get(number).copied(),
                decides: deciding.binary_search(number).is_ok(),
            })
        };
        let mut shown: Vec<FixExplained> = numbers([&grounds.fixes, &deciding])
            .iter()
            .filter_map(explained)
            .collect();
        shown.sort_by(|a, b| (a.at_ms, &a.name).cmp(&(b.at_ms, &b.name)));
        shown
    }
}

/// Sorted, each once.
fn numbers<const N: usize>(lists: [&[u32]; N]) -> Vec<u32> {
    let mut numbers = lists.concat();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}
