use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Mutex,
    time::{Duration, Instant},
};

/// Failures of one account from one address until both together have to wait.
const PAIR_FAILURES: u32 = 10;
/// Failures from one address until it has to wait: an office may share one.
const ADDRESS_FAILURES: u32 = 50;
/// Failures of one account, wherever they come from, until it waits for strangers: with twelve characters or more,
/// ten thousand guesses a day find nothing.
const ACCOUNT_FAILURES: u32 = 100;
/// How long failures count.
const WINDOW: Duration = Duration::from_secs(15 * 60);
/// How long an address that logged in is no stranger to the account.
const KNOWN: Duration = Duration::from_secs(90 * 24 * 3600);
/// Names remembered in each table; beyond it those with the fewest failures are forgotten, the oldest first.
const NAMES_MAX: usize = 10_000;

/// Slows down who guesses passwords. Who knows a name can't lock its owner out: failures from elsewhere count against
/// those who make them, and all together only against addresses from which the account never logged in.
#[derive(Default)]
pub struct Throttle {
    tables: Mutex<Tables>,
}

#[derive(Default)]
struct Tables {
    /// By account and address, by address, by account.
    failures: [HashMap<String, Failures>; 3],
    /// By account and address: when it logged in last.
    known: HashMap<String, Failures>,
}

/// Since when, and how many.
#[derive(Clone, Copy)]
struct Failures {
    since: Instant,
    count: u32,
}

impl Throttle {
    /// Counts a try as failed before it is made, so that tries side by side can't pass the bound together.
    ///
    /// # Errors
    /// How long to wait; nothing was counted then.
    pub fn begin(&self, account: &str, address: &str, now: Instant) -> Result<(), Duration> {
        let mut tables = self.tables.lock().expect("nothing panics while holding it");
        let names = names(account, address);
        let known = tables.known.get(&names[0]);
        let known = known.is_some_and(|known| now.duration_since(known.since) < KNOWN);
        let account_failures = if known { u32::MAX } else { ACCOUNT_FAILURES };
        let most = [PAIR_FAILURES, ADDRESS_FAILURES, account_failures];
        let waits = names.iter().zip(most).zip(&tables.failures);
        let wait = waits
            .filter_map(|((name, most), table)| table.get(name)?.wait(most, now))
            .max();
        if let Some(wait) = wait {
            return Err(wait);
        }
        for (name, table) in names.into_iter().zip(&mut tables.failures) {
            make_room(table, WINDOW, now);
            let failures = table.entry(name).or_insert(Failures { since: now, count: 0 });
            if now.duration_since(failures.since) >= WINDOW {
                *failures = Failures { since: now, count: 0 };
            }
            failures.count += 1;
        }
        Ok(())
    }

    /// The try succeeded: it is taken back, and the account starts afresh from there, where it is known now.
    pub fn succeeded(&self, account: &str, address: &str, now: Instant) {
        self.untried(account, address);
        let mut tables = self.tables.lock().expect("nothing panics while holding it");
        let [pair, ..] = names(account, address);
        tables.failures[0].remove(&pair);
        make_room(&mut tables.known, KNOWN, now);
        tables.known.insert(pair, Failures { since: now, count: 0 });
    }

    /// The try was not made: it is taken back.
    pub fn untried(&self, account: &str, address: &str) {
        let mut tables = self.tables.lock().expect("nothing panics while holding it");
        for (name, table) in names(account, address).into_iter().zip(&mut tables.failures) {
            let Entry::Occupied(mut entry) = table.entry(name) else {
                continue;
            };
            entry.get_mut().count -= 1;
            if entry.get().count == 0 {
                entry.remove();
            }
        }
    }
}

fn names(account: &str, address: &str) -> [String; 3] {
    [format!("{account} {address}"), address.to_owned(), account.to_owned()]
}

impl Failures {
    fn wait(self, most: u32, now: Instant) -> Option<Duration> {
        let left = WINDOW.checked_sub(now.duration_since(self.since))?;
        (self.count >= most && !left.is_zero()).then_some(left)
    }

    /// The lowest are forgotten first: names that were tried once push out nobody who guesses.
    fn rank(&self) -> (u32, Instant) {
        (self.count, self.since)
    }
}

