//! The ver3 hash by itself, and why one is refused (docs/protocol-halkbank.md#ver3).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::Sha1;
use sha2::{Digest, Sha512};
use zeroize::Zeroizing;

use super::client::Halkbank;
use super::ver3::{self, Escape, Order, Rule, Ver3Variant};
use crate::error::HalkodeError;
use crate::json::Object;
use crate::model::{choice, model};
use crate::operation::{Kind, Operation};
use crate::secret::Secret;

model! {
    /// Reckons the ver3 hash of fields; nothing is sent.
    request MakeVer3Hash {
        /// All fields that are posted, as text. `hash` and `encoding` among them are left out by themselves.
        fields: Object,
        /// Whether the fields are a callback, in which `countdown` is left out too; false when left out.
        callback: Option<bool>,
    }
}

model! {
    /// A ver3 hash.
    result Ver3Hash {
        /// The hash: 88 characters of Base64.
        hash: String,
        /// What was hashed, with `[store_key]` in the place of the key: values in the order of their names, escaped, with `|` between them.
        plaintext: Secret,
        /// The names in the order in which their values were hashed.
        names: Vec<String>,
    }
}

model! {
    /// Asks why a ver3 hash is refused (`3D-1004`), or why a callback's does not fit.
    request ExplainVer3 {
        /// All fields that were posted, as text, names and values as they were.
        fields: Object,
        /// The hash; the field `hash` (or `HASH`) among the fields when left out.
        hash: Option<String>,
        /// Whether the fields are a callback; when left out, they are one if they have `mdStatus` or `Response`.
        callback: Option<bool>,
    }
}

choice! {
    /// A mistake other implementations of this hash are known to make (docs/protocol-halkbank.md#quirks-of-peers).
    Ver3Mistake {
        /// None that is known: a value differs from the one that was hashed, or the store key is another merchant's.
        Unknown = "unknown",
        /// It is no Base64 text of 64 bytes.
        NotAHash = "not_a_hash",
        /// Names were ordered with capital letters first.
        CaseSensitiveOrder = "case_sensitive_order",
        /// The bar was escaped before the backslash.
        BarEscapedFirst = "bar_escaped_first",
        /// The store key was not escaped.
        KeyNotEscaped = "key_not_escaped",
        /// Nothing was escaped.
        NothingEscaped = "nothing_escaped",
        /// Values were trimmed before hashing.
        TrimmedValues = "trimmed_values",
        /// Empty values were left out.
        EmptyValuesLeftOut = "empty_values_left_out",
        /// One field was left out: `field` says which.
        FieldLeftOut = "field_left_out",
        /// `encoding` was hashed.
        EncodingHashed = "encoding_hashed",
        /// Dots in names had become underscores before the names were ordered.
        DotsTurnedUnderscores = "dots_turned_underscores",
        /// The store key of the shared test merchants was used.
        TestStoreKey = "test_store_key",
        /// There is no key at the end.
        KeyMissing = "key_missing",
        /// The values were joined without anything between them.
        NothingBetween = "nothing_between",
        /// It was reckoned with SHA-1 by the rule of version 1.
        Version1 = "version_1",
        /// HTML entities in a value had not been decoded when it was hashed, or had been when they should not.
        Entities = "entities",
    }
}

model! {
    /// Why a hash is refused.
    result Ver3Explanation {
        /// Whether the hash fits after all, by the documented rule or a documented variant.
        fits: bool,
        /// By which.
        variant: Option<Ver3Variant>,
        /// Which known mistake it looks like, when it does not fit.
        mistake: Option<Ver3Mistake>,
        /// The field the mistake is about.
        field: Option<String>,
        /// The hash as it should be.
        expected: String,
    }
}

/// The store key of the published test merchants (docs/protocol-halkbank.md#test-data).
const TEST_STORE_KEY: &str = "123456";

fn fields_of(fields: &Object) -> Result<Vec<(String, String)>, HalkodeError> {
    match fields.is_empty() {
        true => Err(HalkodeError::request("fields", "is empty")),
        false => ver3::fields_of(fields),
    }
}

impl Operation for MakeVer3Hash {
    type Client = Halkbank;
    type Reply = Ver3Hash;
    const KIND: Kind = Kind::Pure;

    fn run(&self, client: &Halkbank) -> Result<Ver3Hash, HalkodeError> {
        let fields = fields_of(&self.fields)?;
        let rule = if self.callback == Some(true) { Rule::CALLBACK } else { Rule::REQUEST };
        Ok(Ver3Hash {
            hash: rule.hash(&fields, client.keys().store_key()?),
            plaintext: rule.plain(&fields, &"[store_key]".into()).as_str().into(),
            names: rule.names(&fields),
        })
    }
}

impl Operation for ExplainVer3 {
    type Client = Halkbank;
    type Reply = Ver3Explanation;
    const KIND: Kind = Kind::Pure;

