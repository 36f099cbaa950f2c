//! What must not be seen: secrets that redact themselves, and card numbers struck from any text that leaves the crate.

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// A text that is never shown: an app secret, a merchant key, a card number, a security code, a token.
///
/// It is zeroed when dropped, prints as `[redacted]`, and compares in constant time.
#[derive(Clone, Default)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    pub(crate) const REDACTED: &'static str = "[redacted]";

    /// The text itself. Use it only to hand it to what needs it, never to print it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: Into<String>> From<T> for Secret {
    fn from(text: T) -> Self {
        Self(Zeroizing::new(text.into()))
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::REDACTED)
    }
}

/// Whether these digits are in all likelihood a card number: the length and first digits of a card scheme, and a valid check digit.
///
/// The Luhn check alone would hold one in ten of a shop's long order numbers for a card.
fn is_pan(digits: &str) -> bool {
    let first = |n: usize| digits.get(..n).and_then(|prefix| prefix.parse::<u32>().ok()).unwrap_or(0);
    let scheme = match digits.len() {
        15 => matches!(first(2), 34 | 37),
        16 => matches!(first(1), 4..=6) || (2221..=2720).contains(&first(4)) || first(4) == 9792,
        13 | 19 => matches!(first(1), 4 | 6),
        _ => false,
    };
    scheme && luhn(digits)
}

/// The Luhn check (ISO/IEC 7812-1) of a text of ASCII digits.
pub(crate) fn luhn(digits: &str) -> bool {
    let mut sum = 0;
    for (place, byte) in digits.bytes().rev().enumerate() {
        if !byte.is_ascii_digit() {
            return false;
        }
        let digit = u32::from(byte - b'0');
        sum += match (place % 2, digit * 2) {
            (0, _) => digit,
            (_, doubled) if doubled > 9 => doubled - 9,
            (_, doubled) => doubled,
        };
    }
    !digits.is_empty() && sum % 10 == 0
}

/// A card number as it may be shown: the first six and the last four digits.
pub(crate) fn mask_pan(digits: &str) -> String {
    let hidden = digits.len().saturating_sub(10);
    format!("{}{}{}", &digits[..6], "*".repeat(hidden), &digits[digits.len() - 4..])
}

/// Where card numbers stand in a text: runs of digits, single blanks or dashes between them allowed.
fn pans(text: &str) -> Vec<(usize, usize, String)> {
    let bytes = text.as_bytes();
    let (mut found, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let (start, mut digits) = (at, String::new());
        let mut end = at;
        while at < bytes.len() {
            if bytes[at].is_ascii_digit() {
                digits.push(char::from(bytes[at]));
                end = at + 1;
            } else if !(matches!(bytes[at], b' ' | b'-') && bytes.get(at + 1).is_some_and(u8::is_ascii_digit)) {
                break;
            }
            at += 1;
        }
        if is_pan(&digits) {
            found.push((start, end, digits));
        }
    }
    found
}

/// Whether a text holds something that looks like a card number.
pub(crate) fn holds_pan(text: &str) -> bool {
    !pans(text).is_empty()
}

/// The text with every card number in it masked.
pub(crate) fn without_pans(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut from = 0;
    for (start, end, digits) in pans(text) {
        clean.push_str(&text[from..start]);
        clean.push_str(&mask_pan(&digits));
        from = end;
    }
    clean.push_str(&text[from..]);
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_printed() {
        assert_eq!(format!("{:?}", Secret::from("a9b5c282")), "[redacted]");
        assert_eq!(Secret::from("a"), Secret::from("a"));
        assert_ne!(Secret::from("a"), Secret::from("b"));
    }

    #[test]
    fn luhn_knows_published_test_cards() {
        for pan in ["4132260000000003", "4155650100416111", "4111111111111111", "6501700139082826"] {
            assert!(is_pan(pan), "{pan}");
            let mut wrong = pan.to_owned();
            let last = (wrong.pop().unwrap() as u8 - b'0' + 1) % 10;
            wrong.push(char::from(b'0' + last));
            assert!(!is_pan(&wrong), "{wrong}");
        }
        assert!(!is_pan("") && !is_pan("41322600000000030000000"));
        // Luhn-valid, but of no card scheme: an order number.
        assert!(luhn("17134385953683875") && !is_pan("17134385953683875"));
    }

    #[test]
    fn card_numbers_are_masked_wherever_they_stand() {
        assert_eq!(
            without_pans("kart 4132 2600-0000 0003, fatura 17134385953683872"),
            "kart 413226******0003, fatura 17134385953683872"
        );
        assert_eq!(without_pans("şifre: 4111111111111111"), "şifre: 411111******1111");
        assert!(holds_pan("x4111111111111111y"));
        assert!(!holds_pan("VP17459141322115179"));
    }
}
