//! The system catalogs that oids belong to: an oid is unique only within one.

/// A system catalog. Their own oids are the same on every server.
#[allow(clippy::enum_variant_names)] // An operator class is called so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    AccessMethod,
    Cast,
    Collation,
    Constraint,
    Conversion,
    EventTrigger,
    Extension,
    ForeignDataWrapper,
    ForeignServer,
    Language,
    Operator,
    OperatorClass,
    OperatorFamily,
    Policy,
    Publication,
    Relation,
    Role,
    Routine,
    Rule,
    Schema,
    Statistics,
    Subscription,
    Tablespace,
    TextSearchConfiguration,
    TextSearchDictionary,
    TextSearchParser,
    TextSearchTemplate,
    Transform,
    Trigger,
    Type,
    UserMapping,
}

const ALL: [(Class, u32); 31] = [
    (Class::AccessMethod, 2601),
    (Class::Cast, 2605),
    (Class::Collation, 3456),
    (Class::Constraint, 2606),
    (Class::Conversion, 2607),
    (Class::EventTrigger, 3466),
    (Class::Extension, 3079),
    (Class::ForeignDataWrapper, 2328),
    (Class::ForeignServer, 1417),
    (Class::Language, 2612),
    (Class::Operator, 2617),
    (Class::OperatorClass, 2616),
    (Class::OperatorFamily, 2753),
    (Class::Policy, 3256),
    (Class::Publication, 6104),
    (Class::Relation, 1259),
    (Class::Role, 1260),
    (Class::Routine, 1255),
    (Class::Rule, 2618),
    (Class::Schema, 2615),
    (Class::Statistics, 3381),
    (Class::Subscription, 6100),
    (Class::Tablespace, 1213),
    (Class::TextSearchConfiguration, 3602),
    (Class::TextSearchDictionary, 3600),
    (Class::TextSearchParser, 3601),
    (Class::TextSearchTemplate, 3764),
    (Class::Transform, 3576),
    (Class::Trigger, 2620),
    (Class::Type, 1247),
    (Class::UserMapping, 1418),
];

impl Class {
    /// The oid of the system catalog.
    pub(super) fn number(self) -> u32 {
        let (_, number) = ALL[self as usize];
        number
    }

    /// The system catalog of that oid, if objects of it are held.
    pub(super) fn of(number: u32) -> Option<Class> {
        let (class, _) = ALL.iter().find(|(_, known)| *known == number)?;
        Some(*class)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_stand_in_their_order() {
        for (place, (class, number)) in ALL.iter().enumerate() {
            assert_eq!(*class as usize, place);
            assert_eq!(Class::of(class.number()), Some(*class));
            assert_eq!(class.number(), *number);
        }
    }
}
