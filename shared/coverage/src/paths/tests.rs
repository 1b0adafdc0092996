//! Where report paths lead, with the incumbent's own vectors.

use proptest::collection::vec;
use proptest::prelude::*;

use std::borrow::Cow;

use super::{DropReason, Network, NoRules, Resolved, Resolver, Rules, Sources, Tries};

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
        ("/data/lib/x/a.c", "lib/x/a.c"),
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
    use DropReason::{Absolute, Ambiguous, Invalid, Outside, Unknown};
    let told: String = [Outside, Unknown, Ambiguous, Absolute, Invalid]
        .map(|reason| format!("{}\n", super::Dropped { path: "a`b.rs".to_owned(), reason }))
        .concat();
    insta::assert_snapshot!(told, @"
    `a'b.rs`: the file belongs to the system, a toolchain or an installed package
    `a'b.rs`: the path is not in the repository
    `a'b.rs`: several files of the repository end in this path
    `a'b.rs`: the path is absolute, and no list of the repository's files came with the upload
    `a'b.rs`: the path is empty, too long or leads out of the repository
    ");
}

#[test]
fn what_belongs_to_the_machine_is_no_file_of_the_repository() {
    let listed =
        Network::new(["bits/stl_vector.h", "src/widgets/a.py", "widgets/utils/b.py", "lib/index.js", "rustc/x.rs"]);
    for (raw, with_list, without) in [
        ("/usr/include/c++/12/bits/stl_vector.h", "! outside-repository", "! outside-repository"),
        ("/usr/lib/gcc/x86_64-linux-gnu/12/include/emmintrin.h", "! outside-repository", "! outside-repository"),
        ("C:\\Program Files\\MSVC\\include\\bits\\stl_vector.h", "! outside-repository", "! outside-repository"),
        ("/rustc/5980761/library/core/src/x.rs", "! outside-repository", "! outside-repository"),
        ("/home/me/go/pkg/mod/github.com/x/y@v1.2.3/lib/index.js", "! outside-repository", "! outside-repository"),
        ("/home/runner/work/w/w/node_modules/left-pad/lib/index.js", "! outside-repository", "! outside-repository"),
        ("node_modules/left-pad/index.js", "! outside-repository", "! outside-repository"),
        ("/usr/lib/python3/dist-packages/pip/utils/b.py", "! outside-repository", "! outside-repository"),
        // tox runs the tests against the project as it is installed; the incumbent finds it there too.
        (".tox/py/lib/python3.11/site-packages/widgets/a.py", "src/widgets/a.py", "! outside-repository"),
        ("/w/venv/lib/python3.11/site-packages/widgets/utils/b.py", "widgets/utils/b.py", "! outside-repository"),
        ("rustc/x.rs", "rustc/x.rs", "rustc/x.rs"),
        ("/usr/includes/widgets/utils/b.py", "widgets/utils/b.py", "! absolute-path"),
    ] {
        assert_eq!(resolve(&listed, raw, &[]), with_list, "{raw}");
        assert_eq!(resolve(&Network::default(), raw, &[]), without, "{raw} without a list");
    }
    let vendored = Network::new(["node_modules/ours/index.js"]);
    assert_eq!(resolve(&vendored, "/builds/g/w/node_modules/ours/index.js", &[]), "node_modules/ours/index.js");
}

#[test]
fn modules_of_go_java_and_kotlin_find_their_files() {
    let network = Network::new([
        "pkg/x.go",
        "main.go",
        "v3/pkg/x.go",
        "core/src/main/java/com/acme/A.java",
        "web/src/main/java/com/acme/A.java",
        "core/src/main/java/com/acme/Only.java",
        "tools/deep/core/src/main/kotlin/com/acme/A.java",
        "app/src/main/kotlin/Main.kt",
        "app/src/main/kotlin/util/Text.kt",
        "scripts/Odd.kt",
    ]);
    for (raw, expected) in [
        ("github.com/acme/widgets/v2/main.go", "main.go"),
        ("github.com/acme/widgets/v2/pkg/x.go", "pkg/x.go"),
        ("github.com/acme/widgets/v3/pkg/x.go", "v3/pkg/x.go"),
        ("example.com/widgets/pkg/x.go", "pkg/x.go"),
        ("com/acme/Only.java", "core/src/main/java/com/acme/Only.java"),
        ("com/acme/A.java", "! ambiguous-path"),
        ("web/com/acme/A.java", "web/src/main/java/com/acme/A.java"),
        ("core/com/acme/A.java", "! ambiguous-path"),
        ("deep/core/com/acme/A.java", "tools/deep/core/src/main/kotlin/com/acme/A.java"),
        ("com/acme/app/Main.kt", "app/src/main/kotlin/Main.kt"),
        ("com/acme/app/util/Text.kt", "app/src/main/kotlin/util/Text.kt"),
        ("com/acme/app/Odd.kt", "! unknown-path"),
    ] {
        assert_eq!(resolve(&network, raw, &[]), expected, "{raw}");
    }
}

