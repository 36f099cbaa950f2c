//! The gateway's `hash_key` bundle, written for this sandbox alone and on another crypto library than the client's, so that
//! the two check each other.
//!
//! `iv:salt:base64(AES-256-CBC(plain))` with `/` written as `__`; the key is the first 32 hex digits, as text, of
//! SHA-256(hex SHA-1(secret) + salt).

use aws_lc_rs::cipher::{
    AES_256, DecryptionContext, EncryptionContext, PaddedBlockDecryptingKey, PaddedBlockEncryptingKey, UnboundCipherKey,
};
use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::iv::FixedLength;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Seals a plaintext as the gateway does, with a random iv and salt.
pub(crate) fn seal(plain: &str, secret: &str) -> String {
    seal_with(plain, secret, &random_hex(16), &random_hex(4))
}

fn seal_with(plain: &str, secret: &str, iv: &str, salt: &str) -> String {
    let sealed = cipher_key(secret, salt).and_then(PaddedBlockEncryptingKey::cbc_pkcs7).and_then(|key| {
        let mut text = plain.as_bytes().to_vec();
        key.less_safe_encrypt(&mut text, EncryptionContext::Iv128(FixedLength::try_from(iv.as_bytes())?))?;
        Ok(text)
    });
    // Only an iv of another length than 16 or an allocation failure could end up here.
    let sealed = sealed.expect("AES-256-CBC of a short text");
    format!("{iv}:{salt}:{}", STANDARD.encode(sealed)).replace('/', "__")
}

/// Opens a bundle; nothing if it was not sealed with this secret (or is no bundle at all).
pub(crate) fn open(bundle: &str, secret: &str) -> Option<String> {
    let bundle = bundle.replace("__", "/");
    let mut parts = bundle.splitn(3, ':');
    let (iv, salt, sealed) = (parts.next()?, parts.next()?, parts.next()?);
    let iv = FixedLength::try_from(iv.as_bytes()).ok()?;
    let mut sealed = STANDARD.decode(sealed).ok()?;
    let key = PaddedBlockDecryptingKey::cbc_pkcs7(cipher_key(secret, salt).ok()?).ok()?;
    let plain = key.decrypt(&mut sealed, DecryptionContext::Iv128(iv)).ok()?;
    String::from_utf8(plain.to_vec()).ok()
}

/// Why a bundle is not one that a careful client makes: 16 hex digits, 4 hex digits, base64 with every `/` replaced.
pub(crate) fn malformed(bundle: &str) -> Option<&'static str> {
    let hex = |text: &str, length| {
        text.len() == length && text.bytes().all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase())
    };
    let parts: Vec<&str> = bundle.split(':').collect();
    match parts[..] {
        [iv, _, _] if !hex(iv, 16) => Some("its iv is not 16 lowercase hex digits"),
        [_, salt, _] if !hex(salt, 4) => Some("its salt is not 4 lowercase hex digits"),
        [_, _, sealed] if sealed.contains('/') => Some("it holds a '/' that should be '__'"),
        [_, _, sealed] if STANDARD.decode(sealed.replace("__", "/")).is_err() => Some("its last part is not base64"),
        [_, _, _] => None,
        _ => Some("it is not iv:salt:text"),
    }
}

