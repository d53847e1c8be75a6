//! Enrolment: from the code a desk shows to a certificate, and the way back to a database whose key the
//! platform lost.

use std::future::Future;

use hpke::{
    Deserializable, Kem as _, OpModeR, OpModeS, Serializable, aead::ChaCha20Poly1305, kdf::HkdfSha256,
    kem::X25519HkdfSha256, single_shot_open, single_shot_seal_with_rng,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    Phone, PhoneError, Platform,
    http::{Http, from_base64url},
    platform::PlatformRng,
    store::log,
    sync::{Enrolment, enrolment, keep_enrolment},
};
use crate::{
    base64url,
    record::{Certificate, Grade, KeyFile, KeyRing, Pin, PublicKey, TlsPins},
};

/// HPKE's `info` (RFC 9180): what is sealed here opens nowhere else.
const INFO: &[u8] = b"onbeat/recovery/1";

type Kem = X25519HkdfSha256;

/// What the desk is shown of a phone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, uniffi::Record)]
pub struct Device {
    /// `android`, `ios`, …
    pub platform: String,
    /// Maker and model.
    pub model: String,
    /// Version of the app.
    pub app: String,
}

/// What stands in a code: `<server>/enrol#code=…&key=…&next=…&pin=…&pin=…`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct EnrolLink {
    server: String,
    code: String,
    /// The server's signing key: whatever it signs, or vouches for, is trusted.
    key: PublicKey,
    /// The TLS keys that the server may show.
    pins: Vec<Pin>,
}

impl EnrolLink {
    fn parse(link: &str) -> Result<Self, PhoneError> {
        let bad = |why: &str| PhoneError::BadLink(why.into());
        let (address, fragment) = link
            .trim()
            .split_once('#')
            .ok_or_else(|| bad("nothing stands after a #"))?;
        let server = address
            .strip_suffix("/enrol")
            .ok_or_else(|| bad("the address does not end in /enrol"))?;
        if !server.starts_with("https://") && !server.starts_with("http://") {
            return Err(bad("the address does not begin with https://"));
        }
        let fields = |name: &'static str| {
            let pairs = fragment.split('&').filter_map(|pair| pair.split_once('='));
            pairs.filter(move |(key, _)| *key == name).map(|(_, value)| value)
        };
        let field = |name| fields(name).next().map(ToOwned::to_owned);
        let code = field("code")
            .filter(|code| !code.is_empty())
            .ok_or_else(|| bad("it has no code"))?;
        let key = field("key").ok_or_else(|| bad("it has no key of the server"))?;
        let key = serde_json::from_value(key.into()).map_err(|_| bad("the server's key in it can't be read"))?;
        let pins: Result<Vec<Pin>, _> = fields("pin").take(TlsPins::MOST + 1).map(str::parse).collect();
        let pins = pins.map_err(|_| bad("a TLS key in it can't be read"))?;
        if pins.len() > TlsPins::MOST {
            return Err(bad("it has too many TLS keys"));
        }
        if !pins.is_empty() && !server.starts_with("https://") {
            return Err(bad("it has TLS keys, and an address without TLS"));
        }
        Ok(Self {
            server: server.to_owned(),
            code,
            key,
            pins,
        })
    }
}

#[derive(Deserialize)]
struct EnrolAnswer {
    certificate: String,
    token: String,
}

/// A sealed database key, as it travels.
#[derive(Debug, Serialize, Deserialize)]
struct Sealed {
    enc: String,
    sealed: String,
}

impl Phone {
    /// Enrols the phone by the text of a code. Waits for the network.
    ///
    /// # Errors
    /// [`PhoneError::BadLink`], [`PhoneError::AlreadyEnrolled`], [`PhoneError::Network`],
    /// [`PhoneError::Refused`] (`bad_code` for a used or wrong one), [`PhoneError::Untrusted`] where the server
    /// is not the one the code names, [`PhoneError::Sign`], or the disk's.
    pub fn enrol(&self, link: &str, grade: Grade, device: &Device) -> Result<(), PhoneError> {
        let link = EnrolLink::parse(link)?;
        if let Ok(rep) = self.rep() {
            return Err(PhoneError::AlreadyEnrolled { rep });
        }
        let key = PublicKey::from_bytes(&self.platform.public_key()?)?;
        let (certificate, enrolment) = wait(self.ask_enrolment(&link, &key, grade, device))?;
        self.with(|store| {
            store.write(|tx| {
                keep_enrolment(tx, &enrolment)?;
                log::adopt(tx, &certificate)
            })
        })
    }

