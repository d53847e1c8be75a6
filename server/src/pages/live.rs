//! Live updates of the board by server-sent events (WHATWG HTML, "Server-sent events"): what changed is read and
//! drawn once for all browsers of a scope and a language, whichever rows they show.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    convert::Infallible,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use askama::Template;
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

use super::{
    Frame,
    today::{Needs, Row, Wanted, days_on, seen},
};
use crate::{
    auth::Actor,
    desk::{Books, Desk, DeskResult},
    random,
};

/// After the first change so long others are waited for, to be sent together.
const GATHERED: Duration = Duration::from_secs(1);
/// Without a change the board is drawn so often, since time passes.
const AT_LEAST: Duration = Duration::from_secs(20);
/// So long a browser is told things before it has to ask anew, and be let in anew.
const ADMITTED: Duration = Duration::from_secs(300);
/// Drawings that may wait for a slow browser, or for one that reconnects; one that misses more is told to read the whole
/// board.
const KEPT: usize = 4;
/// A board that nobody looked at for so many drawings is left: a browser that reconnects is there before.
const UNSEEN: u32 = 2;

/// What changed on a board, as browsers put it in.
#[derive(Debug, Clone)]
struct Drawn {
    /// The board's name and the number of the drawing.
    id: String,
    html: Arc<str>,
}

impl Drawn {
    fn event(&self) -> Event {
        Event::default().event("board").id(&self.id).data(&*self.html)
    }
}

/// A board that somebody looks at. Its drawings are numbered: what a browser missed is sent to it.
struct Board {
    /// Tells it from boards of other times and servers.
    name: String,
    tell: broadcast::Sender<Drawn>,
    /// Drawings so far; the first shows all.
    drawings: u64,
    /// The newest of them, in their order.
    kept: VecDeque<Drawn>,
    /// Drawings in a row that nobody looked at.
    unseen: u32,
}

impl Board {
    fn new() -> Self {
        Self {
            name: random::hex::<4>(),
            tell: broadcast::channel(KEPT).0,
            drawings: 0,
            kept: VecDeque::new(),
            unseen: 0,
        }
    }

    fn newest(&self) -> String {
        format!("{}-{}", self.name, self.drawings)
    }

    fn put(&mut self, html: String) {
        self.drawings += 1;
        let (id, html) = (self.newest(), html.into());
        let drawn = Drawn { id, html };
        if self.kept.len() == KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back(drawn.clone());
        // Nobody may be looking just now.
        drop(self.tell.send(drawn));
    }

    /// What was drawn after a drawing, or (no id) at all; `None` where that is not kept.
    fn after(&self, id: &str) -> Option<Vec<Drawn>> {
        let seen = match id.split_once('-') {
            Some((name, number)) if name == self.name => number.parse().ok()?,
            None if id.is_empty() => 0,
            _ => return None,
        };
        let missed = self.drawings.checked_sub(seen)?;
        let known = self.kept.len().checked_sub(usize::try_from(missed).ok()?)?;
        Some(self.kept.iter().skip(known).cloned().collect())
    }

    /// Counts how long nobody has looked.
    fn is_left(&mut self) -> bool {
        self.unseen = match self.tell.receiver_count() {
            0 => self.unseen + 1,
            _ => 0,
        };
        self.unseen == UNSEEN
    }
}

/// The boards that somebody looks at, by scope and language.
#[derive(Clone, Default)]
pub(super) struct Boards(Arc<Mutex<HashMap<String, Board>>>);

#[derive(Template)]
#[template(path = "live.html")]
struct Drawing<'a> {
    frame: &'a Frame,
    needs: Needs,
    rows: Vec<&'a Row>,
}

/// What a browser has.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Seen {
    /// The newest drawing when its page was made; a `Last-Event-ID` is newer.
    after: Option<String>,
}

/// The board's changes, as they come.
#[utoipa::path(get, path = "/today/live", tag = "pages", params(Seen), responses(
    (status = 200, description = "Events `board` with what to put in, `whole` where some were missed", body = String, content_type = "text/event-stream")
))]
pub(super) async fn stream_of(
    State(desk): State<Desk>,
    Extension(boards): Extension<Boards>,
    actor: Actor,
    frame: Frame,
    headers: HeaderMap,
    Query(seen): Query<Seen>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let seen = last.or(seen.after.as_deref()).unwrap_or_default();
    let stopped = desk.app.readiness.stopped();
    let (missed, drawn) = boards.join(seen, desk, actor, frame);
    let missed = missed.map_or_else(|| vec![whole()], |missed| missed.iter().map(Drawn::event).collect());
    let ends = Instant::now() + ADMITTED;
    let events = stream::unfold(drawn, move |mut drawn| async move {
        let event = match timeout_at(ends, drawn.recv()).await.ok()? {
            Ok(drawn) => drawn.event(),
            Err(RecvError::Lagged(_)) => whole(),
            Err(RecvError::Closed) => return None,
        };
        Some((event, drawn))
    });
    let events = stream::iter(missed).chain(events).take_until(Box::pin(stopped));
    Sse::new(events.map(Ok)).keep_alive(KeepAlive::default())
}

