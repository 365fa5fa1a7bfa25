//! Entities of one sheet: groups of columns that a key among them determines.
//!
//! This is synthesis by dependencies that mean something. Columns that determine each other are one
//! thing; a column belongs to the nearest thing that determines it, seen from the far end of the chain
//! of references; a thing that does not carry enough of its own is no entity, and gives its columns back.

use pgwright_normalize::discovery::{Options, discover_approximate, pairs};
use pgwright_normalize::table::Table;

use crate::evidence::{ERROR, Evidence, is_strong};
use crate::naming::{Hint, hint, same_prefix, singular, thing, words};
use crate::sheet::Sheet;
use crate::types::{Form, Type, Typed};

/// An entity as columns of a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Its name.
    pub name: String,
    /// The columns that identify it. Empty when nothing does.
    pub key: Vec<usize>,
    /// Columns that belong to it, its key among them unless that belongs to an entity referred to.
    pub columns: Vec<usize>,
    /// Entities it refers to, by position.
    pub references: Vec<usize>,
    /// Whether each row of the sheet is one.
    pub base: bool,
}

/// A dependency that holds and was not used, with the reason.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct HeldBack {
    /// The dependency, as `a → b`.
    pub dependency: String,
    /// Why.
    pub reason: String,
}

/// A thing that other columns depend on, before it is an entity.
#[derive(Debug, Clone)]
struct Class {
    key: usize,
    members: Vec<usize>,
    alive: bool,
}

/// The entities of a sheet, each after those it refers to, and the sheet's own rows last.
pub fn entities(
    sheet: &Sheet,
    typed: &[Typed],
    evidence: &Evidence,
) -> (Vec<Draft>, Vec<HeldBack>) {
    let mut classes = classes(sheet, typed, evidence);
    let mut held_back = Vec::new();
    loop {
        let assigned = assign(sheet, evidence, &classes);
        let Some(weakest) = weakest(sheet, evidence, &classes, &assigned) else {
            break;
        };
        let own = own(&classes, &assigned, weakest);
        let key = &sheet.columns[classes[weakest].key];
        for column in own {
            held_back.push(HeldBack {
                dependency: format!("{key} → {}", sheet.columns[column]),
                reason: format!(
                    "{key} neither reads like an identifier nor carries enough to be an entity"
                ),
            });
        }
        classes[weakest].alive = false;
    }
    let assigned = assign(sheet, evidence, &classes);
    let mut order: Vec<usize> = (0..classes.len()).filter(|c| classes[*c].alive).collect();
    let below = |c: usize| {
        let others =
            (0..classes.len()).filter(|o| classes[*o].alive && above(evidence, &classes, c, *o));
        others.count()
    };
    order.sort_by_key(|c| (below(*c), classes[*c].key));
    let mut drafts: Vec<Draft> = Vec::new();
    for class in &order {
        let mut columns = own(&classes, &assigned, *class);
        columns.push(classes[*class].key);
        columns.sort_unstable();
        let references = direct(evidence, &classes, &order, Some(*class));
        drafts.push(Draft {
            name: String::new(),
            key: vec![classes[*class].key],
            columns,
            references,
            base: false,
        });
    }
    let rest: Vec<usize> = (0..sheet.columns.len())
        .filter(|c| assigned[*c].is_none() && !evidence.copies.iter().any(|(copy, _)| copy == c))
        .filter(|c| !order.iter().any(|class| classes[*class].key == *c))
        .collect();
    let top = direct(evidence, &classes, &order, None);
    let rest = composites(sheet, typed, &mut drafts, &top, rest);
    let references = uncovered(&drafts, &top, order.len());
    let key = base_key(sheet, typed, &drafts, &references, &rest);
    drafts.push(Draft {
        name: String::new(),
        key,
        columns: rest,
        references,
        base: true,
    });
    name(sheet, &mut drafts);
    (drafts, held_back)
}

