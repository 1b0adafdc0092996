//! Rounding and deltas, with the incumbent's own vectors.

use std::cmp::Ordering;

use proptest::prelude::*;

use super::Rounding::{Down, Nearest, Up};
use super::{Ratio, Rounding, delta};

fn ratio(covered: u64, total: u64) -> Ratio {
    Ratio { covered, total }
}

#[test]
fn percentages_are_rounded_only_for_display() {
    for (covered, total, precision, rounding, text) in [
        (2, 3, 5, Nearest, "66.66667"),
        (2, 3, 2, Down, "66.66"),
        (1, 1, 2, Down, "100.00"),
        (0, 9, 0, Up, "0"),
        (1, 3, 5, Down, "33.33333"),
        (199_999, 200_000, 5, Down, "99.99950"),
        (24_999, 25_000, 2, Down, "99.99"),
        (99_996, 100_000, 2, Down, "99.99"),
        (99_996, 100_000, 2, Up, "100.00"),
        (99_996, 100_000, 2, Nearest, "100.00"),
        (5, 100_000, 2, Down, "0.00"),
        (5, 100_000, 2, Up, "0.01"),
        (5, 100_000, 2, Nearest, "0.00"),
        (15, 100_000, 2, Down, "0.01"),
        (15, 100_000, 2, Up, "0.02"),
        (15, 100_000, 2, Nearest, "0.02"),
        (1, 2, 0, Nearest, "50"),
        (1, 3, 15, Down, "33.333333333333333"),
        (1, 3, 99, Down, "33.333333333333333"),
        (u64::MAX - 1, u64::MAX, 2, Down, "99.99"),
        (5, 3, 1, Down, "100.0"),
    ] {
        assert_eq!(ratio(covered, total).percent(precision, rounding).as_deref(), Some(text), "{covered}/{total}");
    }
    assert_eq!(ratio(0, 0).percent(2, Down), None);
}

#[test]
fn deltas_have_a_sign_and_a_real_minus() {
    for (head, base, rounding, text) in [
        (ratio(1, 2), ratio(1, 2), Down, "+0.00"),
        (ratio(1, 2), ratio(2, 4), Up, "+0.00"),
        (ratio(99_996, 100_000), ratio(1, 1), Down, "−0.01"),
        (ratio(99_996, 100_000), ratio(1, 1), Up, "−0.00"),
        (ratio(99_996, 100_000), ratio(1, 1), Nearest, "−0.00"),
        (ratio(5, 100_000), ratio(0, 1), Down, "+0.00"),
        (ratio(5, 100_000), ratio(0, 1), Up, "+0.01"),
        (ratio(5, 100_000), ratio(0, 1), Nearest, "+0.00"),
        (ratio(15, 100_000), ratio(0, 1), Nearest, "+0.02"),
        (ratio(1, 1), ratio(0, 7), Down, "+100.00"),
        (ratio(0, 7), ratio(1, 1), Down, "−100.00"),
        (ratio(u64::MAX, u64::MAX), ratio(1, u64::MAX), Down, "+99.99"),
    ] {
        assert_eq!(delta(head, base, 2, rounding).as_deref(), Some(text), "{head:?} {base:?} {rounding:?}");
    }
    assert_eq!(delta(ratio(1, 2), ratio(0, 0), 2, Down), None);
    assert_eq!(delta(ratio(1, 2), ratio(1, 3), 0, Down).as_deref(), Some("+16"));
}

#[test]
fn comparison_is_exact_where_floating_point_is_not() {
    let (a, b) = (ratio(u64::MAX - 1, u64::MAX), ratio(u64::MAX - 2, u64::MAX - 1));
    assert_eq!(a.compare(&b), Some(Ordering::Greater));
    assert_eq!(ratio(1, 2).compare(&ratio(2, 4)), Some(Ordering::Equal));
    assert_eq!(ratio(1, 2).compare(&ratio(0, 0)), None);
    assert!(ratio(3, 3).is_full() && !ratio(2, 3).is_full() && !ratio(0, 0).is_full());
}

fn rounding() -> impl Strategy<Value = Rounding> {
    prop_oneof![Just(Down), Just(Up), Just(Nearest)]
}

proptest! {
    #[test]
    fn a_rounded_percentage_is_within_one_last_digit(total in 1..1_000_000_u64, part in 0..=1000_u64, rounding in rounding()) {
        let covered = total * part / 1000;
        let shown: f64 = ratio(covered, total).percent(3, rounding).unwrap().parse().unwrap();
        let exact = covered as f64 * 100.0 / total as f64;
        prop_assert!((shown - exact).abs() < 0.001 + 1e-9, "{} {}", shown, exact);
    }

    #[test]
    fn any_two_ratios_have_a_delta(a in any::<u64>(), b in any::<u64>(), c in 1..=u64::MAX, d in 1..=u64::MAX, p in any::<u8>(), rounding in rounding()) {
        let (head, base) = (ratio(a % c, c), ratio(b % d, d));
        prop_assert!(delta(head, base, p, rounding).is_some());
        let there = delta(head, base, 4, Down).unwrap();
        let back = delta(base, head, 4, Up).unwrap();
        prop_assert_eq!(there.trim_start_matches(['+', '−']), back.trim_start_matches(['+', '−']));
    }
}
