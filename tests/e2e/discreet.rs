//! The server's log of a whole day names no person, no customer, no place, no number and no secret.

use std::{collections::BTreeSet, fs};

use onbeat_tests::world::World;
use serde_json::Value;

/// A longer number is a place, a telephone's or a time; a longer word a token, a key or a name made of one.
const DIGITS_MOST: usize = 5;
const WORD_MOST: usize = 24;

/// What of a log should not stand there, of known names and of whatever looks like a place or a secret.
fn indiscreet(log: &str, names: &BTreeSet<String>) -> Vec<String> {
    log.lines()
        .filter(|line| is_indiscreet(line, names))
        .map(str::to_owned)
        .collect()
}

fn is_indiscreet(line: &str, names: &BTreeSet<String>) -> bool {
    let Ok(Value::Object(mut said)) = serde_json::from_str(line) else {
        return true;
    };
    // When, and the number of a request, which is drawn.
    said.remove("timestamp");
    if let Some(Value::Object(request)) = said.get_mut("span") {
        request.remove("id");
    }
    let said = Value::Object(said).to_string();
    let is_long = |word: &str| {
        let is_number = word.bytes().all(|byte| byte.is_ascii_digit());
        word.len() > if is_number { DIGITS_MOST } else { WORD_MOST }
    };
    let is_fraction = |three: &[u8]| three[0].is_ascii_digit() && three[1] == b'.' && three[2].is_ascii_digit();
    said.split(|letter: char| !letter.is_alphanumeric()).any(is_long)
        || said.as_bytes().windows(3).any(is_fraction)
        || names.iter().any(|name| holds(&said, name))
}

/// A text holds a name, and not as a part of a word.
fn holds(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(from, _)| {
        let (before, after) = (text[..from].chars().last(), text[from + name.len()..].chars().next());
        ![before, after].into_iter().flatten().any(char::is_alphanumeric)
    })
}

/// All that the day's log must not name.
fn names(world: &World) -> BTreeSet<String> {
    let story = world.story();
    let reps = story.days.iter().flat_map(|day| {
        let words = day.name.split(' ').map(str::to_owned);
        words.chain([day.rep.to_owned(), day.name.to_owned()])
    });
    let customers = story.customers.iter();
    let customers = customers.flat_map(|c| [c.id.clone(), c.name.clone(), c.landline.clone()]);
    // The admin's log-in is the name of his role.
    let people = world.logins.iter().filter(|login| login.user != login.role);
    let users = people.map(|login| login.user.clone());
    let passwords = world.logins.iter().map(|login| login.password.clone());
    reps.chain(customers).chain(users).chain(passwords).collect()
}

/// Holds the log that a world's server wrote so far against all that was in its day.
pub(crate) fn the_log_of_the_day_is_discreet(world: &World) {
    let log = fs::read_to_string(world.server.data().join("server.log")).unwrap();
    assert!(log.matches("\"answered\"").count() > 500, "the log is of no whole day");
    let found = indiscreet(&log, &names(world));
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn what_is_indiscreet_is_found() {
    let names = BTreeSet::from(["ada".to_owned(), "Canal Street Goods".to_owned()]);
    let line =
        |said: &str| format!("{{\"timestamp\":\"2026-05-12T08:00:00.123456Z\",\"fields\":{{\"x\":\"{said}\"}}}}");
    for (said, found) in [
        ("answered /api/v1/days/{rep}/{day} 200 31 adamant", false),
        ("the day of ada", true),
        ("/reps/ada/days", true),
        ("Canal Street Goods", true),
        ("40.7225", true),
        ("lat_e9=40722500000", true),
        ("17185550017", true),
        ("q9Zk3vT0yX1mB7cN5dL2sA8eR", true),
    ] {
        assert_eq!(indiscreet(&line(said), &names).len(), usize::from(found), "{said}");
    }
    assert_eq!(
        indiscreet("thread panicked at", &names).len(),
        1,
        "what is no line of the log"
    );
}
