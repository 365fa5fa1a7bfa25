//! Operator classes and collations of index keys, which are held only where they are not the default.

use pg_query::NodeEnum;
use pg_query::protobuf::Node;
use pgwright_catalog::{
    Column, Name, OperatorClassName, QualifiedName, TypeKind, quote_identifier,
};

use crate::analyze::system;
use crate::read::failure::Failure;
use crate::read::names::{split_name, strings};
use crate::read::state::State;

/// `pg_type` names of the types that `format_type` prints otherwise.
const PRINTED: &[(&str, &str)] = &[
    ("boolean", "bool"),
    ("smallint", "int2"),
    ("integer", "int4"),
    ("bigint", "int8"),
    ("real", "float4"),
    ("double precision", "float8"),
    ("character varying", "varchar"),
    ("character", "bpchar"),
    ("bit varying", "varbit"),
    ("\"bit\"", "bit"),
    ("\"char\"", "char"),
    ("timestamp without time zone", "timestamp"),
    ("timestamp with time zone", "timestamptz"),
    ("time without time zone", "time"),
    ("time with time zone", "timetz"),
];

/// The `pg_type` name of a type that is printed by `format_type`, without modifiers.
pub(super) fn internal_name(text: &str) -> String {
    let mut plain = String::new();
    let mut depth = 0;
    for character in text.chars() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ if depth == 0 => plain.push(character),
            _ => {}
        }
    }
    let plain = plain.trim();
    let plain = match plain.strip_prefix("interval ") {
        Some(_) => "interval",
        None => plain,
    };
    PRINTED
        .iter()
        .find(|(printed, _)| *printed == plain)
        .map_or(plain, |(_, name)| name)
        .to_owned()
}

/// The schema and name that `format_type` printed for a type of the user's; `None` for the system's.
pub(in crate::read) fn user_type(text: &str) -> Option<QualifiedName> {
    let (schema, rest) = identifier(text)?;
    let (name, _) = identifier(rest.strip_prefix('.')?)?;
    Some(QualifiedName::new(schema, name))
}

/// An identifier at the beginning of a text, and the rest.
fn identifier(text: &str) -> Option<(String, &str)> {
    if let Some(rest) = text.strip_prefix('"') {
        let mut name = String::new();
        let mut characters = rest.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            if character != '"' {
                name.push(character);
            } else if matches!(characters.peek(), Some((_, '"'))) {
                name.push('"');
                characters.next();
            } else {
                return Some((name, &rest[at + 1..]));
            }
        }
        return None;
    }
    let end = text
        .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'))
        .unwrap_or(text.len());
    (end > 0).then(|| (text[..end].to_owned(), &text[end..]))
}

impl State {
    /// The type under a domain, and so on.
    pub(in crate::read) fn base_type(&self, text: &str) -> String {
        let mut text = text.to_owned();
        // A domain cannot contain itself, but the text may be wrong.
        for _ in 0..32 {
            if text.ends_with("[]") {
                break;
            }
            let Some(name) = user_type(&text) else { break };
            match self.catalog.types.get(&name).map(|held| &held.kind) {
                Some(TypeKind::Domain { base, .. }) => text.clone_from(base),
                _ => break,
            }
        }
        text
    }

    /// The operator class that an access method uses for a type by default, when it is known.
    pub(super) fn default_operator_class(&self, method: &str, data_type: &str) -> Option<String> {
        const ANY_ARRAY: u32 = 2277;
        const ANY_ENUM: u32 = 3500;
        const ANY_RANGE: u32 = 3831;
        const ANY_MULTIRANGE: u32 = 4537;
        const RECORD: u32 = 2249;
        let catalog = system::catalog();
        let base = self.base_type(data_type);
        let of = |input: u32| {
            catalog
                .operator_classes(method)
                .find(|class| class.default && class.input == input)
                .map(|class| class.name.to_owned())
        };
        if base.ends_with("[]") {
            return of(ANY_ARRAY);
        }
        if let Some(name) = user_type(&base) {
            return match self.catalog.types.get(&name).map(|held| &held.kind) {
                Some(TypeKind::Enum(_)) => of(ANY_ENUM),
                Some(TypeKind::Range { .. }) => of(ANY_RANGE),
                Some(TypeKind::Composite(_)) => of(RECORD),
                _ => self
                    .catalog
                    .operator_classes
                    .iter()
                    .find(|(class, held)| {
                        class.method.as_str() == method && held.default && held.data_type == base
                    })
                    .map(|(class, _)| class.name.quoted()),
            };
        }
        let name = internal_name(&base);
        let system = catalog.type_by_name("pg_catalog", &name)?;
        of(system.oid).or_else(|| match name.as_str() {
            // Types that share their representation with another.
            "varchar" => of(catalog.type_by_name("pg_catalog", "text")?.oid),
            "cidr" => of(catalog.type_by_name("pg_catalog", "inet")?.oid),
            name if name.ends_with("multirange") => of(ANY_MULTIRANGE),
            name if name.ends_with("range") => of(ANY_RANGE),
            _ => None,
        })
    }

