//! A month of a large company in a server: set up by its own commands, pushed by a phone a rep, folded.

use std::{error::Error, fs, path::Path};

use chrono::NaiveDate;

use super::company::{self, REPS, WRONG};
use crate::{
    load::{Fleet, Happened, Loaded, enrol, on_all_cores, push_all, pushes_of, workdays},
    raw_phone::RawPhone,
    story::at,
    world::{Binaries, Server},
};

pub(super) const DAYS: usize = 30;
/// Records in a push: as many as the server takes at once.
const PUSH_RECORDS: usize = 500;
/// Phones whose records are in memory at once, and connections that they push over.
const PHONES: usize = 50;
const CONNECTIONS: usize = 16;

/// The working days of the month.
pub(super) fn days() -> Vec<NaiveDate> {
    workdays().take(DAYS).collect()
}

/// A server with the company's policy, districts, customers and reps, and a phone for each rep.
pub(super) async fn founded(binaries: &Binaries) -> Result<Fleet, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let server = Server::start(
        &binaries.onbeat,
        &folder.path().join("server"),
        "127.0.0.1:0",
        at("07:00"),
    )?;
    for (kind, name, text) in [
        ("policy", "policy.toml", company::policy()),
        ("districts", "districts.geojson", company::districts(WRONG)),
        ("customers", "customers.csv", company::customers()),
        ("users", "users.csv", company::users()),
    ] {
        server.command(&["import", kind, &written(folder.path(), name, &text)?])?;
    }
    server.command(&["duties", "record", "--demo"])?;
    let phones = enrol(&server, REPS).await?;
    Ok(Fleet {
        folder,
        server,
        logins: Vec::new(),
        phones,
    })
}

pub(super) fn written(folder: &Path, name: &str, text: &str) -> Result<String, Box<dyn Error>> {
    let path = folder.join(name);
    fs::write(&path, text)?;
    Ok(path.to_string_lossy().into_owned())
}

/// Pushes what each rep's phone writes down on each day, by the rep's number and the day's.
///
/// # Errors
/// A push that is refused.
pub(super) async fn push_month(
    phones: Vec<RawPhone>,
    days: &[NaiveDate],
    day_of: impl Fn(usize, usize, NaiveDate) -> Vec<(i64, Happened)> + Sync,
) -> Result<(), Box<dyn Error>> {
    let mut phones = phones.into_iter().enumerate().peekable();
    while phones.peek().is_some() {
        let some = phones.by_ref().take(PHONES).collect();
        let loads = on_all_cores(some, |(rep, mut phone)| {
            let happened = (0..).zip(days).flat_map(|(n, day)| day_of(rep, n, *day));
            let pushes = pushes_of(&mut phone, happened, PUSH_RECORDS);
            Loaded { phone, pushes }
        });
        let (report, _) = push_all(loads, CONNECTIONS).await;
        if report.errors > 0 {
            return Err(format!("{} of {} pushes were refused", report.errors, report.pushes).into());
        }
    }
    Ok(())
}
