//! Live updates of the board by server-sent events (WHATWG HTML, "Server-sent events"): what changed is read and
//! drawn once for all browsers of a scope and a language, whichever rows they show.

use std::{
    collections::{BTreeMap, HashMap},
    convert::Infallible,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use askama::Template;
use axum::{
    Extension,
    extract::State,
    response::sse::{Event, KeepAlive, Sse},
};
use futures_util::{Stream, stream};
use tokio::{
    sync::broadcast::{self, error::RecvError},
    time::{Instant, sleep, sleep_until, timeout_at},
};

use super::{
    Frame,
    today::{Needs, Row, Wanted, days_on, seen},
};
use crate::{
    auth::Actor,
    desk::{Books, Desk, DeskResult},
};

/// After the first change so long others are waited for, to be sent together.
const GATHERED: Duration = Duration::from_secs(1);
/// Without a change the board is drawn so often, since time passes.
const AT_LEAST: Duration = Duration::from_secs(20);
/// So long a browser is told things before it has to ask anew, and be let in anew.
const ADMITTED: Duration = Duration::from_secs(300);
/// Drawings that may wait for a slow browser; one that misses some is told to read the whole board.
const WAITING: usize = 4;

/// The boards that somebody looks at, by scope and language.
#[derive(Clone, Default)]
pub(super) struct Boards(Arc<Mutex<HashMap<String, broadcast::Sender<Arc<str>>>>>);

#[derive(Template)]
#[template(path = "live.html")]
struct Drawing<'a> {
    frame: &'a Frame,
    needs: Needs,
    rows: Vec<&'a Row>,
}

/// The board's changes, as they come.
#[utoipa::path(get, path = "/today/live", tag = "pages", responses(
    (status = 200, description = "Events `board` with what to put in, `whole` where some were missed", body = String, content_type = "text/event-stream")
))]
pub(super) async fn stream_of(
    State(desk): State<Desk>,
    Extension(boards): Extension<Boards>,
    actor: Actor,
    frame: Frame,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let drawn = boards.join(desk, actor, frame);
    let ends = Instant::now() + ADMITTED;
    let events = stream::unfold(drawn, move |mut drawn| async move {
        let event = match timeout_at(ends, drawn.recv()).await.ok()? {
            Ok(drawing) => Event::default().event("board").data(&*drawing),
            Err(RecvError::Lagged(_)) => Event::default().event("whole").data(""),
            Err(RecvError::Closed) => return None,
        };
        Some((Ok(event), drawn))
    });
    Sse::new(events).keep_alive(KeepAlive::default())
}

impl Boards {
    /// The drawings of a board; whoever looks at it first sets it going.
    fn join(&self, desk: Desk, actor: Actor, frame: Frame) -> broadcast::Receiver<Arc<str>> {
        let key = format!("{:?} {}", actor.scopes(), frame.words.tag());
        let mut boards = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(board) = boards.get(&key) {
            return board.subscribe();
        }
        let (board, drawn) = broadcast::channel(WAITING);
        boards.insert(key.clone(), board.clone());
        let going = self.clone();
        tokio::spawn(async move {
            going.draw(&key, &board, &desk, &actor, &frame).await;
        });
        drawn
    }

    /// Draws what changes until nobody looks any more.
    async fn draw(&self, key: &str, board: &broadcast::Sender<Arc<str>>, desk: &Desk, actor: &Actor, frame: &Frame) {
        let mut news = desk.app.news.subscribe();
        let mut last = BTreeMap::new();
        loop {
            let due = Instant::now() + AT_LEAST;
            // Whose day it was does not matter here: each board is read by its own scope.
            tokio::select! {
                _ = news.recv() => sleep(GATHERED).await,
                () = sleep_until(due) => {}
            }
            news = news.resubscribe();
            if self.is_left(key, board) {
                return;
            }
            match drawing(desk, actor, frame, &mut last).await {
                Ok(drawing) => drop(board.send(drawing.into())),
                Err(error) => tracing::warn!(code = error.code, "the board could not be drawn"),
            }
        }
    }

    /// Takes a board away that nobody looks at.
    fn is_left(&self, key: &str, board: &broadcast::Sender<Arc<str>>) -> bool {
        let mut boards = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_left = board.receiver_count() == 0;
        if is_left {
            boards.remove(key);
        }
        is_left
    }
}

/// Who needs a person, and the rows that are not as they were last.
async fn drawing(desk: &Desk, actor: &Actor, frame: &Frame, last: &mut BTreeMap<String, String>) -> DeskResult<String> {
    let today = Wanted::default();
    let day = today.day(desk);
    let books = Books::now(desk);
    let days = days_on(desk, actor, day).await?;
    let needs = Needs::of(desk, actor, frame, &books, &days).await?;
    let reps = seen(&books, actor, &today);
    let rows: Vec<Row> = reps
        .into_iter()
        .map(|(id, rep)| Row::new(frame, &books, id, rep, day, days.get(id)))
        .collect();
    let (mut changed, mut now) = (Vec::new(), BTreeMap::new());
    for row in &rows {
        let print = format!("{row:?}");
        if last.get(&row.rep) != Some(&print) {
            changed.push(row);
        }
        now.insert(row.rep.clone(), print);
    }
    *last = now;
    super::frame::rendered(&Drawing {
        frame,
        needs,
        rows: changed,
    })
}
