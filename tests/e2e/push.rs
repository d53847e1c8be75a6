//! What a server answers to each thing that a push can be, and that the phone's next good push is taken.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use onbeat_core::{
    reading::Stamp,
    record::{Batch, EpochReason, Grade, Hash, Head, Record, Tip},
    rules::presence::FixTaken,
};
use onbeat_tests::{
    load,
    raw_phone::{Answer, BOOT, RawPhone},
};
use reqwest::header::{CONTENT_ENCODING, RETRY_AFTER};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::bed::Bed;

/// Memory that a refused push may cost the server, in MiB.
const REFUSAL_MOST_MB: f64 = 32.0;
/// What the bomb inflates to, in MiB.
const BOMB_MB: usize = 128;

/// A phone that can do wrong, and its server.
struct Rig<'a> {
    bed: &'a mut Bed,
    runtime: &'a Runtime,
    phone: RawPhone,
    rep: &'static str,
    ticks: i64,
}

impl<'a> Rig<'a> {
    fn new(bed: &'a mut Bed, runtime: &'a Runtime, rep: &'static str) -> Self {
        let phone = enrolled(bed, runtime, rep);
        Self {
            bed,
            runtime,
            phone,
            rep,
            ticks: 0,
        }
    }

    fn stamp(&mut self) -> Stamp {
        self.ticks += 50;
        Stamp {
            at_ms: self.bed.now_ms + self.ticks,
            elapsed_ms: self.bed.now_ms + self.ticks,
            boot: BOOT.into(),
        }
    }

    /// Writes fixes into the phone's log.
    fn fixes(&mut self, count: usize) -> Vec<Record> {
        (0..count).map(|n| self.fix(9_000 + n as i64)).collect()
    }

    fn fix(&mut self, accuracy_mm: i64) -> Record {
        let fix = json!({"lat_e9": 40_728_000_000_i64, "lon_e9": -73_795_000_000_i64, "accuracy_mm": accuracy_mm,
            "provider": "gps"});
        let at = self.stamp();
        let fix = serde_json::from_value(fix).unwrap();
        self.phone.write(at, &FixTaken { fix, seen: None })
    }

    fn push(&self, records: &[Record]) -> Answer {
        self.send(&self.phone.sealed(records.to_vec()))
    }

    fn send(&self, batch: &Batch) -> Answer {
        self.runtime.block_on(self.phone.push(batch))
    }

    fn send_text(&self, branch: Option<&str>, text: impl Into<Vec<u8>>) -> Answer {
        self.runtime.block_on(self.phone.push_bytes(branch, text.into()))
    }

    /// Pushes and is given a receipt over the last record.
    fn pushed(&self, records: &[Record]) -> Value {
        let (status, answer) = self.push(records);
        assert_eq!(status, 200, "{answer}");
        let last = records.last().unwrap();
        assert_eq!(answer["receipt"]["seq"], last.head.seq, "{answer}");
        assert_eq!(answer["receipt"]["hash"], last.hash.to_string(), "{answer}");
        answer
    }

    fn open_epoch(&mut self, reason: EpochReason, heads: &[Hash]) {
        let (status, answer) = self.runtime.block_on(self.phone.next_epoch(reason, heads));
        assert_eq!(status, 201, "{answer}");
    }

    /// A push of bytes with a header of one's own; status, `Retry-After` and JSON.
    fn send_gzip(&self, bytes: Vec<u8>) -> Answer {
        let url = format!(
            "{}/api/v1/streams/{}/log",
            self.bed.server.address(),
            self.phone.tip.stream
        );
        let request = load::client()
            .post(url)
            .bearer_auth(&self.phone.token)
            .header(CONTENT_ENCODING, "gzip")
            .body(bytes);
        self.runtime.block_on(async {
            let response = request.send().await.unwrap();
            (response.status().as_u16(), response.json().await.unwrap_or_default())
        })
    }

    fn quarantined(&self) -> String {
        self.bed.desk("auditor").get("/api/v1/quarantine").unwrap().to_string()
    }
}

