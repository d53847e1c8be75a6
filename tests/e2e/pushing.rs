//! Phones that push without a rest, each push until it is acknowledged, while the servers and what they stand on are
//! tried.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

use onbeat_tests::{
    load::{self, Push, anchored, fixes},
    raw_phone::RawPhone,
    story::Random,
};
use reqwest::header::RETRY_AFTER;
use tokio::{
    runtime::{self, Runtime},
    task::JoinHandle,
};

use crate::bed::moment;

pub(crate) const FIXES_A_PUSH: usize = 3;
/// Longer than a server takes for an answer where its database gives none.
const ANSWER_MOST: Duration = Duration::from_secs(40);
/// Longest wait until all phones have heard the same.
const HEARD_MOST: Duration = Duration::from_secs(60);

/// A phone, and all that it will ever push.
pub(crate) struct Phone {
    stream: String,
    token: String,
    pushes: Vec<Push>,
    taken: AtomicUsize,
    told_later: AtomicUsize,
}

/// Phones, and the servers that they push to, which are one to them.
pub(crate) struct Pushing {
    runtime: Runtime,
    servers: Arc<Vec<String>>,
    phones: Vec<Arc<Phone>>,
    running: Vec<JoinHandle<usize>>,
    over: Arc<AtomicBool>,
}

impl Phone {
    /// Enrols, and writes down the time and a fix each second from an instant on.
    async fn enrolled(link: &str, from_ms: i64, fixes_in_all: usize) -> Self {
        let mut phone = RawPhone::enrol(load::client(), link).await.expect("enrolled");
        let batch = anchored(&mut phone).await.expect("a time");
        assert_eq!(phone.push(&batch).await.0, 200);
        let times_ms = (0..fixes_in_all as i64).map(|n| from_ms + 1_000 * n);
        Self {
            pushes: fixes(&mut phone, times_ms, FIXES_A_PUSH),
            stream: phone.tip.stream,
            token: phone.token,
            taken: AtomicUsize::new(0),
            told_later: AtomicUsize::new(0),
        }
    }

    /// Pushes that were acknowledged.
    pub(crate) fn taken(&self) -> usize {
        self.taken.load(Relaxed)
    }

    /// Answers that it was to come again.
    pub(crate) fn told_later(&self) -> usize {
        self.told_later.load(Relaxed)
    }

    /// Pushes to any server until one acknowledges it.
    async fn push(&self, push: &Push, servers: &[String], random: &mut Random) {
        let http = load::client();
        loop {
            let server = &servers[random.bits() as usize % servers.len()];
            let url = format!("{server}/api/v1/streams/{}/log", self.stream);
            let request = http.post(url).bearer_auth(&self.token).body(push.bytes.clone());
            // A server that died says nothing; one whose database did, when to come again.
            if let Ok(answer) = request.timeout(ANSWER_MOST).send().await {
                match answer.status().as_u16() {
                    200 => break,
                    503 => assert!(answer.headers().contains_key(RETRY_AFTER)),
                    status => panic!("{status}: {}", answer.text().await.unwrap()),
                }
                self.told_later.fetch_add(1, Relaxed);
            }
            tokio::time::sleep(moment(random, Duration::from_millis(50))).await;
        }
        self.taken.fetch_add(1, Relaxed);
    }

    /// One push after the other; how many fixes were acknowledged.
    async fn push_until(&self, over: &AtomicBool, servers: &[String], mut random: Random) -> usize {
        for (n, push) in self.pushes.iter().enumerate() {
            self.push(push, servers, &mut random).await;
            if over.load(Relaxed) {
                return (n + 1) * FIXES_A_PUSH;
            }
            tokio::time::sleep(moment(&mut random, Duration::from_millis(300))).await;
        }
        panic!("the phone has nothing left to push");
    }
}

impl Pushing {
    pub(crate) fn to(servers: Vec<String>) -> Self {
        let runtime = runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build();
        Self {
            runtime: runtime.unwrap(),
            servers: Arc::new(servers),
            phones: Vec::new(),
            running: Vec::new(),
            over: Arc::default(),
        }
    }

    /// Enrols a phone that has a fix for each second from an instant on.
    pub(crate) fn enrol(&mut self, link: &str, from_ms: i64, fixes_in_all: usize) {
        let phone = self.runtime.block_on(Phone::enrolled(link, from_ms, fixes_in_all));
        self.phones.push(Arc::new(phone));
    }

    /// Has all push at the same time, from now on.
    pub(crate) fn begin(&mut self, random: &mut Random) {
        for phone in &self.phones {
            let (phone, servers, over) = (phone.clone(), self.servers.clone(), self.over.clone());
            let random = Random::new(random.bits(), "phone");
            let pushing = async move { phone.push_until(&over, &servers, random).await };
            self.running.push(self.runtime.spawn(pushing));
        }
    }

    /// What has been of each phone so far.
    pub(crate) fn each(&self, count: fn(&Phone) -> usize) -> Vec<usize> {
        self.phones.iter().map(|phone| count(phone)).collect()
    }

    /// Waits until it has been of each phone once more.
    pub(crate) fn each_once_more(&self, count: fn(&Phone) -> usize) {
        let (begun, before) = (Instant::now(), self.each(count));
        while self.each(count).iter().zip(&before).any(|(now, before)| now == before) {
            assert!(begun.elapsed() < HEARD_MOST, "a phone does not hear of it");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Set once they are to end.
    pub(crate) fn over(&self) -> Arc<AtomicBool> {
        self.over.clone()
    }

    /// Has them end; how many fixes of each were acknowledged.
    pub(crate) fn end(&mut self) -> Vec<usize> {
        self.over.store(true, Relaxed);
        let running = self.running.drain(..);
        running.map(|running| self.runtime.block_on(running).unwrap()).collect()
    }

    /// Has each push its first fixes again, as phones do whose server came back without them.
    pub(crate) fn again(&self, fixes: &[usize], random: &mut Random) {
        for (phone, fixes) in self.phones.iter().zip(fixes) {
            for push in &phone.pushes[..fixes / FIXES_A_PUSH] {
                self.runtime.block_on(phone.push(push, &self.servers, random));
            }
        }
    }
}

/// So many fixes, one each second from an instant on, each stored once: as [`crate::kills::fixes_by_time`] counts.
pub(crate) fn each_second(from_ms: i64, fixes: usize) -> BTreeMap<i64, u32> {
    (0..fixes as i64).map(|n| (from_ms + 1_000 * n, 1)).collect()
}