    /// The operator class of a key as it is held: `None` for the default of its type.
    pub(super) fn operator_class(
        &self,
        method: &str,
        data_type: Option<&str>,
        names: &[Node],
        options: &[Node],
    ) -> Result<Option<String>, Failure> {
        let parts = strings(names);
        let options = class_options(options);
        let default = || data_type.and_then(|text| self.default_operator_class(method, text));
        let Some((schema, name)) = split_name(&parts) else {
            // Options need the name of the class they are for.
            return Ok(match (options, default()) {
                (Some(options), Some(class)) => Some(format!("{class} {options}")),
                _ => None,
            });
        };
        let text = self.operator_class_name(method, schema, name)?;
        Ok(match options {
            Some(options) => Some(format!("{text} {options}")),
            None if default().is_some_and(|default| default == text) => None,
            None => Some(text),
        })
    }

    /// The text of an operator class: without schema when it is the system's.
    fn operator_class_name(
        &self,
        method: &str,
        schema: Option<&str>,
        name: &str,
    ) -> Result<String, Failure> {
        let system = matches!(schema, None | Some("pg_catalog"))
            && system::catalog()
                .operator_classes(method)
                .any(|class| class.name == name);
        if system {
            return Ok(quote_identifier(name));
        }
        if let Some(schema) = schema {
            return Ok(QualifiedName::new(schema, name).quoted());
        }
        let of_text = |schema: Name| OperatorClassName {
            name: QualifiedName::new(schema, name),
            method: Name::new(method),
        };
        let mut path = self.visible_schemas();
        path.retain(|schema| {
            self.catalog
                .operator_classes
                .contains_key(&of_text(schema.clone()))
        });
        let schema = path
            .into_iter()
            .next()
            .or_else(|| self.extension_schema_of_class(name))
            .or_else(|| self.visible_schemas().into_iter().next())
            .unwrap_or_else(|| Name::new("public"));
        Ok(QualifiedName::new(schema, name).quoted())
    }

    /// The schema of an extension of the text that brings an operator class.
    fn extension_schema_of_class(&self, name: &str) -> Option<Name> {
        let extension = CLASSES_OF_EXTENSIONS
            .iter()
            .find(|(_, classes)| classes.contains(&name))?
            .0;
        let held = self.catalog.extensions.get(extension)?;
        held.schema.clone().or_else(|| Some(Name::new("public")))
    }

    /// The collation that a COLLATE clause names: schema and name.
    pub(in crate::read) fn collation(&self, names: &[Node]) -> Result<QualifiedName, Failure> {
        let parts = strings(names);
        let (schema, name) =
            split_name(&parts).ok_or_else(|| Failure::new("a collation has no name"))?;
        if let Some(schema) = schema {
            return Ok(QualifiedName::new(schema, name));
        }
        let found = self.visible_schemas().into_iter().find_map(|schema| {
            let full = QualifiedName::new(schema, name);
            self.catalog.collations.contains_key(&full).then_some(full)
        });
        Ok(found.unwrap_or_else(|| QualifiedName::new("pg_catalog", name)))
    }

    /// The collation of a column as it is held: `None` when it is its type's.
    pub(in crate::read) fn column_collation(
        &self,
        names: &[Node],
        data_type: &str,
    ) -> Result<Option<QualifiedName>, Failure> {
        let collation = self.collation(names)?;
        let own = match user_type(data_type).and_then(|name| self.catalog.types.get(&name)) {
            Some(held) => match &held.kind {
                TypeKind::Domain {
                    collation: Some(collation),
                    ..
                } => collation.clone(),
                _ => QualifiedName::new("pg_catalog", "default"),
            },
            None if data_type == "name" => QualifiedName::new("pg_catalog", "C"),
            None => QualifiedName::new("pg_catalog", "default"),
        };
        Ok((collation != own).then_some(collation))
    }

