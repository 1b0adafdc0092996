//! The first step's form: which GitHub, whose App, what it may do. An Enterprise Server's address is tried before anything
//! else is said about it.

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use covermark_github::{
    Endpoints,
    manifest::{AppOwner, LONGEST_NAME},
};
use covermark_service::{http_client, pages::ErrorPage};
use covermark_state::rows::setup::Draft;
use covermark_types::Provider;

use crate::{
    house::House,
    overview,
    reach::{self, Found},
};

/// What was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ChooseForm {
    pub(crate) csrf: String,
    /// `github.com` or `other`.
    pub(crate) github: String,
    pub(crate) address: String,
    pub(crate) slug: String,
    pub(crate) private_ca: String,
    pub(crate) owner_kind: String,
    pub(crate) owner: String,
    pub(crate) name: String,
    pub(crate) public: bool,
    pub(crate) optional: Vec<String>,
}

impl Default for ChooseForm {
    /// What the empty page shows. The code's configuration and comparisons with an older base are what most people expect,
    /// so contents are ticked; everything else that is optional is asked for only by whoever wants it.
    fn default() -> Self {
        Self {
            csrf: String::new(),
            github: "github.com".to_owned(),
            address: String::new(),
            slug: "ghe".to_owned(),
            private_ca: String::new(),
            owner_kind: "organization".to_owned(),
            owner: String::new(),
            name: String::new(),
            public: false,
            optional: vec!["contents".to_owned()],
        }
    }
}

impl ChooseForm {
    /// Reads a form; a field that repeats is a list, one that is unknown is nothing.
    fn read(body: &[u8]) -> Self {
        let mut form = Self { optional: Vec::new(), slug: String::new(), ..Self::default() };
        for (name, value) in url::form_urlencoded::parse(body) {
            let value = value.into_owned();
            match &*name {
                "csrf" => form.csrf = value,
                "github" => form.github = value,
                "address" => form.address = value.trim().to_owned(),
                "slug" => form.slug = value.trim().to_owned(),
                "private_ca" => form.private_ca = value.trim().to_owned(),
                "owner_kind" => form.owner_kind = value,
                "owner" => form.owner = value.trim().to_owned(),
                "name" => form.name = value.trim().to_owned(),
                "public" => form.public = value == "true",
                "optional" => form.optional.push(value),
                _ => {}
            }
        }
        form
    }

    pub(crate) fn is_other(&self) -> bool {
        self.github == "other"
    }

    pub(crate) fn is_owned_by(&self, kind: &str) -> bool {
        self.owner_kind == kind
    }
}

pub(crate) async fn choose(State(house): State<House>, headers: HeaderMap, body: Bytes) -> Result<Response, ErrorPage> {
    let form = ChooseForm::read(&body);
    let guest = house.admitted_form(&headers, &form.csrf).await?;
    match draft(&house, &form).await {
        Ok(draft) => {
            house.remember(&guest, draft).await?;
            Ok(Redirect::to(&house.site.link("setup/create")).into_response())
        }
        Err(problem) => overview::page(&house, &guest, &form, StatusCode::UNPROCESSABLE_ENTITY, Some(&problem)).await,
    }
}

/// What was chosen; or what is wrong with it, in a sentence.
async fn draft(house: &House, form: &ChooseForm) -> Result<Draft, String> {
    let owner = AppOwner::read(&form.owner_kind, &form.owner).map_err(|problem| match &*form.owner_kind {
        "enterprise" => format!("The enterprise’s name cannot be used: {problem}."),
        _ => format!("The organisation’s name cannot be used: {problem}."),
    })?;
    let name = if form.name.is_empty() { suggested(&owner) } else { form.name.clone() };
    if name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(format!("The App’s name is too long: GitHub takes {LONGEST_NAME} characters."));
    }
    let private_ca = Some(form.private_ca.clone()).filter(|pem| form.is_other() && !pem.is_empty());
    let (provider, found) = if form.is_other() {
        let provider = slug(&form.slug)?;
        if let Some(pem) = &private_ca {
            http_client::build(Some(pem.as_bytes())).map_err(|error| reach::unusable_authority(&error))?;
        }
        if form.address.is_empty() {
            return Err("Give the address of your GitHub, as in https://github.example.com.".to_owned());
        }
        (provider, reach::look(house, &form.address, private_ca.as_deref()).await?)
    } else {
        (Provider::github(), Found { endpoints: Endpoints::github_com(), version: None })
    };
    Ok(Draft {
        provider,
        web_url: found.endpoints.web,
        api_url: found.endpoints.api,
        private_ca,
        version: found.version,
        owner_kind: owner.kind().to_owned(),
        owner: owner.name().to_owned(),
        name,
        public: form.public,
        optional: form.optional.clone(),
    })
}

fn slug(text: &str) -> Result<Provider, String> {
    let taken = "That name is taken by github.com. Give this GitHub another, such as ghe.";
    match text.parse::<Provider>() {
        Ok(provider) if provider == Provider::github() => Err(taken.to_owned()),
        Ok(provider) if RESERVED.contains(&provider.as_str()) => {
            Err(format!("“{provider}” cannot be its name here: addresses of Covermark’s own begin with it."))
        }
        Ok(provider) => Ok(provider),
        Err(problem) => Err(format!("The name that it gets here cannot be used: {}.", problem.rule)),
    }
}

/// First segments of our own addresses, which a provider's pages must not hide.
const RESERVED: [&str; 13] = [
    "account",
    "admin",
    "api",
    "assets",
    "doctor",
    "health",
    "login",
    "logout",
    "repository",
    "setup",
    "upload",
    "validate",
    "webhooks",
];

/// A name that is probably free: GitHub wants it to be the only one of all its Apps.
fn suggested(owner: &AppOwner) -> String {
    let name = match owner.name() {
        "" => "Covermark".to_owned(),
        owner => format!("Covermark {owner}"),
    };
    name.chars().take(LONGEST_NAME).collect::<String>().trim_end().to_owned()
}
