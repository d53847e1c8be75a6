//! Does what [`Machine`] says: one request or one transaction a step.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use reqwest::Method;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    Phone, PhoneError, Problem, SyncReport,
    machine::{Action, Event, Local, Machine, Reason, Seen},
    wire::{EpochAnswer, FeedAnswer, HeadAnswer, PhotoAnswer, PushAnswer, TimeAnswer},
};
use crate::{
    phone::{
        SignError,
        http::{ErrorBody, Http, Reply},
        locked, platform,
        store::{self, PHOTO_CHUNK_BYTES, RawRecord, log, photos, reference},
        without_fix,
    },
    reading::Stamp,
    record::{
        Certificate, Grade, Hash, KeyFile, KeyRing, Kid, MAX_BATCH_BYTES, MAX_BATCH_RECORDS, PublicKey, Seal, Signable,
        Signature, Tip,
    },
    rules::clock::{Anchored, FeedSeen},
    time::{ClockAnchor, When},
};

/// Room for the seal line in a batch.
const SEAL_BYTES: usize = 1024;
/// Items of one page of the feed.
const FEED_LIMIT: u32 = 500;
/// The phone keeps what it sent that long after the receipt.
const KEEP_LOG_MS: i64 = 90 * 86_400_000;
/// And the bytes of photos that long.
const KEEP_PHOTOS_MS: i64 = 7 * 86_400_000;

const ENROLMENT: &str = "enrolment";
const CURSOR: &str = "feed_cursor";
const STAGED_CURSOR: &str = "feed_cursor_next";
const DESK_SEEN: &str = "desk_seen";

/// The server, as the phone was enrolled with it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Enrolment {
    pub(crate) server: String,
    pub(crate) token: String,
    /// The key of the enrolment code: all trust in the server's signatures starts from it.
    pub(crate) root: Kid,
    pub(crate) keys: KeyFile,
    pub(crate) grade: Grade,
}

/// What was kept at enrolment.
pub(crate) fn enrolment(connection: &Connection) -> Result<Option<Enrolment>, PhoneError> {
    let text = store::meta(connection, ENROLMENT)?;
    text.map(|text| serde_json::from_str(&text).map_err(|error| PhoneError::Damaged(error.to_string())))
        .transpose()
}

/// Keeps it.
pub(crate) fn keep_enrolment(tx: &Connection, enrolment: &Enrolment) -> Result<(), PhoneError> {
    let text = serde_json::to_string(enrolment).expect("an enrolment has nothing that JSON cannot hold");
    store::set_meta(tx, ENROLMENT, &text)
}

/// One run, to its end.
pub(super) async fn run(phone: &Phone, at: Stamp) -> Result<SyncReport, PhoneError> {
    let enrolment = phone.enrolment()?;
    let certificate = phone.with(|store| log::certificate(store.connection()))?;
    let mut drive = Drive {
        phone,
        http: Http::new(&enrolment.server, Some(enrolment.token.clone()))?,
        stream: certificate.ok_or(PhoneError::NotEnrolled)?.stream.clone(),
        key: phone.platform.public_key(),
        enrolment,
        newest: None,
        server_lines: Vec::new(),
        at,
        report: SyncReport::default(),
    };
    let mut machine = Machine::new(u64::from_le_bytes(platform::random(phone.platform.as_ref())));
    let mut event = Event::Begin;
    loop {
        let local = drive.local()?;
        match machine.step(&local, event) {
            Action::End => break,
            Action::Wipe => {
                drive.wipe()?;
                return Ok(drive.report);
            }
            action => event = drive.perform(action).await?,
        }
    }
    drive.report.problems = machine.problems;
    drive.report.retry_after_s = machine.retry_after_s;
    drive.finish()
}

struct Drive<'a> {
    phone: &'a Phone,
    http: Http,
    enrolment: Enrolment,
    stream: String,
    /// The platform's key, asked for once.
    key: Result<Vec<u8>, SignError>,
    /// The certificate of the server's newest epoch.
    newest: Option<Certificate>,
    /// The server's newest hashes, by epoch.
    server_lines: Vec<(u32, Hash)>,
    /// The stamp the run was begun with.
    at: Stamp,
    report: SyncReport,
}

/// What an answer that is no success means, where the request gives it no meaning of its own.
fn failure(reply: &Reply) -> Event {
    let ErrorBody {
        code, message, wipe, ..
    } = reply.error();
    match reply.status {
        401 | 403 if wipe => Event::Revoked,
        429 | 500..=599 => Event::Later {
            after_s: reply.retry_after_s,
            problem: Problem { code, message },
        },
        _ => Event::Refused(Problem { code, message }),
    }
}

