//! What nodes tell each other unasked: who leads which group, who is in sync, who is leaving.
//!
//! Changes go out at once, everything now and then; a message without leaders is a sign of life.

use bytes::Bytes;
use headrace_raft::{DecodeError, FrameReader, FrameWriter};

use crate::image::{GroupId, NodeId};
use crate::partition::LeaderInfo;

const FORMAT: u8 = 1;
const FLAG_DRAINING: u8 = 1;
/// The shortest leader: group, epoch, number of replicas in sync.
const MIN_LEADER_BYTES: usize = 3;
/// Replicas that one group may list.
const MAX_IN_SYNC: u64 = 1024;

/// One node's news. All groups in it are led by the sender.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Gossip {
    /// The sender shall lead nothing.
    pub draining: bool,
    /// Groups that the sender leads.
    pub leaders: Vec<(GroupId, LeaderInfo)>,
}

impl Gossip {
    pub fn encode(&self) -> Vec<Bytes> {
        let mut out = FrameWriter::new();
        out.put_u8(FORMAT);
        out.put_u8(if self.draining { FLAG_DRAINING } else { 0 });
        out.put_varint(self.leaders.len() as u64);
        for (group, info) in &self.leaders {
            out.put_varint(*group);
            out.put_varint(u64::try_from(info.epoch).unwrap_or(0));
            out.put_varint(info.in_sync.len() as u64);
            for &node in &info.in_sync {
                out.put_varint(u64::try_from(node).unwrap_or(0));
            }
        }
        out.into_chunks()
    }

    pub fn decode(data: Bytes, sender: NodeId) -> Result<Gossip, DecodeError> {
        let mut input = FrameReader::new(data);
        let format = input.u8()?;
        if format != FORMAT {
            return Err(DecodeError::Kind(format));
        }
        let draining = input.u8()? & FLAG_DRAINING != 0;
        let count = input.varint()?;
        if count > (input.remaining() / MIN_LEADER_BYTES) as u64 {
            return Err(DecodeError::Truncated);
        }
        let mut leaders = Vec::with_capacity(count as usize);
        for _ in 0..count {
            let group = input.varint()?;
            let epoch = small(input.varint()?)?;
            let replicas = input.varint()?;
            if replicas > MAX_IN_SYNC {
                return Err(DecodeError::Number);
            }
            let in_sync = (0..replicas).map(|_| small(input.varint()?));
            let in_sync = in_sync.collect::<Result<Vec<NodeId>, _>>()?;
            leaders.push((group, LeaderInfo { leader: sender, epoch, in_sync }));
        }
        Ok(Gossip { draining, leaders })
    }
}

fn small(number: u64) -> Result<i32, DecodeError> {
    i32::try_from(number).map_err(|_| DecodeError::Number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gossip_survives_and_cuts_are_noticed() {
        let info = |epoch| LeaderInfo { leader: 3, epoch, in_sync: vec![0, 3, 900] };
        let gossip = Gossip { draining: true, leaders: vec![(0, info(1)), (9_999, info(70_000))] };
        let bytes = Bytes::from(gossip.encode().concat());
        assert_eq!(Gossip::decode(bytes.clone(), 3), Ok(gossip));
        for len in 0..bytes.len() {
            assert!(Gossip::decode(bytes.slice(..len), 3).is_err());
        }
        let claims = Bytes::from_static(&[1, 0, 0xff, 0xff, 0xff, 0xff, 0x0f]);
        assert_eq!(Gossip::decode(claims, 3), Err(DecodeError::Truncated));
    }
}
