//! Words for people: what the codes of the engine mean, in every language, for desk pages and phones alike.
//!
//! A sentence travels as a code and values ([`Sentence`]); its words stand in `en.json` and `zh.json` beside this
//! file, with `{name}` for a value. A value's unit ends its name: `_ms` is an instant, said as the local time, `_s` a
//! duration, `_mm` a distance. A text that has words of its own (`fault.seal`) is said with them, any other as it is.

#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, sync::OnceLock};

use chrono::{DateTime, Datelike, NaiveDate};
use chrono_tz::Tz;

use crate::rules::{Explanation, Fact, Sentence};

/// A language that people read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "mobile", derive(uniffi::Enum))]
pub enum Language {
    /// English.
    En,
    /// Chinese, simplified.
    Zh,
}

type Catalogue = BTreeMap<String, String>;

impl Language {
    fn catalogue(self) -> &'static Catalogue {
        static EN: OnceLock<Catalogue> = OnceLock::new();
        static ZH: OnceLock<Catalogue> = OnceLock::new();
        let (read, text) = match self {
            Self::En => (&EN, include_str!("en.json")),
            Self::Zh => (&ZH, include_str!("zh.json")),
        };
        read.get_or_init(|| serde_json::from_str(text).expect("a catalogue is one object of texts"))
    }

    /// The words of a code; a code without any is said as it is.
    fn words(self, code: &str) -> &str {
        self.catalogue().get(code).map_or(code, String::as_str)
    }
}

/// What an explanation says, a line a sentence.
pub fn said(explanation: &Explanation, language: Language) -> Vec<String> {
    let zone = explanation.zone.parse().unwrap_or(Tz::UTC);
    let voice = Voice {
        language,
        zone,
        day: explanation.day,
    };
    explanation
        .sentences
        .iter()
        .map(|sentence| voice.say(sentence))
        .collect()
}

/// How something is said: times of another day with their date.
struct Voice {
    language: Language,
    zone: Tz,
    day: NaiveDate,
}

impl Voice {
    fn say(&self, sentence: &Sentence) -> String {
        let words = self.language.words(&sentence.code).to_owned();
        filled(&words, |name| match sentence.values.get(name)? {
            Fact::Number(number) => Some(self.number(name, *number)),
            Fact::Text(text) => Some(self.text(name, text)),
        })
    }

    fn text(&self, name: &str, text: &str) -> String {
        let own = self.language.catalogue().get(&format!("{name}.{text}"));
        own.map_or(text, String::as_str).to_owned()
    }

    fn number(&self, name: &str, number: i64) -> String {
        match name.rsplit_once('_') {
            Some((_, "ms")) => self.time(number),
            Some((_, "s")) => self.duration(number),
            Some((_, "mm")) => self.distance(number),
            _ => number.to_string(),
        }
    }

    fn time(&self, at_ms: i64) -> String {
        let at = DateTime::from_timestamp_millis(at_ms).unwrap_or_default();
        let at = at.with_timezone(&self.zone);
        let (date, time) = (at.date_naive(), at.format("%H:%M").to_string());
        if date == self.day {
            return time;
        }
        filled(self.language.words("unit.date"), |part| match part {
            "year" => Some(date.year().to_string()),
            "month" => Some(format!("{:02}", date.month())),
            "day" => Some(format!("{:02}", date.day())),
            _ => Some(time.clone()),
        })
    }

    /// Minutes, and hours where there are; seconds where minutes would hide something.
    fn duration(&self, seconds: i64) -> String {
        if seconds < 300 && seconds % 60 != 0 {
            return self.unit("s", seconds);
        }
        let minutes = seconds.saturating_add(30) / 60;
        let (hours, rest) = (minutes / 60, minutes % 60);
        let parts = [("h", hours), ("min", rest)];
        let parts = parts.into_iter().filter(|(_, number)| *number != 0);
        let said: Vec<String> = parts.map(|(unit, number)| self.unit(unit, number)).collect();
        if said.is_empty() {
            return self.unit("min", 0);
        }
        said.join(self.language.words("unit.join"))
    }

    /// Whole metres, from 10 km on kilometres with a tenth.
    fn distance(&self, millimetres: i64) -> String {
        let metres = libm::round(millimetres as f64 / 1000.0);
        if metres.abs() < 10_000.0 {
            self.unit("m", metres)
        } else {
            self.unit("km", format!("{:.1}", metres / 1000.0))
        }
    }

    fn unit(&self, unit: &str, number: impl ToString) -> String {
        let words = self.language.words(&format!("unit.{unit}")).to_owned();
        filled(&words, |_| Some(number.to_string()))
    }
}

/// Fills the blanks of some words, each once; one without a value stays as it is.
fn filled(words: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut said = String::with_capacity(words.len());
    let mut rest = words;
    while let Some((before, after)) = rest.split_once('{') {
        said.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            rest = after;
            break;
        };
        said.push_str(&value(name).unwrap_or_else(|| format!("{{{name}}}")));
        rest = after;
    }
    said.push_str(rest);
    said
}
