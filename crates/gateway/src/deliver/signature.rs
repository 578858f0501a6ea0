//! The signature of a delivery: HMAC-SHA256 (RFC 2104, FIPS 180-4) over the timestamp, a full stop and the body. The body holds the record's key, so the key
//! is signed with it; the timestamp lets a receiver refuse what was recorded and is played back later.

use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use super::Secret;

/// Header with the seconds since 1970 at which the delivery was signed.
pub const TIMESTAMP_HEADER: &str = "Grens-Timestamp";
/// Header with `v1=` and 64 hexadecimal digits.
pub const SIGNATURE_HEADER: &str = "Grens-Signature";
/// Header with the record's key.
pub const KEY_HEADER: &str = "Idempotency-Key";

/// The value of [`SIGNATURE_HEADER`] for a body signed at `timestamp`, seconds since 1970.
#[must_use]
pub fn sign(secret: &Secret, timestamp: u64, body: &[u8]) -> String {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.bytes()) else { return String::new() };
    mac.update(timestamp.to_string().as_bytes());
    mac.update(b".");
    mac.update(body);
    format!("v1={:x}", mac.finalize().into_bytes())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_can_be_made_elsewhere() {
        let secret = Secret::new("test", b"0123456789abcdef0123456789abcdef").unwrap();
        // Python: hmac.new(b"0123456789abcdef0123456789abcdef", b'1790000000.{"a":1}', "sha256").hexdigest()
        assert_eq!(
            sign(&secret, 1_790_000_000, b"{\"a\":1}"),
            "v1=f4346a65c05b64dd6b51506d8bb57787fd3805be72b2212c4b3b6e27d36316eb"
        );
        assert_ne!(sign(&secret, 1_790_000_001, b"{\"a\":1}"), sign(&secret, 1_790_000_000, b"{\"a\":1}"));
    }
}
