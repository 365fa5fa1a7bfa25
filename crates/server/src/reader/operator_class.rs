//! Which operator class an index takes for a type when none is named (manual, section "Operator Classes
//! and Operator Families"; the rule is that of CREATE INDEX).

use std::collections::{BTreeMap, BTreeSet};

use pgwright_catalog::QualifiedName;

use super::names::{Names, spelled};

/// Operator classes, and what is needed to find the default among them.
#[derive(Default)]
pub(super) struct Classes {
    classes: BTreeMap<u32, KnownClass>,
    /// Default classes of each access method.
    defaults: BTreeMap<u32, Vec<u32>>,
    /// Types whose values are those of another type, as a cast says.
    same: BTreeSet<(u32, u32)>,
    /// What was asked before: (type, method).
    asked: BTreeMap<(u32, u32), Option<u32>>,
}

pub(super) struct KnownClass {
    pub(super) name: QualifiedName,
    pub(super) method: u32,
    pub(super) is_default: bool,
    /// The type it is for.
    pub(super) type_: u32,
}

/// Pseudo-types that stand for many types (catalog/pg_type.dat).
mod pseudo {
    pub(super) const ANY: u32 = 2276;
    pub(super) const ANY_ELEMENT: u32 = 2283;
    pub(super) const ANY_COMPATIBLE: u32 = 5077;
    pub(super) const ANY_ARRAY: u32 = 2277;
    pub(super) const ANY_COMPATIBLE_ARRAY: u32 = 5078;
    pub(super) const ANY_ENUM: u32 = 3500;
    pub(super) const ANY_RANGE: u32 = 3831;
    pub(super) const ANY_COMPATIBLE_RANGE: u32 = 5080;
    pub(super) const ANY_MULTIRANGE: u32 = 4537;
    pub(super) const ANY_COMPATIBLE_MULTIRANGE: u32 = 4538;
    pub(super) const RECORD: u32 = 2249;
}

impl Classes {
    pub(super) fn new(classes: BTreeMap<u32, KnownClass>, same: Vec<(u32, u32)>) -> Self {
        let mut defaults: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (oid, class) in classes.iter().filter(|(_, class)| class.is_default) {
            defaults.entry(class.method).or_default().push(*oid);
        }
        Self {
            classes,
            defaults,
            same: same.into_iter().collect(),
            asked: BTreeMap::new(),
        }
    }

    /// The class as SQL text needs it, unless it is the default for a column of the type.
    pub(super) fn unless_default(
        &mut self,
        names: &Names,
        class: u32,
        type_: u32,
    ) -> Option<String> {
        let known = self.classes.get(&class)?;
        let text = spelled(&known.name);
        let asked = (type_, known.method);
        let usual = match self.asked.get(&asked) {
            Some(usual) => *usual,
            None => {
                let usual = self.default_for(names, type_, known.method);
                self.asked.insert(asked, usual);
                usual
            }
        };
        (usual != Some(class)).then_some(text)
    }

    /// Declared DEFAULT for its type.
    pub(super) fn is_default(&self, class: u32) -> bool {
        self.classes.get(&class).is_some_and(|c| c.is_default)
    }

    /// The class as SQL text needs it.
    pub(super) fn text(&self, class: u32) -> Option<String> {
        Some(spelled(&self.classes.get(&class)?.name))
    }

    /// As GetDefaultOpClass of the server: the one class for the very type, else the one for a type it
    /// is the same as, a preferred type going before others.
    fn default_for(&self, names: &Names, type_: u32, method: u32) -> Option<u32> {
        let type_ = base(names, type_);
        let category = names.type_facts(type_)?.category;
        let (mut preferred, mut others) = (Vec::new(), Vec::new());
        for oid in self.defaults.get(&method)? {
            let class = self.classes.get(oid)?;
            if class.type_ == type_ {
                return Some(*oid);
            }
            if !self.is_same(names, type_, class.type_) {
                continue;
            }
            let target = names.type_facts(class.type_);
            match target.is_some_and(|t| t.is_preferred && t.category == category) {
                true => preferred.push(*oid),
                false => others.push(*oid),
            }
        }
        match (preferred.as_slice(), others.as_slice()) {
            ([one], _) | ([], [one]) => Some(*one),
            _ => None,
        }
    }

    /// Values of the one type are values of the other as they are.
    fn is_same(&self, names: &Names, type_: u32, target: u32) -> bool {
        let facts = names.type_facts(type_);
        let kind = facts.map_or(' ', |facts| facts.kind);
        match target {
            pseudo::ANY | pseudo::ANY_ELEMENT | pseudo::ANY_COMPATIBLE => true,
            pseudo::ANY_ARRAY | pseudo::ANY_COMPATIBLE_ARRAY => facts.is_some_and(|f| f.is_array),
            pseudo::ANY_ENUM => kind == 'e',
            pseudo::ANY_RANGE | pseudo::ANY_COMPATIBLE_RANGE => kind == 'r',
            pseudo::ANY_MULTIRANGE | pseudo::ANY_COMPATIBLE_MULTIRANGE => kind == 'm',
            pseudo::RECORD => kind == 'c',
            _ => self.same.contains(&(type_, target)),
        }
    }
}

/// The type under a domain, or under domains over domains.
fn base(names: &Names, type_: u32) -> u32 {
    let mut type_ = type_;
    while let Some(facts) = names.type_facts(type_) {
        match facts.base {
            0 => break,
            base => type_ = base,
        }
    }
    type_
}
