#![allow(clippy::unwrap_used)]
//! The push table and every way out of it, through the machine that decides: a phone and a server of plain
//! values, no I/O.

use std::collections::BTreeMap;

use super::{
    Problem,
    machine::{Machine, TRIES},
    step::{Action, Event, Local, Seen},
};
use crate::{
    phone::store::{LogLineRow, PHOTO_CHUNK_BYTES, PendingPhoto},
    record::Hash,
};

/// A record of either side: who wrote it, and which one it is.
type Mark = (char, u64);

/// One line of one side.
type Lines = BTreeMap<(u32, String), Vec<Mark>>;

/// Both sides, played against the machine.
struct World {
    machine: Machine,
    local: Local,
    phone: Lines,
    receipted: BTreeMap<(u32, String), u64>,
    server: Lines,
    server_epoch: u32,
    aside: Vec<Mark>,
    /// The server refuses any batch of this epoch that holds the mark.
    poison: Option<Mark>,
    /// Answers that come instead, first to last.
    faults: Vec<Event>,
    our_key: bool,
    /// The server tells another phone in its stead.
    replaced: bool,
    max_bytes: usize,
    actions: Vec<Action>,
}

fn main_line(epoch: u32) -> (u32, String) {
    (epoch, String::new())
}

fn marks(writer: char, seqs: std::ops::RangeInclusive<u64>) -> Vec<Mark> {
    seqs.map(|seq| (writer, seq)).collect()
}

impl World {
    /// A phone in epoch 1 that wrote `phone`, of which the server gave a receipt for the first `receipted`,
    /// and a server that holds `server`.
    fn new(phone: Vec<Mark>, receipted: u64, server: Vec<Mark>) -> Self {
        let local = Local {
            epoch: 1,
            has_key: true,
            key_is_epochs: true,
            ..Local::default()
        };
        Self {
            machine: Machine::new(7),
            local,
            phone: [(main_line(1), phone)].into(),
            receipted: [(main_line(1), receipted)].into(),
            server: [(main_line(1), server)].into(),
            server_epoch: 1,
            aside: Vec::new(),
            poison: None,
            faults: Vec::new(),
            our_key: true,
            replaced: false,
            max_bytes: usize::MAX,
            actions: Vec::new(),
        }
    }

    fn look(&mut self) {
        let lines = self.phone.iter().filter(|(_, records)| !records.is_empty());
        self.local.lines = lines
            .map(|(key, records)| {
                let start = records[0].1;
                LogLineRow {
                    epoch: key.0,
                    branch: key.1.clone(),
                    first_seq: start,
                    tip_seq: start + records.len() as u64 - 1,
                    receipted_seq: self.receipted.get(key).copied().unwrap_or(0),
                }
            })
            .collect();
        self.local.aside = !self.aside.is_empty();
    }

    /// Runs to the end and answers the names of the steps.
    fn run(&mut self) -> Vec<String> {
        let mut event = Event::Begin;
        for _ in 0..200 {
            self.look();
            let action = self.machine.step(&self.local, event);
            self.actions.push(action.clone());
            if action == Action::End {
                return self.actions.iter().map(name).collect();
            }
            event = self.answer(&action);
        }
        panic!("it never ends: {:?}", self.actions);
    }

