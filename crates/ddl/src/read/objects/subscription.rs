//! Subscriptions, without the secrets of their connections.

use std::collections::BTreeSet;

use pg_query::protobuf::{
    AlterSubscriptionStmt, AlterSubscriptionType as A, CreateSubscriptionStmt,
    DropSubscriptionStmt, Node,
};
use pgwright_catalog::{Name, ObjectId, Subscription, connection_without_secrets};

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
        connection: connection_without_secrets(&s.conninfo),
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
            "slot_name" if text.eq_ignore_ascii_case("none") => ("NONE".to_owned(), name.as_str()),
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
        A::AlterSubscriptionConnection => held.connection = connection_without_secrets(&s.conninfo),
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
