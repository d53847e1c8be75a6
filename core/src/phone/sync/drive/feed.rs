//! What the desk says: pages of the feed, and the shapes they name.

use rusqlite::Connection;

use super::link::{Drive, failure};
use crate::{
    phone::{
        PhoneError, locked, replaced,
        store::{self, reference},
        sync::{step::Event, wire::FeedAnswer},
        without_fix,
    },
    record::Hash,
    rules::clock::FeedSeen,
};

/// Items of one page of the feed.
const FEED_LIMIT: u32 = 500;

const CURSOR: &str = "feed_cursor";
const STAGED_CURSOR: &str = "feed_cursor_next";
const DESK_SEEN: &str = "desk_seen";

impl Drive<'_> {
    pub(super) async fn get_feed(&mut self) -> Result<Event, PhoneError> {
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
            403 if reply.error().code == "retired" => return self.note_replaced(),
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
        if let Some(told) = &page.pins {
            self.take_pins(told).await?;
        }
        self.keep_page(&page, staged)
    }

    fn note_replaced(&self) -> Result<Event, PhoneError> {
        let now_ms = self.phone.trusted_ms(&self.now())?;
        self.write(|tx| replaced::note(tx, now_ms))?;
        Ok(Event::Replaced)
    }

    fn keep_page(&mut self, page: &FeedAnswer, staged: bool) -> Result<Event, PhoneError> {
        let missing = self.phone.with(|store| {
            store.write(|tx| {
                if page.snapshot && !staged {
                    reference::clear_staged(tx)?;
                }
                let staged = staged || page.snapshot;
                reference::apply(tx, &page.items, staged)?;
                // A restored server may know nothing of the other phone.
                replaced::note_in_use(tx)?;
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
                reference::drop_old_noted(tx)?;
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
            .append(&without_fix(at.clone()), |pen, _| {
                if store::meta(pen.transaction(), DESK_SEEN)?.as_deref() == Some(mark.as_str()) {
                    return Ok(());
                }
                store::set_meta(pen.transaction(), DESK_SEEN, &mark)?;
                pen.write(&at, &seen).map(drop)
            })
            .map(drop)
    }

    pub(super) async fn get_blob(&mut self, hash: Hash) -> Result<Event, PhoneError> {
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
}

/// The feed is asked for from its beginning.
pub(super) fn restart_feed(tx: &Connection) -> Result<(), PhoneError> {
    store::drop_meta(tx, CURSOR)?;
    store::drop_meta(tx, STAGED_CURSOR)?;
    reference::clear_staged(tx)
}
