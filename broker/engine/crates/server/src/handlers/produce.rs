//! Produce: checks every batch, hands all to their partitions at once, answers when they are as
//! durable as the client asked.
//!
//! The first poll of the handler submits every batch before anything is awaited: two requests of
//! one connection reach a partition in the order in which they came. A transactional request may
//! have to ask its transaction's coordinator first, so it runs alone: see [`overlaps`].

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use headrace_cluster::image::{Image, Topic};
use headrace_cluster::{Acks, AppendOptions, Appended, GroupId, PartitionError, ProducerRules};
use headrace_txn::Producer;
use headrace_wire::messages::produce::{
    LeaderIdAndEpoch, NodeEndpoint, PartitionProduceResponse, TopicProduceData,
    TopicProduceResponse,
};
use headrace_wire::messages::{ProduceRequest, ProduceResponse};
use headrace_wire::{ErrorCode, Reader, Records, Str};
use tokio::time::{timeout_at, Instant};
use uuid::Uuid;

use super::await_leaders::request_timeout;
use super::batch_check::{self, Checked, Rejected, Target};
use super::lookup;
use super::txn_verify::{self, Question};
use crate::context::{partition_refusal, Context, Refusal};
use crate::net::{Reply, Share};
use crate::session::{Operation, Resource};

/// From this version on strings and arrays are compact.
const FLEXIBLE_FROM: i16 = 9;
/// From this version on topics are named by id.
const IDS_FROM: i16 = 13;
/// From this version on the response says who leads instead (KIP-951).
const HINTS_FROM: i16 = 10;
/// From this version on the response carries messages (KIP-467).
const MESSAGES_FROM: i16 = 8;
/// Time to become durable even if the client names less: an append that is given up is not
/// undone, so an early answer would only make the client send it again.
const LEAST_WAIT: Duration = Duration::from_millis(100);

type Pending = Pin<Box<dyn Future<Output = Result<Appended, Rejected>> + Send>>;

/// From this version on a batch adds its partition to its transaction (KIP-890).
const SECOND_PROTOCOL_FROM: i16 = 12;
/// From this version on clients know TRANSACTION_ABORTABLE.
const ABORTABLE_FROM: i16 = 11;

/// What the request asks for all of its batches.
struct How {
    acks: Acks,
    transactional_id: Option<Str>,
}

/// One partition of the request, on its way.
struct Sent {
    index: i32,
    group: Option<GroupId>,
    state: Result<Pending, Rejected>,
}

/// Whether a produce request may run beside its neighbours; `body` begins with the transactional
/// id. A batch that begins a transaction waits for the coordinator: the next must not overtake it.
pub(crate) fn overlaps(version: i16, body: &Reader) -> bool {
    let null = if version >= FLEXIBLE_FROM { 0 } else { 0xff };
    body.peek() == Some(null)
}

struct SentTopic {
    name: Str,
    id: Uuid,
    partitions: Vec<Sent>,
}

pub(crate) async fn produce(cx: Context, request: ProduceRequest) -> Reply {
    let image = cx.image();
    let until = Instant::now() + request_timeout(request.timeout_ms).max(LEAST_WAIT);
    let acks = match request.acks {
        0 => Ok(Acks::None),
        1 => Ok(Acks::Leader),
        -1 => Ok(Acks::All),
        other => {
            let why = format!("acks={other} is none of -1, 0 and 1");
            Err(Refusal::new(ErrorCode::InvalidRequiredAcks, why))
        }
    };
    let transactional_id = request.transactional_id;
    let allowed = transactional_id
        .as_ref()
        .map_or(Ok(()), |id| cx.authorize(Operation::Write, Resource::TransactionalId(id)));
    let acks = acks.and_then(|acks| allowed.map(|()| acks).map_err(Refusal::from));
    let acks = acks.map(|acks| How { acks, transactional_id });
    let silent = request.acks == 0;
    let sent: Vec<SentTopic> =
        request.topic_data.into_iter().map(|topic| send(&cx, &image, topic, &acks)).collect();
    let response = gather(&cx, &image, sent, until).await;
    if !silent {
        return cx.reply(&response, Share::default());
    }
    cx.broker.metrics.answered(cx.api, cx.arrived.elapsed());
    let failed = response.responses.iter().flat_map(|topic| &topic.partition_responses);
    match failed.map(|partition| partition.error_code).find(|&code| code != 0) {
        // without an answer, closing is the only way to tell (as in Apache Kafka)
        Some(code) => Reply::Close(format!("a produce request with acks=0 failed: error {code}")),
        None => Reply::Nothing,
    }
}

