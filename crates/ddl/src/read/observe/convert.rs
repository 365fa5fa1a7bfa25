//! From the parser's tree to what a statement does.

use pg_query::NodeEnum;
use pg_query::protobuf::{
    self, AlterTableCmd, AlterTableType, ColumnDef, ConstrType, Node, ObjectType, RangeVar,
    ReindexObjectType, RoleSpecType, TransactionStmtKind, TypeName, VariableSetKind,
};

use super::action::{
    Action, Command, ConstraintForm, NewColumn, NewConstraint, ObjectForm, Written, WrittenName,
};
use crate::read::names::strings;
use crate::read::state::State;

/// What a statement does.
pub(super) fn action(node: &NodeEnum, state: &State) -> Action {
    match node {
        NodeEnum::CreateStmt(s) => create_table(s, state),
        NodeEnum::CreateTableAsStmt(s) => match s.into.as_ref().and_then(|i| i.rel.as_ref()) {
            Some(relation) => Action::CreateTableAs(name(relation)),
            None => Action::Other,
        },
        NodeEnum::SelectStmt(s) => match s.into_clause.as_ref().and_then(|i| i.rel.as_ref()) {
            Some(relation) => Action::CreateTableAs(name(relation)),
            None => Action::Read,
        },
        NodeEnum::AlterTableStmt(s) => Action::Alter {
            form: form(s.objtype()),
            name: s.relation.as_ref().map(name).unwrap_or_default(),
            only: s.relation.as_ref().is_some_and(|r| !r.inh),
            commands: s.cmds.iter().filter_map(|c| command(c, state)).collect(),
        },
        NodeEnum::IndexStmt(s) => Action::CreateIndex {
            name: given(&s.idxname),
            table: s.relation.as_ref().map(name).unwrap_or_default(),
            unique: s.unique,
            concurrently: s.concurrent,
            if_not_exists: s.if_not_exists,
            only: s.relation.as_ref().is_some_and(|r| !r.inh),
        },
        NodeEnum::DropStmt(s) => Action::Drop {
            form: form(s.remove_type()),
            names: s.objects.iter().map(path).collect(),
            concurrently: s.concurrent,
            cascade: s.behavior() == protobuf::DropBehavior::DropCascade,
            if_exists: s.missing_ok,
        },
        NodeEnum::DropdbStmt(s) => Action::DropDatabase(s.dbname.clone()),
        NodeEnum::TruncateStmt(s) => Action::Truncate {
            tables: relations(&s.relations),
            cascade: s.behavior() == protobuf::DropBehavior::DropCascade,
        },
        NodeEnum::RenameStmt(s) => {
            let relation = s.relation.as_ref().map(name);
            let object = s.object.as_deref().map(path).map(|p| written(&p));
            Action::Rename {
                form: form(s.rename_type()),
                name: relation.or(object).unwrap_or_else(|| WrittenName {
                    schema: None,
                    name: s.subname.clone(),
                }),
                part: given(&s.subname),
                to: s.newname.clone(),
            }
        }
        NodeEnum::AlterObjectSchemaStmt(s) => {
            let relation = s.relation.as_ref().map(name);
            let object = s.object.as_deref().map(path).map(|p| written(&p));
            Action::SetSchema(
                form(s.object_type()),
                relation.or(object).unwrap_or_default(),
            )
        }
        NodeEnum::AlterOwnerStmt(s) => {
            let relation = s.relation.as_ref().map(name);
            let object = s.object.as_deref().map(path).map(|p| written(&p));
            Action::Owner {
                form: form(s.object_type()),
                name: relation.or(object).unwrap_or_default(),
                role: s.newowner.as_ref().map(role).unwrap_or_default(),
            }
        }
        NodeEnum::InsertStmt(s) => write("INSERT", s.relation.as_ref(), true, {
            let select = s.select_stmt.as_deref().and_then(|n| n.node.as_ref());
            matches!(select, Some(NodeEnum::SelectStmt(q)) if q.values_lists.is_empty() && !q.from_clause.is_empty())
        }),
        NodeEnum::UpdateStmt(s) => {
            let filtered = s.where_clause.is_some();
            write(
                "UPDATE",
                s.relation.as_ref(),
                filtered,
                !s.from_clause.is_empty(),
            )
        }
        NodeEnum::DeleteStmt(s) => {
            let filtered = s.where_clause.is_some();
            write(
                "DELETE",
                s.relation.as_ref(),
                filtered,
                !s.using_clause.is_empty(),
            )
        }
        NodeEnum::MergeStmt(s) => write("MERGE", s.relation.as_ref(), true, true),
        NodeEnum::VacuumStmt(s) if s.is_vacuumcmd => Action::Vacuum {
            full: s.options.iter().any(|o| option_is_on(o, "full")),
            tables: s
                .rels
                .iter()
                .filter_map(|n| match &n.node {
                    Some(NodeEnum::VacuumRelation(v)) => v.relation.as_ref().map(name),
                    _ => None,
                })
                .collect(),
        },
        NodeEnum::ClusterStmt(s) => Action::Cluster(s.relation.as_ref().map(name)),
        NodeEnum::ReindexStmt(s) => Action::Reindex {
            form: match s.kind() {
                ReindexObjectType::ReindexObjectIndex => ObjectForm::Index,
                ReindexObjectType::ReindexObjectTable => ObjectForm::Table,
                ReindexObjectType::ReindexObjectSchema => ObjectForm::Schema,
                _ => ObjectForm::Database,
            },
            name: s.relation.as_ref().map_or_else(
                || WrittenName {
                    schema: None,
                    name: s.name.clone(),
                },
                name,
            ),
            concurrently: s.params.iter().any(|o| option_is_on(o, "concurrently")),
        },
        NodeEnum::RefreshMatViewStmt(s) => Action::Refresh {
            view: s.relation.as_ref().map(name).unwrap_or_default(),
            concurrently: s.concurrent,
        },
        NodeEnum::LockStmt(s) => Action::Lock {
            tables: relations(&s.relations),
            mode: s.mode,
        },
        NodeEnum::CreateTrigStmt(s) => Action::CreateTrigger(
            s.relation.as_ref().map(name).unwrap_or_default(),
            s.trigname.clone(),
        ),
        NodeEnum::RuleStmt(s) => Action::CreateRule(
            s.relation.as_ref().map(name).unwrap_or_default(),
            s.rulename.clone(),
        ),
        NodeEnum::CreatePolicyStmt(s) => Action::Policy {
            table: s.table.as_ref().map(name).unwrap_or_default(),
            name: s.policy_name.clone(),
            open: s.permissive
                && s.cmd_name != "select"
                && [&s.qual, &s.with_check]
                    .iter()
                    .any(|e| e.as_deref().is_some_and(is_true)),
        },
        NodeEnum::AlterPolicyStmt(s) => Action::Policy {
            table: s.table.as_ref().map(name).unwrap_or_default(),
            name: s.policy_name.clone(),
            open: [&s.qual, &s.with_check]
                .iter()
                .any(|e| e.as_deref().is_some_and(is_true)),
        },
        NodeEnum::ViewStmt(s) => Action::CreateView {
            view: s.view.as_ref().map(name).unwrap_or_default(),
            replace: s.replace,
            options: s
                .options
                .iter()
                .filter_map(option_name)
                .map(str::to_owned)
                .collect(),
        },
        NodeEnum::CreateFunctionStmt(s) => Action::CreateRoutine {
            name: written(&owned(&s.funcname)),
            replace: s.replace,
        },
        NodeEnum::AlterEnumStmt(s) => Action::AlterEnum {
            name: written(&owned(&s.type_name)),
            label: s.new_val.clone(),
            renamed: given(&s.old_val),
            placed: !s.new_val_neighbor.is_empty(),
        },
        NodeEnum::AlterDomainStmt(s) => Action::AlterDomain {
            name: written(&owned(&s.type_name)),
            subtype: s.subtype.clone(),
            not_valid: matches!(s.def.as_deref().and_then(|d| d.node.as_ref()),
                Some(NodeEnum::Constraint(c)) if c.skip_validation),
        },
        NodeEnum::CreateDomainStmt(_) => Action::CreateDomain,
        NodeEnum::GrantStmt(s) => Action::Grant {
            revoke: !s.is_grant,
            grantees: s.grantees.iter().filter_map(role_of).collect(),
            privileges: s
                .privileges
                .iter()
                .filter_map(|n| match &n.node {
                    Some(NodeEnum::AccessPriv(p)) => Some(p.priv_name.to_uppercase()),
                    _ => None,
                })
                .collect(),
        },
        NodeEnum::CreateRoleStmt(s) => role_action(&s.role, &s.options),
        NodeEnum::AlterRoleStmt(s) => {
            let name = s.role.as_ref().map(role).unwrap_or_default();
            role_action(&name, &s.options)
        }
        NodeEnum::DropOwnedStmt(s) => {
            Action::DropOwned(s.roles.iter().filter_map(role_of).collect())
        }
        NodeEnum::ReassignOwnedStmt(_) => Action::ReassignOwned,
        NodeEnum::AlterSystemStmt(s) => Action::AlterSystem(
            s.setstmt
                .as_ref()
                .map(|s| s.name.clone())
                .unwrap_or_default(),
        ),
        NodeEnum::CopyStmt(s) if s.is_program => Action::CopyProgram,
        NodeEnum::CopyStmt(s) if s.is_from => write("INSERT", s.relation.as_ref(), true, false),
        NodeEnum::CreateExtensionStmt(s) => Action::CreateExtension(s.extname.clone()),
        NodeEnum::DoStmt(_) | NodeEnum::CallStmt(_) => Action::Code,
        NodeEnum::VariableSetStmt(s) => Action::Set {
            name: match s.kind() {
                VariableSetKind::VarResetAll => String::new(),
                _ => s.name.to_lowercase(),
            },
            value: match s.kind() {
                VariableSetKind::VarSetValue => Some(setting(&s.args)),
                _ => None,
            },
            local: s.is_local,
        },
        NodeEnum::TransactionStmt(s) => match s.kind() {
            TransactionStmtKind::TransStmtBegin | TransactionStmtKind::TransStmtStart => {
                Action::Begin
            }
            TransactionStmtKind::TransStmtCommit => Action::Commit,
            TransactionStmtKind::TransStmtRollback => Action::Rollback,
            _ => Action::Other,
        },
        NodeEnum::AlterSeqStmt(s) => {
            let restarts = s.options.iter().any(|o| option_name(o) == Some("restart"));
            match (&s.sequence, restarts) {
                (Some(sequence), true) => Action::RestartSequence(name(sequence)),
                _ => Action::Other,
            }
        }
        _ => Action::Other,
    }
}

