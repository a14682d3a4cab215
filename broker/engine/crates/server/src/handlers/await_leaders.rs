//! Waits until new partitions can be used, so that a client's next request does not fail.

use std::time::Duration;

use headrace_cluster::GroupId;
use tokio::time::{sleep, timeout, Instant};

use crate::context::Context;

/// How often leadership is looked at: elections of new groups take some tens of milliseconds.
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// The longest that any client waits here, whatever time-out it names.
const LONGEST: Duration = Duration::from_secs(15);

/// Waits until every group has a live leader, at most `limit`; true when all have.
pub(super) async fn await_leaders(cx: &Context, groups: &[GroupId], limit: Duration) -> bool {
    let until = Instant::now() + limit.min(LONGEST);
    let mut missing = groups.to_vec();
    loop {
        missing.retain(|&group| cx.live_leader(group).is_none());
        if missing.is_empty() {
            return true;
        }
        if Instant::now() >= until {
            return false;
        }
        sleep(LOOK_EVERY).await;
    }
}

/// A request's time-out as a duration: not negative, and not longer than anyone should wait.
pub(super) fn request_timeout(timeout_ms: i32) -> Duration {
    const MAX_MS: u64 = 600_000;
    Duration::from_millis(u64::try_from(timeout_ms).unwrap_or(0).min(MAX_MS))
}

/// Runs `work` for at most `limit`.
pub(super) async fn within<T>(
    limit: Duration,
    work: impl std::future::Future<Output = T>,
) -> Option<T> {
    timeout(limit, work).await.ok()
}
