//! Topic and cluster properties: one table of keys, checked on the way in, typed on the way out.
//!
//! Entry points: [`Scope::check`] for one value, [`Scope::change`] for a set of changes,
//! [`describe_topic`] and [`describe_cluster`] for DescribeConfigs, [`TopicConfig`] and
//! [`ClusterConfig`] for what is in force. To add a key, add a row to the table.
//!
//! What nobody has set on a topic or group comes from the node's own properties, else from the
//! cluster's, else from the table: the order of KIP-226.

mod effective;
mod named;
pub(super) mod table;
mod value;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use effective::{CleanupPolicy, ClusterConfig, TimestampType, TopicConfig};
pub use named::{CLIENT_METRICS, GROUP};
pub use table::{CLUSTER, INTERNAL, TOPIC};

use super::command::{ConfigOp, ConfigOpKind};
use super::error::{ControllerError, ErrorCode};

/// What was set on something, by key.
pub type Overrides = BTreeMap<String, String>;

/// Nothing was set.
static NONE: Overrides = Overrides::new();

/// What was set below topics and groups.
#[derive(Clone, Copy, Debug)]
pub struct Layers<'a> {
    /// For one node.
    pub node: &'a Overrides,
    /// For the cluster.
    pub cluster: &'a Overrides,
}

impl<'a> Layers<'a> {
    /// No node's in particular.
    pub fn cluster(cluster: &'a Overrides) -> Layers<'a> {
        Layers { node: &NONE, cluster }
    }

    /// What was set for `key`, the value in force first.
    fn values(self, key: &str) -> impl Iterator<Item = (&'a str, ConfigSource)> {
        let all = [(self.node, ConfigSource::Node), (self.cluster, ConfigSource::Cluster)];
        let set =
            move |(layer, source): (&'a Overrides, _)| Some((layer.get(key)?.as_str(), source));
        all.map(set).into_iter().flatten()
    }
}

/// What a value may look like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// `true` or `false`.
    Bool,
    /// 32 bits.
    Int {
        /// Smallest.
        min: i64,
        /// Largest.
        max: i64,
    },
    /// 64 bits.
    Long {
        /// Smallest.
        min: i64,
        /// Largest.
        max: i64,
    },
    /// 32 bits, or one value outside of the range that stands for the default.
    Level {
        /// Smallest.
        min: i64,
        /// Largest.
        max: i64,
        /// The value outside.
        default: i64,
    },
    /// A fraction.
    Double {
        /// Smallest.
        min: f64,
        /// Largest.
        max: f64,
    },
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Words, separated by commas.
    List,
    /// Some of these words, separated by commas; at least one.
    ListOf(&'static [&'static str]),
    /// `latest`, `earliest` or `by_duration:` and an ISO 8601 duration.
    Reset,
    /// `name=pattern` items, separated by commas, of these names: [`MATCHES`].
    Matches,
}

/// What a client-metrics subscription can choose clients by (KIP-714).
pub const MATCHES: &[&str] = &[
    "client_instance_id",
    "client_id",
    "client_software_name",
    "client_software_version",
    "client_source_address",
    "client_source_port",
];

/// Whether Headrace acts on a key.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Honour {
    /// On any valid value.
    Yes,
    /// Not at all, and why: only the default is accepted.
    OnlyDefault(&'static str),
}

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Property {
    /// Kafka's key.
    pub name: &'static str,
    /// For a topic's key: the cluster's key that gives its default.
    pub broker_key: Option<&'static str>,
    /// What values look like.
    pub kind: Kind,
    /// Kafka's default.
    pub default: &'static str,
    /// Whether we act on it.
    pub honour: Honour,
    /// What it does, for DescribeConfigs and the reference pages.
    pub doc: &'static str,
}

/// Where a value in force comes from, by Kafka's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[repr(i8)]
pub enum ConfigSource {
    /// Set on the topic.
    Topic = 1,
    /// Set for this node.
    Node = 2,
    /// Set for the whole cluster.
    Cluster = 3,
    /// The node's configuration file.
    NodeFile = 4,
    /// Nobody set it.
    Default = 5,
    /// Set on the client-metrics subscription.
    ClientMetrics = 7,
    /// Set on the group.
    Group = 8,
}

/// The type of a value, by Kafka's numbers (KIP-569).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[repr(i8)]
#[allow(missing_docs)]
pub enum ConfigType {
    Boolean = 1,
    String = 2,
    Int = 3,
    Long = 5,
    Double = 6,
    List = 7,
}

/// One line of DescribeConfigs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigEntry {
    /// The key.
    pub name: String,
    /// The value in force.
    pub value: String,
    /// Where it comes from.
    pub source: ConfigSource,
    /// It cannot be changed through the API.
    pub read_only: bool,
    /// Its type.
    pub kind: ConfigType,
    /// What it does.
    pub doc: String,
    /// Every place that gives it a value, the one in force first: (key there, value, place).
    pub synonyms: Vec<(String, String, ConfigSource)>,
}