#[test]
fn a_report_beside_the_code_says_which_of_several_is_meant() {
    let network = Network::new(["api/src/index.ts", "web/src/index.ts", "web/src/a.ts", "a.ts"]);
    for (report, raw, expected) in [
        ("/home/runner/work/w/w/web/coverage/lcov.info", "src/index.ts", Some("web/src/index.ts")),
        ("/home/runner/work/w/w/api/coverage/lcov.info", "src/index.ts", Some("api/src/index.ts")),
        ("web/lcov.info", "index.ts", None),
        ("web/src/lcov.info", "index.ts", Some("web/src/index.ts")),
        ("lcov.info", "src/index.ts", None),
        // What is there as it stands is meant as it stands.
        ("/home/runner/work/w/w/web/src/lcov.info", "a.ts", Some("a.ts")),
    ] {
        let found = network.resolve_below(raw, &Sources::default().of_report(report), &Tries::default());
        assert_eq!(found.ok().as_deref(), expected, "{raw} in {report}");
    }
}

#[test]
fn folders_are_not_tried_without_end() {
    let network = Network::new(["lib/src/a.c", "b.c"]);
    let sources = Sources::new(&["/strange/lib/src".to_owned()]);
    let tries = Tries::default();
    assert_eq!(network.resolve_below("a.c", &sources, &tries).unwrap(), "lib/src/a.c");
    while tries.take() {}
    assert_eq!(network.resolve_below("b.c", &sources, &tries).unwrap(), "b.c");
    assert_eq!(network.resolve_below("src/a.c", &sources, &tries).unwrap(), "lib/src/a.c");
}

/// `/build/` comes off, `src/` goes in front, `gen` is ignored.
struct House {
    exact_only: bool,
}

impl Rules for House {
    fn replaced<'p>(&self, path: &'p str) -> Cow<'p, str> {
        path.strip_prefix("/build/").unwrap_or(path).into()
    }

    fn prefixed<'p>(&self, path: &'p str) -> Cow<'p, str> {
        if path.starts_with("src/") { path.into() } else { format!("src/{path}").into() }
    }

    fn ignored(&self, path: &str) -> bool {
        path.contains("gen/")
    }

    fn exact_only(&self) -> bool {
        self.exact_only
    }
}

fn by_rules(network: &Network, rules: &dyn Rules, raw: &str) -> String {
    match Resolver::new(network, rules).resolve(raw, &Sources::default()) {
        Ok(Resolved::Found(path)) => path,
        Ok(Resolved::Ignored) => "ignored".to_owned(),
        Err(dropped) => {
            assert_eq!(dropped.path, raw);
            format!("! {}", dropped.reason.code())
        }
    }
}

#[test]
fn the_repositorys_own_rules_come_first() {
    let whole = Network::new(["src/a.rs", "a.rs", "lib/b.rs", "src/gen/c.rs"]);
    let folder = Network::new(["a.rs", "lib/b.rs"]);
    let none = Network::default();
    for (raw, of_whole, of_folder, of_none) in [
        ("a.rs", "src/a.rs", "src/a.rs", "src/a.rs"),
        ("./a.rs", "src/a.rs", "src/a.rs", "src/a.rs"),
        ("/build/a.rs", "src/a.rs", "src/a.rs", "src/a.rs"),
        ("/build/lib/b.rs", "lib/b.rs", "src/lib/b.rs", "src/lib/b.rs"),
        ("gen/c.rs", "ignored", "! unknown-path", "ignored"),
        ("/build/./gen//c.rs", "ignored", "! unknown-path", "ignored"),
        ("/other/deep/lib/b.rs", "lib/b.rs", "src/lib/b.rs", "! absolute-path"),
    ] {
        let house = House { exact_only: false };
        assert_eq!(by_rules(&whole, &house, raw), of_whole, "{raw}");
        assert_eq!(by_rules(&folder, &house, raw), of_folder, "{raw} below a folder");
        assert_eq!(by_rules(&none, &house, raw), of_none, "{raw} without a list");
    }
    let exact = House { exact_only: true };
    assert_eq!(by_rules(&whole, &exact, "/build/lib/b.rs"), "lib/b.rs");
    assert_eq!(by_rules(&whole, &exact, "/other/deep/lib/b.rs"), "! unknown-path");
    assert_eq!(by_rules(&whole, &NoRules, "gen/c.rs"), "src/gen/c.rs");
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
