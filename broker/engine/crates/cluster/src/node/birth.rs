//! How a node without a cluster comes to one: it finds it and joins, or is there when it is born.
//!
//! - A seed that answers for a cluster: join it. The node gets its id from the controller.
//! - `empty_seed_starts_cluster`: when no seed knows of a cluster, the first seed founds one alone.
//! - Otherwise all seeds must have seen each other, with the same seed list and without a cluster;
//!   all of them then are its founders. Each writes down the same founders, as ids follow from the
//!   seed list and every data folder has its name (`node_uuid`).
//! - A seed that restarts between that and the cluster's naming finds its own data folder among
//!   the founders that another seed knows. One whose folder was emptied does not, and waits until
//!   it can join as a new node: it must never vote with an empty log under its old id.

use std::sync::Arc;
use std::time::Duration;

use super::controller;
use super::inner::Inner;
use crate::controller::command::NodeRegistration;
use crate::controller::{ControllerCommand, ControllerReply, FEATURE_LEVEL_MAX};
use crate::error::{ControllerError, StartError};
use crate::identity::{Founder, Identity, IdentityError};
use crate::image::{HostPort, NodeId};
use crate::rpc::hello::{Hello, Purpose};
use crate::rpc::messages::{About, Joined, Request, Response};

/// Between two looks for the cluster.
const RETRY_EVERY: Duration = Duration::from_millis(200);
/// How long a seed may take to say who it is.
const DISCOVER_TIMEOUT: Duration = Duration::from_secs(2);
const STRANGERS_EVERY: Duration = Duration::from_secs(1);
const JOIN_TIMEOUT: Duration = Duration::from_secs(20);
/// Looks after which the first seed founds a cluster although other seeds do not answer.
const LOOKS_BEFORE_FOUNDING: usize = 5;

/// What to do after one look around.
#[derive(Debug, PartialEq, Eq)]
enum Plan {
    Wait(String),
    Join(HostPort),
    Found(Vec<Founder>),
    /// The operator must change something.
    Stuck(String),
}

/// Returns when the node has its id and its shards run.
pub(crate) async fn enter_cluster(inner: &Arc<Inner>) {
    let mut said = String::new();
    let mut say = |why: String, bad: bool| {
        if why != said {
            match bad {
                true => tracing::error!("{why}"),
                false => tracing::info!("{why}"),
            }
            said = why;
        }
    };
    for looks in 0.. {
        if inner.identity().node_id.is_some() {
            return;
        }
        let others = look_around(inner).await;
        let outcome = match plan(&about(inner), &inner.config.rpc_advertised, &others, looks) {
            Plan::Wait(why) => {
                say(why, false);
                Ok(())
            }
            Plan::Stuck(why) => {
                say(why, true);
                Ok(())
            }
            Plan::Join(seed) => join(inner, &seed).await,
            Plan::Found(founders) => found(inner, founders).await,
        };
        if let Err(why) = outcome {
            say(why, true);
        }
        if inner.identity().node_id.is_none() {
            tokio::time::sleep(RETRY_EVERY).await;
        }
    }
}

/// Who this node is, for others.
pub(crate) fn about(inner: &Inner) -> About {
    let identity = inner.identity();
    About {
        node_uuid: identity.node_uuid,
        node_id: identity.node_id,
        wanted_id: inner.config.node_id,
        cluster_uuid: identity.cluster_uuid,
        founders: inner.founders(),
        seeds: inner.config.seeds.clone(),
        empty_seed_starts_cluster: inner.config.empty_seed_starts_cluster,
    }
}

/// Asks all other seeds who they are.
async fn look_around(inner: &Arc<Inner>) -> Vec<(HostPort, Option<About>)> {
    let mut asked = tokio::task::JoinSet::new();
    let me = &inner.config.rpc_advertised;
    for seed in inner.config.seeds.iter().filter(|seed| *seed != me).cloned() {
        let inner = inner.clone();
        asked.spawn(async move {
            // Nameless, so that another cluster's nodes answer too.
            let hello = Hello { cluster_uuid: None, ..inner.hello(Purpose::Requests) };
            let request = Request::Discover;
            let answer = inner.client.request(&seed, &hello, &request, DISCOVER_TIMEOUT).await;
            let about = match answer {
                Ok(Response::About(about)) => Some(*about),
                _ => None,
            };
            (seed, about)
        });
    }
    asked.join_all().await
}

