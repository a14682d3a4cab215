//! ShareFetch and ShareAcknowledge (KIP-932): records for a share group's members, and what
//! became of them.

use std::collections::{BTreeMap, BTreeSet};
use std::future::{poll_fn, Future};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use bytes::Bytes;
use headrace_cluster::image::Image;
use headrace_cluster::{Isolation, PartitionHandle};
use headrace_groups::share::{Appetite, MemberKey, Place, StateKey, CLOSE, OPEN};
use headrace_wire::messages::share_acknowledge as ack;
use headrace_wire::messages::share_fetch as fetch;
use headrace_wire::messages::{
    ShareAcknowledgeRequest, ShareAcknowledgeResponse, ShareFetchRequest, ShareFetchResponse,
};
use headrace_wire::records::batches;
use headrace_wire::{ErrorCode, Records, Str};
use tokio::time::{timeout_at, Instant};
use uuid::Uuid;

use super::await_leaders::request_timeout;
use super::lookup;
use crate::context::{partition_refusal, Context};
use crate::net::{Reply, Share};
use crate::session::{Operation, Resource};
use crate::share::{Led, ShareConfig, Shares};

/// A fetch gets at least this much of the response budget before it reads.
const LEAST_SHARE_BYTES: usize = 1 << 20;
/// How a member asks for more time (KIP-1222).
const RENEW: i8 = 4;
/// Kafka's number for a fetch that takes no more records than it says.
const RECORD_LIMIT: i8 = 1;

type Acks = BTreeMap<Place, Vec<ack::AcknowledgementBatch>>;
type Codes = BTreeMap<Place, ErrorCode>;

/// What both requests have in common, checked.
struct Caller {
    key: MemberKey,
    epoch: i32,
    config: ShareConfig,
}

/// Checks who asks and moves the session on.
fn enter(
    cx: &Context,
    (group, member): (Option<&Str>, Option<&Str>),
    epoch: i32,
) -> Result<Caller, ErrorCode> {
    let (Some(group), Some(member)) = (group, member) else {
        return Err(ErrorCode::InvalidRequest);
    };
    if group.is_empty() || member.is_empty() {
        return Err(ErrorCode::InvalidRequest);
    }
    cx.authorize(Operation::Read, Resource::Group(group))?;
    let key = MemberKey { group: group.to_string(), member: member.to_string() };
    let config = ShareConfig::of(&cx.image(), group);
    cx.broker.shares.sessions().advance(&key, epoch, cx.session.peer.connection)?;
    Ok(Caller { key, epoch, config })
}

/// Whether the group's members may ask for more time, if that is what this one does.
fn check_renewals(cx: &Context, group: Option<&Str>, is_renew: bool) -> Result<(), ErrorCode> {
    let group = group.map(|group| &**group).unwrap_or_default();
    match is_renew && !ShareConfig::of(&cx.image(), group).renew {
        true => Err(ErrorCode::InvalidRequest),
        false => Ok(()),
    }
}

/// Whether somebody asks for more time in a request that does not say so.
fn asks_in_passing(batches: &[ack::AcknowledgementBatch], is_renew: bool) -> bool {
    let mut kinds = batches.iter().flat_map(|batch| &batch.acknowledge_types);
    !is_renew && kinds.any(|kind| *kind == RENEW)
}

pub(crate) async fn share_acknowledge(
    cx: Context,
    request: ShareAcknowledgeRequest,
) -> ShareAcknowledgeResponse {
    let mut acks = Acks::new();
    for topic in request.topics {
        for partition in topic.partitions {
            let place = (topic.topic_id, partition.partition_index);
            acks.entry(place).or_default().extend(partition.acknowledgement_batches);
        }
    }
    let ids = (request.group_id.as_ref(), request.member_id.as_ref());
    let entered = match request.share_session_epoch {
        // a session begins with a fetch
        OPEN if ids.0.is_some() && ids.1.is_some_and(|id| !id.is_empty()) => {
            Err(ErrorCode::InvalidShareSessionEpoch)
        }
        epoch => {
            check_renewals(&cx, ids.0, request.is_renew_ack).and_then(|()| enter(&cx, ids, epoch))
        }
    };
    let caller = match entered {
        Ok(caller) => caller,
        Err(error) => {
            let error_message = Some(Str::from_static(error.text()));
            let error_code = cx.code(error);
            return ShareAcknowledgeResponse { error_code, error_message, ..Default::default() };
        }
    };
    let codes = acknowledge(&cx, &caller, &acks, request.is_renew_ack).await;
    leave(&cx, &caller).await;
    acknowledged(&cx, &caller, codes)
}

