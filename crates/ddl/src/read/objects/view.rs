//! Views and materialized views.

use std::collections::BTreeMap;

use pg_query::protobuf::{CreateTableAsStmt, Node, RefreshMatViewStmt, ViewCheckOption, ViewStmt};
use pgwright_catalog::{MaterializedView, Name, ObjectId, QualifiedName, View, ViewColumn};

use super::query::Stored;
use super::{nodes, options};
use crate::read::failure::Failure;
use crate::read::names;
use crate::read::state::{RelationKind, State, TEMPORARY_SCHEMA};

/// CREATE [OR REPLACE] VIEW.
pub(super) fn create(state: &mut State, s: &ViewStmt) -> Result<(), Failure> {
    let (Some(relation), Some(query)) = (
        &s.view,
        s.query.as_deref().and_then(|node| node.node.as_ref()),
    ) else {
        return Err(Failure::new("a query is missing"));
    };
    let mut options = view_options(&s.options)?;
    match s.with_check_option() {
        ViewCheckOption::LocalCheckOption => {
            options.insert("check_option".to_owned(), "local".to_owned());
        }
        ViewCheckOption::CascadedCheckOption => {
            options.insert("check_option".to_owned(), "cascaded".to_owned());
        }
        _ => {}
    }
    let aliases = column_names(&s.aliases);
    let stored = state.stored_query(query, &aliases)?;
    if aliases.len() > stored.columns.len() {
        return Err(Failure::new(
            "CREATE VIEW specifies more column names than columns",
        ));
    }
    check_columns(&stored.columns)?;
    let mut name = state.new_relation_name(relation)?;
    let temporary = stored.needed.iter().any(|id| {
        id.schema()
            .is_some_and(|schema| schema.as_str() == TEMPORARY_SCHEMA)
    });
    if temporary {
        // A view of something temporary is temporary itself.
        name.schema = Name::new(TEMPORARY_SCHEMA);
    }
    let before = match state.relation_kind(&name) {
        None => None,
        Some(_) if !s.replace => {
            return Err(Failure::exists("relation", name.name.as_str()));
        }
        Some(RelationKind::View) => state.catalog.views.get(&name).cloned(),
        Some(_) => return Err(Failure::new(format!("\"{}\" is not a view", name.name))),
    };
    let id = ObjectId::View(name.clone());
    let held = match before {
        Some(before) => replaced(before, stored.columns, stored.text, options)?,
        None => {
            if state.catalog.types.contains_key(&name) {
                return Err(Failure::exists("type", name.name.as_str()));
            }
            View {
                columns: stored.columns,
                query: stored.text,
                options,
                owner: state.new_owner(),
                ..View::default()
            }
        }
    };
    let new = !state.catalog.views.contains_key(&name);
    state.touch(&id);
    state.catalog.views.insert(name, held);
    if new {
        state.set_initial_privileges(&id);
    }
    state.set_uses(id, stored.needed);
    Ok(())
}

/// The names that are written behind the view's.
fn column_names(aliases: &[Node]) -> Vec<String> {
    nodes::strings(aliases)
        .into_iter()
        .map(|name| names::truncate(name).to_owned())
        .collect()
}

fn check_columns(columns: &[ViewColumn]) -> Result<(), Failure> {
    for (place, column) in columns.iter().enumerate() {
        if columns
            .iter()
            .take(place)
            .any(|other| other.name == column.name)
        {
            return Err(Failure::new(format!(
                "column \"{}\" specified more than once",
                column.name
            )));
        }
    }
    Ok(())
}

/// The options of a view as they are stored: one without a value is true.
pub(super) fn view_options(list: &[Node]) -> Result<BTreeMap<String, String>, Failure> {
    let mut held = BTreeMap::new();
    for option in options::options(list) {
        let name = option.name().to_owned();
        if !matches!(
            name.as_str(),
            "security_barrier" | "security_invoker" | "check_option"
        ) {
            return Err(Failure::new(format!("unrecognized parameter \"{name}\"")));
        }
        held.insert(name, option.text());
    }
    Ok(held)
}

