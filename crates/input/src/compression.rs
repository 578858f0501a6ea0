//! What the first bytes of a source tell: compressed or not, and what is no text at all.

use std::io::{self, BufRead, BufReader, Cursor, Read};

use super::found::Fault;

/// Bytes that tell what a file is.
const HEAD: u64 = 8;
/// Largest window of zstd data as a power of two, which is memory that its decoder takes: archives of Reddit use all of these 2 GiB.
const MAX_ZSTD_WINDOW_LOG: u32 = 31;

/// Open what may be compressed. The kind is told by the content, not by the name.
///
/// # Errors
/// A fault when the first bytes are those of something that is not read: an archive, UTF-16, Parquet out of a pipe.
pub(super) fn decompress(mut input: impl Read + Send + 'static) -> Result<Box<dyn BufRead + Send>, Fault> {
    let mut head = vec![];
    if let Err(e) = input.by_ref().take(HEAD).read_to_end(&mut head) {
        return Err(super::jsonl::unreadable(0, &e));
    }
    let kind = kind(&head);
    let whole = BufReader::with_capacity(1 << 16, Cursor::new(head).chain(input));
    match kind {
        Kind::Plain => Ok(Box::new(whole)),
        Kind::Gzip => {
            let decoder = Explained { inner: flate2::bufread::MultiGzDecoder::new(whole), name: "gzip" };
            Ok(Box::new(BufReader::with_capacity(1 << 16, decoder)))
        }
        Kind::Zstd => {
            let decoder = zstd_frames(whole).map_err(|e| super::jsonl::unreadable(0, &e))?;
            Ok(Box::new(BufReader::with_capacity(1 << 16, Explained { inner: decoder, name: "zstd" })))
        }
        Kind::Foreign(reason, hint) => Err(Fault::new(0, reason, hint)),
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Kind {
    Plain,
    Gzip,
    Zstd,
    /// Not read: why, and what to do.
    Foreign(&'static str, &'static str),
}

fn kind(head: &[u8]) -> Kind {
    const UNPACK: &str = "unpack it and scan what is in it";
    match head {
        [0x1f, 0x8b, ..] => Kind::Gzip,
        // A frame, or a frame that a reader skips.
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Kind::Zstd,
        [b'P', b'K', 3, 4, ..] => Kind::Foreign("a zip archive", UNPACK),
        [b'B', b'Z', b'h', ..] => Kind::Foreign("compressed with bzip2", UNPACK),
        [0xfd, b'7', b'z', b'X', b'Z', ..] => Kind::Foreign("compressed with xz", UNPACK),
        [b'P', b'A', b'R', b'1', ..] => Kind::Foreign(
            "a Parquet file",
            "Parquet is read from files with the ending .parquet, or with --input-format parquet",
        ),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
            Kind::Foreign("text in UTF-16", "convert it to UTF-8, for example with iconv -f UTF-16 -t UTF-8")
        }
        _ => Kind::Plain,
    }
}

/// A file of zstd frames, one after another, as `zstd` and `cat` make them.
fn zstd_frames<R: BufRead>(input: R) -> io::Result<zstd::Decoder<'static, R>> {
    let mut decoder = zstd::Decoder::with_buffer(input)?;
    decoder.window_log_max(MAX_ZSTD_WINDOW_LOG)?;
    Ok(decoder)
}

/// Says which decoder met the end too early.
struct Explained<R> {
    inner: R,
    name: &'static str,
}

impl<R: Read> Read for Explained<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer).map_err(|e| match e.kind() {
            io::ErrorKind::Interrupted => e,
            io::ErrorKind::UnexpectedEof => io::Error::other(format!("the {} data breaks off", self.name)),
            _ => io::Error::other(format!("the {} data is damaged ({e})", self.name)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(vec![], flate2::Compression::default());
        encoder.write_all(text).and_then(|()| encoder.finish()).unwrap_or_default()
    }

    fn zstd(text: &[u8]) -> Vec<u8> {
        let made = || {
            let mut encoder = zstd::Encoder::new(vec![], 1)?;
            // As the `zstd` command does: without it a flipped letter cannot be told from a letter.
            encoder.include_checksum(true)?;
            encoder.write_all(text)?;
            encoder.finish()
        };
        made().unwrap_or_else(|_: io::Error| vec![])
    }

    fn read(bytes: Vec<u8>) -> Result<String, String> {
        let mut input = decompress(Cursor::new(bytes)).map_err(|f| f.reason)?;
        let mut text = String::new();
        input.read_to_string(&mut text).map(|_| text).map_err(|e| e.to_string())
    }

    #[test]
    fn members_and_frames_follow_one_another() {
        let (one, two) = ("een ".repeat(60_000), "twee ".repeat(60_000));
        let wanted = Ok(format!("{one}{two}"));
        assert_eq!(read([one.as_bytes(), two.as_bytes()].concat()), wanted);
        assert_eq!(read([gzip(one.as_bytes()), gzip(two.as_bytes())].concat()), wanted);
        let skipped = [&[0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0][..], b"abc"].concat();
        assert_eq!(read([skipped, zstd(one.as_bytes()), zstd(two.as_bytes())].concat()), wanted);
    }

    #[test]
    fn data_that_breaks_off_says_so() {
        let text = (0..5000).map(|i| format!("regel {i} ")).collect::<String>();
        for (mut bytes, name) in [(gzip(text.as_bytes()), "gzip"), (zstd(text.as_bytes()), "zstd")] {
            bytes.truncate(bytes.len() / 2);
            assert_eq!(read(bytes), Err(format!("the {name} data breaks off")));
        }
    }

    #[test]
    fn damaged_data_says_so() {
        let text = (0..5000).map(|i| format!("regel {i} ")).collect::<String>();
        for (mut bytes, name) in [(gzip(text.as_bytes()), "gzip"), (zstd(text.as_bytes()), "zstd")] {
            let middle = bytes.len() / 2;
            bytes[middle] ^= 0x55;
            let found = read(bytes);
            assert!(found.as_ref().is_err_and(|e| e.starts_with(&format!("the {name} data"))), "{name}: {found:?}");
        }
    }

    #[test]
    fn what_is_no_text_is_named() {
        for (head, says) in [
            (&b"PK\x03\x04...."[..], "zip"),
            (b"\xff\xfe{\0", "UTF-16"),
            (b"PAR1....", "Parquet"),
            (b"BZh9....", "bzip2"),
            (b"\xfd7zXZ\0..", "xz"),
        ] {
            assert!(read(head.to_vec()).is_err_and(|e| e.contains(says)), "{says}");
        }
        assert_eq!(read(vec![]), Ok(String::new()));
    }
}