fn enrolled(bed: &Bed, runtime: &Runtime, rep: &str) -> RawPhone {
    let link = bed.server.enrolment_link(rep).unwrap();
    runtime
        .block_on(RawPhone::enrol(load::client(), &link))
        .expect("enrolled")
}

fn refused(answer: &Answer, status: u16, code: &str) {
    let (got, body) = answer;
    assert_eq!((*got, &body["error"]["code"]), (status, &json!(code)), "{body}");
}

fn refused_at(answer: &Answer, code: &str, seq: u64) {
    refused(answer, 422, code);
    assert_eq!(answer.1["error"]["seq"], seq, "{}", answer.1);
}

fn gzip(write: impl FnOnce(&mut GzEncoder<Vec<u8>>)) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    write(&mut encoder);
    encoder.finish().unwrap()
}

fn a_retry_is_skipped(rig: &mut Rig<'_>) {
    let records = rig.fixes(5);
    let first = rig.pushed(&records);
    let again = rig.pushed(&records);
    assert_eq!((&again["stored"], &again["skipped"]), (&json!(0), &json!(5)));
    assert_eq!(first["receipt"], again["receipt"]);
}

fn what_overlaps_is_skipped_and_the_rest_appended(rig: &mut Rig<'_>) {
    let records = rig.fixes(8);
    rig.pushed(&records[..5]);
    let rest = rig.pushed(&records[2..]);
    assert_eq!((&rest["stored"], &rest["skipped"]), (&json!(3), &json!(3)));
}

fn a_fork_becomes_a_branch_of_the_old_epoch(rig: &mut Rig<'_>) {
    let records = rig.fixes(5);
    rig.pushed(&records);
    // As a restored copy would go on: from the third record.
    rig.phone.tip = Tip::of_certificate(&rig.phone.certificate);
    for record in &records[..3] {
        rig.phone.tip.advance(record).unwrap();
    }
    let tail = [rig.fix(7_000), rig.fix(7_001)];
    let answer = rig.push(&tail);
    refused(&answer, 409, "fork");
    assert_eq!(answer.1["error"]["seq"], 4);
    assert_eq!(answer.1["error"]["hash"], records[3].hash.to_string());
    rig.open_epoch(EpochReason::Fork, &[tail[1].hash, records[4].hash]);
    assert_eq!(rig.phone.certificate.heads, [tail[1].hash, records[4].hash]);
    let branch = rig.phone.sealed(tail.to_vec()).to_ndjson();
    let (status, answer) = rig.send_text(Some(&tail[0].hash.branch()), branch.clone());
    assert_eq!((status, &answer["stored"]), (200, &json!(2)), "{answer}");
    let (status, answer) = rig.send_text(Some(&tail[0].hash.branch()), branch);
    assert_eq!((status, &answer["skipped"]), (200, &json!(2)), "{answer}");
}

fn a_gap_is_filled_from_where_the_server_says(rig: &mut Rig<'_>) {
    let records = rig.fixes(9);
    rig.pushed(&records[..3]);
    let answer = rig.push(&records[5..]);
    refused(&answer, 409, "gap");
    assert_eq!(answer.1["error"]["expected_seq"], 4);
    assert_eq!(rig.pushed(&records[3..])["stored"], 6, "nothing of the gap was kept");
}

fn a_wrong_chain_is_quarantined(rig: &mut Rig<'_>) {
    let good = rig.fixes(3);
    rig.pushed(&good);
    rig.phone.tip.hash = Hash::of("another history");
    let bad = rig.fixes(2);
    refused_at(&rig.push(&bad), "chain", 4);
    assert!(rig.quarantined().contains("\"chain\""));
    rig.open_epoch(EpochReason::Quarantined, &[bad[1].hash, good[2].hash]);
}

fn a_wrong_seal_is_quarantined(rig: &mut Rig<'_>) {
    let records = rig.fixes(3);
    let mut batch = rig.phone.sealed(records.clone());
    batch.seal.sig.0[10] ^= 1;
    refused_at(&rig.send(&batch), "seal", 3);
    assert!(rig.quarantined().contains("\"seal\""));
    rig.pushed(&records);
}

