//! Which forms of a value are refused, for the meanings that have a form.

use pgwright_brief::model::ValueType;

/// The form of a meaning, as a condition on `VALUE`.
#[derive(Debug, Clone)]
pub(super) struct Format {
    /// Middle part of the constraint's name: `format`.
    pub what: &'static str,
    /// The condition, with `VALUE` where the value stands.
    pub condition: &'static str,
    /// What it asks, after "must": `be an e-mail address`.
    pub says: &'static str,
    /// Values that it refuses, with what is wrong with them; as SQL.
    pub refused: &'static [(&'static str, &'static str)],
}

impl Format {
    /// The condition on a column.
    pub fn on(&self, column: &str) -> String {
        self.condition.replace("VALUE", column)
    }
}

const fn format(
    condition: &'static str,
    says: &'static str,
    refused: &'static [(&'static str, &'static str)],
) -> Format {
    Format {
        what: "format",
        condition,
        says,
        refused,
    }
}

/// The form of a meaning; `None` where its type says all there is to say.
pub(super) fn of(meaning: &ValueType) -> Option<Format> {
    Some(match meaning {
        ValueType::Name | ValueType::Text | ValueType::Secret => Format {
            what: "not_blank",
            condition: "VALUE ~ '[^[:space:]]'",
            says: "hold more than spaces",
            refused: &[("nothing", "''"), ("spaces only", "'   '")],
        },
        ValueType::Code => format(
            "VALUE ~ '^[^[:space:]](.*[^[:space:]])?$'",
            "neither be empty nor begin or end with a space",
            &[("nothing", "''"), ("a space at the end", "'A1 '")],
        ),
        // Whether an address exists only a message to it can tell; a pattern that tries to say
        // more than "something, an @, a name with a dot" refuses addresses that work.
        ValueType::Email => format(
            "VALUE ~ '^[^@[:space:]]+@[^@[:space:]]+[.][^@[:space:].]+$' AND length(VALUE) <= 254",
            "be an e-mail address",
            &[
                ("no @", "'ann.example.org'"),
                ("a space", "'ann b@example.org'"),
                ("no domain", "'ann@'"),
            ],
        ),
        ValueType::Phone => format(
            "VALUE ~ '^[+]?[0-9(][0-9 ()./x-]{2,39}$'",
            "be a telephone number",
            &[("letters", "'call me'"), ("nothing", "''")],
        ),
        ValueType::Url => format(
            "VALUE ~* '^https?://[^[:space:]/]+([/?#][^[:space:]]*)?$'",
            "be a web address that begins with http:// or https://",
            &[
                ("no scheme", "'example.org'"),
                ("a script", "'javascript:alert(1)'"),
            ],
        ),
        ValueType::Currency => format(
            "VALUE ~ '^[A-Z]{3}$'",
            "be three capital letters (ISO 4217)",
            &[("small letters", "'usd'"), ("a sign", "'$'")],
        ),
        ValueType::Country => format(
            "VALUE ~ '^[A-Z]{2}$'",
            "be two capital letters (ISO 3166-1)",
            &[("small letters", "'de'"), ("three letters", "'DEU'")],
        ),
        ValueType::Language => format(
            "VALUE ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$'",
            "be a language tag (BCP 47)",
            &[("a name", "'English'")],
        ),
        ValueType::TimeZone => format(
            "VALUE ~ '^[A-Za-z_]+(/[A-Za-z0-9_+-]+)*$'",
            "be a time zone's name (IANA)",
            &[
                ("an offset", "'+02:00'"),
                ("no known zone", "'Mars/Olympus'"),
            ],
        ),
        ValueType::Percentage => Format {
            what: "range",
            condition: "VALUE BETWEEN 0 AND 100",
            says: "lie between 0 and 100",
            refused: &[("a negative percentage", "-0.001"), ("101", "101")],
        },
        ValueType::Duration => Format {
            what: "range",
            condition: "VALUE >= '00:00:00'::interval",
            says: "not be negative",
            refused: &[("a negative length of time", "'-1 hour'")],
        },
        ValueType::DatePeriod { open_ended: true } => bounds(
            "NOT isempty(VALUE) AND NOT lower_inf(VALUE)",
            "begin on a known day and hold at least one",
            DAYS,
        ),
        ValueType::DatePeriod { open_ended: false } => bounds(
            "NOT isempty(VALUE) AND NOT lower_inf(VALUE) AND NOT upper_inf(VALUE)",
            "begin and end on known days and hold at least one",
            DAYS_WITH_END,
        ),
        // A range over points in time has no canonical form, so the bounds are fixed here: equal
        // periods are then equal values, and one period ends where the next begins.
        ValueType::TimePeriod { open_ended: true } => bounds(
            "NOT isempty(VALUE) AND lower_inc(VALUE) AND NOT upper_inc(VALUE)",
            "begin at a known time, which it includes, and end before its end",
            TIMES,
        ),
        ValueType::TimePeriod { open_ended: false } => bounds(
            "NOT isempty(VALUE) AND lower_inc(VALUE) AND NOT upper_inc(VALUE) AND NOT upper_inf(VALUE)",
            "begin at a known time, which it includes, and end before a known end",
            TIMES_WITH_END,
        ),
        ValueType::TimeOfDayPeriod => bounds(
            "NOT isempty(VALUE) AND lower_inc(VALUE) AND NOT upper_inc(VALUE) AND NOT upper_inf(VALUE)",
            "begin at a time of day, which it includes, and end before a later one",
            &[("no end", "'[08:00,)'"), ("no length", "'[08:00,08:00)'")],
        ),
        ValueType::Json => Format {
            what: "object",
            condition: "jsonb_typeof(VALUE) = 'object'",
            says: "be a JSON object",
            refused: &[("a bare number", "'1'"), ("a list", "'[]'")],
        },
        ValueType::Tags => Format {
            what: "no_empty",
            condition: "array_position(VALUE, NULL) IS NULL AND array_position(VALUE, '') IS NULL",
            says: "hold no empty tag",
            refused: &[
                ("an empty tag", "ARRAY['']"),
                ("a missing tag", "ARRAY[NULL]::text[]"),
            ],
        },
        _ => return None,
    })
}

