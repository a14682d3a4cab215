//! What all messages have in common, and helpers of the generated code.

use bytes::Bytes;

use crate::error::{DecodeError, EncodeError};
use crate::generated::keys::ApiKey;
use crate::reader::Reader;
use crate::writer::Writer;

/// A request, a response, a header, or a piece of data with versions of its own.
///
/// Every message has the same functions inherently; the trait is for code over all of them.
pub trait Message: Sized + Clone + Default + std::fmt::Debug + PartialEq {
    /// Kafka's name for it.
    const NAME: &'static str;
    /// The lowest version that can be read and written.
    const MIN_VERSION: i16;
    /// The highest.
    const MAX_VERSION: i16;

    /// Reads the fields of `version`; others get their defaults.
    ///
    /// # Errors
    /// [`DecodeError`]; bytes after the last field are left in `buf`.
    fn decode(buf: &mut Reader, version: i16) -> Result<Self, DecodeError>;

    /// Writes the fields of `version`.
    ///
    /// # Errors
    /// [`EncodeError`] when a field that may not be dropped is set and `version` lacks it.
    fn encode(&self, out: &mut Writer, version: i16) -> Result<(), EncodeError>;

    /// Reads a message that fills `data`.
    ///
    /// # Errors
    /// [`DecodeError`], also `Trailing`.
    fn from_bytes(data: Bytes, version: i16) -> Result<Self, DecodeError> {
        let mut buf = Reader::new(data);
        let message = Self::decode(&mut buf, version)?;
        buf.finish()?;
        Ok(message)
    }

    /// The message's bytes in one piece.
    ///
    /// # Errors
    /// [`EncodeError`].
    fn to_bytes(&self, version: i16) -> Result<Bytes, EncodeError> {
        let mut out = Writer::new();
        self.encode(&mut out, version)?;
        Ok(out.into_bytes())
    }
}

/// A message that a client sends and a broker answers.
pub trait Request: Message {
    /// Its API.
    const KEY: ApiKey;
    /// What answers it, in the same version.
    type Response: Message;
}

/// Fails when a field is set that `version` cannot carry.
pub(crate) fn absent(
    field: &'static str,
    version: i16,
    is_default: bool,
) -> Result<(), EncodeError> {
    if is_default {
        Ok(())
    } else {
        Err(EncodeError::FieldNotInVersion { field, version })
    }
}

/// Fails when a field is null that `version` cannot carry as null.
pub(crate) fn required<T>(
    field: &'static str,
    version: i16,
    value: Option<T>,
) -> Result<T, EncodeError> {
    value.ok_or(EncodeError::UnexpectedNull { field, version })
}
