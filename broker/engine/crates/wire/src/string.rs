//! [`Str`]: UTF-8 text that shares the frame it was read from.

use std::borrow::Borrow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;

use bytes::Bytes;

/// Text over shared bytes: cloning copies a pointer, and a decoded string points into its frame.
///
/// A `Str` keeps the whole frame alive. What outlives its request (a group's member id, a cached
/// client name) must be [`detach`](Str::detach)ed, or a small string pins megabytes.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Str(Bytes);

impl Str {
    /// Text that is part of the program; allocates nothing.
    pub const fn from_static(text: &'static str) -> Self {
        Str(Bytes::from_static(text.as_bytes()))
    }

    /// Takes bytes as text without a copy.
    ///
    /// # Errors
    /// When they are not UTF-8.
    pub fn from_utf8(data: Bytes) -> Result<Self, std::str::Utf8Error> {
        std::str::from_utf8(&data)?;
        Ok(Str(data))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("checked when the Str was made")
    }

    /// The text's bytes, shared.
    pub fn as_bytes(&self) -> &Bytes {
        &self.0
    }

    /// A copy with memory of its own, which no longer keeps the frame alive.
    #[must_use]
    pub fn detach(&self) -> Self {
        Str(Bytes::copy_from_slice(&self.0))
    }
}

impl Deref for Str {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for Str {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl Borrow<str> for Str {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl Hash for Str {
    // As `str` hashes, which `Borrow<str>` demands.
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Debug for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.as_str(), f)
    }
}

impl From<&str> for Str {
    fn from(text: &str) -> Self {
        Str(Bytes::copy_from_slice(text.as_bytes()))
    }
}

impl From<String> for Str {
    fn from(text: String) -> Self {
        Str(Bytes::from(text.into_bytes()))
    }
}

impl From<&String> for Str {
    fn from(text: &String) -> Self {
        Str::from(text.as_str())
    }
}

impl From<Str> for String {
    fn from(text: Str) -> Self {
        text.as_str().to_owned()
    }
}

impl PartialEq<str> for Str {
    fn eq(&self, other: &str) -> bool {
        self.0 == other.as_bytes()
    }
}

impl PartialEq<&str> for Str {
    fn eq(&self, other: &&str) -> bool {
        self.0 == other.as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn a_map_of_str_is_asked_with_a_plain_str() {
        let map = HashMap::from([(Str::from("orders"), 1)]);
        assert_eq!(map.get("orders"), Some(&1));
    }

    #[test]
    fn bytes_that_are_not_text_are_refused() {
        assert!(Str::from_utf8(Bytes::from_static(&[0x66, 0xff])).is_err());
    }

    #[test]
    fn detach_leaves_the_frame() {
        let frame = Bytes::from(b"..name..".to_vec());
        let text = Str::from_utf8(frame.slice(2..6)).expect("text");
        assert!(frame.as_ptr_range().contains(&text.as_bytes().as_ptr()));
        let own = text.detach();
        assert!(!frame.as_ptr_range().contains(&own.as_bytes().as_ptr()));
        assert_eq!(own, text);
    }
}
