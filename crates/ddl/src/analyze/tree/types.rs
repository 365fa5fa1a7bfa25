//! Types, functions, operators and collations as the analysed tree names them.

use std::sync::Arc;

/// A type. The system's own types are their object identifiers, which never change between servers;
/// all other types are known by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Type {
    /// A type of `pg_catalog`, by its object identifier (array types have their own).
    System(u32),
    /// Any other type.
    User(Arc<UserType>),
}

/// The name of a type outside `pg_catalog`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserType {
    /// The schema.
    pub schema: Arc<str>,
    /// The name; of an array type, the name of its element type.
    pub name: Arc<str>,
    /// Whether this is the array type over `schema.name`.
    pub array: bool,
}

macro_rules! system_types {
    ($($(#[$doc:meta])* $name:ident = $oid:literal;)*) => {
        impl Type {
            $($(#[$doc])* #[allow(missing_docs)] pub const $name: Type = Type::System($oid);)*
        }
    };
}

system_types! {
    BOOL = 16; BYTEA = 17; CHAR = 18; NAME = 19; INT8 = 20; INT2 = 21; INT2VECTOR = 22; INT4 = 23;
    REGPROC = 24; TEXT = 25; OID = 26; TID = 27; XID = 28; CID = 29; OIDVECTOR = 30; JSON = 114;
    XML = 142; XML_ARRAY = 143; JSON_ARRAY = 199; POINT = 600; FLOAT4 = 700; FLOAT8 = 701;
    UNKNOWN = 705; MONEY = 790; MACADDR = 829; CIDR = 650; INET = 869; BOOL_ARRAY = 1000;
    NAME_ARRAY = 1003; INT2_ARRAY = 1005; INT4_ARRAY = 1007; TEXT_ARRAY = 1009; BPCHAR_ARRAY = 1014;
    VARCHAR_ARRAY = 1015; INT8_ARRAY = 1016; OID_ARRAY = 1028; BPCHAR = 1042; VARCHAR = 1043;
    DATE = 1082; TIME = 1083; TIMESTAMP = 1114; TIMESTAMPTZ = 1184; INTERVAL = 1186; TIMETZ = 1266;
    BIT = 1560; VARBIT = 1562; NUMERIC = 1700; REFCURSOR = 1790; REGPROCEDURE = 2202; REGOPER = 2203;
    REGOPERATOR = 2204; REGCLASS = 2205; REGTYPE = 2206; RECORD = 2249; CSTRING = 2275; ANY = 2276;
    ANYARRAY = 2277; VOID = 2278; TRIGGER = 2279; INTERNAL = 2281; ANYELEMENT = 2283;
    RECORD_ARRAY = 2287; ANYNONARRAY = 2776; UUID = 2950; ANYENUM = 3500; TSVECTOR = 3614;
    TSQUERY = 3615; REGCONFIG = 3734; REGDICTIONARY = 3769; JSONB = 3802; JSONB_ARRAY = 3807;
    ANYRANGE = 3831; JSONPATH = 4072; REGNAMESPACE = 4089; REGROLE = 4096; REGCOLLATION = 4191;
    ANYMULTIRANGE = 4537; ANYCOMPATIBLE = 5077; ANYCOMPATIBLEARRAY = 5078;
    ANYCOMPATIBLENONARRAY = 5079; ANYCOMPATIBLERANGE = 5080; ANYCOMPATIBLEMULTIRANGE = 4538;
}

impl Type {
    /// A type outside `pg_catalog`.
    pub fn user(schema: &str, name: &str) -> Self {
        Self::User(Arc::new(UserType {
            schema: schema.into(),
            name: name.into(),
            array: false,
        }))
    }
}

/// Kind of a function (`pg_proc.prokind`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FunctionKind {
    /// A plain function.
    Function,
    /// A procedure.
    Procedure,
    /// An aggregate.
    Aggregate(AggregateKind),
    /// A window function.
    Window,
}

/// Kind of an aggregate (`pg_aggregate.aggkind`), with its number of direct arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AggregateKind {
    /// Arguments only.
    Normal,
    /// `WITHIN GROUP`, with so many direct arguments (`pg_aggregate.aggnumdirectargs`, which may be -1).
    OrderedSet(i16),
    /// Hypothetical-set, with so many direct arguments.
    HypotheticalSet(i16),
}

/// A function, procedure, aggregate or window function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// Object identifier of a function of `pg_catalog`; 0 of any other.
    pub oid: u32,
    /// The schema.
    pub schema: Arc<str>,
    /// The name.
    pub name: Arc<str>,
    /// The kind.
    pub kind: FunctionKind,
    /// Types of the input arguments, an argument of VARIADIC as the array type.
    pub arguments: Vec<Type>,
    /// Names of all arguments as in `pg_proc.proargnames`, input and output ones; empty when none has a name.
    pub argument_names: Vec<Option<Arc<str>>>,
    /// Modes of all arguments (`i`, `o`, `b`, `v`, `t`); empty when all are input.
    pub argument_modes: Vec<u8>,
    /// Types of all arguments (`pg_proc.proallargtypes`); empty when all are input.
    pub all_arguments: Vec<Type>,
    /// How many trailing input arguments have defaults.
    pub defaults: usize,
    /// The element type of the VARIADIC argument, `ANY` for `VARIADIC "any"`.
    pub variadic: Option<Type>,
    /// Type of the result.
    pub returns: Type,
    /// Whether it returns a set.
    pub returns_set: bool,
    /// Whether it is strict.
    pub strict: bool,
    /// `i`, `s` or `v`.
    pub volatility: u8,
}

/// An operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    /// Object identifier of an operator of `pg_catalog`; 0 of any other.
    pub oid: u32,
    /// The schema.
    pub schema: Arc<str>,
    /// The name.
    pub name: Arc<str>,
    /// Type of the left operand; none for a prefix operator.
    pub left: Option<Type>,
    /// Type of the right operand.
    pub right: Type,
    /// Type of the result.
    pub result: Type,
    /// Name of the commutator, when there is one.
    pub commutator: Option<Arc<str>>,
    /// Whether the operator's function returns a set (none of the system's does).
    pub returns_set: bool,
}

/// The name of a collation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Collation {
    /// The schema.
    pub schema: Arc<str>,
    /// The name.
    pub name: Arc<str>,
}
