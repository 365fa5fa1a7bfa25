//! Domains.

use std::collections::{BTreeMap, BTreeSet};

use pg_query::NodeEnum;
use pg_query::protobuf::{
    AlterDomainStmt, ConstrType, Constraint, CreateDomainStmt, DropBehavior, Node,
};
use pgwright_catalog::{DomainCheck, Expression, Name, ObjectId, QualifiedName, TypeKind};

use super::address::Address;
use super::nodes;
use crate::analyze::ExprKind;
use crate::read::expression::Context;
use crate::read::failure::Failure;
use crate::read::names::{self, strings};
use crate::read::state::State;

/// The parts of a domain, while it is made.
#[derive(Debug, Default)]
struct Parts {
    default: Option<Expression>,
    not_null: bool,
    not_null_name: Option<Name>,
    checks: BTreeMap<Name, DomainCheck>,
}

/// CREATE DOMAIN.
pub(super) fn create(state: &mut State, s: &CreateDomainStmt) -> Result<(), Failure> {
    let name = state.new_name(&strings(&s.domainname))?;
    state.check_new_type(&name)?;
    let Some(type_name) = &s.type_name else {
        return Err(Failure::new("a type name is missing"));
    };
    let base = state.type_text(type_name)?;
    let collation = match s.coll_clause.as_deref() {
        Some(clause) => state.chosen_collation(&clause.collname, &base)?,
        None => None,
    };
    let mut parts = Parts::default();
    for constraint in constraints(&s.constraints) {
        match constraint.contype() {
            ConstrType::ConstrDefault => {
                parts.default = default(state, constraint, &base)?;
            }
            ConstrType::ConstrNotnull => {
                parts.not_null = true;
                parts.not_null_name = written_name(constraint);
            }
            ConstrType::ConstrNull if parts.not_null => {
                return Err(Failure::new("conflicting NULL/NOT NULL constraints"));
            }
            // The server leaves out nothing: NO INHERIT is an error of domains.
            ConstrType::ConstrCheck if constraint.is_no_inherit => {
                return Err(Failure::new(
                    "check constraints for domains cannot be marked NO INHERIT",
                ));
            }
            _ => {}
        }
    }
    for constraint in constraints(&s.constraints) {
        if constraint.contype() == ConstrType::ConstrCheck {
            let (check_name, check) = check(state, constraint, &name, &base, &parts)?;
            parts.checks.insert(check_name, check);
        }
    }
    parts.not_null_name = keep_not_null_name(&name, parts.not_null_name.take(), &parts.checks);
    let kind = TypeKind::Domain {
        base,
        collation,
        default: parts.default,
        not_null: parts.not_null,
        not_null_name: parts.not_null_name,
        checks: parts.checks,
    };
    state.insert_type(name.clone(), kind)?;
    state.record_type_uses(&name);
    Ok(())
}

fn constraints(nodes: &[Node]) -> impl Iterator<Item = &Constraint> {
    nodes.iter().filter_map(|node| match node.node.as_ref()? {
        NodeEnum::Constraint(constraint) => Some(constraint.as_ref()),
        _ => None,
    })
}

fn written_name(constraint: &Constraint) -> Option<Name> {
    (!constraint.conname.is_empty()).then(|| Name::new(names::truncate(&constraint.conname)))
}

/// `domain_not_null` is what the server takes by itself, and is not said.
fn automatic_not_null(domain: &QualifiedName) -> String {
    names::object_name(domain.name.as_str(), None, "not_null")
}

fn keep_not_null_name(
    domain: &QualifiedName,
    written: Option<Name>,
    _checks: &BTreeMap<Name, DomainCheck>,
) -> Option<Name> {
    written.filter(|name| name.as_str() != automatic_not_null(domain))
}

