//! A board's drawings, numbered and kept for browsers that were away for a while.

use std::{collections::VecDeque, sync::Arc};

use axum::response::sse::Event;
use tokio::sync::broadcast;

use crate::random;

/// Drawings that may wait for a slow browser, for one that reconnects or whose page is new; one that misses more is told to
/// read the whole board. A board that nobody looked at for so many is left.
const KEPT: usize = 8;

/// What changed on a board, as browsers put it in.
#[derive(Debug, Clone)]
pub(super) struct Drawn {
    /// The board's name and the number of the drawing.
    id: String,
    html: Arc<str>,
}

impl Drawn {
    pub(super) fn event(&self) -> Event {
        Event::default().event("board").id(&self.id).data(&*self.html)
    }
}

/// A day's board that somebody looks at. Its drawings are numbered: what a browser missed is sent to it.
pub(super) struct Board {
    /// Tells it from boards of other times and servers.
    pub(super) name: String,
    pub(super) tell: broadcast::Sender<Drawn>,
    /// Drawings so far: each shows what changed since the one before, the first since the board began.
    drawings: u64,
    /// The newest of them, in their order.
    kept: VecDeque<Drawn>,
    /// Drawings in a row that nobody looked at.
    unseen: usize,
}

impl Board {
    pub(super) fn new() -> Self {
        Self {
            name: random::hex::<4>(),
            tell: broadcast::channel(KEPT).0,
            drawings: 0,
            kept: VecDeque::new(),
            unseen: 0,
        }
    }

    pub(super) fn newest(&self) -> String {
        format!("{}-{}", self.name, self.drawings)
    }

    pub(super) fn put(&mut self, html: String) {
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

    /// What was drawn after a drawing; `None` where that is not kept.
    pub(super) fn after(&self, id: &str) -> Option<Vec<Drawn>> {
        let (name, number) = id.split_once('-')?;
        let seen = number.parse().ok().filter(|_| name == self.name)?;
        let missed = self.drawings.checked_sub(seen)?;
        let known = self.kept.len().checked_sub(usize::try_from(missed).ok()?)?;
        Some(self.kept.iter().skip(known).cloned().collect())
    }

    /// Counts how long nobody has looked.
    pub(super) fn is_left(&mut self) -> bool {
        self.unseen = match self.tell.receiver_count() {
            0 => self.unseen + 1,
            _ => 0,
        };
        self.unseen == KEPT
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::{Board, KEPT};

    #[test]
    fn what_a_browser_missed_is_sent_to_it_as_far_as_it_is_kept() {
        let mut board = Board::new();
        let newest = KEPT + 2;
        let ids: Vec<String> = (0..=newest)
            .map(|number| {
                (number > 0).then(|| board.put(format!("drawing {number}")));
                board.newest()
            })
            .collect();
        let after = |board: &Board, id: &str| {
            let missed = board.after(id)?;
            Some(missed.iter().map(|drawn| drawn.html.to_string()).collect::<Vec<_>>())
        };
        let drawings = |from: usize| Some((from..=newest).map(|number| format!("drawing {number}")).collect());
        let foreign = Board::new().newest();
        let newer = format!("{}-{}", board.name, newest + 1);
        for (id, missed) in [
            (&*ids[newest], drawings(newest + 1)),
            (&*ids[newest - 1], drawings(newest)),
            (&*ids[2], drawings(3)),
            (&*ids[1], None),
            (&*newer, None),
            (&*foreign, None),
            ("", None),
            ("nothing", None),
        ] {
            assert_eq!(after(&board, id), missed, "{id:?}");
        }
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
        assert!((0..2 * KEPT).all(|_| !board.is_left()));
        drop(browser);
        assert!((1..KEPT).all(|_| !board.is_left()));
        let browser = board.tell.subscribe();
        assert!(!board.is_left());
        drop(browser);
        assert!((1..KEPT).all(|_| !board.is_left()));
        assert!(board.is_left());
    }
}
