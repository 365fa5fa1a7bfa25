//! The keys of a brief, one table per mapping. The reader checks against these tables and the JSON
//! Schema is generated from them, so that neither knows a key that the other does not.

/// A mapping with fixed keys.
pub(crate) struct Section {
    /// Name of its definition in the schema.
    pub(crate) name: &'static str,
    /// What it is, as an object of a sentence: `an entity`.
    pub(crate) what: &'static str,
    /// Its keys.
    pub(crate) keys: &'static [Key],
}

/// One key.
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) required: bool,
    pub(crate) shapes: &'static [Shape],
}

/// What may stand as a value.
pub(crate) enum Shape {
    /// A text; numbers and words like `yes` are texts too.
    Text,
    /// A text of one of these forms, for editors to complete.
    Word(&'static [&'static str]),
    /// `yes`, `no`.
    YesNo,
    /// Nothing after the colon.
    Nothing,
    /// A list.
    List(&'static [Shape]),
    /// A mapping from names to something.
    Names(&'static [Shape]),
    /// A mapping with fixed keys.
    Section(&'static Section),
}

use Shape::{List, Names, Nothing, Text, Word, YesNo};

const fn key(name: &'static str, about: &'static str, shapes: &'static [Shape]) -> Key {
    Key {
        name,
        about,
        required: false,
        shapes,
    }
}

const fn required(name: &'static str, about: &'static str, shapes: &'static [Shape]) -> Key {
    Key {
        name,
        about,
        required: true,
        shapes,
    }
}

const TEXT: &[Shape] = &[Text];
const TEXTS: &[Shape] = &[Text, List(TEXT)];
const YES_NO: &[Shape] = &[YesNo];
const ATTRIBUTES: &[Shape] = &[
    Names(&[Text, Nothing, Shape::Section(&ATTRIBUTE)]),
    List(&[Text, Names(&[Text, Nothing, Shape::Section(&ATTRIBUTE)])]),
];

/// The whole brief.
pub(crate) static BRIEF: Section = Section {
    name: "brief",
    what: "a brief",
    keys: &[
        required(
            "brief",
            "Short name of the system; also the schema's name.",
            TEXT,
        ),
        key("title", "Title for documents.", TEXT),
        key("about", "What the system is for.", TEXT),
        key(
            "postgresql",
            "Oldest PostgreSQL version to run on: 14 to 18.",
            TEXT,
        ),
        key(
            "as_of",
            "The day the design counts from, as 2026-01-31.",
            TEXT,
        ),
        key(
            "naming",
            "How tables and keys are named.",
            &[Shape::Section(&NAMING)],
        ),
        required(
            "entities",
            "What the system keeps facts about: name, then its description.",
            &[Names(&[Shape::Section(&ENTITY)])],
        ),
        key(
            "access",
            "How the data is looked up: sentences such as `find contact by email, 20 a second`.",
            &[List(&[Text, Shape::Section(&ACCESS)])],
        ),
        key(
            "reports",
            "Reports: name, then its description.",
            &[Names(&[Shape::Section(&REPORT)])],
        ),
        key(
            "policies",
            "Policies that cut across entities.",
            &[Shape::Section(&POLICIES)],
        ),
        key("notes", "Facts left open on purpose.", TEXTS),
    ],
};

/// `naming`
pub(crate) static NAMING: Section = Section {
    name: "naming",
    what: "naming",
    keys: &[
        key("schema", "Schema; the brief's name unless given.", TEXT),
        key(
            "tables",
            "`plural` (contacts) or `singular` (contact).",
            &[Word(&["plural", "singular"])],
        ),
        key(
            "keys",
            "`prefixed` (contact_id) or `id`.",
            &[Word(&["prefixed", "id"])],
        ),
    ],
};

/// An entity.
pub(crate) static ENTITY: Section = Section {
    name: "entity",
    what: "an entity",
    keys: &[
        key("about", "What it is.", TEXT),
        key("plural", "Its plural, when it is irregular.", TEXT),
        key(
            "has",
            "Attributes and references: name, then `type, modifiers`.",
            ATTRIBUTES,
        ),
        key(
            "part_of",
            "The whole it lives and dies with: `order`, `at most one of order`.",
            &[Text, Shape::Section(&PART_OF)],
        ),
        key(
            "roles",
            "Roles it plays, one or more at once.",
            &[
                Text,
                List(TEXT),
                Names(&[Text, Nothing, Shape::Section(&ROLE)]),
            ],
        ),
        key("roles_optional", "It may play no role at all.", YES_NO),
        key(
            "kinds",
            "Kinds of it, exactly one each; `attribute:` among them names the attribute that tells.",
            &[
                Text,
                List(TEXT),
                Names(&[Text, Nothing, Shape::Section(&KIND)]),
            ],
        ),
        key("key", "Identifying attributes: `order, product`.", TEXTS),
        key(
            "unique",
            "Combinations that are unique: `room, day`, `code where active`.",
            TEXTS,
        ),
        key(
            "rules",
            "Business rules.",
            &[Text, List(&[Text, Shape::Section(&RULE)])],
        ),
        key(
            "volume",
            "How many, how fast, how long: `2 million a month, kept 7 years`, `4 per order`.",
            &[Text, Shape::Section(&VOLUME)],
        ),
        key(
            "append_only",
            "Rows are added and never changed or removed.",
            YES_NO,
        ),
        key(
            "actor",
            "Its rows are the people or programs that act.",
            YES_NO,
        ),
        key(
            "existing",
            "The table that holds it today: `shop.products (product_uuid uuid)`.",
            &[Text, Shape::Section(&EXISTING)],
        ),
    ],
};

/// `part_of` in full.
pub(crate) static PART_OF: Section = Section {
    name: "part_of",
    what: "`part_of`",
    keys: &[
        required("whole", "The whole.", TEXT),
        key("name", "Name of the reference to it.", TEXT),
        key("single", "The whole has at most one of it.", YES_NO),
    ],
};

/// A role.
pub(crate) static ROLE: Section = Section {
    name: "role",
    what: "a role",
    keys: &[
        key("about", "What it means.", TEXT),
        key(
            "has",
            "Attributes that only holders of the role have.",
            ATTRIBUTES,
        ),
    ],
};

/// A kind.
pub(crate) static KIND: Section = Section {
    name: "kind",
    what: "a kind",
    keys: &[
        key("about", "What it means.", TEXT),
        key("has", "Attributes that only this kind has.", ATTRIBUTES),
    ],
};

/// An attribute in full.
pub(crate) static ATTRIBUTE: Section = Section {
    name: "attribute",
    what: "an attribute",
    keys: &[
        key(
            "type",
            "What it is: a type, an entity, `one of a | b`; modifiers may follow.",
            TEXT,
        ),
        key("about", "What it means.", TEXT),
        key(
            "says",
            "The sentence of the requirements it comes from.",
            TEXT,
        ),
        key("optional", "May be unknown.", YES_NO),
        key(
            "unique",
            "`yes`, or `per tenant` for within the same tenant.",
            TEXT,
        ),
        key(
            "default",
            "Value of a new row: a constant, `now`, `today`.",
            TEXT,
        ),
        key("from", "Least value, with `to`.", TEXT),
        key("to", "Greatest value, with `from`.", TEXT),
        key("at_least", "Least value.", TEXT),
        key("above", "Greater than.", TEXT),
        key("at_most", "Greatest value.", TEXT),
        key("below", "Less than.", TEXT),
        key("personal", "Personal data.", YES_NO),
        key(
            "sensitive",
            "Personal data of a special category, such as health.",
            YES_NO,
        ),
        key("fixed", "Set once, never changed.", YES_NO),
        key(
            "hierarchy",
            "A reference to the same entity that forms a tree.",
            YES_NO,
        ),
        key("single", "At most one row refers to the same row.", YES_NO),
        key("open_ended", "The end of the period may be open.", YES_NO),
        key(
            "copied_from",
            "Taken when the row is added: `product.list_price`.",
            TEXT,
        ),
        key(
            "gapless",
            "Numbered without gaps: `yes`, or `per tenant`.",
            TEXT,
        ),
        key(
            "running_total_of",
            "Sum kept current: `movement.quantity per product, warehouse`.",
            TEXT,
        ),
        key(
            "computed_as",
            "SQL expression over the row's other attributes.",
            TEXT,
        ),
        key(
            "flow",
            "States and moves: `a => b => c`, `a -> b`, `any -> x`.",
            TEXTS,
        ),
        key(
            "initial",
            "The state of a new row, unless it is the first named.",
            TEXT,
        ),
        key(
            "groups",
            "Named groups of states: `open: a | b`.",
            &[Names(TEXTS)],
        ),
        key(
            "values",
            "How values are spread: `shipped 96 %, open 2 %`, `null 4 %`, `200 values`, `2019-01-01 to today, in order`.",
            TEXTS,
        ),
    ],
};

/// A rule with words or a name.
pub(crate) static RULE: Section = Section {
    name: "rule",
    what: "a rule",
    keys: &[
        required(
            "rule",
            "The rule: a sentence form or an SQL expression.",
            TEXT,
        ),
        key("says", "The rule in your words.", TEXT),
        key("name", "Its name; made from the rule otherwise.", TEXT),
    ],
};

/// A volume in full.
pub(crate) static VOLUME: Section = Section {
    name: "volume",
    what: "a volume",
    keys: &[
        key(
            "rows",
            "Rows today: `40,000`, `2 million`, `4 per order`.",
            TEXT,
        ),
        key("growth", "New rows: `2 million a month`.", TEXT),
        key("peak", "Writes at peak: `50 a second`.", TEXT),
        key("kept", "How long a row is kept: `7 years`.", TEXT),
    ],
};

/// An existing table in full.
pub(crate) static EXISTING: Section = Section {
    name: "existing",
    what: "`existing`",
    keys: &[
        required("table", "The table with its schema: `shop.products`.", TEXT),
        required("key", "Its key column and type: `product_uuid uuid`.", TEXT),
    ],
};

/// An access pattern in full.
pub(crate) static ACCESS: Section = Section {
    name: "access_pattern",
    what: "an access pattern",
    keys: &[
        key("pattern", "The sentence: `find contact by email`.", TEXT),
        key("says", "The question in your words.", TEXT),
        key("name", "Its name; made from the sentence otherwise.", TEXT),
        key(
            "sql",
            "SQL over entities and attributes, instead of a sentence; parameters as $1.",
            TEXT,
        ),
        key(
            "often",
            "How often: `100 a second`, `90,000 a day`, `every night`.",
            TEXT,
        ),
    ],
};

/// A report.
pub(crate) static REPORT: Section = Section {
    name: "report",
    what: "a report",
    keys: &[
        key("says", "The question it answers.", TEXT),
        key(
            "fresh",
            "How old it may be: `live`, `1 hour`, `daily`.",
            TEXT,
        ),
        required("sql", "SQL over entities and attributes.", TEXT),
    ],
};

/// `policies`
pub(crate) static POLICIES: Section = Section {
    name: "policies",
    what: "policies",
    keys: &[
        key(
            "restorable",
            "Entities that are hidden rather than deleted.",
            TEXTS,
        ),
        key(
            "history",
            "Whose changes are recorded: `order.status`, or `order` for all of it.",
            TEXTS,
        ),
        key(
            "erasable",
            "Entities whose personal data is erased on request.",
            TEXTS,
        ),
        key(
            "tenancy",
            "The tenant entity; `{tenant, shared}` in full.",
            &[Text, Shape::Section(&TENANCY)],
        ),
        key(
            "visibility",
            "Who sees what: `principal sees product where principal = me`.",
            &[Text, List(&[Text, Shape::Section(&VISIBILITY)])],
        ),
        key(
            "traced_reads",
            "Entities every read of which is recorded.",
            TEXTS,
        ),
    ],
};

/// `tenancy` in full.
pub(crate) static TENANCY: Section = Section {
    name: "tenancy",
    what: "`tenancy`",
    keys: &[
        required("tenant", "The tenant entity.", TEXT),
        key("shared", "Entities that belong to no tenant.", TEXTS),
    ],
};

/// A visibility rule in full.
pub(crate) static VISIBILITY: Section = Section {
    name: "visibility",
    what: "a visibility rule",
    keys: &[
        key("rule", "`X sees a, b where condition`.", TEXT),
        key("says", "The rule in your words.", TEXT),
        key(
            "who",
            "Who sees, when the rule's first word is not enough.",
            TEXT,
        ),
        key(
            "me",
            "The entity or role that `me` is a row of, when it is not who sees.",
            TEXT,
        ),
        key("sees", "Entities seen.", TEXTS),
        key(
            "where",
            "Condition over the seen entity's attributes; `me` is the one logged in.",
            TEXT,
        ),
    ],
};
