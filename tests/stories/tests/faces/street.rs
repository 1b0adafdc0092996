//! A repository with two tested files, a browser in front of GitHub's page, and what the pictures are of.

use std::fmt::Write as _;

use covermark_standin::PullRequest;
use covermark_stories::{Browser, CiJob, Town, uploaded};
use covermark_types::CommitSha;
use serde_json::{Value, json};

pub(crate) const PARSER: &str = "src/parser.py";
pub(crate) const MAIN: &str = "src/main.py";

/// `lines` lines of Python.
pub(crate) fn source(lines: usize, edition: &str) -> String {
    (1..=lines).fold(String::new(), |mut text, line| {
        let _ = writeln!(text, "{edition}_{line} = {line}");
        text
    })
}

/// A report of one file in which these lines never ran, and these ran by half.
pub(crate) fn lcov(path: &str, lines: usize, missed: &[usize], partly: &[usize]) -> String {
    let mut text = format!("TN:\nSF:{path}\n");
    for line in 1..=lines {
        let _ = writeln!(text, "DA:{line},{}", u8::from(!missed.contains(&line)));
        if partly.contains(&line) {
            let _ = write!(text, "BRDA:{line},0,0,1\nBRDA:{line},0,1,0\n");
        }
    }
    text + "end_of_record\n"
}

/// One case: its pull request and the commit at its head.
pub(crate) struct Case {
    pub(crate) pull: PullRequest,
    pub(crate) head: CommitSha,
}

pub(crate) struct Street {
    town: Town,
    browser: Browser,
    base: CommitSha,
}

impl Street {
    /// `main` has the two files and no report yet.
    pub(crate) async fn new() -> Self {
        let town = Town::new().await;
        let base = town.widgets.push("main", &[(PARSER, source(10, "old")), (MAIN, source(4, "main"))]);
        town.deliver().await;
        Self { town, browser: Browser::open().await, base }
    }

    /// `main` is covered by two jobs: one line of fourteen is not.
    pub(crate) async fn report_on_main(&self) {
        for (flag, report) in [("unit", lcov(PARSER, 10, &[3], &[])), ("e2e", lcov(MAIN, 4, &[], &[]))] {
            let job = CiJob { commit: &self.base, pull: None, flag, file: "lcov.info", report: report.as_bytes() };
            uploaded(&self.town, &job).await;
            self.town.settled().await;
        }
    }

    /// A pull request that writes these files.
    pub(crate) async fn pull(&self, branch: &str, files: &[(&str, &str)]) -> Case {
        self.town.widgets.branch(branch, &self.base);
        let head = self.town.widgets.push(branch, files);
        let pull = self.town.widgets.open_pull_request("Parse faster", branch, "main");
        self.town.deliver().await;
        self.town.settled().await;
        Case { pull, head }
    }

    /// What a CI job of it uploads.
    pub(crate) async fn upload(&self, case: &Case, flag: &str, report: &str) {
        let pull = Some(case.pull.state().number.0);
        let job = CiJob { commit: &case.head, pull, flag, file: "lcov.info", report: report.as_bytes() };
        uploaded(&self.town, &job).await;
        self.town.settled().await;
    }

    /// The same by `curl`, which sends no listing of the repository's files.
    pub(crate) async fn curl(&self, case: &Case, flag: &str, report: &str) {
        let number = case.pull.state().number;
        let query = format!("commit={}&branch=topic&flag={flag}&name={flag}&job=CI&pr={number}", case.head);
        let url = format!("{}/upload/github/acme::::widgets/report?{query}", self.town.url());
        let slot = self.post(&url, &Value::Null).await;
        let stored = self.town.http().put(slot.trim()).body(report.to_owned()).send().await.expect("an answer");
        assert!(stored.status().is_success());
        self.town.settled().await;
    }

    /// `codecov-cli empty-upload`.
    pub(crate) async fn upload_nothing(&self, case: &Case) {
        let commits = format!("{}/upload/github/acme::::widgets/commits", self.town.url());
        let commit = json!({ "branch": "topic", "cli_args": {}, "commitid": case.head, "parent_commit_id": null,
            "pullid": case.pull.state().number.to_string(), "version": "11.3.1" });
        self.post(&commits, &commit).await;
        let empty = json!({ "cli_args": {}, "should_force": false, "version": "11.3.1" });
        self.post(&format!("{commits}/{}/empty-upload", case.head), &empty).await;
        self.town.settled().await;
    }

    async fn post(&self, url: &str, body: &Value) -> String {
        let token = format!("token {}", self.town.token.expose());
        let answer = self.town.http().post(url).header("authorization", token).json(body).send().await;
        let answer = answer.expect("an answer");
        let (status, text) = (answer.status(), answer.text().await.expect("text"));
        assert!(status.is_success(), "{status}: {text}");
        text
    }

    /// Looks at the pull request's page, and keeps what stands there.
    pub(crate) async fn look(&self, case: &Case, name: &str) {
        let page = self.town.github.page(&format!("/acme/widgets/pull/{}", case.pull.state().number));
        self.browser.goto(page.as_str()).await;
        self.browser.look(&format!("face-{name}")).await;
        insta::assert_snapshot!(format!("face {name}"), self.told(case));
        self.town.github.disregard_effects();
    }

    /// Everything that GitHub was told of it.
    fn told(&self, case: &Case) -> String {
        let comments = case.pull.comments();
        assert!(comments.len() <= 1, "{comments:#?}");
        let mut text = comments.first().map_or_else(|| "(no comment)\n".to_owned(), |comment| comment.body.clone());
        let mut runs = self.town.widgets.check_runs(&case.head);
        runs.sort_by(|a, b| a.name.cmp(&b.name));
        for run in runs {
            let state = run.conclusion.as_deref().unwrap_or(&run.status);
            let _ = writeln!(text, "\n[{state}] {}: {}", run.name, run.title.as_deref().unwrap_or_default());
            let same =
                comments.iter().any(|comment| run.summary.as_ref().is_some_and(|own| comment.body.ends_with(own)));
            let _ = writeln!(
                text,
                "its page: {}",
                if same { "as the comment" } else { run.summary.as_deref().unwrap_or_default() }
            );
            for one in &run.annotations {
                let _ =
                    writeln!(text, "  {} {}–{}: {}", one["path"], one["start_line"], one["end_line"], one["message"]);
            }
        }
        self.masked(&text, case)
    }

    /// The text without what differs from run to run.
    fn masked(&self, text: &str, case: &Case) -> String {
        text.replace(self.town.github.web_url().trim_end_matches('/'), "https://github.example")
            .replace(&self.town.url(), "https://cov.example")
            .replace(self.base.as_str(), "BASE")
            .replace(self.base.short(), "BASE")
            .replace(case.head.as_str(), "HEAD")
            .replace(case.head.short(), "HEAD")
            .replace(&format!(":{}:", self.town.repository()), ":REPO:")
    }

    pub(crate) async fn end(self) {
        self.browser.close().await;
        self.town.github.disregard_effects();
        self.town.end().await;
    }
}
