//! Collations and conversions between encodings.

use pg_query::protobuf::{CreateConversionStmt, DefineStmt};
use pgwright_catalog::{Collation, Conversion, ObjectId};

use super::{nodes, options};
use crate::read::failure::Failure;
use crate::read::names::strings;
use crate::read::state::State;

/// CREATE COLLATION.
pub(super) fn create(state: &mut State, s: &DefineStmt) -> Result<(), Failure> {
    let name = state.new_name(&strings(&s.defnames))?;
    if state.catalog.collations.contains_key(&name) {
        if s.if_not_exists {
            return Ok(());
        }
        return Err(Failure::exists("collation", name.name.as_str()));
    }
    let mut provider = "libc".to_owned();
    let (mut locale, mut collate, mut ctype, mut rules) = (None, None, None, None);
    let mut deterministic = true;
    for option in options::options(&s.definition) {
        match option.name() {
            "from" => return copy(state, s, option.written()),
            "locale" => locale = Some(option.text()),
            "lc_collate" => collate = Some(option.text()),
            "lc_ctype" => ctype = Some(option.text()),
            "provider" => provider = option.text().to_ascii_lowercase(),
            "deterministic" => deterministic = option.truth(),
            "rules" => rules = Some(option.text()),
            "version" => {}
            other => {
                return Err(Failure::new(format!(
                    "collation attribute \"{other}\" not recognized"
                )));
            }
        }
    }
    let (locale, ctype) = match (locale, collate, ctype) {
        (Some(locale), _, _) => (Some(locale), None),
        (None, Some(collate), Some(ctype)) if collate == ctype => (Some(collate), None),
        (None, collate, ctype) => (collate, ctype),
    };
    let locale = match (provider.as_str(), locale) {
        ("icu", Some(locale)) => Some(language_tag(&locale)),
        (_, locale) => locale,
    };
    let id = ObjectId::Collation(name.clone());
    state.touch(&id);
    let held = Collation {
        provider,
        locale,
        ctype,
        deterministic,
        rules,
        owner: state.new_owner(),
        comment: None,
    };
    state.catalog.collations.insert(name, held);
    Ok(())
}

/// The language tag that the server makes of the usual ICU locale names: `en_US` → `en-US`.
fn language_tag(locale: &str) -> String {
    if locale.is_empty() || locale == "root" {
        return "und".to_owned();
    }
    if locale.contains('@') {
        return locale.to_owned();
    }
    locale.replace('_', "-")
}

/// CREATE COLLATION … FROM another.
fn copy(state: &mut State, s: &DefineStmt, from: nodes::Written) -> Result<(), Failure> {
    let name = state.new_name(&strings(&s.defnames))?;
    let mut held = None;
    for schema in state.schemas_of(&from)? {
        let other = pgwright_catalog::QualifiedName::new(schema, from.name.as_str());
        if let Some(found) = state.catalog.collations.get(&other) {
            held = Some(found.clone());
            break;
        }
    }
    let mut held = match (held, from.name.as_str()) {
        (Some(held), _) => held,
        (None, own @ ("C" | "POSIX")) => plain("libc", own),
        (None, "ucs_basic") => plain("builtin", "C"),
        (None, "pg_c_utf8") => plain("builtin", "C.UTF-8"),
        (None, "pg_unicode_fast") => plain("builtin", "PG_UNICODE_FAST"),
        (None, "unicode") => plain("icu", "und"),
        _ => {
            return Err(Failure::not_understood(format!(
                "what the collation \"{from}\" is, only a server knows"
            )));
        }
    };
    held.owner = state.new_owner();
    held.comment = None;
    let id = ObjectId::Collation(name.clone());
    state.touch(&id);
    state.catalog.collations.insert(name, held);
    Ok(())
}

fn plain(provider: &str, locale: &str) -> Collation {
    Collation {
        provider: provider.to_owned(),
        locale: Some(locale.to_owned()),
        ctype: None,
        deterministic: true,
        rules: None,
        owner: None,
        comment: None,
    }
}

/// CREATE CONVERSION.
pub(super) fn create_conversion(
    state: &mut State,
    s: &CreateConversionStmt,
) -> Result<(), Failure> {
    let name = state.new_name(&strings(&s.conversion_name))?;
    if state.catalog.conversions.contains_key(&name) {
        return Err(Failure::exists("conversion", name.name.as_str()));
    }
    let function = state.function_named(&nodes::written(&s.func_name));
    let id = ObjectId::Conversion(name.clone());
    let needed = state.function_objects(&function).into_iter().collect();
    state.touch(&id);
    let held = Conversion {
        default: s.def,
        source: encoding(&s.for_encoding_name),
        target: encoding(&s.to_encoding_name),
        function,
        owner: state.new_owner(),
        comment: None,
    };
    state.catalog.conversions.insert(name, held);
    state.set_uses(id, needed);
    Ok(())
}

/// An encoding as the server spells it.
fn encoding(name: &str) -> String {
    let plain: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_uppercase())
        .collect();
    match plain.as_str() {
        "UNICODE" => "UTF8".to_owned(),
        "ISO88591" => "LATIN1".to_owned(),
        "ISO88592" => "LATIN2".to_owned(),
        "ISO885915" => "LATIN9".to_owned(),
        "WINDOWS1252" => "WIN1252".to_owned(),
        "WINDOWS1251" => "WIN1251".to_owned(),
        "WINDOWS1250" => "WIN1250".to_owned(),
        "SQLASCII" => "SQL_ASCII".to_owned(),
        "EUCJP" => "EUC_JP".to_owned(),
        "EUCKR" => "EUC_KR".to_owned(),
        "EUCCN" => "EUC_CN".to_owned(),
        "EUCTW" => "EUC_TW".to_owned(),
        "ISO88595" => "ISO_8859_5".to_owned(),
        "ISO88596" => "ISO_8859_6".to_owned(),
        "ISO88597" => "ISO_8859_7".to_owned(),
        "ISO88598" => "ISO_8859_8".to_owned(),
        _ => plain,
    }
}
