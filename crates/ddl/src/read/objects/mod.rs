//! Everything that is neither a table nor stands on one: one file per kind of object, and one per
//! statement that all kinds share (COMMENT, GRANT, OWNER, RENAME, SET SCHEMA).

mod access;
mod address;
mod aggregate;
mod base_type;
mod cast;
mod collation;
mod comment;
mod composite;
mod default_privileges;
mod dependants;
mod domain;
mod drop;
mod enumeration;
mod event_trigger;
pub(super) mod extension;
mod finish;
pub(super) mod follow;
mod foreign;
mod function;
mod function_alter;
mod function_body;
mod function_option;
mod grant;
mod language;
mod move_schema;
mod moved;
mod nodes;
mod operator;
mod operator_class;
mod options;
mod owner;
mod privileges;
mod publication;
mod query;
mod range;
mod recall;
mod rename;
mod role;
mod schema;
mod subscription;
mod text_search;
mod type_text;
mod view;
mod view_alter;

use pg_query::NodeEnum;
use pg_query::protobuf::{AlterTableStmt, ObjectType, RenameStmt};
use pgwright_catalog::{ObjectId, QualifiedName};

use super::failure::Failure;
use super::note::NoteKind;
use super::state::State;

pub(super) use drop::apply as drop_statement;
pub(super) use finish::{begin, finish};

