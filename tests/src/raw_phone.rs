//! A phone without the product's phone code: it writes what it is told to write, right or wrong.
//!
//! The real phone can't be made to forge a record or to push ten thousand batches a second; this one can. It
//! speaks the wire format through the core's record types alone.

use onbeat_core::{
    base64url,
    reading::Stamp,
    record::{
        Anchor, Batch, Body, Certificate, EpochReason, EpochRequest, Hash, Payload, PublicKey, Record, Seal, Signable,
        Signature, Tip,
    },
};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use serde_json::{Value, json};

/// Names the boot in every stamp of a raw phone.
pub const BOOT: &str = "00000000000000b0";

/// What a request came to: status and JSON.
pub type Answer = (u16, Value);

/// A phone's key, stream and place in its own log.
pub struct RawPhone {
    http: reqwest::Client,
    base: String,
    key: EcdsaKeyPair,
    random: SystemRandom,
    /// Sent as `Authorization: Bearer`.
    pub token: String,
    /// The certificate of the newest epoch.
    pub certificate: Certificate,
    /// What the next record continues.
    pub tip: Tip,
}

impl RawPhone {
    /// Enrols by the link of `onbeat enrol`.
    ///
    /// # Errors
    /// The server's answer, where it is not 201.
    pub async fn enrol(http: reqwest::Client, link: &str) -> Result<Self, Answer> {
        let (base, fragment) = link.split_once("/enrol#").expect("an enrolment link");
        let code = fragment
            .split('&')
            .find_map(|part| part.strip_prefix("code="))
            .expect("a code in the link");
        let random = SystemRandom::new();
        let key = new_key(&random);
        // The recovery copy is opaque to the server until the phone asks for it: this one never will.
        let request = json!({
            "code": code, "key": base64url::encode(key.public_key().as_ref()), "grade": "software",
            "recovery": {"enc": base64url::encode([7; 32]), "sealed": base64url::encode([7; 48])},
            "device": {"platform": "raw", "model": "raw", "app": "test"},
        });
        let answer = send(http.post(format!("{base}/api/v1/enrol")).json(&request)).await;
        let (201, body) = &answer else { return Err(answer) };
        let certificate = Certificate::parse(text(body, "certificate")).expect("a certificate");
        let (token, tip) = (text(body, "token").to_owned(), Tip::of_certificate(&certificate));
        Ok(Self {
            http,
            base: base.to_owned(),
            key,
            random,
            token,
            certificate,
            tip,
        })
    }

    /// Appends a record to the phone's own log.
    pub fn write<P: Payload>(&mut self, at: Stamp, payload: &P) -> Record {
        let salt = std::array::from_fn(|i| (self.tip.seq >> (8 * (i % 8))) as u8);
        let record = Record::write(&self.tip, &Body::new(salt, at, payload)).expect("a record of fair size");
        self.tip.advance(&record).expect("a record that follows");
        record
    }

    /// Records with a seal over the last.
    pub fn sealed(&self, records: Vec<Record>) -> Batch {
        let last = records.last().expect("a batch has records");
        let seal = self.seal(&last.head.stream, last.head.epoch, last.head.seq, last.hash);
        Batch { records, seal }
    }

    /// A seal by this phone's key over whatever is named.
    pub fn seal(&self, stream: &str, epoch: u32, seq: u64, hash: Hash) -> Seal {
        let kid = self.certificate.key.kid();
        let mut seal = Seal {
            stream: stream.into(),
            epoch,
            seq,
            hash,
            kid,
            sig: Signature::default(),
        };
        seal.sig = self.sign(&seal.message());
        seal
    }

    fn sign(&self, message: &[u8]) -> Signature {
        let signature = self.key.sign(&self.random, message).expect("a P-256 key signs");
        Signature(signature.as_ref().to_vec())
    }

