//! Every bundle that was ever published for this platform, both ways, and the mistakes others make.

use super::super::explain::{ExplainHash, HashExplanation, HashMistake};
use super::*;
use crate::config::Config;

const S_H: &str = "a9b5c28211388c7a6a705122a24e6f46";
const MK_H: &str = "$2y$10$e8Mzadv9523RVrAqL7K3.efxdERBrbaVZNaJ3AwlmZriYNrygSH72";
const S_D: &str = "217071ea9f3f2e9b695d8f0039024e64";
const S_Q: &str = "61d97b2cac247069495be4b16f8604db";

/// (name, secret, bundle, plaintext) as printed in the sources that docs/protocol-halkode.md#hash lists.
const PUBLISHED: &[(&str, &str, &str, &str)] = &[
    (
        "H1 payment",
        S_H,
        "180e930c4bb10d7a:c386:Wo0HYbZR+TWDCSdCwz9SWVc5FSKwQIk1an5bRt13rtibvo2__j0__CVLAgvWB1uffdIUK4K9BfNai9BtaXQ6pEaqu8l64Tx19AVTd6EF0STVH+eGNXtK8YTcIDOEsNNXjA",
        "17|1|TRY|$2y$10$e8Mzadv9523RVrAqL7K3.efxdERBrbaVZNaJ3AwlmZriYNrygSH72|asd123gba1a",
    ),
    (
        "H3 2D answer",
        S_H,
        "3b48787b115a8aed:7902:WQ4nZdwqBlMCP64euCQHfQCxcFbMegAdoQA8HXgw__I1dWQHAiOt9Ggk+8ug+9qaT",
        "1|22|Abc12345|VP17134385953683872|TRY",
    ),
    (
        "H4 2D answer",
        S_H,
        "d4d2e050af614fc5:d353:NyRvVzeRUqVcrMD+UblJoMRfij1Vw3vvTXi7G6jWyIOIQYdDMtp__aHKmJUidqRwL",
        "1|16|gh64014|VP17139661296738371|TRY",
    ),
    (
        "H6 getTransactions",
        MK_H,
        "59c2f1d7878b4347:dd81:rKHFnf9VDzuFgBt7F5__8W9zfwfi48KxHdz1ibEbgTLI=",
        "2024-04-25||||||",
    ),
    (
        "D2 card-token answer",
        S_D,
        "aabb5f5b9f179594:7ade:JiXxJ7wo99Y__9Gm__Kg0lwP273bXxNftgO++vp9ykxyl7n7vmjOKGvtgMkIus8mOk",
        "1|5.00|5edfg345fffgdfdgff|162616268649431|TRY",
    ),
    (
        "D4 complete answer",
        S_D,
        "c98d63c4ba1952c9:19e8:94Z0B48k__V5pCWIXlov3xbDKmM8beaNE3Lk4v3Yu5A1wfdPulFnDsJgFKJX+2gOqA2AfjcRExhYIuWCF3A4LireIUkv26kozmIHc0gjbwIY=",
        "Completed|0.1|9a197ed9-cfaf-4456-b0fc-da74a95f461c|166254527653758|TRY",
    ),
    (
        "Q3 refund",
        S_Q,
        "cf72b38ab9926c58:97fa:L4G7yMnMfAkZZF__sWNB83oNZxyB2z__B5Qa+3ZeiLRjwdj4Ovvz74oW9O4fQAVyFGxwU1WckHP4ssMU0__qyjM7Sm653kq9iQXd2Mdguxo6lMzUgpASFcqZa9igNpdMVth",
        "100|83322ssdddsdesdsdssssx33|$2y$10$N9IJkgazXMUwCzpn7NJrZePy3v.dIFOQUyW4yGfT3eWry6m.KxanK",
    ),
];

/// Printed with a salt of five characters, and with a `/` its publisher forgot to replace.
const D3: (&str, &str) = (
    "36a50210c8b2f19e:11629:eHBA0moN6bZAOSfVC6g9uapUAt1/zxnxko9x4uP73/TsqrQM+cCYSekMi/VnqMgjx3GpZLpBu5GW1BDIOyxigKz3oqBFQwItyA31S5bhHe5Q3rWLe9WBStaiDnFbWYfWbBL8p7BKlbKZKDCtDHQ41B+4PEIPhdpNCeihKmE2fto=",
    "$2y$10$w/ODdbTmfubcbUCUq/ia3OoJFMUmkM1UVNBiIQIuLfUlPmaLUT1he|9a197ed9-cfaf-4456-b0fc-da74a95f461c|166254527653758|complete",
);

