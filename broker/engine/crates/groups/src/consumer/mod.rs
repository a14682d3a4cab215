//! Consumer groups of the newer protocol (KIP-848): members heartbeat, the coordinator assigns.
//!
//! ```text
//!  subscription, members or topics change ─▶ group epoch + 1
//!  group epoch > target epoch             ─▶ an assignor makes a new target, target epoch follows
//!  member's epoch < target epoch          ─▶ each heartbeat moves the member one step: give up,
//!                                            wait for what others still hold, take
//! ```
//!
//! [`State`] is what the log holds and nothing else; a request changes a copy of it, and the
//! difference is written ([`records`]). What only this node knows, such as when a member was last
//! heard of, is in [`Hosted`].

pub(crate) mod assignor;
pub(crate) mod classic;
mod describe;
pub(crate) mod heartbeat;
pub(crate) mod member;
mod migrate;
mod offsets;
mod reconcile;
pub(crate) mod records;
mod regexes;
mod timers;
pub(crate) mod turn;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use headrace_wire::ErrorCode;
use uuid::Uuid;

use crate::api::{Call, Request, Response, Token};
use crate::config::Config;
use crate::records::{Record, RecordError};
use crate::topics::{hash, Topics};
use assignor::{Candidate, Candidates, Counts};
use member::{Held, Member, MemberState, Partitions};
pub(crate) use migrate::Conversion;
use regexes::Resolved;
use timers::Timers;

/// A member that leaves for good.
pub(crate) const LEAVE_EPOCH: i32 = -1;
/// A static member that leaves for a while.
pub(crate) const LEAVE_FOR_A_WHILE_EPOCH: i32 = -2;

/// Why a request is refused, with the words that go with the code.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) code: ErrorCode,
    pub(crate) why: String,
}

impl Refusal {
    pub(crate) fn new(code: ErrorCode, why: impl Into<String>) -> Self {
        Refusal { code, why: why.into() }
    }
}

/// What a request is judged by besides the group.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) group_id: &'a str,
    pub(crate) config: &'a Config,
    pub(crate) topics: &'a dyn Topics,
    pub(crate) now_ms: i64,
}

/// A consumer group as the log holds it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct State {
    /// Rises with every change that calls for a new target.
    pub(crate) epoch: i32,
    /// Of the topics that are read, to notice that they change.
    pub(crate) metadata_hash: i64,
    /// The group's epoch for which the targets were made.
    pub(crate) target_epoch: i32,
    /// When that was, Unix ms.
    pub(crate) target_ms: i64,
    pub(crate) members: BTreeMap<String, Arc<Member>>,
    pub(crate) targets: BTreeMap<String, Arc<Partitions>>,
    /// Topics that match each regular expression in use.
    pub(crate) regexes: BTreeMap<String, Arc<Resolved>>,
}

/// A consumer group at work on this node.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hosted {
    pub(crate) state: Arc<State>,
    /// Some while a change is being written: what to go back to should that fail.
    durable: Option<Arc<State>>,
    /// What waits for that write, in order of arrival.
    waiting: VecDeque<(Call, Request)>,
    timers: BTreeMap<String, Timers>,
    /// Topics may have changed since the hash was made.
    stale: bool,
}

/// An answer that is given once the change behind it is durable.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) token: Token,
    pub(crate) request: Request,
    pub(crate) version: i16,
    pub(crate) response: Response,
}

