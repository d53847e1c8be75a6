//! The commands, and the calls of the phone they stand for.

use onbeat_core::{
    base64url,
    phone::{Device, Phone, PhoneError},
    reading::{Fix, Reading, Stamp},
    record::{Grade, Hash},
    reference::ExceptionKind,
    rules::{presence::Cause, visit::Report},
    time::Interval,
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

/// One line of input.
#[derive(Debug, Deserialize)]
pub(super) struct Command {
    #[serde(default)]
    at: Option<Stamp>,
    #[serde(default)]
    fix: Option<Fix>,
    #[serde(flatten)]
    pub(super) call: Call,
}

impl Command {
    /// Time since boot as the command tells it.
    pub(super) fn elapsed_ms(&self) -> Option<i64> {
        self.at.as_ref().map(|at| at.elapsed_ms)
    }
}

/// What to do.
#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub(super) enum Call {
    Enrol {
        link: String,
        #[serde(default = "software")]
        grade: Grade,
    },
    Sync,
    Fix,
    SignIn {
        note: String,
    },
    CheckIn {
        customer: String,
        purpose: String,
    },
    CheckOut {
        visit: String,
    },
    Report {
        report: Report,
    },
    Photo {
        visit: String,
        bytes_b64: String,
        media_type: String,
    },
    Still {
        from_elapsed_ms: i64,
        to_elapsed_ms: i64,
    },
    Cause {
        cause: Cause,
    },
    BreakStart,
    BreakEnd,
    PrivateStart,
    PrivateEnd,
    Reason {
        from_ms: i64,
        to_ms: i64,
        reason: ExceptionKind,
        note: String,
    },
    Answer {
        finding: Hash,
        text: String,
    },
    Appeal {
        finding: Hash,
        text: String,
    },
    Explain {
        finding: Hash,
    },
    Customers {
        #[serde(default)]
        search: String,
    },
    Today,
    Day {
        day: String,
    },
    Records {
        day: String,
    },
    Looks,
    Export,
    Diagnosis,
    State,
    Exit,
}

fn software() -> Grade {
    Grade::Software
}

/// Why a command was not done.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) code: String,
    pub(super) message: String,
}

impl Fault {
    fn new(code: &str, message: impl ToString) -> Self {
        Self {
            code: code.into(),
            message: message.to_string(),
        }
    }

    /// A line that is no command.
    pub(super) fn unread(error: &serde_json::Error) -> Self {
        Self::new("bad_command", error)
    }
}

impl From<PhoneError> for Fault {
    fn from(error: PhoneError) -> Self {
        Self::new(&error.code(), &error)
    }
}

/// Does one command.
pub(super) fn perform(phone: &Phone, runtime: &Runtime, command: Command) -> Result<Value, Fault> {
    let Command { at, fix, call } = command;
    match &call {
        Call::Exit => return Ok(json!({})),
        Call::Enrol { link, grade } => {
            phone.enrol(link, *grade, &device())?;
            return state(phone);
        }
        Call::State => return state(phone),
        Call::Looks => return value(&phone.looks()?),
        Call::Export => return Ok(json!({"ndjson": phone.export_own()?})),
        Call::Diagnosis => return value(&phone.diagnosis()?),
        Call::Records { day } => return Ok(json!({"records": phone.records(day)?})),
        _ => {}
    }
    let at = at.ok_or_else(|| Fault::new("bad_command", "this command needs `at`"))?;
    timed(phone, runtime, &Reading { at, fix }, call)
}

/// The calls that happen at a moment.
fn timed(phone: &Phone, runtime: &Runtime, reading: &Reading, call: Call) -> Result<Value, Fault> {
    let at = &reading.at;
    match call {
        Call::Sync => return value(&runtime.block_on(phone.sync(at.clone()))?),
        Call::Fix => return value(&phone.on_fix(reading)?),
        Call::SignIn { note } => return value(&phone.sign_in(reading, note)?.sign_in),
        Call::CheckIn { customer, purpose } => {
            return Ok(json!({"visit": phone.check_in(reading, customer, purpose)?}));
        }
        Call::Photo {
            visit,
            bytes_b64,
            media_type,
        } => {
            let bytes = base64url::decode(&bytes_b64).map_err(|error| Fault::new("bad_command", error))?;
            let blob = phone.add_photo(reading, visit, &bytes, &media_type)?;
            return Ok(json!({"blob": blob}));
        }
        Call::Today => return value(&phone.today(at)?),
        Call::Day { day } => return value(&phone.day(at, &day)?),
        Call::Customers { search } => return value(&phone.customers(reading, &search)?),
        Call::Explain { finding } => return value(&phone.explain(at, &finding)?),
        Call::CheckOut { visit } => phone.check_out(reading, &Report::empty(visit))?,
        Call::Report { report } => phone.save_report(reading, &report)?,
        Call::Still {
            from_elapsed_ms,
            to_elapsed_ms,
        } => phone.on_still(at, from_elapsed_ms, to_elapsed_ms)?,
        Call::Cause { cause } => phone.cause(at, cause)?,
        Call::BreakStart => phone.break_start(at)?,
        Call::BreakEnd => phone.break_end(at)?,
        Call::PrivateStart => phone.private_start(at)?,
        Call::PrivateEnd => phone.private_end(at)?,
        Call::Reason {
            from_ms,
            to_ms,
            reason,
            note,
        } => phone.give_reason(at, Interval { from_ms, to_ms }, reason, note)?,
        Call::Answer { finding, text } => phone.answer(at, &finding, text)?,
        Call::Appeal { finding, text } => phone.appeal(at, &finding, text)?,
        _ => return Err(Fault::new("bad_command", "this command happens at no moment")),
    }
    Ok(json!({}))
}

fn state(phone: &Phone) -> Result<Value, Fault> {
    Ok(json!({"heads": phone.heads()?, "receipts": phone.receipts()?}))
}

fn value(view: &impl serde::Serialize) -> Result<Value, Fault> {
    serde_json::to_value(view).map_err(|error| Fault::new("bad_view", error))
}

fn device() -> Device {
    Device {
        platform: "player".into(),
        model: std::env::consts::OS.into(),
        app: env!("CARGO_PKG_VERSION").into(),
    }
}
