//! The four codecs of record batches, as Kafka's clients write and read them.
//!
//! | id | codec | form |
//! |---|---|---|
//! | 1 | gzip | members in a row (RFC 1952) |
//! | 2 | snappy | one raw block, or snappy-java's stream of blocks; we write the latter |
//! | 3 | lz4 | one frame, blocks of 64 KiB |
//! | 4 | zstd | frames in a row |
//!
//! What a stranger compressed is read as a stream, so that memory is the codec's window and not
//! what the data expands to. Who needs all of it at once states a limit.

use std::io::{self, Read, Write};

use crate::error::DecodeError;

/// No batch may expand beyond this: the size that Apache Kafka's default
/// (`socket.request.max.bytes`) lets a batch without compression have.
pub const BODY_MAX_BYTES: usize = 100 << 20;

/// How the records of a batch are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    /// Not at all.
    None,
    /// Deflate in gzip's wrapping.
    Gzip,
    /// Snappy.
    Snappy,
    /// LZ4 in its frame format.
    Lz4,
    /// Zstandard.
    Zstd,
}

impl Codec {
    /// By Kafka's id, as [`crate::batch::BatchHeader::compression`] gives it.
    pub fn from_id(id: i16) -> Option<Codec> {
        match id {
            0 => Some(Codec::None),
            1 => Some(Codec::Gzip),
            2 => Some(Codec::Snappy),
            3 => Some(Codec::Lz4),
            4 => Some(Codec::Zstd),
            _ => None,
        }
    }

    /// Kafka's id.
    pub fn id(self) -> i16 {
        self as i16
    }
}

/// A codec and how hard it tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compression {
    /// The codec.
    pub codec: Codec,
    /// Its level, in the codec's own numbers; has no meaning for snappy.
    pub level: i32,
}

impl From<Codec> for Compression {
    /// At Apache Kafka's default level.
    fn from(codec: Codec) -> Self {
        let level = match codec {
            Codec::None | Codec::Snappy => 0,
            Codec::Gzip => -1,
            Codec::Lz4 => 9,
            Codec::Zstd => 3,
        };
        Compression { codec, level }
    }
}

/// Reads what `codec` made of some records.
///
/// # Errors
/// When the codec's state cannot be set up.
pub fn reader(codec: Codec, data: &[u8]) -> io::Result<Box<dyn Read + '_>> {
    Ok(match codec {
        Codec::None => Box::new(data),
        Codec::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(data)),
        Codec::Snappy => Box::new(SnappyReader::new(data)?),
        Codec::Lz4 => Box::new(lz4::Decoder::new(data)?),
        // windows up to 128 MiB, as clients accept; of one only what is filled becomes memory
        Codec::Zstd => Box::new(zstd::stream::read::Decoder::with_buffer(data)?),
    })
}

/// All that `data` expands to.
///
/// # Errors
/// `TooLarge` beyond `limit_bytes`, `Compression` for what the codec did not write.
pub fn expand(codec: Codec, data: &[u8], limit_bytes: usize) -> Result<Vec<u8>, DecodeError> {
    let mut out = Vec::new();
    let mut source = reader(codec, data)?.take(limit_bytes as u64 + 1);
    source.read_to_end(&mut out)?;
    if out.len() > limit_bytes {
        return Err(DecodeError::TooLarge { budget_bytes: limit_bytes });
    }
    Ok(out)
}

/// Compresses all that `source` has behind what is in `out`.
///
/// # Errors
/// Those of `source`.
pub fn compress(to: Compression, source: &mut dyn Read, mut out: Vec<u8>) -> io::Result<Vec<u8>> {
    match to.codec {
        Codec::None => {
            io::copy(source, &mut out)?;
            Ok(out)
        }
        Codec::Gzip => {
            let level = match u32::try_from(to.level) {
                Ok(level) => flate2::Compression::new(level.min(9)),
                Err(_) => flate2::Compression::default(),
            };
            let mut gzip = flate2::write::GzEncoder::new(out, level);
            io::copy(source, &mut gzip)?;
            gzip.finish()
        }
        Codec::Snappy => write_snappy(source, out),
        Codec::Lz4 => {
            let mut lz4 = lz4::EncoderBuilder::new()
                .level(to.level.unsigned_abs())
                .block_size(lz4::BlockSize::Max64KB)
                .block_mode(lz4::BlockMode::Independent)
                .block_checksum(lz4::liblz4::BlockChecksum::NoBlockChecksum)
                .checksum(lz4::ContentChecksum::NoChecksum)
                .build(out)?;
            io::copy(source, &mut lz4)?;
            let (out, finished) = lz4.finish();
            finished.map(|()| out)
        }
        Codec::Zstd => {
            let mut zstd = zstd::stream::write::Encoder::new(out, to.level)?;
            io::copy(source, &mut zstd)?;
            zstd.finish()
        }
    }
}