    async fn ask_enrolment(
        &self,
        link: &EnrolLink,
        key: &PublicKey,
        grade: Grade,
        device: &Device,
    ) -> Result<(Certificate, Enrolment), PhoneError> {
        let http = Http::new(&link.server, None, &link.pins)?;
        let keys: KeyFile = http.get("/api/v1/keys").await?.success()?;
        let ring = KeyRing::trust(&keys, Some(&link.key.kid())).map_err(untrusted)?;
        let recovery = keys.recovery.as_ref();
        let recovery = recovery.ok_or_else(|| PhoneError::Untrusted("it has no recovery key".into()))?;
        let request = json!({
            "code": link.code,
            "key": key,
            "grade": grade,
            "recovery": seal(self.platform.as_ref(), recovery.key.as_bytes(), &self.db_key)?,
            "device": device,
        });
        let answer: EnrolAnswer = http.post_json("/api/v1/enrol", &request).await?.success()?;
        let certificate = Certificate::parse(&answer.certificate)?;
        ring.check(&*certificate, Some(certificate.issued_at))
            .map_err(untrusted)?;
        if certificate.key != *key || certificate.epoch != 1 {
            return Err(PhoneError::Untrusted("its certificate is not for this phone".into()));
        }
        let enrolment = Enrolment {
            server: link.server.clone(),
            token: answer.token,
            root: link.key.kid(),
            keys,
            grade,
            pins: link.pins.clone(),
            // What was said before the code named its keys is older than the code, and not taken again.
            pins_issued_at: if link.pins.is_empty() { 0 } else { certificate.issued_at },
        };
        Ok((certificate, enrolment))
    }

    /// What the phone knows of its server.
    pub(super) fn enrolment(&self) -> Result<Enrolment, PhoneError> {
        self.with(|store| enrolment(store.connection())?.ok_or(PhoneError::NotEnrolled))
    }
}

/// Fetches the database key of `stream` back, where the platform lost it: by a code that the desk made for
/// that (the desk's log says so). Waits for the network. With the answer the folder opens again; the next
/// sync begins a new epoch under the phone's new key.
///
/// # Errors
/// [`PhoneError::BadLink`], [`PhoneError::Network`], [`PhoneError::Refused`], [`PhoneError::Untrusted`].
pub fn recover(link: &str, stream: &str, platform: &dyn Platform) -> Result<Vec<u8>, PhoneError> {
    let link = EnrolLink::parse(link)?;
    let (private, public) = Kem::gen_keypair_with_rng(&mut PlatformRng(platform));
    let request = json!({"code": link.code, "stream": stream, "key": base64url::encode(public.to_bytes())});
    let sealed: Sealed = wait(async {
        let http = Http::new(&link.server, None, &link.pins)?;
        let keys: KeyFile = http.get("/api/v1/keys").await?.success()?;
        KeyRing::trust(&keys, Some(&link.key.kid())).map_err(untrusted)?;
        http.post_json("/api/v1/recover", &request).await?.success()
    })?;
    let key = open(&private, &sealed)?;
    if key.len() == 32 {
        Ok(key)
    } else {
        Err(PhoneError::Untrusted(format!(
            "what it kept has {} bytes, a database key has 32",
            key.len()
        )))
    }
}

fn untrusted(error: crate::record::RecordError) -> PhoneError {
    PhoneError::Untrusted(error.to_string())
}

fn seal(platform: &dyn Platform, recipient: &[u8], secret: &[u8]) -> Result<Sealed, PhoneError> {
    let fault = |error| PhoneError::Untrusted(format!("its recovery key can't be used: {error}"));
    let recipient = <Kem as hpke::Kem>::PublicKey::from_bytes(recipient).map_err(fault)?;
    let (enc, sealed) = single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, Kem>(
        &OpModeS::Base,
        &recipient,
        INFO,
        secret,
        &[],
        &mut PlatformRng(platform),
    )
    .map_err(fault)?;
    Ok(Sealed {
        enc: base64url::encode(enc.to_bytes()),
        sealed: base64url::encode(sealed),
    })
}

