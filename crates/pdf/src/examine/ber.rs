//! Signatures by streaming libraries come with indefinite lengths (X.690 section 8.1.3.6), which a DER reader refuses.

const MAX_DEPTH: u32 = 16;
const INDEFINITE: u8 = 0x80;
const CONSTRUCTED_OCTETS: u8 = 0x24;
const OCTETS: u8 = 0x04;

/// The first element of `bytes` with definite lengths; what follows it (the zeros that fill a signature's place) is
/// dropped.
///
/// Elements of definite length are copied byte for byte: signed parts are among them and must not change.
pub(super) fn with_definite_lengths(bytes: &[u8]) -> Option<Vec<u8>> {
    element(bytes, 0).map(|(element, _)| element)
}

/// The first element, rewritten, and what follows it.
fn element(bytes: &[u8], depth: u32) -> Option<(Vec<u8>, &[u8])> {
    let (tag, length) = (*bytes.first()?, *bytes.get(1)?);
    // Tags above 30 take several bytes and occur nowhere in CMS.
    if tag & 0x1F == 0x1F || depth > MAX_DEPTH {
        return None;
    }
    if length != INDEFINITE {
        let size = definite_size(bytes)?;
        let (own, rest) = bytes.split_at_checked(size)?;
        return Some((own.to_vec(), rest));
    }
    let mut content = Vec::new();
    let mut rest = bytes.get(2..)?;
    while !rest.starts_with(&[0, 0]) {
        let (inner, after) = element(rest, depth + 1)?;
        content.extend_from_slice(if tag == CONSTRUCTED_OCTETS { octets(&inner)? } else { &inner });
        rest = after;
    }
    let tag = if tag == CONSTRUCTED_OCTETS { OCTETS } else { tag };
    Some((encode(tag, &content)?, rest.get(2..)?))
}

/// Bytes of an element of definite length, header included.
fn definite_size(bytes: &[u8]) -> Option<usize> {
    let (header, content) = header(bytes)?;
    header.checked_add(content)
}

/// Bytes of the header and of the content.
fn header(bytes: &[u8]) -> Option<(usize, usize)> {
    let first = *bytes.get(1)?;
    if first < INDEFINITE {
        return Some((2, usize::from(first)));
    }
    let count = usize::from(first & 0x7F);
    if count == 0 || count > 4 {
        return None;
    }
    let digits = bytes.get(2..2 + count)?;
    Some((2 + count, digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit))))
}

/// The content of a primitive OCTET STRING.
fn octets(element: &[u8]) -> Option<&[u8]> {
    if *element.first()? != OCTETS {
        return None;
    }
    let (header, _) = header(element)?;
    element.get(header..)
}

fn encode(tag: u8, content: &[u8]) -> Option<Vec<u8>> {
    let mut encoded = vec![tag];
    if let Some(short) = u8::try_from(content.len()).ok().filter(|length| *length < INDEFINITE) {
        encoded.push(short);
    } else {
        let digits = u32::try_from(content.len()).ok()?.to_be_bytes();
        let digits: Vec<u8> = digits.into_iter().skip_while(|digit| *digit == 0).collect();
        encoded.push(INDEFINITE | u8::try_from(digits.len()).ok()?);
        encoded.extend(digits);
    }
    encoded.extend_from_slice(content);
    Some(encoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definite_elements_are_copied_and_their_padding_dropped() {
        // The length is longer than DER allows; it stays, because it may be signed.
        assert_eq!(with_definite_lengths(&[0x30, 0x81, 0x01, 0x05, 0, 0]).unwrap(), [0x30, 0x81, 0x01, 0x05]);
    }

    #[test]
    fn nested_indefinite_lengths_become_definite() {
        let streamed = [0x30, 0x80, 0x02, 1, 7, 0xA0, 0x80, 0x24, 0x80, 4, 1, 8, 4, 2, 9, 9, 0, 0, 0, 0, 0, 0, 0];
        assert_eq!(with_definite_lengths(&streamed).unwrap(), [0x30, 10, 2, 1, 7, 0xA0, 5, 4, 3, 8, 9, 9]);
        let long = [&[0x30, 0x80, 0x04, 0x82, 1, 0x2C][..], &[7; 300], &[0, 0]].concat();
        assert_eq!(with_definite_lengths(&long).unwrap()[..4], [0x30, 0x82, 0x01, 0x30]);
    }

    #[test]
    fn malformed_elements_are_refused() {
        for bytes in
            [&[0x30][..], &[0x30, 5, 1], &[0x30, 0x80, 2, 1, 7], &[0x30, 0x84, 255, 255, 255, 255], &[0x1F, 1, 0]]
        {
            assert_eq!(with_definite_lengths(bytes), None, "{bytes:?}");
        }
        assert_eq!(with_definite_lengths(&[0x30, 0x80].repeat(1000)), None);
    }
}
