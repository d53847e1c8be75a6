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
    /// Counts a try as failed before it is made, so that tries side by side can't pass the bound together.
    ///
    /// # Errors
    /// How long to wait; nothing was counted then.
    pub fn begin(&self, account: &str, address: &str, now: Instant) -> Result<(), Duration> {
        let mut tables = self.tables.lock().expect("nothing panics while holding it");
        let names = [(account, ACCOUNT_FAILURES), (address, ADDRESS_FAILURES)];
        let wait = names
            .into_iter()
            .zip(tables.iter())
            .filter_map(|((name, most), table)| table.get(name)?.wait(most, now))
            .max();
        if let Some(wait) = wait {
            return Err(wait);
        }
        for ((name, _), table) in names.into_iter().zip(tables.iter_mut()) {
            make_room(table, now);
            let failures = table
                .entry(name.to_owned())
                .or_insert(Failures { since: now, count: 0 });
            if now.duration_since(failures.since) >= WINDOW {
                *failures = Failures { since: now, count: 0 };
            }
            failures.count += 1;
        }
        Ok(())
    }

    /// The try succeeded: it is taken back, and the account starts afresh.
    pub fn succeeded(&self, account: &str, address: &str) {
        self.untried(account, address);
        let mut tables = self.tables.lock().expect("nothing panics while holding it");
        tables[0].remove(account);
    }

    /// The try was not made: it is taken back.
    pub fn untried(&self, account: &str, address: &str) {
        let mut tables = self.tables.lock().expect("nothing panics while holding it");
        for (name, table) in [account, address].into_iter().zip(tables.iter_mut()) {
            if let Some(failures) = table.get_mut(name) {
                failures.count = failures.count.saturating_sub(1);
            }
        }
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
            assert!(throttle.begin("wang", &format!("10.0.0.{i}"), start).is_ok(), "{i}");
        }
        let minute = Duration::from_secs(60);
        assert_eq!(
            throttle.begin("wang", "10.0.0.99", start + minute),
            Err(WINDOW - minute)
        );
        assert!(throttle.begin("li", "10.0.0.1", start).is_ok());
        assert!(throttle.begin("wang", "10.0.0.99", start + WINDOW).is_ok());
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
        for _ in 0..ACCOUNT_FAILURES {
            throttle.begin("wang", "10.0.0.1", start).unwrap();
        }
        throttle.succeeded("wang", "10.0.0.1");
        assert!(throttle.begin("wang", "10.0.0.1", start).is_ok());
        // Ten less one failed from there, and one is on its way.
        for i in 0..ADDRESS_FAILURES - ACCOUNT_FAILURES {
            assert!(throttle.begin(&format!("user{i}"), "10.0.0.1", start).is_ok(), "{i}");
        }
        assert!(throttle.begin("anybody", "10.0.0.1", start).is_err());
    }

    #[test]
    fn tables_stay_bounded() {
        let (throttle, start) = (Throttle::default(), Instant::now());
        for i in 0..3 * NAMES_MAX {
            let at = start + Duration::from_micros(i as u64);
            throttle.begin(&format!("user{i}"), &format!("address{i}"), at).unwrap();
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
