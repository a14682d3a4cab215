//! A bound on memory that many connections share.
//!
//! Requests are charged while they are read and until they are answered, fetched records until
//! they are written. A connection that cannot get its share waits, which stops its reading: the
//! peer feels it as a full socket.
//!
//! Several half-read requests could hold the whole budget and each wait for more. So one of them
//! at a time may go over: it can always be read to its end, and what it held is free again. The
//! memory in use is therefore bounded by the capacity and one request.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes that may be in use at once; cheap to clone.
#[derive(Clone, Debug)]
pub struct Budget {
    bytes: Arc<Semaphore>,
    /// Held by the one share that may go over the capacity.
    over: Arc<Semaphore>,
    capacity: usize,
}

/// A part of a [`Budget`], given back on drop.
#[derive(Debug, Default)]
pub struct Share {
    permit: Option<OwnedSemaphorePermit>,
    over: Option<OwnedSemaphorePermit>,
}

impl Budget {
    /// A budget of `capacity` bytes (at most `u32::MAX`, as `ServerConfig::validate` checks).
    pub fn new(capacity: usize) -> Self {
        let over = Arc::new(Semaphore::new(1));
        Budget { bytes: Arc::new(Semaphore::new(capacity)), over, capacity }
    }

    /// Waits for `bytes`, capped to the whole budget. First come, first served.
    pub async fn take(&self, bytes: usize) -> Share {
        self.permits(bytes.min(self.capacity)).await
    }

    /// As much of `bytes` as is free, but at least `floor`, for which it waits.
    pub async fn take_up_to(&self, bytes: usize, floor: usize) -> Share {
        let want = bytes.min(self.bytes.available_permits());
        let count = u32::try_from(want).unwrap_or(u32::MAX);
        if want >= floor.min(bytes) {
            // another connection may have been faster: then the floor is what we wait for
            if let Ok(permit) = Arc::clone(&self.bytes).try_acquire_many_owned(count) {
                return Share { permit: Some(permit), over: None };
            }
        }
        self.take(floor.min(bytes)).await
    }

    /// Adds `bytes` to `share`; when they are not free, whatever comes first: that they are, or
    /// that `share` is the one that may go over. May be dropped between polls.
    pub async fn grow(&self, share: &mut Share, bytes: usize) {
        if share.over.is_some() {
            return;
        }
        tokio::select! {
            biased;
            more = self.take(bytes) => share.merge(more),
            // the semaphore is never closed, so the only error cannot come
            over = Arc::clone(&self.over).acquire_owned() => share.over = over.ok(),
        }
    }

    /// Bytes in use now.
    pub fn used(&self) -> usize {
        self.capacity.saturating_sub(self.bytes.available_permits())
    }

    async fn permits(&self, bytes: usize) -> Share {
        let count = u32::try_from(bytes).unwrap_or(u32::MAX);
        // the semaphore is never closed, so the only error cannot come
        let permit = Arc::clone(&self.bytes).acquire_many_owned(count).await.ok();
        Share { permit, over: None }
    }
}

impl Share {
    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.permit.as_ref().map_or(0, OwnedSemaphorePermit::num_permits)
    }

    /// Adds another share of the same budget to this one.
    pub fn merge(&mut self, other: Share) {
        match (&mut self.permit, other.permit) {
            (Some(mine), Some(more)) => mine.merge(more),
            (mine @ None, more) => *mine = more,
            (Some(_), None) => {}
        }
    }

    /// Gives back all but `bytes`.
    pub fn shrink_to(&mut self, bytes: usize) {
        if let Some(permit) = &mut self.permit {
            drop(permit.split(permit.num_permits().saturating_sub(bytes)));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn a_share_is_given_back_on_drop() {
        let budget = Budget::new(100);
        let mut share = budget.take(60).await;
        share.merge(budget.take(30).await);
        assert_eq!((share.bytes(), budget.used()), (90, 90));
        share.shrink_to(10);
        assert_eq!(budget.used(), 10);
        drop(share);
        assert_eq!(budget.used(), 0);
    }

    #[tokio::test]
    async fn an_empty_budget_makes_the_next_one_wait() {
        let budget = Budget::new(100);
        let held = budget.take(100).await;
        let waits = tokio::time::timeout(Duration::from_millis(20), budget.take(1)).await;
        assert!(waits.is_err());
        drop(held);
        assert_eq!(budget.take(1).await.bytes(), 1);
    }

    #[tokio::test]
    async fn half_read_requests_do_not_wait_for_each_other() {
        let budget = Budget::new(100);
        let (mut first, mut second) = (budget.take(50).await, budget.take(50).await);
        budget.grow(&mut first, 30).await;
        let waits = tokio::time::timeout(Duration::from_millis(20), budget.grow(&mut second, 30));
        assert!(waits.await.is_err(), "only one goes over");
        budget.grow(&mut first, 30).await;
        drop(first);
        budget.grow(&mut second, 30).await;
        assert_eq!((second.bytes(), budget.used()), (80, 80));
    }

    #[tokio::test]
    async fn a_greedy_request_gets_what_is_free() {
        let budget = Budget::new(100);
        let _held = budget.take(70).await;
        assert_eq!(budget.take_up_to(80, 10).await.bytes(), 30);
    }

    #[tokio::test]
    async fn more_than_the_capacity_is_capped_not_waited_for_forever() {
        let budget = Budget::new(100);
        assert_eq!(budget.take(1_000).await.bytes(), 100);
    }
}