/// Faults of the network and of the server become events; those of the phone's own storage end the run.
fn as_event(result: Result<Event, PhoneError>) -> Result<Event, PhoneError> {
    match result {
        Err(PhoneError::Network(message)) => Ok(Event::Later {
            after_s: None,
            problem: Problem::new("network", message),
        }),
        Err(PhoneError::Sign(SignError::KeyGone)) => Ok(Event::KeyGone),
        Err(
            error @ (PhoneError::Sign(_)
            | PhoneError::Untrusted(_)
            | PhoneError::Refused { .. }
            | PhoneError::Record(_)),
        ) => Ok(Event::Refused(Problem::new(error.code(), error.to_string()))),
        other => other,
    }
}

impl Drive<'_> {
    fn local(&self) -> Result<Local, PhoneError> {
        let key = self.key.as_ref().ok();
        self.phone.with(|store| {
            let connection = store.connection();
            let certificate = log::certificate(connection)?;
            let lines = log::lines(connection)?;
            let has_anchor = !log::anchors(connection, &self.at.boot)?.is_empty();
            let unsent = lines.iter().any(|line| line.receipted_seq < line.tip_seq);
            Ok(Local {
                epoch: certificate.as_ref().map_or(0, |certificate| certificate.epoch),
                // A key that is locked is there: signing will say so.
                has_key: !matches!(self.key, Err(SignError::KeyGone)),
                key_is_epochs: match (key, &certificate) {
                    (Some(key), Some(certificate)) => certificate.key.as_bytes() == key.as_slice(),
                    _ => true,
                },
                anchor_due: unsent || !has_anchor,
                lines,
                aside: log::has_aside(connection)?,
                photos: photos::pending(connection)?,
            })
        })
    }

    async fn perform(&mut self, action: Action) -> Result<Event, PhoneError> {
        let result = match action {
            Action::GetHead => self.get_head().await,
            Action::NewKey => self.new_key(),
            Action::ForgetEpochs { from } => self.write(|tx| log::forget_epochs(tx, from)),
            Action::AdoptNewest => match self.newest.take() {
                Some(certificate) => self.adopt(&certificate),
                None => Err(PhoneError::Untrusted("it showed no certificate".into())),
            },
            Action::OpenEpoch { epoch, reason } => self.open_epoch(epoch, reason).await,
            Action::Anchor => self.anchor().await,
            Action::Push {
                epoch,
                branch,
                from,
                max_records,
            } => self.push(epoch, &branch, from, max_records).await,
            Action::MakeBranch { epoch, from } => self.write(|tx| log::make_branch(tx, epoch, from)),
            Action::SetAside { epoch, branch, from } => self.set_aside(epoch, &branch, from),
            Action::GetFeed => self.get_feed().await,
            Action::RestartFeed => self.write(restart_feed),
            Action::GetBlob(hash) => self.get_blob(hash).await,
            Action::AskPhoto(hash) => {
                let path = format!("/api/v1/photos/{hash}");
                self.photo(hash, self.http.get(&path).await)
            }
            Action::SendPhoto { hash, offset } => self.send_photo(hash, offset).await,
            Action::OfferPhotos => self.write(photos::offer_again),
            Action::Wait { ms } => {
                tokio::time::sleep(std::time::Duration::from_millis(ms)).await;
                Ok(Event::Waited)
            }
            Action::Wipe | Action::End => Ok(Event::Done),
        };
        as_event(result)
    }

    fn write(&self, work: impl FnOnce(&Connection) -> Result<(), PhoneError>) -> Result<Event, PhoneError> {
        self.phone.with(|store| store.write(|tx| work(tx)))?;
        Ok(Event::Done)
    }

    /// The run's time, now.
    fn now(&self) -> Stamp {
        self.phone.since(&self.at)
    }

    async fn get_head(&mut self) -> Result<Event, PhoneError> {
        let reply = self.http.get(&format!("/api/v1/streams/{}/head", self.stream)).await?;
        if !reply.is_success() {
            return Ok(failure(&reply));
        }
        let head: HeadAnswer = reply.json()?;
        let certificate = Certificate::parse(&head.certificate)?;
        self.check(&*certificate, certificate.issued_at).await?;
        if certificate.stream != self.stream || certificate.epoch != head.epoch {
            return Err(PhoneError::Untrusted(
                "its newest certificate is not of this stream".into(),
            ));
        }
        let our_key = self
            .key
            .as_ref()
            .is_ok_and(|key| certificate.key.as_bytes() == key.as_slice());
        self.newest = Some(certificate);
        self.server_lines = head.lines.iter().map(|line| (line.epoch, line.hash)).collect();
        let lines = self.phone.with(|store| {
            let compare = |line: super::wire::HeadLine| {
                let ours = log::hash_at(store.connection(), line.epoch, &line.branch, line.seq)?;
                Ok(Seen {
                    same: ours.map(|ours| ours == line.hash),
                    epoch: line.epoch,
                    branch: line.branch,
                    seq: line.seq,
                })
            };
            head.lines.into_iter().map(compare).collect::<Result<_, PhoneError>>()
        })?;
        Ok(Event::Head {
            epoch: head.epoch,
            our_key,
            lines,
        })
    }

    fn new_key(&mut self) -> Result<Event, PhoneError> {
        self.key = Ok(self.phone.platform.new_key()?);
        Ok(Event::Done)
    }

    async fn open_epoch(&mut self, epoch: u32, reason: Reason) -> Result<Event, PhoneError> {
        let key = PublicKey::from_bytes(&self.key.clone()?)?;
        let mut heads = vec![self.tip()?.hash];
        for (_, hash) in self.server_lines.iter().filter(|(of, _)| of + 1 == epoch) {
            if !heads.contains(hash) {
                heads.push(*hash);
            }
        }
        let request = json!({
            "epoch": epoch, "key": key, "grade": self.enrolment.grade, "heads": heads, "reason": reason,
        });
        let path = format!("/api/v1/streams/{}/epochs", self.stream);
        let reply = self.http.post_json(&path, &request).await?;
        if !reply.is_success() {
            return Ok(failure(&reply));
        }
        let certificate = Certificate::parse(&reply.json::<EpochAnswer>()?.certificate)?;
        self.check(&*certificate, certificate.issued_at).await?;
        if certificate.stream != self.stream || certificate.epoch != epoch || certificate.key != key {
            return Err(PhoneError::Untrusted("its certificate is not for this epoch".into()));
        }
        self.report.epochs_opened += 1;
        self.adopt(&certificate)
    }

    fn adopt(&self, certificate: &Certificate) -> Result<Event, PhoneError> {
        self.write(|tx| log::adopt(tx, certificate))?;
        Ok(Event::Opened {
            epoch: certificate.epoch,
        })
    }

    async fn anchor(&mut self) -> Result<Event, PhoneError> {
        let tip = self.tip()?;
        let sent_elapsed_ms = self.now().elapsed_ms;
        let request = json!({"stream": tip.stream, "epoch": tip.epoch, "seq": tip.seq, "hash": tip.hash});
        let reply = self.http.post_json("/api/v1/time", &request).await?;
        let received = self.now();
        if !reply.is_success() {
            return Ok(failure(&reply));
        }
        let anchor = reply.json::<TimeAnswer>()?.anchor;
        self.check(&anchor, anchor.server_at).await?;
        let over = (&anchor.stream, anchor.epoch, anchor.seq, anchor.hash);
        if over != (&tip.stream, tip.epoch, tip.seq, tip.hash) {
            return Err(PhoneError::Untrusted("its anchor is not over this phone's head".into()));
        }
        let anchored = Anchored {
            anchor,
            sent_elapsed_ms,
            received_elapsed_ms: received.elapsed_ms,
        };
        self.keep_anchor(&received, &anchored)?;
        Ok(Event::Done)
    }

    /// Appends the anchor. The first of a boot tells which fixes, kept on the wall clock's word, lay outside
    /// the window: they are erased.
    fn keep_anchor(&mut self, at: &Stamp, anchored: &Anchored) -> Result<(), PhoneError> {
        let round_trip_ms = anchored.received_elapsed_ms - anchored.sent_elapsed_ms;
        let tie = ClockAnchor {
            boot: at.boot.clone(),
            elapsed_ms: anchored.sent_elapsed_ms + round_trip_ms / 2,
            at_ms: anchored.anchor.server_at,
            error_ms: (round_trip_ms + 1) / 2,
        };
        let (basis, drift_ppm) = (self.phone.basis().ok(), self.phone.policy().clock.drift_ppm);
        let written = self.phone.record(&without_fix(at.clone()), |pen, _| {
            pen.write(at, anchored)?;
            let tx = pen.transaction();
            let is_first = log::anchors(tx, &at.boot)?.is_empty();
            log::put_anchor(tx, &tie)?;
            if !is_first {
                return Ok(0);
            }
            let clocks = log::clocks_of(tx, [at.boot.as_str()].into_iter(), drift_ppm)?;
            let outside = log::retime(tx, &at.boot, &clocks, |at_ms| {
                let when = basis.as_ref().map(|basis| basis.schedule.when(at_ms));
                when.is_some_and(|when| when != When::Within)
            })?;
            log::erase(tx, &outside)
        })?;
        self.erased(written.act)
    }

    fn erased(&mut self, records: usize) -> Result<(), PhoneError> {
        if records > 0 {
            self.report.erased += records as u32;
            self.phone.with(|store| store.checkpoint())?;
        }
        Ok(())
    }

    async fn push(&mut self, epoch: u32, branch: &str, from: u64, max_records: usize) -> Result<Event, PhoneError> {
        let Some(batch) = self.batch(epoch, branch, from, max_records)? else {
            return Ok(Event::Unsealable);
        };
        let query = if branch.is_empty() {
            String::new()
        } else {
            format!("?branch={branch}")
        };
        let path = format!("/api/v1/streams/{}/log{query}", self.stream);
        let body = gzip(batch.text.as_bytes())?;
        let reply = self
            .http
            .send(Method::POST, &path, "application/x-ndjson", body)
            .await?;
        if reply.is_success() {
            return self.receipted(branch, &batch, reply.json()?).await;
        }
        let error = reply.error();
        Ok(match (reply.status, error.code.as_str()) {
            (409, "fork") => Event::Fork {
                seq: error.seq.unwrap_or(from),
            },
            (409, "gap") => Event::Gap {
                expected_seq: error.expected_seq.unwrap_or(1).max(1),
            },
            (422, _) => Event::Quarantined {
                seq: error.seq.unwrap_or(from),
            },
            (413, _) => Event::TooBig,
            _ => failure(&reply),
        })
    }

    /// The next records of a line with a seal over the last; `None` where no key of ours may seal them.
    fn batch(&self, epoch: u32, branch: &str, from: u64, max: usize) -> Result<Option<Sealed>, PhoneError> {
        let (mut records, certificates) = self.phone.with(|store| {
            let connection = store.connection();
            Ok((
                log::raw(connection, epoch, branch, from, max)?,
                log::certificates(connection)?,
            ))
        })?;
        records.truncate(fitting(&records));
        let of = |epoch: u32| certificates.iter().find(|certificate| certificate.epoch == epoch);
        let key = self.key.clone()?;
        let sealing = |certificate: Option<&Certificate>| certificate.is_some_and(|c| c.key.as_bytes() == key);
        if !sealing(of(epoch)) {
            // The key is lost: the next epoch's seals up to the head that its certificate names.
            let Some(next) = of(epoch + 1).filter(|next| sealing(Some(next))) else {
                return Ok(None);
            };
            if let Some(head) = records.iter().position(|record| next.heads.contains(&record.hash)) {
                records.truncate(head + 1);
            }
        }
        let Some(last) = records.last() else {
            return Ok(None);
        };
        let tip = Tip {
            stream: self.stream.clone(),
            epoch,
            seq: last.seq,
            hash: last.hash,
        };
        let kid = PublicKey::from_bytes(&key)?.kid();
        let seal = Seal::unsigned(&tip, kid).sign(|message| {
            let signature = self.phone.platform.sign(message.to_vec())?;
            Ok::<_, PhoneError>(Signature(signature))
        })?;
        let mut text: String = records.iter().map(RawRecord::to_ndjson).collect();
        text.push_str(&crate::record::Line::Seal(seal.clone()).to_ndjson());
        Ok(Some(Sealed { seal, text }))
    }

    async fn receipted(&mut self, branch: &str, batch: &Sealed, answer: PushAnswer) -> Result<Event, PhoneError> {
        let receipt = answer.receipt;
        self.check(&receipt, receipt.received_at).await?;
        let seal = &batch.seal;
        if (&receipt.stream, receipt.epoch, receipt.branch.as_str()) != (&seal.stream, seal.epoch, branch)
            || receipt.seq < seal.seq
            || (receipt.seq == seal.seq && receipt.hash != seal.hash)
        {
            return Err(PhoneError::Untrusted("its receipt is not for what was sent".into()));
        }
        let names: Vec<(u32, u64)> = answer.erased.iter().map(|name| (name.epoch, name.seq)).collect();
        let erased = self.phone.with(|store| {
            store.write(|tx| {
                log::put_receipt(tx, &receipt)?;
                log::put_seal(tx, branch, seal)?;
                log::erase(tx, &names)
            })
        })?;
        self.report.sent += answer.stored;
        self.erased(erased)?;
        Ok(Event::Pushed { to_seq: seal.seq })
    }

    fn set_aside(&self, epoch: u32, branch: &str, from: u64) -> Result<Event, PhoneError> {
        self.write(|tx| {
            log::set_aside(tx, epoch, branch, from)?;
            let newest = log::certificate(tx)?.map_or(0, |certificate| certificate.epoch);
            if epoch < newest { log::carry(tx) } else { Ok(()) }
        })
    }

    async fn get_feed(&mut self) -> Result<Event, PhoneError> {
        let (cursor, staged) = self.phone.with(|store| {
            let connection = store.connection();
            let staged = store::meta(connection, STAGED_CURSOR)?;
            let cursor = store::meta(connection, CURSOR)?;
            Ok((staged.clone().or(cursor), staged.is_some()))
        })?;
        let after = cursor.map_or(String::new(), |cursor| format!("&after={cursor}"));
        let reply = self
            .http
            .get(&format!("/api/v1/feed?limit={FEED_LIMIT}{after}"))
            .await?;
        match reply.status {
            410 => return Ok(Event::OtherIncarnation),
            _ if !reply.is_success() => return Ok(failure(&reply)),
            _ => {}
        }
        let page: FeedAnswer = reply.json()?;
        if !page
            .cursor
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        {
            return Err(PhoneError::Untrusted("its feed's cursor is none".into()));
        }
        self.keep_page(&page, staged)
    }

    fn keep_page(&mut self, page: &FeedAnswer, staged: bool) -> Result<Event, PhoneError> {
        let missing = self.phone.with(|store| {
            store.write(|tx| {
                if page.snapshot && !staged {
                    reference::clear_staged(tx)?;
                }
                let staged = staged || page.snapshot;
                reference::apply(tx, &page.items, staged)?;
                if staged && page.more {
                    store::set_meta(tx, STAGED_CURSOR, &page.cursor)?;
                } else {
                    if staged {
                        reference::swap_staged(tx)?;
                        store::drop_meta(tx, STAGED_CURSOR)?;
                    }
                    store::set_meta(tx, CURSOR, &page.cursor)?;
                }
                if page.more {
                    return Ok(Vec::new());
                }
                reference::drop_unnamed_blobs(tx)?;
                reference::missing_blobs(tx)
            })
        })?;
        if !page.items.is_empty() {
            self.report.documents += page.items.len() as u32;
            locked(&self.phone.basis).take();
        }
        if !page.more && self.report.documents > 0 {
            self.witness(page)?;
        }
        Ok(Event::Feed {
            more: page.more,
            missing,
        })
    }

    /// Records the head of the desk's log: its owner can't rewrite it unseen.
    fn witness(&self, page: &FeedAnswer) -> Result<(), PhoneError> {
        let seen = FeedSeen {
            desk: page.desk.stream.clone(),
            seq: page.desk.seq,
            hash: page.desk.hash,
        };
        let mark = format!("{} {} {}", seen.desk, seen.seq, seen.hash);
        let at = self.now();
        self.phone
            .record(&without_fix(at.clone()), |pen, _| {
                if store::meta(pen.transaction(), DESK_SEEN)?.as_deref() == Some(mark.as_str()) {
                    return Ok(());
                }
                store::set_meta(pen.transaction(), DESK_SEEN, &mark)?;
                pen.write(&at, &seen).map(drop)
            })
            .map(drop)
    }

    async fn get_blob(&mut self, hash: Hash) -> Result<Event, PhoneError> {
        let reply = self.http.get(&format!("/api/v1/blobs/{hash}")).await?;
        if !reply.is_success() {
            return Ok(failure(&reply));
        }
        if Hash::of(&reply.bytes) != hash {
            return Err(PhoneError::Untrusted(format!("the shape {hash} has another hash")));
        }
        locked(&self.phone.basis).take();
        self.write(|tx| reference::put_blob(tx, &hash, &reply.bytes))
    }

    async fn send_photo(&mut self, hash: Hash, offset: u64) -> Result<Event, PhoneError> {
        let chunk = self
            .phone
            .with(|store| photos::chunk(store.connection(), &hash, offset))?;
        let Some(chunk) = chunk.filter(|chunk| !chunk.is_empty() && chunk.len() <= PHOTO_CHUNK_BYTES) else {
            return Ok(Event::Refused(Problem::new(
                "photo",
                format!("photo {hash} has nothing at {offset}"),
            )));
        };
        let path = format!("/api/v1/photos/{hash}?offset={offset}");
        let sent = self
            .http
            .send(Method::PUT, &path, "application/octet-stream", chunk)
            .await;
        self.photo(hash, sent)
    }

    fn photo(&mut self, hash: Hash, reply: Result<Reply, PhoneError>) -> Result<Event, PhoneError> {
        let reply = reply?;
        if !reply.is_success() {
            let error = reply.error();
            return Ok(match (reply.status, error.offset) {
                (409, Some(offset)) => Event::Photo {
                    offset,
                    complete: false,
                },
                _ => failure(&reply),
            });
        }
        let PhotoAnswer { offset, complete } = reply.json()?;
        if complete {
            let at_ms = self.now().at_ms;
            self.write(|tx| photos::done(tx, &hash, at_ms))?;
            self.report.photos_sent += 1;
        }
        Ok(Event::Photo { offset, complete })
    }

    fn wipe(&mut self) -> Result<(), PhoneError> {
        if let Some(store) = locked(&self.phone.store).take() {
            store.wipe()?;
        }
        locked(&self.phone.basis).take();
        self.report.wiped = true;
        Ok(())
    }

    fn tip(&self) -> Result<Tip, PhoneError> {
        let tip = self.phone.with(|store| log::tip(store.connection()))?;
        Ok(tip.ok_or(PhoneError::NotEnrolled)?.0)
    }

    /// Holds a signature of the server's against the keys that the enrolment code vouches for; a key that is
    /// not known yet is asked for once.
    async fn check<T: Signable>(&mut self, signed: &T, at_ms: i64) -> Result<(), PhoneError> {
        let untrusted = |error: crate::record::RecordError| PhoneError::Untrusted(error.to_string());
        let root = self.enrolment.root.clone();
        let ring = KeyRing::trust(&self.enrolment.keys, Some(&root)).map_err(untrusted)?;
        // A key's end may have been set since: the file is asked for anew on any doubt.
        if ring.check(signed, Some(at_ms)).is_ok() {
            return Ok(());
        }
        let keys: KeyFile = self.http.get("/api/v1/keys").await?.success()?;
        let ring = KeyRing::trust(&keys, Some(&root)).map_err(untrusted)?;
        ring.check(signed, Some(at_ms)).map_err(untrusted)?;
        self.enrolment.keys = keys;
        let enrolment = &self.enrolment;
        self.write(|tx| keep_enrolment(tx, enrolment)).map(drop)
    }

    /// What waits is counted, what is old and receipted is dropped.
    fn finish(mut self) -> Result<SyncReport, PhoneError> {
        let now_ms = self.phone.trusted_ms(&self.now())?;
        let clean = self.report.problems.is_empty();
        let (waiting, photos_waiting) = self.phone.with(|store| {
            store.write(|tx| {
                log::prune(tx, now_ms - KEEP_LOG_MS)?;
                photos::prune(tx, now_ms - KEEP_PHOTOS_MS)?;
                if clean {
                    store::set_meta(tx, store::LAST_SYNC, &now_ms.to_string())?;
                }
                Ok((log::waiting(tx)?.0, photos::pending(tx)?.len() as u32))
            })
        })?;
        self.report.waiting = waiting;
        self.report.photos_waiting = photos_waiting;
        Ok(self.report)
    }
}

/// A batch, ready to be sent.
struct Sealed {
    seal: Seal,
    text: String,
}

fn restart_feed(tx: &Connection) -> Result<(), PhoneError> {
    store::drop_meta(tx, CURSOR)?;
    store::drop_meta(tx, STAGED_CURSOR)?;
    reference::clear_staged(tx)
}

/// How many of the records fit into one batch.
fn fitting(records: &[RawRecord]) -> usize {
    let mut bytes = SEAL_BYTES;
    records
        .iter()
        .take(MAX_BATCH_RECORDS)
        .take_while(|record| {
            bytes += record.to_ndjson().len();
            bytes <= MAX_BATCH_BYTES
        })
        .count()
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>, PhoneError> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}
