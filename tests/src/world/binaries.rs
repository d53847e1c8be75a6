use std::{env, path::PathBuf};

use super::{WorldError, WorldResult};

/// The two programs a world runs. They are built beforehand, each by itself: built together, cargo would
/// unify features and link the phone's SQLCipher into the server.
#[derive(Debug, Clone)]
pub struct Binaries {
    /// The server, and the commands beside it.
    pub onbeat: PathBuf,
    /// A phone.
    pub player: PathBuf,
}

impl Binaries {
    /// From `ONBEAT_BIN` and `PLAYER_BIN`, else beside this program in the target folder.
    ///
    /// # Errors
    /// [`WorldError::NoBinary`].
    pub fn find() -> WorldResult<Self> {
        Ok(Self {
            onbeat: find("onbeat", "onbeat-server", "ONBEAT_BIN")?,
            player: find("player", "onbeat-tests --bin player", "PLAYER_BIN")?,
        })
    }
}

fn find(name: &'static str, package: &'static str, variable: &'static str) -> WorldResult<PathBuf> {
    let path = env::var_os(variable).map_or_else(|| beside_us(name), PathBuf::from);
    match path.is_file() {
        true => Ok(path),
        false => Err(WorldError::NoBinary {
            name,
            path,
            package,
            variable,
        }),
    }
}

/// Test programs lie in `deps/`, one folder below the others.
fn beside_us(name: &str) -> PathBuf {
    let here = env::current_exe().unwrap_or_default();
    let folders = here.ancestors().skip(1).filter(|folder| !folder.ends_with("deps"));
    let folder = folders.take(1).next().map(PathBuf::from).unwrap_or_default();
    folder.join(format!("{name}{}", env::consts::EXE_SUFFIX))
}
