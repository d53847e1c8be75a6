use std::io::Read;

use axum::{
    body::Body,
    http::{HeaderMap, StatusCode, header::CONTENT_ENCODING},
};
use flate2::read::GzDecoder;
use onbeat_core::record::MAX_BATCH_BYTES;

use crate::error::{ApiError, ApiResult};

/// Reads a push's text: bounded as it comes, bounded as it inflates, UTF-8.
pub(super) async fn read(headers: &HeaderMap, body: Body) -> ApiResult<String> {
    // It fails on what is too long, or on a caller who has gone away and hears no answer.
    let bytes = axum::body::to_bytes(body, MAX_BATCH_BYTES)
        .await
        .map_err(|_| too_big())?;
    let bytes = match headers.get(CONTENT_ENCODING).map(|value| value.as_bytes()) {
        None | Some(b"identity") => bytes.to_vec(),
        Some(b"gzip") => inflate(&bytes)?,
        Some(_) => {
            return Err(ApiError::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "encoding",
                "send the records as they are, or compressed with gzip",
            ));
        }
    };
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        ApiError::bad_request("not_utf8", format!("not UTF-8 from byte {at} on")).with("byte", at)
    })
}

/// At most one byte more than allowed is ever inflated.
fn inflate(bytes: &[u8]) -> ApiResult<Vec<u8>> {
    let mut text = Vec::new();
    GzDecoder::new(bytes)
        .take(MAX_BATCH_BYTES as u64 + 1)
        .read_to_end(&mut text)
        .map_err(|error| ApiError::bad_request("not_gzip", format!("not gzip: {error}")))?;
    if text.len() > MAX_BATCH_BYTES {
        Err(too_big())
    } else {
        Ok(text)
    }
}

/// 413.
pub(super) fn too_big() -> ApiError {
    ApiError::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too_big",
        "a push has at most 500 records and 512 KiB before compression",
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_bomb_is_refused_before_it_grows() {
        let bomb = gzip(&vec![b' '; 64 * 1024 * 1024]);
        assert!(bomb.len() < MAX_BATCH_BYTES);
        assert_eq!(inflate(&bomb).unwrap_err().code, "too_big");
        assert_eq!(inflate(&gzip(b"two lines")).unwrap(), b"two lines");
        assert_eq!(inflate(b"\x1f\x8b nonsense").unwrap_err().code, "not_gzip");
    }
}
