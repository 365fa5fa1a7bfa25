//! Bounds and names of partitions: calendar arithmetic without a clock.

use pgwright_brief::model::Date;

use crate::draft::PartitionInterval;

/// Days since 1970-01-01 of a civil date (H. Hinnant, "chrono-Compatible Low-Level Date
/// Algorithms").
pub fn days_from_civil(date: Date) -> i64 {
    let year = i64::from(date.year) - i64::from(date.month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month = (i64::from(date.month) + 9) % 12;
    let day_of_year = (153 * month + 2) / 5 + i64::from(date.day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The civil date of a number of days since 1970-01-01.
pub fn civil_from_days(days: i64) -> Date {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_index + 2) / 5 + 1;
    let month = if month_index < 10 {
        month_index + 3
    } else {
        month_index - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    Date {
        year: i32::try_from(year).unwrap_or(i32::MAX),
        month: u8::try_from(month).unwrap_or(1),
        day: u8::try_from(day).unwrap_or(1),
    }
}

/// The first day of the period that holds `date`.
pub fn start_of(interval: PartitionInterval, date: Date) -> Date {
    match interval {
        PartitionInterval::Day => date,
        PartitionInterval::Week => {
            let days = days_from_civil(date);
            // 1970-01-01 was a Thursday: three days after a Monday.
            civil_from_days(days - (days + 3).rem_euclid(7))
        }
        PartitionInterval::Month => Date { day: 1, ..date },
        PartitionInterval::Quarter => Date {
            month: (date.month - 1) / 3 * 3 + 1,
            day: 1,
            ..date
        },
        PartitionInterval::Year => Date {
            month: 1,
            day: 1,
            ..date
        },
    }
}

/// The start of the period `steps` periods after the one that starts at `start`.
pub fn advance(interval: PartitionInterval, start: Date, steps: i64) -> Date {
    let months = match interval {
        PartitionInterval::Day => return civil_from_days(days_from_civil(start) + steps),
        PartitionInterval::Week => return civil_from_days(days_from_civil(start) + 7 * steps),
        PartitionInterval::Month => 1,
        PartitionInterval::Quarter => 3,
        PartitionInterval::Year => 12,
    };
    let index = i64::from(start.year) * 12 + i64::from(start.month) - 1 + steps * months;
    Date {
        year: i32::try_from(index.div_euclid(12)).unwrap_or(i32::MAX),
        month: u8::try_from(index.rem_euclid(12) + 1).unwrap_or(1),
        day: 1,
    }
}

/// What tells a partition from its sisters: `2026_09`, `2026q3`.
pub fn label(interval: PartitionInterval, start: Date) -> String {
    let Date { year, month, day } = start;
    match interval {
        PartitionInterval::Day | PartitionInterval::Week => {
            format!("{year:04}_{month:02}_{day:02}")
        }
        PartitionInterval::Month => format!("{year:04}_{month:02}"),
        PartitionInterval::Quarter => format!("{year:04}q{}", (month - 1) / 3 + 1),
        PartitionInterval::Year => format!("{year:04}"),
    }
}

/// The same as a format of `to_char`.
pub fn label_format(interval: PartitionInterval) -> &'static str {
    match interval {
        PartitionInterval::Day | PartitionInterval::Week => "YYYY_MM_DD",
        PartitionInterval::Month => "YYYY_MM",
        PartitionInterval::Quarter => "YYYY\"q\"Q",
        PartitionInterval::Year => "YYYY",
    }
}

/// Unit of `date_trunc` and step as an interval.
pub fn unit_and_step(interval: PartitionInterval) -> (&'static str, &'static str) {
    match interval {
        PartitionInterval::Day => ("day", "1 day"),
        PartitionInterval::Week => ("week", "7 days"),
        PartitionInterval::Month => ("month", "1 month"),
        PartitionInterval::Quarter => ("quarter", "3 months"),
        PartitionInterval::Year => ("year", "1 year"),
    }
}

/// The interval in words: `a month`.
pub fn word(interval: PartitionInterval) -> &'static str {
    unit_and_step(interval).0
}

/// How many partitions stand ready: about a week of days, a month of weeks, a quarter of months.
pub fn ahead(interval: PartitionInterval) -> i64 {
    match interval {
        PartitionInterval::Day => 7,
        PartitionInterval::Week => 4,
        PartitionInterval::Month => 3,
        PartitionInterval::Quarter => 2,
        PartitionInterval::Year => 1,
    }
}

/// The same as an interval, for the maintenance procedure.
pub fn ahead_interval(interval: PartitionInterval) -> &'static str {
    match interval {
        PartitionInterval::Day => "7 days",
        PartitionInterval::Week => "28 days",
        PartitionInterval::Month => "3 months",
        PartitionInterval::Quarter => "6 months",
        PartitionInterval::Year => "1 year",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(year: i32, month: u8, day: u8) -> Date {
        Date { year, month, day }
    }

    #[test]
    fn days_count_both_ways() {
        assert_eq!(days_from_civil(date(1970, 1, 1)), 0);
        assert_eq!(days_from_civil(date(2000, 3, 1)), 11_017);
        for days in [-1_000, 0, 59, 60, 18_321, 20_000, 40_000] {
            assert_eq!(days_from_civil(civil_from_days(days)), days);
        }
    }

    #[test]
    fn periods_start_where_the_calendar_says() {
        let day = date(2026, 11, 22);
        for (interval, start, next, label_text) in [
            (
                PartitionInterval::Day,
                day,
                date(2026, 11, 23),
                "2026_11_22",
            ),
            (
                PartitionInterval::Week,
                date(2026, 11, 16),
                date(2026, 11, 23),
                "2026_11_16",
            ),
            (
                PartitionInterval::Month,
                date(2026, 11, 1),
                date(2026, 12, 1),
                "2026_11",
            ),
            (
                PartitionInterval::Quarter,
                date(2026, 10, 1),
                date(2027, 1, 1),
                "2026q4",
            ),
            (
                PartitionInterval::Year,
                date(2026, 1, 1),
                date(2027, 1, 1),
                "2026",
            ),
        ] {
            assert_eq!(start_of(interval, day), start);
            assert_eq!(advance(interval, start, 1), next);
            assert_eq!(advance(interval, next, -1), start);
            assert_eq!(label(interval, start), label_text);
        }
    }
}
