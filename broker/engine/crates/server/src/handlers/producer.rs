//! InitProducerId: an id for an idempotent producer (KIP-98), or the next epoch of a
//! transactional id, which ends what its last producer left open.

use headrace_txn::{Producer, Request, Response};
use headrace_wire::messages::{InitProducerIdRequest, InitProducerIdResponse};
use headrace_wire::ErrorCode;

use crate::context::{controller_refusal, Context};
use crate::session::{Operation, Resource};

/// From this version on a producer tells who it believes to be (KIP-360).
const EXPECTS_FROM: i16 = 3;
/// From this version on clients know PRODUCER_FENCED.
const FENCED_FROM: i16 = 4;
/// No id, no epoch.
const NONE: i64 = -1;

pub(crate) async fn init_producer_id(
    cx: Context,
    request: InitProducerIdRequest,
) -> InitProducerIdResponse {
    match init(&cx, &request).await {
        Ok(producer) => InitProducerIdResponse {
            producer_id: producer.id,
            producer_epoch: producer.epoch,
            ..Default::default()
        },
        Err(error) => InitProducerIdResponse {
            error_code: cx.code(error),
            producer_epoch: -1,
            ..Default::default()
        },
    }
}

async fn init(cx: &Context, request: &InitProducerIdRequest) -> Result<Producer, ErrorCode> {
    let expected = Producer { id: request.producer_id, epoch: request.producer_epoch };
    let expected = match cx.version >= EXPECTS_FROM {
        true if (expected.id == NONE) != (i64::from(expected.epoch) == NONE) => {
            return Err(ErrorCode::InvalidRequest);
        }
        true if expected.id != NONE => Some(expected),
        _ => None,
    };
    let Some(id) = &request.transactional_id else {
        // A producer that asks again, with its old id, gets a new one: without a transactional id
        // nobody else can be fenced by a higher epoch.
        cx.authorize(Operation::IdempotentWrite, Resource::Cluster)?;
        return Ok(Producer { id: fresh_id(cx).await?, epoch: 0 });
    };
    if id.is_empty() {
        return Err(ErrorCode::InvalidRequest);
    }
    cx.authorize(Operation::Write, Resource::TransactionalId(id))?;
    let ask = |fresh_id| Request::Init {
        transactional_id: id.to_string(),
        timeout_ms: request.transaction_timeout_ms,
        expected,
        fresh_id,
    };
    match ask_with_id(cx, ask).await? {
        Response::Producer(producer) => Ok(producer),
        Response::Refused(ErrorCode::ProducerFenced) if cx.version < FENCED_FROM => {
            Err(ErrorCode::InvalidProducerEpoch)
        }
        Response::Refused(code) => Err(code),
        _ => Err(ErrorCode::UnknownServerError),
    }
}

/// Asks the transaction coordinator here, again with a fresh producer id if it wants one.
pub(super) async fn ask_with_id(
    cx: &Context,
    ask: impl Fn(Option<i64>) -> Request,
) -> Result<Response, ErrorCode> {
    match cx.broker.transactions.ask(ask(None)).await {
        Response::WantsProducerId => {
            let id = fresh_id(cx).await?;
            Ok(cx.broker.transactions.ask(ask(Some(id))).await)
        }
        response => Ok(response),
    }
}

async fn fresh_id(cx: &Context) -> Result<i64, ErrorCode> {
    let id = cx.broker.producer_ids.next(cx.node()).await;
    id.map_err(|error| match controller_refusal(error).code {
        // clients try again after this one
        ErrorCode::NotController => ErrorCode::CoordinatorLoadInProgress,
        other => other,
    })
}