fn acknowledged(cx: &Context, caller: &Caller, codes: Codes) -> ShareAcknowledgeResponse {
    let image = cx.image();
    let mut hints = lookup::Hints::default();
    let mut responses: Vec<ack::ShareAcknowledgeTopicResponse> = Vec::new();
    for ((topic_id, partition_index), code) in codes {
        let (leader_id, leader_epoch) =
            hint(cx, &image, &mut hints, (topic_id, partition_index), code);
        let data = ack::PartitionData {
            partition_index,
            error_code: cx.code(code),
            error_message: message(code),
            current_leader: ack::LeaderIdAndEpoch { leader_id, leader_epoch },
        };
        match responses.last_mut().filter(|topic| topic.topic_id == topic_id) {
            Some(topic) => topic.partitions.push(data),
            None => responses
                .push(ack::ShareAcknowledgeTopicResponse { topic_id, partitions: vec![data] }),
        }
    }
    let endpoints = hints.endpoints(cx).into_iter();
    ShareAcknowledgeResponse {
        acquisition_lock_timeout_ms: if cx.version >= 2 { lock_ms(caller) } else { 0 },
        responses,
        node_endpoints: endpoints
            .map(|(node_id, host, port, rack)| ack::NodeEndpoint { node_id, host, port, rack })
            .collect(),
        ..Default::default()
    }
}

fn lock_ms(caller: &Caller) -> i32 {
    i32::try_from(caller.config.limits.lock_ms).unwrap_or(i32::MAX)
}

fn message(code: ErrorCode) -> Option<Str> {
    (code != ErrorCode::None).then(|| Str::from_static(code.text()))
}

/// Leader and epoch to go to instead, or -1 and -1.
fn hint(
    cx: &Context,
    image: &Image,
    hints: &mut lookup::Hints,
    (topic, partition): Place,
    code: ErrorCode,
) -> (i32, i32) {
    let group = image.topic_by_id(topic).and_then(|topic| lookup::group(topic, partition).ok());
    group.and_then(|group| hints.leader_after(cx, image, group, code)).unwrap_or((-1, -1))
}

/// Ends the session if the request asks for that; its records go back.
async fn leave(cx: &Context, caller: &Caller) {
    if caller.epoch == CLOSE && cx.broker.shares.sessions().close(&caller.key) {
        cx.broker.shares.release(&caller.key).await;
    }
}

/// Takes the member's word, partition by partition.
async fn acknowledge(cx: &Context, caller: &Caller, acks: &Acks, is_renew: bool) -> Codes {
    let mut codes = Codes::new();
    for (&place, batches) in acks {
        let outcome = match find(cx, caller, place).await {
            Ok(_) if asks_in_passing(batches, is_renew) => Err(ErrorCode::InvalidRequest),
            Ok((led, _)) => cx.broker.shares.acknowledge(&led, &caller.key.member, batches).await,
            Err(code) => Err(code),
        };
        codes.insert(place, outcome.err().unwrap_or(ErrorCode::None));
    }
    codes
}

