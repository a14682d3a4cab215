//! Which clients push metrics (KIP-714): what each was told, and when it may come again.
//!
//! Subscriptions are `client-metrics` configurations of the cluster. An instance is a client's own
//! random id; at most [`MAX_INSTANCES`] are remembered, the one that was silent longest goes first.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeSet, HashMap};
use std::hash::{Hash, Hasher};
use std::sync::{Mutex, PoisonError};

use headrace_cluster::image::Image;
use headrace_wire::ErrorCode;
use regex::{Regex, RegexBuilder};
use uuid::Uuid;

use crate::session::Session;

/// Clients that a node remembers, as in Apache Kafka.
const MAX_INSTANCES: usize = 16_384;
/// A compiled pattern takes no more than this.
const PATTERN_BYTES: usize = 64 << 10;
/// How often a client without any subscription asks again.
const DEFAULT_INTERVAL_MS: i32 = 300_000;
/// A subscription to every metric.
const ALL: &str = "*";

/// A pattern of a subscription: it must match a whole value.
pub(crate) fn client_pattern(pattern: &str) -> Result<Regex, regex::Error> {
    let whole = format!("^(?:{})$", pattern.trim());
    RegexBuilder::new(&whole).size_limit(PATTERN_BYTES).build()
}

/// What a client shall push, and how often.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Subscription {
    /// Prefixes of names; `*` alone: everything; empty: nothing.
    pub metrics: Vec<String>,
    pub interval_ms: i32,
}

impl Subscription {
    /// The same on every node, and another one whenever the subscription changes.
    pub fn id(&self, instance: Uuid) -> i32 {
        let mut hasher = DefaultHasher::new();
        (self, instance).hash(&mut hasher);
        (hasher.finish() >> 32) as u32 as i32
    }
}

/// Who a client says it is.
pub(crate) struct Client<'a> {
    pub instance: Uuid,
    pub client_id: &'a str,
    pub session: &'a Session,
}

impl Client<'_> {
    fn value(&self, name: &str) -> Option<String> {
        let software = self.session.software();
        Some(match name {
            "client_instance_id" => crate::ids::base64(self.instance),
            "client_id" => self.client_id.to_owned(),
            "client_software_name" => software?.0.to_string(),
            "client_software_version" => software?.1.to_string(),
            "client_source_address" => self.session.peer.address.ip().to_string(),
            "client_source_port" => self.session.peer.address.port().to_string(),
            _ => return None,
        })
    }

    fn matches(&self, matches: &str) -> bool {
        matches.split(',').filter(|item| !item.trim().is_empty()).all(|item| {
            let Some((name, pattern)) = item.split_once('=') else { return false };
            let Some(value) = self.value(name.trim()) else { return false };
            client_pattern(pattern).is_ok_and(|pattern| pattern.is_match(&value))
        })
    }

    /// All subscriptions of the cluster that this client falls under, as one.
    pub fn subscription(&self, image: &Image) -> Subscription {
        let mut metrics = BTreeSet::new();
        let mut interval_ms = DEFAULT_INTERVAL_MS;
        for set in image.client_metrics().values() {
            let text = |key: &str| set.get(key).map_or("", String::as_str);
            if !self.matches(text("match")) {
                continue;
            }
            metrics.extend(text("metrics").split(',').filter(|m| !m.is_empty()).map(str::to_owned));
            interval_ms = interval_ms.min(text("interval.ms").parse().unwrap_or(interval_ms));
        }
        if metrics.contains(ALL) {
            metrics = BTreeSet::from([ALL.to_owned()]);
        }
        Subscription { metrics: metrics.into_iter().collect(), interval_ms }
    }
}

#[derive(Clone, Debug)]
struct Instance {
    subscription: i32,
    asked_ms: i64,
    pushed_ms: i64,
    terminating: bool,
}

/// The clients that asked this node for a subscription lately.
#[derive(Default)]
pub(crate) struct Telemetry {
    instances: Mutex<HashMap<Uuid, Instance>>,
}

impl Telemetry {
    /// A client asks what to push. It may as soon as its interval is over, or when the answer
    /// would be another one than before.
    pub fn ask(&self, id: Uuid, wanted: &Subscription, now_ms: i64) -> Result<i32, ErrorCode> {
        let subscription = wanted.id(id);
        let mut all = self.instances.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.get(&id).filter(|known| known.subscription == subscription);
        let last_ms = known.map_or(i64::MIN, |known| known.asked_ms.max(known.pushed_ms));
        if now_ms.saturating_sub(last_ms) < i64::from(wanted.interval_ms) {
            return Err(ErrorCode::ThrottlingQuotaExceeded);
        }
        let pushed_ms = known.map_or(i64::MIN, |known| known.pushed_ms);
        let instance = Instance { subscription, asked_ms: now_ms, pushed_ms, terminating: false };
        remember(&mut all, id, instance);
        Ok(subscription)
    }