fn client() -> Halkode {
    Halkode::new(Config {
        app_id: "a2a7cb8131890a35353629182274c756".into(),
        app_secret: S_H.into(),
        merchant_key: MK_H.into(),
        ..Config::default()
    })
    .unwrap()
}

fn parts(given: &[(&str, &str)]) -> Object {
    given.iter().map(|(name, value)| ((*name).to_owned(), Json::from(*value))).collect()
}

#[test]
fn published_bundles_open_and_are_made_again_to_the_letter() {
    for (name, secret, bundle, plain) in PUBLISHED {
        assert_eq!(open(bundle, secret).unwrap().as_str(), *plain, "{name}");
        let (random, _) = split(bundle).unwrap();
        assert_eq!(seal(plain, secret, &random), *bundle, "{name}");
        assert!(open(bundle, "another secret").is_none_or(|other| other.as_str() != *plain), "{name}");
    }
    assert_eq!(open(D3.0, S_D).unwrap().as_str(), D3.1);
    let (random, _) = split(D3.0).unwrap();
    assert_eq!(seal(D3.1, S_D, &random), D3.0.replace('/', "__"));
}

#[test]
fn a_bundle_is_new_each_time_and_round_trips() {
    let keys = client().keys().clone();
    let given = [("total", "17.00"), ("installments_number", "1"), ("currency_code", "TRY"), ("invoice_id", "Ş-ğ İ")];
    let (one, two) = (keys.seal(Layout::Payment, &given), keys.seal(Layout::Payment, &given));
    assert_ne!(one, two);
    for bundle in [one, two] {
        assert_eq!(keys.open(Layout::Payment, &bundle).unwrap(), ["17.00", "1", "TRY", MK_H, "Ş-ğ İ"]);
    }
}

#[test]
fn nonsense_never_opens_and_never_panics() {
    for text in [
        "",
        ":",
        "::",
        "a:b:c",
        "180e930c4bb10d7a:c386:",
        "180e930c4bb10d7a:c386:AAAA",
        "ıııııııı:a:AAAAAAAAAAAAAAAAAAAAAA==",
    ] {
        assert!(open(text, S_H).is_none(), "{text}");
    }
}

#[test]
fn the_operation_makes_a_published_bundle() {
    let made = client()
        .hash(&MakeHash {
            layout: Layout::Payment,
            parts: parts(&[
                ("total", "17"),
                ("installments_number", "1"),
                ("currency_code", "TRY"),
                ("invoice_id", "asd123gba1a"),
            ]),
            iv: Some("180e930c4bb10d7a".into()),
            salt: Some("c386".into()),
        })
        .unwrap();
    assert_eq!(made.hash_key, PUBLISHED[0].2);
    assert_eq!(made.plaintext, "17|1|TRY|[redacted]|asd123gba1a");
}

#[test]
fn a_part_that_does_not_belong_is_named() {
    let hash = |given: &[(&str, &str)]| {
        client().hash(&MakeHash { layout: Layout::Refund, parts: parts(given), ..MakeHash::default() }).unwrap_err()
    };
    assert_eq!(hash(&[("amount", "1.00")]).field.as_deref(), Some("parts.invoice_id"));
    assert_eq!(hash(&[("total", "1.00")]).field.as_deref(), Some("parts.total"));
    assert_eq!(hash(&[("merchant_key", "x")]).field.as_deref(), Some("parts.merchant_key"));
}

#[test]
fn opening_redacts_the_merchant_key_wherever_it_stands() {
    let opened = client().open_hash(&OpenHash { hash_key: PUBLISHED[0].2.into(), layout: None }).unwrap();
    assert!(opened.fits);
    assert!(!format!("{opened:?}").contains("$2y"), "{opened:?}");
    assert_eq!(opened.parts[4].value, "asd123gba1a");
    let error = client().open_hash(&OpenHash { hash_key: PUBLISHED[4].2.into(), layout: None }).unwrap_err();
    assert_eq!(error.kind(), "signature");
}

fn explain(hash_key: String, layout: Layout, given: &[(&str, &str)]) -> HashExplanation {
    client().explain_hash(&ExplainHash { hash_key, layout, parts: parts(given) }).unwrap()
}

