//! Checks that several requests share. Each error names the field and never repeats a card's data.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::amount::Amount;
use crate::error::HalkodeError;
use crate::secret::{Secret, luhn};

type Checked = Result<(), HalkodeError>;

/// More than this no card carries; it keeps sums far from the limits of the decimal type.
const MOST: i64 = 1_000_000_000_000;

/// A text of 1 to `most` characters without line breaks or other control characters.
pub(crate) fn text(field: &str, value: &str, most: usize) -> Checked {
    if value.trim().is_empty() {
        return Err(HalkodeError::request(field, "is empty"));
    }
    optional_text(field, Some(value), most)
}

/// Like [`text`], but it may be absent or empty.
pub(crate) fn optional_text(field: &str, value: Option<&str>, most: usize) -> Checked {
    let Some(value) = value else { return Ok(()) };
    if value.chars().count() > most {
        return Err(HalkodeError::request(field, format!("is longer than {most} characters")));
    }
    if value.chars().any(char::is_control) {
        return Err(HalkodeError::request(field, "has a line break or another control character in it"));
    }
    Ok(())
}

/// A text that goes into a hash, where `|` stands between the parts.
pub(crate) fn hashed(field: &str, value: &str, most: usize) -> Checked {
    text(field, value, most)?;
    if value.contains('|') {
        return Err(HalkodeError::request(field, "has a | in it, which the gateway's hash cannot carry"));
    }
    if value.trim() != value {
        return Err(HalkodeError::request(field, "has white space around it"));
    }
    Ok(())
}

/// A merchant's invoice number: 1 to 64 characters; unique for every attempt, even after a failed one.
pub(crate) fn invoice_id(value: &str) -> Checked {
    hashed("invoice_id", value, 64)
}

/// An amount above zero.
pub(crate) fn amount(field: &str, value: Amount) -> Checked {
    if value <= Amount::ZERO {
        return Err(HalkodeError::request(field, "must be more than zero"));
    }
    payable(field, value)
}

/// An amount of any sign that can be written with two decimals.
pub(crate) fn payable(field: &str, value: Amount) -> Checked {
    if !value.is_payable() {
        return Err(HalkodeError::request(field, "has more than two decimals"));
    }
    if value.decimal().abs() > MOST.into() {
        return Err(HalkodeError::request(field, "is too large"));
    }
    Ok(())
}

fn digits(value: &str, lengths: std::ops::RangeInclusive<usize>) -> bool {
    lengths.contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_digit())
}

/// A card number: 12 to 19 digits with a valid check digit. Blanks between the digits are the caller's to remove.
pub(crate) fn pan(field: &str, value: &Secret) -> Checked {
    let value = value.expose();
    if value.is_empty() {
        return Err(HalkodeError::request(field, "is empty"));
    }
    if !digits(value, 12..=19) {
        return Err(HalkodeError::request(field, "must be 12 to 19 digits, without blanks or dashes"));
    }
    if !luhn(value) {
        return Err(HalkodeError::request(
            field,
            "is not a card number: its check digit is wrong (a digit was mistyped)",
        ));
    }
    Ok(())
}

/// The masked form insurance merchants send: six digits, six stars and four digits, or eight, four and four.
pub(crate) fn masked_pan(field: &str, value: &Secret) -> Checked {
    let value = value.expose();
    let fits = |first: usize, stars: usize| {
        value.len() == first + stars + 4
            && value.bytes().enumerate().all(|(at, byte)| match at {
                at if (first..first + stars).contains(&at) => byte == b'*',
                _ => byte.is_ascii_digit(),
            })
    };
    if fits(6, 6) || fits(8, 4) {
        return Ok(());
    }
    Err(HalkodeError::request(
        field,
        "must be masked for an insurance payment: 6 digits, 6 stars, 4 digits (or 8, 4, 4)",
    ))
}

/// A month `1` to `12` and a year of two or four digits that is not over; gives them as `MM` and `YYYY`.
pub(crate) fn expiry(
    month_field: &str,
    month: &str,
    year_field: &str,
    year: &str,
) -> Result<(String, String), HalkodeError> {
    let number = match digits(month, 1..=2).then(|| month.parse::<u32>()) {
        Some(Ok(number @ 1..=12)) => number,
        _ => return Err(HalkodeError::request(month_field, "must be a month from 01 to 12")),
    };
    let full = match year.len() {
        2 if digits(year, 2..=2) => format!("20{year}"),
        4 if digits(year, 4..=4) && year.starts_with("20") => year.to_owned(),
        _ => return Err(HalkodeError::request(year_field, "must be a year of two or four digits, such as 28 or 2028")),
    };
    let (this_year, this_month) = today();
    if (full.parse().unwrap_or(0), number) < (this_year, this_month) {
        return Err(HalkodeError::request(month_field, "and year are in the past: the card has expired"));
    }
    Ok((format!("{number:02}"), full))
}

/// Year and month now, a day late: somewhere it is still yesterday, and a card is good through the last day of its month.
fn today() -> (u32, u32) {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    year_and_month((seconds / 86_400).saturating_sub(1))
}

