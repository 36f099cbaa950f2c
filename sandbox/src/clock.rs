//! The sandbox's time: the machine's own, moved forward on request, shown as the bank shows it (Europe/Istanbul, UTC+3 all year).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use time::{Date, Month, OffsetDateTime, UtcOffset};

/// The clock every time rule of the sandbox reads.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    offset: Duration,
}

impl Clock {
    pub(crate) fn now(&self) -> Time {
        // Before 1970 only on a machine whose clock is not set; the epoch is as good a time as any there.
        let real = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Time((real + self.offset).as_millis() as u64)
    }

    pub(crate) fn advance(&mut self, by: Duration) {
        self.offset += by;
    }

    pub(crate) fn offset(&self) -> Duration {
        self.offset
    }
}

/// A moment, in milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Time(u64);

impl Time {
    pub(crate) fn unix(self) -> u64 {
        self.0 / 1000
    }

    pub(crate) fn plus(self, by: Duration) -> Self {
        Self(self.0 + by.as_millis() as u64)
    }

    /// Time passed since an earlier moment; zero if it lies ahead.
    pub(crate) fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }

    fn local(self) -> OffsetDateTime {
        let offset = UtcOffset::from_hms(3, 0, 0).unwrap_or(UtcOffset::UTC);
        // A clock advanced beyond the year 9999 stays there.
        OffsetDateTime::from_unix_timestamp(self.unix().min(253_402_000_000) as i64)
            .unwrap_or(OffsetDateTime::UNIX_EPOCH)
            .to_offset(offset)
    }

    /// `2026-11-23 13:05:09`.
    pub(crate) fn stamp(self) -> String {
        let t = self.local();
        format!("{} {:02}:{:02}:{:02}", self.date(), t.hour(), t.minute(), t.second())
    }

    /// `2026-11-23`.
    pub(crate) fn date(self) -> String {
        let t = self.local();
        format!("{:04}-{:02}-{:02}", t.year(), u8::from(t.month()), t.day())
    }

    /// `2024-01-02 21:52:59.261`.
    pub(crate) fn stamp_millis(self) -> String {
        format!("{}.{:03}", self.stamp(), self.0 % 1000)
    }

    /// `20221030 17:42:33`.
    pub(crate) fn dense_stamp(self) -> String {
        let stamp = self.stamp();
        format!("{}{}", stamp[..10].replace('-', ""), &stamp[10..])
    }

    /// `1030-174233`.
    pub(crate) fn host_stamp(self) -> String {
        let t = self.local();
        format!("{:02}{:02}-{:02}{:02}{:02}", u8::from(t.month()), t.day(), t.hour(), t.minute(), t.second())
    }

    /// Year and day of the year, `22303`.
    pub(crate) fn year_day(self) -> String {
        let t = self.local();
        format!("{:02}{:03}", t.year() % 100, t.ordinal())
    }

    /// Hour, minute and second of the day.
    pub(crate) fn hour_minute_second(self) -> [u8; 3] {
        let t = self.local();
        [t.hour(), t.minute(), t.second()]
    }

    /// The number of the day in Istanbul.
    pub(crate) fn local_day(self) -> u64 {
        (self.unix() + 3 * 3600) / 86_400
    }

    /// Year and month.
    pub(crate) fn year_month(self) -> (i32, u8) {
        let t = self.local();
        (t.year(), t.month().into())
    }

    /// Noon of a day as `2026-11-23` or `20261123`.
    pub(crate) fn of_date(text: &str) -> Option<Self> {
        let digits = text.replace('-', "");
        if digits.len() != 8 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let month = Month::try_from(digits[4..6].parse::<u8>().ok()?).ok()?;
        let date = Date::from_calendar_date(digits[..4].parse().ok()?, month, digits[6..].parse().ok()?).ok()?;
        // Noon in Istanbul.
        let moment = date.with_hms(9, 0, 0).ok()?.assume_utc().unix_timestamp();
        u64::try_from(moment).ok().map(|seconds| Self(seconds * 1000))
    }

    /// `231126`, as transaction numbers end.
    pub(crate) fn day_month_year(self) -> String {
        let t = self.local();
        format!("{:02}{:02}{:02}", t.day(), u8::from(t.month()), t.year() % 100)
    }

    /// The moment `count` days (`D`), months (`M`) or years (`Y`) later, on the month's last day where the day does not exist.
    pub(crate) fn later(self, count: u32, unit: char) -> Self {
        let day = Duration::from_secs(86_400);
        if unit == 'D' {
            return self.plus(day * count);
        }
        let t = self.local();
        let months =
            t.year() as u32 * 12 + u32::from(u8::from(t.month())) - 1 + count * if unit == 'Y' { 12 } else { 1 };
        let (year, month) = ((months / 12) as i32, (months % 12 + 1) as u8);
        let target = Month::try_from(month)
            .ok()
            .and_then(|month| Date::from_calendar_date(year, month, t.day().min(month.length(year))).ok());
        match target {
            Some(date) => self.plus(day * (date - t.date()).whole_days().unsigned_abs() as u32),
            None => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_istanbul_wall_clock() {
        // The `exp` of the token in the published Postman screenshot and its `expires_at`.
        assert_eq!(Time(1_713_174_997_000).stamp(), "2024-04-15 12:56:37");
        assert_eq!(Time(1_713_174_997_000).day_month_year(), "150424");
        assert_eq!(Time(1_713_174_997_026).stamp_millis(), "2024-04-15 12:56:37.026");
        assert_eq!(Time(1_713_174_997_000).dense_stamp(), "20240415 12:56:37");
        assert_eq!(Time(1_713_174_997_000).host_stamp(), "0415-125637");
        assert_eq!(Time(1_713_174_997_000).year_day(), "24106");
        assert_eq!(Time::of_date("2024-04-15").map(Time::stamp).as_deref(), Some("2024-04-15 12:00:00"));
        assert_eq!(Time::of_date("20240231"), None);
    }

    #[test]
    fn months_and_years_keep_to_the_calendar() {
        let end_of_january = Time(1_706_698_800_000);
        assert_eq!(end_of_january.stamp(), "2024-01-31 14:00:00");
        assert_eq!(end_of_january.later(1, 'M').stamp(), "2024-02-29 14:00:00");
        assert_eq!(end_of_january.later(13, 'M').stamp(), "2025-02-28 14:00:00");
        assert_eq!(end_of_january.later(1, 'Y').stamp(), "2025-01-31 14:00:00");
        assert_eq!(end_of_january.later(1, 'D').stamp(), "2024-02-01 14:00:00");
    }
}