    /// The collation of an index key as it is held: `None` when it is its column's.
    pub(super) fn key_collation(
        &self,
        names: &[Node],
        column: Option<&Column>,
    ) -> Result<Option<String>, Failure> {
        if names.is_empty() {
            return Ok(None);
        }
        let collation = self.collation(names)?;
        let own = match column {
            Some(Column {
                collation: Some(own),
                ..
            }) => own.clone(),
            Some(column) => match self.column_collation(names, &column.data_type)? {
                None => return Ok(None),
                Some(_) => QualifiedName::new("pg_catalog", "default"),
            },
            None => QualifiedName::new("pg_catalog", "default"),
        };
        Ok((collation != own).then(|| collation_text(&collation)))
    }
}

/// A collation as it is printed: those of the system without schema.
pub(in crate::read) fn collation_text(collation: &QualifiedName) -> String {
    if collation.schema.as_str() == "pg_catalog" {
        collation.name.quoted()
    } else {
        collation.quoted()
    }
}

/// `(siglen='32')`.
fn class_options(options: &[Node]) -> Option<String> {
    let words: Vec<String> = options
        .iter()
        .filter_map(|option| match option.node.as_ref()? {
            NodeEnum::DefElem(option) => {
                let value = super::options::value(option);
                let value = if quote_identifier(&value) == value {
                    value
                } else {
                    pgwright_catalog::quote_literal(&value)
                };
                Some(format!("{}={value}", quote_identifier(&option.defname)))
            }
            _ => None,
        })
        .collect();
    (!words.is_empty()).then(|| format!("({})", words.join(", ")))
}

/// Operator classes of widely used extensions.
const CLASSES_OF_EXTENSIONS: &[(&str, &[&str])] = &[
    ("pg_trgm", &["gin_trgm_ops", "gist_trgm_ops"]),
    (
        "hstore",
        &[
            "gin_hstore_ops",
            "gist_hstore_ops",
            "btree_hstore_ops",
            "hash_hstore_ops",
        ],
    ),
    (
        "intarray",
        &["gin__int_ops", "gist__int_ops", "gist__intbig_ops"],
    ),
    (
        "ltree",
        &[
            "ltree_ops",
            "gist_ltree_ops",
            "gist__ltree_ops",
            "hash_ltree_ops",
        ],
    ),
    ("citext", &["citext_ops", "citext_pattern_ops"]),
    (
        "btree_gin",
        &[
            "int4_ops",
            "int8_ops",
            "text_ops",
            "uuid_ops",
            "timestamptz_ops",
        ],
    ),
    (
        "btree_gist",
        &[
            "gist_int2_ops",
            "gist_int4_ops",
            "gist_int8_ops",
            "gist_text_ops",
            "gist_uuid_ops",
            "gist_date_ops",
            "gist_timestamp_ops",
            "gist_timestamptz_ops",
            "gist_bool_ops",
            "gist_numeric_ops",
            "gist_inet_ops",
            "gist_cidr_ops",
            "gist_enum_ops",
            "gist_bytea_ops",
            "gist_bpchar_ops",
            "gist_oid_ops",
            "gist_time_ops",
            "gist_timetz_ops",
            "gist_interval_ops",
            "gist_cash_ops",
            "gist_float4_ops",
            "gist_float8_ops",
            "gist_macaddr_ops",
            "gist_macaddr8_ops",
            "gist_bit_ops",
            "gist_vbit_ops",
        ],
    ),
    (
        "vector",
        &[
            "vector_ops",
            "vector_l2_ops",
            "vector_ip_ops",
            "vector_cosine_ops",
            "vector_l1_ops",
            "halfvec_ops",
            "halfvec_l2_ops",
            "halfvec_ip_ops",
            "halfvec_cosine_ops",
            "halfvec_l1_ops",
            "bit_hamming_ops",
            "bit_jaccard_ops",
            "sparsevec_ops",
            "sparsevec_l2_ops",
            "sparsevec_ip_ops",
            "sparsevec_cosine_ops",
            "sparsevec_l1_ops",
        ],
    ),
    (
        "postgis",
        &[
            "gist_geometry_ops_2d",
            "gist_geometry_ops_nd",
            "btree_geometry_ops",
            "gist_geography_ops",
            "brin_geometry_inclusion_ops_2d",
            "spgist_geometry_ops_2d",
        ],
    ),
    ("cube", &["gist_cube_ops", "cube_ops"]),
    ("seg", &["gist_seg_ops", "seg_ops"]),
];
