//! One function an API: a decoded request in, a response out.
//!
//! A handler asks [`authorize`](crate::session::Session::authorize) for every resource that the
//! request names, never blocks, and puts every error into the response through
//! [`Context::code`](crate::context::Context::code), which counts it.

mod access;
pub(crate) mod acls;
pub(crate) mod api_versions;
mod await_leaders;
mod batch_check;
pub(crate) mod configs;
pub(crate) mod consumer_groups;
pub(crate) mod credentials;
pub(crate) mod delete_records;
pub(crate) mod epochs;
pub(crate) mod fetch;
mod group_kinds;
pub(crate) mod groups;
pub(crate) mod leadership;
pub(crate) mod list_offsets;
pub(crate) mod log_dirs;
mod lookup;
pub(crate) mod membership;
pub(crate) mod metadata;
pub(crate) mod produce;
pub(crate) mod producer;
pub(crate) mod quotas;
pub(crate) mod reassignments;
pub(crate) mod share_fetch;
pub(crate) mod share_groups;
pub(crate) mod streams_groups;
pub(crate) mod telemetry;
pub(crate) mod topic_partitions;
pub(crate) mod topics;
pub(crate) mod transactions;
pub(crate) mod txn_admin;
pub(crate) mod txn_markers;
pub(crate) mod txn_offsets;
mod txn_verify;
pub(crate) mod voters;
