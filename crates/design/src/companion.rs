//! Tables beside an entity that only the design's own functions write (histories and logs), and
//! the SQL that finds a row by its key.

use std::collections::BTreeSet;

use pgwright_brief::model::{AttributeKind, Entity, RuleForm, ValueType};
use pgwright_catalog::{
    Argument, Column, Constraint, ConstraintKind, ForeignKey, Identity, Index, IndexElement,
    IndexKey, Name, ObjectId, QualifiedName, Routine, RoutineSignature, Table, Volatility,
    quote_literal,
};

use pgwright_ddl::expr::Expr;

use crate::draft::{Draft, EntityPlan, KeyKind};
use crate::{layout, names, words};

/// A table that only the design's own functions write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Companion {
    /// The entity it is about; none for what is about the whole system.
    pub entity: Option<String>,
    /// What it holds.
    pub holds: Holds,
    /// The tenant's column, when its rows belong to a tenant.
    pub tenant_column: Option<Name>,
    /// The column that says when a row was written.
    pub time_column: Name,
}

/// What a companion table holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// Changes of an entity's rows, before and after.
    Changes,
    /// Who read which row, and what for.
    Reads,
    /// Which rows were erased.
    Erasures,
    /// When reports were last refreshed.
    Refreshes,
}

/// How a companion table is made: its columns beyond number, tenant and key of the row.
#[derive(Debug)]
pub struct Shape<'a> {
    /// Entity whose rows it is about.
    pub entity: &'a str,
    /// What it holds.
    pub holds: Holds,
    /// Singular name of the table: `opportunity_change`.
    pub singular: String,
    /// Participle of the time and actor columns: `changed` gives `changed_at`, `changed_by`.
    pub verb: &'a str,
    /// Further columns.
    pub columns: Vec<Column>,
    /// `COMMENT ON TABLE`.
    pub comment: String,
}

/// Adds a companion table: `id`, the key of the row it is about, when, by whom, and more.
///
/// The row's key is no foreign key unless rows are never removed: what happened stays on record when
/// the row is gone. Gives the table's name.
pub fn add(draft: &mut Draft<'_>, shape: Shape<'_>) -> QualifiedName {
    let plan = draft.plan(shape.entity).clone();
    let table_name = layout::free_relation(draft, &shape.singular);
    let reference = reference_columns(&plan, shape.entity);
    let actor = actor(draft);

    let mut table = Table {
        comment: Some(shape.comment),
        ..Table::default()
    };
    if let Some((tenant, data_type)) = tenant_key(&plan) {
        table.columns.push(
            Column::new(tenant.clone(), data_type)
                .not_null()
                .comment("Tenant that the row belongs to."),
        );
    }
    let mut id = Column::new("id", "bigint").not_null();
    id.identity = Some(Identity {
        always: true,
        ..Identity::default()
    });
    table.columns.push(id);
    for (own, (key, data_type)) in reference.iter().zip(&plan.key) {
        if plan.tenant_column.as_ref() != Some(key) {
            table.columns.push(
                Column::new(own.clone(), data_type.clone())
                    .not_null()
                    .comment(format!(
                        "Key of the {} ({key}).",
                        words::spoken(shape.entity)
                    )),
            );
        }
    }
    let time = Name::new(format!("{}_at", shape.verb));
    table.columns.push(
        Column::new(time.clone(), "timestamp with time zone")
            .not_null()
            .default("now()"),
    );
    if let Some(actor) = &actor {
        table.columns.push(
            Column::new(format!("{}_by", shape.verb), actor.key_type.clone()).comment(format!(
                "Key of the {} who acted; NULL when the session named none.",
                words::spoken(&actor.entity)
            )),
        );
    }
    table.columns.push(
        Column::new("database_role", "text")
            .not_null()
            .default("SESSION_USER")
            .comment("Role that the session logged in with."),
    );
    table.columns.extend(shape.columns);

    let mut primary_key: Vec<Name> = plan.tenant_column.iter().cloned().collect();
    primary_key.push(Name::new("id"));
    table.constraints.insert(
        names::derived(&table_name, &[], "pkey"),
        Constraint::primary_key(primary_key),
    );
    // A restorable entity's rows are never removed, so a foreign key costs nothing but its check.
    if plan.restorable && plan.partition.is_none() {
        let own: Vec<&str> = reference.iter().map(Name::as_str).collect();
        let columns: Vec<Name> = plan.key.iter().map(|(n, _)| n.clone()).collect();
        table.constraints.insert(
            names::derived(&table_name, &own, "fkey"),
            Constraint::new(ConstraintKind::ForeignKey(ForeignKey::new(
                reference.clone(),
                plan.table.clone(),
                columns,
            ))),
        );
    }
    let mut index = Index::btree(reference.clone());
    index
        .elements
        .push(IndexElement::column(time.clone()).descending());
    index.comment = Some(format!(
        "Finds what was recorded of one {}, newest first.",
        words::spoken(shape.entity)
    ));
    let mut parts: Vec<&str> = reference.iter().map(Name::as_str).collect();
    parts.push(time.as_str());
    table
        .indexes
        .insert(names::derived(&table_name, &parts, "idx"), index);

    draft.catalog.tables.insert(table_name.clone(), table);
    draft.companions.insert(
        table_name.clone(),
        Companion {
            entity: Some(shape.entity.to_owned()),
            holds: shape.holds,
            tenant_column: plan.tenant_column,
            time_column: time,
        },
    );
    table_name
}

