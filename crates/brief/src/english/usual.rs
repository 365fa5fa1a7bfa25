//! What things usually have and refer to, for requests that name things and describe none. Everything from here
//! is marked as assumed. Blueprints of whole domains take its place where one fits.

use super::draft::{Attribute, Draft, Kind, Source};

/// A thing, and attributes with their types that nobody would leave out.
const ATTRIBUTES: &[(&str, &[(&str, &str)])] = &[
    (
        "contact",
        &[
            ("name", "name"),
            ("email", "email, optional"),
            ("phone", "phone, optional"),
        ],
    ),
    (
        "customer",
        &[("name", "name"), ("email", "email, optional")],
    ),
    ("user", &[("name", "name"), ("email", "email, unique")]),
    (
        "product",
        &[("name", "name"), ("price", "money, at least 0")],
    ),
    (
        "opportunity",
        &[
            ("name", "name"),
            ("amount", "money, optional"),
            ("expected_close", "date, optional"),
        ],
    ),
    ("order", &[("placed_at", "instant, default now")]),
    (
        "order_item",
        &[
            ("quantity", "quantity, above 0"),
            ("unit_price", "money, at least 0"),
        ],
    ),
    (
        "order_line",
        &[
            ("quantity", "quantity, above 0"),
            ("unit_price", "money, at least 0"),
        ],
    ),
    (
        "line_item",
        &[
            ("quantity", "quantity, above 0"),
            ("unit_price", "money, at least 0"),
        ],
    ),
    (
        "invoice",
        &[("issued_on", "date"), ("total", "money, at least 0")],
    ),
    (
        "payment",
        &[
            ("paid_at", "instant, default now"),
            ("amount", "money, above 0"),
        ],
    ),
    (
        "appointment",
        &[("starts_at", "instant"), ("ends_at", "instant, optional")],
    ),
    (
        "loan",
        &[
            ("lent_on", "date"),
            ("due_on", "date"),
            ("returned_on", "date, optional"),
        ],
    ),
    ("book", &[("title", "name"), ("isbn", "code, optional")]),
    ("task", &[("title", "name"), ("due_on", "date, optional")]),
    (
        "post",
        &[
            ("title", "name"),
            ("body", "long text"),
            ("posted_at", "instant, default now"),
        ],
    ),
    (
        "comment",
        &[
            ("body", "long text"),
            ("written_at", "instant, default now"),
        ],
    ),
    ("course", &[("title", "name")]),
    ("article", &[("title", "name")]),
];

/// What usually refers to what, when both are there and nothing ties them.
const REFERENCES: &[(&str, &str)] = &[
    ("contact", "organization"),
    ("contact", "company"),
    ("contact", "account"),
    ("opportunity", "organization"),
    ("opportunity", "company"),
    ("opportunity", "account"),
    ("opportunity", "customer"),
    ("order", "customer"),
    ("order_item", "order"),
    ("order_item", "product"),
    ("order_line", "order"),
    ("order_line", "product"),
    ("line_item", "order"),
    ("line_item", "product"),
    ("product", "category"),
    ("product", "supplier"),
    ("invoice", "customer"),
    ("invoice", "order"),
    ("payment", "invoice"),
    ("payment", "order"),
    ("shipment", "order"),
    ("appointment", "patient"),
    ("appointment", "doctor"),
    ("employee", "department"),
    ("task", "project"),
    ("task", "employee"),
    ("post", "user"),
    ("comment", "post"),
    ("comment", "user"),
    ("review", "product"),
    ("review", "customer"),
    ("loan", "member"),
    ("loan", "book"),
    ("enrollment", "student"),
    ("enrollment", "course"),
    ("ticket", "customer"),
    ("room", "hotel"),
    ("reservation", "room"),
    ("reservation", "guest"),
    ("grade", "student"),
    ("song", "album"),
    ("album", "artist"),
];

/// Many to many that goes without saying.
const MANY: &[(&str, &str)] = &[
    ("student", "course"),
    ("opportunity", "product"),
    ("order", "product"),
    ("book", "author"),
    ("user", "role"),
];

/// Adds what is usual to entities of which the text only says that they are there.
pub(super) fn fill(draft: &mut Draft) {
    let names: Vec<String> = draft.entities.iter().map(|e| e.name.clone()).collect();
    // The text describes something: then what it leaves out is left out on purpose.
    let described = draft
        .entities
        .iter()
        .filter(|e| e.attributes.iter().any(|a| a.source.sentence.is_some()))
        .count();
    if described > 0 {
        return;
    }
    let called = |word: &str| {
        names
            .iter()
            .find(|n| *n == word || n.ends_with(&format!("_{word}")))
    };
    for (thing, attributes) in ATTRIBUTES {
        let Some(entity) = called(thing).cloned().and_then(|n| draft.entity_mut(&n)) else {
            continue;
        };
        entity.attributes.retain(|a| a.name != "name");
        for (at, (name, kind)) in attributes.iter().enumerate() {
            let mut parts = kind.split(", ");
            let value = parts.next().unwrap_or("text").to_owned();
            let modifiers: Vec<String> = parts.map(str::to_owned).collect();
            let attribute = Attribute {
                name: (*name).to_owned(),
                kind: Kind::Value(value),
                optional: false,
                modifiers,
                source: Source::assumed(),
            };
            entity
                .attributes
                .insert(at.min(entity.attributes.len()), attribute);
        }
    }
    for (from, to) in REFERENCES {
        let (Some(from), Some(to)) = (called(from).cloned(), called(to).cloned()) else {
            continue;
        };
        let tied = draft.entity(&to).is_some_and(|e| e.refers_to(&from));
        if from != to
            && !tied
            && let Some(entity) = draft.entity_mut(&from)
            && !entity.refers_to(&to)
        {
            entity.add(Attribute {
                name: to.clone(),
                kind: Kind::Reference(to),
                optional: false,
                modifiers: Vec::new(),
                source: Source::assumed(),
            });
        }
    }
    for (from, to) in MANY {
        let (Some(from), Some(to)) = (called(from).cloned(), called(to).cloned()) else {
            continue;
        };
        let between = draft
            .entities
            .iter()
            .any(|e| e.refers_to(&from) && e.refers_to(&to));
        if between {
            continue;
        }
        let plural = pluralizer::pluralize(&to, 2, false);
        if let Some(entity) = draft.entity_mut(&from) {
            entity.add(Attribute {
                name: plural,
                kind: Kind::Many(to),
                optional: true,
                modifiers: Vec::new(),
                source: Source::assumed(),
            });
        }
    }
}
