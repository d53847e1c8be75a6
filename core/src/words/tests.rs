#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use super::{Language, Voice, filled};
use crate::rules::{Fact, Sentence};

const LANGUAGES: [Language; 2] = [Language::En, Language::Zh];

fn blanks(words: &str) -> BTreeSet<String> {
    let found = std::cell::RefCell::new(BTreeSet::new());
    filled(words, |name| {
        found.borrow_mut().insert(name.to_owned()).then(String::new)
    });
    found.into_inner()
}

#[test]
fn every_code_has_words_in_each_language_with_the_same_blanks() {
    let en = Language::En.catalogue();
    for language in LANGUAGES {
        let catalogue = language.catalogue();
        assert_eq!(catalogue.keys().collect::<Vec<_>>(), en.keys().collect::<Vec<_>>());
        for (code, words) in catalogue {
            assert_eq!(blanks(words), blanks(&en[code]), "{language:?} {code}");
            assert_eq!(
                words.matches('{').count(),
                words.matches('}').count(),
                "{language:?} {code}"
            );
            assert!(!words.is_empty());
        }
    }
}

#[test]
fn values_are_said_with_their_units() {
    // 23 November 2026, 12:10 in Shanghai.
    const AT_MS: i64 = 1_795_407_000_000;
    let cases: [(&str, Fact, [&str; 2]); 17] = [
        ("at_ms", Fact::Number(AT_MS), ["12:10", "12:10"]),
        (
            "at_ms",
            Fact::Number(AT_MS - 86_400_000),
            ["2026-11-22 12:10", "2026年11月22日 12:10"],
        ),
        ("lasts_s", Fact::Number(0), ["0 min", "0 分钟"]),
        ("lasts_s", Fact::Number(170), ["170 s", "170 秒"]),
        ("lasts_s", Fact::Number(180), ["3 min", "3 分钟"]),
        ("lasts_s", Fact::Number(2_690), ["45 min", "45 分钟"]),
        ("lasts_s", Fact::Number(3_600), ["1 h", "1 小时"]),
        ("lasts_s", Fact::Number(3_900), ["1 h 5 min", "1 小时 5 分钟"]),
        ("far_mm", Fact::Number(499), ["0 m", "0 米"]),
        ("far_mm", Fact::Number(1_012_400), ["1012 m", "1012 米"]),
        ("far_mm", Fact::Number(12_340_000), ["12.3 km", "12.3 公里"]),
        (
            "far_mm",
            Fact::Number(i64::MIN),
            ["-9223372036854.8 km", "-9223372036854.8 公里"],
        ),
        ("fixes", Fact::Number(12), ["12", "12"]),
        ("name", Fact::Text("{at_ms}".into()), ["{at_ms}", "{at_ms}"]),
        (
            "fault",
            Fact::Text("seal".into()),
            ["the seal is not this phone's", "封签不是这部手机的"],
        ),
        ("fault", Fact::Text("new".into()), ["new", "new"]),
        (
            "at_ms",
            Fact::Number(i64::MAX),
            ["1970-01-01 08:00", "1970年01月01日 08:00"],
        ),
    ];
    for (name, fact, expected) in cases {
        for (language, expected) in LANGUAGES.into_iter().zip(expected) {
            let voice = Voice {
                language,
                zone: chrono_tz::Asia::Shanghai,
                day: "2026-11-23".parse().unwrap(),
            };
            let said = match &fact {
                Fact::Number(number) => voice.number(name, *number),
                Fact::Text(text) => voice.text(name, text),
            };
            assert_eq!(said, expected, "{name} {fact:?}");
        }
    }
}

#[test]
fn what_has_no_words_or_no_value_is_said_as_it_is() {
    let voice = Voice {
        language: Language::En,
        zone: chrono_tz::UTC,
        day: "2026-11-23".parse().unwrap(),
    };
    let unknown: Sentence = serde_json::from_str(r#"{"code":"of_a_newer_version","values":{}}"#).unwrap();
    assert_eq!(voice.say(&unknown), "of_a_newer_version");
    let empty: Sentence = serde_json::from_str(r#"{"code":"short_visit_measure","values":{}}"#).unwrap();
    assert_eq!(voice.say(&empty), "Less than {dwell_min_s} is asked about.");
    assert_eq!(filled("a {b", |_| None), "a b");
}
