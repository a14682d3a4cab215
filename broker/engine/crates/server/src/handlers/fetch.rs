//! Fetch: records below the high watermark, at once or when there are enough of them.
//!
//! What a session (KIP-227) remembers is added before, and left out after: here every fetch is a
//! full one.
//!
//! Memory: a waiting fetch holds none. When something can be read, a share of the response budget
//! is taken first and bounds what is read; it is given back when the answer is written.

use std::future::{poll_fn, Future};
use std::pin::Pin;
use std::task::Poll;

use headrace_cluster::image::Image;
use headrace_cluster::{AbortedTxn, GroupId, Isolation, NodeId, Offsets, PartitionHandle};
use headrace_wire::messages::fetch::{
    AbortedTransaction, EpochEndOffset, FetchPartition, FetchTopic, FetchableTopicResponse,
    LeaderIdAndEpoch, NodeEndpoint, PartitionData,
};
use headrace_wire::messages::{FetchRequest, FetchResponse};
use headrace_wire::{ErrorCode, Records};
use tokio::sync::watch;
use tokio::time::{timeout_at, Instant};

use super::await_leaders::request_timeout;
use super::lookup;
use crate::context::{partition_refusal, Context};
use crate::net::{Reply, Share};
use crate::session::{Operation, Resource};

/// From this version on topics are named by id.
const IDS_FROM: i16 = 13;
/// From this version on the response says who leads instead (KIP-951).
const HINTS_FROM: i16 = 12;
/// From this version on it says so with addresses.
const ENDPOINTS_FROM: i16 = 16;
/// A reader gets at least this much of the response budget before it reads.
const LEAST_SHARE_BYTES: usize = 1 << 20;

/// One partition of the request, looked up.
struct Wanted {
    index: i32,
    group: Option<GroupId>,
    ask: FetchPartition,
    state: Result<PartitionHandle, ErrorCode>,
    /// Where the client should read instead.
    nearer: Option<NodeId>,
    /// A follower may serve it.
    anywhere: bool,
}

struct WantedTopic {
    data: FetchTopic,
    partitions: Vec<Wanted>,
}

/// What bounds one pass over the partitions.
struct Limits {
    bytes_left: usize,
    isolation: Isolation,
    /// Nothing was read yet, so the next batch is returned whatever its size (KIP-74).
    first: bool,
}

pub(crate) async fn fetch(cx: Context, mut request: FetchRequest) -> Reply {
    let (sessions, by_id) = (&cx.broker.fetch_sessions, cx.version >= IDS_FROM);
    let (asked, turn) = match sessions.begin(&mut request, by_id, cx.broker.env.clock.now_ms()) {
        Ok(begun) => begun,
        Err(error) => {
            let response = FetchResponse { error_code: cx.code(error), ..Default::default() };
            return cx.reply(&response, Share::default());
        }
    };
    let until = Instant::now() + request_timeout(request.max_wait_ms);
    let image = cx.image();
    let (min_bytes, isolation) = (bytes(request.min_bytes), isolation(request.isolation_level));
    let limit = bytes(request.max_bytes).min(cx.broker.config.fetch_max_bytes);
    let topics: Vec<WantedTopic> =
        asked.into_iter().map(|topic| look_up(&cx, &image, topic, &request.rack_id)).collect();
    // made when there is something to wait for: most fetches of a busy consumer never wait
    let mut watches: Option<Watches> = None;
    loop {
        let closing = *cx.session.peer.closing.borrow();
        let timed_out = topics.is_empty() || closing || Instant::now() >= until;
        // what changes from here on ends the wait below
        watches.iter_mut().flatten().for_each(|watch| {
            watch.borrow_and_update();
        });
        if timed_out || min_bytes == 0 || is_ready(&topics, isolation) {
            let floor = LEAST_SHARE_BYTES.min(limit);
            let mut share = cx.broker.responses.take_up_to(limit, floor).await;
            let limits = Limits { bytes_left: share.bytes().min(limit), isolation, first: true };
            let (mut response, read) = pass(&cx, &image, &topics, limits);
            if timed_out || read >= min_bytes || has_error(&response) {
                share.shrink_to(read);
                let env = &cx.broker.env;
                let (random, now_ms) = (env.random.as_ref(), env.clock.now_ms());
                sessions.end(turn, &mut response, random, now_ms);
                return cx.reply(&response, share);
            }
        }
        let Some(watches) = &mut watches else {
            watches = Some(watch(&topics));
            continue;
        };
        // an end of the wait is seen at the top of the loop
        let _ = timeout_at(until, changed(&cx, watches)).await;
    }
}

