//! Commands about access, from a handler to the controller.

use headrace_cluster::controller::access::{AccessCommand, AccessReply};
use headrace_cluster::controller::{ControllerCommand, ControllerReply};
use headrace_wire::ErrorCode;

use crate::context::{code_of, controller_refusal, Context, Refusal};

/// Has the controller carry out a command about access.
pub(super) async fn ask(cx: &Context, command: AccessCommand) -> Result<AccessReply, Refusal> {
    match cx.node().controller_request(ControllerCommand::Access(command)).await {
        Ok(ControllerReply::Access(reply)) => Ok(reply),
        Ok(_) => Err(ErrorCode::UnknownServerError.into()),
        Err(error) => Err(controller_refusal(error)),
    }
}

/// The outcomes of a command over `count` items.
pub(super) async fn each(
    cx: &Context,
    command: AccessCommand,
    count: usize,
) -> Vec<Result<(), Refusal>> {
    if count == 0 {
        return Vec::new();
    }
    let all = |code: ErrorCode, message: Option<String>| {
        (0..count).map(|_| Err(Refusal { code, message: message.clone() })).collect()
    };
    match ask(cx, command).await {
        Ok(AccessReply::Each(each)) if each.len() == count => each
            .into_iter()
            .map(|error| match error {
                Some(error) => Err(Refusal::new(code_of(error.code), error.message)),
                None => Ok(()),
            })
            .collect(),
        Ok(_) => all(ErrorCode::UnknownServerError, None),
        Err(Refusal { code, message }) => all(code, message),
    }
}
