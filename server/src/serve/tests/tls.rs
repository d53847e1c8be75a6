use std::{
    fs,
    path::{Path, PathBuf},
};

use onbeat_core::record::Pin;
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tempfile::TempDir;
use tokio::sync::watch;
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::{
    super::{pin_of_file, tls::files::Files},
    *,
};
use crate::config;

/// Keys and a certificate of openssl's, and their pins by
/// `openssl pkey -pubout -outform der | openssl dgst -sha256 -binary | base64`, in base64url.
const KNOWN: [(&str, &str); 3] = [
    (
        "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg3fwz9BV+i5Py8nHL
nIKN3nwZ12//ekXUbCaB7s1+VZ+hRANCAAQa329N/KBEADw/9DSNR3cOWpRsxh5D
99dkVNlqSQHwiXpJJ9eImkJVtnPHgF/r+3kRBa5Kb+UeuB8uD7rk2bNk
-----END PRIVATE KEY-----
",
        "8vLCaZEHmHuGEBsd_594L7uYcJIT6tKC2sjBTPwB1eY",
    ),
    (
        "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIPSvCqpLPNtRVTCwDYDNn+eUkFjsPPxYhpnYBY7N1lCe
-----END PRIVATE KEY-----
",
        "k-atfjJL8LruF5hRuOaKhVUQThOG2p5PB-2R5Xp71-4",
    ),
    (
        "-----BEGIN CERTIFICATE-----
MIIBqzCCATKgAwIBAgIUcMbPn73fUddur34tPi8yZVDLvPQwCgYIKoZIzj0EAwIw
DDEKMAgGA1UEAwwBeDAgFw0yNjExMjgwMTAyNDFaGA8yMDU0MDQxNDAxMDI0MVow
DDEKMAgGA1UEAwwBeDB2MBAGByqGSM49AgEGBSuBBAAiA2IABH8Xa6YHsmPOMVuG
/bjFsm4W/qva7nL3M86QUYNP8cbjtWV3eo18BKzfdwcSj+o+62HPUZrKiGH1tl8M
oZEgLl/pmrJn7LIKEVLjTl2NYssjkptMMEQ1YaJUl+sHNvfko6NTMFEwHQYDVR0O
BBYEFD2+G29ksDNiSQwUcgtD38Frq4xJMB8GA1UdIwQYMBaAFD2+G29ksDNiSQwU
cgtD38Frq4xJMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDZwAwZAIwUwlU
Vs32qesHpZGCDx/lS+CTbdDUOs3Gd1XrJfMp/OLxbV2jZf/Coo74Nvz8dWlYAjBm
V5VOdNSLeexnHILHHpyoR9H4SfAbRXXyxM+E6a7pDk+pE45p1X+KFbKGyw9+Frc=
-----END CERTIFICATE-----
",
        "6AUSjTL39XYnUNuhms9a6odd7rpqOT_pkPbq_NMsup0",
    ),
];

/// A certificate for `localhost` and its key, in two files.
pub(super) fn write_pair(folder: &Path) -> [PathBuf; 2] {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".into()]).unwrap();
    let paths = ["certificate.pem", "key.pem"].map(|name| folder.join(name));
    fs::write(&paths[0], made.cert.pem()).unwrap();
    fs::write(&paths[1], made.key_pair.serialize_pem()).unwrap();
    paths
}

fn pair() -> (TempDir, [PathBuf; 2]) {
    let folder = tempfile::tempdir().unwrap();
    let paths = write_pair(folder.path());
    (folder, paths)
}

fn configured([certificate, key]: &[PathBuf; 2]) -> config::Tls {
    config::Tls {
        certificate: Some(certificate.clone()),
        key: Some(key.clone()),
        ..config::Tls::default()
    }
}

/// Trusts the certificate in the file, and offers these protocols.
pub(super) async fn connect(address: SocketAddr, certificate: &Path, protocols: &[&str]) -> TlsStream<TcpStream> {
    try_connect(address, certificate, protocols).await.unwrap()
}

pub(super) async fn try_connect(
    address: SocketAddr,
    certificate: &Path,
    protocols: &[&str],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(certificate).unwrap()).unwrap();
    let mut client = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    client.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    let stream = TcpStream::connect(address).await?;
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(client)).connect(name, stream).await
}

