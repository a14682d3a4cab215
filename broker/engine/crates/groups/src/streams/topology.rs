//! What an application reads and writes, made concrete: sizes of its internal topics, and with
//! them the number of its tasks.

use std::collections::{BTreeMap, BTreeSet};

use headrace_wire::messages::create_topics::{CreatableTopic, CreatableTopicConfig};
use headrace_wire::messages::streams_group_topology_record::{Subtopology, TopicInfo};
use headrace_wire::messages::{streams_group_heartbeat as heartbeat, StreamsGroupTopologyValue};
use headrace_wire::{ErrorCode, Str};

use super::assignor::Shape;
use crate::consumer::Refusal;
use crate::topics::Topics;

/// What is wrong with the topics, as Kafka numbers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// The member's topology is older than the group's.
    StaleTopology = 0,
    /// The application reads topics that do not exist.
    MissingSourceTopics = 1,
    /// Topics that belong together have other sizes.
    IncorrectlyPartitioned = 2,
    /// Topics of the application's own are still to be made.
    MissingInternalTopics = 3,
    /// Somebody asked all members to stop.
    ShutdownApplication = 4,
    /// More members may come.
    AssignmentDelayed = 5,
}

impl Status {
    pub(crate) fn told(self, detail: impl Into<Str>) -> heartbeat::Status {
        heartbeat::Status { status_code: self as i8, status_detail: detail.into() }
    }
}

/// A topology over the cluster's topics.
#[derive(Clone, Debug, Default)]
pub(crate) struct Configured {
    /// Tasks of each subtopology; none while that cannot be told.
    pub(crate) shapes: Option<BTreeMap<String, Shape>>,
    /// Sizes of the internal topics.
    pub(crate) sizes: BTreeMap<String, i32>,
    /// Internal topics that do not exist yet.
    pub(crate) missing: Vec<CreatableTopic>,
    /// Why the application cannot work now.
    pub(crate) problem: Option<(Status, String)>,
}

impl Configured {
    /// Whether tasks can be assigned.
    pub(crate) fn is_ready(&self) -> bool {
        self.problem.is_none()
    }
}

type Problem = (Status, String);

fn sources(subtopology: &Subtopology) -> impl Iterator<Item = &Str> {
    let own = subtopology.repartition_source_topics.iter().map(|topic| &topic.name);
    subtopology.source_topics.iter().chain(own)
}

fn internal(topology: &StreamsGroupTopologyValue) -> impl Iterator<Item = &TopicInfo> {
    topology
        .subtopologies
        .iter()
        .flat_map(|s| s.repartition_source_topics.iter().chain(&s.state_changelog_topics))
}

/// Every topic that the application needs.
pub(crate) fn required(topology: &StreamsGroupTopologyValue) -> BTreeSet<&str> {
    let external = topology.subtopologies.iter().flat_map(|s| &s.source_topics);
    external.map(|name| &**name).chain(internal(topology).map(|topic| &*topic.name)).collect()
}

/// Whether any subtopology reads the topic.
pub(crate) fn reads(topology: &StreamsGroupTopologyValue, topic: &str) -> bool {
    topology.subtopologies.iter().any(|s| sources(s).any(|name| name == topic))
}

/// The subtopology that reads the topic.
pub(crate) fn reader<'t>(
    topology: &'t StreamsGroupTopologyValue,
    topic: &str,
) -> Option<&'t Subtopology> {
    topology.subtopologies.iter().find(|s| sources(s).any(|name| name == topic))
}

/// Topics that a subtopology's tasks read.
pub(crate) fn sources_of<'t>(
    topology: &'t StreamsGroupTopologyValue,
    subtopology: &str,
) -> impl Iterator<Item = &'t Str> {
    let found = topology.subtopologies.iter().find(|s| s.subtopology_id == *subtopology);
    found.into_iter().flat_map(sources)
}

