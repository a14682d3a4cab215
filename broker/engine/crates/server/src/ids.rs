//! How Kafka shows ids.

use uuid::Uuid;

/// 22 characters of URL-safe base64 without padding.
pub(crate) fn base64(uuid: Uuid) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    // 128 bits and 4 zero bits make 22 digits of 6 bits
    let digits = (0..22).map(|at| {
        let bits = match at {
            21 => uuid.as_u128() << 4,
            _ => uuid.as_u128() >> (122 - 6 * at),
        };
        char::from(DIGITS[(bits & 0x3f) as usize])
    });
    digits.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_url_safe_base64() {
        assert_eq!(base64(Uuid::nil()), "AAAAAAAAAAAAAAAAAAAAAA");
        assert_eq!(base64(Uuid::max()), "_____________________w");
        let id: Uuid = "00112233-4455-6677-8899-aabbccddeeff".parse().expect("a uuid");
        assert_eq!(base64(id), "ABEiM0RVZneImaq7zN3u_w");
    }
}
