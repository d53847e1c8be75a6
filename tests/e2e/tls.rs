//! A phone goes with its server from TLS key to TLS key, and with nobody else. Every certificate here is one that no
//! public authority vouches for.

use std::{collections::BTreeMap, fs, path::Path, thread, time::Duration};

use onbeat_tests::world::WorldError;
use rcgen::{BasicConstraints, Certificate, CertificateParams, IsCa, KeyPair};
use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    bed::{Bed, BedPhone, REP},
    impostor::Impostor,
};

/// A certificate and its key, in PEM.
pub(crate) struct Pair {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

/// The company's own authority.
struct Authority(Certificate, KeyPair);

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(params.self_signed(&key).unwrap(), key)
    }

    /// For the server's address, with another key each time.
    fn certifies(&self) -> Pair {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
        Pair {
            certificate: params.signed_by(&key, &self.0, &self.1).unwrap().pem(),
            key: key.serialize_pem(),
        }
    }
}

/// A server that speaks TLS by files.
struct Secured {
    bed: Bed,
    authority: Authority,
    files: TempDir,
}

impl Secured {
    fn new() -> Self {
        let (files, authority) = (tempfile::tempdir().unwrap(), Authority::new());
        write(files.path(), &authority.certifies(), &[]);
        let config = files.path().join("onbeat.toml");
        let bed = Bed::start(&["--config", &config.to_string_lossy()], |_, _| None);
        Self { bed, authority, files }
    }

    /// Starts anew with another certificate, beside it the pins of keys to come.
    fn shows(&mut self, pair: &Pair, next: &[String]) {
        self.bed.server.kill();
        write(self.files.path(), pair, next);
        self.bed.now_ms += 60_000;
        self.bed.server.restart(self.bed.now_ms).unwrap();
    }

    fn listen(&self) -> String {
        self.bed.server.address().trim_start_matches("http://").to_owned()
    }

    /// What `onbeat tls-pin` says.
    fn pin(&self, pair: &Pair) -> String {
        let file = self.files.path().join("other.pem");
        fs::write(&file, &pair.certificate).unwrap();
        let run = std::process::Command::new(&self.bed.binaries.onbeat)
            .args(["tls-pin", &file.to_string_lossy(), "--format", "json"])
            .output()
            .unwrap();
        let said: Value = serde_json::from_slice(&run.stdout).unwrap();
        said["pins"][0]["pin"].as_str().unwrap().to_owned()
    }

    /// What the server says of its keys, as it stands in its answer.
    fn said(&self) -> String {
        let ask = async {
            let client = reqwest::Client::builder()
                .tls_danger_accept_invalid_certs(true)
                .no_proxy();
            let url = format!("https://{}/api/v1/pins", self.listen());
            client
                .build()
                .unwrap()
                .get(url)
                .send()
                .await
                .unwrap()
                .text()
                .await
                .unwrap()
        };
        let _ = rustls::crypto::ring::default_provider().install_default();
        tokio::runtime::Runtime::new().unwrap().block_on(ask)
    }

    /// Records a little, which then waits.
    fn records(&mut self, phone: &mut BedPhone) {
        self.bed.now_ms = phone.take_fixes(self.bed.now_ms + 60_000, 3);
    }

    /// A sync while somebody else answers: why it failed, and all he heard. Nothing is lost.
    fn meets(&mut self, phone: &mut BedPhone, shows: &Pair, pins: Option<&str>) -> (Value, Vec<String>) {
        self.bed.server.kill();
        let answers = BTreeMap::from_iter(pins.map(|pins| ("/api/v1/pins", pins.to_owned())));
        let impostor = Impostor::at(&self.listen(), shows, answers);
        let report = phone.ask(self.bed.now_ms, json!({"do": "sync"})).unwrap();
        let heard = impostor.heard();
        assert!(report["waiting"].as_u64().unwrap() > 0, "it still waits: {report}");
        (report["problems"].clone(), heard)
    }

    fn back(&mut self, phone: &mut BedPhone) {
        self.bed.server.restart(self.bed.now_ms).unwrap();
        let now_ms = self.bed.now_ms;
        self.bed.sync(phone, now_ms);
    }
}

fn write(folder: &Path, pair: &Pair, next: &[String]) {
    let [config, certificate, key] = ["onbeat.toml", "certificate.pem", "key.pem"].map(|name| folder.join(name));
    fs::write(&certificate, &pair.certificate).unwrap();
    fs::write(&key, &pair.key).unwrap();
    let tls = json!({"certificate": certificate, "key": key, "pins": next});
    let tls = tls
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| format!("{name} = {value}\n"));
    fs::write(config, format!("[tls]\n{}", tls.collect::<String>())).unwrap();
}

/// What the phone keeps of its server; the app must not run.
fn enrolment(phone: &mut BedPhone, change: impl FnOnce(&mut Value)) {
    phone.player.exit().unwrap();
    let key = fs::read(phone.player.folder().join("db.key")).unwrap();
    let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    let database = Connection::open(phone.player.folder().join("phone.db")).unwrap();
    database.pragma_update(None, "key", format!("x'{hex}'")).unwrap();
    let kept = "SELECT value FROM meta WHERE key = 'enrolment'";
    let kept: String = database.query_row(kept, [], |row| row.get(0)).unwrap();
    let mut kept = serde_json::from_str(&kept).unwrap();
    change(&mut kept);
    let keep = "UPDATE meta SET value = ?1 WHERE key = 'enrolment'";
    database.execute(keep, [kept.to_string()]).unwrap();
    drop(database);
    phone.player.start().unwrap();
}

fn pins(phone: &mut BedPhone) -> Vec<String> {
    let mut pins = Value::Null;
    enrolment(phone, |kept| pins = kept["pins"].clone());
    serde_json::from_value(pins).unwrap()
}

