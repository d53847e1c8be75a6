//! What a form sends, where some fields are sent more than once.

use serde::Deserialize;

/// The fields in their order.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct Fields(pub(super) Vec<(String, String)>);

impl Fields {
    /// The last of a name, trimmed; empty where there is none.
    pub(super) fn one(&self, name: &str) -> &str {
        let found = self.0.iter().rev().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value.trim())
    }

    /// All of a name, trimmed.
    pub(super) fn all(&self, name: &str) -> Vec<String> {
        let named = self.0.iter().filter(|(key, _)| key == name);
        let values = named.map(|(_, value)| value.trim().to_owned());
        values.filter(|value| !value.is_empty()).collect()
    }
}