fn a_body_of_another_hash_is_quarantined(rig: &mut Rig<'_>) {
    let records = rig.fixes(3);
    let text = rig.phone.sealed(records.clone()).to_ndjson();
    refused_at(&rig.send_text(None, text.replace(":9001,", ":8001,")), "body_hash", 2);
    assert!(rig.quarantined().contains("\"body_hash\""));
    rig.pushed(&records);
}

fn an_unsealed_batch_is_quarantined(rig: &mut Rig<'_>) {
    let records = rig.fixes(3);
    let text = rig.phone.sealed(records.clone()).to_ndjson();
    let (unsealed, _) = text.trim_end().rsplit_once('\n').unwrap();
    refused_at(&rig.send_text(None, format!("{unsealed}\n")), "unsealed", 3);
    assert!(rig.quarantined().contains("\"unsealed\""));
    rig.pushed(&records);
}

fn an_unreadable_body_is_kept_and_blocks_nothing(rig: &mut Rig<'_>) {
    let body = "{\"salt\":\"of a phone that is not made yet\"}".to_owned();
    let tip = rig.phone.tip.clone();
    let head = Head {
        v: 1,
        stream: tip.stream,
        epoch: tip.epoch,
        seq: tip.seq + 1,
        prev: tip.hash,
        body: Hash::of(&body),
    };
    let unreadable = Record::from_lines(head.to_line(), Some(body.clone())).unwrap();
    rig.phone.tip.advance(&unreadable).unwrap();
    let records = [vec![unreadable], rig.fixes(2)].concat();
    assert_eq!(rig.pushed(&records)["stored"], 3);
    assert!(rig.bed.verified_log(rig.rep).contains(&body));
}

fn a_restored_server_gets_what_it_lost(rig: &mut Rig<'_>) {
    let records = rig.fixes(10);
    rig.pushed(&records[..5]);
    let backup = rig.bed.folder.path().join("backup");
    rig.bed.server.kill();
    rig.bed.copy_server_to(&backup);
    rig.bed.server.restart(rig.bed.now_ms).unwrap();
    rig.pushed(&records[5..]);
    rig.bed.server.kill();
    rig.bed.restore_server_from(&backup);
    rig.bed.server.restart(rig.bed.now_ms).unwrap();
    let path = format!("streams/{}/head", rig.phone.tip.stream);
    let (status, head) = rig.runtime.block_on(rig.phone.get(&path));
    assert_eq!((status, &head["lines"][0]["seq"]), (200, &json!(5)), "{head}");
    let answer = rig.push(&records[8..]);
    refused(&answer, 409, "gap");
    assert_eq!(answer.1["error"]["expected_seq"], 6);
    assert_eq!(rig.pushed(&records[5..])["stored"], 5);
}

fn a_lost_keys_tail_is_adopted_by_the_next(rig: &mut Rig<'_>) {
    let records = rig.fixes(8);
    rig.pushed(&records[..5]);
    rig.open_epoch(EpochReason::KeyLost, &[records[7].hash]);
    assert_eq!(rig.phone.certificate.grade, Grade::Unconfirmed);
    assert_eq!(rig.pushed(&records[5..])["stored"], 3);
}

fn what_is_too_big_is_refused_before_it_grows(rig: &mut Rig<'_>) {
    let records = rig.fixes(501);
    refused(&rig.push(&records), 413, "too_big");
    refused(&rig.send_text(None, vec![b' '; 512 * 1024 + 1]), 413, "too_big");
    let bomb = gzip(|encoder| {
        let mebibyte = vec![b'{'; 1024 * 1024];
        (0..BOMB_MB).for_each(|_| encoder.write_all(&mebibyte).unwrap());
    });
    assert!(bomb.len() < 512 * 1024, "it has to come through whole");
    let before = rig.bed.server.rss_peak_mb().unwrap();
    for _ in 0..3 {
        refused(&rig.send_gzip(bomb.clone()), 413, "too_big");
    }
    let grown = rig.bed.server.rss_peak_mb().unwrap() - before;
    assert!(grown < REFUSAL_MOST_MB, "the server grew by {grown} MiB");
    rig.pushed(&records[..500]);
    rig.pushed(&records[500..]);
}

