//! What the demo's repository holds, and what its CI measured: sources of our own, reports written by coverage.py and c8
//! (`demo/regenerate` writes them anew).

/// A file of the repository: its path and its text.
pub(super) type File = (&'static str, &'static str);

/// A report as a tool left it in the CI job's folder: its name and its bytes.
pub(super) struct ReportFile {
    pub(super) name: &'static str,
    pub(super) bytes: &'static [u8],
}

macro_rules! tree {
    ($branch:literal) => {
        &[
            ("README.md", include_str!(concat!("../../demo/widgets/", $branch, "/README.md"))),
            ("codecov.yml", include_str!(concat!("../../demo/widgets/", $branch, "/codecov.yml"))),
            ("tests/__init__.py", include_str!(concat!("../../demo/widgets/", $branch, "/tests/__init__.py"))),
            ("tests/test_widgets.py", include_str!(concat!("../../demo/widgets/", $branch, "/tests/test_widgets.py"))),
            ("web/cart.mjs", include_str!(concat!("../../demo/widgets/", $branch, "/web/cart.mjs"))),
            ("web/cart.test.mjs", include_str!(concat!("../../demo/widgets/", $branch, "/web/cart.test.mjs"))),
            ("widgets/__init__.py", include_str!(concat!("../../demo/widgets/", $branch, "/widgets/__init__.py"))),
            ("widgets/pricing.py", include_str!(concat!("../../demo/widgets/", $branch, "/widgets/pricing.py"))),
            ("widgets/stock.py", include_str!(concat!("../../demo/widgets/", $branch, "/widgets/stock.py"))),
        ]
    };
}

/// The repository on `main`.
pub(super) const MAIN: &[File] = tree!("main");
/// The repository on the pull request's branch.
pub(super) const FEATURE: &[File] = tree!("feature");

/// What coverage.py and c8 measured on one branch.
pub(super) struct Reports {
    pub(super) cobertura: ReportFile,
    pub(super) lcov: ReportFile,
}

macro_rules! reports {
    ($branch:literal) => {
        Reports {
            cobertura: ReportFile {
                name: "coverage.xml",
                bytes: include_bytes!(concat!("../../demo/reports/", $branch, "/coverage.xml")),
            },
            lcov: ReportFile {
                name: "lcov/lcov.info",
                bytes: include_bytes!(concat!("../../demo/reports/", $branch, "/lcov.info")),
            },
        }
    };
}

/// Measured on `main`.
pub(super) const MAIN_REPORTS: Reports = reports!("main");
/// Measured on the pull request's branch.
pub(super) const FEATURE_REPORTS: Reports = reports!("feature");
