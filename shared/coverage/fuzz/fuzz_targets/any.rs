//! The target that the variable TARGET names: one build for runs over all of them.
#![no_main]
use std::sync::LazyLock;

static TARGET: LazyLock<String> = LazyLock::new(|| std::env::var("TARGET").expect("TARGET names a target"));

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    assert!(covermark_coverage_fuzz::run(&TARGET, data), "there is no such target");
});