fn create_table(s: &protobuf::CreateStmt, state: &State) -> Action {
    let mut columns = Vec::new();
    let mut constraints = Vec::new();
    for element in &s.table_elts {
        match &element.node {
            Some(NodeEnum::ColumnDef(definition)) => {
                let column = column(definition, false, state);
                constraints.extend(column.constraints.iter().cloned());
                columns.push(column);
            }
            Some(NodeEnum::Constraint(c)) => constraints.extend(constraint(c, None)),
            _ => {}
        }
    }
    Action::CreateTable {
        table: s.relation.as_ref().map(name).unwrap_or_default(),
        if_not_exists: s.if_not_exists,
        partition_of: match (&s.partbound, relations(&s.inh_relations).into_iter().next()) {
            (Some(_), Some(parent)) => Some(parent),
            _ => None,
        },
        columns,
        constraints,
    }
}

fn command(node: &Node, state: &State) -> Option<Command> {
    use AlterTableType as T;
    let Some(NodeEnum::AlterTableCmd(c)) = &node.node else {
        return None;
    };
    let definition = c.def.as_deref().and_then(|d| d.node.as_ref());
    Some(match c.subtype() {
        T::AtAddColumn => match definition {
            Some(NodeEnum::ColumnDef(d)) => Command::AddColumn(column(d, c.missing_ok, state)),
            _ => Command::Other,
        },
        T::AtDropColumn => Command::DropColumn(c.name.clone()),
        T::AtAlterColumnType => match definition {
            Some(NodeEnum::ColumnDef(d)) => Command::ColumnType {
                column: c.name.clone(),
                data_type: d
                    .type_name
                    .as_ref()
                    .map(|t| type_text(t, state))
                    .unwrap_or_default(),
                using: d
                    .raw_default
                    .as_deref()
                    .is_some_and(|e| !is_column(e, &c.name)),
                collate: d.coll_clause.is_some(),
            },
            _ => Command::Other,
        },
        T::AtColumnDefault if definition.is_some() => Command::SetDefault(c.name.clone()),
        T::AtColumnDefault => Command::DropDefault(c.name.clone()),
        T::AtSetNotNull => Command::SetNotNull(c.name.clone()),
        T::AtDropNotNull => Command::DropNotNull(c.name.clone()),
        T::AtSetExpression => Command::SetExpression(c.name.clone()),
        T::AtAddConstraint => match definition {
            Some(NodeEnum::Constraint(d)) => {
                constraint(d, None).map_or(Command::Other, Command::AddConstraint)
            }
            _ => Command::Other,
        },
        T::AtDropConstraint => Command::DropConstraint(c.name.clone()),
        T::AtValidateConstraint => Command::ValidateConstraint(c.name.clone()),
        T::AtAlterConstraint => alter_constraint(c, definition),
        T::AtAttachPartition | T::AtDetachPartition => partition(c, definition),
        T::AtSetLogged => Command::SetLogged(true),
        T::AtSetUnLogged => Command::SetLogged(false),
        T::AtSetTableSpace => Command::SetTablespace,
        T::AtSetAccessMethod => Command::SetAccessMethod,
        T::AtReplicaIdentity => match definition {
            Some(NodeEnum::ReplicaIdentityStmt(r)) => {
                Command::ReplicaIdentity(r.identity_type.clone())
            }
            _ => Command::Other,
        },
        T::AtEnableRowSecurity => Command::RowSecurity(true),
        T::AtDisableRowSecurity => Command::RowSecurity(false),
        T::AtForceRowSecurity => Command::ForceRowSecurity(true),
        T::AtNoForceRowSecurity => Command::ForceRowSecurity(false),
        T::AtEnableTrig | T::AtEnableAlwaysTrig | T::AtEnableReplicaTrig => Command::Trigger {
            enable: true,
            name: Some(c.name.clone()),
        },
        T::AtDisableTrig => Command::Trigger {
            enable: false,
            name: Some(c.name.clone()),
        },
        T::AtEnableTrigAll | T::AtEnableTrigUser => Command::Trigger {
            enable: true,
            name: None,
        },
        T::AtDisableTrigAll | T::AtDisableTrigUser => Command::Trigger {
            enable: false,
            name: None,
        },
        T::AtChangeOwner => Command::Owner(c.newowner.as_ref().map(role).unwrap_or_default()),
        T::AtSetStatistics
        | T::AtSetOptions
        | T::AtResetOptions
        | T::AtSetRelOptions
        | T::AtResetRelOptions
        | T::AtClusterOn
        | T::AtDropCluster => Command::Settings,
        _ => Command::Other,
    })
}

