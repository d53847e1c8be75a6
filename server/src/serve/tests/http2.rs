//! HTTP/2, without TLS: the client begins with its preface.

use axum::http;
use h2::{
    Reason,
    client::{Connection, SendRequest, handshake},
};
use hyper::body::Bytes;

use super::*;

type Client = (SendRequest<Bytes>, Connection<TcpStream>);

pub(super) async fn connect(address: SocketAddr) -> Client {
    handshake(TcpStream::connect(address).await.unwrap()).await.unwrap()
}

fn get(path: &str) -> http::Request<()> {
    http::Request::get(format!("http://onbeat{path}")).body(()).unwrap()
}

/// Asks once the connection takes a request more; the answer's status and text.
pub(super) async fn ask(client: &mut SendRequest<Bytes>, path: &str) -> Result<(u16, String), h2::Error> {
    let mut client = client.clone().ready().await?;
    let (answer, _) = client.send_request(get(path), true)?;
    let (head, mut body) = answer.await?.into_parts();
    let mut text = Vec::new();
    while let Some(piece) = body.data().await {
        text.extend(piece?);
    }
    Ok((head.status.as_u16(), String::from_utf8(text).unwrap()))
}

#[tokio::test]
async fn requests_side_by_side_are_answered_up_to_a_bound() {
    let slow = Arc::new(Slow::default());
    let (address, _stop, _server) = start(short(8), slow.clone()).await;
    let (mut client, connection) = connect(address).await;
    let driven = tokio::spawn(connection);
    let running = tokio::spawn({
        let mut client = client.clone();
        async move { ask(&mut client, "/slow").await.unwrap() }
    });
    slow.runs.notified().await;
    assert_eq!(ask(&mut client, "/peer").await.unwrap(), (200, "127.0.0.1".into()));
    slow.may_end.notify_one();
    assert_eq!(running.await.unwrap(), (200, "slow".into()));
    drop(client);
    driven.await.unwrap().unwrap();

    let (mut client, mut connection) = connect(address).await;
    let told = async {
        ask(&mut client, "/peer").await.unwrap();
        client
    };
    let _client = tokio::select! {
        client = told => client,
        ended = &mut connection => panic!("ended: {ended:?}"),
    };
    assert_eq!(connection.max_concurrent_send_streams(), 64);
}

#[tokio::test]
async fn requests_that_are_taken_back_by_the_dozen_end_the_connection() {
    let limits = Limits {
        header: HOUR,
        idle: HOUR,
        ..short(8)
    };
    let (address, _stop, _server) = start(limits, Arc::default()).await;
    let (client, connection) = connect(address).await;
    let driven = tokio::spawn(connection);
    let mut sent = 0;
    while let Ok(mut client) = client.clone().ready().await {
        let Ok((answer, mut stream)) = client.send_request(get("/slow"), true) else {
            break;
        };
        stream.send_reset(Reason::CANCEL);
        drop(answer);
        sent += 1;
        assert!(sent < 100_000, "the connection never ends");
        tokio::task::yield_now().await;
    }
    // It may end with an error: that it ends is what counts.
    let _ = timeout(100 * SHORT, driven).await.expect("the connection is over");
    let (mut another, connection) = connect(address).await;
    tokio::spawn(connection);
    assert_eq!(ask(&mut another, "/peer").await.unwrap().0, 200, "others are served");
}

#[tokio::test]
async fn who_asks_nothing_is_bidden_farewell_and_who_is_answered_is_not() {
    let slow = Arc::new(Slow::default());
    let limits = Limits { idle: HOUR, ..short(8) };
    let (address, _stop, _server) = start(limits, slow.clone()).await;
    let (mut busy, connection) = connect(address).await;
    let busy_driven = tokio::spawn(connection);
    let running = tokio::spawn(async move { ask(&mut busy, "/slow").await.unwrap() });
    slow.runs.notified().await;
    let (client, connection) = connect(address).await;
    let ended = timeout(20 * SHORT, connection).await.expect("it was held open");
    ended.expect("a farewell, not an error");
    drop(client);
    slow.may_end.notify_one();
    assert_eq!(running.await.unwrap().0, 200, "a request that runs is no rest");
    busy_driven.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_running_request_ends_before_the_server_does() {
    let slow = Arc::new(Slow::default());
    let (address, stop, server) = start(short(8), slow.clone()).await;
    let (mut client, connection) = connect(address).await;
    tokio::spawn(connection);
    let running = tokio::spawn(async move { ask(&mut client, "/slow").await.unwrap() });
    slow.runs.notified().await;
    drop(stop);
    slow.may_end.notify_one();
    assert_eq!(running.await.unwrap(), (200, "slow".into()));
    timeout(20 * SHORT, server).await.unwrap().unwrap();
}