fn plan(
    me: &About,
    my_address: &HostPort,
    others: &[(HostPort, Option<About>)],
    looks: usize,
) -> Plan {
    let answered = || others.iter().filter_map(|(seed, about)| Some((seed, about.as_ref()?)));
    if let Some((seed, _)) = answered().find(|(_, about)| about.cluster_uuid.is_some()) {
        return Plan::Join(seed.clone());
    }
    if let Some((_, other)) = answered().find(|(_, about)| !about.founders.is_empty()) {
        if other.founders.iter().any(|f| f.node_uuid == me.node_uuid) {
            return Plan::Found(other.founders.clone());
        }
        return Plan::Wait("a cluster is being born; waiting to join it".into());
    }
    let position = me.seeds.iter().position(|seed| seed == my_address);
    if me.empty_seed_starts_cluster {
        let all = others.iter().all(|(_, about)| about.is_some());
        return match position {
            Some(0) if all || looks >= LOOKS_BEFORE_FOUNDING => Plan::Found(vec![Founder {
                node_id: me.wanted_id.unwrap_or(0),
                node_uuid: me.node_uuid,
                rpc: my_address.clone(),
            }]),
            Some(0) => Plan::Wait("looking for other seeds before founding a cluster".into()),
            _ => Plan::Wait(format!("waiting for seed {} to found the cluster", me.seeds[0])),
        };
    }
    if position.is_none() {
        return Plan::Wait("waiting for the seeds to found the cluster".into());
    }
    all_seeds(me, my_address, others)
}

/// The plan when all seeds found the cluster together.
fn all_seeds(me: &About, my_address: &HostPort, others: &[(HostPort, Option<About>)]) -> Plan {
    let mut founders = Vec::with_capacity(me.seeds.len());
    for (position, seed) in me.seeds.iter().enumerate() {
        let about = match others.iter().find(|(address, _)| address == seed) {
            Some((_, Some(about))) => about,
            Some((_, None)) => return Plan::Wait(format!("waiting for seed {seed}")),
            None if seed == my_address => me,
            None => return Plan::Stuck(format!("seed {seed} was not asked")),
        };
        if about.seeds != me.seeds || about.empty_seed_starts_cluster {
            return Plan::Stuck(format!(
                "seed {seed} has another seed_servers list or empty_seed_starts_cluster than this \
                 node; they must be the same on all seeds"
            ));
        }
        let position = NodeId::try_from(position).unwrap_or(NodeId::MAX);
        let node_id = about.wanted_id.unwrap_or(position);
        let rpc = seed.clone();
        founders.push(Founder { node_id, node_uuid: about.node_uuid, rpc });
    }
    for (at, founder) in founders.iter().enumerate() {
        if let Some(other) = founders[..at].iter().find(|f| f.node_id == founder.node_id) {
            return Plan::Stuck(format!(
                "seeds {} and {} both have node id {}",
                other.rpc, founder.rpc, founder.node_id
            ));
        }
    }
    Plan::Found(founders)
}

async fn found(inner: &Arc<Inner>, founders: Vec<Founder>) -> Result<(), String> {
    let identity = inner.identity();
    let me = founders.iter().find(|f| f.node_uuid == identity.node_uuid);
    let node_id = me.ok_or("this node is not among the founders")?.node_id;
    tracing::info!(node_id, founders = founders.len(), "a new cluster is born");
    let identity = Identity { node_id: Some(node_id), founders, ..identity };
    enter(inner, identity).await
}