#[test]
fn known_mistakes_are_recognised() {
    use HashMistake::*;
    let random = || Iv { iv: "180e930c4bb10d7a".into(), salt: "c386".into() };
    let payment = [("total", "17.00"), ("installments_number", "1"), ("currency_code", "TRY"), ("invoice_id", "A-1")];
    let sealed = |plain: &str, secret: &str| seal(plain, secret, &random());
    let good = format!("17.00|1|TRY|{MK_H}|A-1");
    let refund = [("amount", "5.00"), ("invoice_id", "A-1")];

    let right = explain(sealed(&good, S_H), Layout::Payment, &payment);
    assert!(right.fits && right.mistakes.is_empty(), "{right:?}");
    // The gateway compares amounts as numbers.
    assert!(explain(sealed(&format!("17|1|TRY|{MK_H}|A-1"), S_H), Layout::Payment, &payment).fits);

    let hex_decoded = {
        let key = digest(S_H, "c386");
        let cipher = cbc::Encryptor::<aes::Aes256>::new_from_slices(&*key, b"180e930c4bb10d7a").unwrap();
        format!("180e930c4bb10d7a:c386:{}", BASE64.encode(cipher.encrypt_padded_vec::<Pkcs7>(good.as_bytes())))
            .replace('/', "__")
    };
    let latin = {
        let mut plain = good.clone().into_bytes();
        plain.extend_from_slice(&[0xfe, 0xf0]);
        let key = key(S_H, "c386");
        let cipher = cbc::Encryptor::<aes::Aes256>::new_from_slices(&*key, b"180e930c4bb10d7a").unwrap();
        format!("180e930c4bb10d7a:c386:{}", BASE64.encode(cipher.encrypt_padded_vec::<Pkcs7>(&plain)))
            .replace('/', "__")
    };
    type Case<'a> = (String, Layout, &'a [(&'a str, &'a str)], HashMistake);
    let cases: &[Case<'_>] = &[
        ("no bundle".into(), Layout::Payment, &payment, NotABundle),
        (sealed(&good, S_H).replace("__", "_"), Layout::Payment, &payment, DamagedBase64),
        (hex_decoded, Layout::Payment, &payment, HexDecodedKey),
        (latin, Layout::Payment, &payment, NotUtf8),
        (sealed(&good, MK_H), Layout::Payment, &payment, SealedWithMerchantKey),
        (sealed(&good, "a2a7cb8131890a35353629182274c756"), Layout::Payment, &payment, SealedWithAppId),
        (sealed(&good, S_D), Layout::Payment, &payment, WrongSecret),
        (sealed("2024-04-25||||||", S_H), Layout::Transactions, &[("date", "2024-04-25")], SealedWithAppSecret),
        (sealed(&good, S_H), Layout::Refund, &refund, WrongLayout),
        (sealed("17.00|1", S_H), Layout::Payment, &payment, WrongNumberOfParts),
        (sealed("17.00|1|TRY|$2y$10.efx|A-1", S_H), Layout::Payment, &payment, MerchantKeyCut),
        (sealed(&good.replace("e8Mz", "w8Mz"), S_H), Layout::Payment, &payment, OtherMerchantKey),
        (sealed(&good.replace("17.00", "17,00"), S_H), Layout::Payment, &payment, CommaAmount),
        (sealed(&good.replace("TRY", "949"), S_H), Layout::Payment, &payment, NumericCurrency),
        (sealed(&good.replace("A-1", "a-1 "), S_H), Layout::Payment, &payment, WhiteSpaceOrCase),
    ];
    for (bundle, layout, given, mistake) in cases {
        let found = explain(bundle.clone(), *layout, given);
        assert!(!found.fits, "{mistake}");
        assert_eq!(found.mistakes, [*mistake], "{found:?}");
        assert!(!found.explanation_en.is_empty() && found.explanation_en != found.explanation_tr);
        assert!(!format!("{found:?}").contains("$2y$10$e8"), "{found:?}");
    }
    let other_invoice = explain(sealed(&good.replace("A-1", "B-2"), S_H), Layout::Payment, &payment);
    assert!(!other_invoice.fits && other_invoice.mistakes.is_empty());
    assert_eq!(other_invoice.explanation_en, "These parts differ: invoice_id.");
}