/// Checks and submits the batches of one topic.
fn send(
    cx: &Context,
    image: &Image,
    data: TopicProduceData,
    how: &Result<How, Refusal>,
) -> SentTopic {
    let topic = find_topic(cx, image, &data);
    let partitions = data.partition_data.into_iter().map(|partition| {
        let refused = |refusal: Refusal| Sent {
            index: partition.index,
            group: None,
            state: Err(refusal.into()),
        };
        let (how, topic) = match (how, &topic) {
            (Ok(how), Ok(topic)) => (how, *topic),
            (Err(Refusal { code, message }), _) => {
                return refused(Refusal { code: *code, message: message.clone() });
            }
            (_, Err(code)) => return refused((*code).into()),
        };
        match lookup::group(topic, partition.index) {
            Ok(group) => Sent {
                index: partition.index,
                group: Some(group),
                state: submit(cx, topic, (partition.index, group), partition.records, how),
            },
            Err(code) => refused(code.into()),
        }
    });
    SentTopic { partitions: partitions.collect(), name: data.name, id: data.topic_id }
}

fn find_topic<'i>(
    cx: &Context,
    image: &'i Image,
    data: &TopicProduceData,
) -> Result<&'i Topic, ErrorCode> {
    let by_id = cx.version >= IDS_FROM;
    if !by_id {
        cx.authorize(Operation::Write, Resource::Topic(&data.name))?;
    }
    let topic = lookup::topic(image, by_id, &data.name, data.topic_id)?;
    cx.authorize(Operation::Write, Resource::Topic(&topic.name))?;
    if topic.internal {
        // only coordinators write there
        return Err(ErrorCode::InvalidTopicException);
    }
    Ok(topic)
}

fn submit(
    cx: &Context,
    topic: &Topic,
    (index, group): (i32, GroupId),
    records: Option<Records>,
    how: &How,
) -> Result<Pending, Rejected> {
    let handle = lookup::replica(cx, group)?;
    let batch: Bytes = records.unwrap_or_default().into_bytes();
    let to = Target { topic: &topic.name, partition: index, config: &topic.config };
    let now_ms = cx.broker.env.clock.now_ms();
    let header = batch_check::only_batch(&batch, cx.version)?;
    let id = how.transactional_id.clone();
    let id = match header.is_transactional() {
        true => Some(id.ok_or(ErrorCode::TransactionalIdAuthorizationFailed)?),
        false => None,
    };
    let Checked { header, batch } = batch_check::check(header, batch, to, now_ms)?;
    let options = AppendOptions::new(how.acks);
    let Some(transactional_id) = id else {
        let appended = handle.append(batch, options);
        return Ok(Box::pin(async move { appended.await.map_err(refused) }));
    };
    let question = Question {
        transactional_id,
        producer: Producer { id: header.producer_id, epoch: header.producer_epoch },
        topic: Str::from(&*topic.name),
        partition: index,
        add: cx.version >= SECOND_PROTOCOL_FROM,
    };
    let rules = ProducerRules { second_protocol: question.add, verified: None };
    let appended = handle.append(batch.clone(), options.with_rules(rules));
    let cx = cx.clone();
    Ok(Box::pin(async move {
        let guard = match appended.await {
            Err(PartitionError::Unverified { guard }) => guard,
            outcome => return outcome.map_err(refused),
        };
        // The transaction begins here, if its coordinator agrees.
        if question.add || cx.image().here().transaction_partition_verification {
            txn_verify::ask(&cx, &question).await.map_err(|code| unverified(code, cx.version))?;
        }
        let rules = ProducerRules { verified: Some(guard), ..rules };
        handle.append(batch, options.with_rules(rules)).await.map_err(refused)
    }))
}

/// The log's refusal.
fn refused(error: PartitionError) -> Rejected {
    Rejected::by_log(partition_refusal(error))
}

/// What a client is told of the coordinator's refusal, in words that its version knows how to
/// handle: NOT_ENOUGH_REPLICAS makes it try again without asking for metadata.
fn unverified(code: ErrorCode, version: i16) -> Refusal {
    match code {
        ErrorCode::CoordinatorLoadInProgress
        | ErrorCode::CoordinatorNotAvailable
        | ErrorCode::NotCoordinator => {
            let why = format!("the transaction could not be verified: {}", code.text());
            Refusal::new(ErrorCode::NotEnoughReplicas, why)
        }
        ErrorCode::ConcurrentTransactions if version < SECOND_PROTOCOL_FROM => {
            let why = "the transaction before is still being ended";
            Refusal::new(ErrorCode::NotEnoughReplicas, why)
        }
        ErrorCode::TransactionAbortable if version < ABORTABLE_FROM => {
            ErrorCode::InvalidTxnState.into()
        }
        ErrorCode::ProducerFenced => ErrorCode::InvalidProducerEpoch.into(),
        other => other.into(),
    }
}