fn alter_constraint(c: &AlterTableCmd, definition: Option<&NodeEnum>) -> Command {
    match definition {
        Some(NodeEnum::AtalterConstraint(d)) => Command::AlterConstraint(
            d.conname.clone(),
            d.alter_enforceability.then_some(d.is_enforced),
        ),
        _ => Command::AlterConstraint(c.name.clone(), None),
    }
}

fn partition(c: &AlterTableCmd, definition: Option<&NodeEnum>) -> Command {
    let Some(NodeEnum::PartitionCmd(p)) = definition else {
        return Command::Other;
    };
    let partition = p.name.as_ref().map(name).unwrap_or_default();
    match c.subtype() {
        AlterTableType::AtAttachPartition => Command::Attach(partition),
        _ => Command::Detach {
            partition,
            concurrently: p.concurrent,
        },
    }
}

fn column(definition: &ColumnDef, if_not_exists: bool, state: &State) -> NewColumn {
    let mut column = NewColumn {
        name: definition.colname.clone(),
        data_type: definition
            .type_name
            .as_ref()
            .map(|t| type_text(t, state))
            .unwrap_or_default(),
        known_type: definition
            .type_name
            .as_ref()
            .is_some_and(|t| is_serial(t).is_some() || is_known(t, state)),
        not_null: definition.is_not_null,
        default: None,
        identity: false,
        generated: None,
        if_not_exists,
        constraints: Vec::new(),
    };
    for node in &definition.constraints {
        let Some(NodeEnum::Constraint(c)) = &node.node else {
            continue;
        };
        match c.contype() {
            ConstrType::ConstrNotnull => column.not_null = true,
            ConstrType::ConstrDefault => {
                let expression = c.raw_expr.as_deref().and_then(|e| e.node.as_ref());
                column.default = expression.map(|e| match crate::expr::from_node(e) {
                    Ok(expr) => expr.to_sql(),
                    Err(_) => "an expression".to_owned(),
                });
            }
            ConstrType::ConstrIdentity => {
                column.identity = true;
                column.not_null = true;
            }
            ConstrType::ConstrGenerated => column.generated = Some(c.generated_kind != "v"),
            _ => {
                column.not_null |= c.contype() == ConstrType::ConstrPrimary;
                column
                    .constraints
                    .extend(constraint(c, Some(&definition.colname)));
            }
        }
    }
    column
}

