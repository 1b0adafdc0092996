//! What can be wrong with a message or a key, in sentences that whoever hands it over can act on. None holds a secret.

use covermark_types::{Fault, FaultClass};

/// Why an OpenPGP message or key cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenPgpError {
    /// More than a message with credentials can be.
    #[error("It is larger than {} KiB, and a message with credentials has a few. Is it another file?", limit / 1024)]
    TooLarge {
        /// Bytes that are read.
        limit: usize,
    },
    /// Something else altogether.
    #[error(
        "It is not an OpenPGP message. One begins with `-----BEGIN PGP MESSAGE-----`, or is the file that `gpg --encrypt` \
         writes. Paste or give the whole of it."
    )]
    NotOpenPgp,
    /// OpenPGP, but for everybody to read.
    #[error(
        "It is an OpenPGP message, but it is not encrypted: whoever passed it on could read it. Encrypt it with \
         `gpg --encrypt`, and make new secrets at GitHub if it went through others' hands."
    )]
    NotEncrypted,
    /// `gpg --symmetric`.
    #[error(
        "It is encrypted with a passphrase, which nobody told us. Encrypt it to this deployment's key with `gpg --encrypt`."
    )]
    Passphrase,
    /// Encrypted to somebody else.
    #[error(
        "It is encrypted for another key ({theirs}) and not for this deployment's, {ours}. Take the key from \
         /setup/openpgp.asc and encrypt again."
    )]
    AnotherKey {
        /// The key ids that it names.
        theirs: String,
        /// Our fingerprint.
        ours: String,
    },
    /// Encryption without a check that nobody changed it.
    #[error(
        "It is encrypted in an old way that does not show whether somebody changed it. Encrypt it with gpg 2.2 or newer."
    )]
    Unprotected,
    /// Cut short or changed.
    #[error(
        "It is damaged: a part is missing, or was changed on the way. Copy the whole message, or send the file itself."
    )]
    Damaged,
    /// A small message that becomes a large text.
    #[error("It unpacks to more than {} KiB, and a document with credentials has a few. Is it another file?", limit / 1024)]
    TooLargeInside {
        /// Bytes that are unpacked.
        limit: usize,
    },
    /// Encrypted bytes that are no text.
    #[error("What is encrypted in it is not a text. Fill in the template and encrypt that file.")]
    NotText,
    /// No key where one is expected.
    #[error(
        "It is not an OpenPGP public key. One begins with `-----BEGIN PGP PUBLIC KEY BLOCK-----`; `gpg --armor --export \
         YOU@EXAMPLE.ORG` prints yours."
    )]
    NotAKey,
    /// The secret half of somebody's key.
    #[error(
        "It is a private key, which nobody should hand over. Give the public one: `gpg --armor --export YOU@EXAMPLE.ORG` \
         prints it."
    )]
    PrivateKey,
    /// A key ring.
    #[error("There are several keys in it, and it must be clear who can read the result. Give a file with one key.")]
    SeveralKeys,
    /// Its owner took it back.
    #[error("The key {fingerprint} is revoked: its owner no longer wants it to be used.")]
    Revoked {
        /// Which.
        fingerprint: String,
    },
    /// It is over.
    #[error("The key {fingerprint} has expired. Ask its owner for the renewed one.")]
    Expired {
        /// Which.
        fingerprint: String,
    },
    /// Nothing in it encrypts.
    #[error(
        "The key {fingerprint} has no part that others may encrypt to (any longer). Ask its owner for the current one."
    )]
    CannotEncrypt {
        /// Which.
        fingerprint: String,
    },
    /// What the vault holds as our key is none.
    #[error(
        "This deployment's own OpenPGP key (`openpgp/key` in the vault) cannot be read. Delete it; a new one is made."
    )]
    OwnKey,
    /// The library failed where it should not.
    #[error("The OpenPGP library failed at {0}.")]
    Library(&'static str),
}

impl Fault for OpenPgpError {
    fn class(&self) -> FaultClass {
        FaultClass::Permanent
    }
}