fn who_calls_too_often_is_told_when_to_come_back(rig: &mut Rig<'_>) {
    let url = format!(
        "{}/api/v1/streams/{}/head",
        rig.bed.server.address(),
        rig.phone.tip.stream
    );
    let client = load::client();
    let wait_s = rig.runtime.block_on(async {
        for _ in 0..5_000 {
            let response = client.get(&url).bearer_auth(&rig.phone.token).send().await.unwrap();
            if response.status() == 429 {
                let seconds = response.headers()[RETRY_AFTER].to_str().unwrap();
                return seconds.parse::<i64>().unwrap();
            }
            assert_eq!(response.status(), 200);
        }
        panic!("nobody was ever told to wait");
    });
    assert!((1..=60).contains(&wait_s), "{wait_s} s");
    let records = rig.fixes(1);
    refused(&rig.push(&records), 429, "too_often");
    rig.bed.now_ms += 60_000;
    rig.bed.server.set_clock(rig.bed.now_ms).unwrap();
    rig.pushed(&records);
}

fn an_unknown_token_is_refused(rig: &mut Rig<'_>) {
    let records = rig.fixes(2);
    let token = std::mem::replace(&mut rig.phone.token, "nobody".into());
    refused(&rig.push(&records), 401, "unknown_device");
    rig.phone.token = token;
    rig.pushed(&records);
}

fn anothers_stream_is_refused(rig: &mut Rig<'_>) {
    let records = rig.fixes(2);
    let other = enrolled(rig.bed, rig.runtime, "pia");
    let token = std::mem::replace(&mut rig.phone.token, other.token);
    refused(&rig.push(&records), 403, "not_your_stream");
    rig.phone.token = token;
    rig.pushed(&records);
}

fn what_is_no_text_is_refused(rig: &mut Rig<'_>) {
    let records = rig.fixes(2);
    let mut bytes = rig.phone.sealed(records.clone()).to_ndjson().into_bytes();
    refused(&rig.send_gzip(bytes.clone()), 400, "not_gzip");
    bytes[40] = 0xff;
    let answer = rig.send_text(None, bytes);
    refused(&answer, 400, "not_utf8");
    assert_eq!(answer.1["error"]["byte"], 40);
    let text = rig.phone.sealed(records).to_ndjson();
    let (status, answer) = rig.send_gzip(gzip(|encoder| encoder.write_all(text.as_bytes()).unwrap()));
    assert_eq!((status, &answer["stored"]), (200, &json!(2)), "{answer}");
}

/// What a push is, by a rep of his own each.
type Row = (&'static str, fn(&mut Rig<'_>));

const ROWS: &[Row] = &[
    ("ada", a_retry_is_skipped),
    ("ben", what_overlaps_is_skipped_and_the_rest_appended),
    ("cleo", a_fork_becomes_a_branch_of_the_old_epoch),
    ("dan", a_gap_is_filled_from_where_the_server_says),
    ("eva", a_wrong_chain_is_quarantined),
    ("fay", a_wrong_seal_is_quarantined),
    ("gus", a_body_of_another_hash_is_quarantined),
    ("hal", an_unsealed_batch_is_quarantined),
    ("ida", an_unreadable_body_is_kept_and_blocks_nothing),
    ("jim", a_restored_server_gets_what_it_lost),
    ("kay", a_lost_keys_tail_is_adopted_by_the_next),
    ("leo", what_is_too_big_is_refused_before_it_grows),
    ("mia", an_unknown_token_is_refused),
    ("ned", anothers_stream_is_refused),
    ("ora", what_is_no_text_is_refused),
    ("pia", who_calls_too_often_is_told_when_to_come_back),
];

#[test]
fn every_push_is_answered_as_it_is_written_and_the_phone_goes_on() {
    let mut bed = Bed::new();
    let runtime = Runtime::new().unwrap();
    for (rep, row) in ROWS {
        println!("{rep}");
        let mut rig = Rig::new(&mut bed, &runtime, rep);
        row(&mut rig);
        let next = rig.fixes(2);
        assert_eq!(rig.pushed(&next)["stored"], 2, "{rep}: the next good push is taken");
        bed.verified_log(rep);
    }
}
