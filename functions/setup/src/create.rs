//! The second step: three ways to the same App.

use askama::Template;
use axum::{extract::State, http::HeaderMap, response::Response};
use covermark_github::{
    Endpoints,
    manifest::{AppOwner, EventNeed, PermissionNeed, Plan, Section},
};
use covermark_service::{
    config::is_loopback,
    pages::{ErrorPage, Page},
};
use covermark_state::{
    Hashed,
    rows::setup::{Draft, ManifestState},
};
use covermark_types::{Secret, random_hex};
use url::Url;

use crate::{
    house::{House, github_name},
    refusals,
    steps::{At, Step, steps},
};

/// What was chosen, read back.
pub(crate) struct Chosen {
    pub(crate) endpoints: Endpoints,
    pub(crate) owner: AppOwner,
    pub(crate) plan: Plan,
}

impl Chosen {
    pub(crate) fn of(house: &House, draft: &Draft) -> Self {
        Self {
            endpoints: Endpoints { web: draft.web_url.clone(), api: draft.api_url.clone() },
            // What is in the draft was read by the same function.
            owner: AppOwner::read(&draft.owner_kind, &draft.owner).unwrap_or(AppOwner::Personal),
            plan: Plan {
                name: draft.name.clone(),
                homepage: house.address(""),
                webhook: house.webhook(&draft.provider),
                callback: house.sign_in(&draft.provider),
                public: draft.public,
                optional: draft.optional.iter().cloned().collect(),
            },
        }
    }

    fn form(&self) -> Url {
        self.owner.creation_page(&self.endpoints.web)
    }

    fn whose(&self) -> String {
        match &self.owner {
            AppOwner::Personal => "your own account".to_owned(),
            AppOwner::Organization(name) => format!("the organisation {name}"),
            AppOwner::Enterprise(name) => format!("the enterprise {name}"),
        }
    }
}

#[derive(Template)]
#[template(path = "create.html")]
struct Ways<'a> {
    steps: Vec<Step>,
    github: String,
    version: Option<&'a str>,
    whose: String,
    name: &'a str,
    one_click: Option<OneClick>,
    prefilled: String,
    manual: String,
    credentials: String,
    change: String,
    unreachable: bool,
}

struct OneClick {
    action: String,
    manifest: String,
}

pub(crate) async fn ways(State(house): State<House>, headers: HeaderMap) -> Result<Response, ErrorPage> {
    let guest = house.admitted(&headers).await?;
    let draft = guest.session.draft.clone().ok_or_else(|| refusals::nothing_chosen(&house))?;
    let chosen = Chosen::of(&house, &draft);
    let one_click =
        if chosen.owner.takes_manifest() { Some(one_click(&house, &guest.hash, &draft, &chosen).await?) } else { None };
    let body = Ways {
        steps: steps(At::Create),
        github: github_name(&chosen.endpoints),
        version: draft.version.as_deref(),
        whose: chosen.whose(),
        name: &draft.name,
        one_click,
        prefilled: chosen.plan.prefilled(&chosen.form()),
        manual: house.site.link("setup/create/manual"),
        credentials: house.site.link("setup/credentials"),
        change: house.site.link("setup"),
        unreachable: house.is_unreachable_for(&chosen.endpoints),
    };
    Ok(Page::new("Create the App", body).posts_to(&chosen.endpoints.web).render(&house.site))
}

/// The form that GitHub takes: the manifest, and a state that only this browser can bring back.
async fn one_click(house: &House, session: &Hashed, draft: &Draft, chosen: &Chosen) -> Result<OneClick, ErrorPage> {
    let state = Secret::new(random_hex::<32>(&*house.app.random));
    let under_way = ManifestState { session: session.clone(), draft: draft.clone() };
    house.app.table.put_manifest_state(&Hashed::of(&state), &under_way, house.app.clock.now()).await?;
    let mut action = chosen.form();
    action.query_pairs_mut().append_pair("state", state.expose());
    let manifest = chosen.plan.manifest(&house.address("setup/callback")).to_string();
    Ok(OneClick { action: action.to_string(), manifest })
}

impl House {
    /// Whether GitHub's deliveries cannot come here: a laptop's address, and a GitHub elsewhere.
    fn is_unreachable_for(&self, github: &Endpoints) -> bool {
        is_loopback(&self.app.public_url) && !is_loopback(&github.web)
    }
}

/// A row of the page to type from: GitHub's field, what goes in, and why.
struct Row {
    field: &'static str,
    value: String,
    why: &'static str,
}

struct Permissions {
    heading: &'static str,
    needs: Vec<&'static PermissionNeed>,
}

#[derive(Template)]
#[template(path = "manual.html")]
struct Manual {
    steps: Vec<Step>,
    form: String,
    rows: Vec<Row>,
    permissions: Vec<Permissions>,
    events: Vec<&'static EventNeed>,
    credentials: String,
    back: String,
}

pub(crate) async fn manual(State(house): State<House>, headers: HeaderMap) -> Result<Response, ErrorPage> {
    let guest = house.admitted(&headers).await?;
    let draft = guest.session.draft.as_ref().ok_or_else(|| refusals::nothing_chosen(&house))?;
    let chosen = Chosen::of(&house, draft);
    let permissions = [Section::Repository, Section::Organization].map(|section| Permissions {
        heading: section.label(),
        needs: chosen.plan.permissions().filter(|need| need.section == section).collect(),
    });
    let body = Manual {
        steps: steps(At::Create),
        form: chosen.form().to_string(),
        rows: rows(&chosen.plan),
        permissions: permissions.into_iter().filter(|part| !part.needs.is_empty()).collect(),
        events: chosen.plan.events().collect(),
        credentials: house.site.link("setup/credentials"),
        back: house.site.link("setup/create"),
    };
    Ok(Page::new("Create the App by hand", body).render(&house.site))
}

fn rows(plan: &Plan) -> Vec<Row> {
    let row = |field, value: &str, why| Row { field, value: value.to_owned(), why };
    vec![
        row("GitHub App name", &plan.name, "the author of the comments; it must be the only App of this name"),
        row("Homepage URL", plan.homepage.as_str(), "shown to whoever installs the App"),
        row("Callback URL", plan.callback.as_str(), "where people come back to when they sign in"),
        row("Expire user authorization tokens", "ticked", "a token that leaks ends within hours"),
        row(
            "Request user authorization (OAuth) during installation",
            "ticked",
            "whoever installs the App is signed in at once",
        ),
        row("Setup URL", "empty", "not offered together with the box above"),
        row("Webhook: Active", "ticked", "GitHub says what changed, instead of being asked"),
        row("Webhook URL", plan.webhook.as_str(), "where GitHub says it"),
        row("Webhook secret", "empty", "Covermark makes one and tells GitHub; nobody has to see it"),
        row("SSL verification", "Enable", "GitHub talks to this server and no other"),
        row(
            "Where can this GitHub App be installed?",
            if plan.public { "Any account" } else { "Only on this account" },
            "can be changed later",
        ),
    ]
}
