//! What is known of one line's branches, eight bytes a fact, and how two uploads' facts become one.
//!
//! Formats differ in what they tell. LCOV names every arm. coverage.py's Cobertura gives a total and names the arms
//! that are missing. Everybody else's Cobertura gives two numbers. Each kind has a join of its own (arm-wise OR,
//! intersection of the missing, the better of the two) and a line keeps the kinds side by side, so merging is a
//! product of joins: commutative, associative and idempotent by construction. [`Row::summary`] makes the numbers.
//!
//! A [`Fact`] is a tagged word; sorted words are the canonical form of a row.

use twox_hash::XxHash3_64;

use super::Branches;
use super::ids::{named, number};

const TAG_SHIFT: u32 = 62;
const COUNT: u64 = 1;
const MISSING_TOTAL: u64 = 2;
const MISSING_ARM: u64 = 3;

const COUNTER_BITS: u32 = 30;
const COUNTER_MASK: u64 = (1 << COUNTER_BITS) - 1;
const APPROXIMATE: u64 = 1 << (2 * COUNTER_BITS);
const ID_MASK: u64 = (1 << 61) - 1;
/// One fact: an arm and whether it was taken, a pair of counts, a total of which some are missing, a missing arm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Fact(u64);

/// A [`Fact`] taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum View {
    /// A named arm. The id has 61 bits.
    Arm { id: u64, taken: bool },
    /// Two numbers of 30 bits.
    Count { taken: u32, total: u32, approximate: bool },
    /// How many arms there are, of which those named next are missing.
    MissingTotal { total: u32, approximate: bool },
    /// A missing arm. The id has 61 bits.
    Missing { id: u64 },
}

impl Fact {
    /// An arm of branch point `block`, both as the report writes them. Numbers keep their value (61 bits hold any that
    /// a tool writes); text, such as coverage.py's "jump to line 6", is hashed.
    pub(crate) fn arm(block: &[u8], arm: &[u8], taken: bool) -> Fact {
        let id = match (number(block), number(arm)) {
            (Some(block), Some(arm)) if block < 1 << 40 && arm < 1 << 16 => block << 16 | arm,
            _ => named(XxHash3_64::oneshot(block), arm),
        };
        Fact(id << 1 | u64::from(taken))
    }

    /// [`Fact::arm`] for names that are numbers already. Arms from 65,535 on are one arm.
    pub(crate) fn numbered(block: u32, arm: u32, taken: bool) -> Fact {
        Fact((u64::from(block) << 16 | u64::from(arm.min(0xFFFF))) << 1 | u64::from(taken))
    }

    /// `taken` of `total` arms, and no telling which.
    pub(crate) fn count(taken: u32, total: u32) -> Fact {
        let total = u64::from(total).min(COUNTER_MASK);
        Fact(COUNT << TAG_SHIFT | total << COUNTER_BITS | u64::from(taken).min(total))
    }

    /// `total` arms; those missing follow as [`Fact::missing`].
    pub(crate) fn missing_total(total: u32) -> Fact {
        Fact(MISSING_TOTAL << TAG_SHIFT | u64::from(total).min(COUNTER_MASK) << COUNTER_BITS)
    }

    /// An arm that was not taken, named by its destination.
    pub(crate) fn missing(name: &[u8]) -> Fact {
        let id = number(name).filter(|id| *id < 1 << 32).unwrap_or_else(|| named(0, name));
        Fact(MISSING_ARM << TAG_SHIFT | id)
    }

    pub(crate) fn word(self) -> u64 {
        self.0
    }

    /// The fact taken apart, for writing it down.
    pub(crate) fn view(self) -> View {
        let id = self.0 & ID_MASK;
        match self.tag() {
            COUNT => {
                View::Count { taken: clamp(self.low()), total: clamp(self.high()), approximate: self.approximate() }
            }
            MISSING_TOTAL => View::MissingTotal { total: clamp(self.high()), approximate: self.approximate() },
            MISSING_ARM => View::Missing { id },
            _ => View::Arm { id: self.arm_id(), taken: self.0 & 1 == 1 },
        }
    }