/// What the rows of the sheet refer to: the composites, and what none of them leads to already.
fn uncovered(drafts: &[Draft], top: &[usize], singles: usize) -> Vec<usize> {
    let mut references: Vec<usize> = (singles..drafts.len()).collect();
    let covered = |place: &usize| {
        drafts[singles..]
            .iter()
            .any(|d| d.references.contains(place))
    };
    references.extend(top.iter().filter(|place| !covered(place)));
    references.sort_unstable();
    references
}

/// Groups of columns that determine each other, each with its best key.
fn classes(sheet: &Sheet, typed: &[Typed], evidence: &Evidence) -> Vec<Class> {
    let mut classes: Vec<Class> = Vec::new();
    for column in &evidence.determinants {
        let determines =
            (0..sheet.columns.len()).any(|c| c != *column && evidence.determines(*column, c));
        if !determines {
            continue;
        }
        let both = |other: usize| {
            evidence.determines(*column, other) && evidence.determines(other, *column)
        };
        match classes
            .iter_mut()
            .find(|class| class.members.iter().any(|m| both(*m)))
        {
            Some(class) => class.members.push(*column),
            None => classes.push(Class {
                key: *column,
                members: vec![*column],
                alive: true,
            }),
        }
    }
    for class in &mut classes {
        let rank = |column: &usize| {
            let exceptions: usize = evidence
                .pairs()
                .iter()
                .filter(|p| p.determinant == *column && evidence.determines(*column, p.dependent))
                .map(|p| p.exceptions)
                .sum();
            (
                sheet.table.columns[*column].nulls > 0,
                key_rank(sheet, typed, *column),
                exceptions,
                *column,
            )
        };
        if let Some(best) = class.members.iter().copied().min_by_key(rank) {
            class.key = best;
        }
    }
    classes
}

fn key_rank(sheet: &Sheet, typed: &[Typed], column: usize) -> (Hint, u8) {
    let kind = match &typed[column].of {
        Type::Text {
            form: Form::Any | Form::Enumeration,
        } => 1,
        Type::Text {
            form: Form::Phone | Form::Url,
        } => 2,
        _ => 0,
    };
    (hint(&sheet.columns[column]), kind)
}

/// Whether one class determines another and not the other way round.
fn above(evidence: &Evidence, classes: &[Class], from: usize, to: usize) -> bool {
    from != to
        && evidence.determines(classes[from].key, classes[to].key)
        && !evidence.determines(classes[to].key, classes[from].key)
}

/// For each column the class it belongs to, `None` for those of the rows themselves and for keys: the
/// nearest that determines it, unless its name says of which of them it is.
fn assign(sheet: &Sheet, evidence: &Evidence, classes: &[Class]) -> Vec<Option<usize>> {
    let alive: Vec<usize> = (0..classes.len()).filter(|c| classes[*c].alive).collect();
    let copy = |column: usize| evidence.copies.iter().any(|(c, _)| *c == column);
    let free: Vec<usize> = (0..sheet.columns.len())
        .filter(|c| !copy(*c) && !alive.iter().any(|class| classes[*class].key == *c))
        .collect();
    let member = |column: usize| {
        alive
            .iter()
            .copied()
            .find(|c| classes[*c].members.contains(&column))
    };
    let owners = |column: usize| -> Vec<usize> {
        let determines = |c: &usize| evidence.determines(classes[*c].key, column);
        alive.iter().copied().filter(determines).collect()
    };
    let values = |class: &usize| sheet.table.columns[classes[*class].key].dictionary.len();
    let mut assigned: Vec<Option<usize>> = vec![None; sheet.columns.len()];
    for column in &free {
        let owners = owners(*column);
        let further = |c: &usize| {
            owners
                .iter()
                .any(|other| above(evidence, classes, *c, *other))
        };
        let nearest = owners
            .iter()
            .copied()
            .filter(|c| !further(c))
            .min_by_key(values);
        assigned[*column] = member(*column).or(nearest);
    }
    // The word that most columns of a class begin with says what it is called; of the rows too.
    let usual = |class: Option<usize>| -> Option<&str> {
        let columns = free.iter().filter(|c| assigned[**c] == class);
        let firsts: Vec<&str> = columns.filter_map(|c| prefix(&sheet.columns[*c])).collect();
        let most = firsts
            .iter()
            .max_by_key(|w| (firsts.iter().filter(|o| o == w).count(), **w))?;
        let count = firsts.iter().filter(|w| w == &most).count();
        (count > 1 && count * 2 > firsts.len()).then_some(*most)
    };
    let mut by_name = assigned.clone();
    for column in free
        .iter()
        .filter(|c| member(**c).is_none() && assigned[**c].is_some())
    {
        let own = prefix(&sheet.columns[*column]);
        if own.is_none() || usual(assigned[*column]) == own {
            continue;
        }
        let owner = owners(*column)
            .into_iter()
            .filter(|c| usual(Some(*c)) == own)
            .min_by_key(values);
        if owner.is_some() || usual(None) == own {
            by_name[*column] = owner;
        }
    }
    by_name
}

