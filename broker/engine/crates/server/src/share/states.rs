//! The share coordinator (KIP-932): share partitions' durable state in `__share_group_state`,
//! served to other nodes and asked for by this one, wherever it is.

use std::future::Future;
use std::time::Duration;

use headrace_cluster::controller::names::SHARE_GROUP_STATE;
use headrace_cluster::NodeId;
use headrace_groups::records::Record;
use headrace_groups::share::{
    ShareState, ShareStates, StateBatch, StateKey, StateWrite, NO_OFFSET,
};
use headrace_wire::messages::{
    delete_share_group_state as delete, initialize_share_group_state as initialize,
    read_share_group_state as read, read_share_group_state_summary as summary,
    write_share_group_state as write, DeleteShareGroupStateRequest, DeleteShareGroupStateResponse,
    InitializeShareGroupStateRequest, InitializeShareGroupStateResponse,
    ReadShareGroupStateRequest, ReadShareGroupStateResponse, ReadShareGroupStateSummaryRequest,
    ReadShareGroupStateSummaryResponse, WriteShareGroupStateRequest, WriteShareGroupStateResponse,
};
use headrace_wire::{api, ErrorCode, Request, Str};
use tokio::time::{sleep, Instant};

use super::Shares;
use crate::coordinator::topic;
use crate::ids::base64;

/// How long a change of coordinators is waited for.
const PATIENCE: Duration = Duration::from_secs(5);
const RETRY_EVERY: Duration = Duration::from_millis(50);
/// Batches in one change: the largest window has as many offsets.
const MAX_BATCHES: usize = 10_000;

/// Where a leader goes on.
#[derive(Clone, Debug)]
pub(crate) struct Begun {
    pub state_epoch: i32,
    pub start_offset: i64,
    pub batches: Vec<StateBatch>,
}

/// What Kafka's tools show of a share partition without its batches.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Summary {
    pub state_epoch: i32,
    pub leader_epoch: i32,
    pub start_offset: i64,
    pub complete: i32,
}

/// The key that places a share partition, as Apache Kafka writes it.
pub(crate) fn coordinator_key(key: &StateKey) -> String {
    format!("{}:{}:{}", key.group, base64(key.topic), key.partition)
}

/// The version in which nodes ask each other.
fn newest<Q: Request>() -> i16 {
    api::find(Q::KEY).map_or(Q::MAX_VERSION, |served| served.max)
}

fn retriable(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::NotCoordinator
            | ErrorCode::CoordinatorNotAvailable
            | ErrorCode::CoordinatorLoadInProgress
    )
}

/// The one partition's code in an answer that has but one.
macro_rules! only_partition {
    ($response:expr) => {
        $response.results.into_iter().next().and_then(|topic| topic.partitions.into_iter().next())
    };
}

