use std::{
    future::Future,
    io::Write,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, FixedOffset};
use clap::Args;
use tokio::{net::TcpListener, signal::unix, sync::oneshot, time::timeout};

use crate::{
    app::App,
    clock::{Clock, DemoClock, SystemClock},
    desk::{Desk, DeskError, DeskResult, enrol, users},
    fold, folder, router, serve, socket,
};

/// Longest wait for the fold worker when the server stops.
const WORKER_MOST: Duration = Duration::from_secs(10);

/// The server's arguments.
#[derive(Args)]
pub(super) struct ServeArgs {
    /// The data folder; made if it is not there.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    #[allow(rustdoc::bare_urls)]
    /// Keep everything but the keys in a PostgreSQL database: postgres://user@host/name. Several servers may share it.
    #[arg(long, value_name = "URL", env = "ONBEAT_DATABASE", hide_env_values = true)]
    database: Option<String>,
    /// Address and port; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    // Shown as help, where an address is only text.
    #[allow(rustdoc::bare_urls)]
    /// How phones and browsers reach the server, such as https://onbeat.example.com; with https,
    /// cookies are sent over TLS only.
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// The TLS proxy in front: its `X-Forwarded-For` says who calls. Without it the header is nobody's word, and
    /// everybody whom a proxy asks for counts as one caller.
    #[arg(long, value_name = "IP")]
    behind_proxy: Option<IpAddr>,
    /// At first start: marks the folder as a demo's for ever.
    #[arg(long)]
    demo: bool,
    /// On a demo's folder: the clock starts at this time (RFC 3339) and runs on from there.
    #[arg(long, value_name = "TIME")]
    demo_clock: Option<DateTime<FixedOffset>>,
}

/// Runs until SIGTERM or SIGINT.
pub(super) async fn run(args: ServeArgs) -> DeskResult<()> {
    log_to_stderr();
    let stop = stop_signal()?;
    folder::check_database(&args.data, args.database.is_some())?;
    folder::prepare(&args.data, args.demo)?;
    let demo = folder::is_demo(&args.data);
    let (clock, hand) = clock(&args, demo)?;
    let app = App::open_on(&args.data, args.database.as_deref(), clock, demo).await?;
    let desk = Desk { hand, ..Desk::new(app) };
    let socket = socket::listen(&args.data)
        .map_err(|error| DeskError::environment("socket", format!("control socket: {error}")))?;
    let cannot = |error: std::io::Error| DeskError::environment("listen", format!("{}: {error}", args.listen));
    let listener = TcpListener::bind(args.listen).await.map_err(cannot)?;
    let address = listener.local_addr().map_err(cannot)?;
    let url = public_url(args.public_url.as_deref(), address)?;
    if url.starts_with("https://") && args.behind_proxy.is_none() {
        tracing::warn!("https needs a proxy in front: name it by --behind-proxy, or all its callers count as one");
    }
    enrol::set_url(&desk, &url).await?;
    greet(&desk, address, &url).await?;

    let (drained, done) = oneshot::channel::<()>();
    let worker = tokio::spawn(fold::run(desk.app.clone(), async { drop(done.await) }));
    let commands = tokio::spawn(socket::serve(socket, desk.clone()));
    let limits = serve::Limits {
        proxy: args.behind_proxy,
        ..serve::Limits::default()
    };
    serve::serve(listener, router::router(&desk, &url, &limits), limits, stop).await;
    commands.abort();
    drop(drained);
    // A day that is half folded keeps its mark: nothing is lost if the worker can't end in time.
    let _ = timeout(WORKER_MOST, worker).await;
    // The next start would take its place: this only tidies up.
    let _ = std::fs::remove_file(socket::path(&args.data));
    tracing::info!("stopped");
    Ok(())
}

/// The clock, and for a demo the hand that sets it.
type ClockAndHand = (Arc<dyn Clock>, Option<Arc<DemoClock>>);

fn clock(args: &ServeArgs, demo: bool) -> DeskResult<ClockAndHand> {
    match args.demo_clock {
        None => Ok((Arc::new(SystemClock), None)),
        Some(_) if !demo => {
            let why = "--demo-clock works only on a folder made by serve --demo: a real day has the real time";
            Err(DeskError::input("not_a_demo", why))
        }
        Some(start) => {
            let clock = Arc::new(DemoClock::starting_at(start.timestamp_millis()));
            Ok((clock.clone(), Some(clock)))
        }
    }
}

fn public_url(given: Option<&str>, address: SocketAddr) -> DeskResult<String> {
    let Some(url) = given else {
        return Ok(format!("http://{address}"));
    };
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    if rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(['#', '?', ' '])) {
        return Ok(url.trim_end_matches('/').to_owned());
    }
    let why = format!("--public-url {url:?}: write https://host or http://host:port");
    Err(DeskError::input("bad_url", why))
}

/// Tells who started it where it listens, and how to make the first admin.
async fn greet(desk: &Desk, address: SocketAddr, url: &str) -> DeskResult<()> {
    let mut lines = format!("listening on http://{address}\n");
    if let Some(code) = users::setup_code(desk).await? {
        lines += &format!(
            "set up the first admin (this link works once): {url}/setup#{}\n",
            code.reveal()
        );
    }
    let mut out = std::io::stdout();
    // A parent that closed our stdout still wants the server.
    let _ = out.write_all(lines.as_bytes()).and_then(|()| out.flush());
    Ok(())
}

fn stop_signal() -> DeskResult<impl Future<Output = ()>> {
    let failed = |error: std::io::Error| DeskError::environment("signals", error.to_string());
    let mut term = unix::signal(unix::SignalKind::terminate()).map_err(failed)?;
    let mut interrupt = unix::signal(unix::SignalKind::interrupt()).map_err(failed)?;
    Ok(async move {
        tokio::select! {
            _ = term.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Logs are lines of JSON on stderr; `RUST_LOG` says how much.
fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let log = tracing_subscriber::fmt()
        .json()
        .with_span_list(false)
        .with_env_filter(filter);
    // Set once a process: a second call would only repeat it.
    let _ = log.with_writer(std::io::stderr).try_init();
}
