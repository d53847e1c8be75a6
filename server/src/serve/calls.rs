use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::body::Body;
use hyper::body::{Body as HttpBody, Bytes, Frame, SizeHint};
use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

/// A client that takes back so many requests on one connection wants work done for nobody (CVE-2023-44487).
const CANCELLED_MOST: u32 = 100;

/// The requests of one connection: whether it rests, and how many were taken back.
pub(super) struct Calls {
    seen: Mutex<Seen>,
    too_many_cancelled: Notify,
}

struct Seen {
    running: usize,
    resting_since: Instant,
    cancelled: u32,
}

/// Why a connection has to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// Nothing was asked for a while.
    Rested,
    /// Too much was taken back.
    Cancelled,
}

impl Calls {
    pub(super) fn new() -> Arc<Self> {
        let seen = Seen {
            running: 0,
            resting_since: Instant::now(),
            cancelled: 0,
        };
        Arc::new(Self {
            seen: Mutex::new(seen),
            too_many_cancelled: Notify::new(),
        })
    }

    /// A request begins; it lasts as long as what is returned, or as the body that is put into it.
    pub(super) fn begin(self: &Arc<Self>) -> Call {
        self.look(|seen| seen.running += 1);
        Call {
            calls: Arc::clone(self),
            body: Body::from("not answered yet"),
            has_ended: false,
        }
    }

    /// Waits until no request ran for `rest_most`, or too many were taken back.
    pub(super) async fn over(&self, rest_most: Duration) -> Why {
        let rested = async {
            loop {
                let now = Instant::now();
                let due = self.look(|seen| if seen.running > 0 { now } else { seen.resting_since } + rest_most);
                if due <= now {
                    return;
                }
                sleep_until(due).await;
            }
        };
        tokio::select! {
            () = rested => Why::Rested,
            () = self.too_many_cancelled.notified() => Why::Cancelled,
        }
    }

    fn look<T>(&self, look: impl FnOnce(&mut Seen) -> T) -> T {
        look(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A running request, and then the body of its answer.
pub(super) struct Call {
    calls: Arc<Calls>,
    body: Body,
    /// A body of unknown size, as a compressed one, does not say so itself.
    has_ended: bool,
}

impl Call {
    /// It is answered; it lasts until the body is sent.
    pub(super) fn answering(mut self, body: Body) -> Body {
        self.body = body;
        Body::new(self)
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        let taken_back = !self.has_ended && !self.body.is_end_stream();
        let cancelled = self.calls.look(|seen| {
            seen.running -= 1;
            seen.resting_since = Instant::now();
            seen.cancelled += u32::from(taken_back);
            seen.cancelled
        });
        if cancelled > CANCELLED_MOST {
            self.calls.too_many_cancelled.notify_one();
        }
    }
}

impl HttpBody for Call {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        self.has_ended = !matches!(frame, Some(Ok(_)));
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
