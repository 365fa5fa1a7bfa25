//! What one value of text may be read as.

/// What a value may be, as a set of flags: an integer is a decimal as well, `01` is digits only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shapes(u32);

impl Shapes {
    /// Every shape: of no values at all.
    pub const ANY: Self = Self(u32::MAX);
    /// Digits only, as an identifier with leading zeros is.
    pub const DIGITS: Self = Self(1);
    /// A whole number without leading zeros.
    pub const INTEGER: Self = Self(1 << 1);
    /// A number with a decimal point, or whole; `1,234.50` as well.
    pub const DECIMAL_POINT: Self = Self(1 << 2);
    /// A number with a decimal comma, or whole; `1.234,50` as well.
    pub const DECIMAL_COMMA: Self = Self(1 << 3);
    /// A word for true or false.
    pub const BOOLEAN: Self = Self(1 << 4);
    /// A date, year first.
    pub const DATE_YMD: Self = Self(1 << 5);
    /// A date, day first.
    pub const DATE_DMY: Self = Self(1 << 6);
    /// A date, month first.
    pub const DATE_MDY: Self = Self(1 << 7);
    /// A date with the month's name.
    pub const DATE_NAMED: Self = Self(1 << 8);
    /// A date and a time without a zone.
    pub const TIMESTAMP: Self = Self(1 << 9);
    /// A date and a time with a zone.
    pub const TIMESTAMP_ZONE: Self = Self(1 << 10);
    /// A time of day.
    pub const TIME: Self = Self(1 << 11);
    /// A UUID.
    pub const UUID: Self = Self(1 << 12);
    /// A JSON object.
    pub const JSON_OBJECT: Self = Self(1 << 13);
    /// A JSON array.
    pub const JSON_ARRAY: Self = Self(1 << 14);
    /// An e-mail address.
    pub const EMAIL: Self = Self(1 << 15);
    /// A telephone number: its punctuation, not its country, is looked at.
    pub const PHONE: Self = Self(1 << 16);
    /// A web address.
    pub const URL: Self = Self(1 << 17);
    /// An IP address.
    pub const IP: Self = Self(1 << 18);
    /// An amount with a currency's sign or code.
    pub const MONEY: Self = Self(1 << 19);
    /// A number and a percent sign.
    pub const PERCENT: Self = Self(1 << 20);
    /// Several values in one cell, with `;`, `|` or an array's braces.
    pub const LIST: Self = Self(1 << 21);

    /// Whether every value so far may be this.
    pub fn has(self, shape: Self) -> bool {
        self.0 & shape.0 == shape.0
    }

    /// The shapes that both have.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    fn set(&mut self, shape: Self, is: bool) {
        if is {
            self.0 |= shape.0;
        }
    }

    /// The single shapes of the set.
    pub fn each(self) -> impl Iterator<Item = Self> {
        (0..22)
            .map(|bit| Self(1 << bit))
            .filter(move |s| self.has(*s))
    }
}

/// The shapes of a value; leading and trailing spaces do not count.
pub fn shapes(value: &str) -> Shapes {
    let value = value.trim();
    let mut found = Shapes(0);
    let Some(first) = value.bytes().next() else {
        return found;
    };
    if first.is_ascii_digit() || matches!(first, b'-' | b'+' | b'.' | b',') {
        numbers(value, &mut found);
    }
    if value.len() <= 40 && value.bytes().any(|b| b.is_ascii_digit()) {
        times(value, &mut found);
        found.set(Shapes::UUID, is_uuid(value));
        found.set(Shapes::MONEY, money(value).is_some());
        let percent = value.strip_suffix('%').map(str::trim_end);
        found.set(
            Shapes::PERCENT,
            percent.is_some_and(|v| decimal(v, '.').is_some() || decimal(v, ',').is_some()),
        );
    }
    found.set(Shapes::BOOLEAN, boolean(value).is_some());
    found.set(Shapes::IP, value.parse::<core::net::IpAddr>().is_ok());
    // Dates, even impossible ones, and IP addresses have the punctuation of a telephone number.
    let other = found.has(Shapes::IP) || date_parts(value).is_some();
    found.set(Shapes::PHONE, !other && is_phone(value));
    found.set(Shapes::EMAIL, is_email(value));
    found.set(Shapes::URL, is_url(value));
    if matches!(first, b'{' | b'[') {
        let json = serde_json::from_str::<serde::de::IgnoredAny>(value).is_ok();
        found.set(Shapes::JSON_OBJECT, json && first == b'{');
        found.set(Shapes::JSON_ARRAY, json && first == b'[');
    }
    found.set(Shapes::LIST, is_list(value));
    found
}

