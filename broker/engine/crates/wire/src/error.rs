//! Why bytes are not a message, and why a message has no bytes.

/// What is wrong with received bytes. The connection that sent them is closed: after a bad message
/// nothing is known about where the next one starts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// A field reaches past the end.
    #[error("message is cut short: a field needs {need} bytes, {have} are left")]
    Truncated {
        /// Bytes the field asks for.
        need: usize,
        /// Bytes there are.
        have: usize,
    },
    /// A length or count that cannot be.
    #[error("length {0} is out of bounds")]
    Length(i64),
    /// Null where the version has no null.
    #[error("a field is null that may not be")]
    UnexpectedNull,
    /// A variable-length integer longer than its type.
    #[error("variable-length integer is too long")]
    Varint,
    /// A string that is not UTF-8.
    #[error("string is not UTF-8")]
    Utf8,
    /// Many small elements: their decoded form would take more memory than the reader may use.
    #[error("decoding would take more than {budget_bytes} bytes of memory")]
    TooLarge {
        /// The reader's budget.
        budget_bytes: usize,
    },
    /// A tagged field whose content does not fill its length.
    #[error("tagged field {tag} leaves {left} bytes over")]
    TaggedField {
        /// Its tag.
        tag: u32,
        /// Bytes not read.
        left: usize,
    },
    /// Bytes after the last field.
    #[error("{0} bytes follow the message")]
    Trailing(usize),
    /// A version this message does not have.
    #[error("{message} has no version {version}")]
    Version {
        /// The message.
        message: &'static str,
        /// The version asked for.
        version: i16,
    },
    /// Records inside a batch contradict their lengths.
    #[error("record is malformed: {0}")]
    Record(&'static str),
    /// Compressed records that their codec cannot have written.
    #[error("the compressed records are damaged")]
    Compression,
}

impl From<std::io::Error> for DecodeError {
    /// Nothing but a codec reads by way of `std::io` here.
    fn from(_: std::io::Error) -> Self {
        DecodeError::Compression
    }
}

/// Why a message cannot be written; always a mistake of the caller, never of the peer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// A version this message does not have.
    #[error("{message} has no version {version}")]
    Version {
        /// The message.
        message: &'static str,
        /// The version asked for.
        version: i16,
    },
    /// A field is set that this version cannot carry and that may not be dropped.
    #[error("{field} is set, but version {version} cannot carry it")]
    FieldNotInVersion {
        /// `Struct.field`.
        field: &'static str,
        /// The version asked for.
        version: i16,
    },
    /// Null where the version has no null.
    #[error("{field} is null, which version {version} cannot carry")]
    UnexpectedNull {
        /// `Struct.field`.
        field: &'static str,
        /// The version asked for.
        version: i16,
    },
    /// A string, array or byte field longer than its length prefix can say.
    #[error("field of {0} elements or bytes is too long")]
    TooLong(usize),
}