/// Columns of a companion table that hold the key of the row it is about, in the key's order:
/// `opportunity_id` for `id`, the tenant's column under its own name.
pub fn reference_columns(plan: &EntityPlan, entity: &str) -> Vec<Name> {
    plan.key
        .iter()
        .map(|(column, _)| {
            let is_tenant = plan.tenant_column.as_ref() == Some(column);
            if is_tenant || column.as_str().starts_with(&format!("{entity}_")) {
                column.clone()
            } else {
                names::shortened(&format!("{entity}_{column}"), "")
            }
        })
        .collect()
}

/// The tenant's column with its type, when the entity's rows belong to a tenant.
pub fn tenant_key(plan: &EntityPlan) -> Option<(&Name, &str)> {
    let tenant = plan.tenant_column.as_ref()?;
    plan.key
        .iter()
        .find(|(name, _)| name == tenant)
        .map(|(name, data_type)| (name, data_type.as_str()))
}

/// Arguments of a function that takes the key of a row: `target_id`.
pub fn key_arguments(plan: &EntityPlan) -> Vec<Argument> {
    plan.key
        .iter()
        .map(|(name, data_type)| Argument::input(argument_name(name), data_type.clone()))
        .collect()
}

/// The argument that takes a key column.
pub fn argument_name(column: &Name) -> Name {
    names::shortened(&format!("target_{column}"), "")
}

/// `alias.id = target_id`: the row that the arguments of [`key_arguments`] name.
pub fn key_equals_arguments(plan: &EntityPlan, alias: &str) -> String {
    let terms: Vec<String> = plan
        .key
        .iter()
        .map(|(name, _)| {
            format!(
                "{alias}.{} = {}",
                name.quoted(),
                argument_name(name).quoted()
            )
        })
        .collect();
    terms.join(" AND ")
}

/// The arguments as a readable text in an error message: format string and values.
pub fn key_in_message(plan: &EntityPlan) -> (String, String) {
    let own: Vec<&Name> = plan
        .key
        .iter()
        .map(|(name, _)| name)
        .filter(|name| plan.tenant_column.as_ref() != Some(*name))
        .collect();
    let places = vec!["%s"; own.len()].join(", ");
    let values: Vec<String> = own.iter().map(|n| argument_name(n).quoted()).collect();
    (places, values.join(", "))
}

/// `crm.hide_contact(t.id)` over a row `alias`: a call with the key of a row.
pub fn call_with_key(plan: &EntityPlan, function: &QualifiedName, alias: &str) -> String {
    let values: Vec<String> = plan
        .key
        .iter()
        .map(|(name, _)| format!("{alias}.{}", name.quoted()))
        .collect();
    format!("{}({})", function.quoted(), values.join(", "))
}

/// Who acts in the system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Entity.
    pub entity: String,
    /// Type of its own key column.
    pub key_type: String,
}

/// The first entity that the brief marks as acting, with the type of its own key column.
pub fn actor(draft: &Draft<'_>) -> Option<Actor> {
    let entity = draft.brief.entities.iter().find(|e| e.actor)?;
    Some(Actor {
        entity: entity.name.clone(),
        key_type: own_key_type(draft.plan(&entity.name)),
    })
}

