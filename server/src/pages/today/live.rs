//! Live updates of the board by server-sent events (WHATWG HTML, "Server-sent events"): what changed is read and
//! drawn once for all browsers of a scope and a language, whichever rows they show.

mod board;
mod shown;

use std::{
    collections::HashMap,
    convert::Infallible,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Extension,
    extract::{Query, State},
    http::HeaderMap,
    response::sse::{Event, KeepAlive, Sse},
};
use futures_util::{Stream, StreamExt, stream};
use serde::Deserialize;
use tokio::{
    sync::broadcast::{self, error::RecvError},
    time::{Instant, sleep, sleep_until, timeout_at},
};
use utoipa::IntoParams;

use crate::{
    auth::Actor,
    desk::{Desk, DeskResult},
    pages::Frame,
};
use board::{Board, Drawn};
use shown::Prints;
pub(super) use shown::Shown;

/// After the first change so long others are waited for, to be sent together.
const GATHERED: Duration = Duration::from_secs(1);
/// Without a change the board is drawn so often, since time passes.
const AT_LEAST: Duration = Duration::from_secs(20);
/// So long a browser is told things before it has to ask anew, and be let in anew.
const ADMITTED: Duration = Duration::from_secs(300);

/// The boards that somebody looks at, by scope, language and day.
#[derive(Clone, Default)]
pub(in crate::pages) struct Boards(Arc<Mutex<HashMap<String, Board>>>);

/// What a browser has.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::pages) struct Seen {
    /// The newest drawing when its page was made; a `Last-Event-ID` is newer.
    after: Option<String>,
}

/// The board's changes, as they come.
#[utoipa::path(get, path = "/today/live", tag = "pages", params(Seen), responses(
    (status = 200, description = "Events `board` with what to put in, `whole` where the page is to be read anew", body = String, content_type = "text/event-stream")
))]
pub(in crate::pages) async fn stream_of(
    State(desk): State<Desk>,
    Extension(boards): Extension<Boards>,
    actor: Actor,
    frame: Frame,
    headers: HeaderMap,
    Query(seen): Query<Seen>,
) -> DeskResult<Sse<impl Stream<Item = Result<Event, Infallible>>>> {
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let seen = last.or(seen.after.as_deref()).unwrap_or_default();
    let stopped = desk.app.readiness.stopped();
    let shown = Shown::today(desk, actor, frame);
    let join = |board: &Board| (board.after(seen), board.tell.subscribe());
    let (missed, drawn) = boards.at(shown, join).await?;
    let missed = missed.map_or_else(|| vec![whole()], |missed| missed.iter().map(Drawn::event).collect());
    let ends = Instant::now() + ADMITTED;
    let events = stream::unfold(Some(drawn), move |drawn| async move {
        let mut drawn = drawn?;
        match timeout_at(ends, drawn.recv()).await.ok()? {
            Ok(news) => Some((news.event(), Some(drawn))),
            Err(RecvError::Lagged(_)) => Some((whole(), Some(drawn))),
            Err(RecvError::Closed) => Some((whole(), None)),
        }
    });
    let events = stream::iter(missed).chain(events).take_until(Box::pin(stopped));
    Ok(Sse::new(events.map(Ok)).keep_alive(KeepAlive::default()))
}

/// Some drawings were missed, or the board's day is over: the page is to be read anew.
fn whole() -> Event {
    // A browser is told of no event without data.
    Event::default().event("whole").data("missed")
}

/// A board that is drawn. Should that break off it goes, its browsers are told, and the next that comes begins it anew.
struct Going {
    boards: Boards,
    key: String,
    name: String,
}

impl Drop for Going {
    fn drop(&mut self) {
        let mut boards = self.boards.held();
        if boards.get(&self.key).is_some_and(|board| board.name == self.name) {
            boards.remove(&self.key);
        }
    }
}

impl Boards {
    fn held(&self) -> MutexGuard<'_, HashMap<String, Board>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The newest drawing of a board. What is read after this is no older: what changes from then on is drawn later.
    pub(super) async fn newest(&self, shown: Shown) -> DeskResult<String> {
        self.at(shown, Board::newest).await
    }

    /// Takes something from a board. Who comes first sets it going, from the rows as they are.
    async fn at<T>(&self, shown: Shown, take: impl FnOnce(&Board) -> T) -> DeskResult<T> {
        let key = shown.key();
        let news = shown.desk.app.news.subscribe();
        let is_going = self.held().contains_key(&key);
        // Should it end in this moment, the first drawing of its follower shows all.
        let last = if is_going { Prints::new() } else { shown.prints().await? };
        let mut boards = self.held();
        let board = boards.entry(key).or_insert_with_key(|key| {
            let board = Board::new();
            let going = Going {
                boards: self.clone(),
                key: key.clone(),
                name: board.name.clone(),
            };
            tokio::spawn(async move { going.boards.draw(&going.key, shown, news, last).await });
            board
        });
        Ok(take(board))
    }

