//! What ties the boots of the phone to true time.

use std::collections::BTreeSet;

use rusqlite::{Connection, params};

use crate::{
    phone::PhoneError,
    reading::Stamp,
    time::{ClockAnchor, Clocks},
};

/// The anchors of a boot.
pub(crate) fn anchors(connection: &Connection, boot: &str) -> Result<Vec<ClockAnchor>, PhoneError> {
    let mut statement = connection.prepare_cached("SELECT elapsed_ms, at_ms, error_ms FROM anchors WHERE boot = ?1")?;
    let rows = statement.query_map([boot], |row| {
        Ok(ClockAnchor {
            boot: boot.into(),
            elapsed_ms: row.get(0)?,
            at_ms: row.get(1)?,
            error_ms: row.get(2)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Keeps an anchor; of two at the same moment the one that [`Clocks`] takes.
pub(crate) fn put_anchor(tx: &Connection, anchor: &ClockAnchor) -> Result<(), PhoneError> {
    tx.execute(
        "INSERT INTO anchors (boot, elapsed_ms, at_ms, error_ms) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (boot, elapsed_ms) DO UPDATE SET at_ms = excluded.at_ms, error_ms = excluded.error_ms
         WHERE (excluded.error_ms, excluded.at_ms) < (anchors.error_ms, anchors.at_ms)",
        params![anchor.boot, anchor.elapsed_ms, anchor.at_ms, anchor.error_ms],
    )?;
    Ok(())
}

/// Sets the best known time of a boot's records anew; answers the fixes for which `outside` holds.
pub(crate) fn retime(
    tx: &Connection,
    boot: &str,
    clocks: &Clocks,
    outside: impl Fn(i64) -> bool,
) -> Result<Vec<(u32, u64)>, PhoneError> {
    let mut statement =
        tx.prepare_cached("SELECT id, epoch, seq, kind, wall_ms, elapsed_ms FROM log WHERE boot = ?1")?;
    let mut update = tx.prepare_cached("UPDATE log SET at_ms = ?2 WHERE id = ?1")?;
    let mut rows = statement.query([boot])?;
    let (mut times, mut found) = (Vec::new(), Vec::new());
    while let Some(row) = rows.next()? {
        let stamp = Stamp {
            at_ms: row.get(4)?,
            elapsed_ms: row.get(5)?,
            boot: boot.into(),
        };
        let at_ms = clocks.trust(&stamp).at_ms;
        times.push((row.get::<_, i64>(0)?, at_ms));
        if row.get::<_, String>(3)? == "fix" && outside(at_ms) {
            found.push((row.get(1)?, row.get(2)?));
        }
    }
    for (id, at_ms) in times {
        update.execute([id, at_ms])?;
    }
    Ok(found)
}

/// The clocks of some boots.
pub(crate) fn clocks_of<'a>(
    connection: &Connection,
    boots: impl Iterator<Item = &'a str>,
    drift_ppm: i64,
) -> Result<Clocks, PhoneError> {
    let boots: BTreeSet<&str> = boots.collect();
    let mut all = Vec::new();
    for boot in boots {
        all.extend(anchors(connection, boot)?);
    }
    Ok(Clocks::new(all, drift_ppm))
}