impl Property {
    fn config_type(&self) -> ConfigType {
        match self.kind {
            Kind::Bool => ConfigType::Boolean,
            Kind::Int { .. } | Kind::Level { .. } => ConfigType::Int,
            Kind::Long { .. } => ConfigType::Long,
            Kind::Double { .. } => ConfigType::Double,
            Kind::Choice(_) | Kind::Reset => ConfigType::String,
            Kind::List | Kind::ListOf(_) | Kind::Matches => ConfigType::List,
        }
    }

    fn is_list(&self) -> bool {
        matches!(self.kind, Kind::List | Kind::ListOf(_) | Kind::Matches)
    }
}

/// A topic's property by its key.
pub fn topic_property(key: &str) -> Option<&'static Property> {
    TOPIC.iter().chain(INTERNAL).find(|p| p.name == key)
}

/// A cluster's property by its key: an own row, or the default of a topic's property.
pub fn cluster_property(key: &str) -> Option<&'static Property> {
    let own = CLUSTER.iter().find(|p| p.name == key);
    own.or_else(|| TOPIC.iter().find(|p| p.broker_key == Some(key)))
}

fn cluster_keys() -> impl Iterator<Item = &'static str> {
    CLUSTER.iter().map(|p| p.name).chain(TOPIC.iter().filter_map(|p| p.broker_key))
}

/// Whose keys a change is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// A topic's.
    Topic,
    /// The cluster's.
    Cluster,
    /// One node's: the cluster's keys, but for those that make sense for all nodes only.
    Node,
    /// A group's.
    Group,
    /// A client-metrics subscription's.
    ClientMetrics,
}

impl Scope {
    fn property(self, key: &str) -> Result<&'static Property, String> {
        let found = match self {
            Scope::Topic => topic_property(key),
            Scope::Node if table::WHOLE_CLUSTER.contains(&key) => {
                return Err(format!(
                    "{key} holds for the whole cluster and cannot be set for one node: set it on \
                     the broker resource with an empty name"
                ));
            }
            Scope::Cluster | Scope::Node => cluster_property(key),
            Scope::Group => GROUP.iter().find(|p| p.name == key),
            Scope::ClientMetrics => CLIENT_METRICS.iter().find(|p| p.name == key),
        };
        found.ok_or_else(|| self.unknown(key))
    }

    fn unknown(self, key: &str) -> String {
        let shown = value::shorten(key);
        if matches!(self, Scope::Cluster | Scope::Node) {
            if let Some((_, ours)) = table::OTHER_SPELLINGS.iter().find(|(k, _)| *k == key) {
                return format!("{key} is not supported; set {ours}");
            }
            if table::NODE_FILE_KEYS.contains(&key) {
                return format!("{key} belongs to a node's configuration file (headrace.yaml)");
            }
        }
        let near = |table: &'static [Property]| value::nearest(key, table.iter().map(|p| p.name));
        let (what, near) = match self {
            Scope::Topic => ("topic", near(TOPIC)),
            Scope::Cluster | Scope::Node => ("cluster", value::nearest(key, cluster_keys())),
            Scope::Group => ("group", near(GROUP)),
            Scope::ClientMetrics => ("client metrics", near(CLIENT_METRICS)),
        };
        let hint = near.map(|n| format!("; did you mean {n}?")).unwrap_or_default();
        format!("unknown {what} property '{shown}'{hint}")
    }

    /// As in Apache Kafka, where a subscription's values are checked with the request.
    fn refusal(self) -> ErrorCode {
        match self {
            Scope::ClientMetrics => ErrorCode::INVALID_REQUEST,
            _ => ErrorCode::INVALID_CONFIG,
        }
    }

    /// One value in its normal form.
    ///
    /// # Errors
    /// `INVALID_CONFIG` for an unknown key, a bad value, or one that would not be honoured.
    pub fn check(self, key: &str, value: &str) -> Result<String, ControllerError> {
        self.property(key)
            .and_then(|p| value::check(p, value))
            .map_err(|why| ControllerError::new(self.refusal(), why))
    }

    /// `present` overrides after `ops`; all of them or none. `inherited` is what a list is added
    /// to or taken from that `present` does not have: the cluster's.
    ///
    /// # Errors
    /// `INVALID_CONFIG` as [`Scope::check`]; `INVALID_REQUEST` for a key that is changed twice.
    pub fn change(
        self,
        present: &Overrides,
        ops: &[ConfigOp],
        inherited: &Overrides,
    ) -> Result<Overrides, ControllerError> {
        let mut next = present.clone();
        for (at, op) in ops.iter().enumerate() {
            if ops[..at].iter().any(|earlier| earlier.key == op.key) {
                return Err(ControllerError::new(
                    ErrorCode::INVALID_REQUEST,
                    format!("'{}' is changed twice in one request", value::shorten(&op.key)),
                ));
            }
            let invalid = |why| ControllerError::new(self.refusal(), why);
            let property = self.property(&op.key).map_err(invalid)?;
            match self.new_value(property, op, &next, inherited).map_err(invalid)? {
                Some(value) => next.insert(op.key.clone(), value),
                None => next.remove(&op.key),
            };
        }
        Ok(next)
    }

    fn new_value(
        self,
        property: &Property,
        op: &ConfigOp,
        present: &Overrides,
        inherited: &Overrides,
    ) -> Result<Option<String>, String> {
        let given = || op.value.as_deref().ok_or_else(|| format!("{} has no value", property.name));
        let whole = match op.op {
            ConfigOpKind::Delete => return Ok(None),
            ConfigOpKind::Set => given()?.to_string(),
            ConfigOpKind::Append | ConfigOpKind::Subtract if !property.is_list() => {
                return Err(format!("{} is not a list: it can only be set", property.name));
            }
            kind => {
                let from_cluster = || inherited.get(property.broker_key.unwrap_or(&op.key));
                let now = present.get(&op.key).or_else(from_cluster);
                let now = value::items(now.map_or(property.default, String::as_str));
                let delta = value::items(given()?);
                if kind == ConfigOpKind::Append {
                    value::join(now.into_iter().chain(delta).collect())
                } else {
                    value::join(now.into_iter().filter(|i| !delta.contains(i)).collect())
                }
            }
        };
        let value = value::check(property, &whole)?;
        value::within_limits(property, &value, inherited)?;
        Ok(Some(value))
    }
}