/// Waits for every append until the request's time is over.
///
/// One after the other: they go on by themselves, and those that are done by then cost nothing.
async fn gather(
    cx: &Context,
    image: &Image,
    sent: Vec<SentTopic>,
    until: Instant,
) -> ProduceResponse {
    let mut hints = lookup::Hints::default();
    let mut responses = Vec::with_capacity(sent.len());
    for topic in sent {
        let mut partitions = Vec::with_capacity(topic.partitions.len());
        for one in topic.partitions {
            let outcome = match one.state {
                Ok(pending) => match timeout_at(until, pending).await {
                    Ok(outcome) => outcome,
                    Err(_) => Err(ErrorCode::RequestTimedOut.into()),
                },
                Err(rejected) => Err(rejected),
            };
            partitions.push(match outcome {
                Ok(appended) => answer(one.index, &appended),
                Err(rejected) => refuse(cx, image, one.index, one.group, rejected, &mut hints),
            });
        }
        responses.push(TopicProduceResponse {
            name: topic.name,
            topic_id: topic.id,
            partition_responses: partitions,
        });
    }
    let endpoints = hints.endpoints(cx).into_iter();
    let endpoints =
        endpoints.map(|(node_id, host, port, rack)| NodeEndpoint { node_id, host, port, rack });
    ProduceResponse { responses, node_endpoints: endpoints.collect(), ..Default::default() }
}

fn answer(index: i32, appended: &Appended) -> PartitionProduceResponse {
    PartitionProduceResponse {
        index,
        base_offset: appended.base_offset,
        log_append_time_ms: appended.log_append_time_ms,
        log_start_offset: appended.log_start_offset,
        ..Default::default()
    }
}

fn refuse(
    cx: &Context,
    image: &Image,
    index: i32,
    group: Option<GroupId>,
    Rejected { refusal, records, by_log }: Rejected,
    hints: &mut lookup::Hints,
) -> PartitionProduceResponse {
    let log = group.filter(|_| by_log && tells_log_start(refusal.code));
    let log = log.and_then(|group| cx.node().partition(group));
    let leader = group
        .filter(|_| cx.version >= HINTS_FROM)
        .and_then(|group| hints.leader_after(cx, image, group, refusal.code));
    PartitionProduceResponse {
        index,
        error_code: cx.code(refusal.code),
        base_offset: -1,
        log_start_offset: log.map_or(-1, |log| log.offsets().log_start),
        record_errors: if cx.version >= MESSAGES_FROM { records } else { Vec::new() },
        error_message: refusal.text().filter(|_| cx.version >= MESSAGES_FROM),
        current_leader: leader.map_or_else(
            LeaderIdAndEpoch::default,
            |(leader_id, leader_epoch)| LeaderIdAndEpoch { leader_id, leader_epoch },
        ),
        ..Default::default()
    }
}

/// Whether a producer that is refused so is told where the log begins, as by Apache Kafka: not when
/// the log is not to be had, and not for a batch that is damaged or too large.
fn tells_log_start(code: ErrorCode) -> bool {
    !matches!(
        code,
        ErrorCode::UnknownTopicOrPartition
            | ErrorCode::NotLeaderOrFollower
            | ErrorCode::KafkaStorageError
            | ErrorCode::CorruptMessage
            | ErrorCode::MessageTooLarge
            | ErrorCode::RequestTimedOut
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_batches_outside_of_transactions_overlap() {
        for version in ProduceRequest::MIN_VERSION..=ProduceRequest::MAX_VERSION {
            for id in [None, Some("id"), Some("")] {
                let transactional_id = id.map(Str::from);
                let request = ProduceRequest { transactional_id, ..Default::default() };
                let mut out = headrace_wire::Writer::new();
                request.encode(&mut out, version).expect("an empty request");
                let body = Reader::new(out.into_bytes());
                assert_eq!(overlaps(version, &body), id.is_none(), "v{version}, {id:?}");
            }
        }
        assert!(!overlaps(12, &Reader::new(Bytes::new())), "nothing is taken for granted");
    }
}
