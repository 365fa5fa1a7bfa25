//! The draft as YAML that a person would have written, the sentences beside what comes from them.

use super::draft::{Attribute, Draft, Entity, Kind, Source};

/// A part of the draft that can be taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Element {
    Entity(String),
    Attribute {
        entity: String,
        part: Option<String>,
        name: String,
    },
    PartOf(String),
    Key(String),
    Kinds(String),
    Roles(String),
    Unique {
        entity: String,
        at: usize,
    },
    Rule {
        entity: String,
        at: usize,
    },
    Volume(String),
    Access(usize),
    Report(usize),
    Policy {
        list: &'static str,
        at: usize,
    },
    Note(usize),
}

/// A line of the YAML that stands for a part of the draft.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    /// From 1.
    pub(super) line: usize,
    /// How many lines it takes.
    pub(super) lines: usize,
    pub(super) element: Element,
    /// What it says, as in `order.total: money`.
    pub(super) text: String,
    pub(super) source: Source,
}

/// The YAML and which line stands for what.
#[derive(Debug, Default)]
pub(super) struct Written {
    pub(super) yaml: String,
    pub(super) placed: Vec<Placed>,
    line: usize,
    /// The sentence quoted last.
    quoted: Option<usize>,
}

/// Writes the draft. `sentences` are the sentences in one line each.
pub(super) fn write(draft: &Draft, sentences: &[String]) -> Written {
    let mut out = Written {
        line: 1,
        ..Written::default()
    };
    out.push(&format!("brief: {}", draft.name));
    out.push(&format!("title: {}", scalar(&draft.title)));
    out.push("postgresql: 15");
    out.push("as_of: 2026-01-01");
    if draft.prefixed_keys {
        out.push("naming: {keys: prefixed}");
    }
    out.push("");
    out.push("entities:");
    for (at, entity) in draft.entities.iter().enumerate() {
        if at > 0 {
            out.push("");
        }
        out.entity(entity, sentences);
    }
    if !draft.access.is_empty() {
        out.push("");
        out.push("access:");
        for (at, line) in draft.access.iter().enumerate() {
            out.quote(line.source, sentences, 2);
            out.place(Element::Access(at), line.text.clone(), line.source, 1);
            out.push(&format!("  - {}", scalar(&line.text)));
        }
    }
    if !draft.reports.is_empty() {
        out.push("");
        out.push("reports:");
        for (at, report) in draft.reports.iter().enumerate() {
            let says = report
                .source
                .sentence
                .and_then(|s| sentences.get(s))
                .cloned()
                .unwrap_or_default();
            let lines = 4 + report.sql.lines().count() + usize::from(report.fresh.is_some());
            out.place(
                Element::Report(at),
                report.name.clone(),
                report.source,
                lines,
            );
            out.push(&format!("  {}:", report.name));
            out.push(&format!("    says: {}", scalar(&says)));
            if let Some(fresh) = &report.fresh {
                out.push(&format!("    fresh: {fresh}"));
            }
            out.push("    sql: |");
            for line in report.sql.lines() {
                out.push(&format!("      {line}"));
            }
        }
    }
    out.policies(draft, sentences);
    if !draft.notes.is_empty() {
        out.push("");
        out.push("notes:");
        for (at, note) in draft.notes.iter().enumerate() {
            out.place(Element::Note(at), note.text.clone(), note.source, 1);
            out.push(&format!("  - {}", scalar(&note.text)));
        }
    }
    out
}

impl Written {
    fn push(&mut self, line: &str) {
        self.yaml.push_str(line);
        self.yaml.push('\n');
        self.line += 1;
    }

    fn place(&mut self, element: Element, text: String, source: Source, lines: usize) {
        self.placed.push(Placed {
            line: self.line,
            lines,
            element,
            text,
            source,
        });
    }

    /// The sentence as a comment, unless it has just been quoted.
    fn quote(&mut self, source: Source, sentences: &[String], indent: usize) {
        let Some(at) = source.sentence else { return };
        if self.quoted == Some(at) {
            return;
        }
        self.quoted = Some(at);
        let Some(sentence) = sentences.get(at) else {
            return;
        };
        for line in wrapped(sentence, 96usize.saturating_sub(indent)) {
            self.push(&format!("{}# {line}", " ".repeat(indent)));
        }
    }

