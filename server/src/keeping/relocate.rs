use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::Serialize;

use super::{load::Load, new_folder::NewFolder, place::Place, tally::Tally};
use crate::{
    desk::{DeskError, DeskResult},
    folder,
};

/// What was moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// The data folder from now on.
    pub data: PathBuf,
    /// What stands there, and in its database.
    pub holds: Tally,
}

/// Copies the data of a stopped server to an empty place of the other kind, and compares what stands there with what
/// stands here. What stands here is only read.
///
/// # Errors
/// `locked`: a server runs; `not_empty`; `not_copied`; the stores'. A folder is then left as it was; a database that
/// was begun is not: empty it.
pub async fn relocate(data: &Path, database: Option<&str>, to: &Place) -> DeskResult<Moved> {
    folder::check_holds_data(data, database.is_some())?;
    let from = Place::of(data, database);
    let _held = from.hold().await?;
    match to {
        Place::Database(_) => Ok(Moved {
            data: data.to_owned(),
            holds: copy(&from, to).await?,
        }),
        Place::Folder(new) => {
            let keys = fs::read_to_string(data.join(folder::KEYS))
                .map_err(|error| DeskError::environment("keys", format!("{}: {error}", data.display())))?;
            let made = NewFolder::begin(new, &keys, folder::is_demo(data))?;
            let holds = copy(&from, &Place::Folder(made.aside().to_owned())).await?;
            made.finish()?;
            Ok(Moved {
                data: new.clone(),
                holds,
            })
        }
    }
}

async fn copy(from: &Place, to: &Place) -> DeskResult<Tally> {
    let store = to.open().await?;
    to.check_empty().await?;
    let mut load = Load::into(&*store);
    from.rows(&mut load).await?;
    let holds = load.finish().await?.tally;
    to.check_holds(&holds).await?;
    Ok(holds)
}
