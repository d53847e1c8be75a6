use std::collections::HashSet;

use serde::Serialize;

use crate::record::{Branch, Grade, StreamId};

/// Faults that are kept one by one; more are only counted.
const MAX_FAULTS: usize = 1_000;

/// What a log file proves, and what in it does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// No fault was found.
    pub ok: bool,
    /// Every line of records in the file, in its order.
    pub lines: Vec<LineSummary>,
    /// What does not hold, in the order of the file: the first names the first faulty record.
    pub faults: Vec<Fault>,
    /// Faults beyond those listed.
    pub faults_left_off: u64,
    /// What a reader should know and is no fault.
    pub notices: Vec<Notice>,
}

/// A line of records: a stream's epoch, and a branch of it (empty: the main line).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
pub struct Place {
    /// Whose log.
    pub stream: StreamId,
    /// Which epoch.
    pub epoch: u32,
    /// Which branch.
    pub branch: Branch,
}

/// What a line of records holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LineSummary {
    /// Which line.
    #[serde(flatten)]
    pub place: Place,
    /// The rep named by the certificate, empty without one.
    pub rep: String,
    /// How well the key is kept; `None` without a certificate.
    pub grade: Option<Grade>,
    /// Played, not lived.
    pub demo: bool,
    /// Records that stand in the chain.
    pub records: u64,
    /// Seq of the newest of them, 0 if none.
    pub seq: u64,
    /// Newest seq under a valid seal, 0 if none.
    pub sealed_seq: u64,
    /// Newest seq under a valid receipt, 0 if none.
    pub receipted_seq: u64,
    /// Bodies that were erased.
    pub erased: u64,
    /// Bodies that are as they were written but cannot be read.
    pub unreadable: u64,
    /// Records that were written anew here after the server had refused them.
    pub carried: u64,
}

/// What kind of thing does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultCode {
    /// A record's head or body is not what was written.
    Changed,
    /// Records that once stood here are missing, though later ones are there.
    Removed,
    /// A record that is no part of the chain.
    Added,
    /// Records stand in another order than they were written in.
    Reordered,
    /// A record states a time at which it cannot have been written.
    BackDated,
    /// Records, seals or whole sections of another stream or epoch.
    Spliced,
    /// Records, or a certificate, that stand twice.
    Replayed,
    /// Records that the server acknowledged are missing from the end.
    Cut,
    /// A desk's log is not the one that a phone's log in the same file saw.
    Contradicted,
    /// An epoch that does not continue the one before it, or a branch that does not leave the main line.
    Unlinked,
    /// A seal that its key did not make.
    BadSeal,
    /// A receipt that no trusted key made.
    BadReceipt,
    /// An anchor that no trusted key made, or made over another history.
    BadAnchor,
    /// A certificate that no trusted key made, or none at all.
    BadCertificate,
}

impl FaultCode {
    /// As it is written in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Removed => "removed",
            Self::Added => "added",
            Self::Reordered => "reordered",
            Self::BackDated => "back_dated",
            Self::Spliced => "spliced",
            Self::Replayed => "replayed",
            Self::Cut => "cut",
            Self::Contradicted => "contradicted",
            Self::Unlinked => "unlinked",
            Self::BadSeal => "bad_seal",
            Self::BadReceipt => "bad_receipt",
            Self::BadAnchor => "bad_anchor",
            Self::BadCertificate => "bad_certificate",
        }
    }

    /// Whether neighbouring records with this fault are told as one run.
    fn runs(self) -> bool {
        matches!(self, Self::Added | Self::Spliced | Self::Replayed | Self::BackDated)
    }
}

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// What kind of thing.
    pub code: FaultCode,
    /// In which line of records.
    #[serde(flatten)]
    pub place: Place,
    /// The place in the chain: of the record, or where it should be; 0 for the certificate.
    pub seq: u64,
    /// How many records, from `seq` on.
    pub records: u64,
    /// Line of the file, from 1, where it shows; 0 where it shows nowhere (a missing end).
    pub file_line: u64,
    /// What was found, in English.
    pub why: String,
}

/// What kind of thing a reader should know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeCode {
    /// Records after the last seal: nobody has signed them yet.
    UnsealedTail,
    /// No receipt covers the end: the line is complete to this seq, what came after can't be told.
    CompleteTo,
    /// A certificate names a head that is not here: a tail that was never taken in, or one that was cut.
    HeadMissing,
    /// The file says itself that it leaves out the first records of a line.
    LeftOut,
    /// A seal, receipt or head lies too far behind to be compared.
    Unchecked,
    /// Receipts, or words of phones, on a stream that is not in the file.
    OtherStream,
    /// Records written anew after the server refused a batch: their time is the phone's word.
    Carried,
    /// Played, not lived.
    Demo,
}

