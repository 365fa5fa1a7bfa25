//! Changes of types and sequences.

use super::{Apply, change, one, other_of, pick, recomment};
use crate::make;
use crate::model::*;
use crate::random::Random;
use crate::values::Ty;

pub const ALL: &[(&str, Apply)] = &[
    ("enum: add", |m, r| make::user_type(m, r, 0)),
    ("domain: add", |m, r| make::user_type(m, r, 1)),
    ("composite: add", |m, r| make::user_type(m, r, 2)),
    ("range: add", |m, r| make::user_type(m, r, 3)),
    ("base type: add", |m, r| make::user_type(m, r, 4)),
    ("type: drop", |m, r| {
        let keys: Vec<Key> = m
            .types
            .keys()
            .copied()
            .filter(|k| !m.swapped || !m.is_filled(*k))
            .collect();
        let Some(key) = r.pick(&keys) else {
            return false;
        };
        m.types.remove(&key);
        true
    }),
    ("enum: add a label", |m, r| {
        let label = m.name("l");
        enum_labels(m, r, |labels, _, r| {
            let at = r.between(0, labels.len());
            labels.insert(at, label.clone());
            true
        })
    }),
    ("enum: remove a label", |m, r| {
        enum_labels(m, r, |labels, pinned, r| {
            let free: Vec<String> = labels
                .iter()
                .filter(|l| !pinned.contains(l))
                .cloned()
                .collect();
            let Some(label) = r.pick(&free) else {
                return false;
            };
            labels.retain(|l| *l != label);
            true
        })
    }),
    ("enum: rename a label", |m, r| {
        let name = m.name("l");
        enum_labels(m, r, |labels, pinned, r| {
            let label = one(labels, r, |l| !pinned.contains(l));
            label.map(|l| *l = name.clone()).is_some()
        })
    }),
    ("enum: reorder labels", |m, r| {
        enum_labels(m, r, |labels, _, r| {
            r.shuffle(labels);
            true
        })
    }),
    ("domain: add a check", |m, r| {
        let key = pick(&m.types, r, |t| matches!(t.kind, TypeKind::Domain { .. }));
        key.is_some_and(|key| make::domain_check(m, r, key))
    }),
    ("domain: drop a check", |m, r| {
        change(
            &mut m.types,
            r,
            |t| !checks(t).is_empty(),
            |t, r| {
                if let TypeKind::Domain { checks, .. } = &mut t.kind {
                    checks.remove(r.below(checks.len()));
                }
            },
        )
    }),
    ("domain: validate a check", |m, r| {
        change(
            &mut m.types,
            r,
            |t| !checks(t).is_empty(),
            |t, r| {
                if let TypeKind::Domain { checks, .. } = &mut t.kind
                    && let Some(check) = one(checks, r, |_| true)
                {
                    check.validated = !check.validated;
                }
            },
        )
    }),
    ("domain: comment on a check", |m, r| {
        change(
            &mut m.types,
            r,
            |t| !checks(t).is_empty(),
            |t, r| {
                if let TypeKind::Domain { checks, .. } = &mut t.kind
                    && let Some(check) = one(checks, r, |_| true)
                {
                    recomment(&mut check.comment, r);
                }
            },
        )
    }),
    ("domain: default", |m, r| {
        change(&mut m.types, r, is_domain, |t, r| {
            if let TypeKind::Domain { default, .. } = &mut t.kind {
                *default = other_of(default, &[None, Some(1), Some(2)], r);
            }
        })
    }),
    ("domain: not null", |m, r| {
        let Some(key) = pick(&m.types, r, is_domain) else {
            return false;
        };
        // Only where no row and no attribute has NULL.
        let used = m.tables.keys().any(|t| {
            m.columns(*t)
                .iter()
                .any(|c| m.contains(&c.ty, key) && (c.nulls || c.fresh || m.swapped))
        });
        let inside = m.types.values().any(|t| match &t.kind {
            TypeKind::Composite(attributes) => attributes.iter().any(|a| m.contains(&a.ty, key)),
            _ => false,
        });
        if used || inside {
            return false;
        }
        if let Some(UserType {
            kind: TypeKind::Domain { not_null, .. },
            ..
        }) = m.types.get_mut(&key)
        {
            *not_null = !*not_null;
        }
        true
    }),
    ("domain: base", |m, r| {
        change(
            &mut m.types,
            r,
            |t| matches!(&t.kind, TypeKind::Domain { base, .. } if base.user().is_none()),
            |t, r| {
                if let TypeKind::Domain { base, .. } = &mut t.kind {
                    *base = match base {
                        Ty::Text | Ty::Varchar(_) => {
                            other_of(base, &[Ty::Text, Ty::Varchar(40), Ty::Varchar(60)], r)
                        }
                        _ => other_of(base, &[Ty::Int, Ty::Big, Ty::Numeric(10, 2)], r),
                    };
                }
            },
        )
    }),
    ("composite: add an attribute", |m, r| {
        let types: Vec<Ty> = crate::values::BUILT_IN.to_vec();
        let attribute = make::attribute(m, r, &types);
        let swapped = m.swapped;
        let keys: Vec<Key> = m
            .types
            .iter()
            .filter(|(_, t)| is_composite(t))
            .map(|(k, _)| *k)
            .filter(|k| !swapped || !m.is_filled(*k))
            .collect();
        let Some(key) = r.pick(&keys) else {
            return false;
        };
        if let Some(UserType {
            kind: TypeKind::Composite(attributes),
            ..
        }) = m.types.get_mut(&key)
        {
            attributes.push(attribute);
        }
        true
    }),
    ("composite: drop an attribute", |m, r| {
        unfilled_composite(m, r, |attributes, r| {
            if attributes.len() > 1 {
                attributes.remove(r.below(attributes.len()));
            }
        })
    }),
    ("composite: retype an attribute", |m, r| {
        unfilled_composite(m, r, |attributes, r| {
            if let Some(attribute) = one(attributes, r, |_| true) {
                attribute.ty = other_of(&attribute.ty, &[Ty::Big, Ty::Text, Ty::Numeric(10, 2)], r);
            }
        })
    }),
    ("composite: comment on an attribute", |m, r| {
        change(&mut m.types, r, is_composite, |t, r| {
            if let TypeKind::Composite(attributes) = &mut t.kind
                && let Some(attribute) = one(attributes, r, |_| true)
            {
                recomment(&mut attribute.comment, r);
            }
        })
    }),
    ("range: subtype", |m, r| {
        change(&mut m.types, r, is_range, |t, r| {
            if let TypeKind::Range { subtype, .. } = &mut t.kind {
                *subtype = other_of(subtype, &[Ty::Double, Ty::Text, Ty::Time], r);
            }
        })
    }),
    ("range: multirange", |m, r| {
        let name = m.name("m");
        change(&mut m.types, r, is_range, |t, _| {
            if let TypeKind::Range { multirange, .. } = &mut t.kind {
                *multirange = Some(name);
            }
        })
    }),
    ("base type: properties", |m, r| {
        change(
            &mut m.types,
            r,
            |t| matches!(t.kind, TypeKind::Base { .. }),
            |t, r| {
                if let TypeKind::Base {
                    default,
                    category,
                    send,
                } = &mut t.kind
                {
                    match r.below(3) {
                        0 => *default += 1,
                        1 => *category = !*category,
                        _ => *send = !*send,
                    }
                }
            },
        )
    }),
    ("sequence: add", make::sequence),
    ("sequence: drop", |m, r| {
        let Some(key) = pick(&m.sequences, r, |_| true) else {
            return false;
        };
        m.sequences.remove(&key);
        true
    }),
    ("sequence: type", |m, r| {
        sequence(m, r, |s, r| {
            s.ty = other_of(&s.ty, &[Ty::Small, Ty::Int, Ty::Big], r)
        })
    }),
    ("sequence: increment", |m, r| {
        sequence(m, r, |s, r| {
            s.increment = other_of(&s.increment, &[1, 2, 5], r)
        })
    }),
    ("sequence: start", |m, r| {
        sequence(m, r, |s, r| s.start = other_of(&s.start, &[1, 10, 100], r))
    }),
    ("sequence: maximum", |m, r| {
        sequence(m, r, |s, r| {
            s.maximum = other_of(&s.maximum, &[None, Some(20_000), Some(30_000)], r)
        })
    }),
    ("sequence: cache", |m, r| {
        sequence(m, r, |s, r| s.cache = other_of(&s.cache, &[1, 2, 10], r))
    }),
    ("sequence: cycle", |m, r| {
        sequence(m, r, |s, _| s.cycle = !s.cycle)
    }),
    ("sequence: unlogged", |m, r| {
        m.target >= 15 && sequence(m, r, |s, _| s.unlogged = !s.unlogged)
    }),
    ("sequence: owned by", |m, r| {
        let columns: Vec<(Key, String)> = m
            .tables
            .iter()
            .filter(|(_, t)| t.kind == Kind::Plain && !t.unlogged)
            .flat_map(|(k, t)| t.columns.iter().map(|c| (*k, c.name.clone())))
            .collect();
        let Some((table, column)) = r.pick(&columns) else {
            return false;
        };
        let named = m.tables[&table].named.clone();
        sequence(m, r, |s, _| {
            if s.owned_by.is_some() {
                s.owned_by = None;
            } else {
                s.owned_by = Some((table, column));
                s.named.schema = named.schema;
                s.named.owner = named.owner;
            }
        })
    }),
];

