#![allow(clippy::unwrap_used)]

use axum::http::{Method, StatusCode};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hpke::{
    Deserializable, Kem, OpModeR, Serializable, aead::ChaCha20Poly1305, kdf::HkdfSha256, kem::X25519HkdfSha256,
};
use onbeat_core::{
    record::{
        Certificate, EpochReason, EpochRequest, Grade, Hash, KeyFile, KeyRing, Payload, Receipt, Record, Signable,
        Signature,
    },
    reference::ExceptionKind,
    rules::{
        Answered, FindingKind,
        log::{BatchQuarantined, EpochOpened, StreamForked},
        presence::{BreakStarted, ReasonGiven},
        visit::{CheckedIn, Outcome, Report},
    },
    time::Interval,
};
use serde_json::{Value, json};

use super::seal_key;
use crate::{
    phones::{StreamBody, StreamState, stream_cell, stream_of},
    store::{Change, LogLine, LogRow},
    testing::{
        DATABASE_KEY, HOUR, MINUTE, MONDAY, Phone, REP, World, at, fix, gzip, new_pkcs8, public, read_key, seal, sign,
    },
};

fn code(answer: &Value) -> &str {
    answer["error"]["code"].as_str().unwrap_or("none")
}

pub(super) fn main_line(phone: &Phone) -> LogLine {
    LogLine {
        stream: phone.stream.clone(),
        epoch: phone.tip.epoch,
        branch: String::new(),
    }
}

pub(super) async fn stored(world: &World, line: &LogLine) -> Vec<LogRow> {
    world.app.store.records(line, 1, 1_000).await.unwrap()
}

pub(super) async fn desk_records(world: &World, kind: &str) -> Vec<LogRow> {
    let line = LogLine {
        stream: world.app.desk.stream().clone(),
        epoch: 1,
        branch: String::new(),
    };
    let mut rows = stored(world, &line).await;
    rows.retain(|row| row.body.as_ref().unwrap().contains(&format!("\"type\":\"{kind}\"")));
    rows
}

/// A phone with its first `n` fixes of the morning, all pushed.
async fn synced(world: &World, n: i64) -> Phone {
    let mut phone = world.enrol(REP).await;
    phone.anchor(world, at(8, 0), 0).await;
    for minute in 1..n {
        phone.fix(at(8, minute), 0);
    }
    world.set_time(at(8, n));
    world.pushed(&phone, 0).await;
    phone
}

#[tokio::test(flavor = "multi_thread")]
async fn what_continues_is_stored_and_a_retry_never_doubles() {
    let world = World::new().await;
    let mut phone = synced(&world, 5).await;
    let again = world.pushed(&phone, 0).await;
    assert_eq!((&again["stored"], &again["skipped"]), (&json!(0), &json!(5)));
    phone.fix(at(8, 6), 0);
    phone.fix(at(8, 7), 0);
    let both = world.pushed(&phone, 2).await;
    assert_eq!((&both["stored"], &both["skipped"]), (&json!(2), &json!(3)));
    let third = world.pushed(&phone, 2).await;
    assert_eq!(third["receipt"], both["receipt"], "the same receipt again");

    let rows = stored(&world, &main_line(&phone)).await;
    let bytes: Vec<_> = rows.iter().map(|row| (row.head.clone(), row.body.clone())).collect();
    let sent: Vec<_> = phone
        .records
        .iter()
        .map(|r| (r.head_line.clone(), r.body_line.clone()))
        .collect();
    assert_eq!(bytes, sent, "the bytes are the record");
    let newest = phone.seal(phone.records.last().unwrap());
    let cell = world
        .app
        .store
        .cell("seal", &seal_key(&main_line(&phone), &newest.kid), 0)
        .await
        .unwrap();
    assert!(cell.unwrap().body.contains(&newest.hash.to_string()));
    let (state, _) = stream_of(&*world.app.store, &phone.stream).await.unwrap().unwrap();
    assert_eq!(state.last_sync_ms, Some(at(8, 5)));
}

