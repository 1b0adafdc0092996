//! Flags, what is carried forward, and components: like is compared with like, and what is missing is said.

use covermark_state::rows::upload::{OpenedBy, Upload, UploadKey};
use covermark_types::{Clock as _, CommitSha, Provider, SystemRandom, random_hex};
use insta::assert_snapshot;

use crate::house::{House, PATH, lcov, source};

const CARRY: &str = "flags:\n  e2e:\n    carryforward: true\n";
const WEB: &str = "web/app.ts";

/// A whole upload with flags, from opening to feedback.
async fn report(house: &House, commit: &CommitSha, flag: &str, report: String) {
    report_as(house, commit, flag, flag, report).await;
}

/// The same by a job that has a name of its own.
async fn report_as(house: &House, commit: &CommitSha, name: &str, flag: &str, report: String) {
    let bytes = random_hex::<16>(&SystemRandom);
    let id = [&bytes[..8], &bytes[8..12], &bytes[12..16], &bytes[16..20], &bytes[20..]].join("-");
    let key = UploadKey {
        provider: Provider::github(),
        repository: house.widgets.state().id,
        commit: commit.clone(),
        upload: id.parse().expect("an id"),
    };
    let on_pull = *commit == house.head;
    let mut upload = Upload::new(key.clone(), OpenedBy::RepositoryToken, house.clock.now());
    upload.flags = vec![flag.to_owned()];
    upload.name = Some(name.to_owned());
    upload.pull = on_pull.then(|| house.pull.state().number);
    upload.branch = Some(if on_pull { "faster" } else { "main" }.to_owned());
    assert!(house.feedback.table.open_upload(&upload).await.expect("a row").applied());
    house.store(&key, report).await;
    house.handle(&key).await.expect("feedback");
}

/// `main` has both flags: `unit` covers 8 of 10 lines, `e2e` all of the web's four.
async fn with_both_on_main(house: &House) {
    report(house, &house.main, "unit", lcov(PATH, 10, |line| line > 2)).await;
    report(house, &house.main, "e2e", lcov(WEB, 4, |_| true)).await;
    house.drain().await;
    house.github.disregard_effects();
}

#[tokio::test]
async fn a_flag_that_only_the_base_has_is_left_out_and_named() {
    let house = House::with_files(&[(WEB, source(4).as_str())]).await;
    with_both_on_main(&house).await;
    report(&house, &house.head, "unit", lcov(PATH, 14, |line| line > 2)).await;
    house.drain().await;
    let comment = house.comment();
    assert!(comment.contains("Waiting for `e2e`") && !comment.contains("no report here, so"), "{comment}");
    // Nobody waits any longer.
    house.clock.advance(61 * 60);
    house.drain().await;
    let comment = house.comment();
    assert!(comment.contains("`e2e` has no report here, so the comparison is without it"), "{comment}");
    // 12 of 14 against 8 of 10: without the web's four lines, which would have made it a loss.
    assert!(comment.contains("(+5.71)"), "{comment}");
    house.github.disregard_effects();
}

