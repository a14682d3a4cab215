//! The simple assignor: every partition has a reader, every reader a partition.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

/// Partitions by topic.
pub type Assignment = BTreeMap<Uuid, Vec<i32>>;

/// Gives the members of a share group partitions of what they subscribed to.
///
/// Of each topic, every partition goes to at least one of its readers and every reader gets at
/// least one partition; the numbers differ by one at most. Where the dealing begins moves on from
/// topic to topic, so that topics of few partitions do not all meet the same member.
pub fn assign(
    members: &BTreeMap<&str, &BTreeSet<String>>,
    topics: &dyn Fn(&str) -> Option<(Uuid, i32)>,
) -> BTreeMap<String, Assignment> {
    let mut given: BTreeMap<String, Assignment> =
        members.keys().map(|member| ((*member).to_owned(), Assignment::new())).collect();
    let names: BTreeSet<&String> = members.values().copied().flatten().collect();
    let mut dealt = 0;
    for name in names {
        let Some((topic, partitions)) = topics(name) else { continue };
        let readers: Vec<&str> =
            members.iter().filter(|(_, wants)| wants.contains(name)).map(|(id, _)| *id).collect();
        let partitions = usize::try_from(partitions).unwrap_or(0);
        if partitions == 0 || readers.is_empty() {
            continue;
        }
        for turn in 0..partitions.max(readers.len()) {
            let reader = readers[(dealt + turn) % readers.len()];
            let partition = i32::try_from(turn % partitions).unwrap_or(0);
            let topics = given.entry(reader.to_owned()).or_default();
            topics.entry(topic).or_default().push(partition);
        }
        dealt += partitions;
    }
    for partitions in given.values_mut().flat_map(BTreeMap::values_mut) {
        partitions.sort_unstable();
    }
    given
}
