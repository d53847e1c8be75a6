//! Where the server stands, new epochs, and the time.

use serde_json::json;

use super::link::{Drive, failure};
use crate::{
    phone::{
        PhoneError,
        store::log,
        sync::{
            step::{Event, Seen},
            wire::{EpochAnswer, HeadAnswer, HeadLine, TimeAnswer},
        },
        without_fix,
    },
    reading::Stamp,
    record::{Certificate, EpochReason, EpochRequest, Hash, PublicKey, Signature, Unsigned},
    rules::clock::Anchored,
    time::{ClockAnchor, When},
};

impl Drive<'_> {
    pub(super) async fn get_head(&mut self) -> Result<Event, PhoneError> {
        let reply = self.get_first(&format!("/api/v1/streams/{}/head", self.stream)).await?;
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
            let compare = |line: HeadLine| {
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

    pub(super) fn new_key(&mut self) -> Result<Event, PhoneError> {
        self.key = Ok(self.phone.platform.new_key()?);
        Ok(Event::Done)
    }

    pub(super) async fn open_epoch(&mut self, epoch: u32, reason: EpochReason) -> Result<Event, PhoneError> {
        let key = PublicKey::from_bytes(&self.key.clone()?)?;
        let request = self.epoch_request(epoch, &key, reason)?;
        let path = format!("/api/v1/streams/{}/epochs", self.stream);
        let reply = self.http.post_json(&path, &request).await?;
        if reply.status == 403 && reply.error().code == "unproved" {
            return Ok(Event::Unproved);
        }
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

    /// Signed by the key that goes on, or unsigned where a new one takes over from a lost one.
    fn epoch_request(&self, epoch: u32, key: &PublicKey, reason: EpochReason) -> Result<EpochRequest, PhoneError> {
        let mut request = EpochRequest {
            stream: self.stream.clone(),
            epoch,
            key: key.clone(),
            heads: self.heads_before(epoch)?,
            reason,
            kid: String::new(),
            sig: Signature::default(),
        };
        if reason == EpochReason::KeyLost {
            return Ok(request);
        }
        request.kid = key.kid();
        Unsigned::new(request).sign(|message| Ok(Signature(self.phone.platform.sign(message.to_vec())?)))
    }

    /// The newest hashes of the epoch before: ours, then the server's.
    fn heads_before(&self, epoch: u32) -> Result<Vec<Hash>, PhoneError> {
        let mut heads = vec![self.tip()?.hash];
        for (_, hash) in self.server_lines.iter().filter(|(of, _)| of + 1 == epoch) {
            if !heads.contains(hash) {
                heads.push(*hash);
            }
        }
        Ok(heads)
    }

    pub(super) fn adopt(&self, certificate: &Certificate) -> Result<Event, PhoneError> {
        self.write(|tx| log::adopt(tx, certificate))?;
        Ok(Event::Opened {
            epoch: certificate.epoch,
        })
    }

    pub(super) async fn anchor(&mut self) -> Result<Event, PhoneError> {
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
        let written = self.phone.append(&without_fix(at.clone()), |pen, _| {
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
}
