//! Makers of triggers, rules and policies.

use super::{comment, expression_of};
use crate::model::*;
use crate::random::Random;

fn trigger_function(model: &mut Model, random: &mut Random) -> Option<Key> {
    let functions = model
        .functions
        .iter()
        .filter(|(_, f)| f.shape == Shape::Trigger);
    let functions: Vec<Key> = functions.map(|(k, _)| *k).collect();
    random.pick(&functions)
}

pub fn trigger(model: &mut Model, random: &mut Random, key: Key) -> bool {
    let Some(function) = trigger_function(model, random) else {
        return false;
    };
    let Some(table) = model.tables.get(&key) else {
        return false;
    };
    let plain = table.kind == Kind::Plain && table.by.is_none() && model.children(key).is_empty();
    let foreign = matches!(table.kind, Kind::Foreign(_));
    let columns: Vec<Column> = model
        .columns(key)
        .into_iter()
        .filter(|c| !c.is_generated())
        .collect();
    let mut events = vec!["INSERT", "UPDATE", "DELETE"];
    random.shuffle(&mut events);
    events.truncate(random.between(1, 2));
    // The order in which the server prints them.
    events.sort_by_key(|e| ["INSERT", "DELETE", "UPDATE"].iter().position(|o| o == e));
    let mut trigger = Trigger {
        name: model.name("g"),
        function,
        timing: random.one_of(&["BEFORE", "AFTER"]),
        events,
        of: vec![],
        row: random.chance(65),
        when: None,
        constraint: None,
        transition: false,
        arguments: random.number(3),
        enabled: random.one_of(&[
            None,
            None,
            Some("DISABLE"),
            Some("ENABLE ALWAYS"),
            Some("ENABLE REPLICA"),
        ]),
        comment: comment(random),
    };
    match random.below(5) {
        0 if plain => {
            trigger.timing = "AFTER";
            trigger.row = true;
            trigger.constraint = Some(random.one_of(&[0, 1, 2]));
        }
        1 if plain => {
            trigger.timing = "AFTER";
            trigger.row = false;
            trigger.events.truncate(1);
            trigger.transition = true;
        }
        2 if !foreign => {
            trigger.row = false;
            trigger.events = vec!["TRUNCATE"];
        }
        _ => {
            if trigger.events.contains(&"UPDATE") && random.chance(50) {
                trigger.of = random.pick(&columns).map(|c| c.name).into_iter().collect();
            }
        }
    }
    let both = trigger.events.contains(&"INSERT") && trigger.events.contains(&"DELETE");
    if trigger.row && !both && random.chance(40) {
        trigger.when = expression_of(model, random, &columns, true);
    }
    if let Some(table) = model.tables.get_mut(&key) {
        table.triggers.push(trigger);
    }
    true
}

pub fn view_trigger(model: &mut Model, random: &mut Random, key: Key) -> bool {
    let Some(function) = trigger_function(model, random) else {
        return false;
    };
    let (name, rule) = (model.name("g"), model.name("u"));
    let Some(view) = model.views.get_mut(&key).filter(|v| !v.materialized) else {
        return false;
    };
    if random.chance(60) {
        view.triggers.push(Trigger {
            name,
            function,
            timing: "INSTEAD OF",
            events: vec![random.one_of(&["INSERT", "UPDATE", "DELETE"])],
            of: vec![],
            row: true,
            when: None,
            constraint: None,
            transition: false,
            arguments: random.number(3),
            enabled: None,
            comment: comment(random),
        });
    } else {
        view.rules.push(Rule {
            name: rule,
            event: random.one_of(&["INSERT", "UPDATE", "DELETE"]),
            also: false,
            notify: 0,
            enabled: None,
            comment: comment(random),
        });
    }
    true
}

pub fn rule(model: &mut Model, random: &mut Random, key: Key) -> bool {
    let rule = Rule {
        name: model.name("u"),
        event: random.one_of(&["UPDATE", "DELETE"]),
        also: true,
        notify: random.number(9),
        enabled: random.one_of(&[None, None, Some("DISABLE"), Some("ENABLE ALWAYS")]),
        comment: comment(random),
    };
    let Some(table) = model.tables.get_mut(&key) else {
        return false;
    };
    if table.kind != Kind::Plain || table.by.is_some() {
        return false;
    }
    table.rules.push(Rule {
        also: rule.event == "UPDATE" || random.chance(50),
        ..rule
    });
    true
}

pub fn policy(model: &mut Model, random: &mut Random, key: Key) -> bool {
    let Some(table) = model.tables.get(&key) else {
        return false;
    };
    if matches!(table.kind, Kind::Foreign(_)) {
        return false;
    }
    let columns = model.columns(key);
    let mut roles = std::collections::BTreeSet::new();
    for _ in 0..random.below(3) {
        roles.insert(random.one_of(&ROLES));
    }
    let policy = Policy {
        name: model.name("p"),
        command: random.one_of(&["ALL", "SELECT", "INSERT", "UPDATE", "DELETE"]),
        permissive: random.chance(75),
        roles,
        using: expression_of(model, random, &columns, true),
        check: random
            .chance(50)
            .then(|| expression_of(model, random, &columns, true))
            .flatten(),
        comment: comment(random),
    };
    if let Some(table) = model.tables.get_mut(&key) {
        table.row_security |= random.chance(60);
        table.force |= random.chance(20);
        table.policies.push(policy);
    }
    true
}