fn is_domain(item: &UserType) -> bool {
    matches!(item.kind, TypeKind::Domain { .. })
}

fn is_composite(item: &UserType) -> bool {
    matches!(item.kind, TypeKind::Composite(_))
}

fn is_range(item: &UserType) -> bool {
    matches!(item.kind, TypeKind::Range { .. })
}

fn checks(item: &UserType) -> &[DomainCheck] {
    match &item.kind {
        TypeKind::Domain { checks, .. } => checks,
        _ => &[],
    }
}

fn sequence(
    model: &mut Model,
    random: &mut Random,
    apply: impl FnOnce(&mut Sequence, &mut Random),
) -> bool {
    change(&mut model.sequences, random, |_| true, apply)
}

fn enum_labels(
    model: &mut Model,
    random: &mut Random,
    apply: impl Fn(&mut Vec<String>, &[String], &mut Random) -> bool,
) -> bool {
    let Some(key) = pick(&model.types, random, |t| {
        matches!(t.kind, TypeKind::Enum { .. })
    }) else {
        return false;
    };
    match model.types.get_mut(&key).map(|t| &mut t.kind) {
        Some(TypeKind::Enum { labels, pinned }) => apply(labels, pinned, random),
        _ => false,
    }
}

fn unfilled_composite(
    model: &mut Model,
    random: &mut Random,
    apply: impl FnOnce(&mut Vec<Attribute>, &mut Random),
) -> bool {
    let keys: Vec<Key> = model
        .types
        .iter()
        .filter(|(_, t)| is_composite(t))
        .map(|(k, _)| *k)
        .filter(|k| !model.is_filled(*k) && !typed_filled(model, *k))
        .collect();
    let Some(key) = random.pick(&keys) else {
        return false;
    };
    if let Some(UserType {
        kind: TypeKind::Composite(attributes),
        ..
    }) = model.types.get_mut(&key)
    {
        apply(attributes, random);
    }
    true
}

fn typed_filled(model: &Model, of: Key) -> bool {
    model
        .tables
        .values()
        .any(|t| t.kind == Kind::Typed(of) && t.rows > 0)
}