/// Something a reader should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// What kind of thing.
    pub code: NoticeCode,
    /// In which line of records.
    #[serde(flatten)]
    pub place: Place,
    /// Which record, 0 if none.
    pub seq: u64,
    /// In English.
    pub why: String,
}

/// Faults and notices as they are found.
#[derive(Debug, Default)]
pub(super) struct Findings {
    faults: Vec<Fault>,
    left_off: u64,
    notices: Vec<Notice>,
    /// Runs of carried records, as the faults they are where the log is not whole.
    carried: Vec<Fault>,
}

/// A fault that a later record may show in another light.
#[derive(Debug, Clone, Copy)]
pub(super) struct FaultId(Option<usize>);

impl Findings {
    /// Adds a fault of one record; a neighbour of the newest fault of its kind lengthens that.
    pub(super) fn fault(
        &mut self,
        code: FaultCode,
        place: &Place,
        seq: u64,
        file_line: u64,
        why: impl Into<String>,
    ) -> FaultId {
        let known = self.faults.iter().rposition(|fault| {
            fault.code == code
                && fault.place == *place
                && if code.runs() {
                    continues(fault, seq)
                } else {
                    fault.seq == seq
                }
        });
        if let Some(index) = known {
            self.faults[index].records += u64::from(code.runs());
            return FaultId(Some(index));
        }
        if self.faults.len() == MAX_FAULTS {
            self.left_off += 1;
            return FaultId(None);
        }
        self.faults.push(Fault {
            code,
            place: place.clone(),
            seq,
            records: 1,
            file_line,
            why: why.into(),
        });
        FaultId(Some(self.faults.len() - 1))
    }

    /// Tells a fault anew, in the light of a later record.
    pub(super) fn retell(&mut self, id: FaultId, tell: impl FnOnce(&mut Fault)) {
        if let Some(fault) = id.0.and_then(|index| self.faults.get_mut(index)) {
            tell(fault);
        }
    }

    pub(super) fn notice(&mut self, code: NoticeCode, place: &Place, seq: u64, why: impl Into<String>) {
        let notice = Notice {
            code,
            place: place.clone(),
            seq,
            why: why.into(),
        };
        if self.notices.len() < MAX_FAULTS && !self.notices.contains(&notice) {
            self.notices.push(notice);
        }
    }

    /// A record that is carried over from the epoch before; those of a line are told as one run.
    pub(super) fn carried(&mut self, place: &Place, seq: u64, file_line: u64) {
        let why = "written anew in a log that is not whole: nothing vouches for its time";
        if let Some(run) = self.carried.last_mut().filter(|run| run.place == *place) {
            run.records += 1;
        } else if self.carried.len() < MAX_FAULTS {
            self.carried.push(Fault {
                code: FaultCode::BackDated,
                place: place.clone(),
                seq,
                records: 1,
                file_line,
                why: why.into(),
            });
        } else {
            self.fault(FaultCode::BackDated, place, seq, file_line, why);
        }
    }

    /// Whoever wants a phone's word taken for a time must show a log that holds in all else.
    fn judge_carried(&mut self) {
        let broken: HashSet<StreamId> = self.faults.iter().map(|fault| fault.place.stream.clone()).collect();
        for run in std::mem::take(&mut self.carried) {
            if broken.contains(&run.place.stream) || self.left_off > 0 {
                self.faults.push(run);
                continue;
            }
            let why = format!(
                "carried over: {} records from {} on were written anew after the server refused a batch; their time \
                 is the phone's word",
                run.records, run.seq
            );
            self.notice(NoticeCode::Carried, &run.place, run.seq, why);
        }
    }

    pub(super) fn report(mut self, lines: Vec<LineSummary>) -> Report {
        self.judge_carried();
        self.faults.sort_by_key(|fault| match fault.file_line {
            0 => u64::MAX,
            line => line,
        });
        Report {
            ok: self.faults.is_empty(),
            lines,
            faults: self.faults,
            faults_left_off: self.left_off,
            notices: self.notices,
        }
    }
}

/// Spliced records are all told at the place where they stand; others count on.
fn continues(fault: &Fault, seq: u64) -> bool {
    match fault.code {
        FaultCode::Spliced => fault.seq == seq,
        _ => fault.seq.checked_add(fault.records) == Some(seq),
    }
}
