//! The commands. All but `serve`, `config`, `tls-pin`, `doctor`, `backup`, `restore`, `move`, `judge` and `verify` are one
//! [`crate::desk::Command`]: carried out by the server that runs on the data folder, else on the folder (and its
//! database) itself.

mod backup;
mod client;
mod config;
mod doctor;
mod duties;
mod enrol;
mod erase;
mod export;
mod import;
pub mod judge;
mod phones;
mod rejudge;
mod relocate;
mod restore;
mod retention;
mod serve;
mod settings;
mod tls_pin;
mod user;
mod verify;

use std::{
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use serde_json::Value;

use crate::{
    desk::{DeskError, DeskResult, Fault},
    keeping::Tally,
};

/// Records customer visits fairly: who may be where and when, and a provable account of the day.
#[derive(Parser)]
#[command(name = "onbeat", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server on a data folder.
    Serve(serve::ServeArgs),
    /// Show what the server would run by, and where each value comes from.
    Config(config::ConfigArgs),
    /// Say what is wrong, and how to mend it; beside the running server or without one.
    Doctor(doctor::DoctorArgs),
    /// Say the pin of a TLS key, for tls.pins in the configuration.
    TlsPin(tls_pin::TlsPinArgs),
    /// Import districts, customers, users, a calendar or a policy.
    Import(import::ImportArgs),
    /// Export logs, keys, visits or days.
    Export(export::ExportArgs),
    /// Manage who logs in.
    User(user::UserArgs),
    /// Record what an employer owes before anyone's position is recorded.
    Duties(duties::DutiesArgs),
    /// Make a one-time code for a rep's phone.
    Enrol(enrol::EnrolArgs),
    /// List phones, or revoke a lost one.
    Phones(phones::PhonesArgs),
    /// Judge days of the past anew after a correction: it may ease, and only proposes what would burden.
    Rejudge(rejudge::RejudgeArgs),
    /// Erase places for good; the logs still check.
    Erase(erase::EraseArgs),
    /// Erase what is past its time by the policy, as the running server does daily.
    Retention(retention::RetentionArgs),
    /// Write all that a server keeps into one file, also while it runs.
    Backup(backup::BackupArgs),
    /// Restore a backup into an empty folder or database, and verify every log in it.
    Restore(restore::RestoreArgs),
    /// Copy a stopped server's data to a PostgreSQL database, or back into a folder.
    Move(relocate::MoveArgs),
    /// Judge a recorded track against districts, without a server.
    Judge(judge::JudgeArgs),
    /// Verify an exported log without a server.
    Verify(verify::VerifyArgs),
}

/// Stands below the help of every command.
const EXIT_CODES: &str = "Exit codes: 0 done, 1 verification failed or something is wrong, 2 bad input, 3 the environment (folder, port, disk).";

/// Threads for what takes long: the store's readers, hashing, folding. More would only cost memory, since each
/// keeps some of what it freed.
const BLOCKING_THREADS: usize = 4;

/// Where the data is.
#[derive(Args, Clone)]
struct Place {
    /// The server's data folder.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    #[allow(rustdoc::bare_urls)]
    /// The PostgreSQL database that the folder's server was told; not needed where it runs.
    #[arg(long, value_name = "URL", env = "ONBEAT_DATABASE", hide_env_values = true)]
    database: Option<String>,
}