    fn entity(&mut self, entity: &Entity, sentences: &[String]) {
        self.quoted = None;
        self.quote(entity.source, sentences, 2);
        self.place(
            Element::Entity(entity.name.clone()),
            entity.name.clone(),
            entity.source,
            1,
        );
        let assumed = if entity.source.sentence.is_none()
            && entity.sentences.is_empty()
            && entity
                .attributes
                .iter()
                .all(|a| a.source.sentence.is_none())
        {
            "  # assumed"
        } else {
            ""
        };
        self.push(&format!("  {}:{assumed}", entity.name));
        if entity.actor {
            self.push("    actor: yes");
        }
        if entity.append_only {
            self.push("    append_only: yes");
        }
        if let Some(whole) = &entity.part_of {
            self.place(
                Element::PartOf(entity.name.clone()),
                format!("{} part of {whole}", entity.name),
                entity.source,
                1,
            );
            self.push(&format!("    part_of: {whole}"));
        }
        self.parts(
            "roles",
            &entity.roles,
            Element::Roles(entity.name.clone()),
            entity,
            sentences,
        );
        self.parts(
            "kinds",
            &entity.kinds,
            Element::Kinds(entity.name.clone()),
            entity,
            sentences,
        );
        if !entity.key.is_empty() {
            self.place(
                Element::Key(entity.name.clone()),
                format!("{} key {}", entity.name, entity.key.join(", ")),
                entity.source,
                1,
            );
            self.push(&format!("    key: {}", entity.key.join(", ")));
        }
        if !entity.unique.is_empty() {
            self.push("    unique:");
            for (at, unique) in entity.unique.iter().enumerate() {
                self.place(
                    Element::Unique {
                        entity: entity.name.clone(),
                        at,
                    },
                    format!("{} unique {unique}", entity.name),
                    entity.source,
                    1,
                );
                self.push(&format!("      - {}", scalar(unique)));
            }
        }
        if !entity.attributes.is_empty() {
            self.push("    has:");
            for attribute in &entity.attributes {
                self.attribute(attribute, &entity.name, None, 6, sentences);
            }
        } else if entity.part_of.is_none() && entity.kinds.is_empty() && entity.roles.is_empty() {
            self.push("    has: {name: name}  # assumed");
        }
        if !entity.rules.is_empty() {
            self.push("    rules:");
            for (at, rule) in entity.rules.iter().enumerate() {
                let says = rule.source.sentence.and_then(|s| sentences.get(s));
                self.place(
                    Element::Rule {
                        entity: entity.name.clone(),
                        at,
                    },
                    format!("{}: {}", entity.name, rule.text),
                    rule.source,
                    1 + usize::from(says.is_some()),
                );
                self.push(&format!("      - rule: {}", scalar(&rule.text)));
                if let Some(says) = says {
                    self.push(&format!("        says: {}", scalar(says)));
                }
            }
        }
        if !entity.volume.is_empty() {
            self.place(
                Element::Volume(entity.name.clone()),
                format!("{} {}", entity.name, entity.volume.join(", ")),
                entity.source,
                1,
            );
            self.push(&format!("    volume: {}", entity.volume.join(", ")));
        }
    }

    fn parts(
        &mut self,
        word: &str,
        parts: &[super::draft::Part],
        element: Element,
        entity: &Entity,
        sentences: &[String],
    ) {
        if parts.is_empty() {
            return;
        }
        let names: Vec<&str> = parts.iter().map(|p| p.name.as_str()).collect();
        self.place(
            element,
            format!("{} {word} {}", entity.name, names.join(", ")),
            entity.source,
            1,
        );
        self.push(&format!("    {word}:"));
        for part in parts {
            self.push(&format!("      {}:", part.name));
            if !part.attributes.is_empty() {
                self.push("        has:");
                for attribute in &part.attributes {
                    self.attribute(attribute, &entity.name, Some(&part.name), 10, sentences);
                }
            }
        }
    }

