//! Regular expressions over topic names. Matching takes linear time, and what an expression may
//! cost to compile is bounded, so that a subscription cannot hold up a coordinator.

use std::collections::BTreeSet;
use std::sync::Arc;

use headrace_wire::ErrorCode;
use regex::{Regex, RegexBuilder};

use super::{Hosted, Refusal, State};
use crate::topics::Topics;

/// Longest expression, bytes.
const MAX_PATTERN_BYTES: usize = 4 << 10;
/// Memory that a compiled expression may take, bytes.
const MAX_COMPILED_BYTES: usize = 1 << 20;

/// The topics that an expression matched.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Resolved {
    pub(crate) topics: BTreeSet<String>,
    /// When, Unix ms.
    pub(crate) at_ms: i64,
}

/// Compiles an expression that has to match a whole name, as in Apache Kafka.
pub(crate) fn compile(pattern: &str) -> Result<Regex, Refusal> {
    let refuse = |why: String| {
        let why =
            format!("SubscribedTopicRegex `{pattern}` is not a valid regular expression: {why}.");
        Refusal::new(ErrorCode::InvalidRegularExpression, why)
    };
    if pattern.len() > MAX_PATTERN_BYTES {
        let why = format!("SubscribedTopicRegex is longer than {MAX_PATTERN_BYTES} bytes.");
        return Err(Refusal::new(ErrorCode::InvalidRegularExpression, why));
    }
    let build = |text: &str| {
        let mut builder = RegexBuilder::new(text);
        builder.size_limit(MAX_COMPILED_BYTES).dfa_size_limit(MAX_COMPILED_BYTES).build()
    };
    // By itself first: a stray parenthesis must not be mended by what is put around it.
    let reason = |error: regex::Error| {
        refuse(match error {
            regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
            other => other.to_string().lines().last().unwrap_or_default().to_owned(),
        })
    };
    build(pattern).map_err(reason)?;
    build(&format!("^(?:{pattern})$")).map_err(reason)
}

fn matching(regex: &Regex, topics: &dyn Topics) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    topics.each_name(&mut |name| {
        if regex.is_match(name) {
            found.insert(name.to_owned());
        }
    });
    found
}

impl State {
    pub(super) fn drop_unused_regexes(&mut self) {
        let members = &self.members;
        let used = |regex: &str| members.values().any(|m| m.subscription.regex == regex);
        self.regexes.retain(|regex, _| used(regex));
    }
}

impl Hosted {
    /// Finds the topics of every expression in use that has none yet; of all when the cluster's
    /// topics have changed. An expression that no longer compiles keeps what it had.
    pub(super) fn resolve_regexes(&mut self, topics: &dyn Topics, now_ms: i64) {
        let mut found = Vec::new();
        for member in self.state.members.values() {
            let pattern = &member.subscription.regex;
            let known = self.state.regexes.get(pattern);
            if pattern.is_empty() || (known.is_some() && !self.stale) {
                continue;
            }
            let Ok(regex) = compile(pattern) else { continue };
            let names = matching(&regex, topics);
            if known.is_none_or(|known| known.topics != names) {
                let resolved = Resolved { topics: names, at_ms: now_ms };
                found.push((pattern.clone(), Arc::new(resolved)));
            }
        }
        if !found.is_empty() {
            self.edit().regexes.extend(found);
        }
    }
}
