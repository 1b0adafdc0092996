#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    covermark_coverage_fuzz::run("covr", data);
});
