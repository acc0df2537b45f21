//! Random access to a file through a few small windows, so that nothing ever holds the whole file.

use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

use crate::error::{InspectError, damaged};

const WINDOW_BYTES: u64 = 4096;
const WINDOWS: u64 = 16;
/// Most bytes that are looked at or decompressed for one document, repetitions included. Bounds the time that a
/// hostile file takes.
const MAX_EFFORT_BYTES: u64 = 512 << 20;

/// Something a [`crate::lexer::Lexer`] can read byte by byte.
pub(crate) trait Bytes {
    /// Whether positions are positions in the file (and not in a decompressed stream).
    const IN_FILE: bool;

    /// The byte at `position`, or `None` behind the end.
    fn byte(&mut self, position: u64) -> Result<Option<u8>, InspectError>;
}

/// Decompressed bytes.
pub(crate) struct Memory<'a>(pub(crate) &'a [u8]);

impl Bytes for Memory<'_> {
    const IN_FILE: bool = false;

    fn byte(&mut self, position: u64) -> Result<Option<u8>, InspectError> {
        Ok(usize::try_from(position).ok().and_then(|at| self.0.get(at)).copied())
    }
}

#[derive(Clone)]
struct Window {
    number: u64,
    bytes: Vec<u8>,
}

/// A file with positions counted from `base`, the byte that the document calls 0.
pub(crate) struct Source<'a, R> {
    inner: &'a mut R,
    base: u64,
    len: u64,
    windows: Vec<Option<Window>>,
    effort: u64,
}

impl<'a, R: Read + Seek> Source<'a, R> {
    pub(crate) fn new(inner: &'a mut R, base: u64) -> io::Result<Self> {
        let len = inner.seek(SeekFrom::End(0))?.saturating_sub(base);
        let windows = (0..WINDOWS).map(|_| None).collect();
        Ok(Self { inner, base, len, windows, effort: 0 })
    }

    /// Bytes from the base to the end of the file.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// Accounts for work on this many bytes.
    ///
    /// # Errors
    /// `Damaged` when the document has taken more than [`MAX_EFFORT_BYTES`].
    pub(crate) fn spend(&mut self, bytes: u64) -> Result<(), InspectError> {
        self.effort = self.effort.saturating_add(bytes);
        if self.effort > MAX_EFFORT_BYTES { Err(damaged("the document is too complex")) } else { Ok(()) }
    }

    /// The bytes of `range`, cut at the end of the file. Callers bound the length.
    pub(crate) fn read_range(&mut self, range: Range<u64>) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.reader(range).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// The byte of the file from which positions count.
    pub(crate) fn base(&self) -> u64 {
        self.base
    }

    /// A reader over `range`, cut at the end of the file.
    pub(crate) fn reader(&mut self, range: Range<u64>) -> RangeReader<'_, R> {
        let end = self.base + range.end.min(self.len);
        self.file_reader(self.base.saturating_add(range.start).min(end)..end)
    }

    /// A reader over `range` with positions that count from the very beginning of the file.
    pub(crate) fn file_reader(&mut self, range: Range<u64>) -> RangeReader<'_, R> {
        RangeReader { inner: self.inner, next: range.start, end: range.end.max(range.start) }
    }
}

impl<R: Read + Seek> Bytes for Source<'_, R> {
    const IN_FILE: bool = true;

    fn byte(&mut self, position: u64) -> Result<Option<u8>, InspectError> {
        if position >= self.len {
            return Ok(None);
        }
        self.spend(1)?;
        let number = position / WINDOW_BYTES;
        let (Ok(slot), Ok(within)) = (usize::try_from(number % WINDOWS), usize::try_from(position % WINDOW_BYTES))
        else {
            return Ok(None);
        };
        if let Some(Some(window)) = self.windows.get(slot)
            && window.number == number
        {
            return Ok(window.bytes.get(within).copied());
        }
        let start = number * WINDOW_BYTES;
        let bytes = self.read_range(start..start + WINDOW_BYTES)?;
        let byte = bytes.get(within).copied();
        if let Some(place) = self.windows.get_mut(slot) {
            *place = Some(Window { number, bytes });
        }
        Ok(byte)
    }
}

/// Reads one range of a file and then says it is at the end.
pub(crate) struct RangeReader<'a, R> {
    inner: &'a mut R,
    next: u64,
    end: u64,
}

impl<R: Read + Seek> Read for RangeReader<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end - self.next).unwrap_or(usize::MAX);
        let wanted = left.min(buffer.len());
        let Some(buffer) = buffer.get_mut(..wanted).filter(|buffer| !buffer.is_empty()) else {
            return Ok(0);
        };
        self.inner.seek(SeekFrom::Start(self.next))?;
        let read = self.inner.read(buffer)?;
        self.next += u64::try_from(read).unwrap_or(0);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    #[test]
    fn bytes_are_the_same_through_windows_and_ranges() {
        let content: Vec<u8> = (0..200_000_u32).map(|n| u8::try_from(n % 251).unwrap()).collect();
        let mut file = Cursor::new(content.clone());
        let mut source = Source::new(&mut file, 10).unwrap();

        for position in [0, 4085, 4086, 4096, 70_000, 3, 199_989] {
            let expected = content[usize::try_from(position).unwrap() + 10];
            assert_eq!(source.byte(position).unwrap(), Some(expected), "position {position}");
        }
        assert_eq!(source.byte(199_990).unwrap(), None);
        assert_eq!(source.read_range(4000..4100).unwrap(), content[4010..4110]);
        assert_eq!(source.read_range(199_980..300_000).unwrap(), content[199_990..]);
    }
}
