//! In which order deliveries come, and which of them come twice.

use crate::mix::scattered;

/// Every one of `count` deliveries once, and a tenth of them once more; shuffled. Of the doubled ones every other comes
/// right after its first copy, so that both are on their way at once; the rest come any time before or after.
pub(crate) fn doubled_and_shuffled(count: usize) -> Vec<u32> {
    let number = |index: usize| u32::try_from(index).expect("far fewer than four billion");
    let far = (0..count).filter(|index| index % 20 == 7).map(number);
    let mut order: Vec<u32> = (0..count).map(number).chain(far).collect();
    for last in (1..order.len()).rev() {
        let other = scattered(last as u64 ^ 0xd15c) as usize % (last + 1);
        order.swap(last, other);
    }
    order.into_iter().flat_map(|index| std::iter::repeat_n(index, if index % 20 == 13 { 2 } else { 1 })).collect()
}

/// How often delivery `index` comes.
pub(crate) fn copies(index: usize) -> usize {
    1 + usize::from(matches!(index % 20, 7 | 13))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_delivery_comes_as_often_as_it_should_and_in_no_order() {
        let order = doubled_and_shuffled(2_000);
        assert_eq!(order.len(), 2_200);
        let mut seen = vec![0; 2_000];
        order.iter().for_each(|index| seen[*index as usize] += 1);
        assert!(seen.iter().enumerate().all(|(index, times)| *times == copies(index)));
        assert!(!order.is_sorted());
    }
}
