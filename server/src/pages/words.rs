//! What pages say, in every language: `words/en.json` and `words/zh.json` hold the same keys.

use std::{collections::BTreeMap, sync::LazyLock};

use axum::http::{HeaderMap, header};
use onbeat_core::words::Language;

/// Name of the cookie that holds the language a person chose.
pub(super) const COOKIE: &str = "onbeat_language";

pub(super) type Catalogue = BTreeMap<String, String>;

static EN: LazyLock<Catalogue> = LazyLock::new(|| read(include_str!("words/en.json")));
static ZH: LazyLock<Catalogue> = LazyLock::new(|| read(include_str!("words/zh.json")));

fn read(text: &str) -> Catalogue {
    serde_json::from_str(text).expect("a catalogue is one object of texts")
}

/// The words of one language.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words(pub(super) Language);

impl Words {
    /// The language that was chosen, else the first one of the browser's that there is, else English.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let text = |name| {
            headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default()
        };
        let pairs = text(header::COOKIE)
            .split(';')
            .filter_map(|pair| pair.trim().split_once('='));
        let chosen = pairs
            .filter(|(name, _)| *name == COOKIE)
            .find_map(|(_, tag)| language(tag));
        let asked = || text(header::ACCEPT_LANGUAGE).split(',').find_map(language);
        Self(chosen.or_else(asked).unwrap_or(Language::En))
    }

    /// The tag of the language, for `lang`.
    pub(super) fn tag(self) -> &'static str {
        match self.0 {
            Language::En => "en",
            Language::Zh => "zh-CN",
        }
    }

    /// The words of a key, if it has any.
    pub(super) fn find(self, key: &str) -> Option<&'static str> {
        self.catalogue().get(key).map(String::as_str)
    }

    /// The words of a key; one without words is shown as it is.
    pub(super) fn say(self, key: &str) -> &str {
        self.find(key).unwrap_or(key)
    }

    /// The words of a key, with its blanks filled.
    pub(super) fn fill(self, key: &str, values: &[(&str, &str)]) -> String {
        let words = self.say(key).to_owned();
        values.iter().fold(words, |words, (name, value)| {
            words.replace(&format!("{{{name}}}"), value)
        })
    }

    pub(super) fn catalogue(self) -> &'static Catalogue {
        match self.0 {
            Language::En => &EN,
            Language::Zh => &ZH,
        }
    }
}

/// The language of a tag such as `zh-CN;q=0.9`.
pub(super) fn language(tag: &str) -> Option<Language> {
    let tag = tag.trim().to_ascii_lowercase();
    match tag.split(['-', ';']).next()? {
        "en" => Some(Language::En),
        "zh" => Some(Language::Zh),
        _ => None,
    }
}