    fn run(&self, client: &Halkbank) -> Result<Ver3Explanation, HalkodeError> {
        let fields = fields_of(&self.fields)?;
        let key = client.keys().store_key()?;
        let posted = fields.iter().find(|(name, _)| name.eq_ignore_ascii_case("hash")).map(|(_, value)| value.clone());
        let hash = self.hash.clone().or(posted).ok_or_else(|| HalkodeError::request("hash", "is missing"))?;
        let has = |wanted: &str| fields.iter().any(|(name, _)| name.eq_ignore_ascii_case(wanted));
        let callback = self.callback.unwrap_or_else(|| has("mdStatus") || has("Response"));
        let rule = if callback { Rule::CALLBACK } else { Rule::REQUEST };
        let expected = rule.hash(&fields, key);
        let variant = match callback {
            true => ver3::verify(&fields, key, &hash),
            false => rule.fits(&fields, key, &hash).then_some(Ver3Variant::Standard),
        };
        if variant.is_some() {
            return Ok(Ver3Explanation { fits: true, variant, expected, ..Ver3Explanation::default() });
        }
        let (mistake, field) = mistake(&fields, key, &hash, rule);
        Ok(Ver3Explanation { fits: false, variant: None, mistake: Some(mistake), field, expected })
    }
}

/// Which known mistake makes this hash of these fields, and about which field.
fn mistake(fields: &[(String, String)], key: &Secret, hash: &str, rule: Rule) -> (Ver3Mistake, Option<String>) {
    use Ver3Mistake as M;
    let digest = STANDARD.decode(hash.trim()).unwrap_or_default();
    if digest.len() == 20 && (version_1(fields, key) == digest || version_1_answer(fields, key) == digest) {
        return (M::Version1, None);
    }
    if digest.len() != 64 {
        return (M::NotAHash, None);
    }
    for (mistake, wrong) in [
        (M::CaseSensitiveOrder, Rule { order: Order::CaseSensitive, ..rule }),
        (M::BarEscapedFirst, Rule { escape: Escape::BarFirst, ..rule }),
        (M::KeyNotEscaped, Rule { escape: Escape::KeyPlain, ..rule }),
        (M::NothingEscaped, Rule { escape: Escape::Nothing, ..rule }),
        (M::EncodingHashed, Rule { without: &["hash"], ..rule }),
    ] {
        if wrong.fits(fields, key, hash) {
            let named = mistake == M::EncodingHashed;
            return (mistake, named.then(|| "encoding".to_owned()));
        }
    }
    if rule.fits(fields, &TEST_STORE_KEY.into(), hash) {
        return (M::TestStoreKey, None);
    }
    type Pair = Option<(String, String)>;
    let mapped = |change: fn(&str, &str) -> Pair| -> Vec<(String, String)> {
        fields.iter().filter_map(|(name, value)| change(name, value)).collect()
    };
    for (mistake, changed) in [
        (M::TrimmedValues, mapped(|name, value| Some((name.into(), value.trim().into())))),
        (M::EmptyValuesLeftOut, mapped(|name, value| (!value.is_empty()).then(|| (name.into(), value.into())))),
        (M::DotsTurnedUnderscores, mapped(|name, value| Some((name.replace('.', "_"), value.into())))),
        (M::Entities, mapped(|name, value| Some((name.into(), ver3::decoded(value))))),
        (M::Entities, mapped(|name, value| Some((name.into(), encoded(value))))),
    ] {
        if changed != fields && rule.fits(&changed, key, hash) {
            let about = fields.iter().find(|field| !changed.contains(field)).map(|(name, _)| name.clone());
            return (mistake, about);
        }
    }
    for at in 0..fields.len() {
        let mut rest = fields.to_vec();
        let (name, _) = rest.remove(at);
        if rule.fits(&rest, key, hash) {
            return (M::FieldLeftOut, Some(name));
        }
    }
    let plain = rule.plain(fields, key);
    let ending = Zeroizing::new(format!("|{}", rule.escape.key(key.expose())));
    let without_key = plain.strip_suffix(ending.as_str()).unwrap_or_default();
    if Sha512::digest(without_key.as_bytes())[..] == digest[..] {
        return (M::KeyMissing, None);
    }
    let joined: Zeroizing<String> = Zeroizing::new(rule.values(fields).concat() + key.expose());
    if Sha512::digest(joined.as_bytes())[..] == digest[..] {
        return (M::NothingBetween, None);
    }
    (M::Unknown, None)
}

/// A value as PHP's `htmlspecialchars` writes it.
fn encoded(value: &str) -> String {
    let value = value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    value.replace('"', "&quot;").replace('\'', "&#039;")
}

/// The digest of an answer by the rule of version 1: the values of the fields it names itself, and the key.
fn version_1_answer(fields: &[(String, String)], key: &Secret) -> Vec<u8> {
    let value = |wanted: &str| {
        let found = fields.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    };
    let named = value("HASHPARAMS").split(':').filter(|name| !name.is_empty());
    let plain = Zeroizing::new(named.map(value).collect::<String>() + key.expose());
    Sha1::digest(plain.as_bytes()).to_vec()
}

/// The digest by the rule of version 1: eight values in a fixed order, and the key.
fn version_1(fields: &[(String, String)], key: &Secret) -> Vec<u8> {
    const NAMES: [&[&str]; 8] = [
        &["clientid"],
        &["oid"],
        &["amount"],
        &["okUrl"],
        &["failUrl"],
        &["islemtipi", "TranType"],
        &["taksit", "Instalment"],
        &["rnd"],
    ];
    let value = |names: &&[&str]| {
        let found = fields.iter().find(|(name, _)| names.iter().any(|wanted| name.eq_ignore_ascii_case(wanted)));
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    };
    let plain = Zeroizing::new(NAMES.iter().map(value).collect::<String>() + key.expose());
    Sha1::digest(plain.as_bytes()).to_vec()
}
