//! The control socket: commands beside a running server. One JSON line in, one out; only who owns the data
//! folder can open it.

use std::{
    fs, io,
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{UnixListener, UnixStream},
    sync::Semaphore,
    time::timeout,
};

use crate::{
    auth::Actor,
    desk::{self, Command, Desk, DeskError},
};

/// Longest line either way: the import of a large file.
const LINE_MAX_BYTES: u64 = 256 * 1024 * 1024;
/// Commands at a time.
const COMMANDS_AT_ONCE: usize = 8;
/// Longest wait for a command's line.
const LINE_WAIT: Duration = Duration::from_secs(30);

/// What comes back.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// It was done.
    Ok(Value),
    /// It was not.
    Error(DeskError),
}

/// Where the socket of a data folder is.
pub fn path(data: &Path) -> PathBuf {
    data.join("onbeat.sock")
}

/// Opens the socket, in place of one that a killed server left. The folder's lock is held by now, so no
/// other server can be listening on it. It is made in a folder of its own and moved out with its mode set, so that
/// at no moment anybody else can connect, whatever the data folder allows.
///
/// # Errors
/// Of the file system.
pub fn listen(data: &Path) -> io::Result<UnixListener> {
    let aside = data.join(".sock");
    match fs::remove_dir_all(&aside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    fs::DirBuilder::new().mode(0o700).create(&aside)?;
    let made = aside.join("s");
    let listener = UnixListener::bind(&made)?;
    fs::set_permissions(&made, fs::Permissions::from_mode(0o600))?;
    fs::rename(&made, path(data))?;
    fs::remove_dir(&aside)?;
    Ok(listener)
}

/// Answers commands until it is dropped.
pub async fn serve(listener: UnixListener, desk: Desk) {
    let room = Arc::new(Semaphore::new(COMMANDS_AT_ONCE));
    loop {
        let seat = room
            .clone()
            .acquire_owned()
            .await
            .expect("the semaphore is never closed");
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let desk = desk.clone();
        tokio::spawn(async move {
            if let Err(error) = answer(stream, &desk).await {
                tracing::debug!(%error, "control socket");
            }
            drop(seat);
        });
    }
}

async fn answer(mut stream: UnixStream, desk: &Desk) -> io::Result<()> {
    let (reader, mut writer) = stream.split();
    let mut lines = BufReader::new(reader);
    loop {
        let mut line = String::new();
        let mut bounded = (&mut lines).take(LINE_MAX_BYTES);
        if timeout(LINE_WAIT, bounded.read_line(&mut line)).await?? == 0 {
            return Ok(());
        }
        let reply = match serde_json::from_str::<Command>(&line) {
            Ok(command) => match desk::run(desk, &Actor::console(), command).await {
                Ok(answer) => Reply::Ok(answer),
                Err(error) => Reply::Error(error),
            },
            Err(error) => Reply::Error(DeskError::input("not_a_command", error.to_string())),
        };
        writer.write_all(&to_line(&reply)).await?;
    }
}

/// Whether a server listens on a data folder: opens the line to it.
pub async fn connect(data: &Path) -> Option<Line> {
    let stream = UnixStream::connect(path(data)).await.ok()?;
    Some(Line(BufReader::new(stream)))
}

/// An open line to a running server.
pub struct Line(BufReader<UnixStream>);

impl Line {
    /// Has a command carried out.
    ///
    /// # Errors
    /// The server's own, or `gone` where it went away.
    pub async fn ask(&mut self, command: &Command) -> Result<Value, DeskError> {
        let gone = |error: io::Error| DeskError::environment("gone", format!("the server went away: {error}"));
        self.0.get_mut().write_all(&to_line(command)).await.map_err(gone)?;
        let mut line = String::new();
        let mut bounded = (&mut self.0).take(LINE_MAX_BYTES);
        if bounded.read_line(&mut line).await.map_err(gone)? == 0 {
            return Err(gone(io::ErrorKind::UnexpectedEof.into()));
        }
        match serde_json::from_str(&line) {
            Ok(Reply::Ok(answer)) => Ok(answer),
            Ok(Reply::Error(error)) => Err(error),
            Err(error) => Err(gone(error.into())),
        }
    }
}

fn to_line(item: &impl Serialize) -> Vec<u8> {
    let mut line = serde_json::to_vec(item).expect("commands and answers are JSON");
    line.push(b'\n');
    line
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[tokio::test]
    async fn it_takes_the_place_of_a_dead_one_and_is_its_owners_alone() {
        let data = tempfile::tempdir().unwrap();
        fs::set_permissions(data.path(), fs::Permissions::from_mode(0o777)).unwrap();
        for _ in 0..2 {
            let listener = listen(data.path()).unwrap();
            let mode = fs::metadata(path(data.path())).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
            let (there, taken) = tokio::join!(connect(data.path()), listener.accept());
            assert!(there.is_some() && taken.is_ok());
        }
        let left: Vec<_> = fs::read_dir(data.path()).unwrap().collect();
        assert_eq!(left.len(), 1, "nothing but the socket: {left:?}");
    }
}