    fn answer(&mut self, action: &Action) -> Event {
        let is_local = matches!(
            action,
            Action::Wait { .. } | Action::MakeBranch { .. } | Action::SetAside { .. } | Action::ForgetEpochs { .. }
        );
        if !is_local && !self.faults.is_empty() {
            return self.faults.remove(0);
        }
        match action {
            Action::GetHead => self.head(),
            Action::Push {
                epoch,
                branch,
                from,
                max_records,
            } => self.take(&(*epoch, branch.clone()), *from, *max_records),
            Action::OpenEpoch { epoch, .. } => self.open(*epoch),
            Action::AdoptNewest => self.open(self.server_epoch),
            Action::NewKey => {
                (self.local.has_key, self.local.key_is_epochs) = (true, false);
                Event::Done
            }
            Action::MakeBranch { epoch, from } => {
                let main = self.phone.get_mut(&main_line(*epoch)).unwrap();
                let at = main.iter().position(|mark| mark.1 == *from).unwrap();
                let tail = main.split_off(at);
                self.phone.insert((*epoch, "branch".into()), tail);
                Event::Done
            }
            Action::SetAside { epoch, branch, from } => {
                let line = self.phone.get_mut(&(*epoch, branch.clone())).unwrap();
                let (kept, aside): (Vec<Mark>, Vec<Mark>) = line.drain(..).partition(|mark| mark.1 < *from);
                *line = kept;
                self.aside.extend(aside);
                if *epoch < self.local.epoch {
                    self.carry();
                }
                Event::Done
            }
            Action::ForgetEpochs { from } => {
                let gone: Vec<_> = self.phone.keys().filter(|key| key.0 >= *from).cloned().collect();
                for key in gone {
                    self.aside.extend(self.phone.remove(&key).unwrap());
                }
                self.local.epoch = from - 1;
                Event::Done
            }
            Action::GetFeed if self.replaced => Event::Replaced,
            Action::GetFeed => Event::Feed {
                more: false,
                missing: Vec::new(),
            },
            Action::Wait { .. } => Event::Waited,
            Action::AskPhoto(_) => Event::Photo {
                offset: 0,
                complete: false,
            },
            Action::SendPhoto { offset, .. } => Event::Photo {
                offset: offset + PHOTO_CHUNK_BYTES as u64,
                complete: *offset >= 2 * PHOTO_CHUNK_BYTES as u64,
            },
            _ => Event::Done,
        }
    }

    fn head(&self) -> Event {
        let lines = self.server.iter().filter(|(_, records)| !records.is_empty());
        let lines = lines.map(|(key, records)| {
            let newest = *records.last().unwrap();
            let seq = records[0].1 + records.len() as u64 - 1;
            let ours = self
                .phone
                .get(key)
                .and_then(|line| line.iter().find(|mark| mark.1 == seq));
            Seen {
                epoch: key.0,
                branch: key.1.clone(),
                seq,
                same: ours.map(|ours| *ours == newest),
            }
        });
        Event::Head {
            epoch: self.server_epoch,
            our_key: self.our_key,
            lines: lines.collect(),
        }
    }

    fn open(&mut self, epoch: u32) -> Event {
        self.local.epoch = epoch;
        self.local.key_is_epochs = true;
        self.server_epoch = epoch;
        self.carry();
        Event::Opened { epoch }
    }

    fn carry(&mut self) {
        let line = self.phone.entry(main_line(self.local.epoch)).or_default();
        for mark in self.aside.drain(..) {
            let seq = line.len() as u64 + 1;
            // Written anew: another record with the same words.
            line.push((mark.0.to_ascii_uppercase(), seq));
        }
    }

    /// What a server answers, as the push table says.
    fn take(&mut self, key: &(u32, String), from: u64, max: usize) -> Event {
        let batch: Vec<Mark> = self.phone[key]
            .iter()
            .filter(|mark| mark.1 >= from)
            .take(max)
            .copied()
            .collect();
        if batch.len() > self.max_bytes {
            return Event::TooBig;
        }
        if let Some(bad) = self.poison.filter(|bad| batch.contains(bad)) {
            return Event::Quarantined { seq: bad.1 };
        }
        let is_branch = !key.1.is_empty();
        let stored = self.server.entry(key.clone()).or_default();
        let next = stored.last().map_or(1, |mark| mark.1 + 1);
        for mark in &batch {
            match stored.iter().find(|held| held.1 == mark.1) {
                Some(held) if held != mark => return Event::Fork { seq: mark.1 },
                Some(_) => {}
                None => {}
            }
        }
        if from > next && !(is_branch && stored.is_empty()) {
            return Event::Gap { expected_seq: next };
        }
        for mark in batch {
            if !stored.contains(&mark) {
                stored.push(mark);
            }
        }
        let to_seq = stored.last().unwrap().1.min(from + max as u64 - 1);
        let receipted = self.receipted.entry(key.clone()).or_default();
        *receipted = to_seq.max(*receipted);
        Event::Pushed { to_seq }
    }

