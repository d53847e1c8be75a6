use reqwest::Method;

use super::link::{Drive, failure};
use crate::{
    phone::{
        PhoneError,
        http::Reply,
        store::{PHOTO_CHUNK_BYTES, photos},
        sync::{Problem, step::Event, wire::PhotoAnswer},
    },
    record::Hash,
};

impl Drive<'_> {
    pub(super) async fn send_photo(&mut self, hash: Hash, offset: u64) -> Result<Event, PhoneError> {
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

    pub(super) fn photo(&mut self, hash: Hash, reply: Result<Reply, PhoneError>) -> Result<Event, PhoneError> {
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
}
