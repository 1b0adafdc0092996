//! Laws that hold for any reports: order and repetition of uploads change nothing, and equal is equal.

use covermark_coverage::{Report, diff::Diff, merge};
use covermark_policy::Policy;
use proptest::{
    collection::vec,
    prelude::{ProptestConfig, Strategy, any, prop_assert_eq, proptest},
    sample::select,
};

use super::{Case, lines_of, statuses::part};
use crate::judge::{Kind, Outcome, Part, Verdicts, Why};

fn uploads() -> impl Strategy<Value = Vec<Part>> {
    let upload = (vec(select(vec!["unit", "e2e", "web"]), 0..3), select(vec!["a.rs", "b.rs"]), 1..20_u32, any::<u8>());
    let upload = upload.prop_map(|(flags, path, lines, covered)| {
        part(&flags, &lines_of(path, lines, u32::from(covered) % (lines + 1)))
    });
    vec(upload, 1..6)
}

fn judged(head: &[Part], base: &[Part]) -> Verdicts {
    let whole = |parts: &[Part]| -> Report { merge(parts.iter().map(|part| &*part.report)) };
    let (whole_head, whole_base) = (whole(head), whole(base));
    let diff = Diff::default();
    let mut case = Case::of(&whole_head).against(&whole_base).with(&diff);
    (case.parts, case.base_parts) = (head, Some(base));
    case.judged(&Policy::default())
}

fn shown(verdicts: &Verdicts) -> String {
    let Verdicts { judgements, project, patch, flags, left_out, files, indirect, .. } = verdicts;
    format!("{judgements:?}\n{project:?}\n{patch:?}\n{flags:?}\n{left_out:?}\n{files:?}\n{indirect:?}")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn a_verdict_does_not_depend_on_the_order_of_uploads(head in uploads(), base in uploads()) {
        let mut turned = head.clone();
        turned.reverse();
        prop_assert_eq!(shown(&judged(&head, &base)), shown(&judged(&turned, &base)));
    }

    #[test]
    fn the_same_upload_twice_changes_nothing(head in uploads(), base in uploads()) {
        let twice: Vec<_> = head.iter().chain(head.first()).cloned().collect();
        prop_assert_eq!(shown(&judged(&head, &base)), shown(&judged(&twice, &base)));
    }

    #[test]
    fn equal_reports_differ_in_nothing(both in uploads()) {
        let verdicts = judged(&both, &both);
        let compared = verdicts.project.compared.expect("a comparison");
        prop_assert_eq!(compared.head, compared.base);
        prop_assert_eq!(verdicts.left_out.len() + verdicts.indirect.len() + verdicts.files.len(), 0);
        let outcome = verdicts.main(Kind::Project).expect("a rule").outcome;
        prop_assert_eq!(outcome == Outcome::Met || outcome == Outcome::NotJudged(Why::NothingOnHead), true);
    }
}