/// Every topic property with its value in force; an internal one only where it is set.
pub fn describe_topic(overrides: &Overrides, below: Layers<'_>) -> Vec<ConfigEntry> {
    let described = |p: &'static Property| {
        let set = overrides.get(p.name).map(|v| (p.name, v.as_str(), ConfigSource::Topic));
        entry(p, p.name, set, p.broker_key, below)
    };
    let internal = INTERNAL.iter().filter(|p| overrides.contains_key(p.name)).map(|p| {
        let mut set = described(p);
        // Nowhere else is there a value for it.
        set.synonyms.truncate(1);
        set
    });
    TOPIC.iter().map(described).chain(internal).collect()
}

/// Every property of a group with its value in force.
pub fn describe_group(overrides: &Overrides, below: Layers<'_>) -> Vec<ConfigEntry> {
    describe_named(GROUP, ConfigSource::Group, overrides, below)
}

/// Every property of a client-metrics subscription with its value in force.
pub fn describe_client_metrics(overrides: &Overrides) -> Vec<ConfigEntry> {
    describe_named(CLIENT_METRICS, ConfigSource::ClientMetrics, overrides, Layers::cluster(&NONE))
}

fn describe_named(
    table: &'static [Property],
    source: ConfigSource,
    overrides: &Overrides,
    below: Layers<'_>,
) -> Vec<ConfigEntry> {
    let one = |p: &'static Property| {
        let set = overrides.get(p.name).map(|v| (p.name, v.as_str(), source));
        entry(p, p.name, set, p.broker_key, below)
    };
    table.iter().map(one).collect()
}

/// Every cluster property with its value in force, by key: on one node if its layer is given.
pub fn describe_cluster(layers: Layers<'_>) -> Vec<ConfigEntry> {
    let mut keys: Vec<&'static str> = cluster_keys().collect();
    keys.sort_unstable();
    keys.into_iter()
        .filter_map(|key| Some((key, cluster_property(key)?)))
        .map(|(key, p)| entry(p, key, None, Some(key), layers))
        .collect()
}

fn entry(
    property: &Property,
    name: &str,
    own: Option<(&str, &str, ConfigSource)>,
    broker_key: Option<&'static str>,
    below: Layers<'_>,
) -> ConfigEntry {
    let broker_key = broker_key.unwrap_or(property.name);
    let inherited = below.values(broker_key).map(|(value, source)| (broker_key, value, source));
    let default = (broker_key, property.default, ConfigSource::Default);
    let synonyms: Vec<(String, String, ConfigSource)> = own
        .into_iter()
        .chain(inherited)
        .chain([default])
        .map(|(k, v, s)| (k.to_string(), v.to_string(), s))
        .collect();
    ConfigEntry {
        name: name.to_string(),
        value: synonyms[0].1.clone(),
        source: synonyms[0].2,
        read_only: false,
        kind: property.config_type(),
        doc: property.doc.to_string(),
        synonyms,
    }
}
