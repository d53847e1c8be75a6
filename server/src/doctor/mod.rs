//! What is wrong with a server, its data, its keys and its configuration, and how to mend it.
//!
//! [`Facts`] are gathered first, beside a running server or without one; each check then looks at these values alone.

mod facts;
mod words;

#[cfg(test)]
mod tests;

use onbeat_core::record::Pin;
use serde::Serialize;

use crate::{desk::duties::Duty, store::StoreFault};

pub(crate) use facts::{Certificate, Facts, Keys, Validity, gather};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const GIB: u64 = 1024 * 1024 * 1024;
/// Views are behind by more than phones' pushes and a slow minute can explain.
const FOLD_LAG_MOST_S: u64 = 300;
/// A certificate is renewed a month before its end (as certbot and rustls-acme do): then somebody has time to look.
const CERTIFICATE_LEAST_DAYS: i64 = 14;
/// A backup is made each night; one may fail.
const BACKUP_MOST_DAYS: i64 = 2;
/// The clock stands before what is recorded by more than clocks of two servers differ.
const CLOCK_BEHIND_MOST_MS: i64 = 60_000;

/// Something that somebody should look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub(crate) enum Trouble {
    /// Others can open the data folder.
    FolderOpen { mode: String },
    /// The server's secret keys are gone.
    KeysMissing,
    /// Others can read them.
    KeysOpen { mode: String },
    /// They are somebody else's than the folder is.
    KeysOwner,
    /// Little space is left beside what the data take.
    DiskLow { free_mib: u64, data_mib: u64 },
    /// The data can't be looked at.
    Unreachable { why: String },
    /// The store finds something wrong with itself.
    Store { fault: StoreFault },
    /// Phones are told an address of this machine alone.
    PublicUrlMissing,
    /// Phones are told to come without TLS.
    PublicUrlPlain { url: String },
    /// `https` is promised, and nobody is named who speaks it.
    NobodySpeaksTls { url: String },
    /// Certificate or key can't be used.
    CertificateUnusable { why: String },
    /// It ends soon, or has ended.
    CertificateEnds { days: i64 },
    /// Phones are told other TLS keys than those configured.
    PinsOld { told: Vec<Pin>, wanted: Vec<Pin> },
    /// Phones take whoever a public authority vouches for.
    Unpinned,
    /// The clock stands before what is recorded.
    ClockBehind { seconds: i64 },
    /// Views are old.
    FoldsBehind { seconds: u64 },
    /// Days that can't be folded.
    FoldsFailing { days: usize },
    /// The employer's duties are not all recorded.
    DutiesMissing { duties: Vec<Duty> },
    /// No policy was imported.
    PolicyMissing,
    /// Reps who may be nowhere.
    RepsWithoutDistrict { reps: usize },
    /// There is no backup.
    BackupMissing,
    /// The newest is old.
    BackupOld { days: i64 },
    /// What is past its time was not erased lately.
    RetentionIdle { days: i64 },
    /// Phones' logs that did not check.
    Quarantined { batches: usize },
    /// Phones that send nothing.
    PhonesSilent { phones: usize, of: usize },
}

impl Trouble {
    /// It is to be known, but may be right as it is.
    pub(crate) fn is_notice(&self) -> bool {
        matches!(
            self,
            Self::Quarantined { .. } | Self::PhonesSilent { .. } | Self::Unpinned
        )
    }
}

/// Each looks for one thing.
const CHECKS: [fn(&Facts) -> Vec<Trouble>; 19] = [
    folder,
    keys,
    disk,
    unreachable,
    store,
    public_url,
    tls_in_front,
    certificate,
    pins,
    unpinned,
    clock,
    folds,
    duties,
    policy,
    districts,
    backup,
    retention,
    quarantine,
    phones,
];

/// What is wrong, and what is only to be known.
pub(crate) fn examine(facts: &Facts) -> Vec<Trouble> {
    CHECKS.iter().flat_map(|check| check(facts)).collect()
}

fn one(is_there: bool, trouble: Trouble) -> Vec<Trouble> {
    is_there.then_some(trouble).into_iter().collect()
}

fn folder(facts: &Facts) -> Vec<Trouble> {
    let mode = facts.folder.mode;
    one(
        mode & 0o077 != 0,
        Trouble::FolderOpen {
            mode: format!("{mode:03o}"),
        },
    )
}

fn keys(facts: &Facts) -> Vec<Trouble> {
    match facts.folder.keys {
        Keys::Missing => vec![Trouble::KeysMissing],
        Keys::There { mode, owner } => {
            let open = one(
                mode & 0o077 != 0,
                Trouble::KeysOpen {
                    mode: format!("{mode:03o}"),
                },
            );
            [open, one(owner != facts.folder.owner, Trouble::KeysOwner)].concat()
        }
    }
}

fn disk(facts: &Facts) -> Vec<Trouble> {
    let (free, data) = (facts.folder.free_bytes, facts.folder.data_bytes);
    let low = Trouble::DiskLow {
        free_mib: free / (1024 * 1024),
        data_mib: data / (1024 * 1024),
    };
    // A quarter of what has gathered so far lasts for months; a backup beside it needs as much as the data.
    one(free < GIB.max(data / 4), low)
}