/// A size from the network: negative means nothing.
fn bytes(count: i32) -> usize {
    usize::try_from(count).unwrap_or(0)
}

fn isolation(level: i8) -> Isolation {
    match level {
        1 => Isolation::ReadCommitted,
        _ => Isolation::ReadUncommitted,
    }
}

fn look_up(cx: &Context, image: &Image, mut data: FetchTopic, rack: &str) -> WantedTopic {
    let by_id = cx.version >= IDS_FROM;
    let found = lookup::topic(image, by_id, &data.topic, data.topic_id);
    let name = found.as_ref().map_or(&*data.topic, |topic| &topic.name);
    let topic = cx.authorize(Operation::Read, Resource::Topic(name)).and(found);
    let partitions = std::mem::take(&mut data.partitions).into_iter().map(|ask| {
        let group = topic.and_then(|topic| lookup::group(topic, ask.partition));
        let state = group.and_then(|group| lookup::replica(cx, group));
        let nearer = state.as_ref().ok().and_then(|handle| nearer_replica(cx, image, handle, rack));
        // who names its rack may have been sent to a follower
        let anywhere = !rack.is_empty();
        Wanted { index: ask.partition, group: group.ok(), ask, state, nearer, anywhere }
    });
    WantedTopic { partitions: partitions.collect(), data }
}

/// A follower in the client's rack that it should rather read from (KIP-392).
fn nearer_replica(
    cx: &Context,
    image: &Image,
    handle: &PartitionHandle,
    rack: &str,
) -> Option<NodeId> {
    if rack.is_empty() || !image.here().rack_aware_reads || !handle.offsets().is_leader {
        return None;
    }
    let in_rack = |node: NodeId| {
        let info = cx.reachable(image, node);
        info.is_some_and(|info| info.rack.as_deref() == Some(rack))
    };
    let info = cx.live_leader(handle.group()).filter(|info| !in_rack(info.leader))?;
    info.in_sync.into_iter().find(|&node| node != info.leader && in_rack(node))
}

type Watches = Vec<watch::Receiver<Offsets>>;

fn watch(topics: &[WantedTopic]) -> Watches {
    let handles = topics.iter().flat_map(|topic| &topic.partitions).map(|p| &p.state);
    handles.flatten().map(PartitionHandle::offsets_changed).collect()
}

