//! Type names, as `format_type` prints them with an empty search path.

use pg_query::NodeEnum;
use pg_query::protobuf::{Node, TypeName, a_const};
use pgwright_catalog::{Name, QualifiedName, quote_identifier};

use super::failure::Failure;
use super::names::{split_name, strings, truncate};
use super::note::NoteKind;
use super::objects::extension;
use super::state::{RelationKind, State};

/// What a type name means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ResolvedType {
    /// As `format_type` prints it.
    pub(super) text: String,
    /// The type, or the element type of an array: schema and name as in `pg_type`.
    pub(super) name: QualifiedName,
    /// An array.
    pub(super) array: bool,
    /// The type is PostgreSQL's own, or was made by the text.
    pub(super) known: bool,
}

/// The types of `pg_catalog` that texts name. Kept sorted for the binary search.
const SYSTEM_TYPES: &[&str] = &[
    "aclitem",
    "any",
    "anyarray",
    "anycompatible",
    "anycompatiblearray",
    "anycompatiblemultirange",
    "anycompatiblenonarray",
    "anycompatiblerange",
    "anyelement",
    "anyenum",
    "anymultirange",
    "anynonarray",
    "anyrange",
    "bit",
    "bool",
    "box",
    "bpchar",
    "bytea",
    "char",
    "cid",
    "cidr",
    "circle",
    "cstring",
    "date",
    "datemultirange",
    "daterange",
    "event_trigger",
    "fdw_handler",
    "float4",
    "float8",
    "gtsvector",
    "index_am_handler",
    "inet",
    "int2",
    "int2vector",
    "int4",
    "int4multirange",
    "int4range",
    "int8",
    "int8multirange",
    "int8range",
    "internal",
    "interval",
    "json",
    "jsonb",
    "jsonpath",
    "language_handler",
    "line",
    "lseg",
    "macaddr",
    "macaddr8",
    "money",
    "name",
    "numeric",
    "nummultirange",
    "numrange",
    "oid",
    "oidvector",
    "path",
    "pg_brin_bloom_summary",
    "pg_brin_minmax_multi_summary",
    "pg_ddl_command",
    "pg_dependencies",
    "pg_lsn",
    "pg_mcv_list",
    "pg_ndistinct",
    "pg_node_tree",
    "pg_snapshot",
    "point",
    "polygon",
    "record",
    "refcursor",
    "regclass",
    "regcollation",
    "regconfig",
    "regdictionary",
    "regnamespace",
    "regoper",
    "regoperator",
    "regproc",
    "regprocedure",
    "regrole",
    "regtype",
    "table_am_handler",
    "text",
    "tid",
    "time",
    "timestamp",
    "timestamptz",
    "timetz",
    "trigger",
    "tsm_handler",
    "tsmultirange",
    "tsquery",
    "tsrange",
    "tstzmultirange",
    "tstzrange",
    "tsvector",
    "txid_snapshot",
    "unknown",
    "uuid",
    "varbit",
    "varchar",
    "void",
    "xid",
    "xid8",
    "xml",
];

impl State {
    /// The text of a type, as `format_type` prints it.
    pub(super) fn type_text(&self, type_name: &TypeName) -> Result<String, Failure> {
        Ok(self.resolve_type(type_name)?.text)
    }

    /// What a type name means. A type that is not known is held by its name: an extension may bring it.
    pub(super) fn resolve_type(&self, type_name: &TypeName) -> Result<ResolvedType, Failure> {
        let parts = strings(&type_name.names);
        if type_name.pct_type {
            return self.type_of_column(&parts);
        }
        let (schema, name) =
            split_name(&parts).ok_or_else(|| Failure::new("a type name is missing"))?;
        let (name, mut array, known) = self.find_type_name(schema, truncate(name))?;
        array |= !type_name.array_bounds.is_empty();
        let mut text = if name.schema.as_str() == "pg_catalog" {
            system_type(name.name.as_str(), &type_name.typmods)
        } else {
            format!("{}{}", name.quoted(), written_modifiers(&type_name.typmods))
        };
        if array {
            text.push_str("[]");
        }
        Ok(ResolvedType {
            text,
            name,
            array,
            known,
        })
    }

