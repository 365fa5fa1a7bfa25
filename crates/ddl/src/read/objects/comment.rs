//! COMMENT and SECURITY LABEL, on objects of every kind.

use pg_query::NodeEnum;
use pg_query::protobuf::{CommentStmt, ObjectType, SecLabelStmt};
use pgwright_catalog::{Name, ObjectId};

use super::address::Address;
use super::{access, extension};
use crate::read::failure::Failure;
use crate::read::state::State;

/// The comment that `public` begins with.
const COMMENT_OF_PUBLIC: &str = "standard public schema";

/// COMMENT ON: an empty comment takes it away.
pub(super) fn comment(state: &mut State, s: &CommentStmt) -> Result<(), Failure> {
    let text = (!s.comment.is_empty()).then(|| s.comment.clone());
    let Some(node) = s.object.as_deref() else {
        return Ok(());
    };
    if s.objtype() == ObjectType::ObjectRole
        && let Some(NodeEnum::String(name)) = node.node.as_ref()
    {
        let id = ObjectId::Role(Name::new(name.sval.clone()));
        state.touch(&id);
        state
            .catalog
            .roles
            .entry(Name::new(name.sval.clone()))
            .or_default()
            .comment = text;
        return Ok(());
    }
    let Address::Held(id) = state.address(s.objtype(), node)? else {
        return Ok(());
    };
    set(state, &id, text);
    Ok(())
}

/// Sets the comment of an object.
pub(in crate::read) fn set(state: &mut State, id: &ObjectId, text: Option<String>) {
    let text = match id {
        ObjectId::Schema(name) if name.as_str() == "public" => {
            text.filter(|text| text != COMMENT_OF_PUBLIC)
        }
        ObjectId::Extension(name) => extension::chosen_comment(name, text),
        _ => text,
    };
    if let ObjectId::Sequence(name) = id
        && let Some((table, column)) = state.identity_sequences.get(name).cloned()
    {
        if let Ok(table) = state.table_mut(&table)
            && let Some(identity) = table
                .column_mut(column.as_str())
                .and_then(|column| column.identity.as_mut())
        {
            identity.comment = text;
        }
        return;
    }
    state.touch(id);
    if let Some(comment) = access::comment_mut(&mut state.catalog, id) {
        *comment = text;
    }
}

/// SECURITY LABEL: none takes it away.
pub(super) fn label(state: &mut State, s: &SecLabelStmt) -> Result<(), Failure> {
    let Some(node) = s.object.as_deref() else {
        return Ok(());
    };
    let Address::Held(id) = state.address(s.objtype(), node)? else {
        return Ok(());
    };
    state.touch_labels(&id);
    let labels = state.catalog.security_labels.entry(id.clone()).or_default();
    let provider = Name::new(s.provider.clone());
    if s.label.is_empty() {
        labels.remove(&provider);
    } else {
        labels.insert(provider, s.label.clone());
    }
    if labels.is_empty() {
        state.catalog.security_labels.remove(&id);
    }
    Ok(())
}
