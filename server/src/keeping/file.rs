//! A backup's file: lines of JSON. First what it is, with the keys of the data folder; then a line each row; then what
//! the rows come to; last the SHA-256 of every byte before, so that no damage goes unseen.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufRead, BufReader, BufWriter, Read, Seek, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use onbeat_core::record::Hash;
use ring::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};

use super::tally::{Counter, Tally, sum};
use crate::{
    desk::{DeskError, DeskResult, Fault},
    store::snapshot::{Row, Sink},
};

/// What this onbeat writes, and the newest that it reads.
const FORMAT: u32 = 1;
const BUFFER_BYTES: usize = 1 << 20;
/// `{"sha256":"…"}` and the end of the line.
const SUM_BYTES: u64 = 78;

/// What the file is: its first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Header {
    /// The format, from 1.
    onbeat_backup: u32,
    /// The onbeat that wrote it.
    version: String,
    /// When, milliseconds since 1970 (UTC).
    pub(super) made_at_ms: i64,
    /// The data are a demo's.
    pub(super) demo: bool,
    /// The folder's `keys.json`: the server's secret keys.
    pub(super) keys: String,
}

impl Header {
    pub(super) fn new(made_at_ms: i64, demo: bool, keys: String) -> Self {
        Self {
            onbeat_backup: FORMAT,
            version: env!("CARGO_PKG_VERSION").into(),
            made_at_ms,
            demo,
            keys,
        }
    }
}

/// The line behind the rows.
#[derive(Serialize, Deserialize)]
struct End {
    end: Tally,
}
/// What it begins with; a row never does.
const END: &str = "{\"end\":";

/// A file that is being written, beside its name until it is whole.
pub(super) struct Writer {
    path: PathBuf,
    part: PathBuf,
    file: BufWriter<File>,
    hash: Context,
    counter: Counter,
}

impl Writer {
    /// Begins it, for its owner alone.
    ///
    /// # Errors
    /// `output`: there is one of that name, or it can't be written.
    pub(super) fn create(path: &Path, header: &Header) -> DeskResult<Self> {
        let failed = |error| unwritable(path, &error);
        if path.exists() {
            let why = format!("{} is there already: give another name", path.display());
            return Err(DeskError::environment("output", why));
        }
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        let mut options = OpenOptions::new();
        let file = options.create(true).truncate(true).write(true).mode(0o600).open(&part);
        let mut writer = Self {
            path: path.to_owned(),
            part,
            file: BufWriter::with_capacity(BUFFER_BYTES, file.map_err(failed)?),
            hash: Context::new(&SHA256),
            counter: Counter::new(),
        };
        writer.line(header)?;
        Ok(writer)
    }

    fn line(&mut self, line: &impl Serialize) -> DeskResult<()> {
        let mut text = serde_json::to_vec(line).expect("a line is JSON");
        text.push(b'\n');
        self.hash.update(&text);
        self.file
            .write_all(&text)
            .map_err(|error| unwritable(&self.path, &error))
    }

    /// Ends it, reads it back from the disk, and gives it its name; answers what it holds, and its last line's sum.
    ///
    /// # Errors
    /// `output`, or `damaged` where what is read is not what was written.
    pub(super) fn finish(mut self) -> DeskResult<(Tally, Hash)> {
        let counter = std::mem::replace(&mut self.counter, Counter::new());
        let tally = counter.tally();
        self.line(&End { end: tally.clone() })?;
        let sha256 = sum(self.hash.clone());
        let failed = |error: io::Error| unwritable(&self.path, &error);
        self.file.write_all(sum_line(&sha256).as_bytes()).map_err(failed)?;
        self.file.flush().map_err(failed)?;
        self.file.get_ref().sync_all().map_err(failed)?;
        Reader::open(&self.part)?;
        fs::rename(&self.part, &self.path).map_err(failed)?;
        let folder = self.path.parent().filter(|folder| *folder != Path::new(""));
        let folder = File::open(folder.unwrap_or(Path::new("."))).map_err(failed)?;
        folder.sync_all().map_err(failed)?;
        Ok((tally, sha256))
    }
}