/// Applies a statement about one of these objects.
pub(super) fn apply(state: &mut State, node: &NodeEnum) -> Result<(), Failure> {
    match node {
        NodeEnum::CreateSchemaStmt(s) => schema::create(state, s),
        NodeEnum::CreateExtensionStmt(s) => extension::create(state, s),
        NodeEnum::AlterExtensionStmt(s) => extension::alter(state, s),
        NodeEnum::AlterExtensionContentsStmt(s) => extension::contents(state, s),
        NodeEnum::CreateEnumStmt(s) => enumeration::create(state, s),
        NodeEnum::AlterEnumStmt(s) => enumeration::alter(state, s),
        NodeEnum::CreateDomainStmt(s) => domain::create(state, s),
        NodeEnum::AlterDomainStmt(s) => domain::alter(state, s),
        NodeEnum::CompositeTypeStmt(s) => composite::create(state, s),
        NodeEnum::AlterTableStmt(s) if s.objtype() == ObjectType::ObjectType => {
            composite::alter(state, s)
        }
        NodeEnum::CreateRangeStmt(s) => range::create(state, s),
        NodeEnum::AlterTypeStmt(s) => base_type::alter(state, s),
        NodeEnum::CreateFunctionStmt(s) => function::create(state, s),
        NodeEnum::AlterFunctionStmt(s) => function_alter::alter(state, s),
        NodeEnum::DefineStmt(s) => match s.kind() {
            ObjectType::ObjectAggregate => aggregate::create(state, s),
            ObjectType::ObjectOperator => operator::create(state, s),
            ObjectType::ObjectType => base_type::create(state, s),
            ObjectType::ObjectCollation => collation::create(state, s),
            ObjectType::ObjectTsparser => text_search::create_parser(state, s),
            ObjectType::ObjectTstemplate => text_search::create_template(state, s),
            ObjectType::ObjectTsdictionary => text_search::create_dictionary(state, s),
            ObjectType::ObjectTsconfiguration => text_search::create_configuration(state, s),
            _ => Err(Failure::not_understood("this CREATE statement is not read")),
        },
        NodeEnum::AlterOperatorStmt(s) => operator::alter(state, s),
        NodeEnum::CreateOpClassStmt(s) => operator_class::create(state, s),
        NodeEnum::CreateOpFamilyStmt(s) => operator_class::create_family(state, s),
        NodeEnum::AlterOpFamilyStmt(s) => operator_class::alter_family(state, s),
        NodeEnum::CreateCastStmt(s) => cast::create(state, s),
        NodeEnum::CreateTransformStmt(s) => cast::create_transform(state, s),
        NodeEnum::AlterCollationStmt(_) => Ok(()),
        NodeEnum::CreateConversionStmt(s) => collation::create_conversion(state, s),
        NodeEnum::AlterTsdictionaryStmt(s) => text_search::alter_dictionary(state, s),
        NodeEnum::AlterTsconfigurationStmt(s) => text_search::alter_configuration(state, s),
        NodeEnum::CreatePlangStmt(s) => language::create(state, s),
        NodeEnum::CreateAmStmt(s) => language::create_access_method(state, s),
        NodeEnum::CreateEventTrigStmt(s) => event_trigger::create(state, s),
        NodeEnum::AlterEventTrigStmt(s) => event_trigger::alter(state, s),
        NodeEnum::ViewStmt(s) => view::create(state, s),
        NodeEnum::CreateTableAsStmt(s) if s.objtype() == ObjectType::ObjectMatview => {
            view::create_materialized(state, s)
        }
        NodeEnum::RefreshMatViewStmt(s) => view::refresh(state, s),
        NodeEnum::CreatePublicationStmt(s) => publication::create(state, s),
        NodeEnum::AlterPublicationStmt(s) => publication::alter(state, s),
        NodeEnum::CreateSubscriptionStmt(s) => subscription::create(state, s),
        NodeEnum::AlterSubscriptionStmt(s) => subscription::alter(state, s),
        NodeEnum::DropSubscriptionStmt(s) => subscription::drop(state, s),
        NodeEnum::CreateFdwStmt(s) => foreign::create_wrapper(state, s),
        NodeEnum::AlterFdwStmt(s) => foreign::alter_wrapper(state, s),
        NodeEnum::CreateForeignServerStmt(s) => foreign::create_server(state, s),
        NodeEnum::AlterForeignServerStmt(s) => foreign::alter_server(state, s),
        NodeEnum::CreateUserMappingStmt(s) => foreign::create_mapping(state, s),
        NodeEnum::AlterUserMappingStmt(s) => foreign::alter_mapping(state, s),
        NodeEnum::DropUserMappingStmt(s) => foreign::drop_mapping(state, s),
        NodeEnum::ImportForeignSchemaStmt(_) => Err(Failure::not_understood(
            "IMPORT FOREIGN SCHEMA makes tables that only the foreign server knows",
        )),
        NodeEnum::CommentStmt(s) => comment::comment(state, s),
        NodeEnum::SecLabelStmt(s) => comment::label(state, s),
        NodeEnum::GrantStmt(s) => grant::apply(state, s),
        NodeEnum::GrantRoleStmt(s) => role::grant(state, s),
        NodeEnum::AlterDefaultPrivilegesStmt(s) => default_privileges::alter(state, s),
        NodeEnum::CreateRoleStmt(s) => role::create(state, s),
        NodeEnum::AlterRoleStmt(s) => role::alter(state, s),
        NodeEnum::DropRoleStmt(s) => role::drop(state, s),
        NodeEnum::AlterOwnerStmt(s) => owner::alter(state, s),
        NodeEnum::ReassignOwnedStmt(s) => owner::reassign(state, s),
        NodeEnum::DropOwnedStmt(s) => owner::drop(state, s),
        NodeEnum::RenameStmt(s) => rename::apply(state, s),
        NodeEnum::AlterObjectSchemaStmt(s) => move_schema::apply(state, s),
        // They change nothing that a catalog holds: the cluster, and what depends on an extension.
        NodeEnum::AlterRoleSetStmt(_)
        | NodeEnum::AlterObjectDependsStmt(_)
        | NodeEnum::CreateTableSpaceStmt(_)
        | NodeEnum::DropTableSpaceStmt(_)
        | NodeEnum::AlterTableSpaceOptionsStmt(_)
        | NodeEnum::CreatedbStmt(_)
        | NodeEnum::AlterDatabaseStmt(_)
        | NodeEnum::AlterDatabaseSetStmt(_)
        | NodeEnum::AlterDatabaseRefreshCollStmt(_)
        | NodeEnum::DropdbStmt(_)
        | NodeEnum::AlterSystemStmt(_) => Ok(()),
        _ => {
            state.note(NoteKind::NotUnderstood, "this statement is not read", None);
            Ok(())
        }
    }
}

/// Applies ALTER VIEW, ALTER MATERIALIZED VIEW, and ALTER TABLE of either.
pub(super) fn alter_view(
    state: &mut State,
    view: &ObjectId,
    statement: &AlterTableStmt,
) -> Result<(), Failure> {
    view_alter::alter(state, view, statement)
}

/// Renames a view or materialized view, or one of its columns, that ALTER TABLE names.
pub(super) fn rename_view(
    state: &mut State,
    view: &QualifiedName,
    statement: &RenameStmt,
) -> Result<(), Failure> {
    rename::view(state, view, statement)
}