    /// Each live record of the phone's is on the server, in the same line and place.
    fn assert_all_there(&self) {
        assert!(self.aside.is_empty(), "records still wait: {:?}", self.aside);
        for (key, records) in &self.phone {
            for mark in records {
                let held = self.server.get(key).is_some_and(|line| line.contains(mark));
                assert!(held, "the server lacks {mark:?} of {key:?}");
            }
        }
    }
}

fn name(action: &Action) -> String {
    match action {
        Action::Push {
            epoch, branch, from, ..
        } => format!(
            "push {epoch}{}{branch} from {from}",
            if branch.is_empty() { "" } else { "/" }
        ),
        Action::OpenEpoch { epoch, reason } => format!("open {epoch} {reason:?}"),
        Action::MakeBranch { epoch, from } => format!("branch {epoch} from {from}"),
        Action::SetAside { epoch, from, .. } => format!("aside {epoch} from {from}"),
        Action::ForgetEpochs { from } => format!("forget from {from}"),
        Action::SendPhoto { offset, .. } => format!("photo at {offset}"),
        Action::Wait { .. } => "wait".into(),
        other => format!("{other:?}"),
    }
}

/// The steps about the log, without those that every run makes.
fn steps(world: &mut World) -> Vec<String> {
    let all = world.run();
    let every = ["GetHead", "GetFeed", "End"];
    all.into_iter().filter(|step| !every.contains(&step.as_str())).collect()
}