    /// Schema and name of a type, whether it is an array by its own name (`_text`), and whether known.
    fn find_type_name(
        &self,
        schema: Option<&str>,
        name: &str,
    ) -> Result<(QualifiedName, bool, bool), Failure> {
        let system = |name: &str| SYSTEM_TYPES.binary_search(&name).is_ok();
        let in_system =
            |array: bool, name: &str| Ok((QualifiedName::new("pg_catalog", name), array, true));
        if matches!(schema, None | Some("pg_catalog")) {
            if system(name) {
                return in_system(false, name);
            }
            if let Some(element) = name.strip_prefix('_').filter(|element| system(element)) {
                return in_system(true, element);
            }
        }
        let candidates = match schema {
            Some(schema) => vec![self.existing_schema(schema).unwrap_or(Name::new(schema))],
            None => {
                let mut path = vec![Name::new(super::state::TEMPORARY_SCHEMA)];
                path.extend(self.visible_schemas());
                path
            }
        };
        for schema in &candidates {
            let full = QualifiedName::new(schema.clone(), name);
            if self.has_type(&full) {
                return Ok((full, false, true));
            }
            if let Some(element) = name.strip_prefix('_') {
                let full = QualifiedName::new(schema.clone(), element);
                if self.has_type(&full) {
                    return Ok((full, true, true));
                }
            }
        }
        // Not known: most likely an extension's.
        let schema = match schema {
            Some("pg_catalog") => Name::new("pg_catalog"),
            Some(schema) => self.existing_schema(schema)?,
            None => self
                .extension_schema_of_type(name)
                .or_else(|| self.visible_schemas().into_iter().next())
                .unwrap_or_else(|| Name::new("public")),
        };
        let full = QualifiedName::new(schema, name);
        self.note_unknown_type(&full);
        Ok((full, false, false))
    }

    /// Whether the text has made a type of that name: its own, or the row type of a relation.
    fn has_type(&self, name: &QualifiedName) -> bool {
        self.catalog.types.contains_key(name)
            || matches!(
                self.relation_kind(name),
                Some(
                    RelationKind::Table
                        | RelationKind::ForeignTable
                        | RelationKind::View
                        | RelationKind::MaterializedView
                )
            )
            || self.catalog.types.iter().any(|(other, held)| {
                other.schema == name.schema
                    && matches!(&held.kind,
                        pgwright_catalog::TypeKind::Range { multirange: Some(multirange), .. }
                        if *multirange == name.name)
            })
    }

    /// The schema that an extension of the text keeps its types in, when one brings that type.
    fn extension_schema_of_type(&self, name: &str) -> Option<Name> {
        if !extension::brings(self, "type", name) {
            return None;
        }
        let schema = extension::schema_of_member(self, "type", name);
        Some(schema.unwrap_or_else(|| Name::new("public")))
    }

    fn note_unknown_type(&self, name: &QualifiedName) {
        if !extension::brings(self, "type", name.name.as_str()) {
            self.note(
                NoteKind::Undecided,
                format!("type \"{name}\" is not known"),
                Some("it is held by its name, as if an extension brought it".to_owned()),
            );
        }
    }

    /// `table.column%TYPE`.
    fn type_of_column(&self, parts: &[&str]) -> Result<ResolvedType, Failure> {
        let Some((column, relation)) = parts.split_last() else {
            return Err(Failure::new("a type name is missing"));
        };
        let (schema, name) = split_name(relation)
            .ok_or_else(|| Failure::new("improper %TYPE reference (too few dotted names)"))?;
        let (full, _) = self
            .find_relation(schema, name)
            .ok_or_else(|| super::names::no_relation(schema.unwrap_or_default(), name))?;
        let text = self
            .catalog
            .tables
            .get(&full)
            .and_then(|table| Some(table.column(column)?.data_type.clone()))
            .or_else(|| {
                let views = self.catalog.views.get(&full).map(|view| &view.columns);
                let columns = views.or_else(|| {
                    let view = self.catalog.materialized_views.get(&full)?;
                    Some(&view.columns)
                })?;
                let found = columns.iter().find(|c| c.name.as_str() == *column)?;
                found.data_type.clone()
            })
            .ok_or_else(|| {
                Failure::new(format!(
                    "column \"{column}\" of relation \"{name}\" does not exist"
                ))
            })?;
        let array = text.ends_with("[]");
        Ok(ResolvedType {
            text,
            name: full,
            array,
            known: true,
        })
    }
}

