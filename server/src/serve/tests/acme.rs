//! Against Pebble, Let's Encrypt's small authority for tests (Debian's package `pebble`).

use std::{
    fs,
    net::TcpListener as Port,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use super::{
    super::tls::of_certificate,
    tls::{connect, try_connect, write_pair},
    *,
};
use crate::config;

/// An authority that calls back on a port; it ends when it is dropped.
struct Pebble {
    process: Child,
    directory: String,
    management: SocketAddr,
    /// What its own TLS is trusted by.
    roots: PathBuf,
}

impl Drop for Pebble {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Pebble {
    fn start(folder: &Path, calls_back_on: u16) -> Self {
        let [certificate, key] = write_pair(folder);
        let [listen, management] = [free_port(), free_port()];
        let settings = serde_json::json!({"pebble": {
            "listenAddress": listen, "managementListenAddress": management,
            "certificate": certificate, "privateKey": key,
            "httpPort": 1, "tlsPort": calls_back_on,
            "ocspResponderURL": "", "externalAccountBindingRequired": false,
        }});
        let file = folder.join("pebble.json");
        fs::write(&file, settings.to_string()).unwrap();
        let log = fs::File::create(folder.join("pebble.log")).unwrap();
        let process = Command::new("pebble")
            .arg("-config")
            .arg(&file)
            .envs([("PEBBLE_VA_NOSLEEP", "1"), ("PEBBLE_WFE_NONCEREJECT", "0")])
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .stdin(Stdio::null())
            .spawn()
            .expect("install Debian's package pebble");
        Self {
            process,
            directory: format!("https://localhost:{}/dir", listen.port()),
            management,
            roots: certificate,
        }
    }

    /// The root of what it certifies, as a file.
    async fn root(&self, folder: &Path) -> PathBuf {
        let mut stream = connect(self.management, &self.roots, &[]).await;
        let ask = b"GET /roots/0 HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
        stream.write_all(ask).await.unwrap();
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer).await;
        let path = folder.join("root.pem");
        fs::write(&path, &answer[answer.find("-----BEGIN").unwrap()..]).unwrap();
        path
    }
}

fn free_port() -> SocketAddr {
    Port::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_ordered_and_kept_for_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    // The port is known before the server listens on it, since the authority has to be told.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let pebble = Pebble::start(folder.path(), listener.local_addr().unwrap().port());
    let acme = config::Acme {
        domains: vec!["localhost".into()],
        contact: vec!["admin@example.com".into()],
        directory: pebble.directory.clone(),
        roots: Some(pebble.roots.clone()),
    };
    let wanted = config::Tls {
        acme,
        ..config::Tls::default()
    };
    let tls = Tls::of(&wanted, folder.path()).unwrap();
    let mut shown = tls.as_ref().unwrap().shown();
    assert_eq!(*shown.borrow(), None, "nothing is certified yet");
    let (address, stop, server) = start_on(listener, tls, short(8), Arc::default()).await;
    let handshake = async {
        loop {
            let root = folder.path().join("root.pem");
            // Until the authority is up and the certificate is there, a handshake fails.
            if TcpStream::connect(pebble.management).await.is_ok() {
                let root = if root.exists() {
                    root
                } else {
                    pebble.root(folder.path()).await
                };
                if let Ok(stream) = try_connect(address, &root, &["http/1.1"]).await {
                    return stream;
                }
            }
            sleep(SHORT).await;
        }
    };
    let certified = timeout(Duration::from_secs(60), handshake).await;
    let certified = certified.unwrap_or_else(|_| {
        panic!(
            "no certificate: {}",
            fs::read_to_string(folder.path().join("pebble.log")).unwrap_or_default()
        )
    });
    let met = of_certificate(&certified.get_ref().1.peer_certificates().unwrap()[0]).unwrap();
    let told = shown.wait_for(|pin| *pin == Some(met));
    drop(
        timeout(Duration::from_secs(20), told)
            .await
            .expect("it is told which key"),
    );
    drop(certified);
    drop(stop);
    server.await.unwrap();

    drop(pebble);
    let tls = Tls::of(&wanted, folder.path()).unwrap();
    let kept = tls.as_ref().unwrap().shown();
    let (address, _stop, _server) = start_with(tls, short(8), Arc::default()).await;
    let again = async {
        while try_connect(address, &folder.path().join("root.pem"), &["h2"])
            .await
            .is_err()
        {
            sleep(SHORT).await;
        }
    };
    timeout(Duration::from_secs(60), again)
        .await
        .expect("the certificate was kept");
    assert_eq!(*kept.borrow(), Some(met), "and is told of again");
}
