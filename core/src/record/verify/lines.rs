//! The lines of a file, with what can be told of each by itself: its text, its hash, what it says. That is most of
//! the work, and of no order: a large file's is done on all cores, in blocks that are dealt out and taken back in turn.

use std::{
    io::{self, BufRead, Read},
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread, vec,
};

use crate::record::{Body, Hash, Head, MAX_RECORD_BYTES, line::ERASED};

/// Longest line that is read; longer ones are skipped and told.
const MAX_LINE_BYTES: u64 = 4 * MAX_RECORD_BYTES as u64;
/// Lines dealt out together.
const BLOCK_LINES: usize = 512;
/// Blocks that wait at each end of a worker.
const BLOCKS: usize = 4;

/// A line of the file that is not empty.
pub(super) struct FileLine {
    /// Counts from 1, empty lines too.
    pub(super) number: u64,
    /// What stands there, or why it is no text.
    pub(super) told: Result<Told, String>,
}

/// A line, read.
pub(super) struct Told {
    pub(super) text: String,
    pub(super) hash: Hash,
    /// Of a head that is spelt as this version writes it.
    pub(super) head: Option<Head>,
    body: Option<Body>,
}

impl Told {
    fn new(text: String) -> Self {
        let head = Head::as_written(&text);
        let may_be_body = head.is_none() && text != ERASED;
        Self {
            hash: Hash::of(&text),
            body: may_be_body.then(|| Body::parse(&text).ok()).flatten(),
            head,
            text,
        }
    }

    /// Whether it can be read as a body. A head as this version writes it has no salt.
    pub(super) fn is_body(&self) -> bool {
        self.body.is_some()
    }

    /// It as a body, if it can be read as one.
    pub(super) fn into_body(self) -> Option<Body> {
        self.body
    }
}

/// Lines as bytes.
pub(super) struct RawLines<R> {
    input: R,
    read: u64,
}

/// A line's number and bytes, or why they were not read.
type Raw = (u64, Result<Vec<u8>, String>);

impl<R: BufRead> RawLines<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input, read: 0 }
    }

    fn read(&mut self) -> io::Result<Option<Raw>> {
        loop {
            let mut bytes = Vec::new();
            if self.input.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', &mut bytes)? == 0 {
                return Ok(None);
            }
            self.read += 1;
            let whole = bytes.pop_if(|byte| *byte == b'\n').is_some();
            if !whole && bytes.len() as u64 == MAX_LINE_BYTES {
                self.input.skip_until(b'\n')?;
                let why = format!("a line of more than {MAX_LINE_BYTES} bytes");
                return Ok(Some((self.read, Err(why))));
            }
            if !bytes.is_empty() {
                return Ok(Some((self.read, Ok(bytes))));
            }
        }
    }
}

impl<R: BufRead> Iterator for RawLines<R> {
    type Item = io::Result<Raw>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

/// Reads one line.
pub(super) fn tell((number, raw): Raw) -> FileLine {
    let text = raw.and_then(|bytes| String::from_utf8(bytes).map_err(|e| format!("not UTF-8: {e}")));
    FileLine {
        number,
        told: text.map(Told::new),
    }
}

/// Has the lines read on all cores; `walk` is given them in their order.
pub(super) fn read_on_all_cores<T>(input: impl BufRead + Send, walk: impl FnOnce(InOrder) -> T) -> T {
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let (mut to, mut from) = (Vec::new(), Vec::new());
        for _ in 0..workers {
            let (dealt, raw) = sync_channel(BLOCKS);
            let (told, taken) = sync_channel(BLOCKS);
            scope.spawn(move || work(&raw, &told));
            to.push(dealt);
            from.push(taken);
        }
        scope.spawn(move || deal(RawLines::new(input), &to));
        walk(InOrder {
            from,
            turn: 0,
            block: Vec::new().into_iter(),
        })
    })
}

/// Ends with the file, after an error, or when nobody takes the lines any more.
fn deal(mut lines: RawLines<impl BufRead>, to: &[SyncSender<Vec<io::Result<Raw>>>]) {
    for worker in to.iter().cycle() {
        let mut block = Vec::with_capacity(BLOCK_LINES);
        block.extend(lines.by_ref().take(BLOCK_LINES));
        let ends = block.len() < BLOCK_LINES || block.iter().any(Result::is_err);
        if worker.send(block).is_err() || ends {
            return;
        }
    }
}

fn work(raw: &Receiver<Vec<io::Result<Raw>>>, told: &SyncSender<Vec<io::Result<FileLine>>>) {
    for block in raw {
        let block = block.into_iter().map(|line| line.map(tell)).collect();
        if told.send(block).is_err() {
            return;
        }
    }
}

/// The workers' blocks, taken back in the order in which they were dealt out.
pub(super) struct InOrder {
    from: Vec<Receiver<Vec<io::Result<FileLine>>>>,
    turn: usize,
    block: vec::IntoIter<io::Result<FileLine>>,
}

impl Iterator for InOrder {
    type Item = io::Result<FileLine>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.block.as_slice().is_empty() {
            self.block = self.from[self.turn].recv().ok()?.into_iter();
            self.turn = (self.turn + 1) % self.from.len();
        }
        self.block.next()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn blocks_come_back_in_the_order_of_the_file() {
        for lines in [
            0,
            1,
            BLOCK_LINES - 1,
            BLOCK_LINES,
            BLOCK_LINES + 1,
            20 * BLOCK_LINES + 7,
        ] {
            let text: String = (1..=lines).map(|n| format!("line {n}\n")).collect();
            let told: Vec<FileLine> =
                read_on_all_cores(text.as_bytes(), |lines| lines.collect::<io::Result<_>>()).unwrap();
            assert_eq!(told.len(), lines);
            for (n, line) in (1..).zip(told) {
                assert_eq!((line.number, line.told.unwrap().text), (n, format!("line {n}")));
            }
        }
    }

    #[test]
    fn whoever_stops_early_waits_for_nobody() {
        let text = "x\n".repeat(100 * BLOCK_LINES);
        let first = read_on_all_cores(text.as_bytes(), |mut lines| lines.next().unwrap().unwrap());
        assert_eq!(first.number, 1);
    }
}
