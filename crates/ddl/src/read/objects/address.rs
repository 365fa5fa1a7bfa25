//! Which object a statement speaks of: from the kind and the names in the tree to an [`ObjectId`].

use pg_query::NodeEnum;
use pg_query::protobuf::{FunctionParameterMode, Node, ObjectType, ObjectWithArgs, TypeName};
use pgwright_catalog::{
    ArgumentMode, CastSignature, Name, ObjectId, OperatorClassName, OperatorSignature,
    QualifiedName, RoutineKind, RoutineSignature, TransformSignature, TypeKind,
};

use super::nodes::{self, Written};
use super::{access, extension};
use crate::read::failure::Failure;
use crate::read::names;
use crate::read::state::{RelationKind, State};

/// What a statement speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::read) enum Address {
    /// An object of the catalog.
    Held(ObjectId),
    /// An object that is there but is not held: PostgreSQL's own, an extension's, or one of the cluster.
    NotHeld,
}

impl Address {
    /// The object, if it is held.
    pub(in crate::read) fn held(self) -> Option<ObjectId> {
        match self {
            Self::Held(id) => Some(id),
            Self::NotHeld => None,
        }
    }
}

impl State {
    /// The object of a kind that a node names.
    pub(in crate::read) fn address(
        &self,
        kind: ObjectType,
        node: &Node,
    ) -> Result<Address, Failure> {
        use ObjectType as O;
        let lone = || nodes::written_node(node).name;
        let held = |id: ObjectId, what: &str| self.held_or_missing(id, what);
        match kind {
            O::ObjectTable
            | O::ObjectView
            | O::ObjectMatview
            | O::ObjectSequence
            | O::ObjectForeignTable
            | O::ObjectIndex => self.relation_address(kind, &nodes::written_node(node)),
            O::ObjectColumn
            | O::ObjectTabconstraint
            | O::ObjectTrigger
            | O::ObjectPolicy
            | O::ObjectRule => self.part_address(kind, node),
            O::ObjectDomconstraint => self.domain_constraint_address(node),
            O::ObjectType | O::ObjectDomain => self.type_address(&nodes::written_node(node)),
            O::ObjectFunction | O::ObjectProcedure | O::ObjectRoutine | O::ObjectAggregate => {
                match node.node.as_ref() {
                    Some(NodeEnum::ObjectWithArgs(object)) => self.routine_address(kind, object),
                    _ => Err(Failure::new("a function name is missing")),
                }
            }
            O::ObjectOperator => match node.node.as_ref() {
                Some(NodeEnum::ObjectWithArgs(object)) => self.operator_address(object),
                _ => Err(Failure::new("an operator name is missing")),
            },
            O::ObjectOpclass | O::ObjectOpfamily => {
                let (method, name) = match nodes::items(node) {
                    [method, name @ ..] => (
                        nodes::string(method).unwrap_or_default(),
                        nodes::written(name),
                    ),
                    [] => return Err(Failure::new("a name is missing")),
                };
                let of = |name: QualifiedName| OperatorClassName {
                    name,
                    method: Name::new(method),
                };
                let (what, make): (&str, fn(OperatorClassName) -> ObjectId) =
                    if kind == O::ObjectOpclass {
                        ("operator class", ObjectId::OperatorClass)
                    } else {
                        ("operator family", ObjectId::OperatorFamily)
                    };
                self.along(&name, what, |name| make(of(name))).map_err(|_| {
                    Failure::new(format!(
                        "{what} \"{name}\" does not exist for access method \"{method}\""
                    ))
                })
            }
            O::ObjectCast => {
                let [source, target] = nodes::items(node) else {
                    return Err(Failure::new("a type name is missing"));
                };
                let signature = CastSignature {
                    source: self.node_type(source)?,
                    target: self.node_type(target)?,
                };
                if self.catalog.casts.contains_key(&signature) {
                    return Ok(Address::Held(ObjectId::Cast(signature)));
                }
                Err(Failure::new(format!(
                    "cast from type {} to type {} does not exist",
                    signature.source, signature.target
                )))
            }
            O::ObjectTransform => {
                let [data_type, language] = nodes::items(node) else {
                    return Err(Failure::new("a type name is missing"));
                };
                let signature = TransformSignature {
                    data_type: self.node_type(data_type)?,
                    language: Name::new(nodes::string(language).unwrap_or_default()),
                };
                if self.catalog.transforms.contains_key(&signature) {
                    return Ok(Address::Held(ObjectId::Transform(signature)));
                }
                Err(Failure::new(format!(
                    "transform for type {} language \"{}\" does not exist",
                    signature.data_type, signature.language
                )))
            }
            O::ObjectCollation => {
                self.along(&nodes::written_node(node), "collation", ObjectId::Collation)
            }
            O::ObjectConversion => self.along(
                &nodes::written_node(node),
                "conversion",
                ObjectId::Conversion,
            ),
            O::ObjectTsparser => self.along(
                &nodes::written_node(node),
                "text search parser",
                ObjectId::TextSearchParser,
            ),
            O::ObjectTstemplate => self.along(
                &nodes::written_node(node),
                "text search template",
                ObjectId::TextSearchTemplate,
            ),
            O::ObjectTsdictionary => self.along(
                &nodes::written_node(node),
                "text search dictionary",
                ObjectId::TextSearchDictionary,
            ),
            O::ObjectTsconfiguration => self.along(
                &nodes::written_node(node),
                "text search configuration",
                ObjectId::TextSearchConfiguration,
            ),
            O::ObjectStatisticExt => self.along(
                &nodes::written_node(node),
                "statistics object",
                ObjectId::Statistics,
            ),
            O::ObjectSchema => {
                let name = lone();
                match self.existing_schema(&name)? {
                    name if self.catalog.schemas.contains_key(&name) => {
                        Ok(Address::Held(ObjectId::Schema(name)))
                    }
                    _ => Ok(Address::NotHeld),
                }
            }
            O::ObjectExtension => {
                let name = lone();
                if name == "plpgsql" && !self.catalog.extensions.contains_key(name.as_str()) {
                    return Ok(Address::NotHeld);
                }
                held(ObjectId::Extension(Name::new(name)), "extension")
            }
            O::ObjectLanguage => {
                let name = lone();
                if self.language_exists(&name)
                    && !self.catalog.languages.contains_key(name.as_str())
                {
                    return Ok(Address::NotHeld);
                }
                held(ObjectId::Language(Name::new(name)), "language")
            }
            O::ObjectAccessMethod => {
                held(ObjectId::AccessMethod(Name::new(lone())), "access method")
            }
            O::ObjectFdw => held(
                ObjectId::ForeignDataWrapper(Name::new(lone())),
                "foreign-data wrapper",
            ),
            O::ObjectForeignServer => held(ObjectId::ForeignServer(Name::new(lone())), "server"),
            O::ObjectEventTrigger => {
                held(ObjectId::EventTrigger(Name::new(lone())), "event trigger")
            }
            O::ObjectPublication => held(ObjectId::Publication(Name::new(lone())), "publication"),
            O::ObjectSubscription => {
                held(ObjectId::Subscription(Name::new(lone())), "subscription")
            }
            O::ObjectRole => {
                let name = Name::new(lone());
                if self.catalog.roles.contains_key(&name) {
                    Ok(Address::Held(ObjectId::Role(name)))
                } else {
                    Ok(Address::NotHeld)
                }
            }
            // Databases, tablespaces, large objects, parameters: of the cluster, or data.
            _ => Ok(Address::NotHeld),
        }
    }

