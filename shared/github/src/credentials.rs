//! The App's credentials as a document: what an operator imports, and the half of it that the vault keeps for the client.
//!
//! Reading names every wrong field at once and repeats no value: the document is all secrets. An unknown field is wrong
//! too, since a misspelt address would otherwise send an Enterprise Server's credentials to github.com.

use std::fmt;

use covermark_types::{AppId, Secret};
use serde_json::{Map, Value, json};

use crate::{
    endpoints::{Endpoints, GITHUB_API, GITHUB_WEB, address},
    private_key::{self, KeyProblem},
};

/// The longest document that is read, in bytes.
pub(crate) const DOCUMENT_LIMIT: usize = 64 * 1024;

/// What a document may hold; the last one is not for the vault's first half.
const FIELDS: [&str; 10] = [
    "web_url",
    "api_url",
    "private_ca",
    "app_id",
    "slug",
    "client_id",
    "client_secret",
    "private_key",
    "previous_private_key",
    "webhook_secret",
];

/// What is needed to act as an App and to sign people in with it. No `Debug`: it holds secrets.
#[derive(Clone)]
pub struct AppCredentials {
    /// Where its GitHub lives.
    pub endpoints: Endpoints,
    /// PEM text of the certificate authority that this GitHub's certificate is from, if no public one is. Not a secret,
    /// but of no use without the addresses.
    pub private_ca: Option<String>,
    /// The App's id.
    pub app_id: AppId,
    /// The App's name in addresses: `https://github.com/apps/SLUG`.
    pub slug: String,
    /// For signing people in; also the App's public name in newer API objects.
    pub client_id: String,
    /// For signing people in.
    pub client_secret: Secret,
    /// PEM text, PKCS#1 or PKCS#8.
    pub private_key: Secret,
    /// The key before, while GitHub may still know it and not yet the new one, or the other way round.
    pub previous_private_key: Option<Secret>,
}

/// An import document: the App's credentials, and the webhook secret, which is stored apart from them.
#[derive(Clone)]
pub struct CredentialsDocument {
    /// The half that the vault keeps under `{provider}/app`.
    pub app: AppCredentials,
    /// What deliveries are signed with.
    pub webhook_secret: Secret,
}

/// One field that is missing or wrong. Its text never holds the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldProblem {
    /// The field's name.
    pub field: String,
    /// What is wrong with it.
    pub problem: String,
}

impl fmt::Display for FieldProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.problem)
    }
}

impl CredentialsDocument {
    /// Reads an import document. `web_url` and `api_url` default to github.com's, both or neither.
    ///
    /// # Errors
    /// Every field that is missing or wrong.
    pub fn parse(json: &[u8]) -> Result<Self, Vec<FieldProblem>> {
        let mut fields = Fields::read(json, &FIELDS)?;
        // An operator is waiting: try the key now rather than at the first call.
        let app = fields.app(private_key::prove);
        let webhook_secret = fields.secret("webhook_secret");
        match (app, webhook_secret) {
            (Some(app), Some(webhook_secret)) if fields.problems.is_empty() => Ok(Self { app, webhook_secret }),
            _ => Err(fields.problems),
        }
    }

    /// The JSON text that [`CredentialsDocument::parse`] reads.
    #[must_use]
    pub fn to_json(&self) -> Secret {
        let mut document = self.app.fields();
        document["webhook_secret"] = json!(self.webhook_secret.expose());
        Secret::new(document.to_string())
    }
}

impl AppCredentials {
    /// The JSON text for the vault.
    #[must_use]
    pub fn to_json(&self) -> Secret {
        Secret::new(self.fields().to_string())
    }

    fn fields(&self) -> Value {
        let mut document = json!({
            "web_url": self.endpoints.web,
            "api_url": self.endpoints.api,
            "app_id": self.app_id,
            "slug": self.slug,
            "client_id": self.client_id,
            "client_secret": self.client_secret.expose(),
            "private_key": self.private_key.expose(),
        });
        if let Some(private_ca) = &self.private_ca {
            document["private_ca"] = json!(private_ca);
        }
        if let Some(previous) = &self.previous_private_key {
            document["previous_private_key"] = json!(previous.expose());
        }
        document
    }

    /// Reads what [`AppCredentials::to_json`] wrote, or what an operator put into the vault by hand.
    ///
    /// # Errors
    /// Every field that is missing or wrong.
    pub fn from_json(text: &str) -> Result<Self, Vec<FieldProblem>> {
        let mut fields = Fields::read(text.as_bytes(), &FIELDS[..9])?;
        match fields.app(|_| Ok(())) {
            Some(app) if fields.problems.is_empty() => Ok(app),
            _ => Err(fields.problems),
        }
    }
}

struct Fields {
    values: Map<String, Value>,
    problems: Vec<FieldProblem>,
}

