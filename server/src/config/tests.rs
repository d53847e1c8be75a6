#![allow(clippy::unwrap_used)]

use serde_json::json;

use super::*;

fn loaded(file: &str, environment: &[(&str, &str)], flags: serde_json::Value) -> DeskResult<Configured> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("onbeat.toml");
    std::fs::write(&path, file).unwrap();
    let environment: Vec<(String, String)> = environment
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    load(Some(&path), &environment, &flags)
}

/// A key's value and where it came from; the file by its name alone.
fn of(configured: &Configured, key: &str) -> (serde_json::Value, String) {
    let all = shown(configured);
    let found = all.into_iter().find(|shown| shown.key == key).unwrap();
    let from = found.from.rsplit('/').next().unwrap().to_owned();
    (found.value, from)
}

#[test]
fn the_later_place_wins_and_is_named() {
    let (file, variable, flag) = (
        "listen = '127.0.0.1:1'\n[log]\nlevel = 'a'",
        [
            ("ONBEAT_LISTEN", "127.0.0.1:2"),
            ("ONBEAT_LOG_LEVEL", "b"),
            ("RUST_LOG", "x"),
        ],
        json!({"listen": "127.0.0.1:3", "log": {"level": "c"}}),
    );
    for (what, file, environment, flags, listen, level) in [
        (
            "nothing",
            "",
            &variable[..0],
            json!({}),
            ("127.0.0.1:8080", "default"),
            ("info,refinery_core=warn", "default"),
        ),
        (
            "a file",
            file,
            &[],
            json!({}),
            ("127.0.0.1:1", "onbeat.toml"),
            ("a", "onbeat.toml"),
        ),
        (
            "a variable",
            file,
            &variable,
            json!({}),
            ("127.0.0.1:2", "ONBEAT_LISTEN"),
            ("b", "ONBEAT_LOG_LEVEL"),
        ),
        (
            "what all Rust programs listen to",
            file,
            &variable[2..],
            json!({}),
            ("127.0.0.1:1", "onbeat.toml"),
            ("x", "RUST_LOG"),
        ),
        (
            "a flag",
            file,
            &variable,
            flag,
            ("127.0.0.1:3", "--listen"),
            ("c", "--log-level"),
        ),
    ] {
        let configured = loaded(file, environment, flags).unwrap_or_else(|error| panic!("{what}: {}", error.message));
        assert_eq!(configured.config.listen.to_string(), listen.0, "{what}");
        assert_eq!(configured.config.log.level, level.0, "{what}");
        for (key, (value, from)) in [("listen", listen), ("log.level", level)] {
            assert_eq!(of(&configured, key), (json!(value), from.to_owned()), "{what}: {key}");
        }
    }
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    for (what, file, environment, told) in [
        (
            "unknown keys, all of them",
            "lissten = 1\n[log]\nlevle = 'a'",
            &[("ONBEAT_PORT", "1")][..],
            &[
                "lissten (",
                "log.levle (",
                "ONBEAT_PORT (environment)",
                "known are",
                "log.level",
            ][..],
        ),
        ("no TOML", "listen", &[], &["onbeat.toml", "line 1"]),
        ("a wrong kind", "listen = 'here'", &[], &["listen (", "onbeat.toml)"]),
        (
            "a wrong kind in the environment",
            "",
            &[("ONBEAT_BEHIND_PROXY", "proxy")],
            &["behind_proxy (ONBEAT_BEHIND_PROXY)"],
        ),
        ("a word of no list", "log.format = 'xml'", &[], &["log.format (", "xml"]),
        ("a value where a table belongs", "log = 'info'", &[], &["log"]),
    ] {
        let Err(error) = loaded(file, environment, json!({})) else {
            panic!("{what}: taken");
        };
        for part in told {
            assert!(error.message.contains(part), "{what}: {part} not in {}", error.message);
        }
    }
}

#[test]
fn a_line_that_is_no_toml_is_named_and_not_shown() {
    let file = "listen = '127.0.0.1:1'\ndatabase = 'postgres://onbeat:geheim@db/day' oops";
    let refused = loaded(file, &[], json!({})).err().unwrap();
    assert!(refused.message.contains("line 2"), "{}", refused.message);
    assert!(!refused.message.contains("geheim"), "{}", refused.message);
}

#[test]
fn no_spelling_of_a_password_is_shown() {
    for (database, told) in [
        (
            "postgres://onbeat:geheim@db.example:5433/day",
            "postgres://onbeat:***@db.example:5433/day",
        ),
        (
            "postgresql://onbeat@db/day?password=geheim",
            "postgres://onbeat:***@db:5432/day",
        ),
        (
            "host=db user=onbeat password=geheim dbname=day",
            "postgres://onbeat:***@db/day",
        ),
        ("postgres://onbeat@db/day", "postgres://onbeat@db:5432/day"),
        ("mysql:geheim", "(no address of a PostgreSQL database)"),
    ] {
        let configured = loaded("", &[("ONBEAT_DATABASE", database)], json!({})).unwrap();
        assert_eq!(configured.config.database.as_deref(), Some(database));
        assert_eq!(of(&configured, "database").0, told);
        assert!(!serde_json::to_string(&shown(&configured)).unwrap().contains("geheim"));
    }
}