/// A default; that of NULL is none.
fn default(
    state: &State,
    constraint: &Constraint,
    base: &str,
) -> Result<Option<Expression>, Failure> {
    let Some(node) = constraint.raw_expr.as_deref() else {
        return Ok(None);
    };
    let context = Context::new(ExprKind::ColumnDefault).wanted(base);
    let expression = state.expression(node, &context)?;
    Ok(Some(expression).filter(|expression| !is_null(expression)))
}

/// NULL, with or without a cast: it is what there would be without a default.
fn is_null(expression: &Expression) -> bool {
    let sql = expression.sql();
    sql == "NULL"
        || sql
            .strip_prefix("NULL::")
            .is_some_and(|rest| !rest.contains(['+', '|', '=']))
}

/// A check, with the name that it gets when none is written.
fn check(
    state: &State,
    constraint: &Constraint,
    domain: &QualifiedName,
    base: &str,
    parts: &Parts,
) -> Result<(Name, DomainCheck), Failure> {
    let taken = |name: &str| {
        parts.checks.contains_key(name)
            || parts.not_null
                && parts
                    .not_null_name
                    .as_ref()
                    .is_some_and(|n| n.as_str() == name)
    };
    let name = match written_name(constraint) {
        Some(name) => {
            if taken(name.as_str()) {
                return Err(Failure::new(format!(
                    "constraint \"{name}\" for domain \"{}\" already exists",
                    domain.name
                )));
            }
            name
        }
        None => names::choose(domain.name.as_str(), None, "check", taken),
    };
    let Some(node) = constraint.raw_expr.as_deref() else {
        return Err(Failure::new("a condition is missing"));
    };
    let context = Context::new(ExprKind::DomainCheck).value(base);
    let check = DomainCheck {
        expression: state.expression(node, &context)?,
        validated: !constraint.skip_validation,
        comment: None,
    };
    Ok((name, check))
}

/// ALTER DOMAIN.
pub(super) fn alter(state: &mut State, s: &AlterDomainStmt) -> Result<(), Failure> {
    let written = nodes::written(&s.type_name);
    let Address::Held(id) = state.type_address(&written)? else {
        return Ok(());
    };
    let not_domain = || Failure::new(format!("\"{written}\" is not a domain"));
    let ObjectId::Type(name) = id.clone() else {
        return Err(not_domain());
    };
    let Some(TypeKind::Domain {
        base,
        checks,
        not_null: is_not_null,
        not_null_name,
        ..
    }) = state.catalog.types.get(&name).map(|held| &held.kind)
    else {
        return Err(not_domain());
    };
    let base = base.clone();
    let parts = Parts {
        default: None,
        not_null: *is_not_null,
        not_null_name: not_null_name
            .clone()
            .or_else(|| Some(Name::new(automatic_not_null(&name)))),
        checks: checks.clone(),
    };
    let constraint = match s.def.as_deref().and_then(|node| node.node.as_ref()) {
        Some(NodeEnum::Constraint(constraint)) => Some(constraint.as_ref()),
        _ => None,
    };
    let new_default = match (s.subtype.as_str(), s.def.as_deref()) {
        ("T", Some(node)) => {
            let context = Context::new(ExprKind::ColumnDefault).wanted(&base);
            let expression = state.expression(node, &context)?;
            Some(expression).filter(|expression| !is_null(expression))
        }
        _ => None,
    };
    let new_check = match constraint {
        Some(c) if s.subtype == "C" && c.contype() == ConstrType::ConstrCheck => {
            Some(check(state, c, &name, &base, &parts)?)
        }
        _ => None,
    };
    state.touch(&id);
    let Some(TypeKind::Domain {
        default,
        not_null,
        not_null_name,
        checks,
        ..
    }) = state
        .catalog
        .types
        .get_mut(&name)
        .map(|held| &mut held.kind)
    else {
        return Err(not_domain());
    };
    match s.subtype.as_str() {
        "T" => *default = new_default,
        "N" => {
            *not_null = false;
            *not_null_name = None;
        }
        "O" => *not_null = true,
        "C" => match (new_check, constraint) {
            (Some((check_name, check)), _) => {
                checks.insert(check_name, check);
            }
            (None, Some(c)) if c.contype() == ConstrType::ConstrNotnull => {
                if !*not_null {
                    *not_null = true;
                    *not_null_name =
                        written_name(c).filter(|n| n.as_str() != automatic_not_null(&name));
                }
            }
            _ => return Err(Failure::new("unrecognized constraint subtype")),
        },
        "X" => {
            let is_not_null = *not_null
                && not_null_name
                    .as_ref()
                    .map_or_else(|| automatic_not_null(&name), |n| n.as_str().to_owned())
                    == s.name;
            if is_not_null {
                *not_null = false;
                *not_null_name = None;
            } else if checks.remove(s.name.as_str()).is_none() && !s.missing_ok {
                return Err(Failure::new(format!(
                    "constraint \"{}\" of domain \"{}\" does not exist",
                    s.name, name.name
                )));
            }
            let _ = s.behavior() == DropBehavior::DropCascade;
        }
        "V" => match checks.get_mut(s.name.as_str()) {
            Some(check) => check.validated = true,
            None => {
                return Err(Failure::new(format!(
                    "constraint \"{}\" of domain \"{}\" does not exist",
                    s.name, name.name
                )));
            }
        },
        _ => return Err(Failure::not_understood("this ALTER DOMAIN is not read")),
    }
    state.record_type_uses(&name);
    Ok(())
}

