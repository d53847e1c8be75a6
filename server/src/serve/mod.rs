//! The accept loop. `axum::serve` has no time-out for headers, so a client that sends them byte by byte
//! would hold its connection for ever; here every wait and every number is bounded.
//!
//! One address is bounded twice: in connections, and in requests that run. The first keeps who sends nothing from
//! taking all seats; behind a proxy, whose connections are everybody's, only the second can tell callers apart.
//! All requests together are bounded too: of HTTP/2 one connection carries many.

mod address;
mod calls;
mod connection;
mod idle;
mod pace;
mod seats;
mod stop;
mod tls;

#[cfg(test)]
mod tests;

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header::CONNECTION},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::{sleep, timeout},
};

pub use address::Address;
pub use pace::Pace;
pub(crate) use tls::acme::FOLDER as ACME_FOLDER;
pub(crate) use tls::of_file as pin_of_file;
pub use tls::{Tls, TlsError};

use crate::{error::ApiError, metrics::Connections};
use connection::Host;
use pace::{Late, Meter};
use seats::Seats;
use stop::Stop;

/// Before somebody asks again for what took too long.
const ANSWER_LATE_S: u32 = 60;

/// What one server takes on.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections at a time; more wait in the kernel's queue. And so many requests that run, over all of them.
    pub connections: usize,
    /// Connections, and running requests, of one address: an office may share one, a network operator's whole
    /// city too, but each request of a phone takes but a moment.
    pub per_address: usize,
    /// The proxy in front: its connections are not counted, and it says for whom it asks.
    pub proxy: Option<IpAddr>,
    /// For the handshake, for a request's head, and for the pause between two requests.
    pub header: Duration,
    /// Without a byte either way; longer than a handler may take.
    pub idle: Duration,
    /// For a request's body and its answer.
    pub pace: Pace,
    /// For running requests when the server stops.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4096,
            per_address: 64,
            proxy: None,
            header: Duration::from_secs(20),
            idle: Duration::from_secs(75),
            pace: Pace::default(),
            drain: Duration::from_secs(10),
        }
    }
}

/// Whom a request came from.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// What serves: all that a connection is given.
#[derive(Clone)]
pub struct Service {
    /// Answers requests.
    pub router: Router,
    /// What one server takes on.
    pub limits: Limits,
    /// Without: plain TCP.
    pub tls: Option<Tls>,
    /// Counts connections.
    pub counts: Connections,
}

/// Serves until `stop` is done, then lets running requests end.
pub async fn serve(listener: TcpListener, service: Service, stop: impl Future<Output = ()>) {
    let limits = service.limits;
    let room = Arc::new(Semaphore::new(limits.connections));
    let seats = Seats::new(limits.per_address);
    let proxy = limits.proxy.map(Address::from);
    let (stopping, stopped) = Stop::new();
    let host = Host {
        service,
        stopped: stopped.clone(),
    };
    let mut stop = std::pin::pin!(stop);
    loop {
        let (stream, peer, seat) = tokio::select! {
            next = accept(&listener, &room) => next,
            () = &mut stop => break,
        };
        let address = Address::from(peer.ip());
        let own = seats.take(address);
        if own.is_none() && proxy != Some(address) {
            // Without a word: it would cost a handshake first, and who floods would get what the bound is to keep.
            host.service.counts.dropped.count("too_many");
            continue;
        }
        let host = host.clone();
        tokio::spawn(async move {
            host.serve(stream, peer).await;
            drop((seat, own));
        });
    }
    drop((listener, host));
    if timeout(limits.drain, stopping.and_wait(stopped)).await.is_err() {
        tracing::warn!("requests still ran when the time to drain was over");
    }
}

/// Bounds what each request takes; who calls is put into it as an [`Address`].
pub fn bounded(router: Router, limits: &Limits) -> Router {
    let door = Door {
        proxy: limits.proxy,
        room: Arc::new(Semaphore::new(limits.connections)),
        seats: Seats::new(limits.per_address),
        pace: limits.pace,
    };
    router.layer(middleware::from_fn_with_state(door, admit))
}

#[derive(Clone)]
struct Door {
    proxy: Option<IpAddr>,
    room: Arc<Semaphore>,
    seats: Seats,
    pace: Pace,
}

async fn admit(State(door): State<Door>, request: Request, next: Next) -> Response {
    let Ok(_room) = door.room.try_acquire() else {
        let why = "more requests at once than the server takes on: try again in a second";
        let error = ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "busy", why);
        return error.retry_after_s(1).into_response();
    };
    let (meter, mut request) = Meter::of(request);
    let mut _seat = None;
    if let Some(Peer(peer)) = request.extensions().get() {
        let address = Address::of(*peer, request.headers(), door.proxy);
        _seat = door.seats.take(address);
        if _seat.is_none() {
            let why = "too many requests at once from this address: wait a little";
            let error = ApiError::new(StatusCode::TOO_MANY_REQUESTS, "too_often", why);
            return error.retry_after_s(1).into_response();
        }
        request.extensions_mut().insert(address);
    }
    tokio::select! {
        response = next.run(request) => response,
        late = meter.overdue(door.pace) => too_long(late),
    }
}

/// A client that is told 408 may send the same again at once (RFC 9110, 15.5.9): that is right where its body was late,
/// and would make it worse where the server is (15.6.4).
fn too_long(late: Late) -> Response {
    if let Late::Answer = late {
        let why = "the server was not done in time: see in a minute whether it is, or try again";
        let error = ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "overdue", why);
        return error.retry_after_s(ANSWER_LATE_S).into_response();
    }
    let why = "the request took too long: send less at a time, or over a better network";
    let mut response = ApiError::new(StatusCode::REQUEST_TIMEOUT, "too_slow", why).into_response();
    // What of the body is still to come is not waited for.
    response
        .headers_mut()
        .insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

/// The next connection, once there is room for it. Errors of `accept` are of one connection, or of a
/// process out of file handles: both pass.
async fn accept(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
) -> (TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit) {
    let seat = room
        .clone()
        .acquire_owned()
        .await
        .expect("the semaphore is never closed");
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                // Answers are small: waiting to fill a packet only delays them.
                let _ = stream.set_nodelay(true);
                return (stream, peer, seat);
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                sleep(Duration::from_millis(50)).await;
            }
        }
    }
}
