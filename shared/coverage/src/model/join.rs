//! Several coverages of one file becoming one.
//!
//! The usual case is uploads of the same build: the same lines, the same arms. Marks tell that without a look at the
//! columns, and then a merge is a vector addition over all of them at once, with the column of line numbers shared.
//! Everything else is joined in pairs, and pairs of pairs, so that a thousand small sections of a file cost its size
//! times ten and not times a thousand.

use std::sync::Arc;

use super::{BranchRows, Columns, FileReport, Functions, Repeat};

/// How many lines of all uploads are added before the next ones: what stays in the first-level cache.
const STRIDE: usize = 2048;

/// All of them together under the first one's path. `None` for none.
pub(crate) fn join(files: &[&FileReport], repeat: Repeat) -> Option<FileReport> {
    let (first, rest) = files.split_first()?;
    if rest.is_empty() {
        return Some((*first).clone());
    }
    let (numbers, hits) = match repeat {
        Repeat::Add => lines(files, u32::saturating_add),
        Repeat::Largest => lines(files, u32::max),
    };
    let branches = branches(files);
    let functions: Vec<Functions> =
        files.iter().filter_map(|file| file.columns().functions.as_deref()).cloned().collect();
    let functions = pairwise(functions, |a, b| a.joined(b, repeat.both())).map(Box::new);
    Some(FileReport::new(first.path(), Columns { numbers, hits, branches, functions }))
}

type Lines = (Arc<[u32]>, Vec<u32>);

fn lines(files: &[&FileReport], both: impl Fn(u32, u32) -> u32 + Copy) -> Lines {
    let first = files[0];
    if files.iter().all(|file| file.has_lines_of(first)) {
        return (Arc::clone(&first.columns().numbers), added(files, both));
    }
    let all = files.iter().map(|file| (Arc::clone(&file.columns().numbers), file.columns().hits.clone())).collect();
    pairwise(all, |a, b| two(a, b, both)).unwrap_or_default()
}

fn added(files: &[&FileReport], both: impl Fn(u32, u32) -> u32) -> Vec<u32> {
    let mut out = files[0].columns().hits.clone();
    for (index, sums) in out.chunks_mut(STRIDE).enumerate() {
        let start = index * STRIDE;
        for file in &files[1..] {
            let hits = &file.columns().hits[start..start + sums.len()];
            sums.iter_mut().zip(hits).for_each(|(sum, hits)| *sum = both(*sum, *hits));
        }
    }
    out
}

fn two(a: &Lines, b: &Lines, both: impl Fn(u32, u32) -> u32) -> Lines {
    if a.0 == b.0 {
        let hits = a.1.iter().zip(&b.1).map(|(a, b)| both(*a, *b)).collect();
        return (Arc::clone(&a.0), hits);
    }
    let mut numbers = Vec::with_capacity(a.0.len().max(b.0.len()));
    let mut hits = Vec::with_capacity(numbers.capacity());
    let (mut left, mut right) = (0, 0);
    while left < a.0.len() && right < b.0.len() {
        let (x, y) = (a.0[left], b.0[right]);
        numbers.push(x.min(y));
        hits.push(if x == y {
            both(a.1[left], b.1[right])
        } else if x < y {
            a.1[left]
        } else {
            b.1[right]
        });
        left += usize::from(x <= y);
        right += usize::from(y <= x);
    }
    numbers.extend_from_slice(&a.0[left..]);
    hits.extend_from_slice(&a.1[left..]);
    numbers.extend_from_slice(&b.0[right..]);
    hits.extend_from_slice(&b.1[right..]);
    (numbers.into(), hits)
}

fn branches(files: &[&FileReport]) -> BranchRows {
    let mut with = files.iter().filter(|file| file.columns().branches.len() > 0).copied();
    let Some(first) = with.next() else { return BranchRows::default() };
    let rest: Vec<&FileReport> = with.collect();
    if first.arms_mark().is_some() && rest.iter().all(|file| file.arms_mark() == first.arms_mark()) {
        let mut rows = first.columns().branches.clone();
        rest.iter().for_each(|file| rows.take_arms(&file.columns().branches));
        return rows;
    }
    let all = std::iter::once(first).chain(rest).map(|file| file.columns().branches.clone()).collect();
    pairwise(all, BranchRows::joined).unwrap_or_default()
}

/// One out of many, by rounds of pairs.
fn pairwise<T>(mut all: Vec<T>, join: impl Fn(&T, &T) -> T) -> Option<T> {
    while all.len() > 1 {
        let mut joined = Vec::with_capacity(all.len().div_ceil(2));
        let mut rest = all.into_iter();
        while let Some(left) = rest.next() {
            joined.push(match rest.next() {
                Some(right) => join(&left, &right),
                None => left,
            });
        }
        all = joined;
    }
    all.pop()
}
