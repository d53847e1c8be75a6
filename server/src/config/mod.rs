//! What the server is told before it starts: by a file, by the environment, by flags. The later one wins.
//!
//! Keys are written with dots here (`tls.acme.domains`), as tables in the file, in capitals in the environment
//! (`ONBEAT_TLS_ACME_DOMAINS`), with dashes as flags (`--public-url`).

mod layer;
mod shown;

#[cfg(test)]
mod tests;

use std::{
    net::{IpAddr, SocketAddr},
    num::NonZeroU16,
    path::{Path, PathBuf},
};

use clap::ValueEnum;
use figment::{
    Figment,
    value::{Dict, Value},
};
use onbeat_core::record::Pin;
use serde::{Deserialize, Serialize};

pub use shown::{Shown, shown};

use crate::desk::{DeskError, DeskResult};
use layer::Layer;

/// All that can be configured. A key that does not stand here is refused.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// The data folder; made if it is not there.
    pub data: Option<PathBuf>,
    /// A PostgreSQL database for everything but the keys; none: the folder. It may hold a password.
    pub database: Option<String>,
    /// Address and port; port 0 takes a free one.
    pub listen: SocketAddr,
    /// How phones and browsers reach the server; none: as it listens.
    pub public_url: Option<String>,
    /// The proxy in front, whose `X-Forwarded-For` says who calls.
    pub behind_proxy: Option<IpAddr>,
    /// How much is taken on at once.
    pub limits: Limits,
    /// What is written of what happens.
    pub log: Log,
    /// What lies under the maps of the pages.
    pub map: Map,
    /// What Prometheus reads.
    pub metrics: Metrics,
    /// When the server says it is not ready.
    pub ready: Ready,
    /// How connections are secured; nothing: not at all.
    pub tls: Tls,
}

/// How much is taken on at once.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Connections, and running requests.
    pub connections: NonZeroU16,
    /// Of one address, which an office or a network operator's city may share.
    pub per_address: NonZeroU16,
}

impl Default for Limits {
    fn default() -> Self {
        let most = |number| NonZeroU16::new(number).unwrap_or(NonZeroU16::MAX);
        Self {
            connections: most(4096),
            per_address: most(64),
        }
    }
}

/// What is written of what happens.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default)]
pub struct Log {
    /// For people, or for programs.
    pub format: LogFormat,
    /// How much, as `tracing_subscriber::EnvFilter` reads it: `info`, `info,onbeat::fold=debug`.
    pub level: String,
}

/// What lies under the maps of the pages; nothing: districts alone.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Map {
    /// A PMTiles file, which browsers get from this server.
    pub file: Option<PathBuf>,
    /// Or images of another server, which browsers get there: `https://tiles.example.com/{z}/{x}/{y}.png`.
    pub tiles: Option<String>,
    /// It is in GCJ-02: places are shifted in the browser to lie right on it, and stored as they are.
    pub gcj02: bool,
    /// Whose map it is, shown on it.
    pub attribution: String,
}

/// What Prometheus reads.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Metrics {
    /// Where `/metrics` is served; none: nowhere. Whoever reaches it reads it.
    pub listen: Option<SocketAddr>,
}

/// When the server says it is not ready.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default)]
pub struct Ready {
    /// Views are further behind than this, seconds.
    pub fold_lag_s: u32,
}

impl Default for Ready {
    fn default() -> Self {
        Self { fold_lag_s: 300 }
    }
}

/// How connections are secured.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Tls {
    /// PEM: the certificate, then those that vouch for it. Looked at every minute.
    pub certificate: Option<PathBuf>,
    /// PEM: its private key.
    pub key: Option<PathBuf>,
    /// Or a certificate authority is asked for one.
    pub acme: Acme,
    /// Keys that phones may be shown beside the own: the next one, a proxy's.
    pub pins: Vec<Pin>,
}

/// Certificates by ACME (RFC 8555), TLS-ALPN-01 on the port the server listens on, which must be 443 outside.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default)]
pub struct Acme {
    /// Names to be certified; none: no ACME.
    pub domains: Vec<String>,
    /// Mail addresses that the authority writes to.
    pub contact: Vec<String>,
    /// The authority's directory.
    pub directory: String,
    /// PEM: roots that the authority itself is trusted by; none: those of browsers.
    pub roots: Option<PathBuf>,
}

impl Default for Acme {
    fn default() -> Self {
        Self {
            domains: Vec::new(),
            contact: Vec::new(),
            directory: "https://acme-v02.api.letsencrypt.org/directory".into(),
            roots: None,
        }
    }
}

/// How a line of the log looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// Text on a terminal, else JSON.
    Auto,
    /// Text.
    Text,
    /// One JSON object a line.
    Json,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: None,
            database: None,
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_url: None,
            behind_proxy: None,
            limits: Limits::default(),
            log: Log::default(),
            map: Map::default(),
            metrics: Metrics::default(),
            ready: Ready::default(),
            tls: Tls::default(),
        }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self {
            format: LogFormat::Auto,
            // Each step of a schema, at the first start of each folder: of no use to who did not ask.
            level: "info,refinery_core=warn".into(),
        }
    }
}

/// A configuration, and where each of its values came from.
pub struct Configured {
    /// What is in force.
    pub config: Config,
    layers: Figment,
}

/// Puts the layers together: defaults, the file, the environment, the flags (as a table of keys).
///
/// # Errors
/// A file that can't be read, unknown keys (all of them, with where they stand), values of the wrong kind.
pub fn load(file: Option<&Path>, environment: &[(String, String)], flags: &impl Serialize) -> DeskResult<Configured> {
    let defaults = Layer::defaults();
    let keys = keys(&defaults.dict);
    let mut layers = vec![defaults];
    if let Some(path) = file {
        layers.push(Layer::file(path)?);
    }
    layers.push(Layer::environment(environment, &keys));
    layers.push(Layer::flags(flags));
    refuse_unknown(&layers, &keys)?;
    let layers = layers.into_iter().fold(Figment::new(), Figment::merge);
    match layers.extract::<Config>() {
        Ok(config) => Ok(Configured { config, layers }),
        Err(error) => Err(DeskError::input("bad_config", format!("configuration: {error}"))),
    }
}

impl Configured {
    /// The data folder, which has no default.
    ///
    /// # Errors
    /// `no_data` if none is named.
    pub fn data(&self) -> DeskResult<&Path> {
        let why = "name the data folder: --data DIR, ONBEAT_DATA, or data = \"DIR\" in the configuration's file";
        self.config
            .data
            .as_deref()
            .ok_or_else(|| DeskError::input("no_data", why))
    }
}

fn refuse_unknown(layers: &[Layer], known: &[String]) -> DeskResult<()> {
    let unknown = |layer: &Layer| {
        let found = keys(&layer.dict).into_iter().filter(|key| !known.contains(key));
        found
            .map(|key| format!("{} ({})", key, (layer.named)(&key)))
            .collect::<Vec<_>>()
    };
    let unknown: Vec<String> = layers.iter().flat_map(unknown).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let why = format!(
        "configuration: unknown: {}; known are {}",
        unknown.join(", "),
        known.join(", ")
    );
    Err(DeskError::input("unknown_key", why))
}

/// The keys of all values, with dots.
fn keys(dict: &Dict) -> Vec<String> {
    let of = |(key, value): (&String, &Value)| match value {
        Value::Dict(_, inner) => keys(inner).iter().map(|inner| format!("{key}.{inner}")).collect(),
        _ => vec![key.clone()],
    };
    dict.iter().flat_map(of).collect()
}