/// Where the data is, and how to answer.
#[derive(Args, Clone)]
struct Common {
    #[command(flatten)]
    place: Place,
    /// For people, or one JSON document for programs.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

/// Reads the command line and does what it says.
pub fn main() -> ExitCode {
    let matches = telling_exit_codes(Cli::command()).try_get_matches();
    let cli = match matches.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => {
            let code = if error.use_stderr() { 2 } else { 0 };
            // A closed pipe is no reason to fail.
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(BLOCKING_THREADS)
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return failed(&DeskError::environment("runtime", error.to_string()), Format::Text),
    };
    runtime.block_on(run(cli.command))
}

fn telling_exit_codes(command: clap::Command) -> clap::Command {
    command.after_help(EXIT_CODES).mut_subcommands(telling_exit_codes)
}

async fn run(command: Command) -> ExitCode {
    let (done, format) = match command {
        Command::Serve(args) => (serve::run(args).await, Format::Text),
        Command::Config(args) => (config::run(&args), args.format),
        Command::TlsPin(args) => (tls_pin::run(&args), args.format),
        Command::Import(args) => (import::run(&args).await, args.format()),
        Command::Export(args) => (export::run(&args).await, args.format()),
        Command::User(args) => (user::run(&args).await, args.format()),
        Command::Duties(args) => (duties::run(&args).await, args.format()),
        Command::Enrol(args) => (enrol::run(&args).await, args.common.format),
        Command::Phones(args) => (phones::run(&args).await, args.format()),
        Command::Rejudge(args) => (rejudge::run(&args).await, args.format()),
        Command::Erase(args) => (erase::run(&args).await, args.format()),
        Command::Backup(args) => (backup::run(&args).await, args.format()),
        Command::Restore(args) => (restore::run(&args).await, args.format()),
        Command::Move(args) => (relocate::run(&args).await, args.format()),
        Command::Retention(args) => (retention::run(&args).await, args.common.format),
        Command::Doctor(args) => return doctor(&args).await,
        Command::Judge(args) => return judge(&args),
        Command::Verify(args) => return verify(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error, format),
    }
}

async fn doctor(args: &doctor::DoctorArgs) -> ExitCode {
    match doctor::run(args).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => failed(&error, args.format),
    }
}

fn judge(args: &judge::JudgeArgs) -> ExitCode {
    match judge::run(args, &mut std::io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("onbeat: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}

fn verify(args: &verify::VerifyArgs) -> ExitCode {
    match verify::run(args, &mut std::io::stdout().lock()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("onbeat: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}

/// Says what went wrong, on stderr, and answers the exit code.
fn failed(error: &DeskError, format: Format) -> ExitCode {
    if format == Format::Json {
        eprintln!("{}", serde_json::json!({ "error": error }));
    } else {
        eprintln!("onbeat: {}", error.message);
        for row in &error.rows {
            let line = if row.row == 0 {
                String::new()
            } else {
                format!("line {}: ", row.row)
            };
            let column = if row.column.is_empty() {
                String::new()
            } else {
                format!("{}: ", row.column)
            };
            eprintln!("  {line}{column}{}", row.message);
        }
    }
    match error.fault {
        Fault::Altered => ExitCode::from(1),
        Fault::Busy | Fault::Environment => ExitCode::from(3),
        _ => ExitCode::from(2),
    }
}

/// Says an answer, on stdout: as it is to programs, by `say` to people.
fn say(format: Format, answer: &Value, say: impl FnOnce(&Value) -> String) -> DeskResult<()> {
    let text = match format {
        Format::Json => answer.to_string(),
        Format::Text => say(answer),
    };
    let text = text.trim_end();
    if text.is_empty() {
        return Ok(());
    }
    writeln!(std::io::stdout(), "{text}").or_else(closed_pipe)
}

/// Who reads no further has what he wanted.
fn closed_pipe(error: std::io::Error) -> DeskResult<()> {
    match error.kind() {
        ErrorKind::BrokenPipe => Ok(()),
        _ => Err(DeskError::environment(
            "output",
            format!("the output can't be written: {error}"),
        )),
    }
}

/// A file that was named, as text.
fn read_bytes(path: &Path) -> DeskResult<Vec<u8>> {
    std::fs::read(path).map_err(|error| DeskError::environment("no_file", format!("{}: {error}", path.display())))
}

/// A field of an answer, as people read it.
fn text<'a>(answer: &'a Value, field: &str) -> &'a str {
    answer[field].as_str().unwrap_or_default()
}

/// What a backup or a store holds, as people read it.
fn held(holds: &Tally) -> String {
    let count = |kind| holds.count(kind);
    format!(
        "{} records of {} streams, {} documents, {} views and {} blobs ({} MB)",
        count("records"),
        holds.streams,
        count("documents"),
        count("views"),
        count("blobs"),
        holds.bytes.div_ceil(1_000_000),
    )
}

/// The texts of a list, joined.
fn list(answer: &Value) -> String {
    let items = answer.as_array().into_iter().flatten();
    items.filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        super::telling_exit_codes(super::Cli::command()).debug_assert();
    }
}