fn open(private: &<Kem as hpke::Kem>::PrivateKey, sealed: &Sealed) -> Result<Vec<u8>, PhoneError> {
    let fault = |error| PhoneError::Untrusted(format!("the recovered key does not open: {error}"));
    let enc = from_base64url("enc", &sealed.enc)?;
    let enc = <Kem as hpke::Kem>::EncappedKey::from_bytes(&enc).map_err(fault)?;
    let sealed = from_base64url("sealed", &sealed.sealed)?;
    single_shot_open::<ChaCha20Poly1305, HkdfSha256, Kem>(&OpModeR::Base, private, &enc, INFO, &sealed, &[])
        .map_err(fault)
}

/// Runs on a runtime of its own: only sync is async for the shells.
fn wait<T>(work: impl Future<Output = Result<T, PhoneError>>) -> Result<T, PhoneError> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(work)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;
    use crate::phone::tests::SoftPlatform;

    #[test]
    fn a_sealed_key_opens_for_its_recipient_alone() {
        let platform = SoftPlatform::new();
        let (private, public) = Kem::gen_keypair_with_rng(&mut PlatformRng(&platform));
        let (other, _) = Kem::gen_keypair_with_rng(&mut PlatformRng(&platform));
        let sealed = seal(&platform, &public.to_bytes(), &[7; 32]).unwrap();
        assert_eq!(open(&private, &sealed).unwrap(), [7; 32]);
        assert!(open(&other, &sealed).is_err());
    }

    proptest! {
        #[test]
        fn whatever_was_scanned_is_read_or_refused(
            scanned in "\\PC{0,300}",
            fields in prop::collection::vec((prop::sample::select(vec!["pin", "pin", "next", "x"]), "[A-C]{42,43}A?"), 0..8),
        ) {
            prop_assert!(EnrolLink::parse(&scanned).is_err());
            let key = base64url::encode([9; 32]);
            let more: String = fields.iter().map(|(name, value)| format!("&{name}={value}")).collect();
            let pins = fields.iter().filter(|(name, _)| *name == "pin").map(|(_, value)| value.parse::<Pin>());
            let pins: Result<Vec<Pin>, _> = pins.collect();
            let read = EnrolLink::parse(&format!("https://desk.example/enrol#code=a&key={key}{more}"));
            match pins {
                Ok(pins) if pins.len() <= TlsPins::MOST => prop_assert_eq!(read.unwrap().pins, pins),
                _ => prop_assert!(read.is_err()),
            }
        }
    }

    #[test]
    fn a_link_says_what_is_wrong_with_it() {
        let key = base64url::encode([9; 32]);
        let good = format!("https://desk.example/enrol#code=abc&key={key}&next={key}");
        let link = EnrolLink::parse(&good).unwrap();
        assert_eq!(
            (link.server.as_str(), link.code.as_str()),
            ("https://desk.example", "abc")
        );
        assert_eq!(link.pins, []);
        let pins: Vec<Pin> = ["a", "b", "c", "d"].map(Pin::of).into();
        let pinned = |pins: &[Pin]| pins.iter().fold(good.clone(), |link, pin| format!("{link}&pin={pin}"));
        assert_eq!(EnrolLink::parse(&pinned(&pins)).unwrap().pins, pins);
        let cases = [
            (&*pinned(&[&pins[..], &pins[..1]].concat()), "too many"),
            (&*pinned(&pins[..1]).replace("https", "http"), "without TLS"),
            (&*format!("{good}&pin={}", "A".repeat(42)), "TLS key in it"),
            (&*format!("{good}&pin="), "TLS key in it"),
            ("https://desk.example/enrol", "after a #"),
            ("https://desk.example/x#code=a&key=b", "/enrol"),
            ("ftp://desk.example/enrol#code=a&key=b", "https://"),
            ("https://desk.example/enrol#code=&key=b", "no code"),
            ("https://desk.example/enrol#code=a", "no key"),
            ("https://desk.example/enrol#code=a&key=b", "can't be read"),
        ];
        for (link, why) in cases {
            let error = EnrolLink::parse(link).unwrap_err().to_string();
            assert!(error.contains(why), "{link}: {error}");
        }
    }
}
