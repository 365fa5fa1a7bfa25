//! Why each meaning has the type it has.

use pgwright_brief::model::{AttributeKind, ValueType};
use pgwright_catalog::ObjectId;

use super::{column, format, value_columns};
use crate::decision::{Alternative, Decision, Question, Source, Weight};
use crate::draft::Draft;
use crate::layout::Stored;
use crate::words;

/// A group of meanings that one decision covers.
struct Group {
    title: &'static str,
    holds: fn(&ValueType) -> bool,
    choice: &'static str,
    rationale: &'static str,
    alternatives: &'static [(&'static str, &'static str)],
    weight: Weight,
}

const GROUPS: &[Group] = &[
    Group {
        title: "Text",
        holds: |m| {
            matches!(
                m,
                ValueType::Name | ValueType::Text | ValueType::LongText | ValueType::Code
            )
        },
        choice: "text, with a check that refuses blanks.",
        rationale: "text and varchar(n) are stored alike; a length that turns out too short costs \
                    a migration, and a length says nothing about what is in it. What does matter, \
                    that a name is not an empty string and a code has no space at its end, a check \
                    says with a name that appears in the error.",
        alternatives: &[
            (
                "varchar(n)",
                "Right where a format that others fix has a length. As a guard against nonsense it \
                 is arbitrary, and lowering it later reads the whole table.",
            ),
            (
                "char(n)",
                "Pads with spaces and compares without them; of no use anywhere.",
            ),
        ],
        weight: Weight::Routine,
    },
    Group {
        title: "E-mail addresses",
        holds: |m| matches!(m, ValueType::Email),
        choice: "text, checked for the shape something@domain.tld, kept as written; where unique, \
                 then whatever the case.",
        rationale: "Only a message to an address tells whether it exists, so the check refuses what \
                    cannot be one and no more. Mail systems treat Ann@x and ann@x as one mailbox: \
                    a unique index on lower(…) makes them one here, and the address is still shown \
                    as its owner writes it. Searches must compare lower(…) too, and then use that \
                    index.",
        alternatives: &[
            (
                "the extension citext",
                "Comparisons need no lower(), but every one pays for it, the extension must be \
                 there in every environment, and pattern matching surprises.",
            ),
            (
                "a nondeterministic collation",
                "The same without an extension, but LIKE does not work on such columns before \
                 PostgreSQL 18.",
            ),
            (
                "lower case only, by a check",
                "Plain comparisons and a plain unique constraint; every writer must fold, and one \
                 that forgets gets an error.",
            ),
        ],
        weight: Weight::Notable,
    },
    Group {
        title: "Amounts of money",
        holds: |m| matches!(m, ValueType::Money { .. }),
        choice: "numeric with as many decimals as the currency has, and four where rows differ in \
                 currency.",
        rationale: "numeric is exact: sums agree to the cent, which double precision cannot promise. \
                    The scale makes an amount of half a cent an error of the program that computed \
                    it, instead of a difference that shows up in a report; note that PostgreSQL \
                    rounds to the scale on assignment. Yen and won have no decimals, dinars have \
                    three: the scale is that of ISO 4217.",
        alternatives: &[
            (
                "bigint, in the smallest unit",
                "Smaller and faster to add up, but every reader must know the unit, prices below \
                 one cent cannot be written, and a second currency with other decimals makes every \
                 sum a trap. Right for ledgers of billions of rows.",
            ),
            (
                "the type money",
                "Its decimals and its sign come from the server's lc_monetary: a dump restored \
                 elsewhere changes meaning.",
            ),
            ("double precision", "Cannot hold 0.10."),
        ],
        weight: Weight::Notable,
    },
    Group {
        title: "Points in time",
        holds: |m| matches!(m, ValueType::Instant | ValueType::TimePeriod { .. }),
        choice: "timestamp with time zone, and ranges of it.",
        rationale: "It holds the same moment whatever time zone a session is in, in the same eight \
                    bytes as the type without. What day it is somewhere is a question for a query \
                    (AT TIME ZONE).",
        alternatives: &[(
            "timestamp without time zone",
            "A reading of some clock on some wall: twice a year an hour is ambiguous, and two \
             services in different zones disagree. Right only for a local time that must move with \
             the zone's rules, such as an opening hour.",
        )],
        weight: Weight::Routine,
    },
    Group {
        title: "Periods",
        holds: |m| {
            matches!(
                m,
                ValueType::DatePeriod { .. }
                    | ValueType::TimePeriod { .. }
                    | ValueType::TimeOfDayPeriod
            )
        },
        choice: "One range column each, the beginning included and the end not; empty ranges and \
                 unknown beginnings are refused.",
        rationale: "A range is one value: its end cannot lie before its beginning, an open end is \
                    part of it, and `@>` and `&&` say what four comparisons say, with an index. \
                    With the end excluded, one period ends on the very bound on which the next \
                    begins. An exclusion constraint forbids overlaps on it.",
        alternatives: &[(
            "two columns, for the beginning and the end",
            "Familiar to every tool and easy to show in a form, but a check must keep their order, \
             NULL must stand for an open end in every comparison, and no-overlap rules need the \
             range as an expression anyway.",
        )],
        weight: Weight::Notable,
    },
    Group {
        title: "Percentages, quantities and other numbers",
        holds: |m| {
            matches!(
                m,
                ValueType::Percentage
                    | ValueType::Quantity { .. }
                    | ValueType::Decimal { .. }
                    | ValueType::Integer { .. }
            )
        },
        choice: "numeric with three decimals for percentages and quantities, integer for whole \
                 numbers, bigint where a bound or a sum asks for it.",
        rationale: "Measured values are added up and multiplied with prices, so they are exact. \
                    Whole numbers of things stay far below two billion; integer says so.",
        alternatives: &[(
            "double precision",
            "Right for readings of instruments, where a rounding in the sixteenth digit is nothing. \
             Sums depend on the order of the rows.",
        )],
        weight: Weight::Routine,
    },
    Group {
        title: "Addresses",
        holds: |m| matches!(m, ValueType::Address),
        choice: "Columns of the row: street, postal code, city, region and country; street, city \
                 and country must be there, the others need not.",
        rationale: "The address belongs to one row, is read with it and goes with it. Separate parts \
                    can be searched and checked; not every country has postal codes or regions. The \
                    street is one text, because only the post of a country knows its form.",
        alternatives: &[
            (
                "a table of addresses",
                "Right when one row has several, or when rows share an address and it is corrected \
                 for all of them at once. Costs a join, and rows nobody refers to.",
            ),
            (
                "a composite type, or jsonb",
                "One column, but parts cannot be NOT NULL, and most tools show it as text.",
            ),
        ],
        weight: Weight::Routine,
    },
    Group {
        title: "Time zones",
        holds: |m| matches!(m, ValueType::TimeZone),
        choice: "text with an IANA name, which a trigger checks against what the server knows.",
        rationale: "A check constraint may only depend on the row: what zones there are depends on \
                    the server's files, so a check that called AT TIME ZONE would be false to the \
                    planner and fail on restore elsewhere. The trigger asks once, when the value is \
                    written, which is seldom.",
        alternatives: &[
            (
                "a table of time zones",
                "A foreign key instead of a trigger, and a list that somebody keeps in step with the \
                 server's.",
            ),
            ("an offset such as +02:00", "Wrong for half of the year."),
        ],
        weight: Weight::Notable,
    },
    Group {
        title: "Days of the week and times of day",
        holds: |m| matches!(m, ValueType::Weekday | ValueType::TimeOfDay),
        choice: "An enumeration monday … sunday, and time without time zone.",
        rationale: "Both are local: Monday at nine is whatever moment that is in the place's zone. \
                    The enumeration sorts as a week does and reads as itself; \
                    `(enum_range(NULL::weekday))[extract(isodow FROM day)]` gives a date's.",
        alternatives: &[(
            "smallint, 1 to 7",
            "Compares with extract(isodow …) directly, but half the world counts from Sunday and \
             half of the libraries from 0.",
        )],
        weight: Weight::Routine,
    },
    Group {
        title: "Tags and free structures",
        holds: |m| matches!(m, ValueType::Tags | ValueType::Json),
        choice: "text[] with a GIN index for tags, jsonb that must be an object for structures.",
        rationale: "Tags have no facts of their own: an array in the row needs no join, and GIN \
                    finds rows by tag (`tags @> ARRAY['x']`). jsonb keeps what has no fixed form; \
                    what is asked for often should become an attribute.",
        alternatives: &[(
            "a table of tags and a junction",
            "Right when tags are renamed, counted or have an owner. Costs two tables and a join \
             each way.",
        )],
        weight: Weight::Routine,
    },
    Group {
        title: "Secrets",
        holds: |m| matches!(m, ValueType::Secret),
        choice: "text that holds a hash made by the application.",
        rationale: "A secret that the database never sees cannot leak from a log, a backup or a \
                    replica. Reading roles do not see the column at all.",
        alternatives: &[(
            "pgcrypto in the database",
            "The plain secret then travels in SQL text, to the server's log and to \
             pg_stat_statements.",
        )],
        weight: Weight::Routine,
    },
];

