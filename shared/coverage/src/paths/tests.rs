//! Where report paths lead, with the incumbent's own vectors.

use proptest::collection::vec;
use proptest::prelude::*;

use super::{DropReason, Network};

fn resolve(network: &Network, raw: &str, sources: &[&str]) -> String {
    let sources: Vec<String> = sources.iter().map(|source| (*source).to_owned()).collect();
    network.resolve(raw, &sources).unwrap_or_else(|dropped| {
        assert_eq!(dropped.path, raw);
        format!("! {}", dropped.reason.code())
    })
}

#[test]
fn the_incumbents_vectors_hold() {
    let network =
        Network::new(["src/a.go", "src/sub/a.go", "lib/a.go", "README.md", "Src/Case.TS", "pkg/x/__init__.py", ""]);
    for (raw, expected) in [
        ("/home/runner/work/w/w/src/a.go", "src/a.go"),
        ("github.com/acme/widgets/src/a.go", "src/a.go"),
        ("sub/a.go", "src/sub/a.go"),
        ("a.go", "! ambiguous-path"),
        ("foo/a.go", "! unknown-path"),
        ("src/case.ts", "Src/Case.TS"),
        ("case.ts", "Src/Case.TS"),
        ("__init__.py", "pkg/x/__init__.py"),
        ("x/__init__.py", "pkg/x/__init__.py"),
        ("y/__init__.py", "! unknown-path"),
    ] {
        assert_eq!(resolve(&network, raw, &[]), expected, "{raw}");
    }
}

#[test]
fn paths_of_every_machine_find_their_file() {
    let network = Network::new([
        "src/a.c",
        "src/b/c.c",
        "main.go",
        "lib/x/a.c",
        "Makefile",
        "web/src/index.ts",
        "api/src/index.ts",
        "README.MD",
        "readme.md",
    ]);
    for (raw, expected) in [
        ("src/a.c", "src/a.c"),
        ("./src//b/./c.c", "src/b/c.c"),
        ("src\\b\\c.c", "src/b/c.c"),
        ("D:\\a\\widgets\\widgets\\src\\a.c", "src/a.c"),
        ("file:///C:/projects/widgets/src/a.c", "src/a.c"),
        ("../../src/a.c", "src/a.c"),
        ("build/../src/a.c", "src/a.c"),
        ("/__w/widgets/widgets/main.go", "main.go"),
        ("/builds/group/widgets/main.go", "main.go"),
        ("github.com/acme/widgets/main.go", "main.go"),
        ("/opt/unknown/place/src/b/c.c", "src/b/c.c"),
        ("/src/a.c", "src/a.c"),
        ("/opt/unknown/place/main.go", "! unknown-path"),
        ("/usr/lib/x/a.c", "lib/x/a.c"),
        ("/usr/include/stdio.h", "! unknown-path"),
        ("index.ts", "! ambiguous-path"),
        ("src/index.ts", "! ambiguous-path"),
        ("/weird/api/src/index.ts", "api/src/index.ts"),
        ("README.MD", "README.MD"),
        ("readme.md", "readme.md"),
        ("Readme.md", "! ambiguous-path"),
        ("", "! invalid-path"),
        ("/", "! invalid-path"),
        ("..", "! invalid-path"),
        ("a\nb", "! invalid-path"),
    ] {
        assert_eq!(resolve(&network, raw, &[]), expected, "{raw}");
    }
    assert_eq!(resolve(&network, &"x/".repeat(3000), &[]), "! invalid-path");
}

#[test]
fn source_folders_say_where_relative_paths_begin() {
    let network = Network::new(["a.py", "src/a.py", "src/pkg/b.py", "lib/a.py", "lib/c.py"]);
    for (raw, sources, expected) in [
        ("a.py", &["/home/runner/work/w/w/src"][..], "src/a.py"),
        ("a.py", &["/home/runner/work/w/w"], "a.py"),
        ("a.py", &["/weird/place/src"], "src/a.py"),
        ("a.py", &["src"], "src/a.py"),
        ("a.py", &["."], "a.py"),
        ("a.py", &[""], "a.py"),
        ("a.py", &[], "a.py"),
        ("pkg/b.py", &["/x/lib", "/x/src"], "src/pkg/b.py"),
        ("a.py", &["/x/lib", "/x/src"], "! ambiguous-path"),
        ("c.py", &["/x/lib", "/x/src"], "lib/c.py"),
        // kcov: an absolute folder, and paths that do not need it.
        ("src/pkg/b.py", &["/weird/place/src/"], "src/pkg/b.py"),
        ("/home/runner/work/w/w/lib/a.py", &["/home/runner/work/w/w/src"], "lib/a.py"),
    ] {
        assert_eq!(resolve(&network, raw, sources), expected, "{raw} below {sources:?}");
    }
}