/// The text of a type of `pg_catalog` with its modifiers.
fn system_type(name: &str, modifiers: &[Node]) -> String {
    let numbers: Vec<i64> = modifiers.iter().filter_map(integer).collect();
    let first = numbers.first().copied();
    let with = |word: &str| match first {
        Some(number) => format!("{word}({number})"),
        None => word.to_owned(),
    };
    // More than six digits of a second are not kept.
    let precision = |number: Option<i64>| match number {
        Some(number) => format!("({})", number.min(6)),
        None => String::new(),
    };
    match name {
        "bool" => "boolean".to_owned(),
        // A key word, which the server does not quote here.
        "json" => "json".to_owned(),
        "int2" => "smallint".to_owned(),
        "int4" => "integer".to_owned(),
        "int8" => "bigint".to_owned(),
        "float4" => "real".to_owned(),
        "float8" => "double precision".to_owned(),
        "char" => "\"char\"".to_owned(),
        "any" => "\"any\"".to_owned(),
        "bpchar" if first.is_some() => with("character"),
        "varchar" => with("character varying"),
        "bit" if first.is_none() => "\"bit\"".to_owned(),
        "bit" => with("bit"),
        "varbit" => with("bit varying"),
        "numeric" => match numbers.as_slice() {
            [precision] => format!("numeric({precision},0)"),
            [precision, scale] => format!("numeric({precision},{scale})"),
            _ => "numeric".to_owned(),
        },
        "time" => format!("time{} without time zone", precision(first)),
        "timetz" => format!("time{} with time zone", precision(first)),
        "timestamp" => format!("timestamp{} without time zone", precision(first)),
        "timestamptz" => format!("timestamp{} with time zone", precision(first)),
        "interval" => {
            let fields = first.and_then(interval_fields).unwrap_or_default();
            format!("interval{fields}{}", precision(numbers.get(1).copied()))
        }
        _ => quote_identifier(name),
    }
}

/// The fields of an interval, from the bits that the grammar makes of them.
fn interval_fields(mask: i64) -> Option<&'static str> {
    const MONTH: i64 = 1 << 1;
    const YEAR: i64 = 1 << 2;
    const DAY: i64 = 1 << 3;
    const HOUR: i64 = 1 << 10;
    const MINUTE: i64 = 1 << 11;
    const SECOND: i64 = 1 << 12;
    [
        (YEAR, " year"),
        (MONTH, " month"),
        (DAY, " day"),
        (HOUR, " hour"),
        (MINUTE, " minute"),
        (SECOND, " second"),
        (YEAR | MONTH, " year to month"),
        (DAY | HOUR, " day to hour"),
        (DAY | HOUR | MINUTE, " day to minute"),
        (DAY | HOUR | MINUTE | SECOND, " day to second"),
        (HOUR | MINUTE, " hour to minute"),
        (HOUR | MINUTE | SECOND, " hour to second"),
        (MINUTE | SECOND, " minute to second"),
    ]
    .into_iter()
    .find_map(|(bits, words)| (bits == mask).then_some(words))
}

/// `(Point,4326)`: modifiers of a type whose own rules are not known, as they are written.
fn written_modifiers(modifiers: &[Node]) -> String {
    if modifiers.is_empty() {
        return String::new();
    }
    let words: Vec<String> = modifiers
        .iter()
        .map(|modifier| match modifier.node.as_ref() {
            Some(NodeEnum::ColumnRef(column)) => strings(&column.fields).join("."),
            Some(NodeEnum::AConst(constant)) => match &constant.val {
                Some(a_const::Val::Ival(number)) => number.ival.to_string(),
                Some(a_const::Val::Fval(number)) => number.fval.clone(),
                Some(a_const::Val::Sval(text)) => text.sval.clone(),
                _ => String::new(),
            },
            _ => String::new(),
        })
        .collect();
    format!("({})", words.join(","))
}

/// An integer constant, perhaps negative.
pub(super) fn integer(node: &Node) -> Option<i64> {
    match node.node.as_ref()? {
        NodeEnum::AConst(constant) => match constant.val.as_ref()? {
            a_const::Val::Ival(number) => Some(i64::from(number.ival)),
            a_const::Val::Fval(number) => number.fval.parse().ok(),
            _ => None,
        },
        NodeEnum::Integer(number) => Some(i64::from(number.ival)),
        NodeEnum::Float(number) => number.fval.parse().ok(),
        NodeEnum::AExpr(operation) if strings(&operation.name) == ["-"] => {
            integer(operation.rexpr.as_deref()?)?.checked_neg()
        }
        _ => None,
    }
}