#[tokio::test]
async fn both_versions_of_http_are_spoken() {
    let (folder, paths) = pair();
    let tls = Tls::of(&configured(&paths), folder.path()).unwrap();
    let (address, _stop, _server) = start_with(tls, short(8), Arc::default()).await;

    let stream = connect(address, &paths[0], &["h2", "http/1.1"]).await;
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let (mut client, connection) = h2::client::handshake(stream).await.unwrap();
    tokio::spawn(connection);
    assert_eq!(
        http2::ask(&mut client, "/peer").await.unwrap(),
        (200, "127.0.0.1".into())
    );

    for protocols in [&["http/1.1"][..], &[]] {
        let mut stream = connect(address, &paths[0], protocols).await;
        let ask = b"GET /peer HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
        stream.write_all(ask).await.unwrap();
        let mut answer = String::new();
        // Some close without saying so in TLS; what was said before counts.
        let _ = stream.read_to_string(&mut answer).await;
        assert!(answer.ends_with("127.0.0.1"), "{protocols:?}: {answer}");
    }
}

#[tokio::test]
async fn who_does_not_shake_hands_is_hung_up_on() {
    let (folder, paths) = pair();
    let tls = Tls::of(&configured(&paths), folder.path()).unwrap();
    let (address, _stop, _server) = start_with(tls, short(8), Arc::default()).await;
    for (what, bytes) in [("silence", ""), ("plain HTTP", "GET /peer HTTP/1.1\r\nhost: x\r\n\r\n")] {
        let answer = timeout(20 * SHORT, exchange(address, bytes)).await;
        let answer = answer.unwrap_or_else(|_| panic!("{what}: the connection was held open"));
        assert!(!answer.contains("HTTP"), "{what}: {answer}");
    }
}

#[test]
fn renewed_files_are_taken_and_broken_ones_are_not() {
    let (folder, paths) = pair();
    let (key, shown) = watch::channel(None);
    let files = Files::load(paths.clone(), key).unwrap();
    assert!(!files.look().unwrap(), "nothing is new");
    let of_files = || paths.each_ref().map(|path| pin_of_file(path).unwrap());
    let [before, of_key] = of_files();
    assert_eq!((before, *shown.borrow()), (of_key, Some(of_key)));
    write_pair(folder.path());
    assert!(files.look().unwrap(), "renewed");
    let [of_certificate, of_key] = of_files();
    assert_ne!(of_key, before, "another key");
    assert_eq!((of_certificate, *shown.borrow()), (of_key, Some(of_key)));
    let whole = paths.clone().map(|path| fs::read(path).unwrap());
    let (_other, [_, foreign_key]) = pair();
    for (what, path, bytes) in [
        ("half a certificate", &paths[0], whole[0][..40].to_vec()),
        ("another's key", &paths[1], fs::read(foreign_key).unwrap()),
        ("no key", &paths[1], Vec::new()),
    ] {
        fs::write(path, bytes).unwrap();
        files.look().expect_err(what);
        for (path, bytes) in paths.iter().zip(&whole) {
            fs::write(path, bytes).unwrap();
        }
        assert!(!files.look().unwrap(), "{what}: the old ones stayed");
    }
}

#[test]
fn a_pin_is_that_of_other_programs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key.pem");
    for (pem, pin) in KNOWN {
        fs::write(&path, pem).unwrap();
        assert_eq!(pin_of_file(&path).unwrap(), pin.parse::<Pin>().unwrap());
    }
    for (what, bytes) in [
        ("nothing", ""),
        ("no PEM", "key"),
        ("half a key", &KNOWN[0].0[..60]),
        (
            "no certificate",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        ),
    ] {
        fs::write(&path, bytes).unwrap();
        assert!(pin_of_file(&path).is_err(), "{what}");
    }
    assert!(pin_of_file(&folder.path().join("none")).is_err());
}

#[tokio::test]
async fn half_a_configuration_is_refused() {
    let (folder, paths) = pair();
    let whole = configured(&paths);
    let acme = config::Acme {
        domains: vec!["onbeat.example.com".into()],
        ..config::Acme::default()
    };
    for (what, tls) in [
        (
            "no key",
            config::Tls {
                key: None,
                ..whole.clone()
            },
        ),
        ("both ways", config::Tls { acme, ..whole.clone() }),
        (
            "no file",
            config::Tls {
                certificate: Some(folder.path().join("none.pem")),
                ..whole
            },
        ),
    ] {
        assert!(Tls::of(&tls, folder.path()).is_err(), "{what}");
    }
    assert!(Tls::of(&config::Tls::default(), folder.path()).unwrap().is_none());
}
