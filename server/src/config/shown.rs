use serde::Serialize;
use tokio_postgres::config::Host;

use super::{Configured, keys};

/// A value in force.
#[derive(Debug, PartialEq, Serialize)]
pub struct Shown {
    /// Its key, with dots.
    pub key: String,
    /// Null where there is none; passwords are left out.
    pub value: serde_json::Value,
    /// The file, the variable or the flag it came from, or `default`.
    pub from: String,
}

/// All that is in force, by key.
pub fn shown(configured: &Configured) -> Vec<Shown> {
    let layers = &configured.layers;
    let Ok(all) = layers.extract::<figment::value::Dict>() else {
        return Vec::new();
    };
    let show = |key: String| {
        let value = layers.find_value(&key).ok()?;
        let path: Vec<&str> = key.split('.').collect();
        let place = layers.get_metadata(value.tag())?.interpolate(layers.profile(), &path);
        let from = place.split_once(" (").map_or(place.as_str(), |(_, from)| from);
        let from = from.trim_end_matches(')').to_owned();
        let mut value = serde_json::to_value(&value).unwrap_or_default();
        if let ("database", Some(url)) = (key.as_str(), value.as_str()) {
            value = without_password(url).into();
        }
        Some(Shown { key, value, from })
    };
    keys(&all).into_iter().filter_map(show).collect()
}

/// Put together from what is no secret, so that no spelling of a password is overlooked.
fn without_password(url: &str) -> String {
    let Ok(database) = url.parse::<tokio_postgres::Config>() else {
        return "(no address of a PostgreSQL database)".into();
    };
    let host = |host: &Host| match host {
        Host::Tcp(name) => name.clone(),
        Host::Unix(folder) => folder.display().to_string(),
    };
    let hosts: Vec<String> = database.get_hosts().iter().map(host).collect();
    let ports: Vec<String> = database.get_ports().iter().map(|port| format!(":{port}")).collect();
    let user = database.get_user().unwrap_or_default();
    let secret = if database.get_password().is_some() { ":***" } else { "" };
    let name = database.get_dbname().unwrap_or_default();
    format!("postgres://{user}{secret}@{}{}/{name}", hosts.join(","), ports.concat())
}
