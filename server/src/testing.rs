//! A small company with real parts for tests: an App on a folder, its routes, and phones that write real logs.

#![allow(clippy::unwrap_used)]

mod database;

use std::{
    io::Write,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use axum::{
    Router,
    body::Body as HttpBody,
    http::{Method, Request, StatusCode, header},
};
use flate2::{Compression, write::GzEncoder};
use onbeat_core::{
    place::{Point, Shape},
    reading::{Fix, Stamp},
    record::{
        Anchor, Batch, Body, Certificate, Hash, Payload, PublicKey, Receipt, Record, Seal, Signable, Signature, Tip,
    },
    reference::{Customer, District, Document, DocumentPut, Rep, Team},
    rules::{clock::Anchored, presence::FixTaken},
};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;

use database::Schema;

use crate::{
    app::App,
    append::append,
    auth::{Role, session, user::User},
    clock::Clock,
    desk_log::Act,
    documents::kind_of,
    feed,
    intake::CodeBody,
    phones::token_key,
    router::phone_routes,
    signer::{Signer, seal as seal_secret},
    store::{Cell, Change, ViewQuery, ViewRow, postgres::cluster::Cluster, sqlite::Sqlite},
};

/// Monday 2026-11-23 in Shanghai, midnight.
pub(crate) const MONDAY: i64 = 1_795_363_200_000;
pub(crate) const MINUTE: i64 = 60_000;
pub(crate) const HOUR: i64 = 60 * MINUTE;
pub(crate) const REP: &str = "wang";
/// What a phone seals to the server.
pub(crate) const DATABASE_KEY: &[u8] = b"the database key of this phone..";
/// The middle of the district, a square of about 4 km.
pub(crate) const CENTRE: (i64, i64) = (31_230_000_000, 121_470_000_000);

/// An instant of that Monday, local time.
pub(crate) fn at(hour: i64, minute: i64) -> i64 {
    MONDAY + hour * HOUR + minute * MINUTE
}

pub(crate) struct HandClock(AtomicI64);

impl HandClock {
    fn at(now_ms: i64) -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(now_ms)))
    }
}

impl Clock for HandClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// An App over a new folder, or over a folder and a new schema.
pub(crate) async fn open(folder: &Path, clock: Arc<dyn Clock>, demo: bool) -> Arc<App> {
    open_on(folder, Schema::told().as_ref(), clock, demo).await
}

async fn open_on(folder: &Path, schema: Option<&Schema>, clock: Arc<dyn Clock>, demo: bool) -> Arc<App> {
    let url = schema.map(Schema::url);
    App::open_on(folder, url.as_deref(), clock, demo).await.unwrap()
}

/// A server with a district, two reps and a customer.
pub(crate) struct World {
    pub(crate) folder: TempDir,
    schema: Option<Schema>,
    pub(crate) app: Arc<App>,
    clock: Arc<HandClock>,
    router: Router,
}

impl World {
    /// At seven on Monday.
    pub(crate) async fn new() -> Self {
        let world = Self::open(tempfile::tempdir().unwrap(), Schema::told(), at(7, 0)).await;
        world.furnish().await;
        world
    }

    /// As [`World::new`], on a disk of one megabyte.
    pub(crate) async fn on_a_small_disk() -> Self {
        let (folder, clock) = (tempfile::tempdir().unwrap(), HandClock::at(at(7, 0)));
        let store = Arc::new(Sqlite::open_bounded(folder.path(), Some(256)).unwrap());
        let signer = Signer::open(folder.path(), at(7, 0)).unwrap();
        let app = App::over(store, signer, clock.clone(), true).await.unwrap();
        let world = Self::over(folder, None, app, clock);
        world.furnish().await;
        world
    }

    async fn furnish(&self) {
        self.put("t1", Document::Team(Team { name: "North".into() })).await;
        self.put_district("d1", CENTRE, 20_000_000).await;
        self.put("c1", Document::Customer(customer("c1", CENTRE))).await;
        for rep in [REP, "li"] {
            self.put_rep(rep, &["d1"], &["c1"]).await;
        }
    }