const fn bounds(
    condition: &'static str,
    says: &'static str,
    refused: &'static [(&'static str, &'static str)],
) -> Format {
    Format {
        what: "bounds",
        condition,
        says,
        refused,
    }
}

const DAYS: &[(&str, &str)] = &[
    ("no beginning", "'(,2026-02-01)'"),
    ("no day at all", "'[2026-01-01,2026-01-01)'"),
];

const DAYS_WITH_END: &[(&str, &str)] = &[
    ("no beginning", "'(,2026-02-01)'"),
    ("no end", "'[2026-01-01,)'"),
    ("no day at all", "'[2026-01-01,2026-01-01)'"),
];

const TIMES: &[(&str, &str)] = &[
    ("no beginning", "'(,2026-01-01 12:00+00)'"),
    (
        "an end that is included",
        "'[2026-01-01 12:00+00,2026-01-01 13:00+00]'",
    ),
];

const TIMES_WITH_END: &[(&str, &str)] = &[
    ("no beginning", "'(,2026-01-01 12:00+00)'"),
    ("no end", "'[2026-01-01 12:00+00,)'"),
    (
        "an end that is included",
        "'[2026-01-01 12:00+00,2026-01-01 13:00+00]'",
    ),
];

/// The form of a part of a value that takes several columns.
pub(super) fn of_part(meaning: &ValueType, part: &str) -> Option<Format> {
    match (meaning, part) {
        (ValueType::Money { .. }, "currency") => of(&ValueType::Currency),
        (ValueType::Address, "country") => of(&ValueType::Country),
        (ValueType::Address, _) => of(&ValueType::Name),
        (ValueType::Coordinates, "latitude") => Some(Format {
            what: "range",
            condition: "VALUE BETWEEN -90 AND 90",
            says: "lie between -90 and 90",
            refused: &[("91 degrees", "91")],
        }),
        (ValueType::Coordinates, "longitude") => Some(Format {
            what: "range",
            condition: "VALUE BETWEEN -180 AND 180",
            says: "lie between -180 and 180",
            refused: &[("181 degrees", "181")],
        }),
        _ => None,
    }
}
