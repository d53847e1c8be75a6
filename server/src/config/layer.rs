use std::{fs, path::Path, sync::Arc};

use figment::{
    Metadata, Profile, Provider,
    value::{Dict, Map, Value},
};
use serde::Serialize;

use super::Config;
use crate::desk::{DeskError, DeskResult};

/// Before every name of the environment that is ours.
const PREFIX: &str = "ONBEAT_";
/// Names the file; not a key of it.
const FILE: &str = "ONBEAT_CONFIG";
/// What `tracing` programs listen to; ours goes before it.
const RUST_LOG: &str = "RUST_LOG";

/// Values from one place.
pub(super) struct Layer {
    pub(super) dict: Dict,
    /// What the place calls a key.
    pub(super) named: Arc<dyn Fn(&str) -> String + Send + Sync>,
}

impl Layer {
    pub(super) fn defaults() -> Self {
        Self::of(&Config::default(), |_| "default".into())
    }

    /// Flags that were given, by key.
    pub(super) fn flags(flags: &impl Serialize) -> Self {
        Self::of(flags, |key| format!("--{}", key.replace(['.', '_'], "-")))
    }

    pub(super) fn file(path: &Path) -> DeskResult<Self> {
        let shown = path.display().to_string();
        let text = fs::read_to_string(path)
            .map_err(|error| DeskError::environment("no_file", format!("configuration {shown}: {error}")))?;
        let table = text.parse::<toml::Table>().map_err(|error| {
            // By its number, not as it stands there: a password may be in it, and this is logged.
            let before = &text[..error.span().map_or(0, |span| span.start)];
            let (line, why) = (before.matches('\n').count() + 1, error.message());
            DeskError::input("bad_config", format!("configuration {shown}, line {line}: {why}"))
        })?;
        Ok(Self::of(&table, move |_| shown.clone()))
    }

    /// Names that begin with `ONBEAT_`; those of no key stay as they are, to be refused.
    pub(super) fn environment(variables: &[(String, String)], keys: &[String]) -> Self {
        let mut dict = Dict::new();
        for (name, text) in variables {
            let value = text.parse().unwrap_or_else(|_| Value::from(text.clone()));
            match keys.iter().find(|key| variable(key) == *name) {
                Some(key) => insert(&mut dict, key, value),
                None if name.starts_with(PREFIX) && name != FILE => drop(dict.insert(name.clone(), value)),
                None => {}
            }
        }
        let level = variables.iter().find(|(name, _)| name == RUST_LOG);
        let own_level = variables.iter().any(|(name, _)| *name == variable("log.level"));
        let level = level.filter(|_| !own_level);
        if let Some((_, text)) = level {
            insert(&mut dict, "log.level", Value::from(text.clone()));
        }
        let from_rust_log = level.is_some();
        let named = move |key: &str| match key {
            "log.level" if from_rust_log => RUST_LOG.into(),
            key if key.starts_with(PREFIX) => "environment".into(),
            key => variable(key),
        };
        Self {
            dict,
            named: Arc::new(named),
        }
    }

    fn of(values: &impl Serialize, named: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        let dict = Value::serialize(values).ok().and_then(Value::into_dict);
        Self {
            dict: dict.unwrap_or_default(),
            named: Arc::new(named),
        }
    }
}

/// `tls.acme.domains` in the environment.
fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "_").to_uppercase())
}

fn insert(dict: &mut Dict, key: &str, value: Value) {
    let Some((first, rest)) = key.split_once('.') else {
        dict.insert(key.into(), value);
        return;
    };
    let inner = dict.entry(first.into()).or_insert_with(|| Value::from(Dict::new()));
    if let Value::Dict(_, inner) = inner {
        insert(inner, rest, value);
    }
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        let named = Arc::clone(&self.named);
        Metadata::named("configuration").interpolater(move |_, path| {
            let key = path.join(".");
            format!("{key} ({})", named(&key))
        })
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Profile::Default.collect(self.dict.clone()))
    }
}
