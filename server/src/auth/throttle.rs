use std::{
    collections::HashMap,
    sync::Mutex,
    time::{Duration, Instant},
};

/// Failures of one account until it has to wait.
const ACCOUNT_FAILURES: u32 = 10;
/// Failures from one address until it has to wait: an office may share one.
const ADDRESS_FAILURES: u32 = 50;
/// How long failures count.
const WINDOW: Duration = Duration::from_secs(15 * 60);
/// Names remembered in each table; beyond it the oldest are forgotten.
const NAMES_MAX: usize = 10_000;

/// Slows down who guesses passwords, by account and by address.
#[derive(Default)]
pub struct Throttle {
    tables: Mutex<[HashMap<String, Failures>; 2]>,
}

#[derive(Clone, Copy)]
struct Failures {
    since: Instant,
    count: u32,
}

impl Throttle {
    /// Whether a try may be made.
    ///
    /// # Errors
    /// How long to wait.
    pub fn admit(&self, account: &str, address: &str, now: Instant) -> Result<(), Duration> {
        let tables = self.tables.lock().expect("nothing panics while holding it");
        let wait = [(account, ACCOUNT_FAILURES), (address, ADDRESS_FAILURES)]
            .into_iter()
            .zip(tables.iter())
            .filter_map(|((name, most), table)| table.get(name)?.wait(most, now))
            .max();
        wait.map_or(Ok(()), Err)
    }

    /// A try failed.
    pub fn failed(&self, account: &str, address: &str, now: Instant) {
        let mut tables = self.tables.lock().expect("nothing panics while holding it");
        for (name, table) in [account, address].into_iter().zip(tables.iter_mut()) {
            make_room(table, now);
            let failures = table
                .entry(name.to_owned())
                .or_insert(Failures { since: now, count: 0 });
            if now.duration_since(failures.since) >= WINDOW {
                *failures = Failures { since: now, count: 0 };
            }
            failures.count += 1;
        }
    }

    /// A try succeeded: the account starts afresh, the address does not.
    pub fn succeeded(&self, account: &str) {
        let mut tables = self.tables.lock().expect("nothing panics while holding it");
        tables[0].remove(account);
    }
}

impl Failures {
    fn wait(self, most: u32, now: Instant) -> Option<Duration> {
        let left = WINDOW.checked_sub(now.duration_since(self.since))?;
        (self.count >= most && !left.is_zero()).then_some(left)
    }
}

fn make_room(table: &mut HashMap<String, Failures>, now: Instant) {
    if table.len() < NAMES_MAX {
        return;
    }
    table.retain(|_, failures| now.duration_since(failures.since) < WINDOW);
    if table.len() >= NAMES_MAX {
        let mut since: Vec<Instant> = table.values().map(|failures| failures.since).collect();
        let (_, median, _) = since.select_nth_unstable(NAMES_MAX / 2);
        let median = *median;
        table.retain(|_, failures| failures.since > median);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_account_waits_after_ten_failures_and_is_admitted_later() {
        let (throttle, start) = (Throttle::default(), Instant::now());
        for i in 0..ACCOUNT_FAILURES {
            assert!(throttle.admit("wang", &format!("10.0.0.{i}"), start).is_ok(), "{i}");
            throttle.failed("wang", &format!("10.0.0.{i}"), start);
        }
        let minute = Duration::from_secs(60);
        assert_eq!(
            throttle.admit("wang", "10.0.0.99", start + minute),
            Err(WINDOW - minute)
        );
        assert!(throttle.admit("li", "10.0.0.1", start).is_ok());
        assert!(throttle.admit("wang", "10.0.0.99", start + WINDOW).is_ok());
    }

    #[test]
    fn an_address_waits_whatever_accounts_it_tries() {
        let (throttle, start) = (Throttle::default(), Instant::now());
        for i in 0..ADDRESS_FAILURES {
            throttle.failed(&format!("user{i}"), "10.0.0.1", start);
        }
        assert!(throttle.admit("anybody", "10.0.0.1", start).is_err());
        assert!(throttle.admit("anybody", "10.0.0.2", start).is_ok());
    }

    #[test]
    fn success_clears_the_account_only() {
        let (throttle, start) = (Throttle::default(), Instant::now());
        for _ in 0..ACCOUNT_FAILURES {
            throttle.failed("wang", "10.0.0.1", start);
        }
        throttle.succeeded("wang");
        assert!(throttle.admit("wang", "10.0.0.1", start).is_ok());
    }

    #[test]
    fn tables_stay_bounded() {
        let (throttle, start) = (Throttle::default(), Instant::now());
        for i in 0..3 * NAMES_MAX {
            let at = start + Duration::from_micros(i as u64);
            throttle.failed(&format!("user{i}"), &format!("address{i}"), at);
        }
        assert!(
            throttle
                .tables
                .lock()
                .unwrap()
                .iter()
                .all(|table| table.len() <= NAMES_MAX)
        );
    }
}
