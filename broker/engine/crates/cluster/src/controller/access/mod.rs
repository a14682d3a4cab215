//! Who may do what, how much of it, and by which password: stored and described here. Nothing in
//! this crate enforces it.

mod acls;
mod quotas;
mod scram;

use serde::{Deserialize, Serialize};

pub use acls::{Acl, AclFilter};
pub use quotas::{QuotaChange, QuotaEntity, Rate, CLIENT_ID, IP, USER};
pub use scram::{
    ScramChange, ScramCredential, ScramDeletion, Secret, MAX_ITERATIONS, MIN_ITERATIONS,
};

use super::command::ControllerReply;
use super::error::{ControllerError, ErrorCode};
use super::State;

/// Rules, entities with quotas, or credentials that a cluster keeps at most, of each.
const MAX_STORED: usize = 10_000;
/// The longest name of a user, host or resource.
const MAX_NAME_BYTES: usize = 1_024;

/// What may be asked about access.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessCommand {
    /// Answer: `Each`. A rule that is there already is no error.
    CreateAcls(Vec<Acl>),
    /// Answer: `Deleted`, for each filter what it matched.
    DeleteAcls(Vec<AclFilter>),
    /// Answer: `Each`.
    AlterQuotas {
        /// What to change.
        changes: Vec<QuotaChange>,
        /// Check only.
        validate_only: bool,
    },
    /// Answer: `Each`, the deletions first.
    AlterScram {
        /// Credentials to forget.
        deletions: Vec<ScramDeletion>,
        /// Credentials to store.
        upsertions: Vec<ScramChange>,
    },
}

/// What a command about access answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessReply {
    /// Why not, for each item that was refused.
    Each(Vec<Option<ControllerError>>),
    /// The rules that each filter matched.
    Deleted(Vec<Vec<Acl>>),
}

impl State {
    pub(super) fn change_access(&mut self, command: AccessCommand) -> ControllerReply {
        let reply = match command {
            AccessCommand::CreateAcls(acls) => AccessReply::Each(self.create_acls(acls)),
            AccessCommand::DeleteAcls(filters) => AccessReply::Deleted(self.delete_acls(&filters)),
            AccessCommand::AlterQuotas { changes, validate_only } => {
                AccessReply::Each(self.alter_quotas(changes, validate_only))
            }
            AccessCommand::AlterScram { deletions, upsertions } => {
                AccessReply::Each(self.alter_scram(deletions, upsertions))
            }
        };
        ControllerReply::Access(reply)
    }
}

fn too_many() -> ControllerError {
    let why = format!("the cluster keeps {MAX_STORED} of these at most");
    ControllerError::new(ErrorCode::POLICY_VIOLATION, why)
}

fn invalid(why: impl Into<String>) -> ControllerError {
    ControllerError::new(ErrorCode::INVALID_REQUEST, why)
}
