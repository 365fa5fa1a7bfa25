//! What a brief means once it is read: names resolved, sentences parsed, every part with its place.
//!
//! All names are snake_case here, whatever spelling the brief used. References between parts have
//! been checked by the reader: an entity, role or attribute named here exists.

use pgwright_ddl::expr::Expr;
use pgwright_planner::ColumnDescription;
use serde::Serialize;

/// Where in the brief's text something stands; both count from 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Span {
    /// Line.
    pub line: u32,
    /// Column, in characters.
    pub column: u32,
}

/// A calendar date, as an input to the design: nothing reads the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Date {
    /// Year.
    pub year: i32,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day, 1 to 31.
    pub day: u8,
}

/// The requirements of a system.
#[derive(Debug, Clone, Serialize)]
pub struct Brief {
    /// Short name of the system; also the schema's name unless `naming.schema` says otherwise.
    pub system: String,
    /// Title for documents.
    pub title: String,
    /// What the system is for.
    pub about: Option<String>,
    /// Oldest PostgreSQL major version the schema must run on (14 to 18).
    pub minimum_version: u32,
    /// The day the design counts from: first partitions start here.
    pub as_of: Date,
    /// How tables, keys and constraints are named.
    pub naming: Naming,
    /// Entities in the order of the brief.
    pub entities: Vec<Entity>,
    /// How the data is looked up.
    pub access_patterns: Vec<AccessPattern>,
    /// Reports.
    pub reports: Vec<Report>,
    /// Policies that cut across entities.
    pub policies: Policies,
    /// Facts that are left open on purpose, with the author's words.
    pub notes: Vec<String>,
}

impl Brief {
    /// The entity of that name.
    pub fn entity(&self, name: &str) -> Option<&Entity> {
        self.entities.iter().find(|e| e.name == name)
    }
}

/// Naming choices.
#[derive(Debug, Clone, Serialize)]
pub struct Naming {
    /// Schema.
    pub schema: String,
    /// Tables in the plural (`contacts`), as opposed to the singular.
    pub plural_tables: bool,
    /// Primary key column is `contact_id` rather than `id`.
    pub prefixed_keys: bool,
    /// Which of these the brief itself says.
    #[serde(skip)]
    pub given: NamingGiven,
}

/// Which naming choices a brief makes itself; the others may follow a schema that is there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NamingGiven {
    /// The schema.
    pub schema: bool,
    /// Whether tables are in the plural.
    pub tables: bool,
    /// What key columns are called.
    pub keys: bool,
}

/// Something the system keeps facts about.
#[derive(Debug, Clone, Serialize)]
pub struct Entity {
    /// Name, singular, snake_case.
    pub name: String,
    /// Plural, when the brief gives one that grammar would not.
    pub plural: Option<String>,
    /// What it is.
    pub about: Option<String>,
    /// Attributes and references, in order.
    pub attributes: Vec<Attribute>,
    /// The whole it is a part of: it lives and dies with it.
    pub part_of: Option<PartOf>,
    /// Roles it plays, one or more at once (an organization is a principal and a distributor).
    pub roles: Vec<Role>,
    /// At least one role must be played.
    pub roles_required: bool,
    /// Kinds of it, exactly one each (an interaction is a call or a sample).
    pub kinds: Option<Kinds>,
    /// Identifying attributes, when the brief names them.
    pub key: Option<Vec<String>>,
    /// Combinations that are unique.
    pub unique: Vec<Unique>,
    /// Business rules of this entity.
    pub rules: Vec<Rule>,
    /// How many, how fast, how long.
    pub volume: Option<Volume>,
    /// Rows are added and never changed or removed.
    pub append_only: bool,
    /// Its rows are the people or programs that act: changes are recorded against them.
    pub actor: bool,
    /// The table that already holds it, when the application has one.
    pub existing: Option<Existing>,
    /// Place in the brief.
    pub span: Span,
}

