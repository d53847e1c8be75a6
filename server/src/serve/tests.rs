#![allow(clippy::unwrap_used)]

use axum::{
    body::Body,
    routing::{get, post},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpSocket,
    sync::{Notify, oneshot},
    task::JoinHandle,
};
use tower::ServiceExt;

mod acme;
mod http2;
mod tls;

use super::*;

const SHORT: Duration = Duration::from_millis(100);
const HOUR: Duration = Duration::from_secs(3600);

/// A handler that runs until it is let go.
#[derive(Default)]
struct Slow {
    runs: Notify,
    may_end: Notify,
}

fn short(connections: usize) -> Limits {
    Limits {
        connections,
        per_address: connections,
        proxy: None,
        header: SHORT,
        idle: 4 * SHORT,
        pace: Pace {
            grace: SHORT,
            bytes_per_s: 100,
            body: 40 * SHORT,
            answer: 40 * SHORT,
        },
        drain: 20 * SHORT,
    }
}

/// A server with short limits; it stops when the sender is dropped.
async fn start(limits: Limits, slow: Arc<Slow>) -> (SocketAddr, oneshot::Sender<()>, JoinHandle<()>) {
    start_with(None, limits, slow).await
}

async fn start_with(
    tls: Option<Tls>,
    limits: Limits,
    slow: Arc<Slow>,
) -> (SocketAddr, oneshot::Sender<()>, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    start_on(listener, tls, limits, slow).await
}

async fn start_on(
    listener: TcpListener,
    tls: Option<Tls>,
    limits: Limits,
    slow: Arc<Slow>,
) -> (SocketAddr, oneshot::Sender<()>, JoinHandle<()>) {
    let address = listener.local_addr().unwrap();
    let slow = async move || {
        slow.runs.notify_one();
        slow.may_end.notified().await;
        "slow"
    };
    let router = Router::new()
        .route("/peer", get(|address: Address| async move { address.to_string() }))
        .route("/pieces", get(async || pieces()))
        .route("/slow", get(slow))
        .route("/length", post(|body: String| async move { body.len().to_string() }));
    let router = bounded(router, &limits);
    let (stop, stopped) = oneshot::channel::<()>();
    let service = Service {
        router,
        limits,
        tls,
        counts: Connections::default(),
    };
    let server = tokio::spawn(serve(listener, service, async { drop(stopped.await) }));
    (address, stop, server)
}