fn numbers(value: &str, found: &mut Shapes) {
    let digits = value.bytes().all(|b| b.is_ascii_digit());
    found.set(Shapes::DIGITS, digits);
    if let Some(number) = decimal(value, '.') {
        found.set(Shapes::DECIMAL_POINT, true);
        found.set(
            Shapes::INTEGER,
            number.scale == 0 && !value.contains(['.', ',', '+']),
        );
    }
    found.set(Shapes::DECIMAL_COMMA, decimal(value, ',').is_some());
}

/// A number as it is written: its digits before and after the point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number {
    /// Digits before the point, without leading zeros.
    pub whole: usize,
    /// Digits after the point.
    pub scale: usize,
}

/// Reads a number with this decimal sign; the other sign of `.` and `,`, an apostrophe or a thin space
/// may divide thousands, in groups of three. A leading zero stands only before the sign.
pub fn decimal(value: &str, point: char) -> Option<Number> {
    let value = value.strip_prefix(['-', '+']).unwrap_or(value);
    let (whole, fraction) = match value.split_once(point) {
        Some((whole, fraction)) => (whole, fraction),
        None => (value, ""),
    };
    if !fraction.bytes().all(|b| b.is_ascii_digit()) || value.ends_with(point) {
        return None;
    }
    let mut groups = whole.split(|c: char| !c.is_ascii_digit());
    let first = groups.next()?;
    let divided: Vec<&str> = groups.collect();
    if !divided.is_empty() {
        let divider = whole.chars().find(|c| !c.is_ascii_digit())?;
        let allowed =
            matches!(divider, '.' | ',' | '\'' | '’' | '\u{a0}' | '\u{202f}') && divider != point;
        let even = divided.iter().all(|group| group.len() == 3) && (1..=3).contains(&first.len());
        let same = whole.chars().all(|c| c.is_ascii_digit() || c == divider);
        if !allowed || !even || !same {
            return None;
        }
    }
    let digits = first.len() + divided.iter().map(|g| g.len()).sum::<usize>();
    let zero = first.starts_with('0') && digits > 1;
    (!zero && (digits > 0 || !fraction.is_empty())).then_some(Number {
        whole: if first == "0" { 0 } else { digits },
        scale: fraction.len(),
    })
}

/// Reads a word for true or false.
pub fn boolean(value: &str) -> Option<bool> {
    const WORDS: [(&str, &str); 7] = [
        ("true", "false"),
        ("yes", "no"),
        ("t", "f"),
        ("y", "n"),
        ("ja", "nein"),
        ("oui", "non"),
        ("on", "off"),
    ];
    let value = value.trim();
    WORDS.iter().find_map(|(yes, no)| {
        if value.eq_ignore_ascii_case(yes) {
            Some(true)
        } else {
            value.eq_ignore_ascii_case(no).then_some(false)
        }
    })
}