/// Type of the column that stands for the whole key: the last but a partition's.
pub fn own_key_type(plan: &EntityPlan) -> String {
    own_key(plan).1.clone()
}

/// The column that stands for the whole key, with its type.
pub fn own_key(plan: &EntityPlan) -> (&Name, &String) {
    let own = match &plan.key_kind {
        KeyKind::Identity(column) | KeyKind::Uuid(column) => {
            plan.key.iter().find(|(n, _)| n == column)
        }
        KeyKind::Natural => plan
            .key
            .iter()
            .rev()
            .find(|(n, _)| plan.partition.as_ref().is_none_or(|p| &p.column != n)),
    };
    match own.or_else(|| plan.key.last()) {
        Some((name, data_type)) => (name, data_type),
        None => unreachable!("the key of {} has no columns", plan.table),
    }
}

/// The call that reads the key of who acts: `crm.current_actor_id()`; NULL when nobody is said to
/// act.
pub fn current_actor(draft: &mut Draft<'_>) -> Option<String> {
    let actor = actor(draft)?;
    let signature = draft.setting_function("actor", &actor.key_type);
    Some(format!("{}()", signature.name.quoted()))
}

/// An entity whose table the design makes: not one that the application already has.
pub fn is_designed(entity: &Entity) -> bool {
    entity.existing.is_none()
}

/// An entity whose table is known in full: the design makes it, or it is read from the schema that is there. Of
/// others only the brief's word is known, and what indexes they have is not.
pub fn is_known(draft: &Draft<'_>, entity: &Entity) -> bool {
    is_designed(entity)
        || draft
            .as_is
            .is_some_and(|as_is| as_is.of(&entity.name).is_some())
}

/// Entities of the brief whose tables are designed, in order, by name.
pub fn designed_entities(draft: &Draft<'_>) -> Vec<String> {
    draft
        .brief
        .entities
        .iter()
        .filter(|e| is_designed(e) && draft.entities.contains_key(&e.name))
        .map(|e| e.name.clone())
        .collect()
}

/// New rows a month: as given, or from the peak rate taken as four times the average.
pub fn rows_per_month(entity: &Entity) -> Option<f64> {
    const SECONDS_A_MONTH: f64 = 2_629_800.0;
    let volume = entity.volume.as_ref()?;
    volume.per_month.or_else(|| {
        volume
            .peak_per_second
            .map(|peak| peak / 4.0 * SECONDS_A_MONTH)
    })
}

/// The first required attribute that says when something happened: a point in time or a date that
/// is not the name of another period.
pub fn time_attribute(entity: &Entity) -> Option<(&str, bool)> {
    let time = |wanted: ValueType| {
        entity
            .attributes
            .iter()
            .filter(|a| !a.optional)
            .find(|a| a.kind == AttributeKind::Value(wanted.clone()))
            .map(|a| a.name.as_str())
    };
    time(ValueType::Instant)
        .map(|name| (name, false))
        .or_else(|| time(ValueType::Date).map(|name| (name, true)))
}

pub use crate::words::count;

/// Months as people say them: `90 days`, `7 years`.
pub fn months(value: f64) -> String {
    if value >= 12.0 && (value % 12.0).abs() < 0.01 {
        plural(value / 12.0, "year")
    } else if (value - value.round()).abs() < 0.01 && value >= 4.0 {
        plural(value.round(), "month")
    } else {
        plural((value * 30.4375).round(), "day")
    }
}

fn plural(number: f64, word: &str) -> String {
    let s = if (number - 1.0).abs() < 0.01 { "" } else { "s" };
    format!("{} {word}{s}", number.round())
}

/// Months as an SQL interval: `interval '90 days'`.
pub fn interval(value: f64) -> String {
    format!("interval '{}'", months(value))
}

/// The name of a column, when an index element is a plain column.
pub fn element_column(element: &IndexElement) -> Option<&Name> {
    match &element.key {
        IndexKey::Column(name) => Some(name),
        IndexKey::Expression(_) => None,
    }
}

/// A role of the design: `crm_owner`.
pub fn role(draft: &Draft<'_>, what: &str) -> Name {
    names::shortened(&draft.brief.system, what)
}