    fn held_or_missing(&self, id: ObjectId, what: &str) -> Result<Address, Failure> {
        if access::exists(&self.catalog, &id) {
            return Ok(Address::Held(id));
        }
        let name = id.name();
        if extension::is_member(self, what, &name) {
            return Ok(Address::NotHeld);
        }
        Err(Failure::missing(what, &name))
    }

    /// An object that stands in a schema, looked up along the search path.
    fn along(
        &self,
        written: &Written,
        what: &str,
        make: impl Fn(QualifiedName) -> ObjectId,
    ) -> Result<Address, Failure> {
        for schema in self.schemas_of(written)? {
            let id = make(QualifiedName::new(schema, names::truncate(&written.name)));
            if access::exists(&self.catalog, &id) {
                return Ok(Address::Held(id));
            }
        }
        if matches!(written.schema.as_deref(), Some("pg_catalog"))
            || extension::is_member(self, what, &written.name)
        {
            return Ok(Address::NotHeld);
        }
        Err(Failure::missing(what, &written.to_string()))
    }

    /// The schemas in which a name is looked up.
    pub(in crate::read) fn schemas_of(&self, written: &Written) -> Result<Vec<Name>, Failure> {
        match written.schema.as_deref() {
            Some(schema) => Ok(vec![self.existing_schema(schema)?]),
            None => {
                let mut path = vec![Name::new(crate::read::state::TEMPORARY_SCHEMA)];
                path.extend(self.visible_schemas());
                Ok(path)
            }
        }
    }