impl Fields {
    fn read(json: &[u8], known: &[&str]) -> Result<Self, Vec<FieldProblem>> {
        let whole = |problem: String| vec![FieldProblem { field: "document".to_owned(), problem }];
        if json.len() > DOCUMENT_LIMIT {
            return Err(whole(format!("larger than {DOCUMENT_LIMIT} bytes")));
        }
        let value: Value = serde_json::from_slice(json)
            .map_err(|error| whole(format!("not JSON (line {}, column {})", error.line(), error.column())))?;
        let Value::Object(values) = value else {
            return Err(whole("a JSON object is expected".to_owned()));
        };
        let mut fields = Self { values, problems: Vec::new() };
        let strangers: Vec<_> = fields.values.keys().filter(|name| !known.contains(&name.as_str())).cloned().collect();
        for name in strangers {
            // Whoever mixed up names and values must not read a secret here.
            let plain = name.len() <= 40 && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            let name = if plain { name.as_str() } else { "a field" };
            fields.complain(name, &format!("not known; the document's fields are {}", known.join(", ")));
        }
        Ok(fields)
    }

    fn complain(&mut self, field: &str, problem: &str) {
        self.problems.push(FieldProblem { field: field.to_owned(), problem: problem.to_owned() });
    }

    fn check<T, E: fmt::Display>(&mut self, outcome: Result<T, E>, field: &str) -> Option<T> {
        outcome.map_err(|problem| self.complain(field, &problem.to_string())).ok()
    }

    /// Everything but the webhook secret; looks at every field whatever is wrong with the others.
    fn app(&mut self, prove: impl Fn(&Secret) -> Result<(), KeyProblem>) -> Option<AppCredentials> {
        let endpoints = self.endpoints();
        let private_ca = self.private_ca();
        let app_id = self.app_id();
        let slug = self.slug();
        let client_id = self.word("client_id");
        let client_secret = self.secret("client_secret");
        let private_key = self.private_key("private_key", &prove);
        let previous = if self.is_given("previous_private_key") {
            self.private_key("previous_private_key", &prove).map(Some)
        } else {
            Some(None)
        };
        Some(AppCredentials {
            endpoints: endpoints?,
            private_ca: private_ca?,
            app_id: app_id?,
            slug: slug?,
            client_id: client_id?,
            client_secret: client_secret?,
            private_key: private_key?,
            previous_private_key: previous?,
        })
    }

    fn private_key(
        &mut self,
        field: &'static str,
        prove: &impl Fn(&Secret) -> Result<(), KeyProblem>,
    ) -> Option<Secret> {
        let pasted = self.text(field)?;
        let outcome = private_key::normalise(&pasted).and_then(|pem| prove(&pem).map(|()| pem));
        self.check(outcome, field)
    }

    fn is_given(&self, name: &str) -> bool {
        self.values.get(name).is_some_and(|value| !value.is_null())
    }

    fn endpoints(&mut self) -> Option<Endpoints> {
        let (web, api) = (self.is_given("web_url"), self.is_given("api_url"));
        let both = "needed when the other address is given: both belong to one GitHub (Enterprise Server: \
                    https://HOST and https://HOST/api/v3)";
        match (web, api) {
            (true, false) => self.complain("api_url", both),
            (false, true) => self.complain("web_url", both),
            _ => {}
        }
        let web = if web { self.text("web_url") } else { Some(GITHUB_WEB.to_owned()) };
        let api = if api { self.text("api_url") } else { Some(GITHUB_API.to_owned()) };
        let web = web.and_then(|text| self.check(address(&text), "web_url"));
        let api = api.and_then(|text| self.check(address(&text), "api_url"));
        Some(Endpoints { web: web?, api: api? })
    }

    /// `Some(None)` when there is none. Whether its certificates can be read is for whoever makes a connection.
    fn private_ca(&mut self) -> Option<Option<String>> {
        if !self.is_given("private_ca") {
            return Some(None);
        }
        let text = self.text("private_ca")?.replace("\\n", "\n");
        let fits = text.contains("-----BEGIN CERTIFICATE-----") && text.contains("-----END CERTIFICATE-----");
        let rule = "a PEM text is expected: one or more blocks that begin with -----BEGIN CERTIFICATE-----";
        self.check(if fits { Ok(Some(text)) } else { Err(rule) }, "private_ca")
    }

    fn app_id(&mut self) -> Option<AppId> {
        let text = match self.values.get("app_id") {
            Some(Value::Number(number)) => number.to_string(),
            _ => self.text("app_id")?,
        };
        self.check(text.parse().map_err(|_| "a positive whole number is expected"), "app_id")
    }

    fn slug(&mut self) -> Option<String> {
        let slug = self.text("slug")?;
        let fits = slug.len() <= 100 && slug.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let rule = "letters, digits and hyphens are expected, as in https://github.com/apps/SLUG";
        self.check(if fits { Ok(slug) } else { Err(rule) }, "slug")
    }

    fn secret(&mut self, name: &'static str) -> Option<Secret> {
        self.word(name).map(Secret::new)
    }

    /// A text without white space around it or control characters in it: the marks of a careless paste.
    fn word(&mut self, name: &'static str) -> Option<String> {
        let text = self.text(name)?;
        let fits = text.trim() == text && !text.chars().any(char::is_control);
        self.check(if fits { Ok(text) } else { Err("white space around it, or a control character in it") }, name)
    }

    fn text(&mut self, name: &'static str) -> Option<String> {
        let problem = match self.values.get(name) {
            Some(Value::String(text)) if !text.trim().is_empty() => return Some(text.clone()),
            Some(Value::String(_)) => "empty",
            None | Some(Value::Null) => "missing",
            Some(_) => "a text is expected",
        };
        self.complain(name, problem);
        None
    }
}
