//! Nothing is acknowledged before it is on the disk, and a full disk loses nothing.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
};

use onbeat_tests::{
    load::{self, Fleet, Ground, Loaded, batches_of_fixes},
    raw_phone::RawPhone,
    story::{Story, at},
    world::Binaries,
};
use serde_json::{Value, json};

use crate::{
    bed::{Bed, REP},
    cluster::{self, Cluster},
    watched::Watched,
};

/// Each acknowledgement has a sync of its own before it.
fn synced_before_each(events: &str) -> bool {
    let mut told = events.split('A').collect::<Vec<_>>();
    told.pop(); // what comes after the last acknowledgement
    told.iter().all(|before| before.contains('S'))
}

#[test]
fn the_check_of_the_order_can_fail() {
    for (events, right) in [("SA", true), ("SASSA", true), ("", true), ("AS", false), ("SAA", false)] {
        assert_eq!(synced_before_each(events), right, "{events}");
    }
}

#[test]
fn the_server_syncs_before_it_acknowledges() {
    let mut bed = Bed::new_with(|binaries, folder| {
        let watched = Watched::new(&binaries.onbeat, folder);
        binaries.onbeat.clone_from(&watched.program);
        Some(watched)
    });
    let watched = bed.watched.take().unwrap();
    let link = bed.server.enrolment_link(REP).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let mut phone = RawPhone::enrol(load::client(), &link).await.expect("enrolled");
        let batches = batches_of_fixes(&mut phone, (0..400).map(|n| bed.now_ms + 1_000 * n), 10);
        watched.events();
        for batch in &batches {
            assert_eq!(phone.push(batch).await.0, 200);
        }
    });
    let events = watched.events();
    assert_eq!(events.matches('A').count(), 40, "{events}");
    assert!(synced_before_each(&events), "{events}");
}

#[test]
fn the_phone_syncs_before_it_acknowledges() {
    let mut bed = Bed::new();
    let watched = Watched::new(&bed.binaries.player, bed.folder.path());
    bed.binaries.player.clone_from(&watched.program);
    let mut phone = bed.phone(REP);
    watched.events();
    for n in 0..40 {
        let fix = phone.fix(bed.now_ms + 60_000 * n);
        phone.player.ask(fix).unwrap();
    }
    let events = watched.events();
    assert_eq!(events.matches('A').count(), 40, "{events}");
    assert!(synced_before_each(&events), "{events}");
}

#[test]
fn a_full_disk_at_the_server_loses_nothing() {
    let mut bed = Bed::new_with(|binaries, folder| {
        let watched = Watched::new(&binaries.onbeat, folder);
        binaries.onbeat.clone_from(&watched.program);
        Some(watched)
    });
    let watched = bed.watched.take().unwrap();
    let report = synced_over_a_full_disk(&mut bed, &watched, 30);
    assert_eq!(
        report["waiting"].as_u64().map(|n| n >= 30),
        Some(true),
        "nothing is acknowledged: {report}"
    );
}

/// A phone syncs so many fixes while the disk is full, and again once it is not; what the first time came to.
fn synced_over_a_full_disk(bed: &mut Bed, watched: &Watched, fixes: i64) -> Value {
    let mut phone = bed.phone(REP);
    let then = phone.take_fixes(bed.now_ms, fixes);
    watched.fill_disk(true);
    bed.now_ms = then;
    let report = bed.sync_once(&mut phone);
    assert_ne!(report["problems"], json!([]), "the phone is told: {report}");
    watched.fill_disk(false);
    bed.sync(&mut phone, then);
    assert_eq!(bed.verified_log(REP).matches("\"type\":\"fix\"").count() as i64, fixes);
    report
}

/// A file that can't be made longer is what PostgreSQL finds first.
#[test]
fn a_full_disk_under_the_database_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    // The database runs as a user of its own.
    fs::set_permissions(folder.path(), Permissions::from_mode(0o777)).unwrap();
    let watched = Watched::new_of_growth(&cluster::postgres(), folder.path());
    let cluster = Cluster::start_by(&watched.program);
    let mut bed = Bed::on(&cluster.url);
    let report = synced_over_a_full_disk(&mut bed, &watched, 300);
    assert_ne!(report["waiting"], 0, "not all is acknowledged: {report}");
}

/// Each push needs a sync, but those that come together share one.
#[test]
fn a_slow_disk_holds_all_up_together() {
    let (folder, mut binaries) = (tempfile::tempdir().unwrap(), Binaries::find().unwrap());
    let watched = Watched::new(&binaries.onbeat, folder.path());
    binaries.onbeat.clone_from(&watched.program);
    let story = Story::new(include_str!("../data/nyc-boroughs.geojson"), 1);
    let ground = Ground {
        binaries: &binaries,
        story: &story,
        database: None,
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (report, events) = runtime.block_on(async {
        let mut fleet = Fleet::enrolled(&ground, 24).await.unwrap();
        let phones = fleet.anchored_phones().await.unwrap();
        fleet.server.set_clock(at("16:00")).unwrap();
        let times_ms = (0..40).map(|n| at("09:00") + 60_000 * n);
        let loads = phones.into_iter().map(|mut phone| Loaded {
            pushes: load::fixes(&mut phone, times_ms.clone(), 10),
            phone,
        });
        let loads = loads.collect();
        watched.slow_disk(true);
        watched.events();
        let (report, _) = load::push_all(loads, 24).await;
        (report, watched.events())
    });
    assert_eq!((report.errors, report.stored), (0, 24 * 40));
    assert!(events.starts_with('S'), "{events}");
    let syncs = events.matches('S').count();
    assert!(syncs < report.pushes, "{syncs} syncs for {} pushes", report.pushes);
}

#[test]
fn a_full_disk_at_the_phone_is_told_and_loses_nothing() {
    let mut bed = Bed::new();
    let watched = Watched::new(&bed.binaries.player, bed.folder.path());
    bed.binaries.player.clone_from(&watched.program);
    let mut phone = bed.phone(REP);
    let then = phone.take_fixes(bed.now_ms, 30);
    watched.fill_disk(true);
    let fix = phone.fix(then);
    let refused = phone.player.ask(fix).unwrap_err().to_string();
    assert!(refused.contains("storage_full"), "{refused}");
    watched.fill_disk(false);
    let then = phone.take_fixes(then + 60_000, 5);
    bed.sync(&mut phone, then);
    assert_eq!(bed.verified_log(REP).matches("\"type\":\"fix\"").count(), 35);
}
