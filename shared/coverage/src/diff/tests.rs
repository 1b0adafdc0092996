//! Diffs as git and GitHub write them, and as nobody should.

use proptest::collection::vec;
use proptest::prelude::*;

use super::{Diff, DiffError, DiffFile};

fn shown(text: &str) -> String {
    let diff = Diff::parse(text.as_bytes()).unwrap();
    let file = |file: &DiffFile| {
        let name = |side: &Option<String>| side.clone().unwrap_or("-".to_owned());
        let added: Vec<_> = file.added().map(|range| format!("{}-{}", range.start(), range.end())).collect();
        let binary = if file.binary { " binary" } else { "" };
        format!("{} => {}{binary} +[{}]\n", name(&file.old), name(&file.new), added.join(" "))
    };
    diff.files.iter().map(file).collect()
}

#[test]
fn git_and_githubs_forms_are_read() {
    insta::assert_snapshot!(shown(r#"diff --git a/src/a.rs b/src/a.rs
index 1111111..2222222 100644
--- a/src/a.rs
+++ b/src/a.rs
@@ -1,4 +1,5 @@ fn head() {
 one
-two
+2
+two and a half
 three
 four
@@ -10 +11,2 @@
-ten
+10
+10.5
\ No newline at end of file
diff --git a/new file.txt b/new file.txt
new file mode 100644
index 0000000..1111111
--- /dev/null
+++ b/new file.txt	
@@ -0,0 +1,2 @@
+a
+b
diff --git a/gone.rs b/gone.rs
deleted file mode 100644
index 1111111..0000000
--- a/gone.rs
+++ /dev/null
@@ -1,2 +0,0 @@
-a
-b
\ No newline at end of file
diff --git a/old name.rs b/dir/new name.rs
similarity index 90%
rename from old name.rs
rename to dir/new name.rs
index 1111111..2222222 100644
--- a/old name.rs	
+++ b/dir/new name.rs	
@@ -5,0 +6 @@ x
+six
diff --git a/moved b/there/moved
similarity index 100%
rename from moved
rename to there/moved
diff --git a/run.sh b/run.sh
old mode 100644
new mode 100755
diff --git a/with b/c and space b/with b/c and space
old mode 100644
new mode 100755
diff --git a/logo.png b/logo.png
index 1111111..2222222 100644
Binary files a/logo.png and b/logo.png differ
diff --git a/icon.png b/icon.png
new file mode 100644
index 0000000..1111111
GIT binary patch
literal 12
Tcmd;MWM*V!W#<9{00961

literal 0
HcmV?d00001

diff --git a/empty b/empty
new file mode 100644
index 0000000..e69de29
diff --git a/src/a.rs b/src/copy.rs
similarity index 100%
copy from src/a.rs
copy to src/copy.rs
diff --git "a/caf\303\251 \"q\"\\.rs" "b/caf\303\251 \"q\"\\.rs"
index 1111111..2222222 100644
--- "a/caf\303\251 \"q\"\\.rs"
+++ "b/caf\303\251 \"q\"\\.rs"
@@ -1 +1 @@
-a
+b
"#), @r#"
    src/a.rs => src/a.rs +[2-3 11-12]
    - => new file.txt +[1-2]
    gone.rs => - +[]
    old name.rs => dir/new name.rs +[6-6]
    moved => there/moved +[]
    run.sh => run.sh +[]
    with b/c and space => with b/c and space +[]
    logo.png => logo.png binary +[]
    - => icon.png binary +[]
    - => empty +[]
    src/a.rs => src/copy.rs +[]
    café "q"\.rs => café "q"\.rs +[1-1]
    "#);
}

#[test]
fn content_that_looks_like_headers_is_content() {
    insta::assert_snapshot!(shown("diff --git a/q.sql b/q.sql
--- a/q.sql
+++ b/q.sql
@@ -1,3 +1,4 @@
--- a comment of SQL
-diff --git a/x b/x
 @@ -1 +1 @@
+++ b/added
+-- another
+@@ -9,9 +9,9 @@
diff --git a/b.c b/b.c
--- a/b.c
+++ b/b.c
@@ -1 +1 @@
-a
+b
"), @"
    q.sql => q.sql +[2-4]
    b.c => b.c +[1-1]
    ");
}

#[test]
fn plain_unified_diffs_and_windows_line_ends_are_read() {
    insta::assert_snapshot!(shown("--- a.txt\t2024-01-01 00:00:00\r\n+++ a.txt\t2024-01-02 00:00:00\r\n@@ -1,2 +1,3 @@\r\n x\r\n\r\n+y\r\n--- /dev/null\r\n+++ b.txt\r\n@@ -0,0 +1 @@\r\n+z\r\n"), @"
    a.txt => a.txt +[3-3]
    - => b.txt +[1-1]
    ");
}

#[test]
fn what_cannot_be_trusted_is_an_error_and_never_an_empty_patch() {
    let head = "diff --git a/a b/a\n--- a/a\n+++ b/a\n";
    for (text, error) in [
        (format!("{head}@@ -1,3 +1,3 @@\n a\n"), DiffError::Truncated { line: 5 }),
        (format!("{head}@@ -1 +1,2 @@\n"), DiffError::Truncated { line: 4 }),
        (head.to_owned(), DiffError::Truncated { line: 3 }),
        ("diff --git a/a b/a\nindex 1..2 100644\n".to_owned(), DiffError::Truncated { line: 2 }),
        (format!("{head}@@ -1 +1 @@\n-a\n+b\n--- a/b\n"), DiffError::Truncated { line: 7 }),
        (format!("{head}@@ -1,1 +1,1 @@\n*a\n"), DiffError::Malformed { line: 5 }),
        (format!("{head}@@ -1,1 +1,1 @@\n+a\n+b\n"), DiffError::Malformed { line: 6 }),
        (format!("{head}@@ -x +1 @@\n"), DiffError::Malformed { line: 4 }),
        (format!("{head}@@ -4294967295,9 +1 @@\n"), DiffError::Malformed { line: 4 }),
        (format!("{head}@@ -9 +9 @@\n-a\n+b\n@@ -1 +1 @@\n-a\n+b\n"), DiffError::Malformed { line: 7 }),
        ("@@ -1 +1 @@\n-a\n+b\n".to_owned(), DiffError::Malformed { line: 1 }),
        ("diff --cc a\n@@@ -1,1 -1,1 +1,1 @@@\n".to_owned(), DiffError::Malformed { line: 1 }),
        ("<html>Unicorn!</html>".to_owned(), DiffError::Malformed { line: 1 }),
    ] {
        assert_eq!(Diff::parse(text.as_bytes()), Err(error), "{text}");
    }
    assert_eq!(Diff::parse(b"").unwrap(), Diff::default());
    insta::assert_snapshot!(DiffError::Truncated { line: 7 }, @"the diff breaks off inside a hunk, at line 7");
}

#[test]
fn old_lines_are_found_in_the_new_file() {
    let text =
        "--- a/a\n+++ b/a\n@@ -3,3 +3,4 @@\n c\n-d\n+D\n+D2\n e\n@@ -8,0 +10 @@\n+x\n@@ -12,2 +13,0 @@\n-m\n-n\n";
    let diff = Diff::parse(text.as_bytes()).unwrap();
    let alignment = diff.file("a").unwrap().alignment();
    let moved: Vec<_> = (1..=15).map(|old| alignment.new_line(old)).collect();
    let expected = [1, 2, 3, 0, 6, 7, 8, 9, 11, 12, 13, 0, 0, 14, 15].map(|new| (new > 0).then_some(new));
    assert_eq!(moved, expected);
    assert_eq!(DiffFile::default().alignment().new_line(u32::MAX), Some(u32::MAX));
}

#[test]
fn submodules_links_and_modes_change_no_measured_line() {
    let text = "diff --git a/vendor/lib b/vendor/lib
index 1111111..2222222 160000
--- a/vendor/lib
+++ b/vendor/lib
@@ -1 +1 @@
-Subproject commit 1111111111111111111111111111111111111111
+Subproject commit 2222222222222222222222222222222222222222
diff --git a/link b/link
deleted file mode 120000
index 3333333..0000000
--- a/link
+++ /dev/null
@@ -1 +0,0 @@
-target
\\ No newline at end of file
diff --git a/link b/link
new file mode 100644
index 0000000..4444444
--- /dev/null
+++ b/link
@@ -0,0 +1,2 @@
+a
+b
\\ No newline at end of file
diff --git a/run.sh b/run.sh
old mode 100644
new mode 100755
index 5555555..6666666
--- a/run.sh
+++ b/run.sh
@@ -2 +2 @@ set -e
-a
\\ No newline at end of file
+b
";
    insta::assert_snapshot!(shown(text), @"
    vendor/lib => vendor/lib +[1-1]
    link => - +[]
    - => link +[1-2]
    run.sh => run.sh +[2-2]
    ");
}

#[test]
fn windows_line_ends_inside_a_diff_are_part_of_the_lines() {
    let text = "diff --git a/a.cs b/a.cs\n--- a/a.cs\n+++ b/a.cs\n@@ -1,3 +1,4 @@\n a\r\n-b\r\n+\r\n+c\r\n d\r\n";
    assert_eq!(shown(text).trim(), "a.cs => a.cs +[2-3]");
    assert_eq!(shown(&text.replace("@@\n", "@@\r\n")).trim(), "a.cs => a.cs +[2-3]");
}

#[test]
fn a_diff_whose_last_line_feed_a_shell_took_off_is_whole() {
    let hunk = "--- a/a\n+++ b/a\n@@ -1 +1 @@\n-a\n+b";
    for text in [
        hunk.to_owned(),
        format!("{hunk}\n\\ No newline at end of file"),
        format!("{hunk}\n-- \n2.39.2"),
        format!("{hunk}\ndiff --git a/x b/y\nsimilarity index 100%\nrename from x\nrename to y"),
        format!("{hunk}\ndiff --git a/x b/x\nold mode 100644\nnew mode 100755"),
    ] {
        assert!(Diff::parse(text.as_bytes()).is_ok(), "{text}");
    }
    for cut in [
        "d",
        "diff --gi",
        "diff --git a/x b",
        "diff --git a/x b/x\nold mode 100644",
        "diff --git a/x b/y\nrename from x",
    ] {
        let text = format!("{hunk}\n{cut}");
        assert!(matches!(Diff::parse(text.as_bytes()), Err(DiffError::Truncated { .. })), "{text}");
    }
}

#[test]
fn three_thousand_files_are_read_in_one_go() {
    let one = |number: u32| {
        format!(
            "diff --git a/src/{number}.rs b/src/{number}.rs\nindex 1..2 100644\n--- a/src/{number}.rs\n+++ b/src/{number}.rs\n\
             @@ -10,7 +10,8 @@ fn f() {{\n a\n b\n c\n-d\n+e\n+f\n g\n h\n i\n"
        )
    };
    let text: String = (0..3_000).map(one).collect();
    let diff = Diff::parse(text.as_bytes()).unwrap();
    assert_eq!(diff.files.len(), 3_000);
    assert!(diff.files.iter().all(|file| file.added().eq([13..=14]) && file.removed().eq([13..=13])));
    // Cut anywhere, it is not taken for a whole one, unless the cut is between two files or in a last line.
    let whole: Vec<usize> = (0..=3).map(|count| (0..count).map(|file| one(file).len()).sum()).collect();
    for end in 1..=whole[3] {
        let cut = Diff::parse(&text.as_bytes()[..end]);
        let complete = whole.iter().any(|file| (file.saturating_sub(2)..=*file).contains(&end));
        assert_eq!(cut.is_ok(), complete, "{end}: {:?}", std::str::from_utf8(&text.as_bytes()[..end]));
    }
}

/// A file of short lines, and another one made from it, with the diff between them.
fn edit() -> impl Strategy<Value = (Vec<u8>, Vec<(u8, u8)>)> {
    let lines = vec(b'a'..=b'e', 0..30);
    // What happens at each old line: kept, removed, or lines added before it.
    lines.prop_flat_map(|lines| {
        let count = lines.len() + 1;
        (Just(lines), vec((0..5_u8, 0..3_u8), count))
    })
}

proptest! {
    #[test]
    fn any_bytes(bytes in vec(any::<u8>(), 0..300)) {
        let _ = Diff::parse(&bytes);
    }

    #[test]
    fn anything_that_looks_like_a_diff(text in "((diff --git |--- |\\+\\+\\+ |@@ -|rename to |\"a/|\\\\|[ +-])[a1,\"\\\\ @/+-]{0,9}\n){0,12}") {
        if let Ok(diff) = Diff::parse(text.as_bytes()) {
            for file in &diff.files {
                let alignment = file.alignment();
                let _ = [0, 1, 5, u32::MAX].map(|line| alignment.new_line(line));
                file.added().for_each(|range| assert!(range.start() <= range.end()));
            }
        }
    }

    #[test]
    fn a_generated_diff_gives_back_its_own_edits((old, edits) in edit()) {
        let (mut body, mut expected_added, mut expected_moved) = (String::new(), Vec::new(), Vec::new());
        let (mut old_count, mut new_line) = (0_u32, 1_u32);
        for (at, (fate, added)) in edits.iter().enumerate() {
            for _ in 0..*added {
                body.push_str("+-- new\n");
                expected_added.push(new_line);
                new_line += 1;
            }
            if let Some(letter) = old.get(at) {
                old_count += 1;
                let kept = *fate > 0;
                body.push_str(&format!("{}{}\n", if kept { ' ' } else { '-' }, *letter as char));
                expected_moved.push(kept.then_some(new_line));
                new_line += u32::from(kept);
            }
        }
        prop_assume!(!body.is_empty());
        // git names the line before an empty side.
        let start = |count: u32| u32::from(count > 0);
        let text = format!("--- a/f\n+++ b/f\n@@ -{},{old_count} +{},{} @@\n{body}", start(old_count), start(new_line - 1), new_line - 1);
        let diff = Diff::parse(text.as_bytes()).unwrap();
        let added: Vec<u32> = diff.files[0].added().flatten().collect();
        prop_assert_eq!(added, expected_added);
        let alignment = diff.files[0].alignment();
        let moved: Vec<_> = (1..=old_count).map(|line| alignment.new_line(line)).collect();
        prop_assert_eq!(moved, expected_moved);
    }
}