fn is_uuid(value: &str) -> bool {
    value.len() == 36
        && value.bytes().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn is_phone(value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let marks = value.bytes().filter(|b| b" -/.()".contains(b)).count();
    let plus = value.starts_with('+');
    (7..=15).contains(&digits)
        && (plus || marks > 1)
        && digits + marks + usize::from(plus) == value.len()
        && decimal(value, '.').is_none()
}

/// The sign or code of a currency, and the amount as it is written beside it.
pub fn money(value: &str) -> Option<(&str, &str)> {
    let digit = |c: char| c.is_ascii_digit() || c == '-';
    let start = value.find(digit)?;
    let end = value.rfind(|c: char| c.is_ascii_digit())? + 1;
    let (before, amount, after) = (&value[..start], &value[start..end], &value[end..]);
    let (before, after) = (before.trim(), after.trim());
    let currency = match (before.is_empty(), after.is_empty()) {
        (false, true) => before,
        (true, false) => after,
        _ => return None,
    };
    let code = currency.len() == 3 && currency.bytes().all(|b| b.is_ascii_uppercase());
    let sign = matches!(
        currency,
        "$" | "€" | "£" | "¥" | "Fr." | "zł" | "kr" | "₹" | "US$"
    );
    let number = decimal(amount, '.').is_some() || decimal(amount, ',').is_some();
    ((code || sign) && number).then_some((currency, amount))
}

fn is_email(value: &str) -> bool {
    let Some((local, domain)) = value.split_once('@') else {
        return false;
    };
    let clean = |text: &str| !text.contains(|c: char| c.is_whitespace() || "@,;<>\"".contains(c));
    let last = domain.rsplit('.').next().unwrap_or_default();
    !local.is_empty()
        && value.len() <= 254
        && clean(local)
        && clean(domain)
        && domain.contains('.')
        && !domain.starts_with('.')
        && !last.is_empty()
}

fn is_url(value: &str) -> bool {
    let rest = value
        .strip_prefix("https://")
        .or_else(|| value.strip_prefix("http://"));
    rest.is_some_and(|rest| rest.contains('.') && !rest.contains(char::is_whitespace))
}

fn is_list(value: &str) -> bool {
    let braces = value.starts_with('{') && value.ends_with('}') && !value.contains(':');
    let divided = |sign: char| {
        let parts: Vec<&str> = value.split(sign).collect();
        parts.len() > 1
            && parts.iter().all(|p| {
                !p.trim().is_empty() && p.trim().len() <= 40 && !p.contains(['.', '!', '?'])
            })
    };
    braces || divided(';') || divided('|')
}

// ---- dates and times

/// A day of the proleptic Gregorian calendar.
pub fn is_date(year: u32, month: u32, day: u32) -> bool {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=9999).contains(&year) && (1..=days).contains(&day)
}

fn times(value: &str, found: &mut Shapes) {
    if is_time(value) {
        found.set(Shapes::TIME, true);
        return;
    }
    found.set(Shapes::DATE_NAMED, is_named_date(value));
    if let Some(parts) = date_parts(value) {
        let ([a, b, c], long) = parts;
        found.set(Shapes::DATE_YMD, long == 0 && is_date(a, b, c));
        found.set(Shapes::DATE_DMY, long == 2 && is_date(c, b, a));
        found.set(Shapes::DATE_MDY, long == 2 && is_date(c, a, b));
        return;
    }
    let Some((date, time)) = value.split_once(['T', ' ']) else {
        return;
    };
    let is_ymd = date_parts(date).is_some_and(|([y, m, d], long)| long == 0 && is_date(y, m, d));
    if !is_ymd || !date.contains('-') {
        return;
    }
    let zone = time
        .find(['Z', '+', '-'])
        .filter(|at| matches!(&time[*at..], "Z") || is_offset(&time[*at..]));
    match zone {
        Some(at) => found.set(Shapes::TIMESTAMP_ZONE, is_time(time[..at].trim_end())),
        None => found.set(Shapes::TIMESTAMP, is_time(time)),
    }
}

fn is_offset(value: &str) -> bool {
    let digits = value[1..].replace(':', "");
    matches!(digits.len(), 2 | 4) && digits.bytes().all(|b| b.is_ascii_digit())
}

/// Three numbers with the same sign between them, and the place of the one with four digits.
fn date_parts(value: &str) -> Option<([u32; 3], usize)> {
    let sign = value.chars().find(|c| !c.is_ascii_digit())?;
    if !matches!(sign, '-' | '/' | '.') {
        return None;
    }
    let mut parts = value.split(sign);
    let texts = [parts.next()?, parts.next()?, parts.next()?];
    if parts.next().is_some() || !texts.iter().all(|t| t.bytes().all(|b| b.is_ascii_digit())) {
        return None;
    }
    let long = texts.iter().position(|t| t.len() == 4)?;
    let short = texts.iter().filter(|t| (1..=2).contains(&t.len())).count();
    let number = |place: usize| texts[place].parse().ok();
    (short == 2 && long != 1).then_some(([number(0)?, number(1)?, number(2)?], long))
}