fn constraint(c: &protobuf::Constraint, column: Option<&str>) -> Option<NewConstraint> {
    let form = match c.contype() {
        ConstrType::ConstrPrimary => ConstraintForm::PrimaryKey(c.without_overlaps),
        ConstrType::ConstrUnique => ConstraintForm::Unique(c.without_overlaps),
        ConstrType::ConstrCheck => ConstraintForm::Check,
        ConstrType::ConstrNotnull => ConstraintForm::NotNull,
        ConstrType::ConstrForeign => ConstraintForm::ForeignKey(
            c.pktable.as_ref().map(name).unwrap_or_default(),
            matches!(c.fk_del_action.as_str(), "c" | "n" | "d"),
        ),
        ConstrType::ConstrExclusion => ConstraintForm::Exclusion,
        _ => return None,
    };
    let written = match form {
        ConstraintForm::ForeignKey(..) => &c.fk_attrs,
        _ => &c.keys,
    };
    let mut columns = owned(written);
    if columns.is_empty() {
        columns.extend(column.map(str::to_owned));
    }
    Some(NewConstraint {
        form,
        name: given(&c.conname),
        columns,
        using_index: given(&c.indexname),
        not_valid: c.skip_validation,
        not_enforced: !c.is_enforced
            && matches!(
                c.contype(),
                ConstrType::ConstrForeign | ConstrType::ConstrCheck
            ),
    })
}