    /// The inverse of [`Fact::view`]; `None` for what no fact can be.
    pub(crate) fn from_view(view: View) -> Option<Fact> {
        let fact = match view {
            View::Arm { id, taken } => Fact((id & ID_MASK) << 1 | u64::from(taken)),
            View::Count { taken, total, approximate } => Fact::count(taken, total).flagged(approximate),
            View::MissingTotal { total, approximate } => Fact::missing_total(total).flagged(approximate),
            View::Missing { id } => Fact(MISSING_ARM << TAG_SHIFT | id & ID_MASK),
        };
        (fact.view() == view).then_some(fact)
    }

    fn tag(self) -> u64 {
        self.0 >> TAG_SHIFT
    }

    pub(super) fn is_arm(self) -> bool {
        self.tag() == 0
    }

    pub(super) fn is_count(self) -> bool {
        self.tag() == COUNT
    }

    /// Whether a normal row may go on with `next` behind this fact.
    pub(super) fn is_before(self, next: Fact) -> bool {
        self < next && !same_arm(self, next)
    }

    /// Of two counts on the same line.
    pub(super) fn counts_with(self, other: Fact) -> Fact {
        join_counts(self, other)
    }

    /// Of two facts on the same arm.
    pub(super) fn either(self, other: Fact) -> Fact {
        Fact(self.0 | other.0 & 1)
    }

    fn arm_id(self) -> u64 {
        self.0 >> 1
    }

    fn low(self) -> u64 {
        self.0 & COUNTER_MASK
    }

    fn high(self) -> u64 {
        self.0 >> COUNTER_BITS & COUNTER_MASK
    }

    fn approximate(self) -> bool {
        self.0 & APPROXIMATE != 0
    }

    fn flagged(self, approximate: bool) -> Fact {
        if approximate { Fact(self.0 | APPROXIMATE) } else { self }
    }
}

/// The facts of one line, canonical.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'a>(pub(crate) &'a [Fact]);

impl<'a> Row<'a> {
    /// Sorts the facts a parser collected for one line and folds repeated arms. Repeated counts cannot occur: parsers
    /// that have counts make one row for each.
    pub(crate) fn normalise(facts: &mut Vec<Fact>) {
        if Row(facts).is_normal() {
            return;
        }
        facts.sort_unstable();
        // A taken arm sorts after the same arm untaken, so the later of the two is their OR.
        facts.dedup_by(|next, kept| {
            let same = next == kept || same_arm(*next, *kept);
            if same {
                *kept = *next;
            }
            same
        });
    }

    /// Whether [`Row::normalise`] has nothing to do.
    pub(crate) fn is_normal(self) -> bool {
        self.0.windows(2).all(|pair| pair[0].is_before(pair[1]))
    }

    /// Appends the join of two rows to `out`.
    pub(crate) fn join(self, other: Row<'_>, out: &mut Vec<Fact>) {
        let (left, right) = (self.parts(), other.parts());
        join_arms(left.arms, right.arms, out);
        match (left.count, right.count) {
            (Some(a), Some(b)) => out.push(join_counts(a, b)),
            (a, b) => out.extend(a.or(b)),
        }
        match (left.missing, right.missing) {
            (Some(a), Some(b)) => join_missing(a, b, out),
            (a, b) => out.extend_from_slice(a.or(b).unwrap_or_default()),
        }
    }

