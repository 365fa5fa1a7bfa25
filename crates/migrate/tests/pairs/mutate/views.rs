//! Changes of views and materialized views.

use super::{Apply, change, one, other_of, pick, recomment};
use crate::make;
use crate::model::*;
use crate::random::Random;

pub const ALL: &[(&str, Apply)] = &[
    ("view: add", |m, r| make::view(m, r, false)),
    ("materialized view: add", |m, r| make::view(m, r, true)),
    ("view: drop", |m, r| {
        let Some(key) = pick(&m.views, r, |v| !v.materialized) else {
            return false;
        };
        m.views.remove(&key);
        true
    }),
    ("materialized view: drop", |m, r| {
        let Some(key) = pick(&m.views, r, |v| v.materialized) else {
            return false;
        };
        m.views.remove(&key);
        true
    }),
    ("view: filter", |m, r| {
        let Some(key) = pick(&m.views, r, |_| true) else {
            return false;
        };
        let filter = make::filter(m, r, m.views[&key].from);
        let Some(view) = m.views.get_mut(&key) else {
            return false;
        };
        view.filter = if view.filter.is_some() && r.chance(50) {
            None
        } else {
            filter
        };
        true
    }),
    ("view: append a column", |m, r| {
        let Some(key) = pick(&m.views, r, |_| true) else {
            return false;
        };
        let mut view = m.views[&key].clone();
        let made = make::output(m, r, &mut view);
        m.views.insert(key, view);
        made
    }),
    ("view: drop a column", |m, r| {
        change(
            &mut m.views,
            r,
            |v| v.outputs.len() > 1,
            |v, r| {
                v.outputs.remove(r.below(v.outputs.len()));
            },
        )
    }),
    ("view: order of columns", |m, r| {
        change(
            &mut m.views,
            r,
            |v| v.outputs.len() > 1,
            |v, r| r.shuffle(&mut v.outputs),
        )
    }),
    ("view: expression of a column", |m, r| {
        change(
            &mut m.views,
            r,
            |v| {
                v.outputs
                    .iter()
                    .any(|o| o.expr.form != crate::expression::Form::Column)
            },
            |v, r| {
                if let Some(output) = one(&mut v.outputs, r, |o| {
                    o.expr.form != crate::expression::Form::Column
                }) {
                    output.expr.number += 1;
                }
            },
        )
    }),
    ("view: name of a column", |m, r| {
        let name = m.name("o");
        change(
            &mut m.views,
            r,
            |_| true,
            |v, r| {
                if let Some(output) = one(&mut v.outputs, r, |_| true) {
                    output.name = name;
                }
            },
        )
    }),
    ("view: form", |m, r| {
        change(
            &mut m.views,
            r,
            |_| true,
            |v, r| v.form = other_of(&v.form, &FORMS, r),
        )
    }),
    ("view: no join", |m, r| {
        change(&mut m.views, r, |v| v.join.is_some(), |v, _| v.join = None)
    }),
    ("view: materialized instead", |m, r| {
        change(
            &mut m.views,
            r,
            |v| v.triggers.is_empty() && v.rules.is_empty() && !v.no_data,
            |v, _| {
                v.materialized = !v.materialized;
                v.barrier = None;
                v.invoker = None;
                v.check_option = None;
                v.fillfactor = None;
                v.indexes.clear();
                v.clustered = None;
            },
        )
    }),
    ("view: security barrier", |m, r| {
        plain(m, r, |v, r| {
            v.barrier = other_of(&v.barrier, &[None, Some(true), Some(false)], r)
        })
    }),
    ("view: security invoker", |m, r| {
        m.target >= 15
            && plain(m, r, |v, r| {
                v.invoker = other_of(&v.invoker, &[None, Some(true), Some(false)], r)
            })
    }),
    ("view: check option", |m, r| {
        plain(m, r, |v, r| {
            v.check_option = other_of(&v.check_option, &[None, Some("LOCAL"), Some("CASCADED")], r)
        })
    }),
    ("view: comment on a column", |m, r| {
        change(
            &mut m.views,
            r,
            |_| true,
            |v, r| {
                if let Some(output) = one(&mut v.outputs, r, |_| true) {
                    recomment(&mut output.comment, r);
                }
            },
        )
    }),
    ("view: default of a column", |m, r| {
        plain(m, r, |v, r| {
            if let Some(output) = one(&mut v.outputs, r, |_| true) {
                output.default = other_of(&output.default, &[None, Some(1), Some(2)], r);
            }
        })
    }),
    ("view: grants on a column", |m, r| {
        change(
            &mut m.views,
            r,
            |_| true,
            |v, r| {
                if let Some(output) = one(&mut v.outputs, r, |_| true) {
                    output.granted = !output.granted;
                }
            },
        )
    }),
    ("view: add a trigger or rule", |m, r| {
        let Some(key) = pick(&m.views, r, |v| !v.materialized) else {
            return false;
        };
        make::view_trigger(m, r, key)
    }),
    ("view: drop a trigger or rule", |m, r| {
        change(
            &mut m.views,
            r,
            |v| !v.triggers.is_empty() || !v.rules.is_empty(),
            |v, _| {
                if v.triggers.pop().is_none() {
                    v.rules.pop();
                }
            },
        )
    }),
    ("materialized view: storage parameters", |m, r| {
        materialized(m, r, |v, r| {
            v.fillfactor = other_of(&v.fillfactor, &[None, Some(77), Some(88)], r)
        })
    }),
    ("materialized view: no data", |m, r| {
        let keys: Vec<Key> = m
            .views
            .iter()
            .filter(|(_, v)| v.materialized)
            .map(|(k, _)| *k)
            .collect();
        let read = |key: &Key| {
            m.views
                .values()
                .any(|v| v.from == *key || v.join.as_ref().is_some_and(|j| j.0 == *key))
        };
        let keys: Vec<Key> = keys.into_iter().filter(|k| !read(k)).collect();
        let Some(key) = r.pick(&keys) else {
            return false;
        };
        m.views
            .get_mut(&key)
            .map(|v| v.no_data = !v.no_data)
            .is_some()
    }),
    ("materialized view: add an index", |m, r| {
        let Some(key) = pick(&m.views, r, |v| v.materialized) else {
            return false;
        };
        make::view_index(m, r, key)
    }),
    ("materialized view: drop an index", |m, r| {
        change(
            &mut m.views,
            r,
            |v| !v.indexes.is_empty(),
            |v, _| {
                v.indexes.pop();
            },
        )
    }),
    ("materialized view: cluster", |m, r| {
        change(
            &mut m.views,
            r,
            |v| v.indexes.iter().any(make::clusterable),
            |v, _| {
                let index = v
                    .indexes
                    .iter()
                    .find(|i| make::clusterable(i))
                    .map(|i| i.name.clone());
                v.clustered = if v.clustered.is_some() { None } else { index };
            },
        )
    }),
];

fn plain(
    model: &mut Model,
    random: &mut Random,
    apply: impl FnOnce(&mut View, &mut Random),
) -> bool {
    change(&mut model.views, random, |v| !v.materialized, apply)
}

fn materialized(
    model: &mut Model,
    random: &mut Random,
    apply: impl FnOnce(&mut View, &mut Random),
) -> bool {
    change(&mut model.views, random, |v| v.materialized, apply)
}
