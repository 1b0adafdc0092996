//! What the fuzzers found worth keeping, run through the code that they run. A file in the corpus is an input that took
//! a path no other took, or one that once broke something.

#[expect(unreachable_pub, reason = "public for the fuzz targets")]
#[path = "../fuzz/src/lib.rs"]
mod targets;

use std::fs;
use std::path::Path;

#[test]
fn every_file_of_the_corpus_passes_its_target() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    let names = targets::PARSERS.iter().map(|(name, _)| *name).chain(targets::OTHERS.iter().map(|(name, _)| *name));
    for name in names {
        let folder = corpus.join(name);
        let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert!(!files.is_empty(), "{name} has no corpus");
        files.sort();
        for file in files {
            let content = fs::read(&file).unwrap();
            // The panic itself only names the assertion.
            let passed = std::panic::catch_unwind(|| targets::run(name, &content));
            assert!(matches!(passed, Ok(true)), "{}", file.display());
        }
    }
}

#[test]
fn every_folder_of_the_corpus_has_a_target() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    let (mut files, mut bytes) = (0, 0);
    for folder in fs::read_dir(corpus).unwrap() {
        let folder = folder.unwrap();
        assert!(targets::run(folder.file_name().to_str().unwrap(), b""), "{folder:?}");
        for file in fs::read_dir(folder.path()).unwrap() {
            files += 1;
            bytes += file.unwrap().metadata().unwrap().len();
        }
    }
    assert!(files <= 250 && bytes <= 1_000_000, "{files} files of {bytes} bytes: minimise the corpus");
}
