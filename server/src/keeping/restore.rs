use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use onbeat_core::record::{Hash, Receipt};
use serde::Serialize;

use super::{
    file::{Header, Reader},
    last::LAST,
    load::Load,
    new_folder::NewFolder,
    place::Place,
    proof::{Proof, prove},
    tally::Tally,
};
use crate::{
    app::App,
    append::append,
    auth::Actor,
    clock::{Clock, DemoClock},
    desk::{Desk, DeskError, DeskResult, Fault, records::DataRestored},
    desk_log::Act,
    documents::Documents,
    files::RowError,
    signer::{Signer, SignerError},
    store::{Cell, Change, Store},
};

/// Cells that are not to come alive again: sessions that may have been ended since. People log in anew.
const ENDED: &str = "session";

/// What to restore, and where to.
pub struct Restore<'a> {
    /// A backup.
    pub file: &'a Path,
    /// An empty folder, or none yet.
    pub data: &'a Path,
    /// An empty database; without it everything stands in the folder.
    pub database: Option<&'a str>,
    /// Receipts kept elsewhere: with them a log that was cut before the backup is found.
    pub receipts: &'a [Receipt],
    /// Keeps data whose logs do not check.
    pub despite_faults: bool,
}

/// What was restored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Restored {
    /// Where.
    pub data: PathBuf,
    /// Of which moment it is, milliseconds since 1970 (UTC).
    pub made_at_ms: i64,
    /// The backup's sum.
    pub sha256: Hash,
    /// What it holds.
    pub holds: Tally,
    /// What its logs came to.
    pub proof: Proof,
    /// Blobs that were damaged before the backup.
    pub altered: Vec<Hash>,
}

/// Restores a backup: checks the file, copies it, compares the copy with it, and verifies every log in it. The server
/// then has another incarnation, so that phones read the feed anew.
///
/// # Errors
/// `damaged`, `not_empty`, `unproved`, … : the folder is left as it was. A database that was begun is not: empty it.
pub async fn restore(what: &Restore<'_>, clock: Arc<dyn Clock>) -> DeskResult<Restored> {
    let reader = Reader::open(what.file)?;
    let (header, sha256) = (reader.header.clone(), reader.sha256);
    let folder = NewFolder::begin(what.data, &header.keys, header.demo)?;
    let place = Place::of(folder.aside(), what.database);
    let store = place.open().await?;
    place.check_empty().await?;
    let mut load = Load::into(&*store);
    let holds = reader.rows(&mut load).await?;
    let loaded = load.finish().await?;
    place.check_holds(&holds).await?;
    begin_anew(&*store).await?;

    let desk = open(&folder, store, &header, clock).await?;
    let proof = prove(&desk, what.receipts).await?;
    let faults = proof.faulty() + loaded.altered.len() as u64;
    if faults > 0 && !what.despite_faults {
        return Err(unproved(&proof, &loaded.altered));
    }
    let act = Act::new(&DataRestored {
        made_at_ms: header.made_at_ms,
        backup: sha256,
        faults,
        by: Actor::console().user,
    });
    append(&desk.app, vec![act], Change::default()).await?;
    drop(desk);
    folder.finish()?;
    Ok(Restored {
        data: what.data.to_owned(),
        made_at_ms: header.made_at_ms,
        sha256,
        holds,
        proof,
        altered: loaded.altered,
    })
}

/// Phones know more of the feed than it holds now: without an incarnation it gets a new one, and they begin anew.
async fn begin_anew(store: &dyn Store) -> DeskResult<()> {
    let name = |cell: Cell| (cell.kind, cell.key);
    let sessions = store.cells(ENDED, "", i64::MIN).await?;
    let mut change = Change {
        drop_cells: sessions.into_iter().map(name).collect(),
        ..Change::default()
    };
    let forgotten = [("meta", "incarnation"), LAST];
    change
        .drop_cells
        .extend(forgotten.map(|(kind, key)| (kind.into(), key.into())));
    store.commit(change).await?;
    Ok(())
}

/// A desk over the new data. A demo's day has a time of its own: its clock stands where its documents end.
async fn open(folder: &NewFolder, store: Arc<dyn Store>, header: &Header, clock: Arc<dyn Clock>) -> DeskResult<Desk> {
    let clock = match header.demo {
        true => Arc::new(DemoClock::starting_at(
            Documents::default()
                .with(&store.documents_after(0).await?)
                .recorded_ms(),
        )),
        false => clock,
    };
    let keys = |error: SignerError| DeskError::environment("keys", error.to_string());
    let signer = Signer::open(folder.aside(), clock.now_ms()).map_err(keys)?;
    Ok(Desk::new(App::over(store, signer, clock, header.demo).await?))
}

fn unproved(proof: &Proof, altered: &[Hash]) -> DeskError {
    let row = RowError::said;
    let of_log = proof.faults.iter().map(|fault| {
        let place = &fault.place;
        row(format!(
            "record {} of epoch {} of {}: {}, {}",
            fault.seq,
            place.epoch,
            place.stream,
            fault.code.as_str(),
            fault.why
        ))
    });
    let of_blob = altered
        .iter()
        .map(|hash| row(format!("what is kept under {hash} is something else")));
    let count = proof.faulty() + altered.len() as u64;
    let why = format!(
        "the file is whole, but {count} things in it do not check: they were so when it was written, or it was forged; \
         nothing was restored (--despite-faults restores it as it is)"
    );
    DeskError {
        fault: Fault::Altered,
        rows: of_log.chain(of_blob).collect(),
        ..DeskError::environment("unproved", why)
    }
}