/// A table of the application as it is, which a design refers to and does not create.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Existing {
    /// Schema and table, as PostgreSQL stores the names; the schema may be absent.
    pub table: Vec<String>,
    /// Its key column.
    pub key_column: String,
    /// The key column's type, as SQL.
    pub key_type: String,
    /// Place in the brief.
    pub span: Span,
}

impl Entity {
    /// The attribute of that name, among the entity's own (not those of roles and kinds).
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|a| a.name == name)
    }
}

/// Part of a whole.
#[derive(Debug, Clone, Serialize)]
pub struct PartOf {
    /// The whole.
    pub whole: String,
    /// Name of the reference to it; also usable as an attribute in rules.
    pub name: String,
    /// The whole has exactly one or at most one of it, rather than many.
    pub single: bool,
    /// Place in the brief.
    pub span: Span,
}

/// A role an entity plays.
#[derive(Debug, Clone, Serialize)]
pub struct Role {
    /// Name; references may name it like an entity.
    pub name: String,
    /// What it means.
    pub about: Option<String>,
    /// Attributes that only holders of the role have.
    pub attributes: Vec<Attribute>,
    /// Place in the brief.
    pub span: Span,
}

/// Kinds of an entity, of which every row is exactly one.
#[derive(Debug, Clone, Serialize)]
pub struct Kinds {
    /// Name of the attribute that tells the kind.
    pub attribute: String,
    /// The kinds, in order.
    pub kinds: Vec<Kind>,
    /// Place in the brief.
    pub span: Span,
}

/// One kind.
#[derive(Debug, Clone, Serialize)]
pub struct Kind {
    /// Name as data: `feedback given` stays as written.
    pub name: String,
    /// What it means.
    pub about: Option<String>,
    /// Attributes that only this kind has.
    pub attributes: Vec<Attribute>,
    /// Place in the brief.
    pub span: Span,
}

/// A combination of attributes that is unique.
#[derive(Debug, Clone, Serialize)]
pub struct Unique {
    /// Attribute names.
    pub attributes: Vec<String>,
    /// Only among rows where this holds.
    pub condition: Option<Expr>,
    /// Place in the brief.
    pub span: Span,
}

/// An attribute or reference of an entity.
#[derive(Debug, Clone, Serialize)]
pub struct Attribute {
    /// Name, snake_case.
    pub name: String,
    /// What it means.
    pub about: Option<String>,
    /// The sentence of the requirements that its modifiers come from.
    pub says: Option<String>,
    /// What it is.
    pub kind: AttributeKind,
    /// May be unknown.
    pub optional: bool,
    /// Unique, within the rows that share the listed attributes (none: over the whole entity).
    pub unique: Option<Vec<String>>,
    /// Default, as an SQL expression (`'unknown'`, `0`, `now()`).
    pub default: Option<Expr>,
    /// Least value.
    pub minimum: Option<Bound>,
    /// Greatest value.
    pub maximum: Option<Bound>,
    /// Personal data: erased or masked on request.
    pub personal: bool,
    /// Special category (health, religion, …) of personal data.
    pub sensitive: bool,
    /// Set once, never changed.
    pub fixed: bool,
    /// Taken from there when the row is added, and kept as it was: reference, then attribute.
    pub copied_from: Option<Path>,
    /// Numbered 1, 2, 3 … without gaps within the rows that share the listed attributes.
    pub gapless: Option<Vec<String>>,
    /// The sum over rows of another entity, kept current as those rows are written.
    pub running_total: Option<RunningTotal>,
    /// Computed from other attributes of the same row, as an SQL expression.
    pub computed: Option<Expr>,
    /// How its values are spread; a range may end at `today`, the day of [`Brief::as_of`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub values: Option<ColumnDescription>,
    /// Place in the brief.
    pub span: Span,
}

/// A bound of a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bound {
    /// The number or date, as written.
    pub value: String,
    /// The bound itself is allowed.
    pub inclusive: bool,
}

/// A reference followed to an attribute: `["product", "list_price"]`, `["appointment", "room",
/// "clinic"]`. One element is an attribute of the entity itself.
pub type Path = Vec<String>;