    /// Draws what changes until nobody looks any more or the day is over.
    async fn draw(&self, key: &str, shown: Shown, mut news: broadcast::Receiver<()>, mut last: Prints) {
        loop {
            let due = Instant::now() + AT_LEAST;
            // Whose day it was does not matter here: each board is read by its own scope.
            tokio::select! {
                _ = news.recv() => sleep(GATHERED).await,
                () = sleep_until(due) => {}
            }
            news = news.resubscribe();
            if self.ends(key, shown.is_over()) {
                return;
            }
            match shown.drawing(&mut last).await {
                Ok(html) => self.put(key, html),
                Err(error) => tracing::warn!(code = error.code, "the board could not be drawn"),
            }
        }
    }

    fn put(&self, key: &str, html: String) {
        if let Some(board) = self.held().get_mut(key) {
            board.put(html);
        }
    }

    /// Takes a board away whose day is over or that nobody looks at.
    fn ends(&self, key: &str, is_over: bool) -> bool {
        let mut boards = self.held();
        let ends = is_over || boards.get_mut(key).is_none_or(Board::is_left);
        if ends {
            boards.remove(key);
        }
        ends
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use axum::{
        Extension,
        body::BodyDataStream,
        extract::{Query, State},
        http::{HeaderMap, Uri},
        response::IntoResponse,
    };
    use futures_util::StreamExt;
    use onbeat_core::reference::{Document, Rep};

    use super::{Boards, Seen, Shown, stream_of};
    use crate::{
        auth::Actor,
        desk::Desk,
        pages::Frame,
        testing::{HOUR, World, at},
    };

    /// A page of the board and its stream, as one browser has them.
    struct Opened {
        boards: Boards,
        desk: Desk,
        actor: Actor,
        frame: Frame,
        page: String,
    }

    impl Opened {
        async fn on(world: &World) -> Self {
            let (boards, desk, actor) = (Boards::default(), Desk::new(world.app.clone()), Actor::console());
            let frame = Frame::new(
                &desk,
                &HeaderMap::new(),
                &Uri::from_static("/today"),
                Some(actor.clone()),
            );
            let page = boards
                .newest(Shown::today(desk.clone(), actor.clone(), frame.clone()))
                .await
                .unwrap();
            Self {
                boards,
                desk,
                actor,
                frame,
                page,
            }
        }

        async fn stream(&self) -> BodyDataStream {
            let seen = Seen {
                after: Some(self.page.clone()),
            };
            let (desk, boards) = (State(self.desk.clone()), Extension(self.boards.clone()));
            let (actor, frame) = (self.actor.clone(), self.frame.clone());
            let told = stream_of(desk, boards, actor, frame, HeaderMap::new(), Query(seen)).await;
            told.unwrap().into_response().into_body().into_data_stream()
        }
    }

    async fn event(stream: &mut BodyDataStream) -> String {
        String::from_utf8(stream.next().await.unwrap().unwrap().to_vec()).unwrap()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_first_drawing_is_of_what_changed_since_the_page_and_of_nothing_else() {
        let world = World::new().await;
        let opened = Opened::on(&world).await;
        let renamed = Rep {
            name: "Wang Wei".into(),
            ..world.app.documents().rep("wang", at(7, 0)).unwrap().clone()
        };
        world.put("wang", Document::Rep(renamed)).await;
        world.app.news.send(()).unwrap();
        let said = event(&mut opened.stream().await).await;
        assert!(said.contains("event: board"), "{said}");
        let shows = |rep: &str| said.contains(&format!("id=\"rep-{rep}\""));
        assert!(shows("wang") && said.contains("Wang Wei") && !shows("li"), "{said}");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_board_ends_with_its_day_and_its_pages_are_read_anew() {
        let world = World::new().await;
        let opened = Opened::on(&world).await;
        let mut stream = opened.stream().await;
        world.set_time(at(7, 0) + 24 * HOUR);
        world.app.news.send(()).unwrap();
        assert!(event(&mut stream).await.contains("event: whole"));
        assert!(stream.next().await.is_none());
        // Who comes back with what he had of that day is told the same.
        assert!(event(&mut opened.stream().await).await.contains("event: whole"));
    }
}
