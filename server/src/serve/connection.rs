use std::{net::SocketAddr, sync::Arc};

use axum::{Extension, extract::Request};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tower::{Layer, ServiceExt};

use super::{
    Limits, Peer, Service, Tls,
    calls::{Calls, Why},
    idle::Idle,
    stop::Stopped,
};

/// Bytes of an HTTP/1 head, or of what waits to be sent.
const BUFFER_BYTES: usize = 64 * 1024;
/// Requests of one HTTP/2 connection that run at a time. They are bounded by address beside that.
const STREAMS: u32 = 64;
const HEADERS_BYTES: u32 = 16 * 1024;
/// What one HTTP/2 connection may send ahead of what is read, for one request and for all.
const STREAM_WINDOW_BYTES: u32 = 128 * 1024;
const WINDOW_BYTES: u32 = 256 * 1024;
/// Streams reset before anybody has looked at them, and by mistakes: more end the connection.
const PENDING_RESETS: usize = 20;
const ERROR_RESETS: usize = 64;

/// What serves each connection.
#[derive(Clone)]
pub(super) struct Host {
    pub(super) service: Service,
    pub(super) stopped: Stopped,
}

impl Host {
    /// Serves one connection to its end: until either side hangs up, rests too long, or the server stops.
    pub(super) async fn serve(self, stream: TcpStream, peer: SocketAddr) {
        let open = self.service.counts.open.clone();
        open.inc();
        let stream = Idle::new(stream, self.service.limits.idle);
        match self.service.tls.clone() {
            None => self.speak(stream, peer).await,
            Some(tls) => self.shake_hands(tls, stream, peer).await,
        }
        open.dec();
    }

    async fn shake_hands(mut self, tls: Tls, stream: Idle<TcpStream>, peer: SocketAddr) {
        let shaken = tokio::select! {
            shaken = timeout(self.service.limits.header, tls.accept(stream)) => shaken,
            () = self.stopped.wait() => return,
        };
        match shaken {
            Ok(Ok(Some(stream))) => self.speak(stream, peer).await,
            Ok(Ok(None)) => {}
            Ok(Err(error)) => {
                tracing::debug!(%error, "no TLS with this client");
                self.service.counts.dropped.count("handshake");
            }
            Err(_) => self.service.counts.dropped.count("handshake_slow"),
        }
    }

    /// HTTP/1.1 or HTTP/2, as the client begins.
    async fn speak(mut self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, peer: SocketAddr) {
        let Service {
            router, limits, counts, ..
        } = self.service;
        let calls = Calls::new();
        let router = Extension(Peer(peer)).layer(router);
        let service = service_fn({
            let calls = Arc::clone(&calls);
            move |request: Request<Incoming>| {
                let (call, router) = (calls.begin(), router.clone());
                async move {
                    let response = router.oneshot(request).await?;
                    Ok::<_, std::convert::Infallible>(response.map(|body| call.answering(body)))
                }
            }
        });
        let builder = builder(&limits);
        let mut connection = std::pin::pin!(builder.serve_connection(TokioIo::new(stream), service));
        let why = tokio::select! {
            ended = connection.as_mut() => return told(ended),
            () = self.stopped.wait() => None,
            why = calls.over(limits.header) => Some(why),
        };
        if why == Some(Why::Cancelled) {
            return counts.dropped.count("cancelled");
        }
        connection.as_mut().graceful_shutdown();
        if let Ok(ended) = timeout(limits.drain, connection).await {
            told(ended);
        }
    }
}

fn builder(limits: &Limits) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header)
        .max_buf_size(BUFFER_BYTES);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(HEADERS_BYTES)
        .initial_stream_window_size(STREAM_WINDOW_BYTES)
        .initial_connection_window_size(WINDOW_BYTES)
        .max_send_buf_size(BUFFER_BYTES)
        .max_pending_accept_reset_streams(PENDING_RESETS)
        .max_local_error_reset_streams(ERROR_RESETS);
    builder
}

fn told(ended: Result<(), Box<dyn std::error::Error + Send + Sync>>) {
    if let Err(error) = ended {
        tracing::debug!(error, "connection ended");
    }
}
