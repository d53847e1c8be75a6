use super::{PublicKey, Signature};
use crate::record::RecordError;

/// Something that is signed: `onbeat/<what>/1` and the fields, newline-joined.
pub trait Signable: Sized {
    /// `seal`, `epoch`, `receipt`, `anchor`, `certificate`, `key`, `recovery` or `pins`.
    const WHAT: &'static str;
    /// The fields in the order they are signed, without the signature.
    fn fields(&self) -> Vec<String>;
    /// The key that is said to have signed.
    fn kid(&self) -> &str;
    /// The signature.
    fn signature(&self) -> &Signature;
    /// Puts a signature in its place.
    fn set_signature(&mut self, signature: Signature);

    /// The bytes that are signed.
    fn message(&self) -> Vec<u8> {
        let mut message = format!("onbeat/{}/1", Self::WHAT);
        for field in self.fields() {
            message.push('\n');
            message.push_str(&field);
        }
        message.into_bytes()
    }

    /// Holds the signature against `key`.
    ///
    /// # Errors
    /// [`RecordError::BadSignature`], also where `key` is not the one named.
    fn verify(&self, key: &PublicKey) -> Result<(), RecordError> {
        if key.kid() == self.kid() && key.verifies(&self.message(), self.signature()) {
            Ok(())
        } else {
            Err(RecordError::BadSignature {
                what: Self::WHAT,
                kid: self.kid().into(),
            })
        }
    }
}

/// A value whose signature is still to be made; it can't be taken for a signed one.
#[derive(Debug, Clone)]
pub struct Unsigned<T>(T);

impl<T: Signable> Unsigned<T> {
    /// Takes a value whose signature, whatever it holds, is to be replaced.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The bytes to sign.
    pub fn message(&self) -> Vec<u8> {
        self.0.message()
    }

    /// The value with its signature over [`Unsigned::message`].
    pub fn signed(mut self, signature: Signature) -> T {
        self.0.set_signature(signature);
        self.0
    }

    /// Signs with `signer`, which is given the bytes to sign.
    ///
    /// # Errors
    /// Whatever `signer` answers.
    pub fn sign<E>(self, signer: impl FnOnce(&[u8]) -> Result<Signature, E>) -> Result<T, E> {
        let signature = signer(&self.message())?;
        Ok(self.signed(signature))
    }
}

/// A struct with `kid` and `sig`, by its fields in the order they are signed.
macro_rules! signable {
    ($name:ident, $what:literal, |$it:ident| $fields:expr) => {
        impl Signable for $name {
            const WHAT: &'static str = $what;
            fn fields(&self) -> Vec<String> {
                let $it = self;
                $fields
            }
            fn kid(&self) -> &str {
                &self.kid
            }
            fn signature(&self) -> &Signature {
                &self.sig
            }
            fn set_signature(&mut self, signature: Signature) {
                self.sig = signature;
            }
        }
    };
}
pub(in crate::record) use signable;