/// What snappy-java begins its streams with: the magic, its version, the least one to read it.
const SNAPPY_HEADER: [u8; 16] = *b"\x82SNAPPY\0\0\0\0\x01\0\0\0\x01";
const SNAPPY_MAGIC_BYTES: usize = 8;
/// snappy-java's block size.
const SNAPPY_BLOCK_BYTES: usize = 32 << 10;
/// A copy of three bytes gives at most 64: no block expands more than this.
const SNAPPY_MOST_EXPANSION: usize = 22;

/// Reads a raw block, or the blocks of a stream one by one.
struct SnappyReader<'a> {
    left: &'a [u8],
    framed: bool,
    block: Vec<u8>,
    at: usize,
}

impl<'a> SnappyReader<'a> {
    fn new(data: &'a [u8]) -> io::Result<Self> {
        let framed = data.starts_with(&SNAPPY_HEADER[..SNAPPY_MAGIC_BYTES]);
        let left = match framed {
            true => data.get(SNAPPY_HEADER.len()..).ok_or(io::ErrorKind::UnexpectedEof)?,
            false => data,
        };
        Ok(SnappyReader { left, framed, block: Vec::new(), at: 0 })
    }

    /// The next block's bytes before they are expanded.
    fn next_block(&mut self) -> io::Result<&'a [u8]> {
        if !self.framed {
            return Ok(std::mem::take(&mut self.left));
        }
        let (length, rest) =
            self.left.split_first_chunk::<4>().ok_or(io::ErrorKind::UnexpectedEof)?;
        let length = u32::from_be_bytes(*length) as usize;
        let block = rest.get(..length).ok_or(io::ErrorKind::UnexpectedEof)?;
        self.left = &rest[length..];
        Ok(block)
    }
}

impl Read for SnappyReader<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.at == self.block.len() {
            if self.left.is_empty() {
                return Ok(0);
            }
            let block = self.next_block()?;
            let claimed = snap::raw::decompress_len(block)?;
            if claimed > block.len().saturating_mul(SNAPPY_MOST_EXPANSION) {
                return Err(io::Error::from(io::ErrorKind::InvalidData));
            }
            self.block.resize(claimed, 0);
            let size = snap::raw::Decoder::new().decompress(block, &mut self.block)?;
            self.block.truncate(size);
            self.at = 0;
        }
        let size = (&self.block[self.at..]).read(buf)?;
        self.at += size;
        Ok(size)
    }
}

fn write_snappy(source: &mut dyn Read, mut out: Vec<u8>) -> io::Result<Vec<u8>> {
    out.extend_from_slice(&SNAPPY_HEADER);
    let mut encoder = snap::raw::Encoder::new();
    let mut plain = Vec::with_capacity(SNAPPY_BLOCK_BYTES);
    loop {
        plain.clear();
        source.take(SNAPPY_BLOCK_BYTES as u64).read_to_end(&mut plain)?;
        if plain.is_empty() {
            return Ok(out);
        }
        let block = encoder.compress_vec(&plain)?;
        out.write_all(&(block.len() as u32).to_be_bytes())?;
        out.write_all(&block)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODECS: [Codec; 5] = [Codec::None, Codec::Gzip, Codec::Snappy, Codec::Lz4, Codec::Zstd];

    fn text(size: usize) -> Vec<u8> {
        (0..size).map(|at| (at * at / 97 % 61) as u8 + b'0').collect()
    }

    fn squeeze(codec: Codec, level: i32, data: &[u8]) -> Vec<u8> {
        compress(Compression { codec, level }, &mut &data[..], Vec::new()).expect("in memory")
    }

    #[test]
    fn what_is_compressed_comes_back() {
        for codec in CODECS {
            for size in [0, 1, 100, 32 << 10, 300_001] {
                for level in [1, 9] {
                    let data = text(size);
                    let small = squeeze(codec, level, &data);
                    assert!(codec == Codec::None || size < 1_000 || small.len() < size);
                    let back = expand(codec, &small, size);
                    assert_eq!(back.as_ref(), Ok(&data), "{codec:?} {size}");
                    if size > 0 {
                        let refused = expand(codec, &small, size - 1);
                        assert!(matches!(refused, Err(DecodeError::TooLarge { .. })), "{codec:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn ids_are_kafka_s() {
        for (id, codec) in (0..).zip(CODECS) {
            assert_eq!((codec.id(), Codec::from_id(id)), (id, Some(codec)));
        }
        assert_eq!((Codec::from_id(5), Codec::from_id(-1)), (None, None));
    }

    #[test]
    fn snappy_without_a_stream_s_header_is_one_block() {
        let data = text(100_000);
        let raw = snap::raw::Encoder::new().compress_vec(&data).expect("in memory");
        assert_eq!(expand(Codec::Snappy, &raw, data.len()), Ok(data));
    }

    #[test]
    fn levels_out_of_the_ordinary_do_as_well() {
        let data = text(10_000);
        for (codec, level) in
            [(Codec::Gzip, -1), (Codec::Lz4, 17), (Codec::Zstd, -131_072), (Codec::Zstd, 22)]
        {
            let small = squeeze(codec, level, &data);
            assert_eq!(expand(codec, &small, data.len()).as_ref(), Ok(&data), "{codec:?} {level}");
        }
    }
}
