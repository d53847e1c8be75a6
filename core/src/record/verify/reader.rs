use std::{collections::VecDeque, io};

use super::lines::{FileLine, Told};
use crate::record::{
    Body, Hash, Head, Line, MAX_RECORD_BYTES, RecordError, Seal,
    line::{ERASED, First, read_first},
};

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

/// Items of a log, made of its lines one by one with a short look ahead. Memory does not grow with the file.
pub(super) struct Items<L> {
    lines: L,
    unread: Option<FileLine>,
    queue: VecDeque<(u64, Item)>,
}

impl<L: Iterator<Item = io::Result<FileLine>>> Items<L> {
    pub(super) fn new(lines: L) -> Self {
        Self {
            lines,
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
        let Some(FileLine { number, told }) = self.read_line()? else {
            return Ok(None);
        };
        let item = match told.and_then(|told| first(&told).map(|first| (told, first)).map_err(|e| e.to_string())) {
            Ok((told, First::Head(head))) => {
                let body = self.read_body(&head, told.text.len())?;
                let hash = told.hash;
                Item::Record(Found { head, hash, body })
            }
            Ok((_, First::Line(line))) => Item::Line(Box::new(line)),
            Err(why) => {
                self.skip_orphan()?;
                Item::Damaged(why)
            }
        };
        Ok(Some((number, item)))
    }

    fn read_body(&mut self, head: &Head, head_bytes: usize) -> io::Result<Text> {
        let missing = || Text::Wrong("its body line is missing".into());
        let Some(FileLine { number, told }) = self.read_line()? else {
            return Ok(missing());
        };
        let told = match told {
            Ok(told) => told,
            Err(why) => return Ok(Text::Wrong(why)),
        };
        if told.text == ERASED {
            return Ok(Text::Erased);
        }
        if told.hash != head.body {
            if first(&told).is_ok() {
                let told = Ok(told);
                self.unread = Some(FileLine { number, told });
                return Ok(missing());
            }
            return Ok(Text::Wrong("its body does not hash to what its head names".into()));
        }
        if head_bytes + told.text.len() > MAX_RECORD_BYTES {
            return Ok(Text::Wrong(format!("it has more than {MAX_RECORD_BYTES} bytes")));
        }
        Ok(told
            .into_body()
            .map_or(Text::Unreadable, |body| Text::Read(Box::new(body))))
    }

    /// After a line that can't be read: the line behind it may be the body of the head that it was.
    fn skip_orphan(&mut self) -> io::Result<()> {
        if let Some(line) = self.read_line()? {
            let begins_item = line.told.as_ref().is_ok_and(|told| first(told).is_ok());
            let is_body = line
                .told
                .as_ref()
                .is_ok_and(|told| told.text == ERASED || told.is_body());
            if begins_item || !is_body {
                self.unread = Some(line);
            }
        }
        Ok(())
    }

    fn read_line(&mut self) -> io::Result<Option<FileLine>> {
        match self.unread.take() {
            Some(line) => Ok(Some(line)),
            None => self.lines.next().transpose(),
        }
    }
}

/// What a line is, if it can begin an item.
fn first(told: &Told) -> Result<First, RecordError> {
    match &told.head {
        Some(head) => Ok(First::Head(head.clone())),
        None => read_first(&told.text),
    }
}
