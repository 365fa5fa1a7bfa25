//! Subscriptions, without the secrets of their connections.

use std::collections::BTreeSet;

use pg_query::protobuf::{
    AlterSubscriptionStmt, AlterSubscriptionType as A, CreateSubscriptionStmt,
    DropSubscriptionStmt, Node,
};
use pgwright_catalog::{Name, ObjectId, Subscription, is_secret_option};

use super::{nodes, options};
use crate::read::failure::Failure;
use crate::read::state::State;

/// CREATE SUBSCRIPTION.
pub(super) fn create(state: &mut State, s: &CreateSubscriptionStmt) -> Result<(), Failure> {
    let name = Name::new(s.subname.clone());
    if state.catalog.subscriptions.contains_key(&name) {
        return Err(Failure::exists("subscription", name.as_str()));
    }
    let mut held = Subscription {
        connection: Some(without_secrets(&s.conninfo)),
        publications: publications(&s.publication),
        enabled: true,
        owner: state.new_owner(),
        ..Subscription::default()
    };
    for option in options::options(&s.options) {
        if option.name() == "connect" && !option.truth() {
            held.enabled = false;
        }
    }
    set_options(&mut held, &s.options, &name);
    state.touch(&ObjectId::Subscription(name.clone()));
    state.catalog.subscriptions.insert(name, held);
    Ok(())
}

fn publications(list: &[Node]) -> BTreeSet<Name> {
    nodes::strings(list).into_iter().map(Name::from).collect()
}

/// The connection string without its password: secrets are never kept.
fn without_secrets(connection: &str) -> String {
    if let Some((scheme, rest)) = connection.split_once("://") {
        let (authority, tail) = match rest.find(['/', '?']) {
            Some(end) => rest.split_at(end),
            None => (rest, ""),
        };
        let authority = match authority.rsplit_once('@') {
            Some((user, host)) => {
                format!("{}@{host}", user.split(':').next().unwrap_or_default())
            }
            None => authority.to_owned(),
        };
        return format!("{scheme}://{authority}{tail}");
    }
    let mut kept = Vec::new();
    let mut rest = connection.trim_start();
    while !rest.is_empty() {
        let (pair, after) = next_pair(rest);
        let name = pair.split('=').next().unwrap_or_default().trim();
        if !is_secret_option(name) {
            kept.push(pair.trim());
        }
        rest = after.trim_start();
    }
    kept.join(" ")
}

/// `name=value` at the start of a connection string, quotes minded, and the rest.
fn next_pair(text: &str) -> (&str, &str) {
    let (mut quoted, mut escaped, mut value) = (false, false, false);
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\'' => quoted = !quoted,
            '=' => value = true,
            c if c.is_whitespace()
                && !quoted
                && value
                && !text.get(..at).is_some_and(|t| t.trim_end().ends_with('=')) =>
            {
                return text.split_at(at);
            }
            _ => {}
        }
    }
    (text, "")
}

/// The options, where they are not the default.
fn set_options(held: &mut Subscription, list: &[Node], name: &Name) {
    for option in options::options(list) {
        let text = option.text();
        let (value, usual) = match option.name() {
            "enabled" => {
                held.enabled = option.truth();
                continue;
            }
            // They say what is done at once, and are not stored.
            "connect" | "create_slot" | "copy_data" | "refresh" => continue,
            "slot_name" if text.eq_ignore_ascii_case("none") => {
                ("NONE".to_owned(), name.as_str())
            }
            "slot_name" => (text, name.as_str()),
            "binary" | "disable_on_error" | "run_as_owner" | "failover" => {
                (option.truth().to_string(), "false")
            }
            "two_phase" => (option.truth().to_string(), "false"),
            "password_required" => (option.truth().to_string(), "true"),
            "streaming" => match text.to_ascii_lowercase().as_str() {
                "parallel" => ("parallel".to_owned(), "parallel"),
                _ if option.truth() => ("on".to_owned(), "parallel"),
                _ => ("off".to_owned(), "parallel"),
            },
            "synchronous_commit" => (text, "off"),
            "origin" => (text.to_ascii_lowercase(), "any"),
            _ => continue,
        };
        if value == usual {
            held.options.remove(option.name());
        } else {
            held.options.insert(option.name().to_owned(), value);
        }
    }
}

/// ALTER SUBSCRIPTION.
pub(super) fn alter(state: &mut State, s: &AlterSubscriptionStmt) -> Result<(), Failure> {
    let name = Name::new(s.subname.clone());
    state.touch(&ObjectId::Subscription(name.clone()));
    let Some(held) = state.catalog.subscriptions.get_mut(&name) else {
        return Err(Failure::missing("subscription", name.as_str()));
    };
    match s.kind() {
        A::AlterSubscriptionConnection => held.connection = Some(without_secrets(&s.conninfo)),
        A::AlterSubscriptionSetPublication => held.publications = publications(&s.publication),
        A::AlterSubscriptionAddPublication => {
            held.publications.extend(publications(&s.publication));
        }
        A::AlterSubscriptionDropPublication => {
            for publication in publications(&s.publication) {
                held.publications.remove(&publication);
            }
        }
        A::AlterSubscriptionOptions | A::AlterSubscriptionEnabled => {
            set_options(held, &s.options, &name);
        }
        _ => {}
    }
    Ok(())
}

/// DROP SUBSCRIPTION.
pub(super) fn drop(state: &mut State, s: &DropSubscriptionStmt) -> Result<(), Failure> {
    let name = Name::new(s.subname.clone());
    state.touch(&ObjectId::Subscription(name.clone()));
    if state.catalog.subscriptions.remove(&name).is_none() && !s.missing_ok {
        return Err(Failure::missing("subscription", name.as_str()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::without_secrets;

    #[test]
    fn passwords_do_not_stay_in_connections() {
        assert_eq!(
            without_secrets("host=a password='x y' user=b"),
            "host=a user=b"
        );
        assert_eq!(
            without_secrets("postgres://u:secret@h:5432/db?sslmode=require"),
            "postgres://u@h:5432/db?sslmode=require"
        );
    }
}