/// `serial` and its relatives, which are no types.
fn is_serial(type_name: &TypeName) -> Option<String> {
    let last = strings(&type_name.names).last()?.to_lowercase();
    let serial = matches!(
        last.as_str(),
        "serial" | "bigserial" | "smallserial" | "serial4" | "serial8" | "serial2"
    );
    serial.then_some(last)
}

/// Whether a type is there, or an extension that is there brings it.
fn is_known(type_name: &TypeName, state: &State) -> bool {
    state.resolve_type(type_name).is_ok_and(|found| {
        let name = found.name.name.as_str();
        found.known || crate::read::objects::extension::brings(state, "type", name)
    })
}

fn type_text(type_name: &TypeName, state: &State) -> String {
    is_serial(type_name).unwrap_or_else(|| {
        let known = state.type_text(type_name);
        known.unwrap_or_else(|_| strings(&type_name.names).join("."))
    })
}

fn write(verb: &'static str, table: Option<&RangeVar>, filtered: bool, from_query: bool) -> Action {
    Action::Write(Written {
        verb,
        table: table.map(name).unwrap_or_default(),
        filtered,
        from_query,
    })
}

fn role_action(name: &str, options: &[Node]) -> Action {
    let mut password = false;
    let mut powers = Vec::new();
    for option in options {
        let Some(NodeEnum::DefElem(element)) = &option.node else {
            continue;
        };
        match element.defname.as_str() {
            "password" => password |= element.arg.is_some(),
            "superuser" | "createrole" | "bypassrls" | "isreplication"
                if option_is_on(option, &element.defname) =>
            {
                let word = element.defname.trim_start_matches("is");
                powers.push(word.to_uppercase());
            }
            _ => {}
        }
    }
    Action::Role {
        name: name.to_owned(),
        password,
        powers,
    }
}

/// The value of SET, as text.
fn setting(arguments: &[Node]) -> String {
    let values: Vec<String> = arguments
        .iter()
        .filter_map(|node| match &node.node {
            Some(NodeEnum::AConst(constant)) => match constant.val.as_ref()? {
                protobuf::a_const::Val::Ival(i) => Some(i.ival.to_string()),
                protobuf::a_const::Val::Fval(f) => Some(f.fval.clone()),
                protobuf::a_const::Val::Sval(s) => Some(s.sval.clone()),
                protobuf::a_const::Val::Boolval(b) => Some(b.boolval.to_string()),
                protobuf::a_const::Val::Bsval(_) => None,
            },
            _ => None,
        })
        .collect();
    values.join(", ")
}

/// A column itself, or a cast of it.
fn is_column(node: &Node, column: &str) -> bool {
    match &node.node {
        Some(NodeEnum::ColumnRef(reference)) => strings(&reference.fields) == [column],
        Some(NodeEnum::TypeCast(cast)) => cast.arg.as_deref().is_some_and(|a| is_column(a, column)),
        _ => false,
    }
}

