//! One description, as a store of JSON Schemas by place.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use jsonschema::{Draft, Registry, Validator};
use serde_json::{Value, json};

/// A name for references; nothing is ever fetched from it.
const NAME: &str = "urn:github";

/// A description, with the validators that were needed so far.
pub(crate) struct Description {
    document: Value,
    registry: Registry<'static>,
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

impl Description {
    pub(super) fn new(document: Value) -> Result<Self, String> {
        // Draft 7 is the last that ignores what stands beside a reference, as OpenAPI 3.0 does.
        let registry = Registry::new()
            .draft(Draft::Draft7)
            .add(NAME, document.clone())
            .and_then(jsonschema::RegistryBuilder::prepare)
            .map_err(|error| format!("GitHub's description is no JSON Schema: {error}"))?;
        Ok(Self { document, registry, validators: Mutex::default() })
    }

    /// What stands at a JSON pointer; a reference is followed.
    pub(super) fn at(&self, pointer: &str) -> Option<&Value> {
        self.follow(self.document.pointer(pointer)?)
    }

    /// The thing itself where `value` is only a reference to it.
    pub(super) fn follow<'a>(&'a self, value: &'a Value) -> Option<&'a Value> {
        match value["$ref"].as_str() {
            Some(reference) => self.document.pointer(reference.trim_start_matches('#')),
            None => Some(value),
        }
    }

    /// Where the reference at a JSON pointer leads, as a pointer; `None` where no reference stands.
    pub(super) fn reference(&self, pointer: &str) -> Option<String> {
        let reference = self.document.pointer(pointer)?["$ref"].as_str()?;
        Some(reference.trim_start_matches('#').to_owned())
    }

    /// What is wrong with `value` by the schema at the pointer.
    pub(super) fn judge(&self, pointer: &str, value: &Value) -> Option<String> {
        let validator = match self.validator(pointer) {
            Ok(validator) => validator,
            Err(why) => return Some(why),
        };
        let errors: Vec<String> = validator
            .iter_errors(value)
            .take(3)
            .map(|error| format!("{} at {}", shortened(&error.to_string()), error.instance_path()))
            .collect();
        (!errors.is_empty()).then(|| errors.join("; "))
    }

    fn validator(&self, pointer: &str) -> Result<Arc<Validator>, String> {
        let mut known = self.validators.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(validator) = known.get(pointer) {
            return Ok(Arc::clone(validator));
        }
        let schema = json!({"$ref": format!("{NAME}#{}", in_fragment(pointer))});
        let validator = jsonschema::options()
            .with_draft(Draft::Draft7)
            .with_registry(&self.registry)
            .should_validate_formats(true)
            .should_ignore_unknown_formats(true)
            .build(&schema)
            .map_err(|error| format!("no schema at {pointer}: {error}"))?;
        let validator = Arc::new(validator);
        known.insert(pointer.to_owned(), Arc::clone(&validator));
        Ok(validator)
    }
}

/// A JSON pointer as the fragment of an address.
fn in_fragment(pointer: &str) -> String {
    pointer.replace('{', "%7B").replace('}', "%7D")
}

/// Error texts repeat the whole value; the place is what helps.
fn shortened(text: &str) -> String {
    let longest = 300;
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    let (head, tail): (String, Vec<char>) = (text.chars().take(longest / 2).collect(), text.chars().collect());
    format!("{head} … {}", tail[tail.len() - longest / 2..].iter().collect::<String>())
}