/// Waits until a partition's offsets change, or the peer goes away.
async fn changed(cx: &Context, watches: &mut [watch::Receiver<Offsets>]) {
    let mut closing = cx.session.peer.closing.clone();
    let mut waits: Vec<Pin<Box<dyn Future<Output = ()> + Send + '_>>> =
        Vec::with_capacity(watches.len() + 1);
    waits.push(Box::pin(async move {
        let _ = closing.wait_for(|&closing| closing).await;
    }));
    for watch in watches {
        waits.push(Box::pin(async move {
            if watch.changed().await.is_err() {
                // the replica has left this node; the time-out ends the wait
                std::future::pending::<()>().await;
            }
        }));
    }
    poll_fn(|cx| {
        let ready = waits.iter_mut().any(|wait| wait.as_mut().poll(cx).is_ready());
        if ready {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
}

/// Whether any partition has something to say: records, or an error.
fn is_ready(topics: &[WantedTopic], isolation: Isolation) -> bool {
    topics.iter().flat_map(|topic| &topic.partitions).any(|wanted| {
        let Ok(handle) = &wanted.state else { return true };
        let offsets = handle.offsets();
        wanted.nearer.is_some()
            || check_position(&offsets, wanted).is_err()
            || wanted.ask.fetch_offset < readable_end(&offsets, isolation)
    })
}

fn readable_end(offsets: &Offsets, isolation: Isolation) -> i64 {
    match isolation {
        Isolation::ReadUncommitted => offsets.high_watermark,
        Isolation::ReadCommitted => offsets.last_stable,
    }
}

/// Whether this replica may serve, in the client's epoch, and knows the offset.
fn check_position(offsets: &Offsets, wanted: &Wanted) -> Result<(), ErrorCode> {
    let ask = &wanted.ask;
    if ask.current_leader_epoch >= 0 && ask.current_leader_epoch < offsets.epoch {
        return Err(ErrorCode::FencedLeaderEpoch);
    }
    if ask.current_leader_epoch > offsets.epoch {
        return Err(ErrorCode::UnknownLeaderEpoch);
    }
    let follows = |handle: &PartitionHandle| handle.leader().is_some();
    let serves = wanted.anywhere && wanted.state.as_ref().is_ok_and(follows);
    if !offsets.is_leader && !serves {
        return Err(ErrorCode::NotLeaderOrFollower);
    }
    if !(offsets.log_start..=offsets.log_end).contains(&ask.fetch_offset) {
        return Err(ErrorCode::OffsetOutOfRange);
    }
    Ok(())
}

/// Reads every partition in the order of the request; returns the record bytes too.
fn pass(
    cx: &Context,
    image: &Image,
    topics: &[WantedTopic],
    mut limits: Limits,
) -> (FetchResponse, usize) {
    let allowed = limits.bytes_left;
    let mut read = 0;
    let mut hints = lookup::Hints::default();
    let mut responses = Vec::with_capacity(topics.len());
    for topic in topics {
        let mut partitions = Vec::with_capacity(topic.partitions.len());
        for wanted in &topic.partitions {
            let outcome = read_partition(wanted, &mut limits);
            let data = outcome.unwrap_or_else(|error| refuse(cx, image, wanted, error, &mut hints));
            let size = data.records.as_ref().map_or(0, Records::len);
            read += size;
            limits.bytes_left = allowed.saturating_sub(read);
            partitions.push(data);
        }
        responses.push(FetchableTopicResponse {
            topic: topic.data.topic.clone(),
            topic_id: topic.data.topic_id,
            partitions,
        });
    }
    let endpoints = hints.endpoints(cx).into_iter().filter(|_| cx.version >= ENDPOINTS_FROM);
    let endpoints =
        endpoints.map(|(node_id, host, port, rack)| NodeEndpoint { node_id, host, port, rack });
    let node_endpoints = endpoints.collect();
    (FetchResponse { responses, node_endpoints, ..Default::default() }, read)
}

fn read_partition(wanted: &Wanted, limits: &mut Limits) -> Result<PartitionData, ErrorCode> {
    let handle = wanted.state.as_ref().map_err(|&error| error)?;
    let (ask, offsets) = (&wanted.ask, handle.offsets());
    check_position(&offsets, wanted)?;
    let mut data = PartitionData {
        partition_index: wanted.index,
        high_watermark: offsets.high_watermark,
        last_stable_offset: offsets.last_stable,
        log_start_offset: offsets.log_start,
        aborted_transactions: match limits.isolation {
            Isolation::ReadCommitted => Some(Vec::new()),
            Isolation::ReadUncommitted => None,
        },
        records: Some(Records::empty()),
        ..Default::default()
    };
    if let Some(diverging) = diverging(handle, ask)? {
        data.diverging_epoch = diverging;
        return Ok(data);
    }
    if let Some(nearer) = wanted.nearer {
        data.preferred_read_replica = nearer;
        return Ok(data);
    }
    let room = bytes(ask.partition_max_bytes).min(limits.bytes_left);
    let nothing = ask.fetch_offset >= readable_end(&offsets, limits.isolation);
    if nothing || (room == 0 && !limits.first) {
        return Ok(data);
    }
    let read = handle
        .read_replica(ask.fetch_offset, room, limits.isolation)
        .map_err(|error| partition_refusal(error).code)?;
    let records = Records::from(read.batches);
    // one batch always comes: beyond the limit it counts only if the answer is empty so far
    if !records.is_empty() && (limits.first || records.len() <= room) {
        limits.first = false;
        data.records = Some(records);
    }
    if limits.isolation == Isolation::ReadCommitted {
        data.aborted_transactions = Some(read.aborted.iter().map(aborted).collect());
    }
    data.high_watermark = read.high_watermark;
    data.last_stable_offset = read.last_stable_offset;
    data.log_start_offset = read.log_start_offset;
    Ok(data)
}

fn aborted(txn: &AbortedTxn) -> AbortedTransaction {
    AbortedTransaction { producer_id: txn.producer_id, first_offset: txn.first_offset }
}

/// Where the client's log parts from ours, if it says which epoch its last record had (KIP-595).
fn diverging(
    handle: &PartitionHandle,
    ask: &FetchPartition,
) -> Result<Option<EpochEndOffset>, ErrorCode> {
    if ask.last_fetched_epoch < 0 {
        return Ok(None);
    }
    let (epoch, end_offset) = handle.epoch_end_offset(ask.last_fetched_epoch);
    if epoch < 0 || end_offset < 0 {
        return Err(ErrorCode::OffsetOutOfRange);
    }
    let parted = epoch < ask.last_fetched_epoch || end_offset < ask.fetch_offset;
    Ok(parted.then_some(EpochEndOffset { epoch, end_offset }))
}

fn refuse(
    cx: &Context,
    image: &Image,
    wanted: &Wanted,
    error: ErrorCode,
    hints: &mut lookup::Hints,
) -> PartitionData {
    let leader = wanted
        .group
        .filter(|_| cx.version >= HINTS_FROM)
        .and_then(|group| hints.leader_after(cx, image, group, error));
    PartitionData {
        partition_index: wanted.index,
        error_code: cx.code(error),
        high_watermark: -1,
        current_leader: leader.map_or_else(
            LeaderIdAndEpoch::default,
            |(leader_id, leader_epoch)| LeaderIdAndEpoch { leader_id, leader_epoch },
        ),
        records: Some(Records::empty()),
        ..Default::default()
    }
}

/// An error, a diverging log or another place to read is answered at once.
fn has_error(response: &FetchResponse) -> bool {
    let partitions = response.responses.iter().flat_map(|topic| &topic.partitions);
    partitions.into_iter().any(|data| {
        data.error_code != 0
            || data.diverging_epoch.end_offset >= 0
            || data.preferred_read_replica >= 0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offsets() -> Offsets {
        Offsets {
            log_start: 10,
            high_watermark: 20,
            last_stable: 20,
            log_end: 25,
            epoch: 4,
            is_leader: true,
        }
    }

    #[test]
    fn positions_are_checked_epoch_first() {
        let ask = |epoch, offset| FetchPartition {
            current_leader_epoch: epoch,
            fetch_offset: offset,
            ..Default::default()
        };
        let follower = Offsets { is_leader: false, ..offsets() };
        for (offsets, ask, expected) in [
            (offsets(), ask(-1, 10), Ok(())),
            (offsets(), ask(4, 25), Ok(())),
            (offsets(), ask(3, 10), Err(ErrorCode::FencedLeaderEpoch)),
            (offsets(), ask(5, 10), Err(ErrorCode::UnknownLeaderEpoch)),
            (offsets(), ask(-1, 9), Err(ErrorCode::OffsetOutOfRange)),
            (offsets(), ask(-1, 26), Err(ErrorCode::OffsetOutOfRange)),
            (follower, ask(4, 10), Err(ErrorCode::NotLeaderOrFollower)),
            (follower, ask(3, 10), Err(ErrorCode::FencedLeaderEpoch)),
        ] {
            let wanted = Wanted {
                index: 0,
                group: None,
                ask,
                state: Err(ErrorCode::None),
                nearer: None,
                anywhere: false,
            };
            assert_eq!(check_position(&offsets, &wanted), expected, "{:?}", wanted.ask);
        }
    }
}
