#![allow(clippy::unwrap_used)]

use axum::routing::{get, post};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    sync::{Notify, oneshot},
    task::JoinHandle,
};

use super::*;

const SHORT: Duration = Duration::from_millis(100);

/// A handler that runs until it is let go.
#[derive(Default)]
struct Slow {
    runs: Notify,
    may_end: Notify,
}

/// A server with short limits; it stops when the sender is dropped.
async fn start(connections: usize, slow: Arc<Slow>) -> (SocketAddr, oneshot::Sender<()>, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let slow = async move || {
        slow.runs.notify_one();
        slow.may_end.notified().await;
        "slow"
    };
    let router = Router::new()
        .route(
            "/peer",
            get(|Extension(Peer(peer)): Extension<Peer>| async move { peer.ip().to_string() }),
        )
        .route("/slow", get(slow))
        .route("/length", post(|body: String| async move { body.len().to_string() }));
    let limits = Limits {
        connections,
        header: SHORT,
        idle: 4 * SHORT,
        drain: 20 * SHORT,
    };
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(serve(listener, router, limits, async { drop(stopped.await) }));
    (address, stop, server)
}

/// Sends some bytes and reads until the server closes.
async fn exchange(address: SocketAddr, bytes: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes.as_bytes()).await.unwrap();
    let mut answer = String::new();
    // A connection that is reset has told all it would.
    let _ = stream.read_to_string(&mut answer).await;
    answer
}

#[tokio::test]
async fn who_dribbles_is_hung_up_on() {
    let (address, _stop, _server) = start(8, Arc::default()).await;
    for (what, bytes, answered) in [
        ("nothing at all", "", ""),
        ("half a head", "GET /peer HTTP/1.1\r\nhost: x\r\n", ""),
        (
            "half a body",
            "POST /length HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nhalf",
            "",
        ),
        (
            "a request, then silence",
            "GET /peer HTTP/1.1\r\nhost: x\r\n\r\n",
            "127.0.0.1",
        ),
    ] {
        let answer = timeout(20 * SHORT, exchange(address, bytes)).await;
        let answer = answer.unwrap_or_else(|_| panic!("{what}: the connection was held open"));
        assert!(answer.ends_with(answered), "{what}: {answer}");
    }
}

#[tokio::test]
async fn a_connection_too_many_waits_its_turn() {
    let (address, _stop, _server) = start(1, Arc::default()).await;
    let first = TcpStream::connect(address).await.unwrap();
    let second = tokio::spawn(exchange(
        address,
        "GET /peer HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    ));
    tokio::pin!(second);
    let early = timeout(SHORT / 2, &mut second).await;
    assert!(early.is_err(), "the first holds the only seat");
    drop(first);
    assert!(second.await.unwrap().ends_with("127.0.0.1"));
}

#[tokio::test]
async fn a_running_request_ends_before_the_server_does() {
    let slow = Arc::new(Slow::default());
    let (address, stop, server) = start(8, slow.clone()).await;
    let running = tokio::spawn(exchange(address, "GET /slow HTTP/1.1\r\nhost: x\r\n\r\n"));
    slow.runs.notified().await;
    drop(stop);
    slow.may_end.notify_one();
    assert!(running.await.unwrap().ends_with("slow"));
    timeout(20 * SHORT, server).await.unwrap().unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}
