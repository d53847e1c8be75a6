use super::{Body, Certificate, Hash, Head, Line, MAX_RECORD_BYTES, RecordError, Seal, StreamId};

/// One record as its bytes, read once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The head line, as it came.
    pub head_line: String,
    /// The body line, as it came; `None` where the body was erased.
    pub body_line: Option<String>,
    /// The head, read.
    pub head: Head,
    /// SHA-256 of the head line: the record's hash.
    pub hash: Hash,
}

impl Record {
    /// Writes the record that follows `tip`.
    ///
    /// # Errors
    /// [`RecordError::TooLong`].
    pub fn write(tip: &Tip, body: &Body) -> Result<Self, RecordError> {
        let body_line = body.to_line();
        let head = Head {
            v: 1,
            stream: tip.stream.clone(),
            epoch: tip.epoch,
            seq: tip.seq + 1,
            prev: tip.hash,
            body: Hash::of(&body_line),
        };
        Self::from_lines(head.to_line(), Some(body_line))
    }

    /// Reads a record from its two lines, and holds the body against the head. Whether the body can be
    /// *read* is not asked: a body this version can't read is kept as evidence.
    ///
    /// # Errors
    /// The head's, [`RecordError::TooLong`] or [`RecordError::BodyHash`].
    pub fn from_lines(head_line: String, body_line: Option<String>) -> Result<Self, RecordError> {
        let head = Head::parse(&head_line)?;
        Self::of(head, head_line, body_line)
    }

    /// As [`Record::from_lines`], for a head line that was read already.
    pub(super) fn of(head: Head, head_line: String, body_line: Option<String>) -> Result<Self, RecordError> {
        let bytes = head_line.len() + body_line.as_ref().map_or(0, String::len);
        if bytes > MAX_RECORD_BYTES {
            return Err(RecordError::TooLong { bytes });
        }
        if body_line.as_ref().is_some_and(|line| Hash::of(line) != head.body) {
            return Err(RecordError::BodyHash { seq: head.seq });
        }
        let hash = Hash::of(&head_line);
        Ok(Self {
            head_line,
            body_line,
            head,
            hash,
        })
    }

    /// The body, read; `None` where it was erased.
    ///
    /// # Errors
    /// Of [`Body::parse`].
    pub fn body(&self) -> Option<Result<Body, RecordError>> {
        self.body_line.as_deref().map(Body::parse)
    }
}

/// The newest record of a line of records (or its certificate): what the next record continues.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tip {
    /// Whose log.
    pub stream: StreamId,
    /// Which epoch.
    pub epoch: u32,
    /// Seq of the newest record, 0 before the first.
    pub seq: u64,
    /// Its hash, or the certificate's.
    pub hash: Hash,
}

impl Tip {
    /// Where an epoch begins.
    pub fn of_certificate(certificate: &Certificate) -> Self {
        Self {
            stream: certificate.stream.clone(),
            epoch: certificate.epoch,
            seq: 0,
            hash: certificate.hash(),
        }
    }

    /// Moves on to `record` if it continues this tip.
    ///
    /// # Errors
    /// [`RecordError::Chain`].
    pub fn advance(&mut self, record: &Record) -> Result<(), RecordError> {
        let head = &record.head;
        let follows = head.stream == self.stream
            && head.epoch == self.epoch
            && head.seq == self.seq + 1
            && head.prev == self.hash;
        if !follows {
            return Err(RecordError::Chain {
                seq: head.seq,
                expected_seq: self.seq + 1,
            });
        }
        (self.seq, self.hash) = (head.seq, record.hash);
        Ok(())
    }
}

/// What one push carries: records in order, and the seal over the last.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// In the order they came.
    pub records: Vec<Record>,
    /// Over the last record.
    pub seal: Seal,
}

impl Batch {
    /// Reads a push: head and body lines in turn, a seal last. Chain and signature are the caller's to
    /// check, since they need what is stored.
    ///
    /// # Errors
    /// The first line that can't be read, or [`RecordError::Unsealed`].
    pub fn parse(text: &str) -> Result<Self, RecordError> {
        let mut records = Vec::new();
        let mut seal = None;
        for line in super::read_lines(text) {
            match line? {
                Line::Record(record) if seal.is_none() => records.push(record),
                Line::Seal(found) if seal.is_none() => seal = Some(found),
                _ => return Err(RecordError::Unsealed),
            }
        }
        let seal = seal.ok_or(RecordError::Unsealed)?;
        let covers = |last: &Record| {
            (&last.head.stream, last.head.epoch, last.head.seq, last.hash)
                == (&seal.stream, seal.epoch, seal.seq, seal.hash)
        };
        if records.last().is_some_and(covers) {
            Ok(Self { records, seal })
        } else {
            Err(RecordError::Unsealed)
        }
    }

    /// The bytes that [`Batch::parse`] reads.
    pub fn to_ndjson(&self) -> String {
        let mut text = String::new();
        for record in &self.records {
            text.push_str(&Line::Record(record.clone()).to_ndjson());
        }
        text.push_str(&Line::Seal(self.seal.clone()).to_ndjson());
        text
    }
}