/// A sum kept current.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunningTotal {
    /// Entity whose rows are added up.
    pub entity: String,
    /// Its attribute that is added up.
    pub attribute: String,
    /// Attributes of this entity that say which rows belong together; each exists under the same
    /// name in the other entity.
    pub per: Vec<String>,
    /// Minutes the sum may lag behind the rows; `None` means it is right at every commit.
    pub stale_minutes: Option<u64>,
}

/// What an attribute is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AttributeKind {
    /// A value with a meaning.
    Value(ValueType),
    /// One of a fixed list of values.
    OneOf(Vec<String>),
    /// One of a list that users maintain.
    Lookup,
    /// The state of the entity, with allowed transitions.
    States(States),
    /// A reference to a row of another entity, or to one that plays a role.
    Reference(Reference),
    /// A reference to a row of exactly one of several entities.
    Either(Vec<Reference>),
    /// References to many rows of another entity, without facts of their own.
    Many {
        /// What is referenced.
        to: Reference,
        /// At least one must be there.
        at_least_one: bool,
    },
}

/// What is referenced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reference {
    /// Entity.
    pub entity: String,
    /// Role that the referenced row must play.
    pub role: Option<String>,
    /// The references form a tree: no row is its own ancestor (only to the same entity).
    pub hierarchy: bool,
    /// At most one row refers to the same row (one-to-one).
    pub single: bool,
}

/// Meanings of values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueType {
    /// A name or short line of text.
    Name,
    /// A line of text.
    Text,
    /// Text of any length.
    LongText,
    /// A short identifying text without spaces at its ends: code, SKU, number plate.
    Code,
    /// E-mail address.
    Email,
    /// Telephone number.
    Phone,
    /// Web address.
    Url,
    /// Postal address: street lines, postal code, city, region, country.
    Address,
    /// An amount of money; the currency's code when it is always the same, or `None` when a
    /// currency is stored beside it or is not said.
    Money {
        /// ISO 4217 code.
        currency: Option<String>,
        /// Each amount carries its own currency.
        with_currency: bool,
    },
    /// ISO 4217 currency code.
    Currency,
    /// ISO 3166-1 alpha-2 country code.
    Country,
    /// BCP 47 language tag.
    Language,
    /// IANA time zone name.
    TimeZone,
    /// From 0 to 100, with decimals.
    Percentage,
    /// A measured quantity with decimals, and its unit when it has one.
    Quantity {
        /// Unit: `kg`, `mg`.
        unit: Option<String>,
    },
    /// A whole number, and what it counts when said: `days`.
    Integer {
        /// Unit: `days`, `doses per day`.
        unit: Option<String>,
    },
    /// A number with decimals: digits in all, and after the point.
    Decimal {
        /// Digits in all.
        precision: u32,
        /// Digits after the point.
        scale: u32,
    },
    /// Yes or no.
    Boolean,
    /// A calendar date.
    Date,
    /// A point in time.
    Instant,
    /// A time of day, local.
    TimeOfDay,
    /// Day of the week.
    Weekday,
    /// A length of time.
    Duration,
    /// From a date to a date, the end excluded; `open_ended` when the end may be unknown.
    DatePeriod {
        /// The end may be open.
        open_ended: bool,
    },
    /// From a point in time to another, the end excluded.
    TimePeriod {
        /// The end may be open.
        open_ended: bool,
    },
    /// From a time of day to another.
    TimeOfDayPeriod,
    /// Structured data without a fixed form.
    Json,
    /// A list of short texts, such as tags.
    Tags,
    /// A universally unique identifier.
    Uuid,
    /// An IP address.
    IpAddress,
    /// Latitude and longitude.
    Coordinates,
    /// Bytes.
    Binary,
    /// A secret's hash: never readable by reports.
    Secret,
}