impl Sink for Writer {
    type Error = DeskError;

    async fn take(&mut self, row: Row) -> DeskResult<()> {
        let line = self.counter.add(&row);
        self.hash.update(line);
        self.file
            .write_all(line)
            .map_err(|error| unwritable(&self.path, &error))
    }
}

/// What did not become whole does not stay.
impl Drop for Writer {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.part);
    }
}

/// A file that is whole.
#[derive(Debug)]
pub(super) struct Reader {
    path: PathBuf,
    file: BufReader<File>,
    pub(super) header: Header,
    /// Of its last line.
    pub(super) sha256: Hash,
}

impl Reader {
    /// Reads it once, to see that every byte of it is as it was written.
    ///
    /// # Errors
    /// `no_file`; `damaged`; `newer` where a newer onbeat wrote it.
    pub(super) fn open(path: &Path) -> DeskResult<Self> {
        let mut file = File::open(path).map_err(|error| unreadable(path, &error))?;
        let sha256 = check_sum(&mut file)
            .map_err(|error| unreadable(path, &error))?
            .ok_or_else(|| damaged(path, "its bytes do not come to the sum in its last line"))?;
        let mut file = BufReader::with_capacity(BUFFER_BYTES, file);
        let mut line = String::new();
        file.rewind()
            .and_then(|()| file.read_line(&mut line))
            .map_err(|error| unreadable(path, &error))?;
        let header: Header =
            serde_json::from_str(&line).map_err(|error| damaged(path, &format!("its first line: {error}")))?;
        if header.onbeat_backup > FORMAT {
            let why = format!(
                "{} was written by onbeat {}: restore it by that one",
                path.display(),
                header.version
            );
            return Err(DeskError::environment("newer", why));
        }
        Ok(Self {
            path: path.to_owned(),
            file,
            header,
            sha256,
        })
    }

    /// All its rows; answers what they came to when it was written.
    ///
    /// # Errors
    /// The sink's, and `damaged`.
    pub(super) async fn rows(mut self, sink: &mut impl Sink<Error = DeskError>) -> DeskResult<Tally> {
        let strange = |error: serde_json::Error| damaged(&self.path, &format!("a line that is none: {error}"));
        let mut text = String::new();
        loop {
            text.clear();
            let read = self.file.read_line(&mut text);
            read.map_err(|error| unreadable(&self.path, &error))?;
            if text.starts_with(END) {
                return serde_json::from_str::<End>(&text).map(|end| end.end).map_err(strange);
            }
            sink.take(serde_json::from_str(&text).map_err(strange)?).await?;
        }
    }
}

fn sum_line(sha256: &Hash) -> String {
    format!("{{\"sha256\":\"{sha256}\"}}\n")
}

/// The sum of all bytes but the last line's, if that line says it.
fn check_sum(file: &mut File) -> io::Result<Option<Hash>> {
    let Some(mut left) = file.metadata()?.len().checked_sub(SUM_BYTES) else {
        return Ok(None);
    };
    let mut hash = Context::new(&SHA256);
    let mut buffer = vec![0; BUFFER_BYTES];
    while left > 0 {
        let most = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        file.read_exact(&mut buffer[..most])?;
        hash.update(&buffer[..most]);
        left -= most as u64;
    }
    let mut last = Vec::new();
    file.read_to_end(&mut last)?;
    let sha256 = sum(hash);
    Ok((last == sum_line(&sha256).as_bytes()).then_some(sha256))
}

fn damaged(path: &Path, why: &str) -> DeskError {
    DeskError {
        fault: Fault::Altered,
        ..DeskError::environment(
            "damaged",
            format!(
                "{} is not a whole backup: {why}; nothing of it was used, take another",
                path.display()
            ),
        )
    }
}

fn unreadable(path: &Path, error: &io::Error) -> DeskError {
    DeskError::environment("no_file", format!("{}: {error}", path.display()))
}

fn unwritable(path: &Path, error: &io::Error) -> DeskError {
    DeskError::environment("output", format!("{}: {error}", path.display()))
}
