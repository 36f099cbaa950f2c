//! The "ver3" hash of the 3-D gate, both ways (docs/protocol-halkbank.md#ver3).

use std::cmp::Ordering;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha512};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::error::HalkodeError;
use crate::json::{Json, Object};
use crate::model::choice;
use crate::secret::Secret;

/// Fields in the order they were posted, names as they came.
pub(crate) type Fields = [(String, String)];

/// Posted fields as a caller gives them: texts and numbers as they are written, nothing as the empty text.
pub(super) fn fields_of(fields: &Object) -> Result<Vec<(String, String)>, HalkodeError> {
    let text = |(name, value): (&str, &Json)| match value.as_text() {
        Some(text) => Ok((name.to_owned(), text.to_owned())),
        None if value.is_nothing() => Ok((name.to_owned(), String::new())),
        None => Err(HalkodeError::request(format!("fields.{name}"), "must be a text")),
    };
    fields.iter().map(text).collect()
}

choice! {
    /// How a hash was reckoned that fits: by the documented rule, or by one of its documented variants
    /// (docs/protocol-halkbank.md#collation-doubts).
    Ver3Variant {
        /// The documented rule.
        Standard = "standard",
        /// With `countdown` in the hash, as the PHP and JSP samples have it.
        WithCountdown = "with_countdown",
        /// Without `NATIONALIDNO`, which one bank posts and does not hash.
        WithoutNationalId = "without_national_id",
        /// Names ordered as lower-case letters: `_` stands before letters.
        LowerCaseOrder = "lower_case_order",
        /// Names ordered as people count: `a2` before `a10`.
        NaturalOrder = "natural_order",
        /// Values with their HTML entities decoded and a line break at their end taken off.
        DecodedEntities = "decoded_entities",
    }
}

/// How names are ordered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// As upper-case letters, byte by byte.
    Upper,
    /// As lower-case letters, byte by byte.
    Lower,
    /// As upper-case letters, runs of digits by their value.
    Natural,
    /// As they are: a known mistake, never tried when verifying.
    CaseSensitive,
}

impl Order {
    fn compare(self, a: &str, b: &str) -> Ordering {
        match self {
            Self::Upper => a.to_ascii_uppercase().cmp(&b.to_ascii_uppercase()),
            Self::Lower => a.to_ascii_lowercase().cmp(&b.to_ascii_lowercase()),
            Self::Natural => natural(&a.to_ascii_uppercase(), &b.to_ascii_uppercase()),
            Self::CaseSensitive => a.cmp(b),
        }
    }
}

/// Compares texts with runs of digits counted as numbers.
fn natural(a: &str, b: &str) -> Ordering {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let (mut a, mut b) = (a, b);
    loop {
        let (n, m) = (digits(a), digits(b));
        if n > 0 && m > 0 {
            let (x, y) = (a[..n].trim_start_matches('0'), b[..m].trim_start_matches('0'));
            let ordered = x.len().cmp(&y.len()).then_with(|| x.cmp(y));
            if ordered != Ordering::Equal {
                return ordered;
            }
            (a, b) = (&a[n..], &b[m..]);
            continue;
        }
        let (mut left, mut right) = (a.chars(), b.chars());
        match (left.next(), right.next()) {
            (Some(x), Some(y)) if x == y => (a, b) = (left.as_str(), right.as_str()),
            (x, y) => return x.cmp(&y),
        }
    }
}

/// How a value and the key are escaped.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Escape {
    /// The backslash first, then the bar, the key too.
    Right,
    /// The bar first: a known mistake.
    BarFirst,
    /// The key left as it is: a known mistake.
    KeyPlain,
    /// Nothing at all: a known mistake.
    Nothing,
}

impl Escape {
    fn value(self, text: &str) -> String {
        match self {
            Self::Right | Self::KeyPlain => text.replace('\\', "\\\\").replace('|', "\\|"),
            Self::BarFirst => text.replace('|', "\\|").replace('\\', "\\\\"),
            Self::Nothing => text.to_owned(),
        }
    }

    pub(super) fn key(self, key: &str) -> String {
        if self == Self::KeyPlain { key.to_owned() } else { self.value(key) }
    }
}

/// One way to reckon the hash.
#[derive(Clone, Copy)]
pub(super) struct Rule {
    pub order: Order,
    pub escape: Escape,
    /// Names that are left out, in lower case.
    pub without: &'static [&'static str],
}

