//! A state machine whose state names every entry that made it: a chain of hashes.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use headrace_cluster::shard::StateMachine;

/// The hash that every replica must come to at an index.
pub(crate) type Chain = Arc<Mutex<BTreeMap<u64, u64>>>;

thread_local! {
    static BROKEN: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// What a machine found wrong since the last call. A panic inside a replica would only fence it.
pub(crate) fn broken() -> Option<String> {
    BROKEN.with(|b| b.borrow_mut().take())
}

pub(crate) struct HashMachine {
    index: u64,
    hash: u64,
    chain: Chain,
}

impl HashMachine {
    pub fn new(chain: Chain) -> Self {
        HashMachine { index: 0, hash: 0, chain }
    }

    fn step(&mut self, index: u64, data: &[u8]) {
        if index != self.index + 1 {
            let text = format!("entry {index} was applied after {}", self.index);
            BROKEN.with(|b| *b.borrow_mut() = Some(text));
        }
        self.index = index;
        for &byte in data {
            self.hash = (self.hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        self.hash = self.hash.rotate_left(5) ^ index;
        let mut chain = self.chain.lock().unwrap_or_else(|e| e.into_inner());
        let expected = *chain.entry(index).or_insert(self.hash);
        if expected != self.hash {
            let text = format!("replicas' states differ at entry {index}");
            BROKEN.with(|b| *b.borrow_mut() = Some(text));
        }
    }
}

impl StateMachine for HashMachine {
    fn apply(&mut self, index: u64, batch: &Bytes) {
        self.step(index, batch);
    }

    fn skip(&mut self, index: u64) {
        self.step(index, b"");
    }

    fn snapshot(&self) -> Bytes {
        let mut out = Vec::with_capacity(16);
        out.extend_from_slice(&self.index.to_be_bytes());
        out.extend_from_slice(&self.hash.to_be_bytes());
        out.into()
    }

    fn restore(&mut self, data: &Bytes) -> Result<(), String> {
        let part = |at: usize| -> Option<[u8; 8]> { data.get(at..at + 8)?.try_into().ok() };
        let (Some(index), Some(hash)) = (part(0), part(8)) else {
            return Err("not a state of the hash machine".into());
        };
        (self.index, self.hash) = (u64::from_be_bytes(index), u64::from_be_bytes(hash));
        Ok(())
    }

    fn lost_leadership(&mut self) {}
}
