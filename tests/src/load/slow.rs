//! Who is slow, or sends what is none of a request, beside phones that are neither.

use std::{
    error::Error,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    task::JoinHandle,
    time::{sleep, timeout},
};

use super::{FROM_ONE_ADDRESS, Fleet, Ground, address, minutes, push_all, workdays};
use crate::{figures::Figure, story::at};

/// Connections that send nothing.
const IDLE: usize = 2_000;
/// Connections that send a byte now and then, of a head or of a body.
const DRIPPING: usize = 200;
const DRIP_EVERY: Duration = Duration::from_millis(500);
/// Phones that push meanwhile, and pushes of each.
const PHONES: usize = 16;
const PUSHES: usize = 40;
const PUSH_RECORDS: usize = 50;
/// Longest wait for an answer to what is none of a request.
const ANSWER_WAIT: Duration = Duration::from_secs(30);

/// Holds thousands of connections, sends nonsense, and has phones push meanwhile.
///
/// # Errors
/// Of the server, or of this machine's sockets.
pub async fn slow(ground: &Ground<'_>, mut progress: impl FnMut(&str)) -> Result<Vec<Figure>, Box<dyn Error>> {
    progress("enrolling the phones");
    let mut fleet = Fleet::enrolled(ground, PHONES).await?;
    let times_ms = || workdays().take(4).flat_map(minutes).take(PUSHES * PUSH_RECORDS);
    let loads = fleet.loaded(times_ms, PUSH_RECORDS).await?;
    fleet.server.set_clock(at("07:00") + 7 * 24 * 3_600_000)?;
    let server: SocketAddr = fleet.server.address().trim_start_matches("http://").parse()?;
    let before_mb = fleet.server.rss_peak_mb();
    progress("holding connections");
    let mut idle = Vec::with_capacity(IDLE);
    for n in 0..IDLE {
        idle.push(connect(server, n).await?);
    }
    let mut dripping = Vec::new();
    for n in 0..DRIPPING {
        let head = if n % 2 == 0 {
            ""
        } else {
            "POST /api/v1/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n"
        };
        dripping.push(drip(connect(server, IDLE + n).await?, head));
    }
    progress("pushing beside them, and sending nonsense");
    let (pushed, nonsense) = tokio::join!(push_all(loads, PHONES), nonsense(server));
    let (report, _) = pushed;
    dripping.iter().for_each(JoinHandle::abort);
    let mut figures = report.figures(&format!(
        "{PHONES} phones beside {IDLE} idle and {DRIPPING} dripping connections"
    ));
    figures.push(Figure::new(
        "nonsense_answered",
        "of what is none of a request, answered or hung up on",
        nonsense,
        "",
    ));
    figures.extend(before_mb.map(|mb| Figure::new("rss_before_mb", "the server's memory before", mb, "MiB")));
    figures.extend(fleet.rss());
    Ok(figures)
}

/// From one of many addresses: fifty connections each.
async fn connect(server: SocketAddr, n: usize) -> Result<TcpStream, std::io::Error> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::new(IpAddr::V4(address(2, n)), 0))?;
    socket.connect(server).await
}

/// Sends a head, then a byte now and then until it is hung up on.
fn drip(mut stream: TcpStream, head: &'static str) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut sent = stream.write_all(head.as_bytes()).await;
        while sent.is_ok() {
            sleep(DRIP_EVERY).await;
            sent = stream.write_all(b"x").await;
        }
    })
}

/// The share of nonsense that is answered or hung up on in time.
async fn nonsense(server: SocketAddr) -> f64 {
    let get = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";
    let kinds = [
        "\0\0\0\0\r\n\r\n".to_owned(),
        "GET / HTTP/9.9\r\n\r\n".to_owned(),
        format!("GET /healthz HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", "x".repeat(1 << 20)),
        "POST /api/v1/login HTTP/1.1\r\nhost: x\r\ncontent-length: 999999999999\r\n\r\n".to_owned(),
        "POST /api/v1/login HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n".to_owned(),
        format!(
            "{}{}",
            get.repeat(200),
            "GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
        ),
    ];
    let mut ended = 0;
    for (n, bytes) in kinds.iter().enumerate() {
        let told = async {
            let mut stream = connect(server, IDLE + DRIPPING + FROM_ONE_ADDRESS * n).await?;
            // What is refused before it is read whole is reset: that is an end, too.
            let _ = stream.write_all(bytes.as_bytes()).await;
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).await
        };
        ended += usize::from(timeout(ANSWER_WAIT, told).await.is_ok());
    }
    ended as f64 / kinds.len() as f64
}