/// The Gregorian year and month of a day counted from 1970-01-01.
fn year_and_month(day: u64) -> (u32, u32) {
    // Counting from 0000-03-01 puts the leap day at the end of the year.
    let shifted = day + 719_468;
    let era_day = shifted % 146_097;
    let year_of_era = (era_day - era_day / 1_460 + era_day / 36_524 - era_day / 146_096) / 365;
    let day_of_year = era_day - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = shifted / 146_097 * 400 + year_of_era + u64::from(month <= 2);
    (u32::try_from(year).unwrap_or(u32::MAX), u32::try_from(month).unwrap_or(1))
}

/// A security code: three digits, four on some cards.
pub(crate) fn cvv(field: &str, value: &Secret) -> Checked {
    if digits(value.expose(), 3..=4) {
        return Ok(());
    }
    Err(HalkodeError::request(field, "must be the three or four digits of the security code"))
}

/// A calendar day `YYYY-MM-DD`, with a time `HH:MM:SS` behind a blank where `time` allows or demands one.
pub(crate) fn date(field: &str, value: Option<&str>, time: Time) -> Checked {
    let Some(value) = value else { return Ok(()) };
    let (day, clock) = match value.split_once(' ') {
        Some((day, clock)) => (day, Some(clock)),
        None => (value, None),
    };
    let real_time = clock.is_none_or(|clock| matches!(numbers(clock, "00:00:00"), Some([0..=23, 0..=59, 0..=59])));
    if is_day(day) && real_time && (clock.is_some() || time == Time::Optional) {
        return Ok(());
    }
    let form = match time {
        Time::Optional => "YYYY-MM-DD or YYYY-MM-DD HH:MM:SS",
        Time::Required => "YYYY-MM-DD HH:MM:SS",
    };
    Err(HalkodeError::request(field, format!("must be a real date, written {form}")))
}

/// The three numbers of a text of this form, in which every 0 stands for a digit.
fn numbers(text: &str, form: &str) -> Option<[u32; 3]> {
    let fits = text.len() == form.len()
        && text
            .bytes()
            .zip(form.bytes())
            .all(|(byte, form)| if form == b'0' { byte.is_ascii_digit() } else { byte == form });
    let mut parts = text.split(['-', ':']).filter_map(|part| part.parse().ok());
    if fits { Some([parts.next()?, parts.next()?, parts.next()?]) } else { None }
}

fn is_day(text: &str) -> bool {
    let Some([year, month, day]) = numbers(text, "0000-00-00") else { return false };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// Whether a date carries a time.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Time {
    Optional,
    Required,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calendar_is_right() {
        for (day, expected) in [
            (0, (1970, 1)),
            (58, (1970, 2)),
            (59, (1970, 3)),
            (11_016, (2000, 2)),
            (11_017, (2000, 3)),
            (20_780, (2026, 11)),
            (47_481, (2099, 12)),
            (47_482, (2100, 1)),
        ] {
            assert_eq!(year_and_month(day), expected, "{day}");
        }
    }

    #[test]
    fn an_expiry_is_normalised_or_named() {
        let expiry = |month: &str, year: &str| super::expiry("m", month, "y", year);
        assert_eq!(expiry("3", "40").unwrap(), ("03".into(), "2040".into()));
        assert_eq!(expiry("12", "2040").unwrap(), ("12".into(), "2040".into()));
        for (month, year, field) in [
            ("13", "40", "m"),
            ("0", "40", "m"),
            ("", "40", "m"),
            ("1", "4", "y"),
            ("1", "1940", "y"),
            ("1", "2020", "m"),
            ("+1", "40", "m"),
        ] {
            assert_eq!(expiry(month, year).unwrap_err().field.as_deref(), Some(field), "{month}/{year}");
        }
        let (year, month) = today();
        assert!(expiry(&month.to_string(), &year.to_string()).is_ok());
    }

    #[test]
    fn dates_have_one_form() {
        for good in ["2026-11-23", "2026-11-23 10:00:00", "2024-02-29", "2000-02-29 23:59:59"] {
            assert!(date("d", Some(good), Time::Optional).is_ok());
        }
        for bad in [
            "23.11.2026",
            "2026/11/23",
            "2026-11-23T10:00:00",
            "",
            "2026-13-01",
            "2026-00-10",
            "2026-04-31",
            "2026-02-29",
            "1900-02-29",
            "2026-01-01 24:00:00",
            "2026-01-01 ",
            "+026-01-01",
        ] {
            assert!(date("d", Some(bad), Time::Optional).is_err(), "{bad}");
        }
        assert!(date("d", Some("2026-11-23"), Time::Required).is_err());
    }

    #[test]
    fn masked_numbers_have_their_stars() {
        for good in ["413226******0003", "41322600****0003"] {
            assert!(masked_pan("n", &good.into()).is_ok(), "{good}");
        }
        for bad in ["4132260000000003", "413226*****0003", "413226******00*3", ""] {
            assert!(masked_pan("n", &bad.into()).is_err(), "{bad}");
        }
    }
}
