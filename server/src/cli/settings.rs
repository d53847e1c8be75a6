use std::{
    env,
    net::{IpAddr, SocketAddr},
    num::NonZeroU16,
    path::PathBuf,
};

use clap::Args;
use serde::Serialize;

use crate::{
    config::{self, Configured, LogFormat},
    desk::DeskResult,
};

/// The configuration's file, and flags that go before what stands in it. Their fields are named as its keys.
#[derive(Args, Serialize)]
pub(super) struct Settings {
    /// Configuration, TOML; the environment (ONBEAT_LISTEN) goes before it, flags before both.
    #[arg(long, value_name = "FILE", env = "ONBEAT_CONFIG")]
    #[serde(skip)]
    config: Option<PathBuf>,
    /// The data folder; made if it is not there.
    #[arg(long, value_name = "DIR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<PathBuf>,
    #[allow(rustdoc::bare_urls)]
    /// Keep everything but the keys in a PostgreSQL database: postgres://user@host/name. Several servers may share it.
    #[arg(long, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    database: Option<String>,
    /// Address and port; port 0 takes a free one. [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    listen: Option<SocketAddr>,
    // Shown as help, where an address is only text.
    #[allow(rustdoc::bare_urls)]
    /// How phones and browsers reach the server, such as https://onbeat.example.com; with https,
    /// cookies are sent over TLS only.
    #[arg(long, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    public_url: Option<String>,
    /// The TLS proxy in front: its `X-Forwarded-For` says who calls. Without it the header is nobody's word, and
    /// everybody whom a proxy asks for counts as one caller.
    #[arg(long, value_name = "IP")]
    #[serde(skip_serializing_if = "Option::is_none")]
    behind_proxy: Option<IpAddr>,
    #[command(flatten)]
    limits: LimitSettings,
    #[command(flatten)]
    log: LogSettings,
    #[command(flatten)]
    map: MapSettings,
    #[command(flatten)]
    metrics: MetricsSettings,
    #[command(flatten)]
    ready: ReadySettings,
    #[command(flatten)]
    tls: TlsSettings,
}

#[derive(Args, Serialize)]
struct LimitSettings {
    /// Connections, and running requests, at once. [default: 4096]
    #[arg(id = "limits.connections", long = "limits-connections", value_name = "COUNT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    connections: Option<NonZeroU16>,
    /// Those of one address, which an office or a network operator's city may share. [default: 64]
    #[arg(id = "limits.per_address", long = "limits-per-address", value_name = "COUNT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    per_address: Option<NonZeroU16>,
}

#[derive(Args, Serialize)]
struct LogSettings {
    /// How a line of the log looks. [default: text on a terminal, else JSON]
    #[arg(id = "log.format", long = "log-format", value_name = "FORMAT", value_enum)]
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<LogFormat>,
    /// How much is logged, such as info or info,onbeat::fold=debug.
    #[arg(id = "log.level", long = "log-level", value_name = "LEVEL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<String>,
}

#[derive(Args, Serialize)]
struct MapSettings {
    /// A PMTiles file under the maps of the pages. [default: districts alone]
    #[arg(id = "map.file", long = "map-file", value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<PathBuf>,
    #[allow(rustdoc::bare_urls)]
    /// Or images of another server, such as https://tiles.example.com/{z}/{x}/{y}.png; browsers fetch them there.
    #[arg(id = "map.tiles", long = "map-tiles", value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    tiles: Option<String>,
    /// That map is in GCJ-02: places are shifted in the browser to lie right on it, and stored as they are.
    #[arg(id = "map.gcj02", long = "map-gcj02", value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    #[serde(skip_serializing_if = "Option::is_none")]
    gcj02: Option<bool>,
    /// Whose map it is, shown on it.
    #[arg(id = "map.attribution", long = "map-attribution", value_name = "TEXT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    attribution: Option<String>,
}