/// The first word of a name that says more.
fn prefix(name: &str) -> Option<&str> {
    let words = words(name);
    (words.len() > 1).then(|| words[0])
}

fn own(classes: &[Class], assigned: &[Option<usize>], class: usize) -> Vec<usize> {
    let key = classes[class].key;
    (0..assigned.len())
        .filter(|c| assigned[*c] == Some(class) && *c != key)
        .collect()
}

/// The class that carries least, if one carries too little.
fn weakest(
    sheet: &Sheet,
    evidence: &Evidence,
    classes: &[Class],
    assigned: &[Option<usize>],
) -> Option<usize> {
    let order: Vec<usize> = (0..classes.len()).filter(|c| classes[*c].alive).collect();
    order
        .iter()
        .copied()
        .filter_map(|class| {
            let key = &sheet.columns[classes[class].key];
            let own = own(classes, assigned, class);
            let named = own
                .iter()
                .filter(|c| same_prefix(key, &sheet.columns[**c]))
                .count();
            let references = direct(evidence, classes, &order, Some(class)).len();
            let hint = hint(key);
            let enough = match hint {
                Hint::Code => own.len() + references >= 1,
                Hint::Name => own.len() >= 2 || named >= 1,
                Hint::None => own.len() >= 2 && named * 2 >= own.len(),
            };
            (!enough).then_some((std::cmp::Reverse(hint), own.len(), class))
        })
        .min()
        .map(|(_, _, class)| class)
}

/// The classes that one refers to without another between, as positions in `order`; for `None`, those
/// that the rows themselves refer to.
fn direct(
    evidence: &Evidence,
    classes: &[Class],
    order: &[usize],
    from: Option<usize>,
) -> Vec<usize> {
    let reached: Vec<usize> = order
        .iter()
        .copied()
        .filter(|to| from.is_none_or(|from| above(evidence, classes, from, *to)))
        .collect();
    let between = |to: usize| {
        reached
            .iter()
            .any(|other| above(evidence, classes, *other, to))
    };
    (0..order.len())
        .filter(|place| reached.contains(&order[*place]) && !between(order[*place]))
        .collect()
}

/// Takes out columns of the rows that two entities determine together, such as the price of a product
/// with a supplier; what is left.
fn composites(
    sheet: &Sheet,
    typed: &[Typed],
    drafts: &mut Vec<Draft>,
    top: &[usize],
    rest: Vec<usize>,
) -> Vec<usize> {
    let mut left = rest;
    for (place, a) in top.iter().enumerate() {
        for b in &top[place + 1..] {
            let key = vec![drafts[*a].key[0], drafts[*b].key[0]];
            let found = pairs(&sheet.table, std::slice::from_ref(&key), &left, ERROR, 1);
            let columns: Vec<usize> = found
                .iter()
                .filter(|p| is_strong(p) && p.values * 10 < p.rows * 9)
                .map(|p| p.dependent)
                .filter(|c| !matches!(typed[*c].of, Type::Empty))
                .collect();
            // A single column may be a habit of the data; two have a meaning.
            if columns.len() < 2 {
                continue;
            }
            left.retain(|c| !columns.contains(c));
            drafts.push(Draft {
                name: String::new(),
                key,
                columns,
                references: vec![*a, *b],
                base: false,
            });
        }
    }
    left
}