/// A body that does not say how long it is, nor that it ended, as compressed ones are.
fn pieces() -> Body {
    let pieces = ["a", "b"].map(Ok::<_, std::convert::Infallible>);
    Body::from_stream(futures_util::stream::iter(pieces))
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
    let (address, _stop, _server) = start(short(8), Arc::default()).await;
    for (what, bytes, answered) in [
        ("nothing at all", "", ""),
        ("half a head", "GET /peer HTTP/1.1\r\nhost: x\r\n", ""),
        (
            "half a body",
            "POST /length HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nhalf",
            "over a better network\"}}",
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
async fn however_many_are_answered_whole_on_one_connection_none_counts_as_taken_back() {
    let limits = Limits {
        header: HOUR,
        idle: HOUR,
        ..short(8)
    };
    const MANY: usize = 300;
    let (address, _stop, _server) = start(limits, Arc::default()).await;
    let one = |more: &str| format!("GET /pieces HTTP/1.1\r\nhost: x\r\n{more}\r\n");
    let asked = one("").repeat(MANY - 1) + &one("connection: close\r\n");
    let answers = exchange(address, &asked).await;
    assert_eq!(answers.matches("HTTP/1.1 200").count(), MANY);
    let (mut client, connection) = http2::connect(address).await;
    tokio::spawn(connection);
    for n in 0..MANY {
        let answer = http2::ask(&mut client, "/pieces").await;
        assert_eq!(answer.unwrap_or_else(|error| panic!("{n}: {error}")).1, "ab");
    }
}

#[tokio::test]
async fn of_too_many_requests_at_once_some_are_to_come_again_however_few_connections_carry_them() {
    let slow = Arc::new(Slow::default());
    let running = {
        let slow = Arc::clone(&slow);
        async move || {
            slow.runs.notify_one();
            slow.may_end.notified().await;
        }
    };
    let router = bounded(Router::new().route("/", get(running)), &short(1));
    let ask = || router.clone().oneshot(Request::new(Body::empty()));
    let first = tokio::spawn(ask());
    slow.runs.notified().await;
    let refused = ask().await.unwrap();
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.headers()["retry-after"], "1");
    slow.may_end.notify_one();
    assert!(first.await.unwrap().unwrap().status().is_success());
    slow.may_end.notify_one();
    assert!(ask().await.unwrap().status().is_success());
}

#[tokio::test]
async fn an_answer_that_does_not_come_in_time_is_to_be_asked_for_later() {
    let mut limits = short(8);
    limits.pace.answer = Duration::ZERO;
    let never = Router::new().route("/", get(std::future::pending::<()>));
    let refused = bounded(never, &limits).oneshot(Request::new(Body::empty())).await;
    let refused = refused.unwrap();
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.headers()["retry-after"], "60");
}

#[tokio::test]
async fn a_connection_too_many_waits_its_turn() {
    let (address, _stop, _server) = start(short(1), Arc::default()).await;
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

/// Sends a body of `all` bytes in pieces until it is whole or the server answers; what it answered.
async fn send_slowly(address: SocketAddr, all: usize, piece: usize, every: Duration) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!("POST /length HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {all}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let (mut reader, mut writer) = stream.split();
    let mut answer = String::new();
    let send = async {
        for _ in 0..all / piece {
            sleep(every).await;
            let sent = writer.write_all(&vec![b'x'; piece]).await;
            if sent.is_err() {
                break;
            }
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        _ = reader.read_to_string(&mut answer) => {}
        () = send => {}
    }
    answer
}

#[tokio::test]
async fn a_body_that_drips_is_dropped_and_a_slow_one_is_not() {
    let (address, _stop, _server) = start(short(8), Arc::default()).await;
    // Each piece earns a second: however late it comes on a busy machine, the next is awaited.
    let slow = send_slowly(address, 500, 100, SHORT / 2);
    // A byte earns a hundredth of a second, and takes a twentieth: never still, never done.
    let drip = send_slowly(address, 100_000, 1, SHORT / 2);
    let (slow, drip) = tokio::join!(slow, drip);
    assert!(slow.starts_with("HTTP/1.1 200") && slow.ends_with("500"), "{slow}");
    assert!(drip.starts_with("HTTP/1.1 408"), "{drip}");
    assert!(
        drip.contains("too_slow") && drip.contains("connection: close"),
        "{drip}"
    );
}

/// A connection from one of this machine's many addresses.
async fn connect_from(ip: &str, address: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::new(ip.parse().unwrap(), 0)).unwrap();
    socket.connect(address).await.unwrap()
}

#[tokio::test]
async fn one_address_does_not_take_all_seats() {
    let limits = Limits {
        per_address: 4,
        header: HOUR,
        idle: HOUR,
        ..short(8)
    };
    let (address, _stop, _server) = start(limits, Arc::default()).await;
    let mut held = Vec::new();
    for _ in 0..30 {
        let mut stream = connect_from("127.0.0.1", address).await;
        // One that was hung up on meanwhile has its answer.
        let _ = stream.write_all(b"POST /length HTTP/1.1\r\nhost: x\r\n").await;
        held.push(stream);
    }
    let mut honest = connect_from("127.0.0.2", address).await;
    let ask = b"GET /peer HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    honest.write_all(ask).await.unwrap();
    let mut answer = String::new();
    let read = timeout(100 * SHORT, honest.read_to_string(&mut answer)).await;
    read.expect("a seat is free").unwrap();
    assert!(answer.ends_with("127.0.0.2"), "{answer}");
}

#[tokio::test]
async fn behind_a_proxy_callers_are_told_apart_by_its_word() {
    let slow = Arc::new(Slow::default());
    let limits = Limits {
        per_address: 2,
        proxy: Some([127, 0, 0, 1].into()),
        ..short(8)
    };
    let (address, _stop, _server) = start(limits, slow.clone()).await;
    let ask = |path: &str, list: &str| {
        let head = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-forwarded-for: {list}\r\n\r\n");
        tokio::spawn(async move { exchange(address, &head).await })
    };
    let mut running = Vec::new();
    for _ in 0..2 {
        running.push(ask("/slow", "192.0.2.1"));
        slow.runs.notified().await;
    }
    let refused = ask("/peer", "192.0.2.9, 192.0.2.1").await.unwrap();
    assert!(refused.starts_with("HTTP/1.1 429"), "{refused}");
    assert!(refused.contains("retry-after: 1"), "{refused}");
    let another = ask("/peer", "192.0.2.1, 192.0.2.2").await.unwrap();
    assert!(another.ends_with("192.0.2.2"), "{another}");
    for request in running {
        slow.may_end.notify_one();
        drop(request.await.unwrap());
    }
    assert!(ask("/peer", "192.0.2.1").await.unwrap().ends_with("192.0.2.1"));
}

#[tokio::test]
async fn a_running_request_ends_before_the_server_does() {
    let slow = Arc::new(Slow::default());
    let (address, stop, server) = start(short(8), slow.clone()).await;
    let running = tokio::spawn(exchange(address, "GET /slow HTTP/1.1\r\nhost: x\r\n\r\n"));
    slow.runs.notified().await;
    drop(stop);
    slow.may_end.notify_one();
    assert!(running.await.unwrap().ends_with("slow"));
    timeout(20 * SHORT, server).await.unwrap().unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}
