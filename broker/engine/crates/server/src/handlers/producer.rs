//! InitProducerId (KIP-98): an id for an idempotent producer.

use headrace_wire::messages::{InitProducerIdRequest, InitProducerIdResponse};
use headrace_wire::ErrorCode;

use crate::context::{controller_refusal, Context};
use crate::session::{Operation, Resource};

pub(crate) async fn init_producer_id(
    cx: Context,
    request: InitProducerIdRequest,
) -> InitProducerIdResponse {
    match fresh(&cx, &request).await {
        Ok(producer_id) => InitProducerIdResponse { producer_id, ..Default::default() },
        Err(error) => InitProducerIdResponse {
            error_code: cx.code(error),
            producer_epoch: -1,
            ..Default::default()
        },
    }
}

async fn fresh(cx: &Context, request: &InitProducerIdRequest) -> Result<i64, ErrorCode> {
    if let Some(id) = &request.transactional_id {
        if id.is_empty() {
            return Err(ErrorCode::InvalidRequest);
        }
        cx.authorize(Operation::Write, Resource::TransactionalId(id))?;
        // transactions are not served yet; no other final code says that as plainly
        return Err(ErrorCode::UnsupportedVersion);
    }
    // a producer that asks again, with its old id, gets a new one: without a transactional id
    // nobody else can be fenced by a higher epoch
    cx.authorize(Operation::IdempotentWrite, Resource::Cluster)?;
    let id = cx.broker.producer_ids.next(cx.node()).await;
    id.map_err(|error| match controller_refusal(error).code {
        // clients try again after this one
        ErrorCode::NotController => ErrorCode::CoordinatorLoadInProgress,
        other => other,
    })
}