    /// A relation; one of another kind than was said is refused as the server does.
    pub(in crate::read) fn relation_address(
        &self,
        kind: ObjectType,
        written: &Written,
    ) -> Result<Address, Failure> {
        use ObjectType as O;
        let schema = written.schema.as_deref();
        let Some((name, found)) = self.find_relation(schema, &written.name) else {
            if matches!(schema, Some("pg_catalog" | "information_schema"))
                || extension::is_member(self, "relation", &written.name)
            {
                return Ok(Address::NotHeld);
            }
            if let Some(schema) = schema {
                self.existing_schema(schema)?;
            }
            return Err(Failure::missing("relation", &written.to_string()));
        };
        let fits = match kind {
            O::ObjectTable => found == RelationKind::Table,
            O::ObjectForeignTable => found == RelationKind::ForeignTable,
            O::ObjectView => found == RelationKind::View,
            O::ObjectMatview => found == RelationKind::MaterializedView,
            O::ObjectSequence => found == RelationKind::Sequence,
            O::ObjectIndex => found == RelationKind::Index,
            _ => true,
        };
        if !fits {
            let what = match kind {
                O::ObjectForeignTable => "a foreign table",
                O::ObjectView => "a view",
                O::ObjectMatview => "a materialized view",
                O::ObjectSequence => "a sequence",
                O::ObjectIndex => "an index",
                _ => "a table",
            };
            return Err(Failure::new(format!("\"{}\" is not {what}", written.name)));
        }
        Ok(match self.relation_id(&name, found) {
            Some(id) => Address::Held(id),
            None => Address::NotHeld,
        })
    }

    /// The object that a relation of a kind is.
    pub(in crate::read) fn relation_id(
        &self,
        name: &QualifiedName,
        kind: RelationKind,
    ) -> Option<ObjectId> {
        Some(match kind {
            RelationKind::Table | RelationKind::ForeignTable => ObjectId::Table(name.clone()),
            RelationKind::View => ObjectId::View(name.clone()),
            RelationKind::MaterializedView => ObjectId::MaterializedView(name.clone()),
            RelationKind::Sequence => ObjectId::Sequence(name.clone()),
            RelationKind::CompositeType => ObjectId::Type(name.clone()),
            RelationKind::Index => {
                let table = self.index_tables.get(name)?;
                ObjectId::Index(table.clone(), name.name.clone())
            }
        })
    }

    /// A column, constraint, trigger, policy or rule of a relation.
    fn part_address(&self, kind: ObjectType, node: &Node) -> Result<Address, Failure> {
        use ObjectType as O;
        let Some((part, relation)) = nodes::items(node).split_last() else {
            return Err(Failure::new("a name is missing"));
        };
        let part = Name::new(nodes::string(part).unwrap_or_default());
        let relation = nodes::written(relation);
        let Some((on, _)) = self.find_relation(relation.schema.as_deref(), &relation.name) else {
            if matches!(
                relation.schema.as_deref(),
                Some("pg_catalog" | "information_schema")
            ) || extension::is_member(self, "relation", &relation.name)
            {
                return Ok(Address::NotHeld);
            }
            return Err(Failure::missing("relation", &relation.to_string()));
        };
        let (what, of, id) = match kind {
            O::ObjectColumn => (
                "column",
                "of relation",
                ObjectId::Column(on.clone(), part.clone()),
            ),
            O::ObjectTabconstraint => (
                "constraint",
                "for table",
                ObjectId::Constraint(on.clone(), part.clone()),
            ),
            O::ObjectTrigger => (
                "trigger",
                "for table",
                ObjectId::Trigger(on.clone(), part.clone()),
            ),
            O::ObjectPolicy => (
                "policy",
                "for table",
                ObjectId::Policy(on.clone(), part.clone()),
            ),
            _ => (
                "rule",
                "for relation",
                ObjectId::Rule(on.clone(), part.clone()),
            ),
        };
        if access::exists(&self.catalog, &id) {
            return Ok(Address::Held(id));
        }
        Err(Failure::new(format!(
            "{what} \"{part}\" {of} \"{}\" does not exist",
            relation.name
        )))
    }

    fn domain_constraint_address(&self, node: &Node) -> Result<Address, Failure> {
        let [domain, constraint] = nodes::items(node) else {
            return Err(Failure::new("a name is missing"));
        };
        let constraint = Name::new(nodes::string(constraint).unwrap_or_default());
        let written = nodes::written_node(domain);
        let Address::Held(ObjectId::Type(domain)) = self.type_address(&written)? else {
            return Ok(Address::NotHeld);
        };
        if self.is_not_null_of_domain(&domain, &constraint) {
            // It has no place for a comment of its own.
            return Ok(Address::NotHeld);
        }
        let id = ObjectId::Constraint(domain, constraint.clone());
        if access::exists(&self.catalog, &id) {
            return Ok(Address::Held(id));
        }
        Err(Failure::new(format!(
            "constraint \"{constraint}\" for domain {} does not exist",
            written.name
        )))
    }