/// The constant true.
fn is_true(node: &Node) -> bool {
    matches!(&node.node, Some(NodeEnum::AConst(constant))
        if matches!(&constant.val, Some(protobuf::a_const::Val::Boolval(b)) if b.boolval))
}

fn option_name(node: &Node) -> Option<&str> {
    match &node.node {
        Some(NodeEnum::DefElem(element)) => Some(&element.defname),
        _ => None,
    }
}

/// `FULL`, `FULL true`, `FULL 1`, `FULL on`.
fn option_is_on(node: &Node, wanted: &str) -> bool {
    let Some(NodeEnum::DefElem(element)) = &node.node else {
        return false;
    };
    let value = element.arg.as_deref().and_then(|a| a.node.as_ref());
    element.defname == wanted
        && match value {
            None => true,
            Some(NodeEnum::Boolean(b)) => b.boolval,
            Some(NodeEnum::Integer(i)) => i.ival != 0,
            Some(NodeEnum::String(s)) => matches!(s.sval.as_str(), "true" | "on" | "1"),
            _ => true,
        }
}

fn name(relation: &RangeVar) -> WrittenName {
    WrittenName {
        schema: given(&relation.schemaname),
        name: relation.relname.clone(),
    }
}

fn relations(nodes: &[Node]) -> Vec<WrittenName> {
    nodes
        .iter()
        .filter_map(|node| match &node.node {
            Some(NodeEnum::RangeVar(relation)) => Some(name(relation)),
            _ => None,
        })
        .collect()
}

fn given(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn owned(nodes: &[Node]) -> Vec<String> {
    strings(nodes).into_iter().map(str::to_owned).collect()
}

/// The parts of the name of an object.
fn path(node: &Node) -> Vec<String> {
    match &node.node {
        Some(NodeEnum::List(list)) => owned(&list.items),
        Some(NodeEnum::String(s)) => vec![s.sval.clone()],
        Some(NodeEnum::TypeName(t)) => owned(&t.names),
        Some(NodeEnum::ObjectWithArgs(o)) => owned(&o.objname),
        _ => Vec::new(),
    }
}

fn written(path: &[String]) -> WrittenName {
    match path {
        [.., schema, name] => WrittenName {
            schema: Some(schema.clone()),
            name: name.clone(),
        },
        [name] => WrittenName {
            schema: None,
            name: name.clone(),
        },
        [] => WrittenName::default(),
    }
}

fn role(role: &protobuf::RoleSpec) -> String {
    match role.roletype() {
        RoleSpecType::RolespecCstring => role.rolename.clone(),
        RoleSpecType::RolespecPublic => String::new(),
        _ => "CURRENT_USER".to_owned(),
    }
}

fn role_of(node: &Node) -> Option<String> {
    match &node.node {
        Some(NodeEnum::RoleSpec(r)) => Some(role(r)),
        _ => None,
    }
}

fn form(object: ObjectType) -> ObjectForm {
    use ObjectType as O;
    match object {
        O::ObjectTable => ObjectForm::Table,
        O::ObjectForeignTable => ObjectForm::ForeignTable,
        O::ObjectColumn | O::ObjectAttribute => ObjectForm::Column,
        O::ObjectTabconstraint | O::ObjectDomconstraint => ObjectForm::Constraint,
        O::ObjectIndex => ObjectForm::Index,
        O::ObjectView => ObjectForm::View,
        O::ObjectMatview => ObjectForm::MaterializedView,
        O::ObjectSequence => ObjectForm::Sequence,
        O::ObjectType => ObjectForm::Type,
        O::ObjectDomain => ObjectForm::Domain,
        O::ObjectSchema => ObjectForm::Schema,
        O::ObjectFunction | O::ObjectProcedure | O::ObjectRoutine | O::ObjectAggregate => {
            ObjectForm::Routine
        }
        O::ObjectTrigger => ObjectForm::Trigger,
        O::ObjectPolicy => ObjectForm::Policy,
        O::ObjectRule => ObjectForm::Rule,
        O::ObjectExtension => ObjectForm::Extension,
        O::ObjectDatabase => ObjectForm::Database,
        O::ObjectRole => ObjectForm::Role,
        _ => ObjectForm::Other,
    }
}
