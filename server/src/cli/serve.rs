use std::{future::Future, io::Write, net::SocketAddr, sync::Arc, time::Duration};

use chrono::{DateTime, FixedOffset};
use clap::Args;
use sd_notify::NotifyState;
use tokio::{net::TcpListener, signal::unix, sync::oneshot, task::JoinSet, time::timeout};

use super::settings::Settings;
use crate::{
    app::App,
    clock::{Clock, DemoClock, SystemClock},
    config::Config,
    desk::{Desk, DeskError, DeskResult, base_map::BaseMap, enrol, retention, site::Site, users},
    fold, folder, log,
    metrics::Connections,
    monitor, router, serve, socket,
    tls_keys::TlsKeys,
};

/// Longest wait for the fold worker when the server stops.
const WORKER_MOST: Duration = Duration::from_secs(10);

/// The server's arguments.
#[derive(Args)]
pub(super) struct ServeArgs {
    #[command(flatten)]
    settings: Settings,
    /// At first start: marks the folder as a demo's for ever.
    #[arg(long)]
    demo: bool,
    /// On a demo's folder: the clock starts at this time (RFC 3339) and runs on from there.
    #[arg(long, value_name = "TIME")]
    demo_clock: Option<DateTime<FixedOffset>>,
}

/// Runs until SIGTERM or SIGINT.
pub(super) async fn run(args: ServeArgs) -> DeskResult<()> {
    let configured = args.settings.load()?;
    let (config, data) = (&configured.config, configured.data()?);
    log::to_stderr(&config.log)?;
    let stop = stop_signal()?;
    folder::check_database(data, config.database.is_some())?;
    folder::prepare(data, args.demo)?;
    let demo = folder::is_demo(data);
    let (clock, hand) = clock(&args, demo)?;
    let app = App::open_on(data, config.database.as_deref(), clock, demo).await?;
    app.readiness
        .allow_fold_lag(Duration::from_secs(config.ready.fold_lag_s.into()));
    let map = &config.map;
    let site = Site {
        data: data.to_owned(),
        metrics: config.metrics.listen,
        base_map: BaseMap::new(map.file.as_deref(), map.tiles.as_deref(), map.gcj02, &map.attribution)?,
    };
    let desk = Desk {
        hand,
        site: Some(Arc::new(site)),
        ..Desk::new(app)
    };
    let socket =
        socket::listen(data).map_err(|error| DeskError::environment("socket", format!("control socket: {error}")))?;
    let (listener, address) = bind(config.listen).await?;
    let bad_tls = |error: serve::TlsError| DeskError::input("bad_tls", error.to_string());
    let tls = serve::Tls::of(&config.tls, data).map_err(bad_tls)?;
    let keys = TlsKeys::of(config, tls.as_ref()).map_err(bad_tls)?;
    let url = public_url(config.public_url.as_deref(), address, tls.is_some())?;
    if url.starts_with("https://") && tls.is_none() && config.behind_proxy.is_none() {
        tracing::warn!("https needs a proxy in front: name it by --behind-proxy, or all its callers count as one");
    }
    let monitor = monitor(config, &desk).await?;
    enrol::set_url(&desk, &url).await?;
    keys.say(&desk.app).await?;
    greet(&desk, address, tls.is_some(), &url).await?;

    let (drained, done) = oneshot::channel::<()>();
    let worker = tokio::spawn(fold::run(desk.app.clone(), async { drop(done.await) }));
    let commands = tokio::spawn(socket::serve(socket, desk.clone()));
    let erasing = tokio::spawn(retention::run(desk.clone()));
    let saying = tokio::spawn(keys.keep_saying(Arc::clone(&desk.app)));
    let limits = serve::Limits {
        connections: config.limits.connections.get().into(),
        per_address: config.limits.per_address.get().into(),
        proxy: config.behind_proxy,
        ..serve::Limits::default()
    };
    let service = serve::Service {
        router: router::router(&desk, &url, &limits),
        limits,
        tls,
        counts: desk.app.metrics.connections.clone(),
    };
    let stop = async {
        stop.await;
        desk.app.readiness.stop();
        tell_systemd(NotifyState::Stopping);
    };
    tell_systemd(NotifyState::Ready);
    serve::serve(listener, service, stop).await;
    commands.abort();
    erasing.abort();
    saying.abort();
    drop((drained, monitor));
    // A day that is half folded keeps its mark: nothing is lost if the worker can't end in time.
    let _ = timeout(WORKER_MOST, worker).await;
    // The next start would take its place: this only tidies up.
    let _ = std::fs::remove_file(socket::path(data));
    tracing::info!("stopped");
    Ok(())
}

async fn bind(listen: SocketAddr) -> DeskResult<(TcpListener, SocketAddr)> {
    let cannot = |error: std::io::Error| DeskError::environment("listen", format!("{listen}: {error}"));
    let listener = TcpListener::bind(listen).await.map_err(cannot)?;
    let address = listener.local_addr().map_err(cannot)?;
    Ok((listener, address))
}

/// Serves what Prometheus reads, where that is asked for, until it is dropped.
async fn monitor(config: &Config, desk: &Desk) -> DeskResult<Option<JoinSet<()>>> {
    let Some(listen) = config.metrics.listen else {
        return Ok(None);
    };
    let (listener, address) = bind(listen).await?;
    let limits = serve::Limits::default();
    let service = serve::Service {
        router: serve::bounded(monitor::router(desk.app.clone()), &limits),
        limits,
        tls: None,
        counts: Connections::default(),
    };
    tracing::info!("metrics on http://{address}/metrics");
    let mut tasks = JoinSet::new();
    tasks.spawn(serve::serve(listener, service, std::future::pending()));
    Ok(Some(tasks))
}

/// Where systemd started it and asks to be told.
fn tell_systemd(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(%error, "systemd can't be told");
    }
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

fn public_url(given: Option<&str>, address: SocketAddr, tls: bool) -> DeskResult<String> {
    let Some(url) = given else {
        return Ok(format!("{}://{address}", if tls { "https" } else { "http" }));
    };
    if tls && !url.starts_with("https://") {
        let why = format!("--public-url {url:?}: the server speaks TLS, so write https://host");
        return Err(DeskError::input("bad_url", why));
    }
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    if rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(['#', '?', ' '])) {
        return Ok(url.trim_end_matches('/').to_owned());
    }
    let why = format!("--public-url {url:?}: write https://host or http://host:port");
    Err(DeskError::input("bad_url", why))
}

/// Tells who started it where it listens, and how to make the first admin.
async fn greet(desk: &Desk, address: SocketAddr, tls: bool, url: &str) -> DeskResult<()> {
    let scheme = if tls { "https" } else { "http" };
    let mut lines = format!("listening on {scheme}://{address}\n");
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
