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