#[test]
fn a_phone_goes_with_its_server_from_key_to_key() {
    let mut server = Secured::new();
    let mut phone = server.bed.phone(REP);
    assert_eq!(
        pins(&mut phone).len(),
        1,
        "of the code, by an authority of the company's own"
    );

    let [second, third, fourth] = [(); 3].map(|()| server.authority.certifies());
    let next = [server.pin(&third)];
    for (what, pair, next) in [
        ("a key that nobody announced", &second, &next[..]),
        ("the one that the feed announced", &third, &[]),
        ("again one that nobody announced", &fourth, &[]),
    ] {
        server.records(&mut phone);
        server.shows(pair, next);
        let now_ms = server.bed.now_ms;
        server.bed.sync(&mut phone, now_ms);
        let expected = [&[server.pin(pair)], next].concat();
        assert_eq!(pins(&mut phone), expected, "{what}");
    }

    // As an older app left it, or after a code without keys: the roots vouch for nobody here.
    enrolment(&mut phone, |kept| {
        let kept = kept.as_object_mut().unwrap();
        kept.remove("pins").and(kept.remove("pins_issued_at")).unwrap();
    });
    server.records(&mut phone);
    let now_ms = server.bed.now_ms;
    server.bed.sync(&mut phone, now_ms);
    assert_eq!(pins(&mut phone), [server.pin(&fourth)]);
    server.bed.verified_log(REP);
}

#[test]
fn whoever_else_answers_hears_nothing_and_is_believed_nothing() {
    let mut server = Secured::new();
    let mut phone = server.bed.phone(REP);
    let [stolen, second, third, foreign] = [(); 4].map(|()| server.authority.certifies());
    server.shows(&stolen, &[]);
    let old = server.said();
    for pair in [&stolen, &second] {
        server.shows(pair, &[]);
        let now_ms = server.bed.now_ms;
        server.bed.sync(&mut phone, now_ms);
    }
    server.shows(&third, &[]);
    let current = server.said();
    let forged = |change: &dyn Fn(&mut Value)| {
        let mut said: Value = serde_json::from_str(&current).unwrap();
        change(&mut said);
        said.to_string()
    };
    let foreign_pin = server.pin(&foreign);
    let named = forged(&|said| {
        (said["pins"], said["issued_at"]) = (json!([foreign_pin]), json!(said["issued_at"].as_i64().unwrap() + 1));
    });
    let later = forged(&|said| {
        (said["pins"], said["issued_at"]) = (json!([]), json!(said["issued_at"].as_i64().unwrap() + 1));
    });
    server.records(&mut phone);
    for (what, shows, said) in [
        (
            "what the server says now, and the phone has not heard",
            &foreign,
            Some(&current),
        ),
        ("nothing is said", &foreign, None),
        ("a forged word for the key that is shown", &foreign, Some(&named)),
        ("a forged word that all keys are welcome", &foreign, Some(&later)),
        ("a stolen key, and what the server said of it then", &stolen, Some(&old)),
        ("no word at all", &foreign, Some(&"<html>log in</html>".to_owned())),
    ] {
        let before = pins(&mut phone);
        let (problems, heard) = server.meets(&mut phone, shows, said.map(String::as_str));
        assert_eq!(
            pins(&mut phone),
            before,
            "{what}: a word that does not name him is not kept"
        );
        assert_eq!(problems[0]["code"], "untrusted", "{what}: {problems}");
        assert!(!heard.is_empty(), "{what}: it was not asked");
        for head in heard {
            let asked = head.split(' ').nth(1).unwrap();
            assert!(["/api/v1/pins", "/api/v1/keys"].contains(&asked), "{what}: {head}");
            assert!(!head.to_lowercase().contains("authorization"), "{what}: {head}");
        }
        server.back(&mut phone);
        server.records(&mut phone);
    }
    assert_eq!(pins(&mut phone), [server.pin(&third)]);
}

#[test]
fn a_code_binds_to_the_key_that_it_names() {
    let mut server = Secured::new();
    let (link, mut phone) = (
        server.bed.server.enrolment_link(REP).unwrap(),
        server.bed.new_phone(REP),
    );
    phone.player.start().unwrap();
    let impostor = server.authority.certifies();
    server.bed.server.kill();
    let listening = Impostor::at(&server.listen(), &impostor, BTreeMap::new());
    let refused = phone
        .ask(server.bed.now_ms, json!({"do": "enrol", "link": link}))
        .unwrap_err();
    assert!(
        matches!(&refused, WorldError::Refused { code, .. } if code == "untrusted"),
        "{refused}"
    );
    assert_eq!(listening.heard(), [] as [String; 0]);
    drop(listening);
    server.bed.server.restart(server.bed.now_ms).unwrap();
    let now_ms = server.bed.now_ms;
    phone.ask(now_ms, json!({"do": "enrol", "link": link})).unwrap();
    server.bed.sync(&mut phone, now_ms);
}

/// Files are looked at once a minute.
#[test]
fn renewed_files_are_told_while_the_server_runs() {
    let mut server = Secured::new();
    let mut phone = server.bed.phone(REP);
    server.records(&mut phone);
    let renewed = server.authority.certifies();
    write(server.files.path(), &renewed, &[]);
    let pin = server.pin(&renewed);
    for _ in 0..100 {
        if server.said().contains(&pin) {
            let now_ms = server.bed.now_ms;
            server.bed.sync(&mut phone, now_ms);
            assert_eq!(pins(&mut phone), [pin]);
            return;
        }
        thread::sleep(Duration::from_secs(1));
    }
    panic!("nobody was told of {pin}");
}