    /// The numbers. One kind speaks for itself; several kinds give the best lower bound and say so.
    pub(crate) fn summary(self) -> Option<Branches> {
        // Arms sort before everything else: if the last fact is one, all are.
        if self.0.last().is_some_and(|last| last.is_arm()) {
            let taken = self.0.iter().map(|arm| arm.0 & 1).sum();
            return Some(Branches { taken: clamp(taken), total: clamp(self.0.len() as u64), approximate: false });
        }
        let parts = self.parts();
        let arms = (!parts.arms.is_empty()).then(|| Branches {
            taken: clamp(parts.arms.iter().filter(|arm| arm.0 & 1 == 1).count() as u64),
            total: clamp(parts.arms.len() as u64),
            approximate: false,
        });
        let count = parts.count.map(|fact| Branches {
            taken: clamp(fact.low()),
            total: clamp(fact.high()),
            approximate: fact.approximate(),
        });
        let missing = parts.missing.map(|facts| Branches {
            taken: clamp(facts[0].high().saturating_sub(facts.len() as u64 - 1)),
            total: clamp(facts[0].high()),
            approximate: facts[0].approximate(),
        });
        [arms, count, missing].into_iter().flatten().reduce(|a, b| {
            let (taken, total) = (a.taken.max(b.taken), a.total.max(b.total));
            let unsure = a.approximate || b.approximate || (a.taken > 0 && b.taken > 0);
            Branches { taken, total, approximate: a.total != b.total || (unsure && taken < total) }
        })
    }

    fn parts(self) -> Parts<'a> {
        let arms = self.0.iter().take_while(|fact| fact.is_arm()).count();
        let (arms, rest) = self.0.split_at(arms);
        let count = rest.first().copied().filter(|fact| fact.tag() == COUNT);
        let missing = &rest[usize::from(count.is_some())..];
        Parts { arms, count, missing: (!missing.is_empty()).then_some(missing) }
    }

    /// Whether stored facts have the order and shape that [`Row::parts`] relies on.
    pub(crate) fn is_canonical(self) -> bool {
        let ordered = self.is_normal();
        let parts = self.parts();
        let missing_sound = parts.missing.is_none_or(|facts| {
            facts[0].tag() == MISSING_TOTAL
                && facts[1..].iter().all(|fact| fact.tag() == MISSING_ARM)
                && facts.len() as u64 - 1 <= facts[0].high()
        });
        !self.0.is_empty() && ordered && missing_sound
    }
}

struct Parts<'a> {
    arms: &'a [Fact],
    count: Option<Fact>,
    /// The total, then the missing arms.
    missing: Option<&'a [Fact]>,
}

fn same_arm(a: Fact, b: Fact) -> bool {
    a.is_arm() && b.is_arm() && a.arm_id() == b.arm_id()
}

fn join_arms(mut left: &[Fact], mut right: &[Fact], out: &mut Vec<Fact>) {
    while let (Some(&a), Some(&b)) = (left.first(), right.first()) {
        if a.arm_id() == b.arm_id() {
            out.push(a.max(b));
        } else {
            out.push(a.min(b));
        }
        left = &left[usize::from(a.arm_id() <= b.arm_id())..];
        right = &right[usize::from(b.arm_id() <= a.arm_id())..];
    }
    out.extend_from_slice(left);
    out.extend_from_slice(right);
}

/// The better of the two in each number. It is certain when one side took nothing or everything; otherwise the two
/// halves may or may not be the same half.
fn join_counts(a: Fact, b: Fact) -> Fact {
    let (taken, total) = (a.low().max(b.low()), a.high().max(b.high()));
    let unsure = a.approximate() || b.approximate() || a.high() != b.high() || (a.low() > 0 && b.low() > 0);
    Fact::count(clamp(taken), clamp(total)).flagged(unsure && taken < total)
}

/// An arm is missing when both uploads miss it. Different totals mean different builds: approximate.
fn join_missing(a: &[Fact], b: &[Fact], out: &mut Vec<Fact>) {
    let unsure = a[0].approximate() || b[0].approximate() || a[0].high() != b[0].high();
    out.push(Fact::missing_total(clamp(a[0].high().max(b[0].high()))).flagged(unsure));
    out.extend(a[1..].iter().filter(|fact| b[1..].binary_search(fact).is_ok()));
}

fn clamp(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