/// States and allowed transitions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct States {
    /// States in the order first named, as data.
    pub states: Vec<String>,
    /// The state of a new row.
    pub initial: String,
    /// Allowed moves, from and to, without repetition, in order of the states.
    pub transitions: Vec<(String, String)>,
    /// Named groups of states: `open`, `closed`; usable in rules as `stage is open`.
    pub groups: Vec<(String, Vec<String>)>,
}

/// A business rule.
#[derive(Debug, Clone, Serialize)]
pub struct Rule {
    /// Name, snake_case, unique in the brief: given, or made from the rule.
    pub name: String,
    /// The rule in the author's words, or the formal text when no words are given.
    pub says: String,
    /// The formal text as written.
    pub text: String,
    /// What it demands.
    pub form: RuleForm,
    /// Place in the brief.
    pub span: Span,
}

/// The forms of business rules.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleForm {
    /// An expression over attributes of the row that must not be false. States are written as
    /// text literals; groups (`stage is open`) are already replaced by `stage in (…)`.
    Check(Expr),
    /// `when A then B`: where `condition` holds, `requirement` must hold. Only attributes of the
    /// row itself.
    When {
        /// Condition.
        condition: Expr,
        /// Requirement.
        requirement: Expr,
    },
    /// `when medicine.controlled then practitioner.licensed`: over attributes of referenced rows
    /// too; column references are paths. Checked when the row is written.
    WhenReferenced {
        /// Condition.
        condition: Expr,
        /// Requirement.
        requirement: Expr,
    },
    /// `opportunity.principal = product.principal`: both paths end in the same row.
    SamePath {
        /// One path.
        left: Path,
        /// The other.
        right: Path,
    },
    /// `no overlap of valid per distributor, principal where …`.
    NoOverlap {
        /// The period attribute, or start and end attributes.
        period: PeriodOf,
        /// Attributes that rows share.
        per: Vec<String>,
        /// Only among rows where this holds.
        condition: Option<Expr>,
    },
    /// `at most one per organization where is_primary`.
    AtMostOne {
        /// Attributes that rows share.
        per: Vec<String>,
        /// Only among rows where this holds.
        condition: Option<Expr>,
    },
    /// `on_hand never below 0`, for a running total or any number.
    NeverBelow {
        /// Attribute.
        attribute: String,
        /// The least value, as written.
        minimum: String,
    },
    /// `subtotal = sum of invoice_line.amount`, checked when a transaction ends, for rows where
    /// the condition holds.
    SumEquals {
        /// Attribute of this entity.
        attribute: String,
        /// Part entity.
        entity: String,
        /// Its attribute.
        of: String,
        /// Only for rows where this holds.
        condition: Option<Expr>,
    },
    /// `sum of refund.amount at most amount`.
    SumAtMost {
        /// Part entity.
        entity: String,
        /// Its attribute.
        of: String,
        /// Attribute of this entity that bounds the sum.
        attribute: String,
        /// Only parts where this holds (attributes of the part).
        condition: Option<Expr>,
    },
    /// `exactly one visit_note when status = 'completed'`.
    ExactlyOne {
        /// The part entity.
        entity: String,
        /// For rows where this holds (always, when absent).
        condition: Option<Expr>,
    },
    /// `at least one line [when …]`, checked when a transaction ends.
    AtLeastOne {
        /// The part entity.
        entity: String,
        /// For rows where this holds (always, when absent).
        condition: Option<Expr>,
    },
    /// `frozen when finalized_at is not null`: a row for which it held before the change is not
    /// changed or removed any more, except in the listed attributes. Parts listed freeze with it.
    Frozen {
        /// Condition on the row as it was.
        condition: Expr,
        /// Attributes that may still change.
        except: Vec<String>,
        /// Part entities that freeze with it.
        parts: Vec<String>,
    },
}

/// A period: one attribute, or a start and an end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PeriodOf {
    /// A period attribute.
    Attribute(String),
    /// Start and end attributes; the end is excluded.
    Between(String, String),
}