#[tokio::test]
async fn a_flag_that_the_base_lacks_leaves_one_number_on_every_face_and_the_whole_beside_it() {
    let house = House::with_files(&[(WEB, source(4).as_str())]).await;
    report(&house, &house.main, "e2e", lcov(WEB, 4, |_| true)).await;
    house.drain().await;
    house.github.disregard_effects();
    report(&house, &house.head, "unit", lcov(PATH, 14, |line| line > 1)).await;
    report(&house, &house.head, "e2e", lcov(WEB, 4, |line| line > 1)).await;
    house.drain().await;
    // 3 of 4 against 4 of 4; the 13 of 14 that only the head has are named and judged by nothing.
    assert_snapshot!(house.comment(), @r"
    <!-- covermark:comment:gh:REPO:1 -->
    ### ❌ Project coverage falls to 75.00 % (−25.00) · all 4 changed lines are covered
    Project **75.00 %** (−25.00) compared with [`MAIN`](https://github.example/acme/widgets/commit/MAIN) on `main` · 88.88 % in all · 2 uploads · [report](https://cov.example/gh/acme/widgets/pull/1) · **the check fails: coverage must not fall**  
    `unit` has no report on the base, so the comparison is without it.
    <details><summary>Flags · 1 file changed without being touched</summary>

    | Flag | Coverage | Δ | Change |
    |---|---:|---:|---:|
    | `e2e` | 75.00 % | −25.00 | – |
    | `unit` | 92.85 % | *new* | 100 % |

    **Changed without being touched**: lines outside the diff.

    | File | Newly uncovered | Newly covered |
    |---|---:|---:|
    | `web/app.ts` | 1 | 0 |

    </details>
    ");
    let (state, text) = house.status(&house.head, "covermark/project").expect("a status");
    assert_snapshot!(format!("{state}: {text}"), @"failure: 75.00 % (−25.00) vs MAIN leaving out unit");
    let page = house.view().await;
    assert_snapshot!(format!("{}\n{}\n{}", page.heading, page.project, page.remarks.join("\n")), @r"
    ❌ Project coverage falls to 75.00 % (−25.00) · all 4 changed lines are covered
    75.00 % (−25.00), 88.88 % in all
    unit has no report on the base, so the comparison is without it.
    ");
    house.github.disregard_effects();
}

#[tokio::test]
async fn a_rule_that_asks_for_a_number_judges_all_of_the_head_also_where_the_base_lacks_a_flag() {
    let rules = "coverage: {status: {project: {default: {target: 95%}}}}\n";
    let house = House::with_files(&[(WEB, source(4).as_str()), ("codecov.yml", rules)]).await;
    report(&house, &house.main, "e2e", lcov(WEB, 4, |_| true)).await;
    house.drain().await;
    house.github.disregard_effects();
    report(&house, &house.head, "unit", lcov(PATH, 14, |line| line > 1)).await;
    report(&house, &house.head, "e2e", lcov(WEB, 4, |line| line > 1)).await;
    house.drain().await;
    assert_snapshot!(house.comment(), @r"
    <!-- covermark:comment:gh:REPO:1 -->
    ### ❌ Project coverage is 88.88 %, 95 % is asked for · all 4 changed lines are covered
    Project **88.88 %** · 75.00 % (−25.00) compared with [`MAIN`](https://github.example/acme/widgets/commit/MAIN) on `main` · 2 uploads · [report](https://cov.example/gh/acme/widgets/pull/1) · **95 % is asked for**  
    `unit` has no report on the base, so the comparison is without it.
    <details><summary>Flags · 1 file changed without being touched</summary>

    | Flag | Coverage | Δ | Change |
    |---|---:|---:|---:|
    | `e2e` | 75.00 % | −25.00 | – |
    | `unit` | 92.85 % | *new* | 100 % |

    **Changed without being touched**: lines outside the diff.

    | File | Newly uncovered | Newly covered |
    |---|---:|---:|
    | `web/app.ts` | 1 | 0 |

    </details>
    ");
    let (state, text) = house.status(&house.head, "covermark/project").expect("a status");
    assert_snapshot!(format!("{state}: {text}"), @"failure: 88.88 % (needs 95 %)");
    house.github.disregard_effects();
}

#[tokio::test]
async fn a_flag_that_was_not_uploaded_is_carried_forward_with_its_age_until_it_is() {
    let house = House::with_files(&[(WEB, source(4).as_str()), ("codecov.yml", CARRY)]).await;
    with_both_on_main(&house).await;
    report(&house, &house.head, "unit", lcov(PATH, 14, |line| line > 2)).await;
    house.drain().await;
    let row = row(&house, &house.head).await;
    let carried = row.concluded.expect("a conclusion").carried;
    assert_eq!(carried.len(), 1);
    assert_eq!((&*carried[0].name, &carried[0].from, carried[0].behind), ("e2e", &house.main, Some(1)));
    let comment = house.comment();
    assert!(!comment.contains("no report here"), "{comment}");
    // 16 of 18 with the web's lines against 12 of 14.
    assert!(comment.contains("88.88 %"), "{comment}");
    report(&house, &house.head, "e2e", lcov(WEB, 4, |line| line > 2)).await;
    house.drain().await;
    assert_eq!(self::row(&house, &house.head).await.concluded.expect("a conclusion").carried, []);
    assert!(house.comment().contains("77.77 %"), "{}", house.comment());
    house.github.disregard_effects();
}

const COMPONENTS: &str = "component_management:
  individual_components:
    - {component_id: web, name: Web, paths: [web/]}
    - {component_id: tests, name: End to end, flag_regexes: [e2e]}
    - {component_id: all, name: Everything}
";

#[tokio::test]
async fn components_have_what_their_flags_carry_with_its_age_and_lose_it_when_that_is_old() {
    let rules = format!("{CARRY}{COMPONENTS}");
    let house = House::with_files(&[(WEB, source(4).as_str()), ("codecov.yml", &rules)]).await;
    with_both_on_main(&house).await;
    report(&house, &house.head, "unit", lcov(PATH, 14, |line| line > 2)).await;
    house.drain().await;
    let components = async || {
        let lines = house.view().await.components.into_iter();
        let lines = lines.map(|line| format!("{}: {} ({})", line.name, line.coverage, line.remark));
        house.masked(&lines.collect::<Vec<_>>().join("\n"))
    };
    assert_snapshot!(components().await, @r"
    Web: 100 % (carried forward from MAIN, 1 commit ago)
    End to end: 100 % (carried forward from MAIN, 1 commit ago)
    Everything: 88.88 % (in part carried forward from MAIN, 1 commit ago)
    ");
    assert!(
        house.comment().contains("| Web *(carried forward from `MAIN`, 1 commit ago)* | 100 %"),
        "{}",
        house.comment()
    );
    house.clock.advance(31 * 24 * 3600);
    report(&house, &house.head, "unit", lcov(PATH, 14, |line| line > 2)).await;
    house.drain().await;
    assert_snapshot!(components().await, @r"
    Web: no report here ()
    End to end: no report here ()
    Everything: 85.71 % ()
    ");
    house.github.disregard_effects();
}

#[tokio::test]
async fn a_flag_that_its_job_calls_by_another_name_now_is_not_carried_forward() {
    let house = House::with_files(&[(WEB, source(4).as_str()), ("codecov.yml", CARRY)]).await;
    report(&house, &house.main, "unit", lcov(PATH, 10, |line| line > 2)).await;
    report_as(&house, &house.main, "browser tests", "e2e", lcov(WEB, 4, |_| true)).await;
    house.drain().await;
    house.github.disregard_effects();
    report(&house, &house.head, "unit", lcov(PATH, 14, |line| line > 2)).await;
    report_as(&house, &house.head, "browser tests", "end-to-end", lcov(WEB, 4, |line| line > 2)).await;
    house.drain().await;
    assert_eq!(row(&house, &house.head).await.concluded.expect("a conclusion").carried, []);
    let said = house.view().await.remarks;
    assert_snapshot!(said.join("\n"), @r"
    e2e has no report here, so the comparison is without it; it seems to be called end-to-end now, so nothing is carried forward.
    end-to-end has no report on the base, so the comparison is without it.
    ");
    house.github.disregard_effects();
}

#[tokio::test]
async fn what_was_carried_to_the_base_goes_on_from_where_it_began_and_ends_when_it_is_old() {
    let house = House::with_files(&[(WEB, source(4).as_str()), ("codecov.yml", CARRY)]).await;
    with_both_on_main(&house).await;
    // Two more commits on main that upload `unit` only; the first puts a line before all others into the web's file.
    let longer = format!("let first = 0;\n{}", source(4));
    let next = house.widgets.push("main", &[(WEB, longer)]);
    report(&house, &next, "unit", lcov(PATH, 10, |line| line > 2)).await;
    house.drain().await;
    let last = house.widgets.push("main", &[("README.md", "two".to_owned())]);
    report(&house, &last, "unit", lcov(PATH, 10, |line| line > 2)).await;
    house.drain().await;
    let carried = row(&house, &last).await.concluded.expect("a conclusion").carried;
    assert_eq!((&carried[0].from, carried[0].behind), (&house.main, Some(2)));
    house.clock.advance(31 * 24 * 3600);
    let old = house.widgets.push("main", &[("README.md", "three".to_owned())]);
    report(&house, &old, "unit", lcov(PATH, 10, |line| line > 2)).await;
    house.drain().await;
    assert_eq!(row(&house, &old).await.concluded.expect("a conclusion").carried, []);
    house.github.disregard_effects();
}

#[tokio::test]
async fn flags_and_components_have_statuses_of_their_own() {
    let rules = "flag_management:\n  individual_flags:\n    - {name: unit, statuses: [{type: project, target: 80%}]}\ncomponent_management:\n  individual_components:\n    - {component_id: web, paths: [web/], statuses: [{type: project, target: 100%}]}\n";
    let house = House::with_files(&[(WEB, source(4).as_str()), ("codecov.yml", rules)]).await;
    report(&house, &house.head, "unit", lcov(PATH, 14, |line| line > 2)).await;
    report(&house, &house.head, "e2e", lcov(WEB, 4, |line| line > 1)).await;
    house.drain().await;
    let state = |context: &str| house.status(&house.head, context).map(|(state, _)| state);
    let contexts: Vec<_> = house.widgets.statuses(&house.head).into_iter().map(|status| status.context).collect();
    assert_eq!(state("covermark/project/web").as_deref(), Some("failure"), "{contexts:?}");
    assert_eq!(state("covermark/project/unit").as_deref(), Some("success"), "{contexts:?}");
    house.github.disregard_effects();
}

async fn row(house: &House, sha: &CommitSha) -> covermark_state::rows::commit::CommitRow {
    let id = house.widgets.state().id;
    let row = house.feedback.table.commit(&Provider::github(), id, sha).await.expect("the table");
    row.expect("a row")
}