/// Makes the topology concrete.
///
/// # Errors
/// `STREAMS_INVALID_TOPOLOGY`: no topics in the world would make it work.
pub(crate) fn configure(
    topology: &StreamsGroupTopologyValue,
    topics: &dyn Topics,
) -> Result<Configured, Refusal> {
    if let Some(problem) = missing_sources(topology, topics) {
        return Ok(Configured { problem: Some(problem), ..Configured::default() });
    }
    let mut sizing = Sizing { topology, topics, sizes: BTreeMap::new() };
    sizing.size_repartition_topics()?;
    let problem = sizing.copartition().err().or_else(|| {
        sizing.size_changelogs();
        sizing.misfits()
    });
    if problem.is_some() {
        return Ok(Configured { problem, ..Configured::default() });
    }
    let shapes = topology.subtopologies.iter().map(|s| {
        let stateful = !s.state_changelog_topics.is_empty();
        (s.subtopology_id.to_string(), Shape { tasks: sizing.largest_source(s), stateful })
    });
    let shapes = Some(shapes.collect());
    let missing = sizing.missing();
    let names: Vec<&str> = missing.iter().map(|topic| &*topic.name).collect();
    let problem = (!names.is_empty()).then(|| {
        let why = format!("Internal topics are missing: [{}]", names.join(", "));
        (Status::MissingInternalTopics, why)
    });
    Ok(Configured { shapes, sizes: sizing.sizes, missing, problem })
}

fn missing_sources(topology: &StreamsGroupTopologyValue, topics: &dyn Topics) -> Option<Problem> {
    let named = topology.subtopologies.iter().flat_map(|s| &s.source_topics);
    let missing: BTreeSet<&str> =
        named.map(|name| &**name).filter(|name| topics.find(name).is_none()).collect();
    let names: Vec<&str> = missing.into_iter().collect();
    (!names.is_empty()).then(|| {
        let why = format!("Source topics {} are missing.", names.join(", "));
        (Status::MissingSourceTopics, why)
    })
}

/// What a size that is still open means for the sizes that follow from it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unknown {
    Wait,
    Ignore,
}

/// Whether repartition topics have the size of the source topics that they are joined with.
fn fits(fixed: &[&TopicInfo], size: i32) -> Result<(), Problem> {
    let Some(other) = fixed.iter().find(|topic| topic.partitions != size) else {
        return Ok(());
    };
    let why = format!(
        "Number of partitions [{}] of repartition topic [{}] doesn't match number of partitions \
         [{size}] of the source topic.",
        other.partitions, other.name
    );
    Err((Status::IncorrectlyPartitioned, why))
}

fn writes(subtopology: &Subtopology, topic: &str) -> bool {
    subtopology.repartition_sink_topics.iter().any(|name| name == topic)
}

struct Sizing<'a> {
    topology: &'a StreamsGroupTopologyValue,
    topics: &'a dyn Topics,
    /// Of internal topics, as far as known.
    sizes: BTreeMap<String, i32>,
}