    /// As [`World::new`], in a cluster's database.
    pub(crate) async fn on(cluster: &Cluster) -> Self {
        let schema = Schema::on(&cluster.url);
        let world = Self::open(tempfile::tempdir().unwrap(), Some(schema), at(7, 0)).await;
        world.furnish().await;
        world
    }

    /// Another server of the same database, with a copy of the keys.
    pub(crate) async fn beside(&self) -> Self {
        Self::open(self.copy_of_folder(), self.schema.clone(), self.app.now_ms()).await
    }

    /// Another server over a copy of this one's folder: the same keys, phones and desk.
    pub(crate) async fn copy(&self) -> Self {
        let folder = self.copy_of_folder();
        let schema = self.schema.as_ref().map(Schema::copy);
        Self::open(folder, schema, self.app.now_ms()).await
    }

    fn copy_of_folder(&self) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        for entry in std::fs::read_dir(self.folder.path()).unwrap() {
            let from = entry.unwrap().path();
            std::fs::copy(&from, folder.path().join(from.file_name().unwrap())).unwrap();
        }
        folder
    }

    /// Stops it; its folder stays.
    pub(crate) fn close(self) -> TempDir {
        self.folder
    }

    /// The server over a folder that is there already.
    pub(crate) async fn open(folder: TempDir, schema: Option<Schema>, now_ms: i64) -> Self {
        let clock = HandClock::at(now_ms);
        let app = open_on(folder.path(), schema.as_ref(), clock.clone(), true).await;
        Self::over(folder, schema, app, clock)
    }

    fn over(folder: TempDir, schema: Option<Schema>, app: Arc<App>, clock: Arc<HandClock>) -> Self {
        let router = phone_routes().split_for_parts().0.with_state(app.clone());
        Self {
            folder,
            schema,
            app,
            clock,
            router,
        }
    }

    /// Where its data stands, if not in its folder.
    pub(crate) fn database_url(&self) -> Option<String> {
        self.schema.as_ref().map(Schema::url)
    }

    pub(crate) fn set_time(&self, now_ms: i64) {
        self.clock.0.store(now_ms, Ordering::SeqCst);
    }

    /// All views of some kinds.
    pub(crate) async fn views(&self, kinds: &[&str]) -> Vec<ViewRow> {
        let mut all = Vec::new();
        for kind in kinds {
            let query = ViewQuery {
                kind: (*kind).into(),
                limit: 1_000,
                ..ViewQuery::default()
            };
            all.extend(self.app.store.views(&query).await.unwrap());
        }
        all
    }

    pub(crate) async fn put(&self, key: &str, document: Document) {
        self.put_from(key, document, MONDAY - 30 * 24 * HOUR).await;
    }

    pub(crate) async fn put_from(&self, key: &str, document: Document, valid_from_ms: i64) {
        let kind = kind_of(&document);
        let act = Act::new(&DocumentPut {
            key: key.into(),
            valid_from_ms,
            by: "test".into(),
            document,
        });
        let written = append(&self.app, vec![act], Change::default()).await.unwrap();
        assert!(written.is_some(), "{kind} {key}");
    }

    pub(crate) async fn put_district(&self, key: &str, centre: (i64, i64), half_e9: i64) {
        let corner = |dy: i64, dx: i64| Point::from_e9(centre.0 + dy * half_e9, centre.1 + dx * half_e9);
        let ring = vec![corner(-1, -1), corner(-1, 1), corner(1, 1), corner(1, -1)];
        let bytes = Shape::new(vec![vec![ring]]).unwrap().to_bytes();
        let shape = Hash::of(&bytes);
        let change = Change {
            blobs: vec![(shape, bytes)],
            ..Change::default()
        };
        self.app.commit(change).await.unwrap();
        let district = District {
            name: key.into(),
            shape,
            edge_tolerance_m: None,
        };
        self.put(key, Document::District(district)).await;
    }

    /// A rep of the first team, and his area.
    pub(crate) async fn put_rep(&self, rep: &str, districts: &[&str], customers: &[&str]) {
        self.put_rep_of("t1", rep, districts, customers).await;
    }

    /// A rep of a team, and his area.
    pub(crate) async fn put_rep_of(&self, team: &str, rep: &str, districts: &[&str], customers: &[&str]) {
        let strings = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
        let document = Rep {
            name: rep.into(),
            team: team.into(),
            role: None,
            districts: strings(districts),
            customers: strings(customers),
        };
        self.put(rep, Document::Rep(document)).await;
        let built = feed::area::build(&self.app, &self.app.documents(), rep, self.app.now_ms())
            .await
            .unwrap();
        let change = Change {
            blobs: vec![built.blob],
            ..Change::default()
        };
        self.app.commit(change).await.unwrap();
        self.put(rep, Document::Area(built.area)).await;
    }

    pub(crate) async fn code(&self, rep: &str, recover: Option<&str>) -> String {
        let code = crate::random::secret();
        let body = CodeBody {
            rep: rep.into(),
            recover: recover.map(str::to_owned),
        };
        let cell = Cell {
            kind: "code".into(),
            key: token_key(&code),
            body: serde_json::to_string(&body).unwrap(),
            expires_ms: Some(self.app.now_ms() + HOUR),
        };
        let change = Change {
            cells: vec![cell],
            ..Change::default()
        };
        self.app.commit(change).await.unwrap();
        code
    }

    /// Somebody at the desk, with whose password nobody logs in.
    pub(crate) async fn user(&self, name: &str, role: Role, teams: &[&str]) -> User {
        let user = User {
            user: name.into(),
            name: name.into(),
            role,
            teams: teams.iter().map(ToString::to_string).collect(),
            password: "none".into(),
            disabled: false,
            generation: 1,
        };
        let change = Change {
            cells: vec![user.cell()],
            ..Change::default()
        };
        self.app.commit(change).await.unwrap();
        user
    }

    /// What a program says that acts as a user, for a day.
    pub(crate) async fn bearer(&self, user: &User) -> String {
        let now_ms = self.app.now_ms();
        let (token, cell) = session::for_program(user, now_ms, now_ms + 24 * HOUR);
        let change = Change {
            cells: vec![cell],
            ..Change::default()
        };
        self.app.commit(change).await.unwrap();
        format!("Bearer {}", token.reveal())
    }

    pub(crate) async fn enrol(&self, rep: &str) -> Phone {
        let code = self.code(rep, None).await;
        let pkcs8 = new_pkcs8();
        let (status, answer) = self.enrol_with(&code, &read_key(&pkcs8)).await;
        assert_eq!(status, StatusCode::CREATED, "{answer}");
        let certificate = Certificate::parse(answer["certificate"].as_str().unwrap()).unwrap();
        Phone {
            tip: Tip::of_certificate(&certificate),
            token: answer["token"].as_str().unwrap().to_owned(),
            stream: certificate.stream.clone(),
            certificate,
            pkcs8,
            boot: crate::random::hex::<8>(),
            booted_ms: at(6, 0),
            records: Vec::new(),
        }
    }

    pub(crate) async fn enrol_with(&self, code: &str, key: &EcdsaKeyPair) -> (StatusCode, Value) {
        let recovery = self.app.signer.public(self.app.now_ms()).recovery.unwrap();
        let body = json!({
            "code": code,
            "key": public(key),
            "grade": "attested",
            "recovery": seal_secret(recovery.key.as_bytes(), DATABASE_KEY).unwrap(),
            "device": {"platform": "test", "model": "m", "app": "1"},
        });
        self.post("/api/v1/enrol", "", &body).await
    }

    pub(crate) async fn post(&self, path: &str, token: &str, body: &Value) -> (StatusCode, Value) {
        let headers = [("content-type", "application/json")];
        self.call(Method::POST, path, token, &headers, body.to_string().into_bytes())
            .await
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> (StatusCode, Value) {
        self.call(Method::GET, path, token, &[], Vec::new()).await
    }

    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        token: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> (StatusCode, Value) {
        let (status, bytes) = self.raw(method, path, token, headers, body).await;
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    pub(crate) async fn raw(
        &self,
        method: Method,
        path: &str,
        token: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> (StatusCode, Vec<u8>) {
        let mut request = Request::builder().method(method).uri(path);
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(HttpBody::from(body)).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let says_when = response.headers().contains_key(header::RETRY_AFTER);
        assert!(
            says_when || status != StatusCode::SERVICE_UNAVAILABLE,
            "a busy server says when to come again"
        );
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, bytes.to_vec())
    }

    pub(crate) async fn push_text(&self, phone: &Phone, branch: &str, text: &[u8]) -> (StatusCode, Value) {
        let query = if branch.is_empty() {
            String::new()
        } else {
            format!("?branch={branch}")
        };
        let path = format!("/api/v1/streams/{}/log{query}", phone.stream);
        self.call(Method::POST, &path, &phone.token, &[], text.to_vec()).await
    }

    /// Pushes the phone's records from `from` (an index) on.
    pub(crate) async fn push(&self, phone: &Phone, from: usize) -> (StatusCode, Value) {
        self.push_text(phone, "", phone.batch(from).as_bytes()).await
    }

    pub(crate) async fn pushed(&self, phone: &Phone, from: usize) -> Value {
        let (status, answer) = self.push(phone, from).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        self.check_receipt(phone, &answer);
        answer
    }

    fn check_receipt(&self, phone: &Phone, answer: &Value) {
        let receipt: Receipt = serde_json::from_value(answer["receipt"].clone()).unwrap();
        let last = phone.records.last().unwrap();
        assert_eq!((receipt.seq, receipt.hash), (last.head.seq, last.hash));
        assert!(self.app.signer.signed(&receipt));
    }

    /// Whether any file of the data folder holds these bytes, or anything that stands in the database.
    pub(crate) fn disk_holds(&self, needle: &str) -> bool {
        if let Some(schema) = &self.schema {
            return schema.text().contains(needle);
        }
        std::fs::read_dir(self.folder.path()).unwrap().any(|entry| {
            let bytes = std::fs::read(entry.unwrap().path()).unwrap();
            bytes.windows(needle.len()).any(|window| window == needle.as_bytes())
        })
    }
}

/// A phone that writes a real log; its elapsed time is true, its wall clock as it is told.
/// Cloned, it is a phone restored from a copy.
#[derive(Debug, Clone)]
pub(crate) struct Phone {
    pub(crate) pkcs8: Vec<u8>,
    pub(crate) stream: String,
    pub(crate) token: String,
    pub(crate) certificate: Certificate,
    pub(crate) tip: Tip,
    pub(crate) boot: String,
    booted_ms: i64,
    pub(crate) records: Vec<Record>,
}

impl Phone {
    pub(crate) fn reboot(&mut self, at_ms: i64) {
        self.boot = crate::random::hex::<8>();
        self.booted_ms = at_ms;
    }

    /// Goes on under a new certificate.
    pub(crate) fn begin_epoch(&mut self, answer: &Value) {
        self.certificate = Certificate::parse(answer["certificate"].as_str().unwrap()).unwrap();
        self.tip = Tip::of_certificate(&self.certificate);
    }

    pub(crate) fn elapsed(&self, at_ms: i64) -> i64 {
        at_ms - self.booted_ms
    }

    /// Writes a record at a true time, its wall clock wrong by `wall_off_ms`.
    pub(crate) fn write_with<P: Payload>(&mut self, at_ms: i64, wall_off_ms: i64, payload: &P) -> &Record {
        let stamp = Stamp {
            at_ms: at_ms + wall_off_ms,
            elapsed_ms: self.elapsed(at_ms),
            boot: self.boot.clone(),
        };
        let record = Record::write(&self.tip, &Body::new(crate::random::bytes(), stamp, payload)).unwrap();
        self.tip.advance(&record).unwrap();
        self.records.push(record);
        self.records.last().unwrap()
    }

    pub(crate) fn write<P: Payload>(&mut self, at_ms: i64, payload: &P) -> &Record {
        self.write_with(at_ms, 0, payload)
    }

    /// A fix, its offset from the district's centre in 1e-9 degrees of latitude.
    pub(crate) fn fix(&mut self, at_ms: i64, lat_off_e9: i64) -> &Record {
        self.write(at_ms, &fix(lat_off_e9))
    }

    /// Asks for the server's time and writes it down.
    pub(crate) async fn anchor(&mut self, world: &World, at_ms: i64, wall_off_ms: i64) {
        let anchor = self.ask_time(world, at_ms).await;
        let anchored = Anchored {
            anchor,
            sent_elapsed_ms: self.elapsed(at_ms) - 40,
            received_elapsed_ms: self.elapsed(at_ms),
        };
        self.write_with(at_ms, wall_off_ms, &anchored);
    }

    /// Asks for the server's time over the newest record.
    pub(crate) async fn ask_time(&self, world: &World, at_ms: i64) -> Anchor {
        world.set_time(at_ms);
        let tip = &self.tip;
        let body = json!({"stream": tip.stream, "epoch": tip.epoch, "seq": tip.seq, "hash": tip.hash});
        let (status, answer) = world.post("/api/v1/time", &self.token, &body).await;
        assert_eq!(status, StatusCode::OK);
        serde_json::from_value(answer["anchor"].clone()).unwrap()
    }

    pub(crate) fn seal(&self, record: &Record) -> Seal {
        seal(&read_key(&self.pkcs8), record)
    }

    pub(crate) fn batch(&self, from: usize) -> String {
        self.batch_of(&self.records[from..])
    }

    pub(crate) fn batch_of(&self, records: &[Record]) -> String {
        let seal = self.seal(records.last().unwrap());
        Batch {
            records: records.to_vec(),
            seal,
        }
        .to_ndjson()
    }
}

pub(crate) fn seal(key: &EcdsaKeyPair, record: &Record) -> Seal {
    let tip = Tip {
        stream: record.head.stream.clone(),
        epoch: record.head.epoch,
        seq: record.head.seq,
        hash: record.hash,
    };
    let unsigned = Seal::unsigned(&tip, public(key).kid());
    let signature = sign(key, &unsigned.message());
    let seal = unsigned.signed(signature);
    seal.verify(&public(key)).unwrap();
    seal
}

pub(crate) fn sign(key: &EcdsaKeyPair, message: &[u8]) -> Signature {
    let signature = key.sign(&SystemRandom::new(), message).unwrap();
    Signature(signature.as_ref().to_vec())
}

pub(crate) fn fix(lat_off_e9: i64) -> FixTaken {
    FixTaken {
        fix: Fix {
            lat_e9: CENTRE.0 + lat_off_e9,
            lon_e9: CENTRE.1,
            accuracy_mm: Some(8_000),
            age_ms: 0,
            provider: onbeat_core::reading::Provider::Gps,
            satellites: Some(9),
            speed_mm_s: None,
            simulated: false,
            approximate: false,
            still: false,
        },
        seen: None,
    }
}

pub(crate) fn customer(id: &str, place: (i64, i64)) -> Customer {
    Customer {
        id: id.into(),
        name: format!("shop {id}"),
        lat_e9: place.0,
        lon_e9: place.1,
        place_confirmed: true,
        landline: None,
    }
}

pub(crate) fn new_pkcs8() -> Vec<u8> {
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
    document.as_ref().to_vec()
}

pub(crate) fn read_key(pkcs8: &[u8]) -> EcdsaKeyPair {
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8, &SystemRandom::new()).unwrap()
}

pub(crate) fn public(key: &EcdsaKeyPair) -> PublicKey {
    PublicKey::from_bytes(key.public_key().as_ref()).unwrap()
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
