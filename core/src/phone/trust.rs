//! Which server a phone speaks TLS with: one of the pinned keys, or, where none is pinned, whoever a public authority
//! vouches for. What beside a pinned key is not looked at, and why, says ADR 14.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use rustls::{
    CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::CryptoProvider,
    pki_types::{CertificateDer, ServerName, UnixTime},
    server::ParsedCertificate,
};

use super::locked;
use crate::record::Pin;

/// Whom a handshake met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Met {
    pin: Pin,
    /// One of the roots vouches for it, under the name asked for and today.
    by_roots: bool,
}

impl Met {
    /// Whether a phone with these pins goes on with it.
    pub(super) fn holds(self, pins: &[Pin]) -> bool {
        match pins {
            [] => self.by_roots,
            pins => pins.contains(&self.pin),
        }
    }
}

/// Judges the server's certificate in each handshake.
#[derive(Debug)]
pub(super) struct Trust {
    /// None: anybody is met, to be asked for what is signed by itself.
    pins: Option<Vec<Pin>>,
    roots: Arc<WebPkiServerVerifier>,
    met: Mutex<Option<Met>>,
    refused: AtomicBool,
}

impl Trust {
    /// `roots` vouch where nothing is pinned.
    ///
    /// # Errors
    /// Where they can't be used.
    pub(super) fn new(
        pins: Option<Vec<Pin>>,
        roots: RootCertStore,
        provider: Arc<CryptoProvider>,
    ) -> Result<Arc<Self>, Box<dyn std::error::Error>> {
        let roots = WebPkiServerVerifier::builder_with_provider(roots.into(), provider).build()?;
        Ok(Arc::new(Self {
            pins,
            roots,
            met: Mutex::default(),
            refused: AtomicBool::default(),
        }))
    }

    /// Whom the newest handshake met; none without TLS.
    pub(super) fn met(&self) -> Option<Met> {
        *locked(&self.met)
    }

    /// Whether a server was refused since this was asked last.
    pub(super) fn take_refusal(&self) -> bool {
        self.refused.swap(false, Ordering::Relaxed)
    }
}

impl ServerCertVerifier for Trust {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let leaf = ParsedCertificate::try_from(end_entity)?;
        let by_roots = self
            .roots
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        let met = Met {
            pin: Pin::of(leaf.subject_public_key_info()),
            by_roots: by_roots.is_ok(),
        };
        *locked(&self.met) = Some(met);
        if self.pins.as_ref().is_none_or(|pins| met.holds(pins)) {
            return Ok(ServerCertVerified::assertion());
        }
        self.refused.store(true, Ordering::Relaxed);
        by_roots.and(Err(CertificateError::ApplicationVerificationFailure.into()))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.roots.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.roots.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.roots.supported_verify_schemes()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::time::Duration;

    use rcgen::{BasicConstraints, Certificate, CertificateParams, IsCa, KeyPair, date_time_ymd};
    use rustls::crypto::ring;

    use super::*;

    const NAME: &str = "onbeat.example.com";

    /// An authority, and the root that a phone knows it by.
    struct Authority(Certificate, KeyPair);

    impl Authority {
        fn new() -> Self {
            let key = KeyPair::generate().unwrap();
            let mut params = CertificateParams::new(Vec::new()).unwrap();
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            Self(params.self_signed(&key).unwrap(), key)
        }

        fn certifies(&self, name: &str, until: i32, key: &KeyPair) -> CertificateDer<'static> {
            let certificate = params(name, until).signed_by(key, &self.0, &self.1).unwrap();
            certificate.der().clone()
        }
    }

    fn params(name: &str, until: i32) -> CertificateParams {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = date_time_ymd(2026, 1, 1);
        params.not_after = date_time_ymd(until, 1, 1);
        params
    }

    fn by_itself(key: &KeyPair) -> CertificateDer<'static> {
        params(NAME, 2028).self_signed(key).unwrap().der().clone()
    }

    fn pin(key: &KeyPair) -> Pin {
        Pin::of(key.public_key_der())
    }

    fn trust(pins: Option<Vec<Pin>>, root: &Authority) -> Arc<Trust> {
        let mut roots = RootCertStore::empty();
        roots.add(root.0.der().clone()).unwrap();
        Trust::new(pins, roots, Arc::new(ring::default_provider())).unwrap()
    }

    fn shows(trust: &Trust, certificate: &CertificateDer<'_>) -> bool {
        // 2027-01-15.
        let now = UnixTime::since_unix_epoch(Duration::from_secs(1_800_000_000));
        let name = ServerName::try_from(NAME).unwrap();
        let verified = trust.verify_server_cert(certificate, &[], &name, &[], now);
        assert_eq!(verified.is_err(), trust.take_refusal());
        verified.is_ok()
    }

    #[test]
    fn a_pinned_key_is_enough_and_without_pins_the_roots_decide() {
        let (public, own) = (Authority::new(), Authority::new());
        let [key, next, other] = [(); 3].map(|()| KeyPair::generate().unwrap());
        let pinned = vec![pin(&key), pin(&next)];
        for (what, certificate, by_pins, by_roots) in [
            ("by a public authority", public.certifies(NAME, 2028, &key), true, true),
            ("the next key", public.certifies(NAME, 2028, &next), true, true),
            (
                "by the company's own authority",
                own.certifies(NAME, 2028, &key),
                true,
                false,
            ),
            ("by itself", by_itself(&key), true, false),
            (
                "ended, or the phone's clock is wrong",
                public.certifies(NAME, 2027, &key),
                true,
                false,
            ),
            (
                "for another name",
                public.certifies("other.example.com", 2028, &key),
                true,
                false,
            ),
            (
                "a public authority was deceived",
                public.certifies(NAME, 2028, &other),
                false,
                true,
            ),
            ("a stranger", by_itself(&other), false, false),
        ] {
            for (pins, expected) in [
                (Some(pinned.clone()), by_pins),
                (Some(Vec::new()), by_roots),
                (None, true),
            ] {
                let trust = trust(pins, &public);
                assert_eq!(shows(&trust, &certificate), expected, "{what}: {:?}", trust.pins);
                let met = trust.met().unwrap();
                assert_eq!((met.holds(&pinned), met.holds(&[])), (by_pins, by_roots), "{what}");
            }
        }
    }

    #[test]
    fn a_server_that_is_met_again_is_judged_again() {
        let authority = Authority::new();
        let [key, other] = [(); 2].map(|()| KeyPair::generate().unwrap());
        let trust = trust(Some(vec![pin(&key)]), &authority);
        assert!(trust.met().is_none());
        assert!(shows(&trust, &by_itself(&key)));
        assert!(!shows(&trust, &by_itself(&other)));
        assert!(!trust.met().unwrap().holds(&[pin(&key)]));
        assert!(shows(&trust, &by_itself(&key)), "a refusal is told once");
    }
}
