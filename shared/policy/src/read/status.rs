//! `coverage.status`: which statuses there are and when they succeed.

use super::{Reader, values};
use crate::node::{Entry, Node, Value};
use crate::{Policy, StatusRule};

/// Keys of a rule. Written one level too high they are the most common mistake in these files.
const RULE_KEYS: [&str; 4] = ["target", "threshold", "informational", "enabled"];

impl Reader {
    pub(super) fn statuses(&mut self, entry: &Entry, policy: &mut Policy) {
        match (&entry.node.value, entry.node.switch()) {
            (Value::Map(_), _) => {
                let (project, patch) = (policy.project().cloned(), policy.patch().cloned());
                policy.statuses.project =
                    self.status(&entry.node, "coverage.status.project", project).into_iter().collect();
                policy.statuses.patch = self.status(&entry.node, "coverage.status.patch", patch).into_iter().collect();
            }
            (_, Some(false)) => (policy.statuses.project, policy.statuses.patch) = (Vec::new(), Vec::new()),
            (Value::Null, _) | (_, Some(true)) => {}
            _ => self.wrong("coverage.status", entry, "a group of keys", "Both statuses stay on"),
        }
    }

    /// One kind of status: off, on, or a group of named rules. `default` is the one that is posted.
    fn status(&mut self, statuses: &Node, key: &str, otherwise: Option<StatusRule>) -> Option<StatusRule> {
        let Some(entry) = statuses.get(super::last(key)) else { return otherwise };
        match (&entry.node.value, entry.node.switch()) {
            (Value::Map(entries), _) => self.named(entries, &entry.node, key),
            (_, Some(on)) => otherwise.filter(|_| on),
            (Value::Null, _) => otherwise,
            _ => {
                self.wrong(key, entry, "`true`, `false` or a group of named rules", "The default holds");
                otherwise
            }
        }
    }

    fn named(&mut self, entries: &[Entry], node: &Node, key: &str) -> Option<StatusRule> {
        let mut misplaced = false;
        for entry in entries.iter().filter(|entry| RULE_KEYS.contains(&entry.key.as_str())) {
            misplaced = true;
            let reason = format!("has no effect here. Put it one level deeper, under `{key}.default`.");
            self.note(entry.line, &format!("{key}.{}", entry.key), reason);
        }
        match node.get("default") {
            Some(entry) => self.rule(entry, &format!("{key}.default")),
            // Only rules with other names: as in the incumbent, there is no status without a name then.
            None => misplaced.then(StatusRule::default),
        }
    }

    fn rule(&mut self, entry: &Entry, key: &str) -> Option<StatusRule> {
        let mut rule = StatusRule::default();
        match (&entry.node.value, entry.node.switch()) {
            (Value::Map(_), _) => {}
            (_, Some(on)) => return on.then_some(rule),
            (Value::Null, _) => return Some(rule),
            _ => {
                self.wrong(key, entry, "`true`, `false` or a group of keys", "The default holds");
                return Some(rule);
            }
        }
        let mut enabled = true;
        self.value(&entry.node, &format!("{key}.enabled"), &mut enabled, values::switch);
        self.value(&entry.node, &format!("{key}.target"), &mut rule.target, values::target);
        self.value(&entry.node, &format!("{key}.threshold"), &mut rule.threshold, values::threshold);
        self.value(&entry.node, &format!("{key}.informational"), &mut rule.informational, values::switch);
        enabled.then_some(rule)
    }
}
