//! Share groups (KIP-932) as pure state machines.
//!
//! | module | |
//! |---|---|
//! | `groups`, `assignor` | members and who reads what: kept in `__consumer_offsets` |
//! | `partition` | the records in flight of one partition in one group, on its leader |
//! | `state` | what of that is durable: kept in `__share_group_state` |
//! | `session` | what a member reads from one broker |
//!
//! Unlike the coordinator of the classic protocol, these hold a change at once and return the
//! records that make it durable. Whoever hosts them answers only then, and when a write fails or
//! its fate is not known forgets the machine and loads the log again.

mod assignor;
mod groups;
mod partition;
mod records;
mod session;
mod state;

pub use assignor::{assign, Assignment};
pub use groups::{GroupsConfig, Heartbeat, Refused, ShareGroups};
pub use partition::{Appetite, Delivery, Limits, SharePartition, Update};
pub use session::{MemberKey, Place, Sessions, CLOSE, OPEN};
pub use state::{ShareState, ShareStates, StateBatch, StateKey, StateWrite, NO_OFFSET};