/// The share partition, if this node leads it and the session may read it.
async fn find(
    cx: &Context,
    caller: &Caller,
    (topic_id, partition): Place,
) -> Result<(Arc<Led>, PartitionHandle), ErrorCode> {
    let image = cx.image();
    let topic = lookup::topic(&image, true, &Str::default(), topic_id)?;
    cx.authorize(Operation::Read, Resource::Topic(&topic.name))?;
    let handle = lookup::replica(cx, lookup::group(topic, partition)?)?;
    let key = StateKey { group: caller.key.group.clone(), topic: topic_id, partition };
    let led = cx.broker.shares.led(&key, handle.clone(), &caller.config).await?;
    Ok((led, handle))
}

pub(crate) async fn share_fetch(cx: Context, mut request: ShareFetchRequest) -> Reply {
    let until = Instant::now() + request_timeout(request.max_wait_ms);
    let (acks, added) = split(std::mem::take(&mut request.topics));
    let epoch = request.share_session_epoch;
    let ids = (request.group_id.as_ref(), request.member_id.as_ref());
    // who asks for more time asks for nothing else (KIP-1222)
    let asks_records =
        [request.max_wait_ms, request.min_bytes, request.max_bytes, request.max_records];
    let asks_both = request.is_renew_ack && asks_records.iter().any(|&wanted| wanted != 0);
    let entered = match asks_both || (epoch == OPEN && !acks.is_empty()) {
        true => Err(ErrorCode::InvalidRequest),
        false => {
            check_renewals(&cx, ids.0, request.is_renew_ack).and_then(|()| enter(&cx, ids, epoch))
        }
    };
    let caller = match entered {
        Ok(caller) => caller,
        Err(error) => {
            let error_message = Some(Str::from_static(error.text()));
            let error_code = cx.code(error);
            let refused = ShareFetchResponse { error_code, error_message, ..Default::default() };
            return cx.reply(&refused, Share::default());
        }
    };
    let shares = &cx.broker.shares;
    shares.watch_connection(&cx.session.peer);
    let mut answer = Answer {
        codes: acknowledge(&cx, &caller, &acks, request.is_renew_ack).await,
        ..Default::default()
    };
    if epoch == CLOSE {
        leave(&cx, &caller).await;
        return cx.reply(&answer.response(&cx, &caller), Share::default());
    }
    let forgotten = request.forgotten_topics_data.iter();
    let forgotten = forgotten.flat_map(|t| t.partitions.iter().map(|p| (t.topic_id, *p)));
    shares.sessions().change(&caller.key, added, forgotten);
    if request.is_renew_ack {
        return cx.reply(&answer.response(&cx, &caller), Share::default());
    }
    let places = shares.sessions().places(&caller.key);
    fetch(&cx, &caller, &request, &places, answer, until).await
}

/// What a fetch says of acknowledgements, and which partitions it names.
fn split(topics: Vec<fetch::FetchTopic>) -> (Acks, Vec<Place>) {
    let (mut acks, mut places) = (Acks::new(), Vec::new());
    for topic in topics {
        for partition in topic.partitions {
            let place = (topic.topic_id, partition.partition_index);
            places.push(place);
            let batches = partition.acknowledgement_batches.into_iter();
            let batches = batches.map(|batch| ack::AcknowledgementBatch {
                first_offset: batch.first_offset,
                last_offset: batch.last_offset,
                acknowledge_types: batch.acknowledge_types,
            });
            let batches: Vec<_> = batches.collect();
            if !batches.is_empty() {
                acks.entry(place).or_default().extend(batches);
            }
        }
    }
    (acks, places)
}

/// Records of one partition and which of them the member has.
struct Taken {
    records: Vec<Bytes>,
    acquired: Vec<fetch::AcquiredRecords>,
}

/// An answer on its way.
#[derive(Default)]
struct Answer {
    /// Of the acknowledgements.
    codes: Codes,
    failed: Codes,
    taken: BTreeMap<Place, Taken>,
}

