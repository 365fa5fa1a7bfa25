//! Every rule: one file each, in the folder of its group.

/// Lists the rules of a group: each is a file beside the list, with a constant `RULE` in it.
macro_rules! group {
    ($($rule:ident),* $(,)?) => {
        $(mod $rule;)*

        /// The rules of the group.
        pub(crate) const RULES: &[&crate::rule::Rule] = &[$(&$rule::RULE),*];
    };
}

mod constraints;
mod indexes;
mod keys;
mod maintenance;
mod migration_prelude;
mod migrations;
mod model;
mod naming;
mod partitions;
mod prelude;
mod privacy;
mod routines;
mod security;
mod types;

use std::sync::OnceLock;

use crate::rule::Rule;

/// Every rule, by group and id.
pub fn rules() -> &'static [&'static Rule] {
    static RULES: OnceLock<Vec<&Rule>> = OnceLock::new();
    RULES.get_or_init(|| {
        let groups = [
            types::RULES,
            keys::RULES,
            model::RULES,
            constraints::RULES,
            indexes::RULES,
            partitions::RULES,
            security::RULES,
            privacy::RULES,
            maintenance::RULES,
            naming::RULES,
            routines::RULES,
            migrations::RULES,
        ];
        let mut all = groups.concat();
        all.sort_by_key(|rule| (rule.group(), rule.id));
        all
    })
}

/// The rule of that id, in whatever case it is written.
pub fn find(id: &str) -> Option<&'static Rule> {
    rules()
        .iter()
        .copied()
        .find(|rule| rule.id.eq_ignore_ascii_case(id))
}