/// Never hashed, in either direction.
const NEVER: &[&str] = &["hash", "encoding"];
/// Not hashed in what the bank posts.
const RESPONSE: &[&str] = &["hash", "encoding", "countdown"];

impl Rule {
    pub(super) const REQUEST: Self = Self { order: Order::Upper, escape: Escape::Right, without: NEVER };
    pub(super) const CALLBACK: Self = Self { without: RESPONSE, ..Self::REQUEST };

    /// The fields that are hashed, in their order. Of a repeated name the first counts, as in the vendor's own server.
    fn kept<'a>(&self, fields: &'a Fields) -> Vec<&'a (String, String)> {
        let mut kept: Vec<&(String, String)> = Vec::with_capacity(fields.len());
        for field in fields.iter().filter(|(name, _)| !self.without.contains(&name.to_ascii_lowercase().as_str())) {
            if !kept.iter().any(|(name, _)| *name == field.0) {
                kept.push(field);
            }
        }
        kept.sort_by(|(a, _), (b, _)| self.order.compare(a, b));
        kept
    }

    /// The names of the fields that are hashed, in their order.
    pub(super) fn names(&self, fields: &Fields) -> Vec<String> {
        self.kept(fields).into_iter().map(|(name, _)| name.clone()).collect()
    }

    /// The values that are hashed, in their order, as they are.
    pub(super) fn values<'a>(&self, fields: &'a Fields) -> Vec<&'a str> {
        self.kept(fields).into_iter().map(|(_, value)| value.as_str()).collect()
    }

    /// The text that is hashed, key and all.
    pub(super) fn plain(&self, fields: &Fields, key: &Secret) -> Zeroizing<String> {
        // Room for everything from the start: growing would leave copies of the card in freed memory.
        let room: usize = fields.iter().map(|(_, value)| value.len() * 4 + 1).sum();
        let mut plain = Zeroizing::new(String::with_capacity(room + key.expose().len() * 4));
        for value in self.values(fields) {
            plain.push_str(&Zeroizing::new(self.escape.value(value)));
            plain.push('|');
        }
        plain.push_str(&Zeroizing::new(self.escape.key(key.expose())));
        plain
    }

    pub(super) fn hash(&self, fields: &Fields, key: &Secret) -> String {
        STANDARD.encode(Sha512::digest(self.plain(fields, key).as_bytes()))
    }

    /// Whether this is the hash; compared in constant time.
    pub(super) fn fits(&self, fields: &Fields, key: &Secret, hash: &str) -> bool {
        self.hash(fields, key).as_bytes().ct_eq(hash.trim().as_bytes()).into()
    }
}

/// The hash of a form to the gate.
pub(crate) fn sign(fields: &Fields, key: &Secret) -> String {
    Rule::REQUEST.hash(fields, key)
}

/// Which documented rule the hash of a callback fits, if any.
pub(crate) fn verify(fields: &Fields, key: &Secret, hash: &str) -> Option<Ver3Variant> {
    const WITHOUT_ID: &[&str] = &["hash", "encoding", "countdown", "nationalidno"];
    let variants = [
        (Ver3Variant::Standard, Rule::CALLBACK),
        (Ver3Variant::WithCountdown, Rule { without: NEVER, ..Rule::CALLBACK }),
        (Ver3Variant::WithoutNationalId, Rule { without: WITHOUT_ID, ..Rule::CALLBACK }),
        (Ver3Variant::LowerCaseOrder, Rule { order: Order::Lower, ..Rule::CALLBACK }),
        (Ver3Variant::NaturalOrder, Rule { order: Order::Natural, ..Rule::CALLBACK }),
    ];
    let fitting = variants.into_iter().find(|(_, rule)| rule.fits(fields, key, hash));
    if let Some((variant, _)) = fitting {
        return Some(variant);
    }
    let decoded: Vec<_> = fields.iter().map(|(name, value)| (name.clone(), decoded(value))).collect();
    (decoded != *fields && Rule::CALLBACK.fits(&decoded, key, hash)).then_some(Ver3Variant::DecodedEntities)
}

/// A value as some of the platform's banks mean it: entities decoded, a line break at its end taken off.
pub(super) fn decoded(value: &str) -> String {
    crate::html::unescape(value.trim_end_matches(['\r', '\n']))
}