fn unreachable(facts: &Facts) -> Vec<Trouble> {
    let why = facts.data.as_ref().err();
    why.map(|why| Trouble::Unreachable { why: why.clone() })
        .into_iter()
        .collect()
}

fn store(facts: &Facts) -> Vec<Trouble> {
    let found = facts.data.iter().flat_map(|data| &data.store);
    found.map(|fault| Trouble::Store { fault: fault.clone() }).collect()
}

fn public_url(facts: &Facts) -> Vec<Trouble> {
    match &facts.public_url {
        None => vec![Trouble::PublicUrlMissing],
        Some(url) => one(
            !url.starts_with("https://"),
            Trouble::PublicUrlPlain { url: url.clone() },
        ),
    }
}

fn tls_in_front(facts: &Facts) -> Vec<Trouble> {
    let speaks = facts.behind_proxy || facts.certificate != Certificate::None;
    let promised = facts
        .public_url
        .iter()
        .filter(|url| url.starts_with("https://") && !speaks);
    promised
        .map(|url| Trouble::NobodySpeaksTls { url: url.clone() })
        .collect()
}

fn certificate(facts: &Facts) -> Vec<Trouble> {
    match &facts.certificate {
        Certificate::None | Certificate::Asked => Vec::new(),
        Certificate::Unusable(why) => vec![Trouble::CertificateUnusable { why: why.clone() }],
        Certificate::Holds(Validity { until_ms, lasts_ms }) => {
            let left_ms = until_ms - facts.now_ms;
            let days = left_ms.div_euclid(DAY_MS);
            // One of a week is renewed days before its end.
            let least_ms = (CERTIFICATE_LEAST_DAYS * DAY_MS).min(lasts_ms / 4);
            one(left_ms < least_ms, Trouble::CertificateEnds { days })
        }
    }
}

/// A server that does not run says at its next start what has changed.
fn pins(facts: &Facts) -> Vec<Trouble> {
    let (Some(wanted), Ok(data), true) = (&facts.pins, &facts.data, facts.running) else {
        return Vec::new();
    };
    let is_told = data.tls_pins.len() == wanted.len() && wanted.iter().all(|pin| data.tls_pins.contains(pin));
    let (told, wanted) = (data.tls_pins.clone(), wanted.clone());
    one(!is_told, Trouble::PinsOld { told, wanted })
}

fn unpinned(facts: &Facts) -> Vec<Trouble> {
    let is_said = facts.pins.as_ref().is_none_or(|pins| !pins.is_empty());
    one(facts.behind_proxy && !is_said, Trouble::Unpinned)
}

fn clock(facts: &Facts) -> Vec<Trouble> {
    // A demo's clock is set as its story wants.
    let lived = facts.data.iter().filter(|data| !data.demo);
    let behind = lived
        .map(|data| data.newest_ms - data.now_ms)
        .filter(|ms| *ms > CLOCK_BEHIND_MOST_MS);
    behind.map(|ms| Trouble::ClockBehind { seconds: ms / 1_000 }).collect()
}

fn folds(facts: &Facts) -> Vec<Trouble> {
    let running = facts.data.iter().filter(|_| facts.running);
    let found = running.flat_map(|data| {
        let (seconds, days) = (data.fold_lag_s, data.folds_failing);
        [
            one(seconds > FOLD_LAG_MOST_S, Trouble::FoldsBehind { seconds }),
            one(days > 0, Trouble::FoldsFailing { days }),
        ]
    });
    found.flatten().collect()
}

fn duties(facts: &Facts) -> Vec<Trouble> {
    let missing = facts
        .data
        .iter()
        .map(|data| &data.duties_missing)
        .filter(|duties| !duties.is_empty());
    missing
        .map(|duties| Trouble::DutiesMissing { duties: duties.clone() })
        .collect()
}

fn policy(facts: &Facts) -> Vec<Trouble> {
    one(
        facts.data.as_ref().is_ok_and(|data| !data.has_policy),
        Trouble::PolicyMissing,
    )
}

fn districts(facts: &Facts) -> Vec<Trouble> {
    let reps = facts.data.as_ref().map_or(0, |data| data.reps_without_district);
    one(reps > 0, Trouble::RepsWithoutDistrict { reps })
}

fn backup(facts: &Facts) -> Vec<Trouble> {
    match facts.data.as_ref().map(|data| data.backup_ms) {
        Err(_) => Vec::new(),
        Ok(None) => vec![Trouble::BackupMissing],
        Ok(Some(backup_ms)) => {
            let days = (facts.now_ms - backup_ms) / DAY_MS;
            one(days > BACKUP_MOST_DAYS, Trouble::BackupOld { days })
        }
    }
}

fn retention(facts: &Facts) -> Vec<Trouble> {
    let days = facts.data.as_ref().ok().and_then(|data| data.retained_days);
    days.map_or_else(Vec::new, |days| one(days > 2, Trouble::RetentionIdle { days }))
}

fn quarantine(facts: &Facts) -> Vec<Trouble> {
    let batches = facts.data.as_ref().map_or(0, |data| data.quarantined);
    one(batches > 0, Trouble::Quarantined { batches })
}

fn phones(facts: &Facts) -> Vec<Trouble> {
    let (phones, of) = facts
        .data
        .as_ref()
        .map_or((0, 0), |data| (data.phones_silent, data.phones));
    one(phones > 0, Trouble::PhonesSilent { phones, of })
}
