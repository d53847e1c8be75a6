use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use axum::{body::Body, extract::Request};
use hyper::body::{Body as HttpBody, Bytes, Frame, SizeHint};
use tokio::time::{Instant, sleep_until};

/// How fast a request's body has to come, and how long its answer may take.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Before the first byte counts: a handshake over a bad network.
    pub grace: Duration,
    /// From then on, on average.
    pub bytes_per_s: u32,
    /// For the body, however fast it comes.
    pub body: Duration,
    /// From the body's end to the answer.
    pub answer: Duration,
}

impl Default for Pace {
    /// A push of 512 KiB is some 60 kB compressed: a phone on 2G (1 kB/s) needs a minute for it, and has two. Who
    /// sends a byte a second holds his seat for the grace alone.
    fn default() -> Self {
        Self {
            grace: Duration::from_secs(15),
            bytes_per_s: 512,
            body: Duration::from_secs(300),
            answer: Duration::from_secs(60),
        }
    }
}

/// What of a request takes too long.
pub(super) enum Late {
    /// Its body: it is for the client to send it faster.
    Body,
    /// The answer.
    Answer,
}

/// What has come of one request's body.
pub(super) struct Meter {
    begun: Instant,
    came: Mutex<Came>,
}

#[derive(Default)]
struct Came {
    bytes: u64,
    ended: Option<Instant>,
}

impl Meter {
    /// The request, with its body metered.
    pub(super) fn of(request: Request) -> (Arc<Self>, Request) {
        let meter = Arc::new(Self {
            begun: Instant::now(),
            came: Mutex::default(),
        });
        let metered = |body: Body| {
            let meter = Arc::clone(&meter);
            let metered = Metered { body, meter };
            metered.look();
            Body::new(metered)
        };
        (meter.clone(), request.map(metered))
    }

    /// Waits until the request takes too long.
    pub(super) async fn overdue(&self, pace: Pace) -> Late {
        loop {
            let (due, late) = self.due(pace);
            if due <= Instant::now() {
                return late;
            }
            sleep_until(due).await;
        }
    }

    fn due(&self, pace: Pace) -> (Instant, Late) {
        let came = self.came.lock().unwrap_or_else(PoisonError::into_inner);
        let earned = Duration::from_secs(came.bytes) / pace.bytes_per_s;
        match came.ended {
            Some(ended) => (ended + pace.answer, Late::Answer),
            None => (self.begun + (pace.grace + earned).min(pace.body), Late::Body),
        }
    }
}

struct Metered {
    body: Body,
    meter: Arc<Meter>,
}

impl Metered {
    /// Notes the end, once it is reached.
    fn look(&self) {
        if self.body.is_end_stream() {
            let mut came = self.meter.came.lock().unwrap_or_else(PoisonError::into_inner);
            came.ended.get_or_insert_with(Instant::now);
        }
    }
}

impl HttpBody for Metered {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        if let Poll::Ready(Some(Ok(frame))) = &polled {
            let bytes = frame.data_ref().map_or(0, Bytes::len) as u64;
            self.meter.came.lock().unwrap_or_else(PoisonError::into_inner).bytes += bytes;
        }
        if polled.is_ready() {
            self.look();
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