    /// A client pushes. Its first push may come at once, its last one at any time.
    pub fn push(
        &self,
        id: Uuid,
        wanted: &Subscription,
        named: i32,
        terminating: bool,
        now_ms: i64,
    ) -> Result<(), ErrorCode> {
        let subscription = wanted.id(id);
        let mut all = self.instances.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.get(&id).filter(|known| known.subscription == subscription);
        // it may have asked another node
        let fresh = || Instance {
            subscription,
            asked_ms: i64::MIN,
            pushed_ms: i64::MIN,
            terminating: false,
        };
        let mut instance = known.cloned().unwrap_or_else(fresh);
        let last_ms = instance.asked_ms.max(instance.pushed_ms);
        let due = instance.asked_ms > instance.pushed_ms
            || now_ms.saturating_sub(last_ms) >= i64::from(wanted.interval_ms);
        let outcome = if instance.terminating {
            Err(ErrorCode::InvalidRequest)
        } else if !due && !terminating {
            Err(ErrorCode::ThrottlingQuotaExceeded)
        } else {
            instance.pushed_ms = now_ms;
            (named == subscription).then_some(()).ok_or(ErrorCode::UnknownSubscriptionId)
        };
        instance.terminating |= terminating;
        remember(&mut all, id, instance);
        outcome
    }
}

fn remember(all: &mut HashMap<Uuid, Instance>, id: Uuid, instance: Instance) {
    if all.len() >= MAX_INSTANCES && !all.contains_key(&id) {
        let oldest = all.iter().min_by_key(|(_, known)| known.asked_ms.max(known.pushed_ms));
        if let Some(oldest) = oldest.map(|(&id, _)| id) {
            all.remove(&oldest);
        }
    }
    all.insert(id, instance);
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: Uuid = Uuid::from_u128(7);

    fn every(interval_ms: i32) -> Subscription {
        Subscription { metrics: vec!["a.".to_owned()], interval_ms }
    }

    #[test]
    fn clients_come_once_an_interval_and_at_once_after_a_change() {
        let telemetry = Telemetry::default();
        let id = telemetry.ask(ID, &every(1_000), 0).expect("the first time");
        assert_eq!(telemetry.ask(ID, &every(1_000), 500), Err(ErrorCode::ThrottlingQuotaExceeded));
        assert_eq!(telemetry.push(ID, &every(1_000), id, false, 500), Ok(()), "the first push");
        let push = |at| telemetry.push(ID, &every(1_000), id, false, at);
        assert_eq!(push(1_400), Err(ErrorCode::ThrottlingQuotaExceeded));
        assert_eq!(push(1_500), Ok(()));
        let changed = telemetry.push(ID, &every(2_000), id, false, 1_600);
        assert_eq!(changed, Err(ErrorCode::UnknownSubscriptionId));
        assert_ne!(telemetry.ask(ID, &every(9_000), 1_700), Ok(id));
    }

    #[test]
    fn the_last_push_may_come_early_and_is_the_last() {
        let telemetry = Telemetry::default();
        let id = telemetry.ask(ID, &every(1_000), 0).expect("the first time");
        assert_eq!(telemetry.push(ID, &every(1_000), id, false, 1), Ok(()));
        assert_eq!(telemetry.push(ID, &every(1_000), id, true, 2), Ok(()));
        let after = telemetry.push(ID, &every(1_000), id, false, 5_000);
        assert_eq!(after, Err(ErrorCode::InvalidRequest));
    }

    #[test]
    fn the_one_that_was_silent_longest_is_forgotten() {
        let telemetry = Telemetry::default();
        for at in 0..=MAX_INSTANCES as u128 {
            let now_ms = i64::try_from(at).expect("small");
            telemetry.ask(Uuid::from_u128(at), &every(1_000), now_ms).expect("new");
        }
        let all = telemetry.instances.lock().expect("no panic");
        assert_eq!(all.len(), MAX_INSTANCES);
        assert!(!all.contains_key(&Uuid::from_u128(0)));
    }

    #[test]
    fn patterns_match_whole_values() {
        let pattern = client_pattern("v1.*").expect("a pattern");
        assert!(pattern.is_match("v12") && !pattern.is_match("xv1"));
        assert!(client_pattern("(").is_err());
        assert!(client_pattern(&"a{1000}".repeat(60)).is_err(), "too large");
    }
}