    /// Whether a name is that of the NOT NULL constraint of a domain.
    fn is_not_null_of_domain(&self, domain: &QualifiedName, constraint: &Name) -> bool {
        let held = self.catalog.types.get(domain).map(|held| &held.kind);
        let Some(TypeKind::Domain {
            not_null: true,
            not_null_name,
            ..
        }) = held
        else {
            return false;
        };
        match not_null_name {
            Some(name) => name == constraint,
            None => {
                constraint.as_str() == names::object_name(domain.name.as_str(), None, "not_null")
            }
        }
    }

    /// A type of the user's.
    pub(in crate::read) fn type_address(&self, written: &Written) -> Result<Address, Failure> {
        let missing = |_| Failure::new(format!("type \"{written}\" does not exist"));
        for schema in self.schemas_of(written)? {
            let name = QualifiedName::new(schema, names::truncate(&written.name));
            if self.catalog.types.contains_key(&name) {
                return Ok(Address::Held(ObjectId::Type(name)));
            }
        }
        self.along(written, "type", ObjectId::Type).map_err(missing)
    }

    /// A type in a node, as `format_type` prints it without modifiers.
    pub(in crate::read) fn node_type(&self, node: &Node) -> Result<String, Failure> {
        match node.node.as_ref() {
            Some(NodeEnum::TypeName(type_name)) => self.plain_type(type_name),
            _ => Err(Failure::new("a type name is missing")),
        }
    }

    /// A type as `format_type` prints it without modifiers, which arguments do not keep.
    pub(in crate::read) fn plain_type(&self, type_name: &TypeName) -> Result<String, Failure> {
        let text = if type_name.typmods.is_empty() {
            self.type_text(type_name)?
        } else {
            let bare = TypeName {
                typmods: Vec::new(),
                ..type_name.clone()
            };
            self.type_text(&bare)?
        };
        let (element, array) = match text.strip_suffix("[]") {
            Some(element) => (element, "[]"),
            None => (text.as_str(), ""),
        };
        Ok(match element {
            "bpchar" => format!("character{array}"),
            "\"bit\"" => format!("bit{array}"),
            _ => super::type_text::without_modifiers(&text).into_owned(),
        })
    }

    /// The types of the arguments that identify a routine.
    fn argument_types(&self, arguments: &[Node]) -> Result<Vec<String>, Failure> {
        arguments.iter().map(|node| self.node_type(node)).collect()
    }

    /// A function, procedure or aggregate.
    pub(in crate::read) fn routine_address(
        &self,
        kind: ObjectType,
        object: &ObjectWithArgs,
    ) -> Result<Address, Failure> {
        let written = nodes::written(&object.objname);
        let word = match kind {
            ObjectType::ObjectProcedure => "procedure",
            ObjectType::ObjectAggregate => "aggregate",
            ObjectType::ObjectRoutine => "routine",
            _ => "function",
        };
        let fits = |id: &ObjectId| match (kind, id) {
            (ObjectType::ObjectAggregate, ObjectId::Aggregate(_)) => true,
            (ObjectType::ObjectAggregate, _) => false,
            (ObjectType::ObjectRoutine, _) => true,
            // GRANT and COMMENT take an aggregate for the function that it is.
            (kind, ObjectId::Aggregate(_)) => kind == ObjectType::ObjectFunction,
            (kind, ObjectId::Routine(signature)) => {
                let procedure = self
                    .catalog
                    .routines
                    .get(signature)
                    .is_some_and(|routine| routine.kind == RoutineKind::Procedure);
                procedure == (kind == ObjectType::ObjectProcedure)
            }
            _ => false,
        };
        let arguments = if object.args_unspecified {
            None
        } else {
            Some(self.argument_types(&object.objargs)?)
        };
        let mut found = Vec::new();
        for schema in self.schemas_of(&written)? {
            let name = QualifiedName::new(schema, names::truncate(&written.name));
            match &arguments {
                Some(arguments) => {
                    let signature = RoutineSignature::new(name.clone(), arguments.iter().cloned());
                    for id in [
                        ObjectId::Routine(signature.clone()),
                        ObjectId::Aggregate(signature),
                    ] {
                        if access::exists(&self.catalog, &id) {
                            if !fits(&id) {
                                return Err(Failure::new(format!(
                                    "{} is not {} {word}",
                                    id.name(),
                                    if word == "aggregate" { "an" } else { "a" }
                                )));
                            }
                            return Ok(Address::Held(id));
                        }
                    }
                    if let Some(id) = self.procedure_by_all_arguments(&name, object)? {
                        return Ok(Address::Held(id));
                    }
                }
                None => {
                    found.extend(self.routines_named(&name).into_iter().filter(|id| fits(id)));
                }
            }
        }
        match found.as_slice() {
            [id] => return Ok(Address::Held(id.clone())),
            [_, _, ..] => {
                return Err(
                    Failure::new(format!("{word} name \"{written}\" is not unique")).hint(format!(
                        "Specify the argument list to select the {word} unambiguously."
                    )),
                );
            }
            [] => {}
        }
        if matches!(
            written.schema.as_deref(),
            Some("pg_catalog" | "information_schema")
        ) || extension::is_member(self, "function", &written.name)
        {
            return Ok(Address::NotHeld);
        }
        Err(match arguments {
            Some(arguments) => Failure::new(format!(
                "{word} {written}({}) does not exist",
                arguments.join(", ")
            )),
            None => Failure::new(format!("could not find a {word} named \"{written}\"")),
        })
    }

