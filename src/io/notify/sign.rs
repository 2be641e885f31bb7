//! Signatures, by which receivers know that a message is ours and not an old one.

use std::fmt::Write;

use base64::{Engine, engine::general_purpose::STANDARD};
use reqwest::Url;
use ring::hmac;

/// `t=…,v1=…`: HMAC-SHA256 over the second, a dot, and the body.
pub fn signature(key: &[u8], unix_s: i64, body: &str) -> String {
    let tag = tag(key, &format!("{unix_s}.{body}"));
    let hex = tag.as_ref().iter().fold(String::new(), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    format!("t={unix_s},v1={hex}")
}

/// 钉钉's own (加签): the time in milliseconds and the signature, in the address.
pub fn dingtalk(address: &mut Url, key: &[u8], unix_s: i64) {
    let ms = unix_s.saturating_mul(1_000);
    let said = format!("{ms}\n{}", String::from_utf8_lossy(key));
    let sign = STANDARD.encode(tag(key, &said));
    address.query_pairs_mut().append_pair("timestamp", &ms.to_string()).append_pair("sign", &sign);
}

fn tag(key: &[u8], said: &str) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), said.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against what `openssl dgst -sha256 -hmac` says.
    #[test]
    fn signatures_are_what_others_compute() {
        let expected = "t=1772586000,v1=26c447124e00ea1458d7a12848c6b0c8d5994e4cbbd3d56f20efe65cadfe245c";
        assert_eq!(signature(b"key", 1_772_586_000, "{}"), expected);
        let mut address = Url::parse("https://oapi.dingtalk.com/robot/send?access_token=x").expect("an address");
        let said = "access_token=x&timestamp=1772586000000&sign=QFMMZGnaYihHTIFlvVV%2FUw3CPODQlnb5szazM%2FQHE0Q%3D";
        dingtalk(&mut address, b"SEC1", 1_772_586_000);
        assert_eq!(address.query(), Some(said));
    }
}