impl Sizing<'_> {
    /// How many partitions a topic has, or shall have.
    fn size(&self, name: &str) -> Option<i32> {
        let there = || self.topics.find(name).map(|shape| shape.partitions);
        self.sizes.get(name).copied().or_else(there)
    }

    fn largest_source(&self, subtopology: &Subtopology) -> i32 {
        sources(subtopology).filter_map(|name| self.size(name)).max().unwrap_or(0)
    }

    /// A repartition topic without a size of its own gets the largest one among the sources of
    /// those who write it, which may be repartition topics themselves.
    fn size_repartition_topics(&mut self) -> Result<(), Refusal> {
        let all = self.topology.subtopologies.iter().flat_map(|s| &s.repartition_source_topics);
        let mut open: Vec<&str> = Vec::new();
        for topic in all {
            match topic.partitions {
                0 => open.push(&topic.name),
                size => {
                    self.sizes.insert(topic.name.to_string(), size);
                }
            }
        }
        // Upstream first, as the client numbers its subtopologies.
        open.sort_by_key(|name| self.topology.subtopologies.iter().position(|s| writes(s, name)));
        while !open.is_empty() {
            let before = open.len();
            self.size_next(&mut open, Unknown::Wait);
            // A foreign-key join writes a topic for which it waits itself: what is known decides.
            if open.len() == before {
                self.size_next(&mut open, Unknown::Ignore);
            }
            if open.len() == before {
                let why = "Failed to compute the number of partitions of all repartition topics. \
                           There may be loops in the topology that cannot be resolved.";
                return Err(Refusal::new(ErrorCode::StreamsInvalidTopology, why));
            }
        }
        Ok(())
    }

    /// Takes those out of `open` whose size follows from what is known; of those that need
    /// `Unknown::Ignore` only the first, since it may make others known.
    fn size_next(&mut self, open: &mut Vec<&str>, unknown: Unknown) {
        let pending: BTreeSet<&str> = open.iter().copied().collect();
        let mut at_once = if unknown == Unknown::Ignore { 1 } else { usize::MAX };
        open.retain(|name| match self.size_by_writers(name, &pending, unknown) {
            Some(size) if at_once > 0 => {
                self.sizes.insert((*name).to_owned(), size);
                at_once -= 1;
                false
            }
            _ => true,
        });
    }

    /// The size that follows from what the topic's writers read.
    fn size_by_writers(
        &self,
        name: &str,
        pending: &BTreeSet<&str>,
        unknown: Unknown,
    ) -> Option<i32> {
        let subtopologies = self.topology.subtopologies.iter();
        let writers = subtopologies.filter(|s| writes(s, name));
        let read = writers.flat_map(sources).map(|source| {
            let open = pending.contains(&**source) && !self.sizes.contains_key(&**source);
            if open {
                None
            } else {
                self.size(source)
            }
        });
        match unknown {
            Unknown::Wait => read.collect::<Option<Vec<i32>>>()?.into_iter().max(),
            Unknown::Ignore => read.flatten().max(),
        }
    }

    /// Topics that are joined need one size: that of the topics from outside, else the one that
    /// the application asked for, else the largest.
    fn copartition(&mut self) -> Result<(), Problem> {
        for subtopology in &self.topology.subtopologies {
            for group in &subtopology.copartition_groups {
                let at = |index: &i16| usize::try_from(*index).ok();
                let external = group.source_topics.iter().filter_map(at);
                let external = external.filter_map(|at| subtopology.source_topics.get(at));
                let own = group.repartition_source_topics.iter().filter_map(at);
                let own = own.filter_map(|at| subtopology.repartition_source_topics.get(at));
                let (fixed, open): (Vec<_>, Vec<_>) = own.partition(|topic| topic.partitions != 0);
                let size = self.common_size(external)?;
                if let Some(size) = size {
                    fits(&fixed, size)?;
                }
                let size = match size {
                    None => self.common_size(fixed.iter().map(|topic| &topic.name))?,
                    given => given,
                };
                let size = size.or_else(|| open.iter().filter_map(|t| self.size(&t.name)).max());
                for topic in open {
                    self.sizes.extend(size.map(|size| (topic.name.to_string(), size)));
                }
            }
        }
        Ok(())
    }

    fn common_size<'n>(
        &self,
        names: impl Iterator<Item = &'n Str>,
    ) -> Result<Option<i32>, Problem> {
        let sizes: BTreeMap<&str, i32> =
            names.filter_map(|name| Some((&**name, self.size(name)?))).collect();
        let mut distinct: Vec<i32> = sizes.values().copied().collect();
        distinct.dedup();
        if distinct.len() > 1 {
            let told: Vec<String> = sizes.iter().map(|(name, n)| format!("{name}={n}")).collect();
            let why = format!(
                "Following topics do not have the same number of partitions: [{}]",
                told.join(", ")
            );
            return Err((Status::IncorrectlyPartitioned, why));
        }
        Ok(distinct.first().copied())
    }

    fn size_changelogs(&mut self) {
        for subtopology in &self.topology.subtopologies {
            let size = self.largest_source(subtopology);
            let names = subtopology.state_changelog_topics.iter().map(|t| t.name.to_string());
            self.sizes.extend(names.map(|name| (name, size)));
        }
    }

    /// An internal topic that exists with another size.
    fn misfits(&self) -> Option<Problem> {
        let found = |(name, size): (&String, &i32)| {
            let there = self.topics.find(name)?.partitions;
            (there != *size).then(|| {
                let why = format!(
                    "Existing topic {name} has different number of partitions: \
                     expected {size}, found {there}"
                );
                (Status::IncorrectlyPartitioned, why)
            })
        };
        self.sizes.iter().find_map(found)
    }

    fn missing(&self) -> Vec<CreatableTopic> {
        let absent =
            internal(self.topology).filter(|topic| self.topics.find(&topic.name).is_none());
        let by_name: BTreeMap<&str, &TopicInfo> = absent.map(|t| (&*t.name, t)).collect();
        let topics = by_name.into_values().map(|topic| CreatableTopic {
            name: topic.name.clone(),
            num_partitions: self.sizes.get(&*topic.name).copied().unwrap_or(-1),
            replication_factor: if topic.replication_factor == 0 {
                -1
            } else {
                topic.replication_factor
            },
            configs: topic
                .topic_configs
                .iter()
                .map(|config| CreatableTopicConfig {
                    name: config.key.clone(),
                    value: Some(config.value.clone()),
                })
                .collect(),
            ..CreatableTopic::default()
        });
        topics.collect()
    }
}