fn make_room(table: &mut HashMap<String, Failures>, lasts: Duration, now: Instant) {
    if table.len() < NAMES_MAX {
        return;
    }
    table.retain(|_, failures| now.duration_since(failures.since) < lasts);
    if table.len() >= NAMES_MAX {
        let mut ranks: Vec<_> = table.values().map(Failures::rank).collect();
        let (_, median, _) = ranks.select_nth_unstable(NAMES_MAX / 2);
        let median = *median;
        table.retain(|_, failures| failures.rank() > median);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_account_waits_where_it_failed_and_nowhere_else() {
        let (throttle, start) = (Throttle::default(), Instant::now());
        for i in 0..PAIR_FAILURES {
            assert!(throttle.begin("wang", "10.0.0.1", start).is_ok(), "{i}");
        }
        let minute = Duration::from_secs(60);
        assert_eq!(throttle.begin("wang", "10.0.0.1", start + minute), Err(WINDOW - minute));
        assert!(throttle.begin("wang", "10.0.0.2", start).is_ok());
        assert!(throttle.begin("li", "10.0.0.1", start).is_ok());
        assert!(throttle.begin("wang", "10.0.0.1", start + WINDOW).is_ok());
    }

    #[test]
    fn guesses_from_everywhere_keep_strangers_out_but_not_who_logged_in_before() {
        let (throttle, start) = (Throttle::default(), Instant::now());
        throttle.begin("wang", "10.0.0.1", start).unwrap();
        throttle.succeeded("wang", "10.0.0.1", start);
        for i in 0..ACCOUNT_FAILURES {
            throttle.begin("wang", &format!("10.1.0.{i}"), start).unwrap();
        }
        assert_eq!(throttle.begin("wang", "10.2.0.1", start), Err(WINDOW));
        assert!(throttle.begin("wang", "10.0.0.1", start).is_ok());
        for i in 1..PAIR_FAILURES {
            assert!(throttle.begin("wang", "10.0.0.1", start).is_ok(), "{i}");
        }
        assert!(
            throttle.begin("wang", "10.0.0.1", start).is_err(),
            "it is bounded there, too"
        );
    }

    #[test]
    fn an_address_waits_whatever_accounts_it_tries() {
        let (throttle, start) = (Throttle::default(), Instant::now());
        for i in 0..ADDRESS_FAILURES {
            throttle.begin(&format!("user{i}"), "10.0.0.1", start).unwrap();
        }
        assert!(throttle.begin("anybody", "10.0.0.1", start).is_err());
        assert!(throttle.begin("anybody", "10.0.0.2", start).is_ok());
    }

    #[test]
    fn success_clears_the_account_only() {
        let (throttle, start) = (Throttle::default(), Instant::now());
        for _ in 0..PAIR_FAILURES {
            throttle.begin("wang", "10.0.0.1", start).unwrap();
        }
        throttle.succeeded("wang", "10.0.0.1", start);
        assert!(throttle.begin("wang", "10.0.0.1", start).is_ok());
        // Ten less one failed from there, and one is on its way.
        for i in 0..ADDRESS_FAILURES - PAIR_FAILURES {
            assert!(throttle.begin(&format!("user{i}"), "10.0.0.1", start).is_ok(), "{i}");
        }
        assert!(throttle.begin("anybody", "10.0.0.1", start).is_err());
    }

    #[test]
    fn names_tried_once_or_not_at_all_push_out_no_failures() {
        let (throttle, start) = (Throttle::default(), Instant::now());
        for _ in 0..PAIR_FAILURES {
            throttle.begin("wang", "10.0.0.1", start).unwrap();
        }
        for i in 0..3 * NAMES_MAX {
            let at = start + Duration::from_micros(i as u64);
            let (user, address) = (format!("user{i}"), format!("address{i}"));
            throttle.begin(&user, &address, at).unwrap();
            if i < NAMES_MAX {
                throttle.untried(&user, &address);
                let tables = throttle.tables.lock().unwrap();
                assert!(tables.failures.iter().all(|names| names.len() == 1), "{i}");
            }
        }
        assert!(throttle.begin("wang", "10.0.0.1", start).is_err());
    }

    #[test]
    fn tables_stay_bounded() {
        let (throttle, start) = (Throttle::default(), Instant::now());
        for i in 0..3 * NAMES_MAX {
            let at = start + Duration::from_micros(i as u64);
            let (user, address) = (format!("user{i}"), format!("address{i}"));
            throttle.begin(&user, &address, at).unwrap();
            throttle.succeeded(&user, &address, at);
            throttle.begin(&user, &address, at).unwrap();
        }
        let tables = throttle.tables.lock().unwrap();
        let all = tables.failures.iter().chain([&tables.known]);
        assert!(all.map(HashMap::len).all(|names| names <= NAMES_MAX));
    }
}