/// Waits until there is something to take, or an error, or the time is over.
async fn fetch(
    cx: &Context,
    caller: &Caller,
    request: &ShareFetchRequest,
    places: &[Place],
    mut answer: Answer,
    until: Instant,
) -> Reply {
    let bytes = usize::try_from(request.max_bytes).unwrap_or(0);
    let limit = bytes.min(cx.broker.config.fetch_max_bytes);
    loop {
        let mut waits: Vec<Wait> = Vec::with_capacity(2 * places.len() + 1);
        let mut ready = Vec::new();
        answer.failed.clear();
        for &place in places {
            match find(cx, caller, place).await {
                Ok((led, handle)) => {
                    let mut offsets = handle.offsets_changed();
                    let mut changes = led.changes();
                    waits.push(Box::pin(async move {
                        tokio::select! {
                            changed = offsets.changed() => changed.unwrap_or(()),
                            changed = changes.changed() => changed.unwrap_or(()),
                        }
                    }));
                    ready.push((place, led, handle));
                }
                Err(code) => {
                    answer.failed.insert(place, code);
                }
            }
        }
        let readable = ready.iter().any(|(_, led, handle)| {
            led.next_fetch().is_some_and(|from| from < end(handle, caller.config.isolation))
        });
        let mut share = Share::default();
        if readable {
            let floor = LEAST_SHARE_BYTES.min(limit);
            share = cx.broker.responses.take_up_to(limit, floor).await;
            let used = take(cx, caller, request, &ready, share.bytes().min(limit), &mut answer);
            share.shrink_to(used);
        }
        let over = Instant::now() >= until || *cx.session.peer.closing.borrow();
        let news = !answer.taken.is_empty() || !answer.failed.is_empty();
        if over || news || !answer.codes.is_empty() {
            return cx.reply(&answer.response(cx, caller), share);
        }
        let mut closing = cx.session.peer.closing.clone();
        waits.push(Box::pin(async move {
            let _ = closing.wait_for(|&closing| closing).await;
        }));
        // whatever ends the wait is seen at the top of the loop
        let _ = timeout_at(until, any(waits)).await;
    }
}

type Wait = Pin<Box<dyn Future<Output = ()> + Send>>;

async fn any(mut waits: Vec<Wait>) {
    poll_fn(|cx| match waits.iter_mut().any(|wait| wait.as_mut().poll(cx).is_ready()) {
        true => Poll::Ready(()),
        false => Poll::Pending,
    })
    .await;
}

/// Where a member's reading ends.
fn end(handle: &PartitionHandle, isolation: Isolation) -> i64 {
    let offsets = handle.offsets();
    match isolation {
        Isolation::ReadUncommitted => offsets.high_watermark,
        Isolation::ReadCommitted => offsets.last_stable,
    }
}

/// Acquires what there is, within the request's bounds; returns the bytes of the records.
fn take(
    cx: &Context,
    caller: &Caller,
    request: &ShareFetchRequest,
    ready: &[(Place, Arc<Led>, PartitionHandle)],
    limit: usize,
    answer: &mut Answer,
) -> usize {
    let count = |number: i32| usize::try_from(number).unwrap_or(0).max(1);
    let mut left = count(request.max_records);
    let mut used = 0;
    for (place, led, handle) in ready {
        if left == 0 || used >= limit {
            break;
        }
        let appetite = Appetite {
            records: left,
            strict: request.share_acquire_mode == RECORD_LIMIT,
            range: count(request.batch_size),
        };
        match take_from(cx, caller, led, handle, appetite, limit - used) {
            Ok(None) => {}
            Ok(Some(taken)) => {
                used += taken.records.iter().map(Bytes::len).sum::<usize>();
                let offsets = taken.acquired.iter().map(|r| r.last_offset - r.first_offset + 1);
                left = left.saturating_sub(usize::try_from(offsets.sum::<i64>()).unwrap_or(0));
                answer.taken.insert(*place, taken);
            }
            Err(code) => {
                answer.failed.insert(*place, code);
            }
        }
    }
    used
}

