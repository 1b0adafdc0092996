//! Ids and diffs as git makes them. The expected texts were made with git itself (`git diff -M`).

use super::{Blob, ChangeKind, Tree, changes, listing, unified};

fn tree(files: &[(&str, &str)]) -> Tree {
    files.iter().map(|(path, text)| ((*path).to_owned(), Blob::new(text.as_bytes()))).collect()
}

fn diff(old: &[(&str, &str)], new: &[(&str, &str)]) -> String {
    String::from_utf8(unified(&changes(&tree(old), &tree(new)))).unwrap()
}

#[test]
fn blobs_and_trees_have_gits_own_ids() {
    assert_eq!(Blob::new(b"hello\n").sha, "ce013625030ba8dba906f756967f9e9ca394464a");
    assert_eq!(listing(&Tree::new())[0].sha, "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
    let mixed = tree(&[("a.b", "1\n"), ("a/c", "2\n"), ("a-b", "3\n"), ("z/y/x", "4\n")]);
    assert_eq!(listing(&mixed)[0].sha, "a115c7916e4df26e34d44d1355e8b74062c3a347");
}

#[test]
fn lines_are_added_removed_and_kept_with_three_lines_of_context() {
    let old: String = (1..=20).map(|line| format!("line {line}\n")).collect();
    let new = old.replace("line 3\n", "").replace("line 18\n", "line 18\nline 18 and a half\n");
    insta::assert_snapshot!(diff(&[("a.txt", &old)], &[("a.txt", &new)]));
}

#[test]
fn files_come_go_and_move() {
    let text = "one\ntwo\nthree\nfour\n";
    let moved = text.replace("two", "zwei");
    let found = diff(
        &[("gone.txt", "x\n"), ("old name.txt", text), ("pure.txt", "same\nsame\n")],
        &[("new.txt", "y\n"), ("new name.txt", &moved), ("moved/pure.txt", "same\nsame\n")],
    );
    insta::assert_snapshot!(found);
}

#[test]
fn a_missing_line_feed_at_the_end_is_told() {
    insta::assert_snapshot!(diff(&[("a", "one\ntwo")], &[("a", "one\ntwo\nthree")]));
}

#[test]
fn unusual_names_are_quoted_and_binary_files_only_differ() {
    insta::assert_snapshot!(diff(&[("b.bin", "\0old")], &[("b.bin", "\0new"), ("größe \"x\".txt", "1\n")]));
}

#[test]
fn an_empty_file_has_a_header_and_no_hunk() {
    insta::assert_snapshot!(diff(&[], &[("empty", "")]));
}

#[test]
fn what_changed_is_counted_by_line() {
    let found = changes(&tree(&[("a", "1\n2\n3\n")]), &tree(&[("a", "1\n3\n4\n5\n")]));
    assert_eq!((found[0].kind, found[0].additions(), found[0].deletions()), (ChangeKind::Modified, 2, 1));
}