impl State {
    /// A collation that is written at a type, unless it is the type's own.
    pub(in crate::read) fn chosen_collation(
        &self,
        collation: &[Node],
        data_type: &str,
    ) -> Result<Option<QualifiedName>, Failure> {
        let written = nodes::written(collation);
        if written.name == "default"
            && matches!(written.schema.as_deref(), None | Some("pg_catalog"))
        {
            // A domain may have a collation of its own, which `default` then takes away.
            let own = super::type_text::user_type(data_type)
                .and_then(|name| self.catalog.types.get(&name))
                .is_some_and(|held| {
                    matches!(
                        &held.kind,
                        TypeKind::Domain {
                            collation: Some(_),
                            ..
                        }
                    )
                });
            return Ok(own.then(|| QualifiedName::new("pg_catalog", "default")));
        }
        for schema in self.schemas_of(&written)? {
            let name = QualifiedName::new(schema, names::truncate(&written.name));
            if self.catalog.collations.contains_key(&name) {
                return Ok(Some(name));
            }
        }
        // All others are the system's: which of them there are, its machine decides.
        match written.schema.as_deref() {
            None | Some("pg_catalog") => Ok(Some(QualifiedName::new(
                "pg_catalog",
                written.name.as_str(),
            ))),
            Some(_) => Err(Failure::new(format!(
                "collation \"{written}\" for encoding \"UTF8\" does not exist"
            ))),
        }
    }

    /// Says which other types, functions and collations a type is made of.
    pub(in crate::read) fn record_type_uses(&mut self, name: &QualifiedName) {
        let mut needed = BTreeSet::new();
        let Some(held) = self.catalog.types.get(name) else {
            return;
        };
        let mut of_type = |text: &str| needed.extend(self.type_object(text));
        match &held.kind {
            TypeKind::Domain { base, .. } => of_type(base),
            TypeKind::Composite(attributes) => {
                attributes.iter().for_each(|a| of_type(&a.data_type));
            }
            TypeKind::Range { subtype, .. } => of_type(subtype),
            _ => {}
        }
        needed.remove(&ObjectId::Type(name.clone()));
        self.set_uses(ObjectId::Type(name.clone()), needed);
    }

    /// The type, or the relation whose row type it is, that a type's text names.
    pub(in crate::read) fn type_object(&self, text: &str) -> Option<ObjectId> {
        let name = super::type_text::user_type(text)?;
        if self.catalog.types.contains_key(&name) {
            return Some(ObjectId::Type(name));
        }
        let kind = self.relation_kind(&name)?;
        self.relation_id(&name, kind)
    }
}
