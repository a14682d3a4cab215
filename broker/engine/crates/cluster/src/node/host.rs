//! The controller's state machine on this node, and who waits for its answers.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use arc_swap::ArcSwap;
use bytes::Bytes;
use headrace_wire::records;
use tokio::sync::{oneshot, watch};

use crate::controller::{ControllerCommand, ControllerError, ControllerReply, State};
use crate::image::{Image, NodeId};
use crate::shard::StateMachine;

/// Commands of this node that may wait to be applied.
const MAX_WAITING: usize = 4096;

/// The answer to a command, and the index at which it was applied.
pub(crate) type Outcome = (u64, Result<ControllerReply, ControllerError>);

/// What the rest of the node sees of the controller's state.
pub(crate) struct ControllerView {
    image: ArcSwap<Image>,
    version: watch::Sender<u64>,
    waiting: Mutex<HashMap<u64, oneshot::Sender<Outcome>>>,
}

impl std::fmt::Debug for ControllerView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ControllerView({})", *self.version.borrow())
    }
}

impl ControllerView {
    pub fn new() -> Self {
        ControllerView {
            image: ArcSwap::from_pointee(State::new().image()),
            version: watch::Sender::new(0),
            waiting: Mutex::default(),
        }
    }

    pub fn image(&self) -> Arc<Image> {
        self.image.load_full()
    }

    pub fn changes(&self) -> watch::Receiver<u64> {
        self.version.subscribe()
    }

    /// The answer to the command that carries `id`, once it is applied here; `None` when too many
    /// wait already.
    pub fn wait_for(&self, id: u64) -> Option<oneshot::Receiver<Outcome>> {
        let mut waiting = self.waiting.lock().unwrap_or_else(|e| e.into_inner());
        if waiting.len() >= MAX_WAITING {
            return None;
        }
        let (reply, answer) = oneshot::channel();
        waiting.insert(id, reply);
        Some(answer)
    }

    pub fn forget(&self, id: u64) {
        self.waiting.lock().unwrap_or_else(|e| e.into_inner()).remove(&id);
    }

    fn publish(&self, state: &State) {
        let image = state.image();
        let version = image.version();
        self.image.store(Arc::new(image));
        self.version.send_replace(version);
    }
}

/// Applies group 0's entries. A record's key is the id of the request, its value the command.
pub(crate) struct ControllerMachine {
    me: NodeId,
    state: State,
    view: Arc<ControllerView>,
}

impl ControllerMachine {
    pub fn new(me: NodeId, view: Arc<ControllerView>) -> Self {
        ControllerMachine { me, state: State::new().on(me), view }
    }

    fn apply_batch(&mut self, index: u64, batch: &Bytes) {
        let record = match records::read_all(batch.clone()) {
            Ok(records) => records.into_iter().next(),
            Err(error) => {
                tracing::error!(index, %error, "a controller entry cannot be read");
                None
            }
        };
        let Some(record) = record else {
            self.state.skip(index);
            return;
        };
        let command = ControllerCommand::decode(&record.value.unwrap_or_default());
        let reply = match command {
            Ok(command) => self.state.apply(index, command),
            Err(error) => {
                tracing::error!(index, %error, "a controller entry is not understood");
                self.state.skip(index);
                Err(error)
            }
        };
        let id = record.key.and_then(|key| key.as_ref().try_into().ok()).map(u64::from_be_bytes);
        let waiting = &self.view.waiting;
        let waiter =
            id.and_then(|id| waiting.lock().unwrap_or_else(|e| e.into_inner()).remove(&id));
        self.view.publish(&self.state);
        if let Some(waiter) = waiter {
            // Who asked may have given up.
            let _ = waiter.send((index, reply));
        }
    }
}

impl StateMachine for ControllerMachine {
    fn apply(&mut self, index: u64, batch: &Bytes) {
        self.apply_batch(index, batch);
    }

    fn skip(&mut self, index: u64) {
        self.state.skip(index);
        self.view.publish(&self.state);
    }

    fn snapshot(&self) -> Bytes {
        self.state.snapshot()
    }

    fn restore(&mut self, data: &Bytes) -> Result<(), String> {
        self.state = State::restore(data).map_err(|e| e.to_string())?.on(self.me);
        self.view.publish(&self.state);
        Ok(())
    }

    fn lost_leadership(&mut self) {
        // Dropping a sender tells its receiver; the command may still be applied later.
        self.view.waiting.lock().unwrap_or_else(|e| e.into_inner()).clear();
    }
}
