//! Which bytes a signature covers.

use std::io::{Read, Seek};
use std::ops::Range;

use aws_lc_rs::digest::{Context, Digest};

use super::algorithms::DigestAlgorithm;
use crate::error::InspectError;
use crate::lexer::is_whitespace;
use crate::source::Source;

const CHUNK_BYTES: usize = 64 << 10;
/// How many blanks after the last signed byte are looked at before they count as a change.
const MAX_BLANKS: u64 = 64 << 10;

/// A proper byte range: from the first byte to an end, without the signature's own place. Positions count from the
/// beginning of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Covered {
    start: u64,
    gap: Range<u64>,
    end: u64,
}

impl Covered {
    /// Checks `/ByteRange` against the place of `/Contents` in the document and the document's length.
    ///
    /// `base` is where the document begins in the file. With foreign bytes before it, some signers count from the
    /// beginning of the file and others from that of the document; the place of the signature tells which.
    ///
    /// # Errors
    /// What is wrong, in English.
    pub(super) fn new(
        byte_range: &[u64],
        contents: Option<&Range<u64>>,
        base: u64,
        len: u64,
    ) -> Result<Self, &'static str> {
        let [start, first, resumed, second] = byte_range else {
            return Err("the byte range is missing or malformed");
        };
        if *start != 0 {
            return Err("the byte range does not begin with the document");
        }
        let place = contents.map(|place| base + place.start..base + place.end);
        let counts_from = |origin: u64| {
            let gap = origin.checked_add(*first).zip(origin.checked_add(*resumed));
            gap.is_some_and(|(start, end)| place == Some(start..end))
        };
        let start = [0, base].into_iter().find(|origin| counts_from(*origin));
        let start = start.ok_or("the byte range leaves out something other than the signature")?;
        let gap = place.ok_or("the signature is not in the file itself")?;
        let end =
            gap.end.checked_add(*second).filter(|end| *end <= base + len).ok_or("the byte range exceeds the file")?;
        Ok(Self { start, gap, end })
    }

    /// The first byte after what is covered, counted from the beginning of the document.
    pub(super) fn end<R: Read + Seek>(&self, source: &Source<'_, R>) -> u64 {
        self.end - source.base()
    }

    /// The digest of the covered bytes.
    pub(super) fn digest<R: Read + Seek>(
        &self,
        source: &mut Source<'_, R>,
        algorithm: DigestAlgorithm,
    ) -> Result<Digest, InspectError> {
        let mut context = Context::new(algorithm.implementation());
        for range in [self.start..self.gap.start, self.gap.end..self.end] {
            update(&mut context, source.file_reader(range))?;
        }
        Ok(context.finish())
    }

    /// Whether only white space follows.
    pub(super) fn is_whole<R: Read + Seek>(&self, source: &mut Source<'_, R>) -> Result<bool, InspectError> {
        let (end, len) = (self.end(source), source.len());
        if len - end > MAX_BLANKS {
            return Ok(false);
        }
        Ok(source.read_range(end..len)?.into_iter().all(is_whitespace))
    }
}

/// Feeds everything that `reader` gives to `context`, piece by piece.
pub(super) fn update(context: &mut Context, mut reader: impl Read) -> Result<(), InspectError> {
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        match reader.read(&mut chunk) {
            Ok(0) => return Ok(()),
            Ok(read) => context.update(chunk.get(..read).unwrap_or_default()),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_exact_place_of_the_signature_may_be_left_out() {
        let contents = Some(&(100..200));
        assert!(Covered::new(&[0, 100, 200, 300], contents, 0, 500).is_ok_and(|covered| covered.end == 500));
        for (byte_range, why) in [
            (&[0, 100, 200][..], "incomplete"),
            (&[0, 100, 200, 300, 400, 10], "two gaps"),
            (&[1, 99, 200, 300], "late start"),
            (&[0, 99, 200, 300], "gap begins too early"),
            (&[0, 101, 200, 300], "overlaps the signature"),
            (&[0, 100, 210, 290], "gap ends too late"),
            (&[0, 200, 100, 300], "overlapping parts"),
            (&[0, 100, 200, 301], "beyond the file"),
            (&[0, 100, 200, u64::MAX], "overflow"),
        ] {
            assert!(Covered::new(byte_range, contents, 0, 500).is_err(), "{why}");
        }
        assert!(Covered::new(&[0, 100, 200, 300], None, 0, 500).is_err(), "a signature outside the file's own bytes");
    }
    #[test]
    fn with_bytes_before_the_header_both_ways_of_counting_are_in_use() {
        let contents = Some(&(100..200));
        let from_file = Covered::new(&[0, 135, 235, 300], contents, 35, 500).unwrap();
        assert_eq!(from_file, Covered { start: 0, gap: 135..235, end: 535 });
        let from_header = Covered::new(&[0, 100, 200, 300], contents, 35, 500).unwrap();
        assert_eq!(from_header, Covered { start: 35, gap: 135..235, end: 535 });
        assert!(Covered::new(&[0, 120, 220, 300], contents, 35, 500).is_err());
        assert!(Covered::new(&[0, 135, 235, 301], contents, 35, 500).is_err());
    }
}
