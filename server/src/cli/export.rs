use std::{
    fs::File,
    io::{BufWriter, Write},
    path::PathBuf,
};

use chrono::NaiveDate;
use clap::{ArgGroup, Args, Subcommand};

use super::{Format, Place, client::Client, closed_pipe};
use crate::desk::{
    Command, DeskError, DeskResult,
    export::{Export, Page},
};

/// What to export.
#[derive(Args)]
pub(super) struct ExportArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// A log as its bytes, for `onbeat verify`.
    #[command(group = ArgGroup::new("whose").required(true).args(["stream", "rep", "desk"]))]
    Log {
        /// One phone's.
        #[arg(long)]
        stream: Option<String>,
        /// All phones' of a rep.
        #[arg(long)]
        rep: Option<String>,
        /// The desk's own.
        #[arg(long)]
        desk: bool,
        #[command(flatten)]
        out: Out,
    },
    /// The server's public keys (KEYS.json).
    Keys {
        #[command(flatten)]
        out: Out,
    },
    /// Visits, a line each.
    Visits {
        #[command(flatten)]
        range: Range,
        #[command(flatten)]
        out: Out,
    },
    /// Days with their spans and counts, a line each.
    Days {
        #[command(flatten)]
        range: Range,
        #[command(flatten)]
        out: Out,
    },
}

#[derive(Args)]
struct Range {
    /// First day.
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: Option<NaiveDate>,
    /// Last day.
    #[arg(long, value_name = "YYYY-MM-DD")]
    to: Option<NaiveDate>,
}

#[derive(Args)]
struct Out {
    #[command(flatten)]
    place: Place,
    /// A file instead of standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Tables as CSV, or as a JSON object a line. Logs and keys have their own form.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

impl Out {
    fn sink(&self) -> DeskResult<Box<dyn Write>> {
        let Some(path) = &self.out else {
            return Ok(Box::new(std::io::stdout()));
        };
        let file = File::create(path)
            .map_err(|error| DeskError::environment("output", format!("{}: {error}", path.display())))?;
        Ok(Box::new(BufWriter::new(file)))
    }
}

impl ExportArgs {
    fn out(&self) -> &Out {
        match &self.what {
            What::Log { out, .. } | What::Keys { out } | What::Visits { out, .. } | What::Days { out, .. } => out,
        }
    }

    pub(super) fn format(&self) -> Format {
        self.out().format
    }

    fn export(&self) -> Export {
        let csv = self.format() == Format::Text;
        match &self.what {
            What::Log { stream, rep, .. } => Export::Log {
                stream: stream.clone(),
                rep: rep.clone(),
            },
            What::Keys { .. } => Export::Keys,
            What::Visits { range, .. } => Export::Visits {
                from: range.from,
                to: range.to,
                csv,
            },
            What::Days { range, .. } => Export::Days {
                from: range.from,
                to: range.to,
                csv,
            },
        }
    }
}

/// Writes page after page. What is refused leaves a file that was there alone.
pub(super) async fn run(args: &ExportArgs) -> DeskResult<()> {
    let mut client = Client::open(&args.out().place).await?;
    let mut page = ask(&mut client, args.export(), None).await?;
    let mut sink = args.out().sink()?;
    loop {
        if let Err(error) = sink.write_all(page.text.as_bytes()) {
            return closed_pipe(error);
        }
        match page.next {
            Some(next) => page = ask(&mut client, args.export(), Some(next)).await?,
            None => return sink.flush().or_else(closed_pipe),
        }
    }
}

async fn ask(client: &mut Client, what: Export, after: Option<String>) -> DeskResult<Page> {
    let answer = client.ask(Command::Export { what, after }).await?;
    serde_json::from_value(answer)
        .map_err(|error| DeskError::environment("gone", format!("the server answered something else: {error}")))
}