/// What identifies a row of the sheet: the smallest combination of identifying columns that is unique
/// but for a few rows, by name and position.
fn base_key(
    sheet: &Sheet,
    typed: &[Typed],
    drafts: &[Draft],
    references: &[usize],
    rest: &[usize],
) -> Vec<usize> {
    const MOST: usize = 12;
    let own = rest.iter().copied().filter(|c| {
        typed[*c].of.identifies()
            || matches!(
                typed[*c].of,
                Type::Date { .. } | Type::Timestamp | Type::TimestampZone
            )
    });
    let mut columns: Vec<usize> = references
        .iter()
        .flat_map(|place| drafts[*place].key.clone())
        .collect();
    columns.extend(own);
    columns.sort_unstable();
    columns.dedup();
    columns.sort_by_key(|c| (key_rank(sheet, typed, *c), *c));
    columns.truncate(MOST);
    let chosen = columns
        .iter()
        .map(|c| sheet.table.columns[*c].clone())
        .collect();
    let table = Table::from_columns(chosen, sheet.table.rows());
    let options = Options {
        largest: Some(3),
        ..Options::default()
    };
    let Ok(found) = discover_approximate(&table, ERROR, &options) else {
        return Vec::new();
    };
    let best = found
        .unique
        .into_iter()
        .filter(|u| !u.columns.is_empty())
        .min_by_key(|u| {
            let nulls: usize = u.columns.iter().map(|c| table.columns[c].nulls).sum();
            let hints: Vec<_> = u
                .columns
                .iter()
                .map(|c| key_rank(sheet, typed, columns[c]))
                .collect();
            (
                nulls > table.rows() / 50,
                u.columns.len(),
                u.exceptions > 0,
                hints,
                u.exceptions,
            )
        });
    let mut key: Vec<usize> = best
        .map(|u| u.columns.iter().map(|c| columns[c]).collect())
        .unwrap_or_default();
    key.sort_unstable();
    key
}

/// Names the entities after their keys, their columns' common prefix, or the sheet; each once.
fn name(sheet: &Sheet, drafts: &mut [Draft]) {
    let mut taken: Vec<String> = Vec::new();
    for (place, draft) in drafts.iter_mut().enumerate() {
        let own_key = draft.key.len() == 1 && draft.columns.contains(&draft.key[0]);
        let by_key = draft
            .key
            .first()
            .filter(|_| own_key)
            .and_then(|c| thing(&sheet.columns[*c]));
        let by_prefix = || common_prefix(sheet, draft);
        let joined = || {
            let names: Vec<&str> = draft.references.iter().map(|r| &taken[*r][..]).collect();
            (!draft.base && !names.is_empty()).then(|| names.join("_"))
        };
        let of_sheet = || {
            draft
                .base
                .then(|| singular(&crate::sheet::snake_case(&sheet.name)))
        };
        let fallback = || format!("thing_{}", place + 1);
        let mut name = by_key
            .or_else(by_prefix)
            .or_else(joined)
            .or_else(of_sheet)
            .filter(|name| name.starts_with(char::is_alphabetic))
            .unwrap_or_else(fallback);
        if taken.contains(&name) {
            let base = name.clone();
            let numbers = 2..;
            name = numbers
                .map(|n| format!("{base}_{n}"))
                .find(|name| !taken.contains(name))
                .unwrap_or(base);
        }
        taken.push(name.clone());
        draft.name = name;
    }
}

/// The word that all columns of an entity, of which there are at least two, begin with.
fn common_prefix(sheet: &Sheet, draft: &Draft) -> Option<String> {
    let mut firsts = draft.columns.iter().map(|c| words(&sheet.columns[*c]));
    let first = firsts.next()?.first().copied()?.to_owned();
    let all = firsts.all(|w| w.len() > 1 && w.first() == Some(&&first[..]));
    (all && draft.columns.len() > 1 && first.len() > 2).then(|| singular(&first))
}