#[derive(Args, Serialize)]
struct MetricsSettings {
    /// Serve /metrics here, for Prometheus; whoever reaches it reads it. [default: nowhere]
    #[arg(id = "metrics.listen", long = "metrics-listen", value_name = "ADDRESS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    listen: Option<SocketAddr>,
}

#[derive(Args, Serialize)]
struct ReadySettings {
    /// Not ready (/readyz) while views are further behind than this. [default: 300]
    #[arg(id = "ready.fold_lag_s", long = "ready-fold-lag-s", value_name = "S")]
    #[serde(skip_serializing_if = "Option::is_none")]
    fold_lag_s: Option<u32>,
}

#[derive(Args, Serialize)]
struct TlsSettings {
    /// Speak TLS by this certificate (PEM, with those that vouch for it); looked at every minute.
    #[arg(
        id = "tls.certificate",
        long = "tls-certificate",
        value_name = "FILE",
        requires = "tls.key"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<PathBuf>,
    /// The certificate's private key (PEM).
    #[arg(id = "tls.key", long = "tls-key", value_name = "FILE", requires = "tls.certificate")]
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<PathBuf>,
    #[command(flatten)]
    acme: AcmeSettings,
    /// A key that phones may be shown beside the own (onbeat tls-pin names it): the next one, a proxy's. Repeatable.
    #[arg(id = "tls.pins", long = "tls-pins", value_name = "PIN")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pins: Vec<String>,
}

#[derive(Args, Serialize)]
struct AcmeSettings {
    /// Or get certificates for this name by ACME; the port must be 443 outside. Repeatable.
    #[arg(id = "tls.acme.domains", long = "tls-acme-domains", value_name = "NAME")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    domains: Vec<String>,
    /// A mail address that the authority writes to. Repeatable.
    #[arg(id = "tls.acme.contact", long = "tls-acme-contact", value_name = "ADDRESS")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    contact: Vec<String>,
    /// The authority's directory. [default: Let's Encrypt's]
    #[arg(id = "tls.acme.directory", long = "tls-acme-directory", value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    directory: Option<String>,
    /// Roots (PEM) that the authority itself is trusted by. [default: those of browsers]
    #[arg(id = "tls.acme.roots", long = "tls-acme-roots", value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    roots: Option<PathBuf>,
}

impl Settings {
    /// What is in force by these flags, the file and the environment.
    ///
    /// # Errors
    /// As [`config::load`].
    pub(super) fn load(&self) -> DeskResult<Configured> {
        // What is no Unicode is none of our names.
        let environment: Vec<(String, String)> = env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        config::load(self.config.as_deref(), &environment, self)
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, FromArgMatches, Parser};

    use super::*;

    const PIN: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        settings: Settings,
    }

    #[test]
    fn every_flag_is_a_key_of_the_configuration_and_every_key_has_one() {
        let values = [
            ("listen", "127.0.0.1:1"),
            ("behind-proxy", "127.0.0.1"),
            ("log-format", "json"),
            ("metrics-listen", "127.0.0.1:2"),
            ("map-gcj02", "true"),
            ("limits-connections", "3"),
            ("limits-per-address", "2"),
            ("ready-fold-lag-s", "60"),
            ("tls-pins", PIN),
        ];
        let mut line = vec!["onbeat".to_owned()];
        let command = Line::command();
        for flag in command.get_arguments().filter_map(|flag| flag.get_long()) {
            let value = values
                .iter()
                .find(|(known, _)| *known == flag)
                .map_or("x", |(_, value)| value);
            if flag != "config" {
                line.extend([format!("--{flag}"), value.to_owned()]);
            }
        }
        let matches = Line::command().get_matches_from(line);
        let line = Line::from_arg_matches(&matches).expect("each flag has a value of its kind");
        let configured = config::load(None, &[], &line.settings);
        let configured = configured.unwrap_or_else(|error| panic!("{}", error.message));
        for shown in config::shown(&configured) {
            assert!(shown.from.starts_with("--"), "{} is by {}", shown.key, shown.from);
        }
    }
}
