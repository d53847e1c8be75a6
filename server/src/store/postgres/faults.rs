use std::time::{SystemTime, UNIX_EPOCH};

use deadpool_postgres::GenericClient;

use super::read::{rows, string};
use crate::store::{StoreFault, StoreResult};

/// Without these an acknowledged transaction is not on the disk, or a page is torn when the power fails.
const WANTED: [(&str, &[&str]); 3] = [
    ("fsync", &["on"]),
    ("full_page_writes", &["on"]),
    ("synchronous_commit", &["on", "local", "remote_write", "remote_apply"]),
];
/// The oldest major version that the tests run on.
const VERSION_LEAST: u32 = 15;
/// Clocks by NTP are closer, and a question takes less.
const CLOCKS_APART_MOST_S: i64 = 30;

/// How the database is set, its version and its clock. Whether its files are whole is for `pg_amcheck` and its checksums.
pub(super) async fn faults(db: &impl GenericClient) -> StoreResult<Vec<StoreFault>> {
    let mut faults = Vec::new();
    for (name, wanted) in WANTED {
        let found = rows(db, "SELECT current_setting($1)", &[&name]).await?;
        let value = string(&found[0], 0);
        if !wanted.contains(&&*value) {
            let (name, wanted) = (name.to_owned(), wanted[0].to_owned());
            faults.push(StoreFault::Setting { name, value, wanted });
        }
    }
    let found = rows(db, "SELECT current_setting('server_version_num')::int / 10000", &[]).await?;
    let version = found[0].get::<_, i32>(0).unsigned_abs();
    if version < VERSION_LEAST {
        let wanted = VERSION_LEAST;
        faults.push(StoreFault::Old { version, wanted });
    }
    let found = rows(db, "SELECT extract(epoch FROM clock_timestamp())::bigint", &[]).await?;
    let ours = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = found[0].get::<_, i64>(0) - ours.as_secs() as i64;
    if seconds.abs() > CLOCKS_APART_MOST_S {
        faults.push(StoreFault::Clock { seconds });
    }
    Ok(faults)
}