async fn join(inner: &Arc<Inner>, seed: &HostPort) -> Result<(), String> {
    let mut registration = registration(inner);
    let position = inner.config.seed_position().and_then(|p| NodeId::try_from(p).ok());
    registration.wanted_id = inner.config.node_id.or(position);
    let mut response = ask_to_join(inner, seed, &registration).await?;
    if matches!(response, Response::Failed { .. })
        && inner.config.node_id.is_none()
        && registration.wanted_id.is_some()
    {
        // The id of its place in the seed list is taken, as its data was lost: take a new one.
        registration.wanted_id = None;
        response = ask_to_join(inner, seed, &registration).await?;
    }
    let joined = match response {
        Response::Joined(joined) => joined,
        Response::Failed { why } => {
            // The controller's own no: asking again changes nothing.
            let why = format!("cannot join the cluster: {why}");
            inner.fail(StartError::Config { setting: "node_id", why: why.clone() });
            return Err(why);
        }
        other => return Err(format!("seed {seed} gave no fitting answer: {other:?}")),
    };
    let identity = inner.identity().joined(joined.cluster_uuid, joined.node_id);
    let mut identity = identity.map_err(|e| e.to_string())?;
    identity.founders = joined.founders;
    tracing::info!(node_id = joined.node_id, cluster = %joined.cluster_uuid, "joined the cluster");
    enter(inner, identity).await
}

async fn ask_to_join(
    inner: &Arc<Inner>,
    seed: &HostPort,
    registration: &NodeRegistration,
) -> Result<Response, String> {
    let hello = inner.hello(Purpose::Requests);
    let request = Request::Join(Box::new(registration.clone()));
    let answer = inner.client.request(seed, &hello, &request, JOIN_TIMEOUT).await;
    answer.map_err(|e| format!("cannot join through seed {seed}: {e}"))
}

/// Takes the id and starts the shards.
async fn enter(inner: &Arc<Inner>, identity: Identity) -> Result<(), String> {
    let inner = inner.clone();
    let entered = tokio::task::spawn_blocking(move || {
        let entered = inner.set_identity(identity).map_err(StartError::from);
        entered.and_then(|()| inner.start_shards()).map_err(|error| {
            let text = error.to_string();
            inner.fail(error);
            text
        })
    });
    entered.await.map_err(|e| e.to_string())?
}

/// Whether the seeds answer for another cluster than the one whose data this node holds. Looked
/// at until the node is ready.
pub(crate) async fn watch_for_strangers(inner: Arc<Inner>) {
    while inner.missing().is_some() {
        let ours = inner.identity().cluster_uuid;
        let others = look_around(&inner).await;
        let theirs: Vec<_> =
            others.into_iter().filter_map(|(_, about)| about?.cluster_uuid).collect();
        if let (Some(found), Some(&expected)) = (ours, theirs.first()) {
            if theirs.iter().all(|&theirs| theirs != found) {
                inner.fail(IdentityError::OtherCluster { found, expected }.into());
                return;
            }
        }
        tokio::time::sleep(STRANGERS_EVERY).await;
    }
}

/// What this node tells the controller about itself.
pub(crate) fn registration(inner: &Inner) -> NodeRegistration {
    let identity = inner.identity();
    let config = &inner.config;
    NodeRegistration {
        node_uuid: identity.node_uuid,
        wanted_id: identity.node_id,
        cluster_uuid: identity.cluster_uuid,
        rpc: config.rpc_advertised.clone(),
        listeners: config.kafka_advertised.clone(),
        admin: config.admin_advertised.clone(),
        rack: config.rack.clone(),
        version: config.version.clone(),
        feature_level_max: FEATURE_LEVEL_MAX,
        config_hash: config.config_hash.clone(),
        started_at_ms: inner.started_at_ms,
    }
}