fn take_from(
    cx: &Context,
    caller: &Caller,
    led: &Led,
    handle: &PartitionHandle,
    appetite: Appetite,
    room: usize,
) -> Result<Option<Taken>, ErrorCode> {
    let Some(from) = led.next_fetch() else { return Ok(None) };
    let isolation = caller.config.isolation;
    if from >= end(handle, isolation) {
        return Ok(None);
    }
    let read = handle.read(from, room, isolation);
    let read = read.map_err(|error| partition_refusal(error).code)?;
    let mut found = Vec::new();
    for batch in read.batches.into_iter().flat_map(batches) {
        let (header, batch) = batch.map_err(|_| ErrorCode::CorruptMessage)?;
        // `aborted` is empty unless only committed records are asked for
        let aborted = header.is_transactional()
            && read.aborted.iter().any(|txn| {
                txn.producer_id == header.producer_id
                    && (txn.first_offset..=txn.last_offset).contains(&header.base_offset)
            });
        if !header.takes_no_offset() && !header.is_control() && !aborted {
            found.push((header.base_offset, header.last_offset(), batch));
        }
    }
    let ranges: Vec<(i64, i64)> = found.iter().map(|(first, last, _)| (*first, *last)).collect();
    let now_ms = cx.broker.shares.now_ms();
    let span = (from, read.next_offset);
    let acquired = led.acquire(&caller.key.member, span, &ranges, appetite, now_ms);
    let (Some(first), Some(last)) = (acquired.first(), acquired.last()) else { return Ok(None) };
    let (first, last) = (first.first_offset, last.last_offset);
    found.retain(|(base, end, _)| *end >= first && *base <= last);
    let records = found.into_iter().map(|(_, _, batch)| batch).collect();
    Ok(Some(Taken { records, acquired }))
}

impl Answer {
    fn response(&mut self, cx: &Context, caller: &Caller) -> ShareFetchResponse {
        let image = cx.image();
        let mut hints = lookup::Hints::default();
        let places: BTreeSet<Place> =
            self.codes.keys().chain(self.failed.keys()).chain(self.taken.keys()).copied().collect();
        let mut responses: Vec<fetch::ShareFetchableTopicResponse> = Vec::new();
        for place in places {
            let (topic_id, data): (Uuid, _) =
                (place.0, self.partition(cx, &image, &mut hints, place));
            match responses.last_mut().filter(|topic| topic.topic_id == topic_id) {
                Some(topic) => topic.partitions.push(data),
                None => responses
                    .push(fetch::ShareFetchableTopicResponse { topic_id, partitions: vec![data] }),
            }
        }
        let endpoints = hints.endpoints(cx).into_iter();
        ShareFetchResponse {
            acquisition_lock_timeout_ms: lock_ms(caller),
            responses,
            node_endpoints: endpoints
                .map(|(node_id, host, port, rack)| fetch::NodeEndpoint {
                    node_id,
                    host,
                    port,
                    rack,
                })
                .collect(),
            ..Default::default()
        }
    }

    fn partition(
        &mut self,
        cx: &Context,
        image: &Image,
        hints: &mut lookup::Hints,
        place: Place,
    ) -> fetch::PartitionData {
        let said = |codes: &Codes| codes.get(&place).copied().unwrap_or(ErrorCode::None);
        let (failed, acknowledged) = (said(&self.failed), said(&self.codes));
        let moved = if failed == ErrorCode::None { acknowledged } else { failed };
        let (leader_id, leader_epoch) = hint(cx, image, hints, place, moved);
        let taken = self.taken.remove(&place);
        let (records, acquired_records) =
            taken.map(|taken| (taken.records, taken.acquired)).unwrap_or_default();
        fetch::PartitionData {
            partition_index: place.1,
            error_code: cx.code(failed),
            error_message: message(failed),
            acknowledge_error_code: cx.code(acknowledged),
            acknowledge_error_message: message(acknowledged),
            current_leader: fetch::LeaderIdAndEpoch { leader_id, leader_epoch },
            records: Records::from(records),
            acquired_records,
        }
    }
}

impl Shares {
    fn sessions(&self) -> std::sync::MutexGuard<'_, headrace_groups::share::Sessions> {
        self.sessions.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
