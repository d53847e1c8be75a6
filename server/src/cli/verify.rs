//! `onbeat verify`: an exported log against its hashes, signatures and receipts. Needs no server.

use std::{
    fs::{self, File},
    io::{self, BufReader, ErrorKind, Write},
    path::{Path, PathBuf},
};

use clap::Args;
use onbeat_core::record::{
    KeyFile, KeyRing, Line, Receipt, RecordError, read_lines,
    verify::{Fault, LineSummary, Notice, Place, Report, verify_reader},
};

use super::Format;

/// Faults told one by one to people.
const MAX_TOLD: usize = 20;

/// What to verify, and against what.
#[derive(Args)]
pub(super) struct VerifyArgs {
    /// A log as `onbeat export log` or a phone wrote it.
    #[arg(value_name = "FILE.ndjson")]
    file: PathBuf,
    /// The server's public keys; take them from someone you trust, not from whoever gave you the file.
    #[arg(long, value_name = "KEYS.json")]
    keys: PathBuf,
    /// Name of the first key to trust; without it, the first in the file of keys.
    #[arg(long, value_name = "KID")]
    trust: Option<String>,
    /// Receipts kept elsewhere, a line each: with them a cut end is found.
    #[arg(long, value_name = "R.ndjson")]
    receipts: Option<PathBuf>,
    /// For people, or one JSON document for programs.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Why nothing could be verified.
#[derive(Debug, thiserror::Error)]
pub(super) enum VerifyError {
    /// A file that is not there or can't be opened.
    #[error("{path}: {error}: name a file that can be read")]
    NotReadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// The disk failed in mid-file.
    #[error("{path}: reading stopped: {error}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// No KEYS.json.
    #[error("{path}: {error}: the server gives its keys under /api/v1/keys")]
    Keys {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: RecordError,
    },
    /// A line among the receipts that is none.
    #[error("{path}: item {item}: {why}: a file of receipts has a line {{\"receipt\":…}} each")]
    Receipts {
        /// The file.
        path: PathBuf,
        /// Which, from 1.
        item: usize,
        /// What is wrong with it.
        why: String,
    },
    /// Nothing in the file is a log.
    #[error("{path}: holds no log: its first line should be a certificate")]
    NotALog {
        /// The file.
        path: PathBuf,
    },
    /// The answer can't be written.
    #[error("the answer can't be written: {0}")]
    Output(#[from] io::Error),
}

impl VerifyError {
    /// 2 for bad input, 3 for the environment.
    pub(super) fn exit_code(&self) -> u8 {
        match self {
            Self::NotReadable { .. } | Self::Read { .. } | Self::Output(_) => 3,
            _ => 2,
        }
    }
}

/// Verifies and writes the answer to `out`; `false` where the verification failed.
///
/// # Errors
/// [`VerifyError`] where nothing could be verified.
pub(super) fn run(args: &VerifyArgs, out: &mut dyn Write) -> Result<bool, VerifyError> {
    let keys = read_keys(&args.keys, args.trust.as_deref())?;
    let receipts = args
        .receipts
        .as_deref()
        .map(read_receipts)
        .transpose()?
        .unwrap_or_default();
    let file = File::open(&args.file).map_err(|error| not_readable(&args.file, error))?;
    let input = BufReader::with_capacity(1 << 20, file);
    let report = verify_reader(input, &keys, &receipts).map_err(|error| match error.kind() {
        ErrorKind::IsADirectory => not_readable(&args.file, error),
        _ => VerifyError::Read {
            path: args.file.clone(),
            error,
        },
    })?;
    if report.lines.is_empty() {
        return Err(VerifyError::NotALog {
            path: args.file.clone(),
        });
    }
    match args.format {
        Format::Json => writeln!(out, "{}", serde_json::json!(report))?,
        Format::Text => write_text(&report, out)?,
    }
    Ok(report.ok)
}

fn not_readable(path: &Path, error: io::Error) -> VerifyError {
    VerifyError::NotReadable {
        path: path.into(),
        error,
    }
}

fn read_keys(path: &Path, trust: Option<&str>) -> Result<KeyRing, VerifyError> {
    let text = fs::read_to_string(path).map_err(|error| not_readable(path, error))?;
    KeyFile::parse(&text)
        .and_then(|file| KeyRing::trust(&file, trust))
        .map_err(|error| VerifyError::Keys {
            path: path.into(),
            error,
        })
}

pub(super) fn read_receipts(path: &Path) -> Result<Vec<Receipt>, VerifyError> {
    let text = fs::read_to_string(path).map_err(|error| not_readable(path, error))?;
    let read = |(index, line): (usize, Result<Line, RecordError>)| {
        let why = match line {
            Ok(Line::Receipt(receipt)) => return Ok(receipt),
            Ok(_) => "not a receipt".into(),
            Err(error) => error.to_string(),
        };
        Err(VerifyError::Receipts {
            path: path.into(),
            item: index + 1,
            why,
        })
    };
    read_lines(&text).enumerate().map(read).collect()
}

fn write_text(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for line in &report.lines {
        writeln!(out, "{}", summary(line))?;
    }
    for notice in &report.notices {
        writeln!(out, "note: {}", told(notice))?;
    }
    for fault in report.faults.iter().take(MAX_TOLD) {
        writeln!(out, "FAULT: {}", named(fault))?;
    }
    let untold = report.faults.len().saturating_sub(MAX_TOLD) as u64 + report.faults_left_off;
    if untold > 0 {
        writeln!(out, "FAULT: and {untold} more; --format json lists the first 1000")?;
    }
    match report.faults.first() {
        Some(fault) => writeln!(
            out,
            "FAILED: the first fault is {} at {}",
            fault.code.as_str(),
            record(&fault.place, fault.seq)
        ),
        None => writeln!(out, "OK"),
    }
}

fn summary(line: &LineSummary) -> String {
    let mut text = format!(
        "{} ({}): {} records to seq {}, sealed to {}, receipted to {}",
        stretch(&line.place),
        line.rep,
        line.records,
        line.seq,
        line.sealed_seq,
        line.receipted_seq
    );
    let counts = [
        (line.erased, "erased bodies"),
        (line.unreadable, "unreadable bodies"),
        (line.carried, "carried over"),
    ];
    for (count, what) in counts {
        if count > 0 {
            text.push_str(&format!(", {what}: {count}"));
        }
    }
    text
}

fn told(notice: &Notice) -> String {
    format!("{}: {}", stretch(&notice.place), notice.why)
}

fn named(fault: &Fault) -> String {
    let at = match fault.file_line {
        0 => String::new(),
        line => format!("line {line}: "),
    };
    let more = match fault.records {
        1 => String::new(),
        records => format!(" ({records} records)"),
    };
    format!(
        "{at}{}: {}{more}: {}",
        record(&fault.place, fault.seq),
        fault.code.as_str(),
        fault.why
    )
}

fn record(place: &Place, seq: u64) -> String {
    match seq {
        0 => format!("{}, certificate", stretch(place)),
        seq => format!("{}, record {seq}", stretch(place)),
    }
}

fn stretch(place: &Place) -> String {
    let branch = if place.branch.is_empty() {
        String::new()
    } else {
        format!(", branch {}", place.branch)
    };
    format!("stream {}, epoch {}{branch}", place.stream, place.epoch)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Command {
        #[command(flatten)]
        args: VerifyArgs,
    }

    const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/");

    fn verify(log: &str, keys: &str, more: &[&str]) -> (Result<bool, u8>, String) {
        let (log, keys) = (format!("{VECTORS}{log}"), format!("{VECTORS}{keys}"));
        let given = ["verify", &log, "--keys", &keys];
        let args = Command::try_parse_from(given.iter().chain(more)).unwrap().args;
        let mut out = Vec::new();
        let answer = run(&args, &mut out).map_err(|error| error.exit_code());
        (answer, String::from_utf8(out).unwrap())
    }

    #[test]
    fn a_valid_log_is_ok_and_a_forged_one_is_named() {
        let (answer, text) = verify("log.ndjson", "keys.json", &[]);
        assert_eq!(answer, Ok(true));
        assert!(text.ends_with("OK\n") && text.contains("erased bodies: 1"), "{text}");
        let (answer, text) = verify("logs/forged-changed-body.ndjson", "keys.json", &[]);
        assert_eq!(answer, Ok(false));
        assert!(
            text.contains("FAILED: the first fault is changed at") && text.contains("record 2"),
            "{text}"
        );
    }

    #[test]
    fn a_cut_tail_needs_receipts() {
        let receipts = format!("{VECTORS}logs/receipts.ndjson");
        let (answer, text) = verify("logs/forged-cut.ndjson", "keys.json", &[]);
        assert_eq!(answer, Ok(true));
        assert!(text.contains("receipted to 3"), "{text}");
        let (answer, text) = verify("logs/forged-cut.ndjson", "keys.json", &["--receipts", &receipts]);
        assert_eq!(answer, Ok(false));
        assert!(text.contains("record 4: cut"), "{text}");
    }

    #[test]
    fn programs_get_one_document() {
        let (_, text) = verify("logs/forged-removed.ndjson", "keys.json", &["--format", "json"]);
        let report: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(report["ok"], false);
        assert_eq!(report["faults"][0]["code"], "removed");
        assert_eq!(report["faults"][0]["seq"], 2);
        assert_eq!(report["lines"][0]["epoch"], 1);
    }

    #[test]
    fn bad_input_is_told_apart_from_a_failed_verification() {
        assert_eq!(verify("nowhere.ndjson", "keys.json", &[]).0, Err(3));
        assert_eq!(verify("logs", "keys.json", &[]).0, Err(3));
        assert_eq!(verify("log.ndjson", "log.ndjson", &[]).0, Err(2));
        assert_eq!(verify("keys.json", "keys.json", &[]).0, Err(2));
        assert_eq!(verify("log.ndjson", "keys.json", &["--trust", "nobody"]).0, Err(2));
        let log = format!("{VECTORS}log.ndjson");
        assert_eq!(verify("log.ndjson", "keys.json", &["--receipts", &log]).0, Err(2));
    }
}