/// Lets another node in.
pub(crate) async fn admit(inner: &Arc<Inner>, mut registration: NodeRegistration) -> Response {
    let founders = inner.founders();
    let Some(cluster_uuid) = inner.identity().cluster_uuid else {
        return Response::NotLeader { leader: None };
    };
    let promised =
        |id| founders.iter().any(|f| f.node_id == id && f.node_uuid != registration.node_uuid);
    if registration.wanted_id.is_some_and(promised) {
        // A founder's vote is bound to its data folder, registered or not.
        let why = "this node id belongs to a seed's data folder that this one is not".into();
        return Response::Failed { why };
    }
    registration.cluster_uuid = None;
    let command = ControllerCommand::RegisterNode(registration);
    match controller::request(inner, command).await {
        Ok(ControllerReply::NodeRegistered { node_id, .. }) => {
            Response::Joined(Box::new(Joined { node_id, cluster_uuid, founders }))
        }
        Ok(other) => Response::Failed { why: format!("unexpected reply {other:?}") },
        Err(ControllerError::Refused(error)) => Response::Failed { why: error.to_string() },
        Err(_) => Response::NotLeader { leader: None },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn address(n: u16) -> HostPort {
        HostPort { host: "h".into(), port: n }
    }

    fn node(n: u16, alone: bool) -> About {
        About {
            node_uuid: Uuid::from_u128(u128::from(n) + 100),
            node_id: None,
            wanted_id: None,
            cluster_uuid: None,
            founders: Vec::new(),
            seeds: (0..3).map(address).collect(),
            empty_seed_starts_cluster: alone,
        }
    }

    fn others(me: u16, alone: bool) -> Vec<(HostPort, Option<About>)> {
        (0..3).filter(|&n| n != me).map(|n| (address(n), Some(node(n, alone)))).collect()
    }

    #[test]
    fn all_seeds_come_to_the_same_founders() {
        let plans: Vec<Plan> =
            (0..3).map(|n| plan(&node(n, false), &address(n), &others(n, false), 0)).collect();
        let Plan::Found(founders) = &plans[0] else { panic!("{:?}", plans[0]) };
        assert_eq!(founders.iter().map(|f| f.node_id).collect::<Vec<_>>(), [0, 1, 2]);
        assert!(plans.iter().all(|p| *p == plans[0]));
    }

    #[test]
    fn all_seeds_must_have_been_seen() {
        let mut seen = others(0, false);
        seen[1].1 = None;
        assert!(matches!(plan(&node(0, false), &address(0), &seen, 99), Plan::Wait(_)));
    }

    #[test]
    fn the_first_seed_alone_founds_when_told_so() {
        let alone = plan(&node(0, true), &address(0), &others(0, true), 0);
        assert!(matches!(alone, Plan::Found(founders) if founders.len() == 1));
        let second = plan(&node(1, true), &address(1), &others(1, true), 99);
        assert!(matches!(second, Plan::Wait(_)));
        let mut silent = others(0, true);
        silent[0].1 = None;
        assert!(matches!(plan(&node(0, true), &address(0), &silent, 0), Plan::Wait(_)));
        let later = plan(&node(0, true), &address(0), &silent, LOOKS_BEFORE_FOUNDING);
        assert!(matches!(later, Plan::Found(_)));
    }

    #[test]
    fn an_existing_cluster_is_joined_even_by_the_first_seed() {
        let mut seen = others(0, true);
        seen[1].1.as_mut().expect("answers").cluster_uuid = Some(Uuid::from_u128(1));
        assert_eq!(plan(&node(0, true), &address(0), &seen, 99), Plan::Join(address(2)));
    }

    #[test]
    fn a_founder_finds_itself_and_an_emptied_seed_does_not() {
        let Plan::Found(founders) = plan(&node(0, false), &address(0), &others(0, false), 0) else {
            panic!("not founded")
        };
        let mut seen = others(1, false);
        seen[0].1.as_mut().expect("answers").founders = founders.clone();
        assert_eq!(plan(&node(1, false), &address(1), &seen, 0), Plan::Found(founders));
        let emptied = About { node_uuid: Uuid::from_u128(9), ..node(1, false) };
        assert!(matches!(plan(&emptied, &address(1), &seen, 0), Plan::Wait(_)));
    }

    #[test]
    fn contradicting_seeds_are_named() {
        let mut seen = others(0, false);
        seen[0].1.as_mut().expect("answers").seeds.pop();
        let Plan::Stuck(why) = plan(&node(0, false), &address(0), &seen, 0) else { panic!() };
        assert!(why.contains("h:1"), "{why}");
        let mut seen = others(0, false);
        seen[1].1.as_mut().expect("answers").wanted_id = Some(1);
        let Plan::Stuck(why) = plan(&node(0, false), &address(0), &seen, 0) else { panic!() };
        assert!(why.contains("node id 1"), "{why}");
    }
}
