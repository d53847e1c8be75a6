use onbeat_core::record::Pin;

use super::Trouble;
use crate::{desk::duties::Duty, store::StoreFault};

impl Trouble {
    /// What is wrong, and how to mend it.
    pub(crate) fn said(&self) -> (String, String) {
        let (what, mend): (String, &str) = match self {
            Self::FolderOpen { mode } => (
                format!("other users of this machine can open the data folder (mode {mode})"),
                "chmod 700 the data folder",
            ),
            Self::KeysMissing => (
                "the server's secret keys are gone: keys.json is not in the data folder".into(),
                "put the keys.json of a backup, or of another server of the same database, into the folder; without it no \
                 phone trusts this server",
            ),
            Self::KeysOpen { mode } => (
                format!("other users of this machine can read the secret keys (mode {mode})"),
                "chmod 600 keys.json in the data folder; if somebody has read it, tell those who verify your logs",
            ),
            Self::KeysOwner => (
                "keys.json belongs to another user than the data folder".into(),
                "chown keys.json and the data folder to the user that the server runs as",
            ),
            Self::DiskLow { free_mib, data_mib } => (
                format!("the disk has {free_mib} MiB left, beside data of {data_mib} MiB"),
                "free space or enlarge the disk: at 64 MiB pushes are refused, though nothing is lost",
            ),
            Self::Unreachable { why } => (
                format!("the data can't be looked at: {why}"),
                "see that the database runs and is named as the server names it (--database or the same --config)",
            ),
            Self::Store { fault } => return store(fault),
            Self::PublicUrlMissing => (
                "no public_url is set: links for phones name an address of this machine".into(),
                "set public_url to the https address that phones use, in onbeat.toml or by --public-url",
            ),
            Self::PublicUrlPlain { url } => (
                format!("phones are told to come without TLS, to {url}"),
                "give the server a certificate (tls.certificate and tls.key, or tls.acme.domains) or a TLS proxy, and \
                 write https:// in public_url",
            ),
            Self::NobodySpeaksTls { url } => (
                format!("{url} promises TLS, but the server has no certificate and no proxy is named"),
                "set tls.certificate and tls.key, tls.acme.domains, or behind_proxy with the proxy's address",
            ),
            Self::CertificateUnusable { why } => (
                format!("the TLS certificate can't be used: {why}"),
                "name a PEM certificate and its own private key, readable by the server's user",
            ),
            Self::CertificateEnds { days } if *days < 0 => (
                format!("the TLS certificate has ended {} days ago", -days),
                "renew it; the server takes new files within a minute",
            ),
            Self::CertificateEnds { days } => (
                format!("the TLS certificate ends in {days} days"),
                "see why it was not renewed; the server takes new files within a minute",
            ),
            Self::PinsOld { told, wanted } => (
                format!(
                    "phones are told that the TLS keys are {}, not {}",
                    pins(told),
                    pins(wanted)
                ),
                "restart the server: it reads tls.pins at its start, and another certificate within a minute unless the \
                 log says why not",
            ),
            Self::Unpinned => (
                "phones take any TLS key that a public authority certified for the name: the proxy's is not named"
                    .into(),
                "onbeat tls-pin FILE with the proxy's certificate, and put what it says into tls.pins; from then on \
                 name each new key of the proxy before it is used",
            ),
            Self::ClockBehind { seconds } => (
                format!("the clock stands {seconds} s before what is recorded already"),
                "set the clock and keep it by NTP (timedatectl set-ntp true); what was signed meanwhile stays as it is",
            ),
            Self::FoldsBehind { seconds } => (
                format!("the accounts of the day are {seconds} s behind; records are safe"),
                "see the log for days that fail, and whether the machine has a core to spare",
            ),
            Self::FoldsFailing { days } => (
                format!("{days} days can't be folded"),
                "the log names each day and the reason (\"could not be folded\"): mend what it names, it is tried again \
                 by itself",
            ),
            Self::DutiesMissing { duties } => (
                format!("duties of the employer are not recorded: {}", names(duties)),
                "onbeat duties record DUTY --date DAY --note WHERE; until then no phone is enrolled",
            ),
            Self::PolicyMissing => (
                "no policy was imported: days are judged by the shipped defaults".into(),
                "onbeat import policy policy.toml",
            ),
            Self::RepsWithoutDistrict { reps } => (
                format!("{reps} reps have no district: wherever they are is outside"),
                "name their districts in users.csv and import it",
            ),
            Self::BackupMissing => (
                "there is no backup that this folder knows of".into(),
                "onbeat backup --into FOLDER, each night: systemctl start onbeat-backup.timer (docs/admin.md); copy the files elsewhere",
            ),
            Self::BackupOld { days } => (
                format!("the newest backup is {days} days old"),
                "see why the nightly onbeat backup failed: journalctl -u onbeat-backup, or your cron's mail",
            ),
            Self::RetentionIdle { days } => (
                format!("what is past its time was erased {days} days ago the last time"),
                "the running server does it daily: see its log, or run onbeat retention",
            ),
            Self::Quarantined { batches } => (
                format!("{batches} batches of the last week did not check and are in quarantine"),
                "look at them in the quarantine (GET /api/v1/quarantine) and talk to the rep: a faulty phone is more \
                 likely than a forged log",
            ),
            Self::PhonesSilent { phones, of } => (
                format!("{phones} of {of} phones sent nothing for five days"),
                "onbeat phones list shows when each came last; revoke those that are lost",
            ),
        };
        (what, mend.into())
    }
}

fn store(fault: &StoreFault) -> (String, String) {
    let (what, mend): (String, &str) = match fault {
        StoreFault::Damaged { why } => (
            format!("the database is damaged: {why}"),
            "stop the server, copy the folder aside, and restore the newest backup; phones send again what is missing",
        ),
        StoreFault::Setting { name, value, wanted } => (
            format!("the database has {name} = {value}, and needs {wanted}"),
            "set it in postgresql.conf and reload: without it what was acknowledged can be lost",
        ),
        StoreFault::Old { version, wanted } => (
            format!("the database is PostgreSQL {version}; this server is tested with {wanted} and later"),
            "upgrade it (pg_upgrade, or onbeat backup and restore into a newer one)",
        ),
        StoreFault::Clock { seconds } => (
            format!("the database's clock and this machine's are {seconds} s apart"),
            "keep both by NTP",
        ),
    };
    (what, mend.into())
}

fn pins(pins: &[Pin]) -> String {
    match pins {
        [] => "any".into(),
        pins => pins.iter().map(Pin::to_string).collect::<Vec<_>>().join(", "),
    }
}

fn names(duties: &[Duty]) -> String {
    duties.iter().map(|duty| duty.as_str()).collect::<Vec<_>>().join(", ")
}
