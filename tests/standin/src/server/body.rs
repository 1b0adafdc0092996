//! Request bodies: a JSON object whose fields are asked for by name and type.

use serde_json::{Map, Value};

use super::{Answer, Request};

/// The fields of a body.
pub(crate) struct Fields(Map<String, Value>);

impl Fields {
    /// # Errors
    /// 415 for another content type, 400 for what is no JSON object: GitHub's own words.
    pub(crate) fn read(request: &Request) -> Result<Self, Answer> {
        if request.body.is_empty() {
            return Ok(Self(Map::new()));
        }
        let kind = request.header("content-type").unwrap_or("");
        if !kind.split(';').next().unwrap_or("").trim().eq_ignore_ascii_case("application/json") {
            return Err(Answer::refusal(415, "Unsupported Media Type: the body of a request is application/json"));
        }
        match serde_json::from_slice(&request.body) {
            Ok(Value::Object(fields)) => Ok(Self(fields)),
            Ok(_) => Err(Answer::refusal(400, "Body should be a JSON object")),
            Err(_) => Err(Answer::refusal(400, "Problems parsing JSON")),
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// A text that must be there.
    pub(crate) fn required(&self, name: &str) -> Result<String, Answer> {
        self.text(name)?.ok_or_else(|| Answer::malformed(&format!("\"{name}\" wasn't supplied.")))
    }

    /// A text that may be there.
    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, Answer> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(other) => Err(Answer::malformed(&format!("For 'properties/{name}', {other} is not a string."))),
        }
    }

    /// A text out of a closed list.
    pub(crate) fn choice(&self, resource: &str, name: &str, allowed: &[&str]) -> Result<Option<String>, Answer> {
        let text = self.text(name)?;
        match &text {
            Some(value) if !allowed.contains(&value.as_str()) => {
                Err(Answer::invalid(resource, name, "invalid", Some(&format!("{name} is not included in the list"))))
            }
            _ => Ok(text),
        }
    }

    /// A list that may be there.
    pub(crate) fn list(&self, name: &str) -> Result<Option<&Vec<Value>>, Answer> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Array(items)) => Ok(Some(items)),
            Some(other) => Err(Answer::malformed(&format!("For 'properties/{name}', {other} is not an array."))),
        }
    }
}
