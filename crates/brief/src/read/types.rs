//! The words for what an attribute is.

use crate::model::ValueType;

/// A type's names, the first being the one to show, and what it is.
pub(crate) struct TypeName {
    pub(crate) names: &'static [&'static str],
    pub(crate) value: ValueType,
    pub(crate) about: &'static str,
}

const fn of(names: &'static [&'static str], value: ValueType, about: &'static str) -> TypeName {
    TypeName {
        names,
        value,
        about,
    }
}

/// Every type without parameters.
pub(crate) static TYPES: &[TypeName] = &[
    of(&["name"], ValueType::Name, "a name or short line of text"),
    of(
        &["text", "string", "line of text"],
        ValueType::Text,
        "a line of text",
    ),
    of(
        &["long text", "free text", "paragraph"],
        ValueType::LongText,
        "text of any length",
    ),
    of(
        &["code", "identifier"],
        ValueType::Code,
        "a short identifying text: SKU, number plate",
    ),
    of(
        &["email", "email address", "e-mail"],
        ValueType::Email,
        "an e-mail address",
    ),
    of(
        &["phone", "phone number", "telephone"],
        ValueType::Phone,
        "a telephone number",
    ),
    of(
        &["url", "web address", "website", "link"],
        ValueType::Url,
        "a web address",
    ),
    of(
        &["address", "postal address"],
        ValueType::Address,
        "a postal address",
    ),
    of(
        &["money", "amount"],
        ValueType::Money {
            currency: None,
            with_currency: false,
        },
        "an amount: `money in EUR`, `money with currency`",
    ),
    of(
        &["currency", "currency code"],
        ValueType::Currency,
        "an ISO 4217 code",
    ),
    of(
        &["country", "country code"],
        ValueType::Country,
        "an ISO 3166-1 alpha-2 code",
    ),
    of(&["language"], ValueType::Language, "a BCP 47 tag"),
    of(
        &["time zone", "timezone"],
        ValueType::TimeZone,
        "an IANA time zone",
    ),
    of(
        &["percentage", "percent"],
        ValueType::Percentage,
        "from 0 to 100",
    ),
    of(
        &["quantity"],
        ValueType::Quantity { unit: None },
        "a measured number with decimals: `quantity in kg`",
    ),
    of(
        &[
            "integer",
            "number",
            "whole number",
            "count",
            "int",
            "bigint",
        ],
        ValueType::Integer { unit: None },
        "a whole number; `number of days`",
    ),
    of(
        &["yes/no", "boolean", "bool", "flag"],
        ValueType::Boolean,
        "yes or no",
    ),
    of(&["date", "day"], ValueType::Date, "a calendar date"),
    of(
        &[
            "instant",
            "point in time",
            "timestamp",
            "moment",
            "datetime",
            "timestamptz",
        ],
        ValueType::Instant,
        "a point in time",
    ),
    of(
        &["time of day", "time"],
        ValueType::TimeOfDay,
        "a time on the clock",
    ),
    of(
        &["weekday", "day of week", "day of the week"],
        ValueType::Weekday,
        "a day of the week",
    ),
    of(
        &["duration", "length of time", "interval"],
        ValueType::Duration,
        "a length of time",
    ),
    of(
        &["period of dates", "date period", "date range"],
        ValueType::DatePeriod { open_ended: false },
        "from a date to a date; `open-ended` when the end may be unknown",
    ),
    of(
        &[
            "period of times",
            "time period",
            "period of instants",
            "period",
        ],
        ValueType::TimePeriod { open_ended: false },
        "from a point in time to another",
    ),
    of(
        &[
            "period of times of day",
            "period of the day",
            "hours of the day",
        ],
        ValueType::TimeOfDayPeriod,
        "from a time of day to another",
    ),
    of(
        &["json", "jsonb", "structured data"],
        ValueType::Json,
        "data without a fixed form",
    ),
    of(
        &["tags", "list of texts"],
        ValueType::Tags,
        "a list of short texts",
    ),
    of(
        &["uuid"],
        ValueType::Uuid,
        "a universally unique identifier",
    ),
    of(&["ip address", "ip"], ValueType::IpAddress, "an IP address"),
    of(
        &["coordinates", "location", "latitude and longitude"],
        ValueType::Coordinates,
        "latitude and longitude",
    ),
    of(&["binary", "bytes", "file"], ValueType::Binary, "bytes"),
    of(
        &["secret", "password", "password hash"],
        ValueType::Secret,
        "a secret's hash",
    ),
];

/// Forms with parameters, for messages and editors.
pub(crate) const FORMS: &[(&str, &str)] = &[
    ("money in USD", "an amount of one currency"),
    ("money with currency", "an amount with its own currency"),
    ("quantity in kg", "a measured number with its unit"),
    ("number of days", "a whole number and what it counts"),
    ("decimal(10,2)", "a number: digits in all, after the point"),
    ("one of a | b | c", "one of fixed values"),
    ("lookup", "one of a list that users maintain"),
    (
        "either a | b | c",
        "a reference to exactly one of several entities",
    ),
    ("many specialty", "references to many"),
];

/// The type of that name, in lower case with single spaces.
pub(crate) fn value_type(name: &str) -> Option<ValueType> {
    let name = name.replace('_', " ");
    TYPES
        .iter()
        .find(|t| t.names.contains(&name.as_str()))
        .map(|t| t.value.clone())
}

/// The names to suggest.
pub(crate) fn type_names() -> impl Iterator<Item = &'static str> {
    TYPES
        .iter()
        .flat_map(|t| t.names.iter().copied())
        .chain(["lookup", "one of", "either", "many"])
}

/// What kind of bound a type takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bounds {
    Whole,
    Number,
    Date,
    Instant,
    Time,
    None,
}

pub(crate) fn bounds_of(value: &ValueType) -> Bounds {
    match value {
        ValueType::Integer { .. } => Bounds::Whole,
        ValueType::Money { .. }
        | ValueType::Percentage
        | ValueType::Quantity { .. }
        | ValueType::Decimal { .. } => Bounds::Number,
        ValueType::Date => Bounds::Date,
        ValueType::Instant => Bounds::Instant,
        ValueType::TimeOfDay => Bounds::Time,
        _ => Bounds::None,
    }
}

/// The type's name for messages.
pub(crate) fn title(value: &ValueType) -> &'static str {
    TYPES
        .iter()
        .find(|t| std::mem::discriminant(&t.value) == std::mem::discriminant(value))
        .map_or("decimal", |t| t.names[0])
}

/// Codes of ISO 4217 in use.
pub(crate) const CURRENCIES: &str = "\
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD \
CAD CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP \
GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW \
KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN \
NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD \
SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW \
UZS VED VES VND VUV WST XAF XAG XAU XCD XCG XOF XPD XPF XPT YER ZAR ZMW ZWG";

/// Whether an entity of that name would take the place of a type that people expect.
pub(crate) fn is_main_name(name: &str) -> bool {
    let name = name.replace('_', " ");
    TYPES.iter().any(|t| t.names[0] == name)
}