/// How many rows, how fast, how long kept.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Volume {
    /// Rows today; with a rate and retention, the rows that are there in the steady state if no
    /// number is given.
    pub rows: Option<f64>,
    /// New rows a month.
    pub per_month: Option<f64>,
    /// Peak writes a second.
    pub peak_per_second: Option<f64>,
    /// Months a row is kept in detail; `None` for ever.
    pub keep_months: Option<f64>,
    /// Place in the brief.
    pub span: Span,
}

/// How the data is looked up.
#[derive(Debug, Clone, Serialize)]
pub struct AccessPattern {
    /// Name, snake_case, unique.
    pub name: String,
    /// The author's words.
    pub says: String,
    /// What is asked.
    pub form: AccessForm,
    /// How often, a second, on average or at peak as given.
    pub per_second: Option<f64>,
    /// Place in the brief.
    pub span: Span,
}

/// The forms of access patterns.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessForm {
    /// `find contact by email`: equality on attributes.
    FindBy {
        /// Entity.
        entity: String,
        /// Attributes compared for equality.
        by: Vec<String>,
        /// Only rows where this holds.
        condition: Option<Expr>,
    },
    /// `find organization by part of name`: substring, any case.
    FindByPart {
        /// Entity.
        entity: String,
        /// Text attributes.
        of: Vec<String>,
    },
    /// `find interaction by words in subject, note`: full text.
    FindByWords {
        /// Entity.
        entity: String,
        /// Text attributes.
        of: Vec<String>,
    },
    /// `latest 50 interaction of organization [by happened_at] [where …]`, `list movement of
    /// product between happened_at`, `list appointment of practitioner by start`.
    List {
        /// Entity.
        entity: String,
        /// Attributes compared for equality (references mostly).
        of: Vec<String>,
        /// Attribute that a range is asked of.
        between: Option<String>,
        /// Order: attribute, descending.
        order: Vec<(String, bool)>,
        /// At most so many.
        limit: Option<u64>,
        /// Only rows where this holds.
        condition: Option<Expr>,
    },
    /// SQL over entity and attribute names; parameters as `$1`.
    Sql(String),
}

/// A report.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Name, snake_case; the view's name.
    pub name: String,
    /// The question it answers.
    pub says: String,
    /// Minutes it may lag behind; `None` means live.
    pub stale_minutes: Option<u64>,
    /// SQL over entity and attribute names.
    pub sql: String,
    /// Place in the brief.
    pub span: Span,
    /// Place of the SQL text's first character, so that errors inside it can be located.
    pub sql_span: Span,
}

/// Policies that cut across entities.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Policies {
    /// Entities whose rows are hidden rather than deleted, and can be restored.
    pub restorable: Vec<String>,
    /// Attributes whose changes are recorded: entity, attribute (`*` is all).
    pub history: Vec<(String, String)>,
    /// Entities whose personal data is erased on request.
    pub erasable: Vec<String>,
    /// Rows of most tables belong to a tenant, and no tenant sees another's.
    pub tenancy: Option<Tenancy>,
    /// Who sees what.
    pub visibility: Vec<Visibility>,
    /// Entities every read of which must be traceable.
    pub traced_reads: Vec<String>,
}

/// Tenancy.
#[derive(Debug, Clone, Serialize)]
pub struct Tenancy {
    /// The tenant entity.
    pub tenant: String,
    /// Entities that belong to no tenant.
    pub shared: Vec<String>,
    /// Place in the brief.
    pub span: Span,
}

/// `principal sees opportunity, product where principal = me`.
#[derive(Debug, Clone, Serialize)]
pub struct Visibility {
    /// Who: an entity, a role of one, or a free word such as `receptionist`.
    pub who: String,
    /// The entity or role whose row `me` stands for.
    pub me: Reference,
    /// Entities seen.
    pub sees: Vec<String>,
    /// SQL condition over the seen entity's attributes (unqualified or under the entity's name),
    /// in which `me` stands for the key of the row that logged in. It may hold subqueries over
    /// entity names.
    pub condition: String,
    /// The rule in the author's words.
    pub says: String,
    /// Place in the brief.
    pub span: Span,
}