/// What OR REPLACE makes of a view: columns may only be added, behind those that are there.
fn replaced(
    before: View,
    columns: Vec<ViewColumn>,
    query: String,
    options: BTreeMap<String, String>,
) -> Result<View, Failure> {
    if columns.len() < before.columns.len() {
        return Err(Failure::new("cannot drop columns from view"));
    }
    let mut merged = Vec::with_capacity(columns.len());
    for (place, column) in columns.into_iter().enumerate() {
        let Some(old) = before.columns.get(place) else {
            merged.push(column);
            continue;
        };
        if old.name != column.name {
            return Err(Failure::new(format!(
                "cannot change name of view column \"{}\" to \"{}\"",
                old.name, column.name
            ))
            .hint("Use ALTER VIEW ... RENAME COLUMN ... to change name of view column instead."));
        }
        if let (Some(from), Some(to)) = (&old.data_type, &column.data_type)
            && from != to
        {
            return Err(Failure::new(format!(
                "cannot change data type of view column \"{}\" from {from} to {to}",
                old.name
            )));
        }
        merged.push(ViewColumn {
            data_type: column.data_type.or_else(|| old.data_type.clone()),
            ..old.clone()
        });
    }
    Ok(View {
        columns: merged,
        query,
        options,
        ..before
    })
}

/// CREATE MATERIALIZED VIEW.
pub(super) fn create_materialized(state: &mut State, s: &CreateTableAsStmt) -> Result<(), Failure> {
    let Some(into) = s.into.as_deref() else {
        return Err(Failure::new("a name is missing"));
    };
    let (Some(relation), Some(query)) = (
        &into.rel,
        s.query.as_deref().and_then(|node| node.node.as_ref()),
    ) else {
        return Err(Failure::new("a query is missing"));
    };
    let name = state.new_relation_name(relation)?;
    if state.relation_kind(&name).is_some() {
        if s.if_not_exists {
            return Ok(());
        }
        return Err(Failure::exists("relation", name.name.as_str()));
    }
    let aliases = column_names(&into.col_names);
    let Stored {
        text,
        columns,
        needed,
    } = state.stored_query(query, &aliases)?;
    if aliases.len() > columns.len() {
        return Err(Failure::new("too many column names were specified"));
    }
    check_columns(&columns)?;
    let said = |text: &str| (!text.is_empty()).then(|| Name::new(text));
    let method = said(&into.access_method)
        .or_else(|| state.session.default_table_access_method.clone())
        .filter(|method| method.as_str() != "heap");
    let tablespace = said(&into.table_space_name)
        .or_else(|| state.session.default_tablespace.clone())
        .filter(|tablespace| tablespace.as_str() != "pg_default");
    let held = MaterializedView {
        columns,
        query: text,
        options: storage_options(&into.options),
        access_method: method,
        tablespace,
        unpopulated: into.skip_data,
        owner: state.new_owner(),
        ..MaterializedView::default()
    };
    let id = ObjectId::MaterializedView(name.clone());
    state.touch(&id);
    state.catalog.materialized_views.insert(name, held);
    state.set_initial_privileges(&id);
    state.set_uses(id, needed);
    Ok(())
}

/// Storage parameters; those of the TOAST table have its prefix.
pub(super) fn storage_options(list: &[Node]) -> BTreeMap<String, String> {
    options::options(list)
        .map(|option| (storage_option_name(option), option.text()))
        .collect()
}

/// The name of a storage parameter, with its namespace.
pub(super) fn storage_option_name(option: options::DefinedOption<'_>) -> String {
    match option.0.defnamespace.as_str() {
        "" => option.name().to_owned(),
        namespace => format!("{namespace}.{}", option.name()),
    }
}

/// REFRESH MATERIALIZED VIEW.
pub(super) fn refresh(state: &mut State, s: &RefreshMatViewStmt) -> Result<(), Failure> {
    let Some(relation) = &s.relation else {
        return Ok(());
    };
    let (name, kind) = state.relation(relation)?;
    if kind != RelationKind::MaterializedView {
        return Err(Failure::new(format!(
            "\"{}\" is not a materialized view",
            name.name
        )));
    }
    state.touch(&ObjectId::MaterializedView(name.clone()));
    if let Some(held) = state.catalog.materialized_views.get_mut(&name) {
        held.unpopulated = s.skip_data;
    }
    Ok(())
}

impl State {
    /// The columns of a view or materialized view, to change. The view is touched.
    pub(super) fn view_columns_mut(
        &mut self,
        name: &QualifiedName,
    ) -> Option<&mut Vec<ViewColumn>> {
        let id = if self.catalog.views.contains_key(name) {
            ObjectId::View(name.clone())
        } else {
            ObjectId::MaterializedView(name.clone())
        };
        self.touch(&id);
        match id {
            ObjectId::View(_) => self
                .catalog
                .views
                .get_mut(name)
                .map(|view| &mut view.columns),
            _ => self
                .catalog
                .materialized_views
                .get_mut(name)
                .map(|view| &mut view.columns),
        }
    }
}
