//! 200 kills with -9 under load: nothing acknowledged is lost, nothing doubled, every chain checks.

use std::{collections::BTreeMap, thread, time::Duration};

use onbeat_core::{
    record::{Body, Line, read_lines},
    rules::presence::FixTaken,
};
use onbeat_tests::story::Random;
use serde_json::json;

use crate::bed::{Bed, BedPhone, REP, moment, seed};

const KILLS: usize = 200;
const FIXES_A_ROUND: i64 = 24;

/// A phone and what it has acknowledged.
struct Loaded {
    phone: BedPhone,
    now_ms: i64,
    acknowledged: Vec<i64>,
    /// Syncs amid which the server died.
    cut: usize,
}

impl Loaded {
    /// Records fixes; the app is killed in the midst of it and started again.
    fn record_and_die(&mut self, random: &mut Random) {
        let times: Vec<i64> = (0..FIXES_A_ROUND).map(|n| self.now_ms + 1_000 * n).collect();
        let commands: Vec<_> = times.iter().map(|at_ms| self.phone.fix(*at_ms)).collect();
        let after = moment(random, Duration::from_millis(60));
        let answers = self.phone.player.kill_amid(&commands, after).unwrap();
        self.acknowledged.extend(&times[..answers.len()]);
        self.now_ms += 1_000 * FIXES_A_ROUND;
        self.phone.player.start().unwrap();
    }

    /// Records and syncs; the server is killed in the midst of it and started again.
    fn sync_through_death(&mut self, bed: &mut Bed, random: &mut Random) {
        for n in 0..FIXES_A_ROUND {
            let at_ms = self.now_ms + 1_000 * n;
            let fix = self.phone.fix(at_ms);
            self.phone.player.ask(fix).unwrap();
            self.acknowledged.push(at_ms);
        }
        self.now_ms += 1_000 * FIXES_A_ROUND;
        let after = moment(random, Duration::from_millis(40));
        let (phone, now_ms) = (&mut self.phone, self.now_ms);
        thread::scope(|scope| {
            // What this sync comes to is not asked: the next ones have to bring all through.
            let syncing = scope.spawn(|| phone.ask(now_ms, json!({"do": "sync"})).map(drop));
            thread::sleep(after);
            bed.server.kill();
            self.cut += usize::from(!syncing.is_finished());
            bed.server.restart(now_ms).unwrap();
            let _ = syncing.join().expect("asking a phone does not panic");
        });
    }
}

#[test]
fn two_hundred_kills_lose_nothing_and_double_nothing() {
    let mut random = seed("kills");
    let mut bed = Bed::new();
    let mut loaded = Loaded {
        phone: bed.phone(REP),
        now_ms: bed.now_ms,
        acknowledged: Vec::new(),
        cut: 0,
    };
    for kill in 0..KILLS {
        if kill % 2 == 0 {
            loaded.record_and_die(&mut random);
        } else {
            loaded.sync_through_death(&mut bed, &mut random);
        }
    }
    bed.sync(&mut loaded.phone, loaded.now_ms);
    let stored = fixes_by_time(&bed.verified_log(REP));
    let doubled: Vec<_> = stored.iter().filter(|(_, count)| **count > 1).collect();
    assert!(doubled.is_empty(), "stored more than once: {doubled:?}");
    let lost: Vec<_> = loaded
        .acknowledged
        .iter()
        .filter(|at_ms| !stored.contains_key(at_ms))
        .collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    assert!(
        loaded.acknowledged.len() as i64 > FIXES_A_ROUND * (KILLS as i64) / 2,
        "the load was no load"
    );
    println!("the server died amid {} of {} syncs", loaded.cut, KILLS / 2);
    assert!(loaded.cut > KILLS / 8, "the server died beside the load");
}

/// How often a fix of each instant stands in an exported log.
pub(crate) fn fixes_by_time(log: &str) -> BTreeMap<i64, u32> {
    let mut counts = BTreeMap::new();
    for line in read_lines(log) {
        let Line::Record(record) = line.unwrap() else { continue };
        let body: Body = record.body().expect("nothing here was erased").unwrap();
        if body.read::<FixTaken>().is_some() {
            *counts.entry(body.at.at_ms).or_default() += 1;
        }
    }
    counts
}
