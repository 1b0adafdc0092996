//! `/{provider}/{owner}/{repo}/badge.svg`: the coverage of a branch, or of one flag on it, as a picture.
//!
//! A picture is loaded by pages that have no session of ours, so a private repository's needs a token in the address. Its
//! text is a number of ours or one of two words; nothing that an uploader or an address says is ever in it.

use axum::{
    extract::{Path, Query, State, rejection::QueryRejection},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use covermark_coverage::{Metric, Ratio, Rounding};
use covermark_state::rows::{Totals, branch::BranchReport, commit_parts::FlagSums, repository::Repository};
use covermark_types::Secret;
use serde::Deserialize;

use crate::{House, find::Address};

/// How long a browser or GitHub's picture proxy may show a badge without asking again.
const CACHE: &str = "public, max-age=300, s-maxage=300";
/// The largest document of flags that is read for a badge, in bytes.
const MAX_FLAGS: u64 = 1024 * 1024;

/// What the badge is to show.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    branch: Option<String>,
    flag: Option<String>,
    token: Option<String>,
}

pub(crate) async fn show(
    State(house): State<House>,
    Path((provider, owner, repository)): Path<(String, String, String)>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Response {
    let wanted = wanted.map(|Query(wanted)| wanted).unwrap_or_default();
    let Ok(address) = Address::read(&house.site, &provider, &owner, &repository, "badge.svg") else {
        return picture(StatusCode::NOT_FOUND, None, false);
    };
    match look(&house, &address, &wanted).await {
        Ok(Some((totals, private))) => picture(StatusCode::OK, totals.as_ref(), private),
        // The same for a private repository and for none.
        Ok(None) => picture(StatusCode::NOT_FOUND, None, false),
        Err(error) => {
            tracing::error!(cause = %error, "a badge could not be drawn");
            picture(StatusCode::SERVICE_UNAVAILABLE, None, true)
        }
    }
}

/// The sums, if there are any, and whether the repository is private; `None` when there is nothing for who asks.
async fn look(
    house: &House,
    address: &Address,
    wanted: &Wanted,
) -> Result<Option<(Option<Totals>, bool)>, covermark_state::Error> {
    let table = &house.app.table;
    let found = table.repository_by_name(&address.provider, &address.name).await?;
    let Some(repository) = found.filter(|one| one.removed_at.is_none() && one.installation.is_some()) else {
        return Ok(None);
    };
    if repository.private && !opened(house, &repository, wanted.token.as_deref()).await? {
        return Ok(None);
    }
    let branch = wanted.branch.as_deref().filter(|branch| !branch.is_empty()).unwrap_or(&repository.default_branch);
    let report = table.branch_report(&repository.provider, repository.id, branch).await?;
    let totals = match (report, wanted.flag.as_deref().filter(|flag| !flag.is_empty())) {
        (None, _) => None,
        (Some(report), None) => Some(report.totals),
        (Some(report), Some(flag)) => of_flag(house, &report, flag).await?,
    };
    Ok(Some((totals, repository.private)))
}

async fn opened(house: &House, repository: &Repository, token: Option<&str>) -> Result<bool, covermark_state::Error> {
    let Some(token) = token else { return Ok(false) };
    let settings = house.app.table.repository_settings(&repository.provider, repository.id).await?;
    Ok(settings.badge_token.is_some_and(|known| Secret::new(known).matches(token)))
}

async fn of_flag(house: &House, report: &BranchReport, flag: &str) -> Result<Option<Totals>, covermark_state::Error> {
    let bytes = house.app.blobs.get(&FlagSums::blob_key(&report.report), MAX_FLAGS).await?;
    let sums: Option<FlagSums> = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    Ok(sums.and_then(|mut sums| sums.flags.remove(flag)))
}

/// What is covered of what there is.
pub(crate) fn ratio(totals: &Totals) -> Ratio {
    let Totals { files, lines, hits, partials, misses, branches, branches_hit } = *totals;
    let totals = covermark_coverage::Totals {
        files,
        lines,
        hits,
        partials,
        misses,
        branches,
        branches_hit,
        ..Default::default()
    };
    totals.ratio(Metric::Codecov)
}

fn picture(status: StatusCode, totals: Option<&Totals>, private: bool) -> Response {
    let ratio = totals.map(ratio);
    let percent = ratio.and_then(|ratio| ratio.percent(0, Rounding::Down)).and_then(|text| text.parse::<u8>().ok());
    let text = ratio.and_then(|ratio| ratio.percent(2, Rounding::Down)).map(|percent| format!("{percent} %"));
    let svg = draw(text.as_deref().unwrap_or("unknown"), percent);
    // Whoever has the address of a private one may see it, and no cache between may keep it for others.
    let cache = if private || status.is_server_error() { "private, max-age=60" } else { CACHE };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("image/svg+xml")),
        (header::CACHE_CONTROL, HeaderValue::from_static(cache)),
    ];
    (status, headers, svg).into_response()
}

/// White on a ground that is dark enough for it, greener the higher.
fn draw(value: &str, percent: Option<u8>) -> String {
    let ground = match percent {
        None => "#5a6464",
        Some(..60) => "#a8322a",
        Some(60..80) => "#8a5a00",
        Some(_) => "#1d7044",
    };
    let width = |text: &str| u32::try_from(text.chars().count()).unwrap_or(20) * 7 + 12;
    let (label, right) = (width("coverage"), width(value));
    let (all, left_middle, right_middle) = (label + right, label / 2, label + right / 2);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{all}\" height=\"20\" role=\"img\" aria-label=\"coverage: {value}\">\
         <title>coverage: {value}</title>\
         <clipPath id=\"r\"><rect width=\"{all}\" height=\"20\" rx=\"3\"/></clipPath>\
         <g clip-path=\"url(#r)\"><rect width=\"{label}\" height=\"20\" fill=\"#3b4444\"/>\
         <rect x=\"{label}\" width=\"{right}\" height=\"20\" fill=\"{ground}\"/></g>\
         <g fill=\"#fff\" text-anchor=\"middle\" font-family=\"Verdana,DejaVu Sans,sans-serif\" font-size=\"11\">\
         <text x=\"{left_middle}\" y=\"14\">coverage</text><text x=\"{right_middle}\" y=\"14\">{value}</text></g></svg>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::draw;

    #[test]
    fn a_badge_says_a_number_or_that_there_is_none_and_is_coloured_by_it() {
        for (text, percent, ground) in [
            ("84.71 %", Some(84), "#1d7044"),
            ("80.00 %", Some(80), "#1d7044"),
            ("79.99 %", Some(79), "#8a5a00"),
            ("0.00 %", Some(0), "#a8322a"),
            ("unknown", None, "#5a6464"),
        ] {
            let svg = draw(text, percent);
            assert!(svg.contains(&format!(">{text}</text>")) && svg.contains(ground), "{svg}");
            assert!(svg.contains(&format!("aria-label=\"coverage: {text}\"")), "{svg}");
        }
    }
}
