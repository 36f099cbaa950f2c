//! Amounts of money: exact decimals, never floats.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An amount in lira (or in the currency named beside it), as an exact decimal.
///
/// Written as text with a point, for instance `"12.50"`. What is sent has at most two decimals and is always written
/// with two; what the gateway answers may have more (a calculated commission) and is kept digit by digit.
///
/// ```
/// use halkode::Amount;
/// let price: Amount = "12.5".parse()?;
/// assert_eq!(price.to_string(), "12.50");
/// assert!("12,50".parse::<Amount>().is_err());
/// # Ok::<(), halkode::NotAnAmount>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(Decimal);

/// Why a text is not an amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAnAmount(&'static str);

impl fmt::Display for NotAnAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for NotAnAmount {}

impl Amount {
    /// Nothing.
    pub const ZERO: Amount = Amount(Decimal::ZERO);

    /// An amount from kuruş (hundredths): `Amount::from_minor(1250)` is 12.50.
    pub fn from_minor(minor: i64) -> Self {
        Self(Decimal::new(minor, 2))
    }

    /// So many times this amount.
    pub(crate) fn times(self, count: u32) -> Self {
        Self(Decimal::from_i128_with_scale(self.0.mantissa() * i128::from(count), self.0.scale()))
    }

    /// This amount in `count` parts that differ by a kuruş at most and add up to it exactly; the first ones carry the odd kuruş.
    pub(crate) fn parts(self, count: u32) -> Vec<Self> {
        let mut decimal = self.0;
        decimal.rescale(2);
        let (kurus, count) = (decimal.mantissa(), i128::from(count.max(1)));
        let (base, odd) = (kurus.div_euclid(count), kurus.rem_euclid(count));
        (0..count).map(|i| Self(Decimal::from_i128_with_scale(base + i128::from(i < odd), 2))).collect()
    }

    /// The exact decimal.
    pub fn decimal(self) -> Decimal {
        self.0
    }

    /// Whether this can be sent: at most two decimals that are not zero.
    pub(crate) fn is_payable(self) -> bool {
        self.0.normalize().scale() <= 2
    }

    /// So many per cent of this amount, exactly: both have at most two decimals, so the product has at most six.
    pub(crate) fn percent(self, percent: Self) -> Self {
        Self(self.0 * percent.0 / Decimal::ONE_HUNDRED)
    }

    /// Rounded to two decimals, halves away from zero, as the gateway rounds what it charges.
    pub(crate) fn rounded(self) -> Self {
        let Some(excess) = self.0.scale().checked_sub(2).filter(|excess| *excess > 0) else { return self };
        let unit = 10_i128.pow(excess);
        let (whole, rest) = (self.0.mantissa() / unit, self.0.mantissa() % unit);
        let up = if rest.abs() * 2 >= unit { self.0.mantissa().signum() } else { 0 };
        Self(Decimal::from_i128_with_scale(whole + up, 2))
    }
}

impl From<Decimal> for Amount {
    fn from(decimal: Decimal) -> Self {
        Self(decimal)
    }
}

impl FromStr for Amount {
    type Err = NotAnAmount;

    fn from_str(text: &str) -> Result<Self, NotAnAmount> {
        if text.contains(',') {
            return Err(NotAnAmount("has a comma; write the decimal point as '.', without thousands separators"));
        }
        // Decimal also reads "1_000" and "+1"; money on the wire is plain digits.
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !plain(whole) || !plain(fraction) {
            return Err(NotAnAmount("is not a decimal amount such as \"12.50\""));
        }
        // Exactly, or not at all: the usual parser would round what has too many digits.
        Decimal::from_str_exact(text).map(Self).map_err(|_| NotAnAmount("has more digits than an amount can have"))
    }
}

/// At least two decimals: `12` prints as `12.00`, and a commission of `2.1475` as itself.
impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut decimal = self.0.normalize();
        if decimal.scale() < 2 {
            decimal.rescale(2);
        }
        fmt::Display::fmt(&decimal, f)
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::ops::Add for Amount {
    type Output = Amount;
    fn add(self, other: Amount) -> Amount {
        Amount(self.0 + other.0)
    }
}

impl std::ops::Sub for Amount {
    type Output = Amount;
    fn sub(self, other: Amount) -> Amount {
        self + -other
    }
}

impl std::ops::Neg for Amount {
    type Output = Amount;
    fn neg(self) -> Amount {
        Amount(-self.0)
    }
}

impl std::iter::Sum for Amount {
    fn sum<I: Iterator<Item = Amount>>(amounts: I) -> Amount {
        amounts.fold(Amount::ZERO, |sum, amount| sum + amount)
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// From text only: a float would have lost the exact value before it came here.
impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_exact_both_ways() {
        for (text, printed) in [
            ("0.1", "0.10"),
            ("22", "22.00"),
            ("5.00", "5.00"),
            ("102.04081632653", "102.04081632653"),
            ("-3.5", "-3.50"),
        ] {
            assert_eq!(text.parse::<Amount>().unwrap().to_string(), printed);
        }
        for text in [
            "",
            ".",
            "1.",
            ".5",
            "1,50",
            "1.000,50",
            "1 000",
            "1_000",
            "+1",
            "1e3",
            "NaN",
            "٣",
            "99999999999999999999999999999999",
            "0.12345678901234567890123456789",
        ] {
            assert!(text.parse::<Amount>().is_err(), "{text}");
        }
    }

    #[test]
    fn sums_are_exact() {
        let tenths: Amount = std::iter::repeat_n("0.1".parse::<Amount>().unwrap(), 3).sum();
        assert_eq!(tenths, "0.3".parse().unwrap());
        assert_eq!(Amount::from_minor(1250).to_string(), "12.50");
        for (text, rounded) in [
            ("10.005", "10.01"),
            ("10.00499999", "10.00"),
            ("-10.005", "-10.01"),
            ("-0.004", "0.00"),
            ("102.04081632653", "102.04"),
            ("7", "7.00"),
            ("0.0000000000000000000000000005", "0.00"),
        ] {
            assert_eq!(text.parse::<Amount>().unwrap().rounded().to_string(), rounded, "{text}");
        }
        assert!(!"10.005".parse::<Amount>().unwrap().is_payable());
        assert!("10.500".parse::<Amount>().unwrap().is_payable());
    }
}