fn is_time(value: &str) -> bool {
    let mut parts = value.split(':');
    let two = |text: Option<&str>, below: u32| {
        text.is_some_and(|t| t.len() == 2 && t.parse::<u32>().is_ok_and(|n| n < below))
    };
    let hours = two(parts.next(), 24);
    let minutes = two(parts.next(), 60);
    let seconds = parts.next().is_none_or(|text| {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits = !fraction.is_empty()
            && fraction.len() <= 6
            && fraction.bytes().all(|b| b.is_ascii_digit());
        two(Some(whole), 60) && digits
    });
    hours && minutes && seconds && parts.next().is_none()
}

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// `3 Mar 2024`, `3-Mar-2024`, `March 3, 2024`: English names, as PostgreSQL reads them.
fn is_named_date(value: &str) -> bool {
    let parts: Vec<&str> = value
        .split([' ', '-', ','])
        .filter(|part| !part.is_empty())
        .collect();
    let [a, b, year] = parts[..] else {
        return false;
    };
    let month = |text: &str| {
        let name = text.get(..3)?.to_ascii_lowercase();
        let number = MONTHS.iter().position(|m| *m == name)? as u32 + 1;
        let letters = text.bytes().all(|b| b.is_ascii_alphabetic());
        (letters && text.len() <= 9).then_some(number)
    };
    let number = |text: &str| {
        (text.len() <= 2)
            .then(|| text.parse::<u32>().ok())
            .flatten()
    };
    let year = if year.len() == 4 {
        year.parse().ok()
    } else {
        None
    };
    let date = match (month(a), month(b)) {
        (Some(month), None) => number(b).map(|day| (month, day)),
        (None, Some(month)) => number(a).map(|day| (month, day)),
        _ => None,
    };
    matches!((year, date), (Some(year), Some((month, day))) if is_date(year, month, day))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &str, is: &[Shapes]) {
        let found: Vec<Shapes> = shapes(value).each().collect();
        assert_eq!(found, is, "{value}");
    }

    #[test]
    fn values_have_the_shapes_they_may_be_read_as() {
        use Shapes as S;
        check(
            "42",
            &[S::DIGITS, S::INTEGER, S::DECIMAL_POINT, S::DECIMAL_COMMA],
        );
        check("007", &[S::DIGITS]);
        check("-3.50", &[S::DECIMAL_POINT]);
        check("1.234,50", &[S::DECIMAL_COMMA]);
        check("1,234.50", &[S::DECIMAL_POINT]);
        check("1.234", &[S::DECIMAL_POINT, S::DECIMAL_COMMA]);
        check("2024-02-29", &[S::DATE_YMD]);
        check("2023-02-29", &[]);
        check("03.04.2024", &[S::DATE_DMY, S::DATE_MDY]);
        check("13/04/2024", &[S::DATE_DMY]);
        check("3 Mar 2024", &[S::DATE_NAMED]);
        check("March 3, 2024", &[S::DATE_NAMED]);
        check("2024-02-29 10:11:12", &[S::TIMESTAMP]);
        check("2024-02-29T10:11:12.5+02:00", &[S::TIMESTAMP_ZONE]);
        check("10:11", &[S::TIME]);
        check("yes", &[S::BOOLEAN]);
        check("ab@example.org", &[S::EMAIL]);
        check("+41 44 668 18 00", &[S::PHONE]);
        check("25-989-741-2988", &[S::PHONE]);
        check("https://example.org/a", &[S::URL]);
        check("10.0.0.1", &[S::IP]);
        check("CHF 1'250.00", &[S::MONEY]);
        check("3,50 €", &[S::MONEY]);
        check("12.5 %", &[S::PERCENT]);
        check("{\"a\": 1}", &[S::JSON_OBJECT]);
        check("[1, 2]", &[S::JSON_ARRAY]);
        check("red; green", &[S::LIST]);
        check("{a,b}", &[S::LIST]);
        check("9b2d3c1e-0000-4000-8000-0123456789ab", &[S::UUID]);
        check("Sentence. Another; more.", &[]);
    }
}
