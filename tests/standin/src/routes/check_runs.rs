//! Check runs.

use covermark_types::Timestamp;
use serde_json::{Value, json};

use crate::{
    effects::Effect,
    server::{Answer, Call, Fields, Outcome, paginate_wrapped},
    state::CheckRun,
    wire,
};

const STATUSES: [&str; 3] = ["queued", "in_progress", "completed"];
const CONCLUSIONS: [&str; 7] =
    ["action_required", "cancelled", "failure", "neutral", "success", "skipped", "timed_out"];
const LEVELS: [&str; 3] = ["notice", "warning", "failure"];
/// GitHub's bound on annotations in one request.
const MOST_ANNOTATIONS: usize = 50;
/// GitHub's bound on summary and text, in characters.
const LONGEST_TEXT: usize = 65_535;

pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    let fields = call.fields()?;
    let name = fields.required("name")?;
    let head = fields.required("head_sha")?;
    let head_sha = head.parse().ok().filter(|sha| call.repository().commits.contains_key(sha));
    let head_sha = head_sha.ok_or_else(|| Answer::refusal(422, &format!("No commit found for SHA: {head}")))?;
    let mut run = CheckRun {
        id: call.world.next_id(),
        head_sha,
        name,
        status: "queued".to_owned(),
        conclusion: None,
        external_id: None,
        details_url: None,
        title: None,
        summary: None,
        text: None,
        annotations: Vec::new(),
        started_at: None,
        completed_at: None,
    };
    let now = call.world.now();
    apply(&mut run, &fields, now)?;
    call.repository_mut().check_runs.push(run.clone());
    let repository = call.repository_id();
    call.world.effects.record(Effect::CheckRunCreated(repository, run.clone()));
    Ok(Answer::json(201, wire::check_run(call.world, call.repository(), &run)))
}

/// Takes over what the request says; the same for a new and for a known run.
fn apply(run: &mut CheckRun, fields: &Fields, now: Timestamp) -> Result<(), Answer> {
    if let Some(status) = fields.choice("CheckRun", "status", &STATUSES)? {
        run.status = status;
    }
    if let Some(conclusion) = fields.choice("CheckRun", "conclusion", &CONCLUSIONS)? {
        // A conclusion completes the run, whatever the status says.
        run.status = "completed".to_owned();
        run.conclusion = Some(conclusion);
    }
    if run.status == "completed" && run.conclusion.is_none() {
        let text = "A conclusion is required when the status is completed";
        return Err(Answer::invalid("CheckRun", "conclusion", "missing_field", Some(text)));
    }
    run.name = fields.text("name")?.unwrap_or_else(|| run.name.clone());
    run.external_id = fields.text("external_id")?.or(run.external_id.take());
    run.details_url = fields.text("details_url")?.or(run.details_url.take());
    run.started_at = time(fields, "started_at")?.or(run.started_at).or(Some(now));
    if run.conclusion.is_some() {
        run.completed_at = time(fields, "completed_at")?.or(run.completed_at).or(Some(now));
    }
    if let Some(output) = fields.get("output") {
        apply_output(run, output)?;
    }
    Ok(())
}

fn time(fields: &Fields, name: &str) -> Result<Option<Timestamp>, Answer> {
    let Some(text) = fields.text(name)? else { return Ok(None) };
    text.parse().map(Some).map_err(|_| Answer::malformed(&format!("For 'properties/{name}', a time is expected.")))
}

fn apply_output(run: &mut CheckRun, output: &Value) -> Result<(), Answer> {
    let text = |name: &str| output[name].as_str().map(str::to_owned);
    if run.title.is_none() && text("title").is_none() {
        return Err(Answer::malformed("\"title\" wasn't supplied."));
    }
    let summary = text("summary").ok_or_else(|| Answer::malformed("\"summary\" wasn't supplied."))?;
    if summary.chars().count() > LONGEST_TEXT || text("text").is_some_and(|text| text.chars().count() > LONGEST_TEXT) {
        let message = "Only 65535 characters are allowed";
        return Err(Answer::invalid("CheckRun", "summary", "custom", Some(message)));
    }
    let annotations = output["annotations"].as_array().cloned().unwrap_or_default();
    if annotations.len() > MOST_ANNOTATIONS {
        return Err(Answer::malformed(&format!(
            "No more than 50 items are allowed; {} were supplied.",
            annotations.len()
        )));
    }
    for annotation in &annotations {
        let level = annotation["annotation_level"].as_str().unwrap_or("");
        let complete = annotation["path"].is_string()
            && annotation["message"].is_string()
            && annotation["start_line"].is_u64()
            && annotation["end_line"].as_u64() >= annotation["start_line"].as_u64();
        if !LEVELS.contains(&level) || !complete {
            return Err(Answer::malformed("An annotation is not complete."));
        }
    }
    run.title = text("title").or(run.title.take());
    run.summary = Some(summary);
    run.text = text("text").or(run.text.take());
    // Each request adds its annotations to those that are there.
    run.annotations.extend(annotations);
    Ok(())
}

fn find<'a>(call: &'a Call<'_>) -> Result<&'a CheckRun, Answer> {
    let id = call.number("check_run_id")?;
    call.repository().check_runs.iter().find(|run| run.id == id).ok_or_else(Answer::not_found)
}

pub(super) fn show(call: &mut Call<'_>) -> Outcome {
    Ok(Answer::ok(wire::check_run(call.world, call.repository(), find(call)?)))
}

pub(super) fn update(call: &mut Call<'_>) -> Outcome {
    let mut run = find(call)?.clone();
    let now = call.world.now();
    apply(&mut run, &call.fields()?, now)?;
    let place = call.repository_mut().check_runs.iter_mut().find(|found| found.id == run.id);
    *place.ok_or_else(Answer::not_found)? = run.clone();
    let repository = call.repository_id();
    call.world.effects.record(Effect::CheckRunUpdated(repository, run.clone()));
    Ok(Answer::ok(wire::check_run(call.world, call.repository(), &run)))
}

/// The runs of a commit: the latest of each name, unless all are asked for.
pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let repository = call.repository();
    let sha = &call.commit("ref")?.sha;
    let mut found: Vec<&CheckRun> = repository.check_runs.iter().filter(|run| run.head_sha == *sha).collect();
    if let Some(name) = call.request.parameter("check_name") {
        found.retain(|run| run.name == name);
    }
    if call.request.parameter("filter") != Some("all") {
        let newest = found.clone();
        found.retain(|run| !newest.iter().any(|other| other.name == run.name && other.id > run.id));
    }
    let items = found.into_iter().map(|run| wire::check_run(call.world, repository, run)).collect();
    paginate_wrapped(call, "check_runs", items, json!({}))
}