pub(super) fn decisions(draft: &mut Draft<'_>) {
    let all = Stored::of_brief(draft.brief);
    for group in GROUPS {
        let held: Vec<&Stored<'_>> = all
            .iter()
            .filter(|s| matches!(&s.attribute.kind, AttributeKind::Value(m) if (group.holds)(m)))
            .collect();
        if held.is_empty() {
            continue;
        }
        let mut subjects = Vec::new();
        for stored in &held {
            let table = stored.table(draft);
            for (_, column) in stored.columns(draft).iter().flat_map(value_columns) {
                subjects.push(ObjectId::Column(table.clone(), column.clone()));
            }
        }
        let parts: Vec<String> = held.iter().map(|s| s.part()).collect();
        draft.decide(Decision {
            family: "types",
            title: group.title.to_owned(),
            subjects,
            choice: group.choice.to_owned(),
            rationale: format!(
                "{} So it is for {}.",
                group.rationale,
                words::list_some(&parts, 6)
            ),
            alternatives: group
                .alternatives
                .iter()
                .map(|(choice, trade_off)| Alternative::new(*choice, *trade_off))
                .collect(),
            source: Source::at(parts[0].clone(), held[0].attribute.span),
            weight: group.weight,
        });
    }
    domains(draft, &all);
    computed(draft, &all);
}