#[test]
fn without_a_file_list_known_roots_come_off_and_relative_paths_are_believed() {
    let network = Network::default();
    for (raw, sources, expected) in [
        ("src/a.go", &[][..], "src/a.go"),
        ("./src/a.go", &[], "src/a.go"),
        ("/home/runner/work/widgets/widgets/src/a.go", &[], "src/a.go"),
        ("/Users/runner/work/widgets/widgets/src/a.go", &[], "src/a.go"),
        ("D:\\a\\widgets\\widgets\\src\\a.go", &[], "src/a.go"),
        ("/github/workspace/src/a.go", &[], "src/a.go"),
        ("/home/circleci/project/src/a.go", &[], "src/a.go"),
        ("/usr/src/app/src/a.go", &[], "src/a.go"),
        ("github.com/acme/widgets/src/a.go", &[], "src/a.go"),
        ("/srv/somewhere/src/a.go", &[], "! absolute-path"),
        ("/home/runner/work/widgets/widgets", &[], "! absolute-path"),
        ("../a.go", &[], "! invalid-path"),
        ("a.py", &["/home/runner/work/w/w/src"], "src/a.py"),
        ("a.py", &["/srv/somewhere"], "a.py"),
        ("a.py", &["src"], "src/a.py"),
        ("a.py", &["src", "lib"], "a.py"),
    ] {
        assert_eq!(resolve(&network, raw, sources), expected, "{raw} below {sources:?}");
    }
}

#[test]
fn every_reason_can_be_read() {
    let told: String = [DropReason::Unknown, DropReason::Ambiguous, DropReason::Absolute, DropReason::Invalid]
        .map(|reason| format!("{}\n", super::Dropped { path: "a`b.rs".to_owned(), reason }))
        .concat();
    insta::assert_snapshot!(told, @"
    `a'b.rs`: the path is not in the repository
    `a'b.rs`: several files of the repository end in this path
    `a'b.rs`: the path is absolute, and no list of the repository's files came with the upload
    `a'b.rs`: the path is empty, too long or leads out of the repository
    ");
}

/// The rule, said plainly and slowly.
fn slow_ending(files: &[String], path: &str) -> Option<usize> {
    let parts: Vec<&str> = path.split('/').collect();
    let shared =
        |file: &String| file.rsplit('/').zip(parts.iter().rev()).take_while(|(a, b)| a.eq_ignore_ascii_case(b)).count();
    files.iter().map(shared).max()
}

proptest! {
    #[test]
    fn a_path_is_never_resolved_to_a_file_with_another_ending(
        files in vec("([abA]/){0,3}[abB]", 1..12),
        path in "([abA]/){0,4}[abB]",
    ) {
        let network = Network::new(&files);
        if let Ok(found) = network.resolve(&path, &[]) {
            prop_assert!(files.contains(&found));
            let best = slow_ending(&files, &path).unwrap();
            let shared = found.rsplit('/').zip(path.rsplit('/')).take_while(|(a, b)| a.eq_ignore_ascii_case(b)).count();
            prop_assert_eq!(shared, best);
        }
        for file in &files {
            prop_assert_eq!(&network.resolve(file, &[]).unwrap(), file);
        }
    }

    #[test]
    fn any_text_is_resolved_or_dropped(raw in "\\PC{0,40}", source in "\\PC{0,20}", files in vec("\\PC{0,20}", 0..5)) {
        let _ = Network::new(&files).resolve(&raw, std::slice::from_ref(&source));
        let _ = Network::default().resolve(&raw, &[source]);
    }
}