/// Some drawings were missed: the whole board is to be read.
fn whole() -> Event {
    // A browser is told of no event without data.
    Event::default().event("whole").data("missed")
}

impl Boards {
    fn key(actor: &Actor, frame: &Frame) -> String {
        format!("{:?} {}", actor.scopes(), frame.words.tag())
    }

    fn held(&self) -> MutexGuard<'_, HashMap<String, Board>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The newest drawing of a board; nothing where nobody looks at it yet.
    pub(super) fn newest(&self, actor: &Actor, frame: &Frame) -> String {
        let boards = self.held();
        boards
            .get(&Self::key(actor, frame))
            .map_or_else(String::new, Board::newest)
    }

    /// The drawings of a board that were missed, if they are known, and those to come; whoever looks at it first sets it
    /// going.
    fn join(
        &self,
        seen: &str,
        desk: Desk,
        actor: Actor,
        frame: Frame,
    ) -> (Option<Vec<Drawn>>, broadcast::Receiver<Drawn>) {
        let key = Self::key(&actor, &frame);
        let mut boards = self.held();
        let board = boards.entry(key.clone()).or_insert_with(|| {
            let going = self.clone();
            tokio::spawn(async move { going.draw(&key, &desk, &actor, &frame).await });
            Board::new()
        });
        (board.after(seen), board.tell.subscribe())
    }

    /// Draws what changes until nobody looks any more.
    async fn draw(&self, key: &str, desk: &Desk, actor: &Actor, frame: &Frame) {
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
            if self.is_left(key) {
                return;
            }
            match drawing(desk, actor, frame, &mut last).await {
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

    /// Takes a board away that nobody looks at.
    fn is_left(&self, key: &str) -> bool {
        let mut boards = self.held();
        let is_left = boards.get_mut(key).is_none_or(Board::is_left);
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
    let documents = desk.app.documents();
    let reps = seen(desk, &documents, actor, &today, &days);
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::{Board, KEPT, UNSEEN};

    #[test]
    fn what_a_browser_missed_is_sent_to_it_as_far_as_it_is_kept() {
        let mut board = Board::new();
        let ids: Vec<String> = (0..=6)
            .map(|number| {
                (number > 0).then(|| board.put(format!("drawing {number}")));
                board.newest()
            })
            .collect();
        let after = |board: &Board, id: &str| {
            let missed = board.after(id)?;
            Some(missed.iter().map(|drawn| drawn.html.to_string()).collect::<Vec<_>>())
        };
        let drawings = |from: usize| Some((from..=6).map(|number| format!("drawing {number}")).collect());
        let foreign = Board::new().newest();
        let newer = ids[6].replace("-6", "-7");
        for (id, missed) in [
            (&*ids[6], drawings(7)),
            (&*ids[5], drawings(6)),
            (&*ids[6 - KEPT], drawings(7 - KEPT)),
            (&*ids[5 - KEPT], None),
            (&*newer, None),
            (&*foreign, None),
            ("", None),
            ("nothing", None),
        ] {
            assert_eq!(after(&board, id), missed, "{id:?}");
        }
        // Whose page is older than the board has missed nothing that is not kept yet.
        let mut young = Board::new();
        young.put("all".into());
        assert_eq!(after(&young, ""), Some(vec!["all".to_owned()]));
    }

    #[test]
    fn a_drawing_is_made_once_for_all_who_look() {
        let mut board = Board::new();
        let mut browsers = [board.tell.subscribe(), board.tell.subscribe()];
        board.put("x".into());
        let [a, b] = browsers.each_mut().map(|browser| browser.try_recv().unwrap());
        let again = board.after(&format!("{}-0", board.name)).unwrap();
        assert!(std::sync::Arc::ptr_eq(&a.html, &b.html) && std::sync::Arc::ptr_eq(&a.html, &again[0].html));
    }

    #[test]
    fn a_board_waits_for_a_browser_that_reconnects_and_not_for_good() {
        let mut board = Board::new();
        let browser = board.tell.subscribe();
        assert!((0..2 * UNSEEN).all(|_| !board.is_left()));
        drop(browser);
        assert!(!board.is_left());
        let browser = board.tell.subscribe();
        assert!(!board.is_left());
        drop(browser);
        assert_eq!([board.is_left(), board.is_left()], [false, true]);
    }
}
