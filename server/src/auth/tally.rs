use std::{collections::HashMap, sync::Mutex};

/// After one failure was told, those of the same account are counted for so long and told together.
const TOGETHER_MS: i64 = 15 * 60_000;

/// Counts failed log-ins, so that whoever guesses writes no line for each guess: the first of an account is told at once,
/// those after it later as a number. Names that are nobody's are counted as one account, and none of them is kept: people
/// type passwords there, too. So it holds no more than there are users.
#[derive(Default)]
pub struct Tally {
    accounts: Mutex<HashMap<Option<String>, Untold>>,
}

/// Since when, and how many were not told.
struct Untold {
    since_ms: i64,
    count: u32,
}

impl Tally {
    /// Counts one of an account; `None`: of a name that is nobody's. How many are to be told now, if any.
    pub fn failed(&self, account: Option<&str>, now_ms: i64) -> Option<u32> {
        let mut accounts = self.accounts.lock().expect("nothing panics while holding it");
        let untold = accounts.get_mut(&account.map(str::to_owned));
        if let Some(untold) = untold.filter(|untold| now_ms - untold.since_ms < TOGETHER_MS) {
            untold.count = untold.count.saturating_add(1);
            return None;
        }
        let fresh = Untold {
            since_ms: now_ms,
            count: 0,
        };
        let before = accounts.insert(account.map(str::to_owned), fresh);
        Some(before.map_or(1, |before| before.count.saturating_add(1)))
    }

    /// What was counted of an account and not told, which begins afresh.
    pub fn take(&self, account: &str) -> u32 {
        let mut accounts = self.accounts.lock().expect("nothing panics while holding it");
        let untold = accounts.remove(&Some(account.to_owned()));
        untold.map_or(0, |untold| untold.count)
    }

    /// What was counted and not told of accounts whose time is over, which begin afresh.
    pub fn over(&self, now_ms: i64) -> Vec<(Option<String>, u32)> {
        let mut accounts = self.accounts.lock().expect("nothing panics while holding it");
        let over = accounts.extract_if(|_, untold| now_ms - untold.since_ms >= TOGETHER_MS);
        over.map(|(account, untold)| (account, untold.count))
            .filter(|(_, count)| *count > 0)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{TOGETHER_MS, Tally};

    #[test]
    fn the_first_is_told_at_once_and_the_others_together() {
        let tally = Tally::default();
        assert_eq!(tally.failed(Some("wang"), 0), Some(1));
        assert_eq!(tally.failed(Some("li"), 0), Some(1), "each account by itself");
        for guess in 1..1_000 {
            assert_eq!(tally.failed(Some("wang"), guess), None, "{guess}");
        }
        assert_eq!(tally.over(TOGETHER_MS - 1), []);
        assert_eq!(tally.over(TOGETHER_MS), [(Some("wang".to_owned()), 999)]);
        assert_eq!(tally.over(TOGETHER_MS), [], "nothing is told twice");
        assert_eq!(tally.failed(Some("wang"), TOGETHER_MS), Some(1));
    }

    #[test]
    fn who_goes_on_guessing_is_told_of_once_a_time() {
        let tally = Tally::default();
        assert_eq!(tally.failed(None, 0), Some(1));
        assert_eq!(tally.failed(None, 1), None);
        assert_eq!(tally.failed(None, TOGETHER_MS), Some(2));
    }

    #[test]
    fn what_was_not_told_is_told_to_who_logs_in() {
        let tally = Tally::default();
        tally.failed(Some("wang"), 0);
        tally.failed(Some("wang"), 1);
        assert_eq!((tally.take("wang"), tally.take("wang")), (1, 0));
    }
}
