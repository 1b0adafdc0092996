//! Our source of randomness, as the OpenPGP library wants to be given one.

use covermark_types::Random;
use rand_core::{CryptoRng, Error, RngCore, impls};

/// [`Random`] in the library's terms.
pub(super) struct Entropy<'a>(pub(super) &'a dyn Random);

impl RngCore for Entropy<'_> {
    fn next_u32(&mut self) -> u32 {
        impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, target: &mut [u8]) {
        self.0.fill(target);
    }

    fn try_fill_bytes(&mut self, target: &mut [u8]) -> Result<(), Error> {
        self.0.fill(target);
        Ok(())
    }
}

/// [`Random`] promises bytes that are fit for secrets.
impl CryptoRng for Entropy<'_> {}
