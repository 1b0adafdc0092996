//! Randomness as an argument.

use std::fmt::Write as _;

/// Where unguessable bytes come from.
pub trait Random: Send + Sync {
    /// Fills `target` with random bytes fit for secrets.
    fn fill(&self, target: &mut [u8]);
}

/// The kernel's generator.
#[derive(Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, target: &mut [u8]) {
        // The kernel's generator fails only where the system call is forbidden; a service that cannot make secrets
        // must not start making guessable ones.
        getrandom::fill(target).expect("the kernel's random generator answers");
    }
}

/// `N` random bytes as `2 × N` lower-case hexadecimal digits.
pub fn random_hex<const N: usize>(random: &dyn Random) -> String {
    let mut bytes = [0_u8; N];
    random.fill(&mut bytes);
    bytes.iter().fold(String::with_capacity(2 * N), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
