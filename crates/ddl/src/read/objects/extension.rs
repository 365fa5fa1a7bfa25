//! Extensions: which there are, and what the best known of them bring.

use std::sync::OnceLock;

use pg_query::protobuf::{AlterExtensionContentsStmt, AlterExtensionStmt, CreateExtensionStmt};
use pgwright_catalog::{Extension, Name, ObjectId};

use super::address::Address;
use super::options;
use crate::read::failure::Failure;
use crate::read::state::State;

/// What is known of an extension without having it.
#[derive(Debug)]
pub(in crate::read) struct Known {
    /// Its name.
    pub name: &'static str,
    /// The version that CREATE EXTENSION takes; empty when not known.
    pub version: &'static str,
    /// The schema that it is always in; empty when it can be chosen.
    pub schema: &'static str,
    /// Extensions that it needs.
    pub requires: Vec<&'static str>,
    /// Whether all of its members are listed.
    pub complete: bool,
    /// The comment that it brings; empty when not known.
    pub comment: &'static str,
    /// Kind and name of members: types, relations, functions, languages, wrappers, methods.
    pub members: Vec<(&'static str, &'static str)>,
}

/// All extensions of which something is known, in the order of their names within two groups.
fn all() -> &'static [Known] {
    static ALL: OnceLock<Vec<Known>> = OnceLock::new();
    ALL.get_or_init(|| load(include_str!("extensions.tsv")))
}

fn load(text: &'static str) -> Vec<Known> {
    let mut known: Vec<Known> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let mut fields = line.split('\t');
        let kind = fields.next().unwrap_or_default();
        if kind != "extension" {
            if let Some(last) = known.last_mut() {
                last.members.extend(fields.map(|name| (kind, name)));
            }
            continue;
        }
        let mut next = || fields.next().unwrap_or_default();
        known.push(Known {
            name: next(),
            version: next(),
            schema: next(),
            requires: next().split(',').filter(|name| !name.is_empty()).collect(),
            complete: next() == "complete",
            comment: next(),
            members: Vec::new(),
        });
    }
    known
}

/// What is known of an extension.
pub(in crate::read) fn known(name: &str) -> Option<&'static Known> {
    all().iter().find(|known| known.name == name)
}

/// Whether an extension that the text has made brings an object of a kind and name; or might, because not
/// all of what it brings is known.
pub(in crate::read) fn is_member(state: &State, kind: &str, name: &str) -> bool {
    let kind = match kind {
        "foreign-data wrapper" => "wrapper",
        "access method" => "method",
        "text search dictionary" => "dictionary",
        "text search template" => "template",
        "text search configuration" => "configuration",
        other => other,
    };
    // A member may be written with its schema.
    let name = name.rsplit('.').next().unwrap_or(name);
    state
        .catalog
        .extensions
        .keys()
        .any(|extension| match known(extension.as_str()) {
            Some(known) if known.complete => {
                known.members.contains(&(kind, name))
                    || !matches!(
                        kind,
                        "type"
                            | "relation"
                            | "function"
                            | "language"
                            | "wrapper"
                            | "method"
                            | "dictionary"
                            | "template"
                            | "configuration"
                    )
            }
            _ => true,
        })
}

/// The schema of the extension that brings an object, if one of the text's does or may do.
pub(in crate::read) fn schema_of_member(state: &State, kind: &str, name: &str) -> Option<Name> {
    let brought = |known: &Known| known.members.contains(&(kind, name));
    let mut unknown = None;
    for (extension, held) in &state.catalog.extensions {
        match known(extension.as_str()) {
            Some(known) if brought(known) => return held.schema.clone(),
            Some(known) if known.complete => {}
            _ => unknown = unknown.or(held.schema.clone()),
        }
    }
    unknown
}

/// Whether an extension of the text's surely brings an object.
pub(in crate::read) fn brings(state: &State, kind: &str, name: &str) -> bool {
    state.catalog.extensions.keys().any(|extension| {
        known(extension.as_str()).is_some_and(|known| known.members.contains(&(kind, name)))
    })
}

