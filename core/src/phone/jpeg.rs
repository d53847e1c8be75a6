//! Takes everything out of a JPEG but the picture: where and when it was taken, by whose phone, its preview.

use super::PhoneError;

/// The largest photo, after the stripping.
pub(super) const MAX_PHOTO_BYTES: usize = 12 * 1024 * 1024;

const SOI: u8 = 0xD8;
const EOI: u8 = 0xD9;
const SOS: u8 = 0xDA;

/// The picture without its APPn segments and comments (ITU-T T.81, annex B), up to the end of the image:
/// phones append further pictures behind it, with EXIF of their own. JFIF's and Adobe's segments stay, since
/// decoders read the colours by them.
///
/// # Errors
/// [`PhoneError::BadPhoto`] where it is not a JPEG, is cut off, or is too large.
pub(super) fn strip(bytes: &[u8]) -> Result<Vec<u8>, PhoneError> {
    let bad = |why: &str| PhoneError::BadPhoto(why.into());
    if !bytes.starts_with(&[0xFF, SOI]) {
        return Err(bad("it is no JPEG (image/jpeg is what is taken)"));
    }
    let mut out = vec![0xFF, SOI];
    let mut at = 2;
    loop {
        let (marker, start) = next_marker(bytes, at).ok_or_else(|| bad("the JPEG is cut off"))?;
        match marker {
            EOI => {
                out.extend([0xFF, EOI]);
                break;
            }
            // Markers that stand alone: TEM and the restarts.
            0x01 | 0xD0..=0xD7 => {
                out.extend([0xFF, marker]);
                at = start;
                continue;
            }
            _ => {}
        }
        let segment = segment(bytes, start).ok_or_else(|| bad("a segment of the JPEG is cut off"))?;
        if is_kept(marker, &segment[2..]) {
            out.extend([0xFF, marker]);
            out.extend(segment);
        }
        at = start + segment.len();
        if marker == SOS {
            let end = scan_end(bytes, at).ok_or_else(|| bad("the JPEG is cut off"))?;
            out.extend(&bytes[at..end]);
            at = end;
        }
    }
    if out.len() > MAX_PHOTO_BYTES {
        return Err(bad("it has more than 12 MiB: take it with a lower resolution"));
    }
    Ok(out)
}

fn is_kept(marker: u8, content: &[u8]) -> bool {
    match marker {
        0xE0 => content.starts_with(b"JFIF\0"),
        0xEE => content.starts_with(b"Adobe"),
        0xE1..=0xEF | 0xFE => false,
        _ => true,
    }
}

/// The next marker and where its content begins; fill bytes are passed over.
fn next_marker(bytes: &[u8], mut at: usize) -> Option<(u8, usize)> {
    if *bytes.get(at)? != 0xFF {
        return None;
    }
    while *bytes.get(at)? == 0xFF {
        at += 1;
    }
    Some((bytes[at], at + 1))
}

/// A segment with its two bytes of length.
fn segment(bytes: &[u8], start: usize) -> Option<&[u8]> {
    let length = usize::from(u16::from_be_bytes([*bytes.get(start)?, *bytes.get(start + 1)?]));
    (length >= 2).then(|| bytes.get(start..start + length)).flatten()
}

/// Where the coded data of a scan ends: at a marker that is neither a stuffed zero nor a restart.
fn scan_end(bytes: &[u8], from: usize) -> Option<usize> {
    (from..bytes.len().checked_sub(1)?)
        .find(|&at| bytes[at] == 0xFF && !matches!(bytes[at + 1], 0x00 | 0xD0..=0xD7 | 0xFF))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn segment_of(marker: u8, content: &[u8]) -> Vec<u8> {
        let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
        [&[0xFF, marker], &length[..], content].concat()
    }

    fn scan() -> Vec<u8> {
        let mut scan = segment_of(SOS, &[1, 1, 0, 0, 63, 0]);
        // Coded data with a stuffed zero and a restart in it.
        scan.extend([0x12, 0xFF, 0x00, 0x34, 0xFF, 0xD0, 0x56]);
        scan
    }

    fn photo(extra: &[Vec<u8>]) -> Vec<u8> {
        let mut photo = vec![0xFF, SOI];
        photo.extend(segment_of(0xE0, b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0"));
        photo.extend(extra.concat());
        photo.extend(segment_of(0xDB, &[7; 65]));
        photo.extend(scan());
        photo.extend([0xFF, EOI]);
        photo
    }

    #[test]
    fn takes_out_all_that_is_not_the_picture() {
        let exif = segment_of(0xE1, b"Exif\0\0GPS 40.7580 -73.9855");
        let cases = [
            ("nothing", vec![]),
            ("EXIF", vec![exif.clone()]),
            (
                "IPTC, XMP, ICC and a comment",
                vec![
                    segment_of(0xED, b"Photoshop 3.0"),
                    segment_of(0xE1, b"http://ns.adobe.com/xap/1.0/"),
                    segment_of(0xE2, b"ICC_PROFILE"),
                    segment_of(0xFE, b"at home"),
                ],
            ),
            ("a preview in JFXX", vec![segment_of(0xE0, b"JFXX\0\x10preview")]),
        ];
        for (what, extra) in cases {
            assert_eq!(strip(&photo(&extra)).unwrap(), photo(&[]), "{what}");
        }
        // What phones append behind the picture goes too.
        let with_trailer = [photo(&[]), photo(&[exif])].concat();
        assert_eq!(strip(&with_trailer).unwrap(), photo(&[]));
        // Adobe's colour transform stays.
        let adobe = segment_of(0xEE, b"Adobe\0\x64\0\0\0\0\x01");
        assert_eq!(strip(&photo(std::slice::from_ref(&adobe))).unwrap(), photo(&[adobe]));
    }

    #[test]
    fn says_what_is_no_photo() {
        let whole = photo(&[]);
        let cases: [(&str, &[u8]); 4] = [
            ("no JPEG", b"\x89PNG\r\n\x1a\n"),
            ("no JPEG", b""),
            ("cut off", &whole[..whole.len() - 2]),
            ("cut off", &whole[..30]),
        ];
        for (why, bytes) in cases {
            let error = strip(bytes).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
        for cut in 0..whole.len() {
            assert!(strip(&whole[..cut]).is_err(), "cut at {cut}");
        }
    }
}
