use std::{
    collections::VecDeque,
    io::{self, BufRead, Read},
};

use crate::record::{
    Body, Hash, Head, Line, MAX_RECORD_BYTES, Seal,
    line::{ERASED, First, read_first},
};

/// Longest line that is read; longer ones are skipped and told.
const MAX_LINE_BYTES: u64 = 4 * MAX_RECORD_BYTES as u64;
/// Items looked at beyond the present one.
const MAX_AHEAD: usize = 8;

/// A record as it stands in the file, whatever is wrong with its body.
pub(super) struct Found {
    pub(super) head: Head,
    pub(super) hash: Hash,
    pub(super) body: Text,
}

/// A record's body line.
pub(super) enum Text {
    Read(Box<Body>),
    /// As it was written, and not to be read by this version.
    Unreadable,
    Erased,
    /// Not as it was written, and why.
    Wrong(String),
}

/// One item of the file.
pub(super) enum Item {
    Record(Found),
    /// Anything of a log that is not a record.
    Line(Box<Line>),
    /// A line that is nothing of a log, and why.
    Damaged(String),
}

/// What is known of the items that follow.
#[derive(Default)]
pub(super) struct Ahead {
    /// The next record's head, if one follows in this section.
    pub(super) head: Option<Head>,
    /// The seal that stands before it.
    pub(super) seal: Option<Seal>,
}

/// Items of a log, read one by one with a short look ahead. Memory does not grow with the file.
pub(super) struct Items<R> {
    input: R,
    lines_read: u64,
    unread: Option<(u64, Raw)>,
    queue: VecDeque<(u64, Item)>,
}

/// A line's text, or why it is none.
type Raw = Result<String, String>;

impl<R: BufRead> Items<R> {
    pub(super) fn new(input: R) -> Self {
        Self {
            input,
            lines_read: 0,
            unread: None,
            queue: VecDeque::new(),
        }
    }

    /// The next item, with the number of its first line.
    pub(super) fn next(&mut self) -> io::Result<Option<(u64, Item)>> {
        match self.queue.pop_front() {
            Some(item) => Ok(Some(item)),
            None => self.read_item(),
        }
    }

    /// What follows, up to the next record.
    pub(super) fn ahead(&mut self) -> io::Result<Ahead> {
        let mut ahead = Ahead::default();
        for index in 0..MAX_AHEAD {
            if index == self.queue.len() {
                match self.read_item()? {
                    Some(item) => self.queue.push_back(item),
                    None => break,
                }
            }
            match &self.queue[index].1 {
                Item::Record(found) => {
                    ahead.head = Some(found.head.clone());
                    break;
                }
                Item::Line(line) => match &**line {
                    Line::Seal(seal) => ahead.seal = ahead.seal.or_else(|| Some(seal.clone())),
                    Line::Receipt(_) | Line::Anchor(_) => {}
                    _ => break,
                },
                Item::Damaged(_) => break,
            }
        }
        Ok(ahead)
    }

    fn read_item(&mut self) -> io::Result<Option<(u64, Item)>> {
        let Some((at, raw)) = self.read_raw()? else {
            return Ok(None);
        };
        let item = match raw.and_then(|line| read_first(&line).map(|first| (line, first)).map_err(|e| e.to_string())) {
            Ok((line, First::Head(head))) => {
                let hash = Hash::of(&line);
                let body = self.read_body(&head, line.len())?;
                Item::Record(Found { head, hash, body })
            }
            Ok((_, First::Line(line))) => Item::Line(Box::new(line)),
            Err(why) => {
                self.skip_orphan()?;
                Item::Damaged(why)
            }
        };
        Ok(Some((at, item)))
    }

    fn read_body(&mut self, head: &Head, head_bytes: usize) -> io::Result<Text> {
        let missing = || Text::Wrong("its body line is missing".into());
        let Some((at, raw)) = self.read_raw()? else {
            return Ok(missing());
        };
        let line = match raw {
            Ok(line) => line,
            Err(why) => return Ok(Text::Wrong(why)),
        };
        if line == ERASED {
            return Ok(Text::Erased);
        }
        if Hash::of(&line) != head.body {
            if read_first(&line).is_ok() {
                self.unread = Some((at, Ok(line)));
                return Ok(missing());
            }
            return Ok(Text::Wrong("its body does not hash to what its head names".into()));
        }
        if head_bytes + line.len() > MAX_RECORD_BYTES {
            return Ok(Text::Wrong(format!("it has more than {MAX_RECORD_BYTES} bytes")));
        }
        Ok(Body::parse(&line).map_or(Text::Unreadable, |body| Text::Read(Box::new(body))))
    }

    /// After a line that can't be read: the line behind it may be the body of the head that it was.
    fn skip_orphan(&mut self) -> io::Result<()> {
        if let Some((at, raw)) = self.read_raw()? {
            let begins_item = raw.as_ref().is_ok_and(|line| read_first(line).is_ok());
            let is_body = raw
                .as_ref()
                .is_ok_and(|line| line == ERASED || Body::parse(line).is_ok());
            if begins_item || !is_body {
                self.unread = Some((at, raw));
            }
        }
        Ok(())
    }

    fn read_raw(&mut self) -> io::Result<Option<(u64, Raw)>> {
        if let Some(unread) = self.unread.take() {
            return Ok(Some(unread));
        }
        loop {
            let mut bytes = Vec::new();
            if self.input.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', &mut bytes)? == 0 {
                return Ok(None);
            }
            self.lines_read += 1;
            let whole = bytes.pop_if(|byte| *byte == b'\n').is_some();
            if !whole && bytes.len() as u64 == MAX_LINE_BYTES {
                self.input.skip_until(b'\n')?;
                return Ok(Some((
                    self.lines_read,
                    Err(format!("a line of more than {MAX_LINE_BYTES} bytes")),
                )));
            }
            if !bytes.is_empty() {
                let text = String::from_utf8(bytes).map_err(|e| format!("not UTF-8: {e}"));
                return Ok(Some((self.lines_read, text)));
            }
        }
    }
}
