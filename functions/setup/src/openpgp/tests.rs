//! The real gpg on one side, our code and the library on the other, both ways; and everything that is not a good message.

mod bad_keys;
mod bad_messages;
mod both_ways;
mod gpg;

use covermark_types::{Secret, SystemRandom, Timestamp};

use super::{DeploymentKey, OpenPgpError, Recipient};

/// What travels.
const TEXT: &str = "{\"app_id\": 1, \"client_secret\": \"süß\"}\n";

fn now() -> Timestamp {
    Timestamp::now()
}

fn ours() -> DeploymentKey {
    DeploymentKey::make("Covermark at https://covermark.example", &SystemRandom, now()).expect("a key")
}

fn recipient(public: &[u8]) -> Recipient {
    Recipient::parse(public, now()).unwrap_or_else(|error| panic!("{error}"))
}

fn refusal<T>(outcome: Result<T, OpenPgpError>) -> OpenPgpError {
    outcome.err().expect("a refusal")
}

fn opened(key: &DeploymentKey, message: &[u8]) -> String {
    let text: Result<Secret, OpenPgpError> = key.open(message);
    text.unwrap_or_else(|error| panic!("{error}")).expose().to_owned()
}