/// The call that tells whether the design's own maintenance is at work (expired rows leave,
/// personal data is erased): `crm.in_maintenance()`. Triggers that refuse changes ask it first.
///
/// It is true only where a function or procedure of the design has set the setting, and only for the
/// owner: who merely sets the setting gains nothing.
pub fn in_maintenance(draft: &mut Draft<'_>) -> String {
    let name = draft.qualified("in_maintenance");
    let signature = RoutineSignature::new(name.clone(), Vec::<String>::new());
    if !draft.catalog.routines.contains_key(&signature) {
        let mut function = Routine::function(
            "sql",
            "boolean",
            format!(
                "SELECT current_setting({}, true) IS NOT DISTINCT FROM 'on'\n    AND pg_has_role({}, 'MEMBER')",
                quote_literal(&maintenance_setting(draft)),
                quote_literal(role(draft, "owner").as_str()),
            ),
        );
        function.volatility = Volatility::Stable;
        function.comment = Some(
            "Whether the schema's own maintenance is at work: removal of expired rows or erasure \
             of personal data, by the owner's rights."
                .to_owned(),
        );
        draft.catalog.depends(
            ObjectId::Routine(signature.clone()),
            ObjectId::Role(role(draft, "owner")),
        );
        draft.catalog.routines.insert(signature, function);
    }
    format!("{}()", name.quoted())
}

/// The setting behind [`in_maintenance`].
pub fn maintenance_setting(draft: &Draft<'_>) -> String {
    format!("{}.maintenance", draft.brief.naming.schema)
}

/// The statement that makes a row's tenant the session's, for tests that run functions by the
/// owner's rights. Nothing where rows belong to no tenant.
pub fn set_tenant(draft: &Draft<'_>, entity: &str, condition: &str) -> Option<String> {
    let tenancy = draft.brief.policies.tenancy.as_ref()?;
    let plan = draft.plan(entity);
    let column = if tenancy.tenant == entity {
        own_key(plan).0.clone()
    } else {
        plan.tenant_column.clone()?
    };
    Some(format!(
        "SELECT set_config({}, t.{}::text, true) FROM {} AS t WHERE {condition}",
        quote_literal(&draft.setting("tenant")),
        column.quoted(),
        plan.table.quoted()
    ))
}

/// A call without arguments, evaluated once per query rather than once per row: a subselect. It is
/// written with the name that PostgreSQL itself gives its column, so that what is read back from a
/// server is the same text.
pub fn once(function: &QualifiedName) -> String {
    format!(
        "(SELECT {}() AS {})",
        function.quoted(),
        function.name.quoted()
    )
}

/// Tables that a view reads, directly or through other views.
pub fn tables_behind(draft: &Draft<'_>, view: &ObjectId, tables: &mut BTreeSet<QualifiedName>) {
    for needed in draft.catalog.dependencies.get(view).into_iter().flatten() {
        match needed {
            ObjectId::Table(table) => {
                tables.insert(table.clone());
            }
            ObjectId::View(_) if needed != view => tables_behind(draft, needed, tables),
            _ => {}
        }
    }
}

/// Whether a rule of the entity speaks of an attribute, or compares with a value of it.
pub fn is_ruled(entity: &Entity, attribute: &str, value: Option<&str>) -> bool {
    let quoted = value.map(quote_literal);
    let speaks = |expr: &Expr| {
        let names = expr.columns();
        let names_it = names
            .iter()
            .any(|path| path.first().is_some_and(|n| n == attribute));
        names_it && quoted.as_ref().is_none_or(|q| expr.to_sql().contains(q))
    };
    entity.rules.iter().any(|rule| match &rule.form {
        RuleForm::Check(expr) => speaks(expr),
        RuleForm::When {
            condition,
            requirement,
        }
        | RuleForm::WhenReferenced {
            condition,
            requirement,
        } => speaks(condition) || speaks(requirement),
        RuleForm::AtMostOne {
            condition: Some(condition),
            ..
        }
        | RuleForm::Frozen { condition, .. } => speaks(condition),
        RuleForm::ExactlyOne {
            condition: Some(condition),
            ..
        }
        | RuleForm::AtLeastOne {
            condition: Some(condition),
            ..
        }
        | RuleForm::SumEquals {
            condition: Some(condition),
            ..
        } => speaks(condition),
        RuleForm::SumEquals { attribute: own, .. } | RuleForm::SumAtMost { attribute: own, .. } => {
            own == attribute
        }
        _ => false,
    })
}
