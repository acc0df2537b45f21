//! Decompression of the few streams that carry structure. Page content is never decompressed.

use std::io::{self, Read};

use flate2::read::ZlibDecoder;

use crate::error::{InspectError, damaged};
use crate::object::{Dictionary, Object};

/// A reader that remembers its own failure, to tell it from a fault of the compressed data.
struct Watched<R> {
    inner: R,
    failure: Option<io::Error>,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer).map_err(|error| {
            let kind = error.kind();
            self.failure = Some(error);
            kind.into()
        })
    }
}

/// The decoded bytes of a stream whose dictionary holds only direct values.
///
/// # Errors
/// `Damaged` when the data is broken, longer than `limit` bytes, or compressed in another way than Flate.
pub(crate) fn decode(dictionary: &Dictionary, raw: impl Read, limit: usize) -> Result<Vec<u8>, InspectError> {
    match single(dictionary.get("Filter"))?.as_name() {
        None => read_limited(raw, limit).map_err(InspectError::Io)?.ok_or_else(too_large),
        Some(b"FlateDecode" | b"Fl") => {
            let mut decoder = ZlibDecoder::new(Watched { inner: raw, failure: None });
            let inflated = read_limited(&mut decoder, limit);
            if let Some(failure) = decoder.into_inner().failure {
                return Err(failure.into());
            }
            let inflated = inflated.map_err(|_| damaged("a compressed stream is broken"))?.ok_or_else(too_large)?;
            match single(dictionary.get("DecodeParms"))?.as_dictionary() {
                Some(parameters) => unpredict(inflated, parameters),
                None => Ok(inflated),
            }
        }
        Some(_) => Err(damaged("a structural stream uses an unsupported filter")),
    }
}

fn too_large() -> InspectError {
    damaged("a structural stream is too large")
}

/// A value, or the only value of an array.
fn single(object: &Object) -> Result<&Object, InspectError> {
    match object.as_array() {
        None => Ok(object),
        Some([]) => Ok(&Object::Null),
        Some([only]) => Ok(only),
        Some(_) => Err(damaged("a structural stream uses several filters")),
    }
}

/// All bytes, or nothing when there are more than `limit`.
fn read_limited(reader: impl Read, limit: usize) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    reader.take(most).read_to_end(&mut bytes)?;
    Ok((bytes.len() <= limit).then_some(bytes))
}

/// Undoes the PNG predictors (ISO 32000-1 section 7.4.4.4).
fn unpredict(data: Vec<u8>, parameters: &Dictionary) -> Result<Vec<u8>, InspectError> {
    let parameter = |name: &str, default: usize, most: usize| match parameters.get(name).as_present() {
        None => Ok(default),
        Some(value) => value
            .as_unsigned()
            .and_then(|value| usize::try_from(value).ok())
            .filter(|value| (1..=most).contains(value))
            .ok_or_else(|| damaged("malformed predictor")),
    };
    match parameter("Predictor", 1, 15)? {
        1 => return Ok(data),
        10..=15 => {}
        _ => return Err(damaged("a structural stream uses an unsupported predictor")),
    }
    let sample_bits = parameter("Colors", 1, 32)? * parameter("BitsPerComponent", 8, 16)?;
    let width = (sample_bits * parameter("Columns", 1, 65_536)?).div_ceil(8);
    let pixel = sample_bits.div_ceil(8);

    let mut decoded: Vec<u8> = Vec::with_capacity(data.len());
    let mut above = vec![0_u8; width];
    for coded in data.chunks(width + 1) {
        let Some((&method, coded)) = coded.split_first() else {
            continue;
        };
        let mut row: Vec<u8> = Vec::with_capacity(width);
        for (at, &byte) in coded.iter().enumerate() {
            let left = at.checked_sub(pixel).and_then(|at| row.get(at)).copied().unwrap_or(0);
            let up = above.get(at).copied().unwrap_or(0);
            let up_left = at.checked_sub(pixel).and_then(|at| above.get(at)).copied().unwrap_or(0);
            let prediction = match method {
                0 => 0,
                1 => left,
                2 => up,
                3 => left.midpoint(up),
                4 => paeth(left, up, up_left),
                _ => return Err(damaged("malformed predictor")),
            };
            row.push(byte.wrapping_add(prediction));
        }
        decoded.extend_from_slice(&row);
        above = row;
    }
    Ok(decoded)
}

/// The neighbour closest to `left + up - up_left`, in this order of preference.
fn paeth(left: u8, up: u8, up_left: u8) -> u8 {
    let estimate = i16::from(left) + i16::from(up) - i16::from(up_left);
    let distance = |byte: u8| (estimate - i16::from(byte)).abs();
    if distance(left) <= distance(up) && distance(left) <= distance(up_left) {
        left
    } else if distance(up) <= distance(up_left) {
        up
    } else {
        up_left
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::ZlibEncoder};
    use std::io::Write;

    fn flate(data: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    }

    fn dictionary(predictor: Option<i64>) -> Dictionary {
        let mut entries = vec![(b"Filter".to_vec(), Object::Name(b"FlateDecode".to_vec()))];
        if let Some(predictor) = predictor {
            let parameters = Dictionary(vec![
                (b"Predictor".to_vec(), Object::Integer(predictor)),
                (b"Columns".to_vec(), Object::Integer(3)),
            ]);
            entries.push((b"DecodeParms".to_vec(), Object::Dictionary(parameters)));
        }
        Dictionary(entries)
    }

    #[test]
    fn every_png_predictor_is_undone() {
        let coded = [[0, 10, 20, 30], [1, 5, 1, 1], [2, 1, 1, 1], [3, 1, 1, 1], [4, 1, 1, 1]].concat();
        let decoded = decode(&dictionary(Some(15)), flate(&coded).as_slice(), 100).unwrap();
        assert_eq!(decoded, [10, 20, 30, 5, 6, 7, 6, 7, 8, 4, 6, 8, 5, 7, 9]);
    }

    #[test]
    fn a_bomb_is_refused_before_it_unfolds() {
        let bomb = flate(&vec![0; 10 << 20]);
        assert!(decode(&dictionary(None), bomb.as_slice(), 1 << 20).is_err());
    }

    #[test]
    fn broken_data_is_damage_and_a_failing_source_is_not() {
        struct Failing;
        impl Read for Failing {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("disk"))
            }
        }
        let broken = decode(&dictionary(None), &b"not zlib"[..], 100).unwrap_err();
        assert!(matches!(broken, InspectError::Defect(_)));
        let failed = decode(&dictionary(None), Failing, 100).unwrap_err();
        assert!(matches!(failed, InspectError::Io(error) if error.to_string() == "disk"));
    }
}
