//! What time brings: locks and sessions that run out, connections that are lost.

use std::sync::Arc;
use std::time::Duration;

use headrace_wire::ErrorCode;

use super::{lock, Shares};
use crate::net::Peer;

/// How often locks are looked at; they last for seconds.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Runs until [`Shares::shutdown`].
pub(super) async fn run(shares: Arc<Shares>) {
    let mut stop = shares.stop.subscribe();
    loop {
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        for led in shares.all_led() {
            shares.expire(&led).await;
        }
        let now_ms = shares.now_ms();
        for hosted in shares.groups.loaded() {
            let topics = shares.topics();
            let expired = hosted.change::<_, ErrorCode, _>(now_ms, |groups| {
                Ok((groups.expire(now_ms, &topics), ()))
            });
            // a failure is in the log; the next look finds the same members
            let _ = expired.await;
        }
    }
}

impl Shares {
    /// Ends a connection's share sessions when it ends.
    pub fn watch_connection(self: &Arc<Self>, peer: &Peer) {
        let (connection, mut closing) = (peer.connection, peer.closing.clone());
        if !lock(&self.watched).insert(connection) {
            return;
        }
        let shares = Arc::clone(self);
        self.runtime.spawn(async move {
            // an error means that nobody is left to tell: it is closed
            let _ = closing.wait_for(|closing| *closing).await;
            lock(&shares.watched).remove(&connection);
            let lost = lock(&shares.sessions).disconnected(connection);
            for key in lost {
                shares.release(&key).await;
            }
        });
    }
}