    /// All functions, procedures and aggregates of a name.
    pub(in crate::read) fn routines_named(&self, name: &QualifiedName) -> Vec<ObjectId> {
        let from = RoutineSignature {
            name: name.clone(),
            arguments: Vec::new(),
        };
        let routines = self
            .catalog
            .routines
            .range(&from..)
            .map(|(signature, _)| signature)
            .take_while(|signature| signature.name == *name)
            .map(|signature| ObjectId::Routine(signature.clone()));
        let aggregates = self
            .catalog
            .aggregates
            .range(&from..)
            .map(|(signature, _)| signature)
            .take_while(|signature| signature.name == *name)
            .map(|signature| ObjectId::Aggregate(signature.clone()));
        routines.chain(aggregates).collect()
    }

    /// A procedure may be named by all of its arguments, those of mode OUT included.
    fn procedure_by_all_arguments(
        &self,
        name: &QualifiedName,
        object: &ObjectWithArgs,
    ) -> Result<Option<ObjectId>, Failure> {
        if object.objfuncargs.is_empty() {
            return Ok(None);
        }
        let mut types = Vec::new();
        for node in &object.objfuncargs {
            let Some(NodeEnum::FunctionParameter(parameter)) = node.node.as_ref() else {
                continue;
            };
            if parameter.mode() == FunctionParameterMode::FuncParamTable {
                continue;
            }
            if let Some(type_name) = &parameter.arg_type {
                types.push(self.plain_type(type_name)?);
            }
        }
        Ok(self.routines_named(name).into_iter().find(|id| {
            let ObjectId::Routine(signature) = id else {
                return false;
            };
            self.catalog.routines.get(signature).is_some_and(|routine| {
                let all = routine
                    .arguments
                    .iter()
                    .filter(|argument| argument.mode != ArgumentMode::Table);
                routine.kind == RoutineKind::Procedure
                    && all.map(|argument| &argument.data_type).eq(types.iter())
            })
        }))
    }

    /// The operand types of an operator: an operand that is NONE is no node.
    pub(in crate::read) fn operands(
        &self,
        arguments: &[Node],
    ) -> Result<(Option<String>, Option<String>), Failure> {
        let operand = |node: Option<&Node>| match node.and_then(|node| node.node.as_ref()) {
            Some(NodeEnum::TypeName(type_name)) => self.plain_type(type_name).map(Some),
            _ => Ok(None),
        };
        match arguments {
            [only] => Ok((None, operand(Some(only))?)),
            _ => Ok((operand(arguments.first())?, operand(arguments.get(1))?)),
        }
    }

    /// An operator.
    pub(in crate::read) fn operator_address(
        &self,
        object: &ObjectWithArgs,
    ) -> Result<Address, Failure> {
        let written = nodes::written(&object.objname);
        let (left, right) = self.operands(&object.objargs)?;
        self.along(&written, "operator", |name| {
            ObjectId::Operator(OperatorSignature {
                name,
                left: left.clone(),
                right: right.clone(),
            })
        })
        .map_err(|_| {
            let text = match (&left, &right) {
                (Some(left), Some(right)) => format!("{left} {written} {right}"),
                (Some(operand), None) => format!("{operand} {written}"),
                (None, Some(operand)) => format!("{written} {operand}"),
                (None, None) => written.to_string(),
            };
            Failure::new(format!("operator does not exist: {text}"))
        })
    }
}
