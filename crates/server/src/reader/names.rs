//! What oids stand for: names of schemas, roles, types, functions and the like, read once.

use std::collections::BTreeMap;

use pgwright_catalog::{Name, OperatorSignature, QualifiedName, RoutineSignature};

use super::{Class, ReadError, Reader};

/// What oids stand for.
#[derive(Default)]
pub(super) struct Names {
    names: BTreeMap<(Class, u32), (Name, Option<u32>)>,
    types: BTreeMap<u32, TypeFacts>,
    functions: BTreeMap<u32, (QualifiedName, Vec<u32>)>,
    operators: BTreeMap<u32, QualifiedName>,
}

/// What must be known of a type that something else uses.
#[derive(Clone)]
pub(super) struct TypeFacts {
    pub(super) spelled: String,
    pub(super) name: QualifiedName,
    /// pg_type.typtype.
    pub(super) kind: char,
    pub(super) category: char,
    pub(super) is_preferred: bool,
    pub(super) is_array: bool,
    /// The type under a domain, else 0.
    pub(super) base: u32,
    pub(super) collation: u32,
    pub(super) storage: char,
}

impl Names {
    pub(super) fn get(&self, class: Class, oid: u32) -> Option<&Name> {
        self.names.get(&(class, oid)).map(|(name, _)| name)
    }

    /// The name of something within a schema.
    pub(super) fn qualified(&self, class: Class, oid: u32) -> Option<QualifiedName> {
        let (name, schema) = self.names.get(&(class, oid))?;
        Some(QualifiedName::new(
            self.get(Class::Schema, (*schema)?)?.clone(),
            name.clone(),
        ))
    }

    /// A schema that is not the system's.
    pub(super) fn own_schema(&self, oid: u32) -> Option<&Name> {
        let name = self.get(Class::Schema, oid)?;
        let system = name.as_str() == "information_schema" || name.as_str().starts_with("pg_");
        (!system).then_some(name)
    }

    pub(super) fn type_facts(&self, oid: u32) -> Option<&TypeFacts> {
        self.types.get(&oid)
    }

    /// A type where none has a modifier, as in arguments: as `format_type(oid, NULL)` prints it.
    pub(super) fn type_name(&self, oid: u32) -> String {
        match self.types.get(&oid) {
            Some(facts) => facts.spelled.clone(),
            // What format_type says of an oid that is no type.
            None => "???".to_owned(),
        }
    }

    pub(super) fn type_names(&self, oids: &[u32]) -> Vec<String> {
        oids.iter().map(|oid| self.type_name(*oid)).collect()
    }

    /// A function's name; 0 is none.
    pub(super) fn function(&self, oid: u32) -> Option<QualifiedName> {
        self.functions.get(&oid).map(|(name, _)| name.clone())
    }

    /// A function's name as the server prints it with an empty search path; 0 is none.
    pub(super) fn function_text(&self, oid: u32) -> Option<String> {
        let (name, _) = self.functions.get(&oid)?;
        Some(spelled(name))
    }

    /// A function with its argument types; 0 is none.
    pub(super) fn signature(&self, oid: u32) -> Option<RoutineSignature> {
        let (name, arguments) = self.functions.get(&oid)?;
        Some(RoutineSignature::new(
            name.clone(),
            self.type_names(arguments),
        ))
    }

    pub(super) fn keep_operators(&mut self, operators: &BTreeMap<u32, OperatorSignature>) {
        let name = |(oid, signature): (&u32, &OperatorSignature)| (*oid, signature.name.clone());
        self.operators = operators.iter().map(name).collect();
    }

    /// An operator's name; 0 is none.
    pub(super) fn operator(&self, oid: u32) -> Option<&QualifiedName> {
        self.operators.get(&oid)
    }

    /// The collation of something whose type has one of its own, when it is another.
    pub(super) fn collation(&self, collation: u32, of_type: u32) -> Option<QualifiedName> {
        let usual = self.types.get(&of_type).map_or(0, |facts| facts.collation);
        match collation == 0 || collation == usual {
            true => None,
            false => self.qualified(Class::Collation, collation),
        }
    }
}

/// A name as the server prints it with an empty search path.
pub(super) fn spelled(name: &QualifiedName) -> String {
    match name.schema.as_str() {
        "pg_catalog" => name.name.quoted(),
        _ => name.quoted(),
    }
}

impl Reader<'_> {
    pub(super) fn read_names(&mut self) -> Result<(), ReadError> {
        for row in self.query("names", include_str!("../queries/names.sql"), &[])? {
            if let Some(class) = Class::of(row.get("class")?) {
                let named = (row.name("name")?, row.get("schema")?);
                self.names.names.insert((class, row.get("oid")?), named);
            }
        }
        self.read_type_names()?;
        self.read_function_names()?;
        for row in self.query("comments", include_str!("../queries/comments.sql"), &[])? {
            let object = (row.get("class")?, row.get("oid")?, row.get("part")?);
            self.comments.insert(object, row.get("text")?);
        }
        let query = include_str!("../queries/left_out.sql");
        for row in self.query("members of extensions", query, &[])? {
            self.left_out.insert((row.get("class")?, row.get("oid")?));
        }
        Ok(())
    }

    fn read_type_names(&mut self) -> Result<(), ReadError> {
        for row in self.query("types", include_str!("../queries/type_names.sql"), &[])? {
            let oid = row.get("oid")?;
            let spelled = row.get("spelled")?;
            let schema = self.names.get(Class::Schema, row.get("schema")?);
            let facts = TypeFacts {
                spelled,
                name: QualifiedName::new(schema.cloned().unwrap_or_default(), row.name("name")?),
                kind: row.code("kind")?,
                category: row.code("category")?,
                is_preferred: row.get("is_preferred")?,
                is_array: row.get("is_array")?,
                base: row.get("base")?,
                collation: row.get("collation")?,
                storage: row.code("storage")?,
            };
            self.names.types.insert(oid, facts);
        }
        Ok(())
    }

    fn read_function_names(&mut self) -> Result<(), ReadError> {
        for row in self.query("functions", include_str!("../queries/functions.sql"), &[])? {
            let schema = self.names.get(Class::Schema, row.get("schema")?);
            let name = QualifiedName::new(schema.cloned().unwrap_or_default(), row.name("name")?);
            let function = (name, row.get("arguments")?);
            self.names.functions.insert(row.get("oid")?, function);
        }
        Ok(())
    }
}
