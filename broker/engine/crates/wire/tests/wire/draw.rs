//! Makes values up from random bytes, so that proptest can shrink a message by shrinking bytes.

use bytes::Bytes;
use headrace_wire::{Records, Str};
use uuid::Uuid;

/// A source of values; when its bytes run out everything is zero, empty or null.
pub struct Draw {
    bytes: Vec<u8>,
    at: usize,
}

/// A message, or a struct in one, made up for a version.
pub trait Sample {
    /// Fills the fields that `version` carries; others keep their defaults.
    fn sample(draw: &mut Draw, version: i16) -> Self;
}

const ARRAY_MAX: u8 = 4;

impl Draw {
    pub fn new(bytes: Vec<u8>) -> Self {
        Draw { bytes, at: 0 }
    }

    fn byte(&mut self) -> u8 {
        let byte = self.bytes.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        byte
    }

    fn number(&mut self) -> u64 {
        let mut out = 0;
        // Small and huge numbers alike: as many bytes as the first one says.
        for _ in 0..self.byte() % 9 {
            out = out << 8 | u64::from(self.byte());
        }
        out
    }

    pub fn bool(&mut self) -> bool {
        self.byte() & 1 == 1
    }

    pub fn i8(&mut self) -> i8 {
        self.byte() as i8
    }

    pub fn i16(&mut self) -> i16 {
        self.number() as i16
    }

    pub fn u16(&mut self) -> u16 {
        self.number() as u16
    }

    pub fn i32(&mut self) -> i32 {
        self.number() as i32
    }

    pub fn i64(&mut self) -> i64 {
        self.number() as i64
    }

    /// Any number but not-a-number, which equals nothing, itself included.
    pub fn f64(&mut self) -> f64 {
        Some(f64::from_bits(self.number())).filter(|n| !n.is_nan()).unwrap_or(0.5)
    }

    pub fn uuid(&mut self) -> Uuid {
        Uuid::from_u64_pair(self.number(), self.number())
    }

    pub fn string(&mut self) -> Str {
        let len = self.byte() % 20;
        let text: String = (0..len).map(|_| char::from(self.byte())).collect();
        Str::from(text)
    }

    /// Now and then long enough to be attached to the frame instead of copied.
    pub fn bytes(&mut self) -> Bytes {
        let len = match self.byte() {
            len @ 0..=200 => usize::from(len),
            len => usize::from(len) * 16,
        };
        let fill = self.byte();
        Bytes::from(vec![fill; len])
    }

    pub fn records(&mut self) -> Records {
        Records::from(self.bytes())
    }

    pub fn option<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.bool().then(|| make(self))
    }

    pub fn array<T>(&mut self, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.byte() % ARRAY_MAX).map(|_| make(self)).collect()
    }
}
