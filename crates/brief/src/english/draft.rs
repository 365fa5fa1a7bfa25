//! The draft of a brief: what was decided from the facts, each part with the sentence it comes from.

/// Where a part comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Source {
    /// The sentence; none when it was assumed.
    pub(super) sentence: Option<usize>,
    /// How sure it is, of 100.
    pub(super) confidence: u8,
}

impl Source {
    pub(super) fn of(sentence: usize, confidence: u8) -> Self {
        Self {
            sentence: Some(sentence),
            confidence,
        }
    }

    pub(super) fn assumed() -> Self {
        Self {
            sentence: None,
            confidence: 30,
        }
    }
}

/// What an attribute is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// A type of the brief's language.
    Value(String),
    /// One of these values.
    OneOf(Vec<String>),
    /// A reference to an entity or role.
    Reference(String),
    /// One of several.
    Either(Vec<String>),
    /// Many of an entity.
    Many(String),
    /// States in the order of the text, and moves as the language writes them.
    Flow {
        moves: Vec<String>,
        groups: Vec<(String, Vec<String>)>,
    },
}

/// An attribute of an entity.
#[derive(Debug, Clone)]
pub(super) struct Attribute {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) optional: bool,
    /// `unique`, `above 0`, `personal` …
    pub(super) modifiers: Vec<String>,
    pub(super) source: Source,
}

/// A rule in the brief's language.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) text: String,
    pub(super) source: Source,
}

/// A role or kind with its own attributes.
#[derive(Debug, Clone, Default)]
pub(super) struct Part {
    pub(super) name: String,
    pub(super) attributes: Vec<Attribute>,
}

/// An entity.
#[derive(Debug, Clone, Default)]
pub(super) struct Entity {
    /// As the text calls it, in the singular.
    pub(super) title: String,
    pub(super) name: String,
    pub(super) attributes: Vec<Attribute>,
    pub(super) roles: Vec<Part>,
    pub(super) kinds: Vec<Part>,
    pub(super) part_of: Option<String>,
    pub(super) key: Vec<String>,
    pub(super) unique: Vec<String>,
    pub(super) rules: Vec<Rule>,
    pub(super) volume: Vec<String>,
    pub(super) append_only: bool,
    pub(super) actor: bool,
    pub(super) source: Source,
    /// Sentences that speak of it.
    pub(super) sentences: Vec<usize>,
}

impl Entity {
    pub(super) fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|a| a.name == name)
    }

    pub(super) fn attribute_mut(&mut self, name: &str) -> Option<&mut Attribute> {
        self.attributes.iter_mut().find(|a| a.name == name)
    }

    /// Adds an attribute unless one of that name is there; whether it was added.
    pub(super) fn add(&mut self, attribute: Attribute) -> bool {
        if self.attribute(&attribute.name).is_some()
            || self.part_of.as_deref() == Some(&attribute.name)
        {
            return false;
        }
        self.attributes.push(attribute);
        true
    }

    pub(super) fn refers_to(&self, entity: &str) -> bool {
        self.part_of.as_deref() == Some(entity)
            || self
                .attributes
                .iter()
                .any(|a| matches!(&a.kind, Kind::Reference(to) if to == entity))
    }
}

/// A line of `access`, a report, a policy.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) text: String,
    pub(super) source: Source,
}

/// A report.
#[derive(Debug, Clone)]
pub(super) struct Report {
    pub(super) name: String,
    pub(super) sql: String,
    pub(super) fresh: Option<String>,
    pub(super) source: Source,
}

/// The draft.
#[derive(Debug, Clone, Default)]
pub(super) struct Draft {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) entities: Vec<Entity>,
    pub(super) access: Vec<Line>,
    pub(super) reports: Vec<Report>,
    pub(super) restorable: Vec<Line>,
    pub(super) history: Vec<Line>,
    pub(super) erasable: Vec<Line>,
    pub(super) traced: Vec<Line>,
    pub(super) tenancy: Option<Line>,
    pub(super) visibility: Vec<Line>,
    /// Requirements that the language has no place for, in the author's words.
    pub(super) notes: Vec<Line>,
    /// Keys are called `<entity>_id`, as the text does.
    pub(super) prefixed_keys: bool,
}

impl Draft {
    pub(super) fn entity(&self, name: &str) -> Option<&Entity> {
        self.entities.iter().find(|e| e.name == name)
    }

    pub(super) fn entity_mut(&mut self, name: &str) -> Option<&mut Entity> {
        self.entities.iter_mut().find(|e| e.name == name)
    }
}
