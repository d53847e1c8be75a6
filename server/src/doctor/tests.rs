#![allow(clippy::unwrap_used)]

use std::{fs, os::unix::fs::PermissionsExt};

use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use tempfile::TempDir;

use super::{facts::Folder, *};
use crate::{
    config::{Acme, Config, Tls},
    desk::condition::Condition,
};

const NOW_MS: i64 = 1_795_000_000_000;

/// A server with which nothing is wrong.
fn sound() -> Facts {
    Facts {
        now_ms: NOW_MS,
        running: true,
        folder: Folder {
            mode: 0o700,
            owner: 1,
            keys: Keys::There { mode: 0o600, owner: 1 },
            free_bytes: 100 * GIB,
            data_bytes: 10 * GIB,
        },
        public_url: Some("https://onbeat.example.com".into()),
        behind_proxy: false,
        certificate: until(NOW_MS + 60 * DAY_MS, 90 * DAY_MS),
        pins: Some(vec![Pin::of("shown")]),
        data: Ok(Condition {
            now_ms: NOW_MS,
            demo: false,
            store: Vec::new(),
            newest_ms: NOW_MS,
            fold_lag_s: 1,
            folds_failing: 0,
            has_policy: true,
            duties_missing: Vec::new(),
            reps_without_district: 0,
            phones: 10,
            phones_silent: 0,
            quarantined: 0,
            backup_ms: Some(NOW_MS - DAY_MS),
            retained_days: Some(0),
            tls_pins: vec![Pin::of("shown")],
        }),
    }
}

/// [`sound`], but for one thing that its data say.
fn data(break_it: impl Fn(&mut Condition)) -> Facts {
    let mut facts = sound();
    facts.data.as_mut().map(break_it).unwrap();
    facts
}

fn until(until_ms: i64, lasts_ms: i64) -> Certificate {
    Certificate::Holds(Validity { until_ms, lasts_ms })
}

/// [`sound`], but for one thing.
fn but(break_it: impl Fn(&mut Facts)) -> Facts {
    let mut facts = sound();
    break_it(&mut facts);
    facts
}

#[test]
fn each_thing_that_is_wrong_is_found_and_nothing_else() {
    let damaged = StoreFault::Damaged { why: "page 7".into() };
    let cases = [
        (
            but(|f| f.folder.mode = 0o755),
            Trouble::FolderOpen { mode: "755".into() },
        ),
        (but(|f| f.folder.keys = Keys::Missing), Trouble::KeysMissing),
        (
            but(|f| f.folder.keys = Keys::There { mode: 0o640, owner: 1 }),
            Trouble::KeysOpen { mode: "640".into() },
        ),
        (
            but(|f| f.folder.keys = Keys::There { mode: 0o600, owner: 0 }),
            Trouble::KeysOwner,
        ),
        (
            but(|f| f.folder.free_bytes = 2 * GIB),
            Trouble::DiskLow {
                free_mib: 2_048,
                data_mib: 10_240,
            },
        ),
        (
            but(|f| f.data = Err("no route".into())),
            Trouble::Unreachable { why: "no route".into() },
        ),
        (
            data(|d| d.store = vec![StoreFault::Damaged { why: "page 7".into() }]),
            Trouble::Store { fault: damaged },
        ),
        (but(|f| f.public_url = None), Trouble::PublicUrlMissing),
        (
            but(|f| f.public_url = Some("http://x".into())),
            Trouble::PublicUrlPlain { url: "http://x".into() },
        ),
        (
            but(|f| f.certificate = Certificate::None),
            Trouble::NobodySpeaksTls {
                url: "https://onbeat.example.com".into(),
            },
        ),
        (
            but(|f| f.certificate = Certificate::Unusable("no key".into())),
            Trouble::CertificateUnusable { why: "no key".into() },
        ),
        (
            but(|f| f.certificate = until(NOW_MS + 13 * DAY_MS, 90 * DAY_MS)),
            Trouble::CertificateEnds { days: 13 },
        ),
        (
            but(|f| f.certificate = until(NOW_MS - 1, 90 * DAY_MS)),
            Trouble::CertificateEnds { days: -1 },
        ),
        (
            but(|f| f.pins = Some(["new", "next"].map(Pin::of).into())),
            Trouble::PinsOld {
                told: vec![Pin::of("shown")],
                wanted: ["new", "next"].map(Pin::of).into(),
            },
        ),
        (
            but(|f| {
                (f.certificate, f.behind_proxy, f.pins) = (Certificate::None, true, Some(Vec::new()));
                f.data.as_mut().unwrap().tls_pins.clear();
            }),
            Trouble::Unpinned,
        ),
        (
            data(|d| d.newest_ms = NOW_MS + 3_600_000),
            Trouble::ClockBehind { seconds: 3_600 },
        ),
        (data(|d| d.fold_lag_s = 301), Trouble::FoldsBehind { seconds: 301 }),
        (data(|d| d.folds_failing = 2), Trouble::FoldsFailing { days: 2 }),
        (
            data(|d| d.duties_missing = vec![Duty::Notice]),
            Trouble::DutiesMissing {
                duties: vec![Duty::Notice],
            },
        ),
        (data(|d| d.has_policy = false), Trouble::PolicyMissing),
        (
            data(|d| d.reps_without_district = 3),
            Trouble::RepsWithoutDistrict { reps: 3 },
        ),
        (data(|d| d.backup_ms = None), Trouble::BackupMissing),
        (
            data(|d| d.backup_ms = Some(NOW_MS - 4 * DAY_MS)),
            Trouble::BackupOld { days: 4 },
        ),
        (data(|d| d.retained_days = Some(3)), Trouble::RetentionIdle { days: 3 }),
        (data(|d| d.quarantined = 1), Trouble::Quarantined { batches: 1 }),
        (
            data(|d| d.phones_silent = 4),
            Trouble::PhonesSilent { phones: 4, of: 10 },
        ),
    ];
    for (facts, trouble) in cases {
        let (what, mend) = trouble.said();
        assert!(!what.is_empty() && !mend.is_empty(), "{trouble:?}");
        assert_eq!(examine(&facts), [trouble]);
    }
}