#[tokio::test(flavor = "multi_thread")]
async fn gzip_is_inflated_within_bounds() {
    let world = World::new().await;
    let mut phone = synced(&world, 3).await;
    phone.fix(at(8, 10), 0);
    let path = format!("/api/v1/streams/{}/log", phone.stream);
    let send = |bytes: Vec<u8>| {
        world.call(
            Method::POST,
            &path,
            &phone.token,
            &[("content-encoding", "gzip")],
            bytes,
        )
    };
    let (status, answer) = send(gzip(phone.batch(3).as_bytes())).await;
    assert_eq!((status, &answer["stored"]), (StatusCode::OK, &json!(1)));
    let cases = [
        (gzip(&vec![b'\n'; 100 << 20]), StatusCode::PAYLOAD_TOO_LARGE, "too_big"),
        (b"not gzip".to_vec(), StatusCode::BAD_REQUEST, "not_gzip"),
    ];
    for (bytes, expected, name) in cases {
        let (status, answer) = send(bytes).await;
        assert_eq!((status, code(&answer)), (expected, name));
    }
    let (status, answer) = world
        .call(Method::POST, &path, &phone.token, &[("content-encoding", "br")], vec![])
        .await;
    assert_eq!(
        (status, code(&answer)),
        (StatusCode::UNSUPPORTED_MEDIA_TYPE, "encoding")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_batch_is_refused_clearly() {
    let world = World::new().await;
    let mut phone = synced(&world, 3).await;
    let mut many = phone.clone();
    for minute in 0..501 {
        many.write(at(9, 0) + minute, &BreakStarted {});
    }
    phone.fix(at(8, 10), 0);
    let good = phone.batch(3);
    let record = good.lines().take(2).collect::<Vec<_>>().join("\n") + "\n";
    let mut not_text = good.clone().into_bytes();
    not_text[20] = 0xff;
    let cases: [(Vec<u8>, u16, &str, u64); 9] = [
        (not_text, 400, "not_utf8", 0),
        (vec![b'x'; 600 * 1024], 413, "too_big", 0),
        (many.batch(3).into_bytes(), 413, "too_big", 0),
        (record.clone().into_bytes(), 422, "unsealed", 4),
        (Vec::new(), 422, "unsealed", 0),
        (
            good.replace("lat_e9\":31", "lat_e9\":30").into_bytes(),
            422,
            "body_hash",
            4,
        ),
        (good.replace("\"seq\":4", "\"seq\":0").into_bytes(), 422, "chain", 1),
        (format!("{}{good}", "{\"v\":2}\n{}\n").into_bytes(), 422, "chain", 1),
        (
            good.replacen("\"sig\":\"", "\"sig\":\"AAAA", 1)
                .replace("==", "")
                .into_bytes(),
            422,
            "chain",
            5,
        ),
    ];
    for (text, status, expected, seq) in cases {
        let shown = String::from_utf8_lossy(&text).chars().take(300).collect::<String>();
        let (found, answer) = world.push_text(&phone, "", &text).await;
        assert_eq!((found.as_u16(), code(&answer)), (status, expected), "{shown}");
        if status == 422 {
            assert_eq!(answer["error"]["seq"], json!(seq), "{expected}: {shown}");
        }
    }
    assert_eq!(
        stored(&world, &main_line(&phone)).await.len(),
        3,
        "nothing of it is stored"
    );
    world.pushed(&phone, 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gap_is_named_and_nothing_is_kept() {
    let world = World::new().await;
    let mut phone = synced(&world, 3).await;
    for minute in 4..8 {
        phone.fix(at(8, minute), 0);
    }
    let (status, answer) = world.push(&phone, 5).await;
    assert_eq!((status, code(&answer)), (StatusCode::CONFLICT, "gap"));
    assert_eq!(answer["error"]["expected_seq"], json!(4));
    assert_eq!(stored(&world, &main_line(&phone)).await.len(), 3);
    world.pushed(&phone, 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_phone_forks_and_goes_on() {
    let world = World::new().await;
    let mut phone = synced(&world, 3).await;
    let mut restored = phone.clone();
    phone.fix(at(8, 10), 0);
    phone.fix(at(8, 11), 0);
    world.pushed(&phone, 3).await;
    // The copy does not know of these two.
    restored.fix(at(8, 30), 1_000);
    restored.fix(at(8, 31), 1_000);
    for _ in 0..2 {
        let (status, answer) = world.push(&restored, 3).await;
        assert_eq!((status, code(&answer)), (StatusCode::CONFLICT, "fork"));
        assert_eq!(answer["error"]["seq"], json!(4));
        assert_eq!(answer["error"]["hash"], json!(phone.records[3].hash.to_string()));
    }
    let forks = desk_records(&world, "stream.forked").await;
    assert_eq!(forks.len(), 1, "noted once");
    assert!(forks[0].body.as_ref().unwrap().contains("\"seq\":4"));

    let heads = [restored.tip.hash, phone.tip.hash];
    let certificate = open_epoch(&world, &mut restored, EpochReason::Fork, &heads).await;
    assert_eq!((certificate.epoch, &certificate.heads[..]), (2, &heads[..]));
    let divergent = restored.records[3..].to_vec();
    let branch = divergent[0].hash.branch();
    let text = restored.batch_of(&divergent);
    for (name, status, expected) in [
        ("0123456789abcdef", 422, "chain"),
        (&branch, 200, "none"),
        (&branch, 200, "none"),
    ] {
        let (found, answer) = world.push_text(&restored, name, text.as_bytes()).await;
        assert_eq!((found.as_u16(), code(&answer)), (status, expected), "{answer}");
    }
    restored.records.clear();
    restored.fix(at(8, 40), 0);
    world.pushed(&restored, 0).await;

    let (_, head) = world
        .get(&format!("/api/v1/streams/{}/head", phone.stream), &phone.token)
        .await;
    let lines: Vec<_> = head["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|l| (&l["epoch"], &l["branch"], &l["seq"]))
        .collect();
    let (none, branch) = (json!(""), json!(branch));
    assert_eq!(
        lines,
        [
            (&json!(1), &none, &json!(5)),
            (&json!(1), &branch, &json!(5)),
            (&json!(2), &none, &json!(1))
        ]
    );
    assert_eq!(head["epoch"], json!(2));
    assert_eq!(head["certificate"], json!(restored.certificate.line()));
}

/// A request for the next epoch under the key `new`, signed by `signer` where there is one.
fn request(phone: &Phone, reason: EpochReason, heads: &[Hash], new: &[u8], signer: Option<&[u8]>) -> Value {
    let mut request = EpochRequest {
        stream: phone.stream.clone(),
        epoch: phone.tip.epoch + 1,
        key: public(&read_key(new)),
        heads: heads.to_vec(),
        reason,
        kid: String::new(),
        sig: Signature::default(),
    };
    if let Some(key) = signer.map(read_key) {
        request.kid = public(&key).kid();
        request.sig = sign(&key, &request.message());
    }
    json!(request)
}

async fn ask_epoch(world: &World, phone: &Phone, request: &Value) -> (StatusCode, Value) {
    let path = format!("/api/v1/streams/{}/epochs", phone.stream);
    world.post(&path, &phone.token, request).await
}

/// Opens the next epoch with the phone's key, which signs for it unless it is new.
pub(super) async fn open_epoch(world: &World, phone: &mut Phone, reason: EpochReason, heads: &[Hash]) -> Certificate {
    let signer = (reason != EpochReason::KeyLost).then_some(phone.pkcs8.as_slice());
    let body = request(phone, reason, heads, &phone.pkcs8, signer);
    let (status, answer) = ask_epoch(world, phone, &body).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    assert_eq!(ask_epoch(world, phone, &body).await, (StatusCode::OK, answer.clone()));
    phone.begin_epoch(&answer);
    let keys = KeyRing::trust(&world.app.signer.public(world.app.now_ms()), None).unwrap();
    keys.check(&*phone.certificate, Some(phone.certificate.issued_at))
        .unwrap();
    phone.certificate.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_phone_with_nothing_to_send_is_seen_too() {
    let world = World::new().await;
    let mut phone = synced(&world, 3).await;
    let mut restored = phone.clone();
    phone.fix(at(8, 10), 0);
    world.pushed(&phone, 3).await;
    let heads = [restored.tip.hash, phone.tip.hash];
    open_epoch(&world, &mut restored, EpochReason::Fork, &heads).await;
    let forks = desk_records(&world, "stream.forked").await;
    assert_eq!(forks.len(), 1);
    let forked: StreamForked = serde_json::from_str(forks[0].body.as_ref().unwrap()).unwrap();
    assert_eq!(
        (forked.epoch, forked.seq),
        (1, 4),
        "after the newest record that both have"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_must_branch() {
    let world = World::new().await;
    let mut phone = synced(&world, 3).await;
    let main = phone.records[1..].to_vec();
    let (status, answer) = world
        .push_text(&phone, &main[0].hash.branch(), phone.batch_of(&main).as_bytes())
        .await;
    assert_eq!(
        (status.as_u16(), code(&answer)),
        (422, "chain"),
        "it stands in the main line"
    );
    for minute in 4..8 {
        phone.fix(at(8, minute), 0);
    }
    let beyond = phone.records[5..].to_vec();
    let (status, answer) = world
        .push_text(&phone, &beyond[0].hash.branch(), phone.batch_of(&beyond).as_bytes())
        .await;
    assert_eq!((status.as_u16(), code(&answer)), (409, "gap"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_does_not_check_is_quarantined_and_the_phone_goes_on() {
    let world = World::new().await;
    let mut phone = synced(&world, 4).await;
    phone.fix(at(8, 10), 0);
    phone.fix(at(8, 11), 0);
    let other = read_key(&new_pkcs8());
    let last = phone.records.last().unwrap();
    let good = phone.batch(4);
    let sealed_by_another = {
        let lines: Vec<&str> = good.lines().collect();
        let seal = json!({"seal": seal(&other, last)}).to_string();
        format!("{}\n{}\n", lines[..lines.len() - 1].join("\n"), seal)
    };
    let (status, answer) = world.push_text(&phone, "", sealed_by_another.as_bytes()).await;
    assert_eq!(
        (status.as_u16(), code(&answer), &answer["error"]["seq"]),
        (422, "seal", &json!(6))
    );
    // Removed, reordered and spliced: the chain does not hold.
    let (a, b) = (&phone.records[4], &phone.records[5]);
    let swapped = [b.clone(), a.clone()];
    let stranger = world.enrol("li").await;
    let mut stranger_log = stranger.clone();
    stranger_log.fix(at(8, 12), 0);
    let spliced = [a.clone(), stranger_log.records[0].clone()];
    for (records, seq) in [(&swapped[..], 5), (&spliced[..], 1)] {
        let (status, answer) = world.push_text(&phone, "", phone.batch_of(records).as_bytes()).await;
        assert_eq!(
            (status.as_u16(), code(&answer), &answer["error"]["seq"]),
            (422, "chain", &json!(seq))
        );
    }
    // A record that does not follow what is stored.
    let mut elsewhere = phone.clone();
    elsewhere.records.truncate(0);
    elsewhere.tip.hash = Hash::of("elsewhere");
    elsewhere.tip.seq = 4;
    elsewhere.fix(at(8, 20), 0);
    let (status, answer) = world.push(&elsewhere, 0).await;
    assert_eq!(
        (status.as_u16(), code(&answer), &answer["error"]["seq"]),
        (422, "chain", &json!(5))
    );

    let before = desk_records(&world, "batch.quarantined").await.len();
    assert_eq!(before, 4);
    world.push(&elsewhere, 0).await;
    assert_eq!(
        desk_records(&world, "batch.quarantined").await.len(),
        before,
        "the same records are kept once"
    );
    let body = desk_records(&world, "batch.quarantined").await[0].body.clone().unwrap();
    let quarantined: BatchQuarantined = serde_json::from_str(&body).unwrap();
    let kept = world.app.store.blob(&quarantined.blob).await.unwrap().unwrap();
    assert_eq!(
        String::from_utf8(kept).unwrap(),
        sealed_by_another,
        "in the window, under an anchor: as it came"
    );
    let marks = world.app.store.marks(10).await.unwrap();
    assert!(marks.iter().any(|(key, _)| key == "day/wang/2026-11-23"));

    let heads = [phone.tip.hash];
    open_epoch(&world, &mut phone, EpochReason::Quarantined, &heads).await;
    phone.records.clear();
    phone.fix(at(8, 30), 0);
    world.pushed(&phone, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_key_loses_nothing() {
    let world = World::new().await;
    let mut phone = synced(&world, 3).await;
    for n in 0..600 {
        phone.write(at(8, 10) + n * 1_000, &BreakStarted {});
    }
    let heads = [phone.tip.hash, phone.records[2].hash];
    let tail = phone.records[3..].to_vec();
    let old = phone.clone();
    phone.pkcs8 = new_pkcs8();
    // Not before the new key is certified.
    let (status, answer) = world
        .push_text(&phone, "", phone.batch_of(&tail[..400]).as_bytes())
        .await;
    assert_eq!((status.as_u16(), code(&answer)), (422, "seal"));
    let certificate = open_epoch(&world, &mut phone, EpochReason::KeyLost, &heads).await;
    assert_eq!(certificate.grade, Grade::Unconfirmed);

    for part in [&tail[..400], &tail[400..]] {
        let (status, answer) = world.push_text(&phone, "", phone.batch_of(part).as_bytes()).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
    }
    assert_eq!(stored(&world, &main_line(&old)).await.len(), 603);
    // What the certificate names is complete: the new key seals no more of the old epoch.
    let mut more = old.clone();
    more.pkcs8 = phone.pkcs8.clone();
    more.fix(at(9, 0), 0);
    let (status, answer) = world.push(&more, 603).await;
    assert_eq!((status.as_u16(), code(&answer)), (422, "seal"));
    phone.records.clear();
    phone.fix(at(9, 1), 0);
    world.pushed(&phone, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_alone_opens_no_epoch_unseen_and_keeps_no_phone_out() {
    let world = World::new().await;
    let mut phone = synced(&world, 3).await;
    let (own, thief) = (phone.pkcs8.clone(), new_pkcs8());
    let heads = [phone.tip.hash];
    let signed = request(&phone, EpochReason::Fork, &heads, &thief, Some(&own));
    let with = |field: &str, value: Value| {
        let mut other = signed.clone();
        other[field] = value;
        other
    };
    let unsigned = |reason, key| request(&phone, reason, &heads, key, None);
    for (what, request) in [
        ("nothing signed", unsigned(EpochReason::Fork, &thief)),
        ("nothing signed", unsigned(EpochReason::Quarantined, &thief)),
        (
            "the thief signed",
            request(&phone, EpochReason::Fork, &heads, &thief, Some(&thief)),
        ),
        ("another key", with("key", json!(public(&read_key(&new_pkcs8()))))),
        ("another head", with("heads", json!([phone.records[0].hash]))),
        ("another reason", with("reason", json!("quarantined"))),
        ("a key that is not lost", unsigned(EpochReason::KeyLost, &own)),
    ] {
        let (status, answer) = ask_epoch(&world, &phone, &request).await;
        assert_eq!((status.as_u16(), code(&answer)), (403, "unproved"), "{what}");
    }
    assert_eq!(desk_records(&world, EpochOpened::TYPE).await.len(), 0);

    // "My key is lost" needs no help, so the thief may say it: it shows, and is worth little.
    let mut stolen = phone.clone();
    stolen.pkcs8 = thief;
    let certificate = open_epoch(&world, &mut stolen, EpochReason::KeyLost, &heads).await;
    assert_eq!(certificate.grade, Grade::Unconfirmed);
    let opened = desk_records(&world, EpochOpened::TYPE).await;
    assert!(opened[0].body.as_ref().unwrap().contains("\"reason\":\"key_lost\""));
    let of_day = world.app.store.records_of("day/wang/2026-11-23").await.unwrap();
    assert!(
        of_day.iter().any(|row| row.hash == opened[0].hash),
        "the day asks about it"
    );
    // The phone, which has its key, takes its log back, at the grade it had.
    phone.tip.epoch = 2;
    let certificate = open_epoch(&world, &mut phone, EpochReason::Fork, &heads).await;
    assert_eq!((certificate.epoch, certificate.grade), (3, Grade::Hardware));
    // From then on the thief's key vouches for nothing.
    stolen.tip.epoch = 3;
    let again = request(&stolen, EpochReason::Fork, &heads, &stolen.pkcs8, Some(&stolen.pkcs8));
    let (status, answer) = ask_epoch(&world, &stolen, &again).await;
    assert_eq!((status.as_u16(), code(&answer)), (403, "unproved"));
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_not_lost_every_minute() {
    let world = World::new().await;
    let mut phone = synced(&world, 1).await;
    let own = phone.pkcs8.clone();
    for _ in 0..5 {
        phone.pkcs8 = new_pkcs8();
        open_epoch(&world, &mut phone, EpochReason::KeyLost, &[]).await;
    }
    let lost = request(&phone, EpochReason::KeyLost, &[], &new_pkcs8(), None);
    let (status, answer) = ask_epoch(&world, &phone, &lost).await;
    assert_eq!((status.as_u16(), code(&answer)), (429, "too_often"));
    phone.pkcs8 = own;
    open_epoch(&world, &mut phone, EpochReason::Fork, &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_cant_be_read_is_kept_as_evidence() {
    let world = World::new().await;
    let phone = synced(&world, 3).await;
    let body = r#"{"note":"no salt, no time"}"#.to_owned();
    let head = serde_json::to_string(&json!({
        "v": 1, "stream": phone.stream, "epoch": 1, "seq": 4, "prev": phone.tip.hash, "body": Hash::of(&body),
    }))
    .unwrap();
    let record = Record::from_lines(head, Some(body.clone())).unwrap();
    let (status, answer) = world.push_text(&phone, "", phone.batch_of(&[record]).as_bytes()).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let rows = stored(&world, &main_line(&phone)).await;
    assert_eq!(rows[3].body.as_ref(), Some(&body));
    let key = format!("unreadable/{}", phone.stream);
    assert_eq!(world.app.store.records_of(&key).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_phone_itself_may_call() {
    let world = World::new().await;
    let phone = synced(&world, 3).await;
    let other = world.enrol("li").await;
    let log = format!("/api/v1/streams/{}/log", phone.stream);
    let head = format!("/api/v1/streams/{}/head", phone.stream);
    for token in ["", "nonsense", &phone.token[1..]] {
        let (status, answer) = world.call(Method::POST, &log, token, &[], vec![]).await;
        assert_eq!((status.as_u16(), code(&answer)), (401, "unknown_device"));
    }
    for (method, path) in [(Method::POST, &log), (Method::GET, &head)] {
        let (status, answer) = world
            .call(method, path, &other.token, &[], phone.batch(0).into_bytes())
            .await;
        assert_eq!((status.as_u16(), code(&answer)), (403, "not_your_stream"));
    }
    let (body, _) = stream_of(&*world.app.store, &phone.stream).await.unwrap().unwrap();
    let revoked = StreamBody {
        state: StreamState::Revoked,
        ..body
    };
    let change = Change {
        cells: vec![stream_cell(&phone.stream, &revoked)],
        ..Change::default()
    };
    world.app.commit(change).await.unwrap();
    let (status, answer) = world.push(&phone, 0).await;
    assert_eq!(
        (status.as_u16(), code(&answer), &answer["error"]["wipe"]),
        (403, "revoked", &json!(true))
    );
    assert_eq!(
        stored(&world, &main_line(&phone)).await.len(),
        3,
        "what was receipted is safe"
    );
    assert!(!world.disk_holds(&phone.token), "tokens are kept as hashes");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_calls_too_often_is_told_to_wait() {
    let world = World::new().await;
    let phone = world.enrol(REP).await;
    let head = format!("/api/v1/streams/{}/head", phone.stream);
    let mut answers = Vec::new();
    for _ in 0..1_210 {
        answers.push(world.get(&head, &phone.token).await.0.as_u16());
    }
    assert_eq!(answers.iter().filter(|status| **status == 200).count(), 1_200);
    assert_eq!(answers.last(), Some(&429));
    world.set_time(at(7, 5));
    assert_eq!(world.get(&head, &phone.token).await.0, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_enrols_one_phone_once() {
    let world = World::new().await;
    let (key, code_once) = (read_key(&new_pkcs8()), world.code(REP, None).await);
    let (status, answer) = world.enrol_with(&code_once, &key).await;
    assert_eq!(status, StatusCode::CREATED);
    let certificate = Certificate::parse(answer["certificate"].as_str().unwrap()).unwrap();
    assert_eq!(
        (certificate.epoch, certificate.rep.as_str(), certificate.demo),
        (1, REP, true)
    );
    assert_eq!(
        certificate.grade,
        Grade::Hardware,
        "an attestation nobody checked is the phone's word"
    );
    let recover = world.code(REP, Some(&certificate.stream)).await;
    let old = world.code(REP, None).await;
    world.set_time(at(7, 0) + 2 * HOUR);
    for bad in [code_once.as_str(), "nonsense", &recover, &old] {
        let (status, answer) = world.enrol_with(bad, &key).await;
        assert_eq!((status.as_u16(), code(&answer)), (401, "bad_code"));
    }
    assert_eq!(desk_records(&world, "phone.enrolled").await.len(), 1);
    // A second phone takes the first one's place; what that still has to send is taken.
    let second = world.enrol(REP).await;
    let (first, _) = stream_of(&*world.app.store, &certificate.stream)
        .await
        .unwrap()
        .unwrap();
    let (newest, _) = stream_of(&*world.app.store, &second.stream).await.unwrap().unwrap();
    assert_eq!((first.state, newest.state), (StreamState::Retired, StreamState::Active));
    let head = format!("/api/v1/streams/{}/head", certificate.stream);
    assert_eq!(
        world.get(&head, answer["token"].as_str().unwrap()).await.0,
        StatusCode::OK
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn epochs_follow_one_another() {
    let world = World::new().await;
    let phone = synced(&world, 2).await;
    let path = format!("/api/v1/streams/{}/epochs", phone.stream);
    let signed = request(&phone, EpochReason::Fork, &[], &new_pkcs8(), Some(&phone.pkcs8));
    for epoch in [1, 3, 0] {
        let mut other = signed.clone();
        other["epoch"] = json!(epoch);
        let (status, answer) = ask_epoch(&world, &phone, &other).await;
        assert_eq!(
            (status.as_u16(), code(&answer), &answer["error"]["newest"]),
            (409, "epoch", &json!(1))
        );
    }
    let (_, answer) = ask_epoch(&world, &phone, &signed).await;
    let certificate = Certificate::parse(answer["certificate"].as_str().unwrap()).unwrap();
    assert_eq!(
        certificate.heads,
        [phone.tip.hash],
        "the server's own head is always named"
    );
    let (status, answer) = world.post(&path, &phone.token, &json!({"epoch": "two"})).await;
    assert_eq!((status.as_u16(), code(&answer)), (422, "bad_json"));
    let mut unknown = phone.clone();
    unknown.tip.epoch = 7;
    unknown.fix(at(8, 9), 0);
    let (status, answer) = world.push(&unknown, 2).await;
    assert_eq!((status.as_u16(), code(&answer)), (404, "unknown_epoch"));
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_open_to_all() {
    let world = World::new().await;
    let (status, answer) = world.get("/api/v1/keys", "").await;
    assert_eq!(status, StatusCode::OK);
    let file: KeyFile = serde_json::from_value(answer).unwrap();
    KeyRing::trust(&file, None).unwrap();
    assert_eq!(file.keys.len(), 2);
}

/// Latitude of a fix that is nowhere else in the data.
pub(super) fn needle(off_e9: i64) -> String {
    fix(off_e9).fix.lat_e9.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_outside_the_window_never_reaches_the_disk() {
    let world = World::new().await;
    let mut phone = world.enrol(REP).await;
    phone.anchor(&world, at(8, 0), 0).await;
    // By true time in, out (evening) and out though the wall clock says noon; in though it says midnight.
    let cases = [
        (at(9, 0), 0, true),
        (at(19, 0), 0, false),
        (at(20, 0), -8 * HOUR, false),
        (at(10, 0), -10 * HOUR, true),
    ];
    for (n, (true_ms, off_ms, _)) in cases.iter().enumerate() {
        phone.write_with(*true_ms, *off_ms, &fix(1_000_001 + n as i64));
    }
    phone.write(at(20, 5), &BreakStarted {});
    world.set_time(at(20, 10));
    let answer = world.pushed(&phone, 0).await;
    assert_eq!(
        answer["erased"],
        json!([{"epoch": 1, "seq": 3}, {"epoch": 1, "seq": 4}])
    );
    for (n, (.., kept)) in cases.iter().enumerate() {
        assert_eq!(world.disk_holds(&needle(1_000_001 + n as i64)), *kept, "case {n}");
    }
    assert_eq!(
        world.pushed(&phone, 0).await["erased"],
        answer["erased"],
        "a retry hears it again"
    );
    let rows = stored(&world, &main_line(&phone)).await;
    assert!(rows[5].body.is_some(), "what is no place is kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_anchor_erases_what_the_wall_clock_let_in() {
    let world = World::new().await;
    let mut phone = world.enrol(REP).await;
    // The wall clock is three hours back: eleven in the morning is two in the afternoon.
    let cases = [(at(14, 0), 2_000_001, true), (at(18, 0), 2_000_002, false)];
    for (true_ms, off_e9, _) in cases {
        phone.write_with(true_ms, -3 * HOUR, &fix(off_e9));
    }
    world.set_time(at(18, 1));
    let answer = world.pushed(&phone, 0).await;
    assert_eq!(answer["erased"], json!([]));
    assert!(world.disk_holds(&needle(2_000_002)), "nothing better was known");
    phone.anchor(&world, at(18, 5), -3 * HOUR).await;
    let answer = world.pushed(&phone, 2).await;
    assert_eq!(answer["erased"], json!([{"epoch": 1, "seq": 2}]));
    for (_, off_e9, kept) in cases {
        assert_eq!(world.disk_holds(&needle(off_e9)), kept);
    }
    assert_eq!(
        world.pushed(&phone, 2).await["erased"],
        answer["erased"],
        "the answer was lost: it is said again"
    );
    let rows = stored(&world, &main_line(&phone)).await;
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[1].hash, phone.records[1].hash, "the chain is whole");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_anchor_moves_records_to_their_true_day() {
    let world = World::new().await;
    let mut phone = world.enrol(REP).await;
    // On Tuesday the wall clock says Monday.
    let tuesday = at(10, 0) + 24 * HOUR;
    phone.write_with(tuesday, -24 * HOUR, &fix(0));
    phone.write_with(tuesday + MINUTE, -24 * HOUR, &BreakStarted {});
    world.set_time(tuesday + MINUTE);
    world.pushed(&phone, 0).await;
    let stream = phone.stream.clone();
    let filed = async |day: &str| {
        let rows = world.app.store.records_of(&format!("day/wang/{day}")).await.unwrap();
        rows.iter().filter(|row| row.line.stream == stream).count()
    };
    assert_eq!((filed("2026-11-23").await, filed("2026-11-24").await), (2, 0));
    phone.anchor(&world, tuesday + 3 * MINUTE, -24 * HOUR).await;
    world.pushed(&phone, 2).await;
    assert_eq!(filed("2026-11-24").await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_anchor_must_be_the_servers_own_word() {
    let world = World::new().await;
    let mut phone = world.enrol(REP).await;
    let mut forged = world.enrol("li").await;
    // Another stream's anchor, taken in the morning, would make the evening the morning.
    forged.anchor(&world, at(9, 0), 0).await;
    let stolen: onbeat_core::rules::clock::Anchored =
        forged.records[0].body().unwrap().unwrap().read().unwrap().unwrap();
    let elapsed = phone.elapsed(at(19, 0));
    let stolen = onbeat_core::rules::clock::Anchored {
        sent_elapsed_ms: elapsed - 10,
        received_elapsed_ms: elapsed,
        ..stolen
    };
    phone.write(at(19, 0), &stolen);
    phone.write(at(19, 1), &fix(3_000_001));
    world.set_time(at(19, 2));
    let answer = world.pushed(&phone, 0).await;
    assert_eq!(answer["erased"], json!([{"epoch": 1, "seq": 2}]));
    assert!(!world.disk_holds(&needle(3_000_001)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quarantine_holds_no_place_that_may_have_to_go() {
    let world = World::new().await;
    let mut phone = world.enrol(REP).await;
    phone.anchor(&world, at(8, 0), 0).await;
    world.pushed(&phone, 0).await;
    let anchored = [(at(9, 0), 4_000_001, true), (at(19, 0), 4_000_002, false)];
    for (true_ms, off_e9, _) in anchored {
        phone.fix(true_ms, off_e9);
    }
    phone.reboot(at(20, 0));
    phone.write_with(at(20, 1), -10 * HOUR, &fix(4_000_003));
    let mut text = phone.batch(1);
    text.push_str("{\"lat_e9\":31234000004 and no end\n");
    let (status, answer) = world.push_text(&phone, "", text.as_bytes()).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{answer}");
    assert_eq!(desk_records(&world, "batch.quarantined").await.len(), 1);
    for (_, off_e9, kept) in anchored {
        assert_eq!(world.disk_holds(&needle(off_e9)), kept);
    }
    assert!(
        !world.disk_holds(&needle(4_000_003)),
        "no anchor: a later one might put it outside"
    );
    assert!(!world.disk_holds("31234000004"), "nothing says when");
}

#[tokio::test(flavor = "multi_thread")]
async fn absurd_times_are_kept_and_do_no_harm() {
    let world = World::new().await;
    let mut phone = world.enrol(REP).await;
    for off_ms in [-MONDAY, i64::MAX / 4, i64::MIN / 4] {
        phone.write_with(at(9, 0), off_ms, &BreakStarted {});
    }
    for (from_ms, to_ms) in [
        (i64::MIN, i64::MAX),
        (i64::MAX - 1, i64::MAX),
        (i64::MIN, i64::MIN + 1),
        (0, -5),
    ] {
        let interval = Interval { from_ms, to_ms };
        phone.write(
            at(9, 1),
            &ReasonGiven {
                interval,
                reason: ExceptionKind::Detour,
                note: String::new(),
            },
        );
    }
    for day in ["-262143-01-01", "9999-12-31", "yesterday"] {
        phone.write(
            at(9, 2),
            &Answered {
                finding: Hash::of(day),
                kind: FindingKind::LeftArea,
                from_ms: i64::MIN,
                to_ms: i64::MAX,
                day: day.into(),
                text: String::new(),
            },
        );
    }
    world.set_time(at(9, 5));
    world.pushed(&phone, 0).await;
    assert_eq!(stored(&world, &main_line(&phone)).await.len(), 10);
    crate::fold::drain(&world.app).await.unwrap();
    assert!(world.app.store.marks(10).await.unwrap().is_empty());
    assert!(world.app.store.view("day", "wang/2026-11-23").await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn records_are_filed_under_the_days_they_speak_of() {
    let world = World::new().await;
    let mut phone = world.enrol(REP).await;
    phone.anchor(&world, at(8, 0), 0).await;
    let visit = "0".repeat(32);
    phone.write(
        at(16, 0),
        &CheckedIn {
            visit: visit.clone(),
            customer: "c1".into(),
            fix_epoch: None,
            fix_seq: None,
            purpose: "order".into(),
        },
    );
    world.set_time(at(16, 1));
    world.pushed(&phone, 0).await;
    let report = |content: &str| Report {
        visit: visit.clone(),
        purpose: "order".into(),
        content: content.into(),
        feedback: String::new(),
        next_step: String::new(),
        outcome: Outcome::Met,
    };
    let next_day = at(9, 0) + 24 * HOUR;
    phone.write(next_day, &report("库存"));
    phone.write(
        next_day,
        &ReasonGiven {
            interval: Interval {
                from_ms: at(12, 0) - 72 * HOUR,
                to_ms: at(13, 0) - 72 * HOUR,
            },
            reason: ExceptionKind::Goods,
            note: String::new(),
        },
    );
    world.set_time(next_day + MINUTE);
    world.pushed(&phone, 2).await;
    let holds = async |day: &str, n: usize| {
        let rows = world.app.store.records_of(&format!("day/wang/{day}")).await.unwrap();
        rows.iter().any(|row| row.hash == phone.records[n].hash)
    };
    assert!(holds("2026-11-23", 1).await, "the check-in on its own day");
    assert!(
        holds("2026-11-23", 2).await,
        "the next morning's report on the visit's day"
    );
    assert!(holds("2026-11-24", 2).await, "and on its own");
    assert!(holds("2026-11-20", 3).await, "a reason on the day it speaks of");
    assert!(!holds("2026-11-24", 3).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_phones_and_the_same_phone_push_at_once() {
    let world = World::new().await;
    let mut phone = synced(&world, 2).await;
    for minute in 10..20 {
        phone.fix(at(8, minute), 0);
    }
    let pushes = tokio::join!(
        world.push(&phone, 2),
        world.push(&phone, 2),
        world.push(&phone, 0),
        world.push(&phone, 2),
    );
    let answers = [pushes.0, pushes.1, pushes.2, pushes.3];
    let receipts: Vec<Receipt> = answers
        .iter()
        .map(|(status, answer)| {
            assert_eq!(*status, StatusCode::OK, "{answer}");
            serde_json::from_value(answer["receipt"].clone()).unwrap()
        })
        .collect();
    assert!(receipts.iter().all(|receipt| receipt.seq == 12));
    let stored_now: u64 = answers
        .iter()
        .map(|(_, answer)| answer["stored"].as_u64().unwrap())
        .sum();
    assert_eq!(stored_now, 10);
    assert_eq!(stored(&world, &main_line(&phone)).await.len(), 12);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_whose_platform_key_is_gone_gets_its_database_key_back() {
    let world = World::new().await;
    let phone = world.enrol(REP).await;
    let (own, own_public) = X25519HkdfSha256::derive_keypair(&[7; 32]);
    let ask = |code: &str, stream: &str| json!({"code": code, "stream": stream, "key": URL_SAFE_NO_PAD.encode(own_public.to_bytes())});
    let secret = world.code(REP, Some(&phone.stream)).await;
    for wrong in [
        ask("nonsense", &phone.stream),
        ask(&secret, &"0".repeat(32)),
        ask(&world.code(REP, None).await, &phone.stream),
    ] {
        let (status, answer) = world.post("/api/v1/recover", "", &wrong).await;
        assert_eq!((status.as_u16(), code(&answer)), (401, "bad_code"));
    }
    let (status, answer) = world.post("/api/v1/recover", "", &ask(&secret, &phone.stream)).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let read = |name: &str| URL_SAFE_NO_PAD.decode(answer[name].as_str().unwrap()).unwrap();
    let enc = Deserializable::from_bytes(&read("enc")).unwrap();
    let opened = hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeR::Base,
        &own,
        &enc,
        b"onbeat/recovery/1",
        &read("sealed"),
        b"",
    );
    assert_eq!(opened.unwrap(), DATABASE_KEY);
    assert_eq!(desk_records(&world, "recovery.opened").await.len(), 1);
    let (status, answer) = world.post("/api/v1/recover", "", &ask(&secret, &phone.stream)).await;
    assert_eq!((status.as_u16(), code(&answer)), (401, "bad_code"), "a code opens once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_acknowledges_nothing() {
    let world = World::on_a_small_disk().await;
    let mut phone = world.enrol(REP).await;
    let mut acknowledged = 0;
    let refused = loop {
        phone.write(
            at(7, 0),
            &ReasonGiven {
                interval: Interval {
                    from_ms: at(8, 0),
                    to_ms: at(9, 0),
                },
                reason: ExceptionKind::Goods,
                note: "x".repeat(15_000),
            },
        );
        match world.push(&phone, acknowledged).await {
            (StatusCode::OK, _) => acknowledged += 1,
            refused => break refused,
        }
        assert!(acknowledged < 1_000, "the disk never fills");
    };
    assert_eq!((refused.0.as_u16(), code(&refused.1)), (503, "disk_full"));
    let rows = stored(&world, &main_line(&phone)).await;
    assert_eq!(rows.len(), acknowledged);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_restored_from_a_backup_is_given_what_it_lost() {
    let world = World::new().await;
    let mut phone = synced(&world, 3).await;
    let backup = world.copy().await;
    // After the backup: more records, a new epoch, more records.
    phone.fix(at(8, 10), 0);
    world.pushed(&phone, 3).await;
    let old = phone.clone();
    let heads = [phone.tip.hash];
    let certificate = open_epoch(&world, &mut phone, EpochReason::Fork, &heads).await;
    phone.records.clear();
    phone.fix(at(8, 20), 0);
    world.pushed(&phone, 0).await;

    backup.pushed(&old, 3).await;
    let (status, answer) = backup.push(&phone, 0).await;
    assert_eq!((status.as_u16(), code(&answer)), (404, "unknown_epoch"));
    // The phone forgets the epoch that the server does not know, and goes on.
    let mut phone = old;
    backup.set_time(at(8, 30));
    open_epoch(&backup, &mut phone, EpochReason::Fork, &heads).await;
    assert_ne!(phone.certificate, certificate);
    phone.records.clear();
    phone.fix(at(8, 30), 0);
    backup.pushed(&phone, 0).await;
}