    /// Pushes bytes as they are to this phone's stream.
    pub async fn push_bytes(&self, branch: Option<&str>, bytes: Vec<u8>) -> Answer {
        send(self.push_request(branch, bytes)).await
    }

    /// The request of [`RawPhone::push_bytes`], for who sends it in another way.
    pub fn push_request(&self, branch: Option<&str>, bytes: Vec<u8>) -> reqwest::RequestBuilder {
        let query = branch.map(|name| format!("?branch={name}")).unwrap_or_default();
        let url = format!("{}/api/v1/streams/{}/log{query}", self.base, self.tip.stream);
        let request = self.http.post(url).bearer_auth(&self.token);
        request.header("content-type", "application/x-ndjson").body(bytes)
    }

    /// Goes on over another client's connections.
    #[must_use]
    pub fn over(self, http: reqwest::Client) -> Self {
        Self { http, ..self }
    }

    /// Asks for the server's time, signed over this phone's newest record.
    ///
    /// # Errors
    /// The server's answer, where it holds none.
    pub async fn time(&self) -> Result<Anchor, Answer> {
        let Tip {
            stream,
            epoch,
            seq,
            hash,
        } = &self.tip;
        let newest = json!({"stream": stream, "epoch": epoch, "seq": seq, "hash": hash});
        let url = format!("{}/api/v1/time", self.base);
        let answer = send(self.http.post(url).bearer_auth(&self.token).json(&newest)).await;
        serde_json::from_value(answer.1["anchor"].clone()).map_err(|_| answer)
    }

    /// Pushes a batch to the main line.
    pub async fn push(&self, batch: &Batch) -> Answer {
        self.push_bytes(None, batch.to_ndjson().into_bytes()).await
    }

    /// Asks for the next epoch, signed by the key so far, or with a new key where that is lost; the phone then
    /// goes on in it.
    pub async fn next_epoch(&mut self, reason: EpochReason, heads: &[Hash]) -> Answer {
        if reason == EpochReason::KeyLost {
            self.key = new_key(&self.random);
        }
        let mut request = EpochRequest {
            stream: self.tip.stream.clone(),
            epoch: self.tip.epoch + 1,
            key: PublicKey::from_bytes(self.key.public_key().as_ref()).expect("a P-256 key"),
            heads: heads.to_vec(),
            reason,
            kid: String::new(),
            sig: Signature::default(),
        };
        if reason != EpochReason::KeyLost {
            request.kid = request.key.kid();
            request.sig = self.sign(&request.message());
        }
        let url = format!("{}/api/v1/streams/{}/epochs", self.base, self.tip.stream);
        let answer = send(self.http.post(url).bearer_auth(&self.token).json(&request)).await;
        if let (201, body) = &answer {
            self.certificate = Certificate::parse(text(body, "certificate")).expect("a certificate");
            self.tip = Tip::of_certificate(&self.certificate);
        }
        answer
    }

    /// GET of a path below `/api/v1/`, as this phone.
    pub async fn get(&self, path: &str) -> Answer {
        send(
            self.http
                .get(format!("{}/api/v1/{path}", self.base))
                .bearer_auth(&self.token),
        )
        .await
    }

    /// PUT of bytes to a path below `/api/v1/`, as this phone.
    pub async fn put(&self, path: &str, bytes: Vec<u8>) -> Answer {
        send(
            self.http
                .put(format!("{}/api/v1/{path}", self.base))
                .bearer_auth(&self.token)
                .body(bytes),
        )
        .await
    }
}

async fn send(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.expect("the server answers");
    let status = response.status().as_u16();
    (status, response.json().await.unwrap_or(Value::Null))
}

fn new_key(random: &SystemRandom) -> EcdsaKeyPair {
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, random).expect("randomness");
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), random).expect("a key just made")
}

fn text<'a>(body: &'a Value, field: &str) -> &'a str {
    body[field]
        .as_str()
        .unwrap_or_else(|| panic!("the answer has no {field}: {body}"))
}