/// One of the coordinator's requests: for each partition its own answer.
macro_rules! serve {
    ($(#[$doc:meta])* $name:ident, $module:ident, $request:ident, $response:ident, $result:ident,
     |$shares:ident, $key:ident, $asked:ident| $work:expr) => {
        impl Shares {
        $(#[$doc])*
        pub async fn $name(&self, request: $request) -> $response {
            let $shares = self;
            let mut results = Vec::with_capacity(request.topics.len());
            for topic in request.topics {
                let mut partitions = Vec::with_capacity(topic.partitions.len());
                for $asked in topic.partitions {
                    let $key = StateKey {
                        group: request.group_id.to_string(),
                        topic: topic.topic_id,
                        partition: $asked.partition,
                    };
                    let answer: Result<$module::PartitionResult, ErrorCode> = $work.await;
                    let refused = answer.as_ref().err().copied();
                    let mut result = answer.unwrap_or_default();
                    if let Some(code) = refused {
                        result.partition = $key.partition;
                        result.error_code = code.code();
                        result.error_message = Some(Str::from_static(code.text()));
                    }
                    partitions.push(result);
                }
                results.push($module::$result { topic_id: topic.topic_id, partitions });
            }
            $response { results }
        }
        }

        impl Asked for $request {
            fn serve(self, shares: &Shares) -> impl Future<Output = $response> + Send {
                shares.$name(self)
            }
        }
    };
}

/// A request that this node may serve itself.
trait Asked: Request + Send + Sync {
    fn serve(self, shares: &Shares) -> impl Future<Output = Self::Response> + Send;
}

serve!(
    /// Begins share partitions, or begins them anew.
    serve_initialize, initialize, InitializeShareGroupStateRequest,
    InitializeShareGroupStateResponse, InitializeStateResult,
    |shares, key, asked| async {
        let (epoch, start) = (asked.state_epoch, asked.start_offset);
        let now_ms = shares.now_ms();
        let change = |states: &mut ShareStates| {
            states.initialize(&key, epoch, start, now_ms).map(|records| (records, ()))
        };
        shares.change_state(&key, change).await?;
        Ok(initialize::PartitionResult { partition: key.partition, ..Default::default() })
    }
);
serve!(
    /// The state for a leader that begins.
    serve_read, read, ReadShareGroupStateRequest, ReadShareGroupStateResponse, ReadStateResult,
    |shares, key, asked| async {
        let now_ms = shares.now_ms();
        let read = |states: &mut ShareStates| states.read(&key, asked.leader_epoch, now_ms);
        let state = shares.change_state(&key, read).await?;
        Ok(read_result(key.partition, state))
    }
);
serve!(
    /// A leader's changes.
    serve_write, write, WriteShareGroupStateRequest, WriteShareGroupStateResponse,
    WriteStateResult,
    |shares, key, asked| async {
        let now_ms = shares.now_ms();
        let partition = key.partition;
        let change = write_of(asked)?;
        let write = |states: &mut ShareStates| {
            states.write(&key, &change, now_ms).map(|records| (records, ()))
        };
        shares.change_state(&key, write).await?;
        Ok(write::PartitionResult { partition, ..Default::default() })
    }
);
serve!(
    /// Share partitions that nobody reads any more.
    serve_delete, delete, DeleteShareGroupStateRequest, DeleteShareGroupStateResponse,
    DeleteStateResult,
    |shares, key, asked| async {
        let partition = asked.partition;
        let delete = |states: &mut ShareStates| Ok((states.delete(&key), ()));
        shares.change_state(&key, delete).await?;
        Ok(delete::PartitionResult { partition, ..Default::default() })
    }
);
serve!(
    /// Where share partitions stand.
    serve_summary, summary, ReadShareGroupStateSummaryRequest,
    ReadShareGroupStateSummaryResponse, ReadStateSummaryResult,
    |shares, key, asked| async {
        let hosted = shares.state_host(&key).await?;
        let partition = asked.partition;
        let shown = |state: &ShareState| summary::PartitionResult {
            partition,
            state_epoch: state.state_epoch,
            leader_epoch: state.leader_epoch,
            start_offset: state.start_offset,
            delivery_complete_count: state.complete,
            ..Default::default()
        };
        let nothing = summary::PartitionResult {
            partition,
            start_offset: NO_OFFSET,
            delivery_complete_count: -1,
            ..Default::default()
        };
        Ok(hosted.look(|states| states.get(&key).map_or(nothing, shown)))
    }
);

impl Shares {
    async fn state_host(
        &self,
        key: &StateKey,
    ) -> Result<std::sync::Arc<super::Hosted<ShareStates>>, ErrorCode> {
        let key = coordinator_key(key);
        let partition = topic::partition_in(&self.node.image(), SHARE_GROUP_STATE, &key);
        self.states.get(partition.ok_or(ErrorCode::NotCoordinator)?).await
    }

    async fn change_state<R: Send>(
        &self,
        key: &StateKey,
        change: impl FnOnce(&mut ShareStates) -> Result<(Vec<Record>, R), ErrorCode> + Send,
    ) -> Result<R, ErrorCode> {
        self.state_host(key).await?.change(self.now_ms(), change).await
    }

    /// The node that keeps a share partition's state; creates the topic on first use.
    ///
    /// # Errors
    /// `COORDINATOR_NOT_AVAILABLE`.
    pub async fn state_coordinator(&self, key: &str) -> Result<NodeId, ErrorCode> {
        topic::ensure(&self.node, &self.env, &self.creating, SHARE_GROUP_STATE).await?;
        topic::leader_of(&self.node, SHARE_GROUP_STATE, key).await
    }

    /// Asks the coordinator of `key`, again while it moves.
    async fn ask<Q: Asked, R>(
        &self,
        key: &StateKey,
        request: Q,
        result: fn(Q::Response) -> Result<R, ErrorCode>,
    ) -> Result<R, ErrorCode> {
        let until = Instant::now() + PATIENCE;
        let place = coordinator_key(key);
        loop {
            let answer = match self.state_coordinator(&place).await {
                Err(code) => Err(code),
                Ok(node) if Some(node) == self.node.node_id() => {
                    result(request.clone().serve(self).await)
                }
                Ok(node) => match self.peers.ask(node, newest::<Q>(), &request).await {
                    Ok(response) => result(response),
                    Err(error) => {
                        tracing::debug!(node, %error, "no answer from a share coordinator");
                        Err(ErrorCode::CoordinatorNotAvailable)
                    }
                },
            };
            match answer {
                Err(code) if retriable(code) && Instant::now() < until => sleep(RETRY_EVERY).await,
                answer => return answer,
            }
        }
    }

    /// Begins a share partition, or begins it anew.
    pub async fn initialize_state(
        &self,
        key: &StateKey,
        state_epoch: i32,
        start_offset: i64,
    ) -> Result<(), ErrorCode> {
        let partition = key.partition;
        let partitions = vec![initialize::PartitionData { partition, state_epoch, start_offset }];
        let topics = vec![initialize::InitializeStateData { topic_id: key.topic, partitions }];
        let request = InitializeShareGroupStateRequest { group_id: Str::from(&*key.group), topics };
        self.ask(key, request, |response| {
            check(only_partition!(response).map(|result| result.error_code))
        })
        .await
    }

    /// The state of a share partition for its leader; none when it was never begun.
    pub async fn read_state(
        &self,
        key: &StateKey,
        leader_epoch: i32,
    ) -> Result<Option<Begun>, ErrorCode> {
        let partitions = vec![read::PartitionData { partition: key.partition, leader_epoch }];
        let topics = vec![read::ReadStateData { topic_id: key.topic, partitions }];
        let request = ReadShareGroupStateRequest { group_id: Str::from(&*key.group), topics };
        self.ask(key, request, |response| {
            let result = only_partition!(response).ok_or(ErrorCode::UnknownServerError)?;
            check(Some(result.error_code))?;
            let batches = result.state_batches.iter().map(|batch| StateBatch {
                first_offset: batch.first_offset,
                last_offset: batch.last_offset,
                delivery_state: batch.delivery_state,
                delivery_count: batch.delivery_count,
            });
            Ok((result.start_offset != NO_OFFSET).then(|| Begun {
                state_epoch: result.state_epoch,
                start_offset: result.start_offset,
                batches: batches.collect(),
            }))
        })
        .await
    }

    /// Makes a leader's change durable.
    pub async fn write_state(&self, key: &StateKey, write: StateWrite) -> Result<(), ErrorCode> {
        let batches = write.batches.iter().map(|batch| write::StateBatch {
            first_offset: batch.first_offset,
            last_offset: batch.last_offset,
            delivery_state: batch.delivery_state,
            delivery_count: batch.delivery_count,
        });
        let partitions = vec![write::PartitionData {
            partition: key.partition,
            state_epoch: write.state_epoch,
            leader_epoch: write.leader_epoch,
            start_offset: write.start_offset,
            delivery_complete_count: write.complete,
            state_batches: batches.collect(),
        }];
        let topics = vec![write::WriteStateData { topic_id: key.topic, partitions }];
        let request = WriteShareGroupStateRequest { group_id: Str::from(&*key.group), topics };
        self.ask(key, request, |response| {
            check(only_partition!(response).map(|result| result.error_code))
        })
        .await
    }

    /// Forgets a share partition.
    pub async fn delete_state(&self, key: &StateKey) -> Result<(), ErrorCode> {
        let partitions = vec![delete::PartitionData { partition: key.partition }];
        let topics = vec![delete::DeleteStateData { topic_id: key.topic, partitions }];
        let request = DeleteShareGroupStateRequest { group_id: Str::from(&*key.group), topics };
        self.ask(key, request, |response| {
            check(only_partition!(response).map(|result| result.error_code))
        })
        .await
    }

    /// Where a share partition stands.
    pub async fn summary(&self, key: &StateKey) -> Result<Summary, ErrorCode> {
        let partitions =
            vec![summary::PartitionData { partition: key.partition, leader_epoch: -1 }];
        let topics = vec![summary::ReadStateSummaryData { topic_id: key.topic, partitions }];
        let request =
            ReadShareGroupStateSummaryRequest { group_id: Str::from(&*key.group), topics };
        self.ask(key, request, |response| {
            let result = only_partition!(response).ok_or(ErrorCode::UnknownServerError)?;
            check(Some(result.error_code))?;
            Ok(Summary {
                state_epoch: result.state_epoch,
                leader_epoch: result.leader_epoch,
                start_offset: result.start_offset,
                complete: result.delivery_complete_count,
            })
        })
        .await
    }
}

fn check(code: Option<i16>) -> Result<(), ErrorCode> {
    match code.map(ErrorCode::try_from) {
        Some(Ok(ErrorCode::None)) => Ok(()),
        Some(Ok(code)) => Err(code),
        _ => Err(ErrorCode::UnknownServerError),
    }
}

fn write_of(asked: write::PartitionData) -> Result<StateWrite, ErrorCode> {
    if asked.state_batches.len() > MAX_BATCHES {
        return Err(ErrorCode::InvalidRequest);
    }
    let batches = asked.state_batches.iter().map(|batch| StateBatch {
        first_offset: batch.first_offset,
        last_offset: batch.last_offset,
        delivery_state: batch.delivery_state,
        delivery_count: batch.delivery_count,
    });
    Ok(StateWrite {
        state_epoch: asked.state_epoch,
        leader_epoch: asked.leader_epoch,
        start_offset: asked.start_offset,
        complete: asked.delivery_complete_count,
        batches: batches.collect(),
    })
}

fn read_result(partition: i32, state: Option<ShareState>) -> read::PartitionResult {
    let Some(state) = state else {
        return read::PartitionResult { partition, start_offset: NO_OFFSET, ..Default::default() };
    };
    let batches = state.batches.iter().map(|batch| read::StateBatch {
        first_offset: batch.first_offset,
        last_offset: batch.last_offset,
        delivery_state: batch.delivery_state,
        delivery_count: batch.delivery_count,
    });
    read::PartitionResult {
        partition,
        state_epoch: state.state_epoch,
        start_offset: state.start_offset,
        state_batches: batches.collect(),
        ..Default::default()
    }
}
