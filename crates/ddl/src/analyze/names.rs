//! Names of collations.

use super::environment::Environment;
use super::system::catalog;
use super::tree::Collation;

/// The collation of a name.
///
/// Which collations a server has besides the fixed ones depends on its machine; a name that is
/// neither the user's nor fixed is taken to be one of those, in `pg_catalog`.
pub(crate) fn collation(env: &dyn Environment, path: &[&str]) -> Option<Collation> {
    let system = |name: &str| Collation {
        schema: "pg_catalog".into(),
        name: name.into(),
    };
    match path {
        [name] if catalog().has_name("c", name) => Some(system(name)),
        [name] => env
            .collation(None, name)
            .or_else(|| machine_collation(name).then(|| system(name))),
        ["pg_catalog", name] | [_, "pg_catalog", name] => Some(system(name)),
        [schema, name] | [_, schema, name] => env.collation(Some(schema), name),
        _ => None,
    }
}

/// `en_US`, `de_DE.utf8`, `en-x-icu`.
fn machine_collation(name: &str) -> bool {
    let locale = name.split(['.', '@']).next().unwrap_or_default();
    let (language, territory) = locale.split_once('_').unwrap_or((locale, ""));
    name.ends_with("-x-icu")
        || name == "C.utf8"
        || name == "C.UTF-8"
        || ((2..=3).contains(&language.len())
            && language.bytes().all(|b| b.is_ascii_lowercase())
            && territory.len() == 2
            && territory.bytes().all(|b| b.is_ascii_uppercase()))
}
