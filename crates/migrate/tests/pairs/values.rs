//! Types of columns: their spelling, a value for each row, and what each can be changed to.

use pgwright_catalog::quote_literal;

use crate::model::{Key, Model, TypeKind};

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ty {
    Bool,
    Small,
    Int,
    Big,
    /// Precision and scale; none when both are 0.
    Numeric(u8, u8),
    Double,
    Text,
    Varchar(u16),
    Char(u16),
    Date,
    Timestamp,
    TimestampOf(u8),
    Timestamptz,
    Time,
    Interval,
    Uuid,
    Json,
    Jsonb,
    Bytea,
    Inet,
    Point,
    Int4range,
    Tstzrange,
    Texts,
    Ints,
    Tsvector,
    User(Key),
    Users(Key),
}

/// What can be done with values of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    Integer,
    Number,
    Text,
    Time,
    Zone,
    Bool,
    Enum,
    Json,
    Array,
    Range,
    Other,
}

pub const BUILT_IN: [Ty; 28] = [
    Ty::Bool,
    Ty::Small,
    Ty::Int,
    Ty::Int,
    Ty::Big,
    Ty::Numeric(10, 2),
    Ty::Numeric(0, 0),
    Ty::Double,
    Ty::Text,
    Ty::Text,
    Ty::Varchar(50),
    Ty::Char(8),
    Ty::Date,
    Ty::Timestamp,
    Ty::TimestampOf(3),
    Ty::Timestamptz,
    Ty::Time,
    Ty::Interval,
    Ty::Uuid,
    Ty::Json,
    Ty::Jsonb,
    Ty::Bytea,
    Ty::Inet,
    Ty::Point,
    Ty::Int4range,
    Ty::Tstzrange,
    Ty::Texts,
    Ty::Tsvector,
];

impl Ty {
    pub fn sql(&self, model: &Model) -> String {
        match self {
            Self::Bool => "boolean".into(),
            Self::Small => "smallint".into(),
            Self::Int => "integer".into(),
            Self::Big => "bigint".into(),
            Self::Numeric(0, 0) => "numeric".into(),
            Self::Numeric(precision, scale) => format!("numeric({precision},{scale})"),
            Self::Double => "double precision".into(),
            Self::Text => "text".into(),
            Self::Varchar(length) => format!("varchar({length})"),
            Self::Char(length) => format!("char({length})"),
            Self::Date => "date".into(),
            Self::Timestamp => "timestamp".into(),
            Self::TimestampOf(digits) => format!("timestamp({digits})"),
            Self::Timestamptz => "timestamptz".into(),
            Self::Time => "time".into(),
            Self::Interval => "interval".into(),
            Self::Uuid => "uuid".into(),
            Self::Json => "json".into(),
            Self::Jsonb => "jsonb".into(),
            Self::Bytea => "bytea".into(),
            Self::Inet => "inet".into(),
            Self::Point => "point".into(),
            Self::Int4range => "int4range".into(),
            Self::Tstzrange => "tstzrange".into(),
            Self::Texts => "text[]".into(),
            Self::Ints => "integer[]".into(),
            Self::Tsvector => "tsvector".into(),
            Self::User(key) => model.qualified(&model.types[key].named),
            Self::Users(key) => format!("{}[]", model.qualified(&model.types[key].named)),
        }
    }

    /// The text of the value in row `row`, different in each where the type allows it.
    fn text(&self, model: &Model, row: usize) -> String {
        match self {
            Self::Bool => if row % 2 == 1 { "true" } else { "false" }.into(),
            Self::Small | Self::Int | Self::Big | Self::Numeric(..) | Self::Double => {
                row.to_string()
            }
            Self::Text | Self::Varchar(_) | Self::Char(_) => row.to_string(),
            Self::Date => format!("2024-01-0{row}"),
            Self::Timestamp | Self::TimestampOf(_) => format!("2024-01-0{row} 00:00:00"),
            Self::Timestamptz => format!("2024-01-0{row} 00:00:00+00"),
            Self::Time => format!("0{row}:00:00"),
            Self::Interval => format!("0{row}:00:00"),
            Self::Uuid => format!("00000000-0000-0000-0000-00000000000{row}"),
            Self::Json | Self::Jsonb => format!("{{\"a\": {row}}}"),
            Self::Bytea => format!("\\x0{row}"),
            Self::Inet => format!("10.0.0.{row}"),
            Self::Point => format!("({row},{row})"),
            Self::Int4range => format!("[{row},{}]", row),
            Self::Tstzrange => format!("[2024-01-0{row} 00:00+00,2024-01-0{} 00:00+00)", row + 1),
            Self::Texts | Self::Ints => format!("{{{row}}}"),
            Self::Tsvector => format!("r{row}"),
            Self::Users(key) => match &model.types[key].kind {
                TypeKind::Enum { pinned, .. } => format!("{{{}}}", pinned[0]),
                _ => "{}".into(),
            },
            Self::User(key) => match &model.types[key].kind {
                TypeKind::Enum { pinned, .. } => pinned[(row - 1) % pinned.len()].clone(),
                TypeKind::Domain { base, .. } => base.text(model, row),
                TypeKind::Composite(attributes) => {
                    let texts: Vec<_> = attributes
                        .iter()
                        .map(|a| format!("\"{}\"", a.ty.text(model, row).replace('"', "\"\"")))
                        .collect();
                    format!("({})", texts.join(","))
                }
                TypeKind::Range { .. } => "empty".into(),
                TypeKind::Base { .. } => row.to_string(),
            },
        }
    }