fn domains(draft: &mut Draft<'_>, all: &[Stored<'_>]) {
    let meanings = [
        ValueType::Email,
        ValueType::Phone,
        ValueType::Url,
        ValueType::Currency,
        ValueType::Country,
        ValueType::Language,
        ValueType::Percentage,
    ];
    let mut domains = Vec::new();
    let mut says = Vec::new();
    for meaning in &meanings {
        if let (Some(domain), Some(form)) = (column::domain(draft, meaning), format::of(meaning)) {
            says.push(format!("{} (must {})", domain.name, form.says));
            domains.push(ObjectId::Type(domain));
        }
    }
    let Some(first) = all.first() else {
        return;
    };
    if domains.is_empty() {
        return;
    }
    draft.decide(Decision {
        family: "types",
        title: "Domains for forms that several columns share".to_owned(),
        subjects: domains,
        choice: format!("{}.", words::capital(&words::list(&says))),
        rationale: "Where two columns must have the same form, one definition keeps them from \
                    drifting apart, and the column's type says what it holds. A form that only one \
                    column has is a check on that column."
            .to_owned(),
        alternatives: vec![Alternative::new(
            "the same check on every column",
            "Each can be added NOT VALID and validated without a long lock, one table at a time; a \
             domain's new check reads every table that uses it. Right when the tables are very \
             large and the form is still moving.",
        )],
        source: Source::of(first.part()),
        weight: Weight::Routine,
    });
}

fn computed(draft: &mut Draft<'_>, all: &[Stored<'_>]) {
    let held: Vec<&Stored<'_>> = all
        .iter()
        .filter(|s| s.attribute.computed.is_some())
        .collect();
    let Some(first) = held.first() else {
        return;
    };
    let parts: Vec<String> = held.iter().map(|s| s.part()).collect();
    let mut subjects = Vec::new();
    for stored in &held {
        let table = stored.table(draft);
        for (_, column) in stored.columns(draft).iter().flat_map(value_columns) {
            subjects.push(ObjectId::Column(table.clone(), column.clone()));
        }
    }
    draft.decide(Decision {
        family: "types",
        title: "Computed values".to_owned(),
        subjects,
        choice: format!("Stored generated columns for {}.", words::list(&parts)),
        rationale:
            "The server computes them when the row is written: no writer can forget to, and \
                    they can be indexed, summed and compared like any column."
                .to_owned(),
        alternatives: vec![
            Alternative::new(
                "virtual generated columns",
                "PostgreSQL 18 computes them when they are read and they take no room, but they \
                 cannot be indexed; and the same schema would not run on older servers.",
            ),
            Alternative::new(
                "a view",
                "The same without a column; every reader must use the view.",
            ),
        ],
        source: Source::at(first.part(), first.attribute.span),
        weight: Weight::Routine,
    });
}

pub(super) fn questions(draft: &mut Draft<'_>) {
    if column::has_currencies(draft.brief) {
        return;
    }
    let all = Stored::of_brief(draft.brief);
    let unsaid: Vec<&Stored<'_>> = all
        .iter()
        .filter(|s| {
            matches!(
                s.attribute.kind,
                AttributeKind::Value(ValueType::Money {
                    currency: None,
                    with_currency: false
                })
            )
        })
        .collect();
    let Some(first) = unsaid.first() else {
        return;
    };
    let parts: Vec<String> = unsaid.iter().map(|s| s.part()).collect();
    draft.ask(Question {
        id: "money.currency".to_owned(),
        ask: format!("In which currency are {}?", words::list_some(&parts, 4)),
        default: "One and the same for all, with two decimals; it is not stored.".to_owned(),
        matters: "A sum over several currencies is a number without a meaning, and it is hard to \
                  find out afterwards which amount was in which."
            .to_owned(),
        otherwise:
            "With `money in EUR` the columns say so; with `money with currency` each amount \
                    carries its own, and sums group by it."
                .to_owned(),
        source: Source::at(first.part(), first.attribute.span),
    });
}
