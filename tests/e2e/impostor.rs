//! Somebody else who answers at the server's address, by TLS, under a certificate of whatever key.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};

use crate::tls::Pair;

/// Longest wait for a request on an open connection.
const PATIENCE: Duration = Duration::from_secs(5);

/// It stops when it is dropped.
pub(crate) struct Impostor {
    address: String,
    heard: Arc<Mutex<Vec<String>>>,
    stopped: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Impostor {
    /// Answers what stands in `answers` by path, and `{}` else.
    pub(crate) fn at(address: &str, shows: &Pair, answers: BTreeMap<&'static str, String>) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let certificate = CertificateDer::from_pem_slice(shows.certificate.as_bytes()).unwrap();
        let key = PrivateKeyDer::from_pem_slice(shows.key.as_bytes()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        let (config, heard, stopped) = (Arc::new(config), Arc::default(), Arc::<AtomicBool>::default());
        let thread = thread::spawn({
            let (heard, stopped) = (Arc::clone(&heard), Arc::clone(&stopped));
            move || {
                for stream in listener.incoming().map(Result::unwrap) {
                    if stopped.load(Ordering::SeqCst) {
                        return;
                    }
                    // Who refuses the certificate hangs up.
                    let _ = serve(&config, stream, &answers, &heard);
                }
            }
        });
        Self {
            address: address.to_owned(),
            heard,
            stopped,
            thread: Some(thread),
        }
    }

    /// All that it was sent: heads of requests.
    pub(crate) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

impl Drop for Impostor {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        // It waits for the next connection.
        let _ = TcpStream::connect(&self.address);
        self.thread.take().map(JoinHandle::join);
    }
}

fn serve(
    config: &Arc<ServerConfig>,
    stream: TcpStream,
    answers: &BTreeMap<&'static str, String>,
    heard: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let connection = ServerConnection::new(Arc::clone(config)).map_err(std::io::Error::other)?;
    let mut stream = StreamOwned::new(connection, stream);
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default();
    let body = answers.get(path).map_or("{}", String::as_str);
    heard.lock().unwrap().push(head.clone());
    write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )?;
    stream.conn.send_close_notify();
    stream.flush()
}