    fn attribute(
        &mut self,
        attribute: &Attribute,
        entity: &str,
        part: Option<&str>,
        indent: usize,
        sentences: &[String],
    ) {
        self.quote(attribute.source, sentences, indent);
        let pad = " ".repeat(indent);
        let mut modifiers: Vec<String> = Vec::new();
        if attribute.optional && !matches!(attribute.kind, Kind::Many(_)) {
            modifiers.push("optional".to_owned());
        }
        modifiers.extend(attribute.modifiers.iter().cloned());
        let tail = modifiers
            .iter()
            .map(|m| format!(", {m}"))
            .collect::<String>();
        let assumed = if attribute.source.sentence.is_none() {
            "  # assumed"
        } else {
            ""
        };
        let kind = shown(&attribute.kind);
        let element = Element::Attribute {
            entity: entity.to_owned(),
            part: part.map(str::to_owned),
            name: attribute.name.clone(),
        };
        let text = format!("{entity}.{}: {kind}{tail}", attribute.name);
        if let Kind::Flow { moves, groups } = &attribute.kind {
            self.place(
                element,
                text,
                attribute.source,
                2 + moves.len()
                    + if groups.is_empty() {
                        0
                    } else {
                        1 + groups.len()
                    },
            );
            self.push(&format!("{pad}{}:", attribute.name));
            self.push(&format!("{pad}  flow:"));
            for line in moves {
                self.push(&format!("{pad}    - {}", scalar(line)));
            }
            if !groups.is_empty() {
                self.push(&format!("{pad}  groups:"));
                for (name, states) in groups {
                    self.push(&format!("{pad}    {name}: {}", scalar(&states.join(" | "))));
                }
            }
            return;
        }
        self.place(element, text, attribute.source, 1);
        self.push(&format!(
            "{pad}{}: {}{assumed}",
            attribute.name,
            scalar(&format!("{kind}{tail}"))
        ));
    }

    fn policies(&mut self, draft: &Draft, sentences: &[String]) {
        let lists: [(&'static str, &Vec<super::draft::Line>); 4] = [
            ("restorable", &draft.restorable),
            ("history", &draft.history),
            ("erasable", &draft.erasable),
            ("traced_reads", &draft.traced),
        ];
        let any = lists.iter().any(|(_, l)| !l.is_empty())
            || draft.tenancy.is_some()
            || !draft.visibility.is_empty();
        if !any {
            return;
        }
        self.push("");
        self.push("policies:");
        for (name, lines) in lists {
            if lines.is_empty() {
                continue;
            }
            self.quoted = None;
            self.quote(lines[0].source, sentences, 2);
            self.push(&format!("  {name}:"));
            for (at, line) in lines.iter().enumerate() {
                self.place(
                    Element::Policy { list: name, at },
                    format!("{name} {}", line.text),
                    line.source,
                    1,
                );
                self.push(&format!("    - {}", scalar(&line.text)));
            }
        }
        if let Some(tenancy) = &draft.tenancy {
            self.quote(tenancy.source, sentences, 2);
            self.place(
                Element::Policy {
                    list: "tenancy",
                    at: 0,
                },
                format!("tenancy {}", tenancy.text),
                tenancy.source,
                1,
            );
            self.push(&format!("  tenancy: {}", tenancy.text));
        }
        if !draft.visibility.is_empty() {
            self.push("  visibility:");
            for (at, line) in draft.visibility.iter().enumerate() {
                let says = line
                    .source
                    .sentence
                    .and_then(|s| sentences.get(s))
                    .cloned()
                    .unwrap_or_default();
                self.place(
                    Element::Policy {
                        list: "visibility",
                        at,
                    },
                    line.text.clone(),
                    line.source,
                    2,
                );
                self.push(&format!("    - rule: {}", scalar(&line.text)));
                self.push(&format!("      says: {}", scalar(&says)));
            }
        }
    }
}

/// A kind in the brief's words.
pub(super) fn shown(kind: &Kind) -> String {
    match kind {
        Kind::Value(text) => text.clone(),
        Kind::OneOf(values) => format!("one of {}", values.join(" | ")),
        Kind::Reference(to) => to.clone(),
        Kind::Either(to) => format!("either {}", to.join(" | ")),
        Kind::Many(to) => format!("many {to}"),
        Kind::Flow { moves, .. } => moves.join(", "),
    }
}

/// A text as a YAML scalar, quoted where it must be.
fn scalar(text: &str) -> String {
    let plain = !text.is_empty()
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.ends_with(':')
        && !text.starts_with(|c: char| "\"'[]{}>|*&!%#`@,?-:".contains(c))
        && text.trim() == text
        && !text.contains(['\n', '\t'])
        && !matches!(text, "yes" | "no" | "true" | "false" | "null" | "~");
    if plain {
        return text.to_owned();
    }
    format!(
        "\"{}\"",
        text.replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace(['\n', '\t'], " ")
    )
}

/// A sentence in lines of that length.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.len() - 1;
        if !lines[last].is_empty() && lines[last].chars().count() + 1 + word.chars().count() > width
        {
            lines.push(word.to_owned());
        } else {
            if !lines[last].is_empty() {
                lines[last].push(' ');
            }
            lines[last].push_str(word);
        }
    }
    lines
}
