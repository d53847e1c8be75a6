use clap::Args;
use serde_json::{Value, json};

use super::{Format, Place, client::Client, say, settings::Settings};
use crate::{
    clock::{Clock, SystemClock},
    config::Log,
    desk::{Command, DeskError, DeskResult, condition::Condition},
    doctor::{self, Trouble},
    keeping, log, socket,
};

/// What the server runs by.
#[derive(Args)]
pub(super) struct DoctorArgs {
    #[command(flatten)]
    settings: Settings,
    /// For people, or one JSON document for programs.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
}

/// Says what is wrong and how to mend it; false: something is.
pub(super) async fn run(args: &DoctorArgs) -> DeskResult<bool> {
    log::to_stderr(&Log::default())?;
    let configured = args.settings.load()?;
    let (config, data) = (&configured.config, configured.data()?);
    // A server that runs knows where its data are; its password may be root's alone to read.
    let running = socket::connect(data).await.is_some();
    let mut facts = doctor::gather(config, data, running, SystemClock.now_ms())?;
    let place = Place {
        data: data.to_owned(),
        database: config.database.clone(),
    };
    match condition(&place, running).await {
        Ok((running, condition)) => (facts.running, facts.data) = (running, Ok(condition)),
        Err(error) => facts.data = Err(error.message),
    }
    let troubles = doctor::examine(&facts);
    let ok = troubles.iter().all(Trouble::is_notice);
    let answer = json!({ "ok": ok, "troubles": troubles.iter().map(document).collect::<Vec<_>>() });
    say(args.format, &answer, |_| told(&troubles))?;
    Ok(ok)
}

/// Asks the running server, else opens the data. Looking changes nothing: what an older onbeat wrote is left to the next
/// server that starts.
async fn condition(place: &Place, running: bool) -> DeskResult<(bool, Condition)> {
    if !running {
        let stands = keeping::Place::of(&place.data, place.database.as_deref());
        stands.check_schema().await?;
    }
    let mut client = Client::open(place).await?;
    let answer = client.ask(Command::Condition).await?;
    let condition = serde_json::from_value(answer)
        .map_err(|error| DeskError::environment("gone", format!("the server answered something else: {error}")))?;
    Ok((matches!(client, Client::Server(_)), condition))
}

fn document(trouble: &Trouble) -> Value {
    let (what, mend) = trouble.said();
    let mut document = json!(trouble);
    document["notice"] = json!(trouble.is_notice());
    document["what"] = json!(what);
    document["mend"] = json!(mend);
    document
}

fn told(troubles: &[Trouble]) -> String {
    if troubles.is_empty() {
        return "nothing is wrong".into();
    }
    let line = |trouble: &Trouble| {
        let (what, mend) = trouble.said();
        let mark = if trouble.is_notice() { "note" } else { "wrong" };
        format!("{mark}: {what}\n  {mend}\n")
    };
    troubles.iter().map(line).collect()
}
