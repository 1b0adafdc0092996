//! Sums between the coverage crate and the rows, which do not know each other.

use covermark_coverage::Totals;
use covermark_state::rows;

/// Sums as rows keep them.
pub(crate) fn row(totals: &Totals) -> rows::Totals {
    let Totals { files, lines, hits, partials, misses, branches, branches_hit, .. } = *totals;
    rows::Totals { files, lines, hits, partials, misses, branches, branches_hit }
}

/// Sums as they are compared.
pub(crate) fn of_row(totals: &rows::Totals) -> Totals {
    let rows::Totals { files, lines, hits, partials, misses, branches, branches_hit } = *totals;
    Totals { files, lines, hits, partials, misses, branches, branches_hit, ..Totals::default() }
}