impl State {
    /// The name that clients see.
    pub(crate) fn name(&self) -> &'static str {
        let settled = |(id, member): (&String, &Arc<Member>)| {
            let current = &member.current;
            current.state == MemberState::Stable
                && (current.epoch == self.target_epoch || !self.targets.contains_key(id))
        };
        if self.members.is_empty() {
            "Empty"
        } else if self.epoch > self.target_epoch {
            "Assigning"
        } else if self.members.iter().all(settled) {
            "Stable"
        } else {
            "Reconciling"
        }
    }

    /// The member with this instance id.
    pub(crate) fn static_member(&self, instance_id: &str) -> Option<(&String, &Arc<Member>)> {
        self.members
            .iter()
            .find(|(_, member)| member.subscription.instance_id.as_deref() == Some(instance_id))
    }

    fn set(&mut self, id: &str, member: Member) {
        self.members.insert(id.to_owned(), Arc::new(member));
    }

    /// Takes a member out, and its regular expression if nobody else uses it.
    pub(crate) fn remove(&mut self, id: &str) {
        self.members.remove(id);
        self.targets.remove(id);
        self.drop_unused_regexes();
    }

    /// Names of the topics that a member reads, whether they exist or not.
    pub(crate) fn subscribed<'a>(&'a self, member: &'a Member) -> BTreeSet<&'a str> {
        let mut names: BTreeSet<&str> =
            member.subscription.topics.iter().map(String::as_str).collect();
        if let Some(resolved) = self.regexes.get(&member.subscription.regex) {
            names.extend(resolved.topics.iter().map(String::as_str));
        }
        names
    }

    /// Whether any member reads the topic.
    pub(crate) fn reads(&self, topic: &str) -> bool {
        self.members.values().any(|member| self.subscribed(member).contains(topic))
    }

    fn subscribed_ids(&self, member: &Member, topics: &dyn Topics) -> BTreeSet<Uuid> {
        let names = self.subscribed(member).into_iter();
        names.filter_map(|name| topics.find(name)).map(|shape| shape.id).collect()
    }

    /// A number that changes when a topic that is read comes, goes or grows.
    fn hash(&self, topics: &dyn Topics) -> i64 {
        let members = self.members.values();
        hash(members.flat_map(|member| self.subscribed(member)).collect(), topics)
    }

    /// Raises the group's epoch, with the topics as they are now.
    pub(crate) fn raise_epoch(&mut self, topics: &dyn Topics) {
        self.epoch = self.epoch.saturating_add(1);
        self.metadata_hash = self.hash(topics);
    }

    /// The assignor that most members name; the first configured when none does.
    pub(crate) fn assignor<'a>(&'a self, config: &'a Config) -> &'a str {
        let mut votes: BTreeMap<&str, usize> = BTreeMap::new();
        for member in self.members.values() {
            let named = member.subscription.assignor.as_deref();
            if let Some(name) = named.filter(|name| config.consumer.has_assignor(name)) {
                *votes.entry(name).or_default() += 1;
            }
        }
        let best = votes.into_iter().max_by_key(|(name, count)| (*count, std::cmp::Reverse(*name)));
        best.map(|(name, _)| name).unwrap_or_else(|| config.consumer.default_assignor())
    }

    /// Makes new targets if the group's epoch is ahead of them.
    fn retarget(&mut self, view: View) {
        if self.epoch <= self.target_epoch {
            return;
        }
        let mut counts = Counts::new();
        let mut candidates = Candidates::new();
        for (id, member) in &self.members {
            let mut reads = BTreeSet::new();
            for shape in self.subscribed(member).iter().filter_map(|name| view.topics.find(name)) {
                counts.insert(shape.id, shape.partitions);
                reads.insert(shape.id);
            }
            let before = self.targets.get(id).map(|target| (**target).clone());
            let before = before.unwrap_or_default();
            candidates.insert(id.clone(), Candidate { topics: reads, before });
        }
        let made = assignor::assign(self.assignor(view.config), &candidates, &counts);
        for (id, target) in made {
            if self.targets.get(&id).is_none_or(|before| **before != target) {
                self.targets.insert(id, Arc::new(target));
            }
        }
        self.target_epoch = self.epoch;
        self.target_ms = view.now_ms;
    }

    /// Whether any member holds the partition, be it for the last moment.
    fn is_held(&self, id: Uuid, partition: i32) -> bool {
        let holds = |held: &Held| held.get(&id).is_some_and(|p| p.contains_key(&partition));
        let mut members = self.members.values();
        members.any(|m| holds(&m.current.assigned) || holds(&m.current.revoking))
    }

    fn target(&self, id: &str) -> Arc<Partitions> {
        self.targets.get(id).cloned().unwrap_or_default()
    }

    /// The member one step nearer to its target.
    fn reconciled(
        &self,
        id: &str,
        member: &Member,
        topics: &dyn Topics,
        owned: Option<&Partitions>,
        resubscribed: bool,
    ) -> Member {
        let quiet = member.current.state == MemberState::Stable
            && member.current.epoch == self.target_epoch
            && !resubscribed;
        if quiet {
            return member.clone();
        }
        let goal = reconcile::Goal {
            target_epoch: self.target_epoch,
            target: &self.target(id),
            subscribed: &self.subscribed_ids(member, topics),
            owned,
            resubscribed,
            is_held: &|id, partition| self.is_held(id, partition),
        };
        goal.step(member)
    }
}

impl Hosted {
    /// A group out of the log, or a new one.
    pub(crate) fn new(state: State) -> Self {
        Hosted { state: Arc::new(state), stale: true, ..Hosted::default() }
    }

    /// Takes one record of the log.
    pub(crate) fn load(
        &mut self,
        entry: records::Entry,
        value: Option<&[u8]>,
    ) -> Result<(), RecordError> {
        self.edit().load(entry, value)
    }

    /// What is durable.
    pub(crate) fn durable(&self) -> &State {
        self.durable.as_ref().unwrap_or(&self.state)
    }

    pub(crate) fn is_writing(&self) -> bool {
        self.durable.is_some()
    }

    /// The cluster's topics have changed: the next heartbeat looks at them.
    pub(crate) fn topics_changed(&mut self) {
        self.stale = true;
    }

    pub(crate) fn wait(&mut self, call: Call, request: Request) {
        self.waiting.push_back((call, request));
    }

    /// Puts a request before all others.
    pub(crate) fn wait_first(&mut self, first: (Call, Request)) {
        self.waiting.push_front(first);
    }

    /// What waits and can be answered in one turn: up to a request that ends the group as it is.
    pub(crate) fn take_batch(&mut self) -> Vec<(Call, Request)> {
        let empty = self.state.members.is_empty();
        let ends = |request: &Request| match request {
            Request::Delete(_) => true,
            Request::Join(_) => empty,
            _ => false,
        };
        let count = self.waiting.iter().take_while(|(_, request)| !ends(request)).count();
        self.waiting.drain(..count).collect()
    }

    pub(crate) fn take_next(&mut self) -> Option<(Call, Request)> {
        self.waiting.pop_front()
    }

    /// Empties the state; the records that say so.
    pub(crate) fn clear(&mut self, group: &str) -> Vec<Record> {
        let before = std::mem::take(&mut self.state);
        let records = before.changes(group, &self.state);
        self.durable = Some(before);
        records
    }

    /// Takes all that waits.
    pub(crate) fn take_waiting(&mut self) -> VecDeque<(Call, Request)> {
        std::mem::take(&mut self.waiting)
    }

    /// The state, to be changed. The copy is made when somebody else holds the old one.
    fn edit(&mut self) -> &mut State {
        Arc::make_mut(&mut self.state)
    }

    /// Puts a member into the state unless it is there just so.
    fn put(&mut self, id: &str, member: Member) {
        if self.state.members.get(id).is_none_or(|held| **held != member) {
            self.edit().set(id, member);
        }
    }
}