/// CREATE EXTENSION, and with CASCADE those that it needs.
pub(super) fn create(state: &mut State, s: &CreateExtensionStmt) -> Result<(), Failure> {
    let name = Name::new(s.extname.clone());
    if state.catalog.extensions.contains_key(&name) || name.as_str() == "plpgsql" {
        if s.if_not_exists {
            return Ok(());
        }
        return Err(Failure::exists("extension", name.as_str()));
    }
    let (mut schema, mut version, mut cascade) = (None, None, false);
    for option in options::options(&s.options) {
        match option.name() {
            "schema" => schema = Some(state.existing_schema(&option.text())?),
            "new_version" => version = Some(option.text()),
            "cascade" => cascade = option.truth(),
            _ => {}
        }
    }
    install(state, name, schema, version, cascade)
}

fn install(
    state: &mut State,
    name: Name,
    schema: Option<Name>,
    version: Option<String>,
    cascade: bool,
) -> Result<(), Failure> {
    let known = known(name.as_str());
    for needed in known
        .map(|known| known.requires.as_slice())
        .unwrap_or_default()
    {
        if state.catalog.extensions.contains_key(*needed) {
            continue;
        }
        if !cascade {
            return Err(
                Failure::new(format!("required extension \"{needed}\" is not installed"))
                    .hint("Use CREATE EXTENSION ... CASCADE to install required extensions too."),
            );
        }
        install(state, Name::new(*needed), schema.clone(), None, true)?;
    }
    let fixed = known
        .map(|known| known.schema)
        .filter(|schema| !schema.is_empty());
    let schema = match fixed {
        Some(fixed) => {
            if !state.schemas.contains(fixed) {
                // The extension makes its schema, which is then one of its members.
                state.touch_schemas();
                state.schemas.insert(Name::new(fixed));
            }
            Name::new(fixed)
        }
        None => match schema {
            Some(schema) => schema,
            None => state.creation_schema(None)?,
        },
    };
    let usual = known
        .map(|known| known.version)
        .filter(|usual| !usual.is_empty());
    state.touch(&ObjectId::Extension(name.clone()));
    let held = Extension {
        schema: Some(schema),
        version: version.filter(|version| usual != Some(version.as_str())),
        comment: None,
    };
    state.catalog.extensions.insert(name, held);
    Ok(())
}

/// ALTER EXTENSION … UPDATE.
pub(super) fn alter(state: &mut State, s: &AlterExtensionStmt) -> Result<(), Failure> {
    let name = Name::new(s.extname.clone());
    let id = ObjectId::Extension(name.clone());
    if name.as_str() == "plpgsql" {
        return Ok(());
    }
    let usual = known(name.as_str()).map(|known| known.version);
    let version = options::options(&s.options)
        .find(|option| option.name() == "new_version")
        .map(|option| option.text());
    state.touch(&id);
    let Some(held) = state.catalog.extensions.get_mut(&name) else {
        return Err(Failure::missing("extension", name.as_str()));
    };
    held.version = version.filter(|version| usual != Some(version.as_str()));
    Ok(())
}

/// ALTER EXTENSION … ADD and DROP: what is added is the extension's from then on, and no longer listed.
pub(super) fn contents(state: &mut State, s: &AlterExtensionContentsStmt) -> Result<(), Failure> {
    let name = Name::new(s.extname.clone());
    if !state.catalog.extensions.contains_key(&name) && name.as_str() != "plpgsql" {
        return Err(Failure::missing("extension", name.as_str()));
    }
    let Some(node) = s.object.as_deref() else {
        return Ok(());
    };
    if s.action < 0 {
        return Err(Failure::not_understood(
            "ALTER EXTENSION … DROP: what the extension gives up is known to a server only",
        ));
    }
    match state.address(s.objtype(), node)? {
        Address::Held(_) => Err(Failure::not_understood(
            "ALTER EXTENSION … ADD: an object that is made by hand becomes the extension's",
        )),
        Address::NotHeld => Ok(()),
    }
}

/// The comment of an extension, unless it is the one that the extension brings.
pub(super) fn chosen_comment(name: &Name, comment: Option<String>) -> Option<String> {
    let usual = known(name.as_str()).map(|known| known.comment);
    comment.filter(|comment| usual != Some(comment.as_str()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::known;

    #[test]
    fn extensions_are_known_with_their_members() {
        let hstore = known("hstore").unwrap();
        assert!(hstore.complete && hstore.members.contains(&("type", "hstore")));
        assert_eq!(known("earthdistance").unwrap().requires, ["cube"]);
        assert!(!known("postgis").unwrap().complete);
        assert!(known("nonesuch").is_none());
    }
}