#[test]
fn the_push_table() {
    let all = |n| marks('a', 1..=n);
    // What it is, the phone's records, receipted, the server's, the steps.
    type Case = (&'static str, Vec<Mark>, u64, Vec<Mark>, &'static [&'static str]);
    let cases: [Case; 9] = [
        ("nothing to do", all(3), 3, all(3), &[]),
        ("a first push", all(3), 0, vec![], &["push 1 from 1"]),
        ("the next records", all(5), 3, all(3), &["push 1 from 4"]),
        ("the answer to a push was lost", all(5), 3, all(5), &[]),
        (
            "the server was restored from a backup",
            all(5),
            4,
            all(2),
            &["OfferPhotos", "push 1 from 3"],
        ),
        (
            "the server was restored to nothing",
            all(5),
            4,
            vec![],
            &["OfferPhotos", "push 1 from 1"],
        ),
        (
            "the phone was restored from a copy, and wrote nothing since",
            all(3),
            3,
            all(6),
            &["open 2 Fork"],
        ),
        (
            "the phone was restored from a copy with records that were sent since",
            all(4),
            2,
            all(6),
            &["open 2 Fork", "push 1 from 3"],
        ),
        (
            "the phone was restored from a copy, and wrote on",
            [all(3), marks('b', 4..=5)].concat(),
            3,
            all(6),
            &[
                "open 2 Fork",
                "push 1 from 4",
                "branch 1 from 4",
                "push 1/branch from 4",
            ],
        ),
    ];
    for (what, phone, receipted, server, expected) in cases {
        let mut world = World::new(phone, receipted, server);
        assert_eq!(steps(&mut world), expected, "{what}");
        assert_eq!(world.machine.problems, [], "{what}");
        world.assert_all_there();
    }
}

#[test]
fn a_copy_that_went_further_in_the_same_place_is_a_fork() {
    let mut world = World::new([marks('a', 1..=3), marks('b', 4..=8)].concat(), 3, marks('a', 1..=6));
    let expected = [
        "open 2 Fork",
        "push 1 from 4",
        "branch 1 from 4",
        "push 1/branch from 4",
    ];
    assert_eq!(steps(&mut world), expected);
    world.assert_all_there();
}

#[test]
fn a_fork_that_shows_only_in_the_push() {
    // Another copy pushed between the head and our push.
    let mut world = World::new([marks('a', 1..=3), marks('b', 4..=5)].concat(), 3, marks('a', 1..=3));
    world.faults = vec![world.head()];
    world.server.insert(main_line(1), marks('a', 1..=4));
    let expected = [
        "push 1 from 4",
        "open 2 Fork",
        "branch 1 from 4",
        "push 1/branch from 4",
    ];
    assert_eq!(steps(&mut world), expected);
    world.assert_all_there();
}

#[test]
fn a_gap_is_sent_again_from_where_the_server_says() {
    let mut world = World::new(marks('a', 1..=6), 4, marks('a', 1..=2));
    // The head is of a moment before the server lost records.
    world.faults = vec![Event::Head {
        epoch: 1,
        our_key: true,
        lines: vec![Seen {
            epoch: 1,
            branch: String::new(),
            seq: 4,
            same: Some(true),
        }],
    }];
    assert_eq!(steps(&mut world), ["push 1 from 5", "push 1 from 3"]);
    world.assert_all_there();
}

#[test]
fn a_restored_server_that_misses_what_is_pruned_here_is_given_the_rest_in_a_new_epoch() {
    let mut world = World::new(marks('a', 6..=9), 7, marks('a', 1..=2));
    let expected = [
        "OfferPhotos",
        "push 1 from 6",
        "aside 1 from 6",
        "open 2 Fork",
        "push 2 from 1",
    ];
    assert_eq!(steps(&mut world), expected);
    assert_eq!(world.server[&main_line(2)], marks('A', 1..=4));
}

#[test]
fn a_refused_batch_is_cut_before_its_fault_and_written_anew() {
    let mut world = World::new(marks('a', 1..=8), 2, marks('a', 1..=2));
    world.poison = Some(('a', 5));
    let expected = [
        "push 1 from 3",
        "aside 1 from 5",
        "push 1 from 3",
        "open 2 Quarantined",
        "push 2 from 1",
    ];
    assert_eq!(steps(&mut world), expected);
    assert_eq!(world.machine.problems, []);
    assert_eq!(world.server[&main_line(1)], marks('a', 1..=4));
    assert_eq!(world.server[&main_line(2)], marks('A', 1..=4));
}

#[test]
fn a_lost_key_opens_an_epoch_before_anything_is_sealed() {
    let found_at_start = |world: &mut World| (world.local.has_key, world.our_key) = (false, false);
    let lost_in_the_push = |world: &mut World| world.faults = vec![world.head(), Event::KeyGone];
    let restored_database = |world: &mut World| (world.local.key_is_epochs, world.our_key) = (false, false);
    type Case = (&'static str, fn(&mut World), &'static [&'static str]);
    let cases: [Case; 3] = [
        (
            "gone at the start",
            found_at_start,
            &["NewKey", "open 2 KeyLost", "push 1 from 3"],
        ),
        (
            "gone in the push",
            lost_in_the_push,
            &["push 1 from 3", "NewKey", "open 2 KeyLost", "push 1 from 3"],
        ),
        (
            "a recovered database under another key",
            restored_database,
            &["open 2 KeyLost", "push 1 from 3"],
        ),
    ];
    for (what, set, expected) in cases {
        let mut world = World::new(marks('a', 1..=5), 2, marks('a', 1..=2));
        set(&mut world);
        assert_eq!(steps(&mut world), expected, "{what}");
        world.assert_all_there();
    }
}

#[test]
fn the_lost_answer_to_a_new_epoch_is_taken_up() {
    let mut world = World::new(marks('a', 1..=3), 3, marks('a', 1..=3));
    world.server_epoch = 2;
    assert_eq!(steps(&mut world), ["AdoptNewest"]);
    // Under another phone's key, or with records in it, it is not ours to write in.
    for (our_key, records) in [(false, vec![]), (true, marks('c', 1..=2))] {
        let mut world = World::new(marks('a', 1..=3), 3, marks('a', 1..=3));
        (world.server_epoch, world.our_key) = (2, our_key);
        world.server.insert(main_line(2), records);
        assert_eq!(steps(&mut world), ["open 3 Fork"]);
    }
    // A recovered database is older than our key, which holds the server's newest epoch and can sign.
    let mut world = World::new(marks('a', 1..=3), 3, marks('a', 1..=3));
    (world.server_epoch, world.local.key_is_epochs) = (2, false);
    world.server.insert(main_line(2), marks('c', 1..=2));
    assert_eq!(steps(&mut world), ["open 3 Fork"]);
}

#[test]
fn a_key_that_vouches_for_nothing_goes_on_as_a_new_one() {
    let mut world = World::new(marks('a', 1..=3), 3, marks('a', 1..=3));
    (world.server_epoch, world.our_key) = (2, false);
    world.faults = vec![world.head(), Event::Unproved];
    assert_eq!(steps(&mut world), ["open 3 Fork", "open 3 KeyLost"]);
    assert_eq!(world.machine.problems, []);
    // A server that takes neither is left in peace.
    let mut world = World::new(marks('a', 1..=3), 3, marks('a', 1..=3));
    (world.server_epoch, world.our_key) = (2, false);
    world.faults = [vec![world.head()], vec![Event::Unproved; 9]].concat();
    assert_eq!(
        world.run(),
        ["GetHead", "open 3 Fork", "open 3 KeyLost", "open 3 KeyLost", "End"]
    );
    assert_eq!(world.machine.problems[0].code, "unsettled");
}

#[test]
fn a_server_restored_to_before_an_epoch_is_sent_it_anew() {
    let mut world = World::new(marks('a', 1..=3), 3, marks('a', 1..=2));
    world.local.epoch = 2;
    world.phone.insert(main_line(2), marks('b', 1..=2));
    world.receipted.insert(main_line(2), 2);
    let expected = [
        "forget from 2",
        "OfferPhotos",
        "push 1 from 3",
        "open 2 Quarantined",
        "push 2 from 1",
    ];
    assert_eq!(steps(&mut world), expected);
    world.assert_all_there();
}

#[test]
fn patience_is_bounded() {
    let later = |after_s| Event::Later {
        after_s,
        problem: Problem::new("busy", ""),
    };
    type Case = (&'static str, Vec<Event>, usize, &'static [&'static str]);
    // What, the faults, waits, problems that stay.
    let cases: [Case; 4] = [
        ("one busy answer", vec![later(None)], 1, &[]),
        ("three in a row", vec![later(None), later(Some(2)), later(None)], 3, &[]),
        (
            "four in a row",
            vec![later(None), later(None), later(None), later(None)],
            3,
            &["busy"],
        ),
        ("a long Retry-After", vec![later(Some(600))], 0, &["busy"]),
    ];
    for (what, faults, waits, problems) in cases {
        let mut world = World::new(marks('a', 1..=3), 0, vec![]);
        world.faults = faults;
        let taken = steps(&mut world);
        assert_eq!(taken.iter().filter(|step| *step == "wait").count(), waits, "{what}");
        let codes: Vec<&str> = world.machine.problems.iter().map(|p| p.code.as_str()).collect();
        assert_eq!(codes, problems, "{what}");
    }
    for (asked_s, span_s) in [(600, 600..900), (u64::MAX, 14_400..21_600)] {
        let mut world = World::new(marks('a', 1..=3), 0, vec![]);
        world.faults = vec![later(Some(asked_s))];
        world.run();
        let again_s = world.machine.retry_after_s.unwrap_or_default();
        assert!(span_s.contains(&again_s), "{again_s}");
    }
}

/// The first waits of a phone that is told to come later again and again.
fn waits_of(spread: u64, after_s: Option<u64>) -> Vec<u64> {
    let mut machine = Machine::new(spread);
    let local = Local::default();
    machine.step(&local, Event::Begin);
    let mut waits = Vec::new();
    for _ in 1..TRIES {
        let problem = Problem::new("busy", "");
        match machine.step(&local, Event::Later { after_s, problem }) {
            Action::Wait { ms } => waits.push(ms),
            other => panic!("{other:?}"),
        }
        machine.step(&local, Event::Waited);
    }
    waits
}

#[test]
fn retries_are_spread() {
    // Between which milliseconds the phones come back, at each try.
    let cases = [
        (None, [500..1_000, 1_000..2_000, 2_000..4_000]),
        (Some(1), [1_000..2_000, 1_000..3_000, 1_000..5_000]),
        (Some(20), [20_000..21_000, 20_000..22_000, 20_000..24_000]),
    ];
    for (after_s, within) in cases {
        let phones = (0..1_000).map(|n| waits_of(0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(n), after_s));
        let phones: Vec<Vec<u64>> = phones.collect();
        for (turn, within) in within.into_iter().enumerate() {
            let mut tenths = [0; 10];
            for waits in &phones {
                assert!(within.contains(&waits[turn]), "{after_s:?}, wait {turn}: {waits:?}");
                tenths[((waits[turn] - within.start) * 10 / (within.end - within.start)) as usize] += 1;
            }
            assert!(
                tenths.iter().all(|phones| (70..130).contains(phones)),
                "{after_s:?}, wait {turn}: of 1000 phones, by tenths of the stretch {tenths:?}"
            );
        }
    }
}

#[test]
fn a_batch_that_is_too_big_is_halved() {
    let mut world = World::new(marks('a', 1..=600), 0, vec![]);
    world.max_bytes = 130;
    world.run();
    world.assert_all_there();
    let mut world = World::new(marks('a', 1..=600), 0, vec![]);
    world.max_bytes = 0;
    world.run();
    assert_eq!(world.machine.problems[0].code, "too_big");
}

#[test]
fn thirty_days_offline_go_in_thirty_batches() {
    let mut world = World::new(marks('a', 1..=15_000), 0, vec![]);
    let pushes: Vec<String> = steps(&mut world);
    assert_eq!(pushes.len(), 30);
    assert_eq!(pushes[29], "push 1 from 14501");
    world.assert_all_there();
}

#[test]
fn a_refusal_of_one_part_leaves_the_others() {
    let refused = || Event::Refused(Problem::new("nope", ""));
    // The head, the feed: after a refused feed photos still go.
    let mut world = World::new(vec![], 0, vec![]);
    let hash = Hash([1; 32]);
    world.local.photos = vec![PendingPhoto { hash, bytes: 700_000 }];
    world.faults = vec![world.head(), refused()];
    let taken = world.run();
    let last = format!("photo at {}", 2 * PHOTO_CHUNK_BYTES);
    assert!(taken.contains(&last), "{taken:?}");
    assert_eq!(world.machine.problems.len(), 1);
    assert!(!world.machine.gave_up, "the server was heard");
    // A photo that is not named yet is left for the next run.
    let mut world = World::new(vec![], 0, vec![]);
    world.local.photos = vec![PendingPhoto { hash, bytes: 700_000 }];
    world.faults = vec![
        world.head(),
        Event::Feed {
            more: false,
            missing: vec![],
        },
        refused(),
    ];
    assert!(!world.run().iter().any(|step| step.starts_with("photo")));
    // Without a head there is nothing to go by.
    let mut world = World::new(marks('a', 1..=3), 0, vec![]);
    world.faults = vec![refused()];
    assert_eq!(world.run(), ["GetHead", "End"]);
    assert!(world.machine.gave_up);
}

#[test]
fn a_feed_of_another_incarnation_is_asked_for_whole_once() {
    let mut world = World::new(vec![], 0, vec![]);
    world.faults = vec![world.head(), Event::OtherIncarnation];
    assert_eq!(world.run(), ["GetHead", "GetFeed", "RestartFeed", "GetFeed", "End"]);
}

#[test]
fn a_replaced_phone_sends_what_it_has_and_has_no_problem() {
    let mut world = World::new(marks('a', 1..=3), 0, vec![]);
    world.replaced = true;
    let photo = PendingPhoto {
        hash: Hash::of("p"),
        bytes: 10,
    };
    world.local.photos = vec![photo];
    let steps = world.run();
    let sent = ["photo at 0", "photo at 65536", "photo at 131072", "End"];
    assert_eq!(steps[..3], ["GetHead", "push 1 from 1", "GetFeed"]);
    assert_eq!(steps[4..], sent);
    assert_eq!(world.machine.problems, []);
    assert_eq!(world.server[&main_line(1)], marks('a', 1..=3));
}

#[test]
fn a_revoked_phone_wipes_itself() {
    let mut world = World::new(marks('a', 1..=3), 0, vec![]);
    world.look();
    assert_eq!(world.machine.step(&world.local, Event::Begin), Action::GetHead);
    assert_eq!(world.machine.step(&world.local, Event::Revoked), Action::Wipe);
}
