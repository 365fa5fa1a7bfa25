//! Reading enumerations, domains, composite types, range types, base types and shell types.

use std::collections::{BTreeMap, BTreeSet};

use pgwright_catalog::{
    DomainCheck, Expression, Grant, Name, ObjectId, Privilege, QualifiedName, Type, TypeKind,
    quote_literal,
};

use super::{Class, ReadError, Reader, Record, text};

/// The parts of types, by the type's oid.
#[derive(Default)]
struct Parts {
    labels: BTreeMap<u32, Vec<String>>,
    checks: BTreeMap<u32, BTreeMap<Name, DomainCheck>>,
    /// Names of NOT NULL constraints, which domains have since 17.
    not_null: BTreeMap<u32, Name>,
}

/// The function that subscripts a type of fixed length with elements, when none is named
/// (raw_array_subscript_handler).
const USUAL_SUBSCRIPT: &str = "raw_array_subscript_handler";

impl Reader<'_> {
    pub(super) fn read_types(&mut self) -> Result<(), ReadError> {
        let mut parts = self.read_parts()?;
        for row in self.query("types", include_str!("../queries/types.sql"), &[])? {
            let Some(name) = self.own_name(Class::Type, &row)? else {
                continue;
            };
            let oid = row.get("oid")?;
            let id = ObjectId::Type(name.clone());
            let kind = match row.code("kind")? {
                'e' => TypeKind::Enum(parts.labels.remove(&oid).unwrap_or_default()),
                'd' => self.domain(&name, oid, &row, &mut parts)?,
                'c' => TypeKind::Composite(self.composite(row.get("relation")?)),
                'r' => self.range(&row)?,
                'b' => TypeKind::Base(self.base_type(&row)?),
                _ => TypeKind::Shell,
            };
            let held = Type {
                kind,
                owner: self.owner(row.get("owner")?),
                comment: self.comment(Class::Type, oid),
                grants: BTreeSet::from([Grant::to_public(Privilege::Usage)]),
            };
            self.ids.insert((Class::Type, oid), id);
            self.catalog.types.insert(name, held);
        }
        Ok(())
    }

    fn read_parts(&mut self) -> Result<Parts, ReadError> {
        let mut parts = Parts::default();
        let query = include_str!("../queries/enum_labels.sql");
        for row in self.query("labels of enumerations", query, &[])? {
            parts.labels.insert(row.get("type")?, row.get("labels")?);
        }
        let query = include_str!("../queries/domain_constraints.sql");
        for row in self.query("constraints of domains", query, &[])? {
            let of_type = row.get("type")?;
            let name = row.name("name")?;
            let comment = self.comment(Class::Constraint, row.get("oid")?);
            if row.code("kind")? == 'n' {
                if let Some(ObjectId::Type(domain)) = comment.and(self.type_id(of_type)) {
                    let id = ObjectId::Constraint(domain, name.clone());
                    self.warn(&id, "the comment of a domain's NOT NULL is not held");
                }
                parts.not_null.insert(of_type, name);
                continue;
            }
            let expression: Option<String> = row.get("expression")?;
            let expression = expression.unwrap_or_default();
            let check = DomainCheck {
                expression: Expression::new(text::strip_parentheses(&expression)),
                validated: row.get("validated")?,
                comment,
            };
            let checks = parts.checks.entry(of_type).or_default();
            checks.insert(name, check);
        }
        Ok(parts)
    }

    /// A type that may not be held yet.
    fn type_id(&self, oid: u32) -> Option<ObjectId> {
        let facts = self.names.type_facts(oid)?;
        Some(ObjectId::Type(facts.name.clone()))
    }

    fn composite(&mut self, relation: u32) -> Vec<pgwright_catalog::CompositeAttribute> {
        self.relations
            .get_mut(&relation)
            .map(|relation| std::mem::take(&mut relation.composite))
            .unwrap_or_default()
    }

    fn domain(
        &self,
        name: &QualifiedName,
        oid: u32,
        row: &Record,
        parts: &mut Parts,
    ) -> Result<TypeKind, ReadError> {
        let base: u32 = row.get("base")?;
        let default: Option<String> = row.get("default_value")?;
        let usual = format!("{}_not_null", name.name);
        let not_null_name = parts.not_null.remove(&oid);
        Ok(TypeKind::Domain {
            base: row.get("base_spelled")?,
            collation: self.names.collation(row.get("collation")?, base),
            default: default.map(Expression::new),
            not_null: row.get("not_null")?,
            not_null_name: not_null_name.filter(|name| name.as_str() != usual),
            checks: parts.checks.remove(&oid).unwrap_or_default(),
        })
    }

    fn range(&self, row: &Record) -> Result<TypeKind, ReadError> {
        let subtype: u32 = row.get::<Option<u32>>("subtype")?.unwrap_or(0);
        let function = |column| -> Result<_, ReadError> {
            let oid: Option<u32> = row.get(column)?;
            Ok(oid.and_then(|oid| self.names.function(oid)))
        };
        let class: Option<u32> = row.get("subtype_operator_class")?;
        let collation: Option<u32> = row.get("range_collation")?;
        Ok(TypeKind::Range {
            subtype: self.names.type_name(subtype),
            subtype_operator_class: class
                .filter(|class| !self.classes.is_default(*class))
                .and_then(|class| self.classes.text(class)),
            collation: self.names.collation(collation.unwrap_or(0), subtype),
            canonical: function("canonical")?,
            subtype_diff: function("subtype_diff")?,
            multirange: row.optional_name("multirange")?,
        })
    }

    /// The parameters of CREATE TYPE, without those that have their defaults.
    fn base_type(&self, row: &Record) -> Result<BTreeMap<String, String>, ReadError> {
        let mut parameters = BTreeMap::new();
        let mut say = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                parameters.insert(name.to_owned(), value);
            }
        };
        let truth = |holds: bool| holds.then(|| "true".to_owned());
        for name in [
            "input",
            "output",
            "receive",
            "send",
            "typmod_in",
            "typmod_out",
            "analyze",
            "subscript",
        ] {
            let function = self.names.function_text(row.get(name)?);
            say(name, function.filter(|text| text != USUAL_SUBSCRIPT));
        }
        let length: i16 = row.get("length")?;
        say("internallength", (length > 0).then(|| length.to_string()));
        say("passedbyvalue", truth(row.get("by_value")?));
        let alignment = match row.code("alignment")? {
            'c' => Some("char"),
            's' => Some("int2"),
            'd' => Some("double"),
            _ => None,
        };
        say("alignment", alignment.map(str::to_owned));
        let storage = match row.code("storage")? {
            'e' => Some("external"),
            'm' => Some("main"),
            'x' => Some("extended"),
            _ => None,
        };
        say("storage", storage.map(str::to_owned));
        let quoted = |code: char, usual| (code != usual).then(|| quote_literal(&code.to_string()));
        say("category", quoted(row.code("category")?, 'U'));
        say("delimiter", quoted(row.code("delimiter")?, ','));
        say("preferred", truth(row.get("is_preferred")?));
        say("collatable", truth(row.get::<u32>("collation")? != 0));
        let element: u32 = row.get("element")?;
        say(
            "element",
            (element != 0).then(|| self.names.type_name(element)),
        );
        let default = match row.get::<Option<String>>("default_expression")? {
            Some(expression) => Some(expression),
            None => row
                .get::<Option<String>>("default_text")?
                .map(|text| quote_literal(&text)),
        };
        say("default", default);
        Ok(parameters)
    }
}
