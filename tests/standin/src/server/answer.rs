//! Answers, with GitHub's bodies for everything that goes wrong.

use serde_json::{Value, json};

/// What a route function gives: an answer, or a refusal, which is an answer too.
pub(crate) type Outcome = Result<Answer, Answer>;

pub(crate) enum Body {
    Empty,
    Json(Value),
    /// Content type and bytes.
    Bytes(&'static str, Vec<u8>),
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Body,
}

const DOCUMENTATION: &str = "https://docs.github.com/rest";

impl Answer {
    pub(crate) fn json(status: u16, value: Value) -> Self {
        Self { status, headers: Vec::new(), body: Body::Json(value) }
    }

    pub(crate) fn ok(value: Value) -> Self {
        Self::json(200, value)
    }

    pub(crate) fn no_content() -> Self {
        Self { status: 204, headers: Vec::new(), body: Body::Empty }
    }

    pub(crate) fn html(status: u16, text: String) -> Self {
        Self { status, headers: Vec::new(), body: Body::Bytes("text/html; charset=utf-8", text.into_bytes()) }
    }

    pub(crate) fn redirect(location: &str) -> Self {
        Self { status: 302, headers: vec![("location", location.to_owned())], body: Body::Empty }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// GitHub's plain error form.
    pub(crate) fn refusal(status: u16, message: &str) -> Self {
        let body = json!({"message": message, "documentation_url": DOCUMENTATION, "status": status.to_string()});
        Self::json(status, body)
    }

    pub(crate) fn not_found() -> Self {
        Self::refusal(404, "Not Found")
    }

    pub(crate) fn bad_credentials() -> Self {
        Self::refusal(401, "Bad credentials")
    }

    /// 403 with the hint which permission would do.
    pub(crate) fn not_accessible(accepted: &str) -> Self {
        Self::refusal(403, "Resource not accessible by integration")
            .with("x-accepted-github-permissions", accepted.to_owned())
    }

    /// 422 for a value that the request's form allows and GitHub does not.
    pub(crate) fn invalid(resource: &str, field: &str, code: &str, message: Option<&str>) -> Self {
        let mut error = json!({"resource": resource, "field": field, "code": code});
        if let Some(message) = message {
            error["message"] = Value::from(message);
        }
        Self::json(
            422,
            json!({
                "message": "Validation Failed",
                "errors": [error],
                "documentation_url": DOCUMENTATION,
                "status": "422",
            }),
        )
    }

    /// 422 for a request whose form is wrong.
    pub(crate) fn malformed(what: &str) -> Self {
        Self::refusal(422, &format!("Invalid request.\n\n{what}"))
    }
}