fn cipher_key(secret: &str, salt: &str) -> Result<UnboundCipherKey, Unspecified> {
    let password = hex(digest(&SHA1_FOR_LEGACY_USE_ONLY, secret.as_bytes()).as_ref());
    let key = hex(digest(&SHA256, format!("{password}{salt}").as_bytes()).as_ref());
    UnboundCipherKey::new(&AES_256, &key.as_bytes()[..32])
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Random lowercase hex digits.
pub(crate) fn random_hex(digits: usize) -> String {
    let mut bytes = vec![0; digits.div_ceil(2)];
    // The system's random source does not fail on any machine that could start this program.
    aws_lc_rs::rand::fill(&mut bytes).expect("random bytes");
    hex(&bytes)[..digits].to_owned()
}

/// So many random bytes in base64.
pub(crate) fn random_base64(bytes: usize) -> String {
    let mut random = vec![0; bytes];
    aws_lc_rs::rand::fill(&mut random).expect("random bytes");
    STANDARD.encode(random)
}

/// Random decimal digits.
pub(crate) fn random_digits(digits: usize) -> String {
    random_hex(digits * 2).as_bytes().chunks(2).map(|pair| char::from(b'0' + (pair[0] + pair[1]) % 10)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Published bundles: where printed, secret, bundle, plaintext, and whether the publisher forgot to replace `/`.
    const PUBLISHED: &[(&str, &str, &str, &str, bool)] = &[
        (
            "HalkOdeme/Entegrasyon, Postman/3DTestWithCvv.html",
            "a9b5c28211388c7a6a705122a24e6f46",
            "180e930c4bb10d7a:c386:Wo0HYbZR+TWDCSdCwz9SWVc5FSKwQIk1an5bRt13rtibvo2__j0__CVLAgvWB1uffdIUK4K9BfNai9BtaXQ6pEaqu8l64Tx19AVTd6EF0STVH+eGNXtK8YTcIDOEsNNXjA",
            "17|1|TRY|$2y$10$e8Mzadv9523RVrAqL7K3.efxdERBrbaVZNaJ3AwlmZriYNrygSH72|asd123gba1a",
            false,
        ),
        (
            "HalkOdeme/Entegrasyon, Postman guide, 2D answer",
            "a9b5c28211388c7a6a705122a24e6f46",
            "3b48787b115a8aed:7902:WQ4nZdwqBlMCP64euCQHfQCxcFbMegAdoQA8HXgw__I1dWQHAiOt9Ggk+8ug+9qaT",
            "1|22|Abc12345|VP17134385953683872|TRY",
            false,
        ),
        (
            "HALKÖDE C# guide, 2D answer",
            "a9b5c28211388c7a6a705122a24e6f46",
            "d4d2e050af614fc5:d353:NyRvVzeRUqVcrMD+UblJoMRfij1Vw3vvTXi7G6jWyIOIQYdDMtp__aHKmJUidqRwL",
            "1|16|gh64014|VP17139661296738371|TRY",
            false,
        ),
        (
            "HALKÖDE C# guide, getTransactions",
            "$2y$10$e8Mzadv9523RVrAqL7K3.efxdERBrbaVZNaJ3AwlmZriYNrygSH72",
            "59c2f1d7878b4347:dd81:rKHFnf9VDzuFgBt7F5__8W9zfwfi48KxHdz1ibEbgTLI=",
            "2024-04-25||||||",
            false,
        ),
        (
            "HALKÖDE technical document v2.10.52, 7.17",
            "217071ea9f3f2e9b695d8f0039024e64",
            "aabb5f5b9f179594:7ade:JiXxJ7wo99Y__9Gm__Kg0lwP273bXxNftgO++vp9ykxyl7n7vmjOKGvtgMkIus8mOk",
            "1|5.00|5edfg345fffgdfdgff|162616268649431|TRY",
            false,
        ),
        (
            "HALKÖDE technical document v2.10.52, 7.19, request",
            "217071ea9f3f2e9b695d8f0039024e64",
            "36a50210c8b2f19e:11629:eHBA0moN6bZAOSfVC6g9uapUAt1/zxnxko9x4uP73/TsqrQM+cCYSekMi/VnqMgjx3GpZLpBu5GW1BDIOyxigKz3oqBFQwItyA31S5bhHe5Q3rWLe9WBStaiDnFbWYfWbBL8p7BKlbKZKDCtDHQ41B+4PEIPhdpNCeihKmE2fto=",
            "$2y$10$w/ODdbTmfubcbUCUq/ia3OoJFMUmkM1UVNBiIQIuLfUlPmaLUT1he|9a197ed9-cfaf-4456-b0fc-da74a95f461c|166254527653758|complete",
            true,
        ),
        (
            "HALKÖDE technical document v2.10.52, 7.19, answer",
            "217071ea9f3f2e9b695d8f0039024e64",
            "c98d63c4ba1952c9:19e8:94Z0B48k__V5pCWIXlov3xbDKmM8beaNE3Lk4v3Yu5A1wfdPulFnDsJgFKJX+2gOqA2AfjcRExhYIuWCF3A4LireIUkv26kozmIHc0gjbwIY=",
            "Completed|0.1|9a197ed9-cfaf-4456-b0fc-da74a95f461c|166254527653758|TRY",
            false,
        ),
        (
            "QNBpay developer pages, refund",
            "61d97b2cac247069495be4b16f8604db",
            "cf72b38ab9926c58:97fa:L4G7yMnMfAkZZF__sWNB83oNZxyB2z__B5Qa+3ZeiLRjwdj4Ovvz74oW9O4fQAVyFGxwU1WckHP4ssMU0__qyjM7Sm653kq9iQXd2Mdguxo6lMzUgpASFcqZa9igNpdMVth",
            "100|83322ssdddsdesdsdssssx33|$2y$10$N9IJkgazXMUwCzpn7NJrZePy3v.dIFOQUyW4yGfT3eWry6m.KxanK",
            false,
        ),
    ];

    #[test]
    fn published_bundles_open_and_seal_again_to_the_byte() {
        for (printed, secret, bundle, plain, slash_left) in PUBLISHED {
            assert_eq!(open(bundle, secret).as_deref(), Some(*plain), "{printed}");
            let mut parts = bundle.split(':');
            let (iv, salt) = (parts.next().unwrap(), parts.next().unwrap());
            let again = seal_with(plain, secret, iv, salt);
            assert_eq!(again, if *slash_left { bundle.replace('/', "__") } else { (*bundle).to_owned() }, "{printed}");
        }
    }

    #[test]
    fn sealed_with_another_secret_or_cut_does_not_open() {
        let bundle = seal("22.00|A-1|key", "secret");
        assert_eq!(open(&bundle, "secret").as_deref(), Some("22.00|A-1|key"));
        assert_ne!(open(&bundle, "Secret").as_deref(), Some("22.00|A-1|key"));
        assert_eq!(open(&bundle[..bundle.len() - 4], "secret"), None);
        for junk in ["", "::", "a:b", "0123456789abcdef:abcd:", "0123456789abcdef:abcd:%%%%"] {
            assert_eq!(open(junk, "secret"), None, "{junk}");
        }
    }

    #[test]
    fn form_of_a_careful_bundle() {
        assert_eq!(malformed(&seal("a", "b")), None);
        assert!(malformed("0123456789abcde:abcd:AAAA").is_some());
        assert!(malformed("0123456789abcdeF:abcd:AAAA").is_some());
        assert!(malformed("0123456789abcdef:abcde:AAAA").is_some());
        assert!(malformed("0123456789abcdef:abcd:AA/A").is_some());
        assert!(malformed("0123456789abcdef:abcd").is_some());
        assert_eq!(random_digits(6).len(), 6);
    }
}