    pub fn value(&self, model: &Model, row: usize) -> String {
        format!(
            "{}::{}",
            quote_literal(&self.text(model, row)),
            self.sql(model)
        )
    }

    /// A default. All of them satisfy every check.
    pub fn default(&self, model: &Model, number: u32) -> String {
        let row = number as usize % 8 + 1;
        match self.class(model) {
            Class::Integer => row.to_string(),
            _ => self.value(model, row),
        }
    }

    /// A constant of a text type says less where it needs no cast.
    pub fn class(&self, model: &Model) -> Class {
        match self {
            Self::Small | Self::Int | Self::Big => Class::Integer,
            Self::Numeric(..) | Self::Double => Class::Number,
            Self::Text | Self::Varchar(_) | Self::Char(_) => Class::Text,
            Self::Date | Self::Timestamp | Self::TimestampOf(_) => Class::Time,
            Self::Timestamptz => Class::Zone,
            Self::Bool => Class::Bool,
            Self::Jsonb => Class::Json,
            Self::Texts | Self::Ints => Class::Array,
            Self::Int4range | Self::Tstzrange => Class::Range,
            Self::User(key) => match model.types[key].kind {
                TypeKind::Enum { .. } => Class::Enum,
                _ => Class::Other,
            },
            _ => Class::Other,
        }
    }

    /// Rows have different values, and those can be compared.
    pub fn is_distinct(&self) -> bool {
        !matches!(
            self,
            Self::Bool | Self::Json | Self::Point | Self::Tsvector | Self::User(_) | Self::Users(_)
        )
    }

    /// There is an order of its values, so that a btree can hold them.
    pub fn is_ordered(&self, model: &Model) -> bool {
        match self {
            Self::Json | Self::Point => false,
            Self::User(key) | Self::Users(key) => match &model.types[key].kind {
                TypeKind::Enum { .. } | TypeKind::Range { .. } => true,
                TypeKind::Domain { base, .. } => base.is_ordered(model),
                TypeKind::Composite(attributes) => {
                    !attributes.is_empty() && attributes.iter().all(|a| a.ty.is_ordered(model))
                }
                TypeKind::Base { .. } => false,
            },
            _ => true,
        }
    }

    /// The user's type that it is made of.
    pub fn user(&self) -> Option<Key> {
        match self {
            Self::User(key) | Self::Users(key) => Some(*key),
            _ => None,
        }
    }

    pub fn is_text(&self) -> bool {
        matches!(self, Self::Text | Self::Varchar(_) | Self::Char(_))
    }

    /// Types that the values of rows can be cast to, and back without loss.
    pub fn castable(&self, model: &Model) -> Vec<Ty> {
        use Ty::*;
        match self {
            Small => vec![Int, Big, Numeric(8, 0)],
            Int => vec![Big, Small, Numeric(12, 2), Text, Double],
            Big => vec![Int, Numeric(0, 0), Text, Varchar(30)],
            Numeric(10, 2) => vec![Numeric(12, 2), Numeric(10, 3), Numeric(0, 0), Double],
            Numeric(..) => vec![Big, Numeric(20, 0), Text],
            Double => vec![Numeric(0, 0), Text],
            Text => vec![Varchar(100), Varchar(20), Char(5), Int, Big],
            Varchar(50) => vec![Varchar(60), Varchar(40), Text],
            Varchar(_) => vec![Text, Varchar(45)],
            Char(_) => vec![Text, Varchar(9), Char(9)],
            Date => vec![Timestamp, Timestamptz, Text],
            Timestamp => vec![Timestamptz, TimestampOf(3), Date],
            TimestampOf(_) => vec![Timestamp, Timestamptz],
            Timestamptz => vec![Timestamp, Date],
            Time => vec![Interval, Text],
            Interval => vec![Text],
            Uuid | Inet => vec![Text],
            Json => vec![Jsonb, Text],
            Jsonb => vec![Json, Text],
            Bool => vec![Text, Int],
            Texts => vec![Ints],
            Ints => vec![Texts],
            User(key) => match &model.types[key].kind {
                TypeKind::Enum { .. } => vec![Text, Varchar(40)],
                TypeKind::Domain { base, .. } => vec![base.clone()],
                _ => vec![],
            },
            _ => vec![],
        }
    }
}