#[test]
fn what_may_be_right_as_it_is_is_left_alone() {
    let cases = [
        sound(),
        but(|f| (f.certificate, f.behind_proxy) = (Certificate::None, true)),
        but(|f| f.certificate = Certificate::Asked),
        but(|f| f.certificate = until(NOW_MS + 2 * DAY_MS, 6 * DAY_MS)),
        but(|f| f.certificate = until(NOW_MS + 14 * DAY_MS, 90 * DAY_MS)),
        but(|f| f.folder.free_bytes = 3 * GIB),
        but(|f| f.pins = None),
        but(|f| (f.pins, f.running) = (Some(vec![Pin::of("new")]), false)),
        data(|d| d.backup_ms = Some(NOW_MS - 2 * DAY_MS)),
        data(|d| d.newest_ms = NOW_MS + 60_000),
        data(|d| (d.demo, d.newest_ms) = (true, NOW_MS + DAY_MS)),
        data(|d| d.retained_days = None),
    ];
    for facts in cases {
        assert_eq!(examine(&facts), [], "{facts:?}");
    }
    // Nothing is folded where no server runs.
    let mut stopped = data(|d| (d.fold_lag_s, d.folds_failing) = (9_999, 1));
    stopped.running = false;
    assert_eq!(examine(&stopped), []);
}

/// A data folder of a stopped server, and its configuration.
fn folder() -> (TempDir, Config) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("onbeat.sqlite"), vec![0; 5_000]).unwrap();
    fs::write(folder.path().join("keys.json"), "{}").unwrap();
    (folder, Config::default())
}

#[test]
fn the_folder_is_looked_at_as_it_is() {
    let (folder, config) = folder();
    let mode =
        |name: &str, mode| fs::set_permissions(folder.path().join(name), fs::Permissions::from_mode(mode)).unwrap();
    mode("", 0o750);
    mode("keys.json", 0o644);
    let facts = gather(&config, folder.path(), false, NOW_MS).unwrap();
    assert_eq!(facts.folder.mode, 0o750);
    let owner = facts.folder.owner;
    assert_eq!(facts.folder.keys, Keys::There { mode: 0o644, owner });
    assert_eq!(facts.folder.data_bytes, 5_002);
    assert_eq!(facts.certificate, Certificate::None);
    fs::remove_file(folder.path().join("onbeat.sqlite")).unwrap();
    let looked = |running| gather(&config, folder.path(), running, NOW_MS).map_err(|error| error.code);
    assert!(
        looked(false).is_err_and(|code| code == "database"),
        "its data stand in a database that is not named"
    );
    assert!(looked(true).is_ok(), "the server that runs on it knows which");
    fs::write(folder.path().join("onbeat.sqlite"), "").unwrap();
    fs::remove_file(folder.path().join("keys.json")).unwrap();
    assert_eq!(
        gather(&config, folder.path(), false, NOW_MS).unwrap().folder.keys,
        Keys::Missing
    );
    assert_eq!(
        gather(&config, &folder.path().join("none"), false, NOW_MS)
            .unwrap_err()
            .code,
        "no_data"
    );
}

#[tokio::test]
async fn a_certificate_is_read_and_held_against_its_key() {
    let (folder, mut config) = folder();
    let (own, other) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let mut params = CertificateParams::new(vec!["onbeat.example.com".into()]).unwrap();
    (params.not_before, params.not_after) = (date_time_ymd(2027, 2, 1), date_time_ymd(2027, 3, 1));
    let file = |name: &str, text: String| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let certificate = file("tls.crt", params.clone().self_signed(&own).unwrap().pem());
    config.tls = Tls {
        certificate: Some(certificate),
        key: Some(file("tls.key", own.serialize_pem())),
        ..Tls::default()
    };
    let pins = |config: &Config| gather(config, folder.path(), false, NOW_MS).unwrap().pins;
    config.tls.pins = vec![Pin::of("next"), Pin::of(own.public_key_der())];
    assert_eq!(
        pins(&config),
        Some(vec![Pin::of(own.public_key_der()), Pin::of("next")])
    );
    let seen = |config: &Config| gather(config, folder.path(), false, NOW_MS).unwrap().certificate;
    let until_march = until(1_803_859_200_000, 28 * DAY_MS);
    assert_eq!(seen(&config), until_march);
    // As ACME keeps them: a key, then the certificate.
    let by_acme = Config {
        tls: Tls {
            acme: Acme {
                domains: vec!["onbeat.example.com".into()],
                ..Acme::default()
            },
            ..Tls::default()
        },
        ..config.clone()
    };
    assert_eq!((seen(&by_acme), pins(&by_acme)), (Certificate::Asked, None));
    let kept = [own.serialize_pem(), params.self_signed(&own).unwrap().pem()].concat();
    fs::create_dir(folder.path().join("acme")).unwrap();
    fs::write(folder.path().join("acme/cached_cert_x"), kept).unwrap();
    fs::write(folder.path().join("acme/cached_account_x"), "no certificate").unwrap();
    assert_eq!(seen(&by_acme), until_march);
    file("tls.key", other.serialize_pem());
    assert!(matches!(seen(&config), Certificate::Unusable(_)));
    config.tls.certificate = Some(folder.path().join("gone"));
    assert!(matches!(seen(&config), Certificate::Unusable(why) if why.contains("gone")));
}
