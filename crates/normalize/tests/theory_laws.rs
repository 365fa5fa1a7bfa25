//! Laws of the theory, against definitions tried on every subset of columns.

use pgwright_normalize::ColumnSet;
use pgwright_normalize::theory::{
    Functional, Multivalued, NormalForm, Relation, decompose_4nf, decompose_bcnf, is_lossless,
    normal_form, project, synthesise_3nf,
};
use proptest::prelude::*;

const WIDTH: usize = 6;

fn subsets(of: &ColumnSet) -> Vec<ColumnSet> {
    let columns: Vec<usize> = of.iter().collect();
    (0..1_u32 << columns.len())
        .map(|bits| {
            let chosen = columns.iter().enumerate();
            chosen
                .filter(|(place, _)| bits >> place & 1 == 1)
                .map(|(_, column)| *column)
                .collect()
        })
        .collect()
}

fn columns() -> impl Strategy<Value = ColumnSet> {
    (0_u32..1 << WIDTH).prop_map(|bits| (0..WIDTH).filter(|c| bits >> c & 1 == 1).collect())
}

fn few_columns() -> impl Strategy<Value = ColumnSet> {
    proptest::collection::vec(0..WIDTH, 0..3).prop_map(|columns| columns.into_iter().collect())
}

fn relation() -> impl Strategy<Value = Relation> {
    let dependency = (few_columns(), few_columns()).prop_map(|(l, r)| Functional::new(l, r));
    proptest::collection::vec(dependency, 0..7).prop_map(|list| Relation::new(WIDTH, list))
}

/// The closure by definition: repeat until nothing changes.
fn closure(relation: &Relation, start: &ColumnSet) -> ColumnSet {
    let mut reached = start.clone();
    for _ in 0..WIDTH {
        for d in &relation.functional {
            if d.determinant.is_subset(&reached) {
                reached = reached.union(&d.dependent);
            }
        }
    }
    reached
}

fn keys(relation: &Relation, of: &ColumnSet) -> Vec<ColumnSet> {
    let superkey = |set: &ColumnSet| of.is_subset(&closure(relation, set));
    let mut keys: Vec<ColumnSet> = subsets(of)
        .into_iter()
        .filter(|set| superkey(set) && set.iter().all(|c| !superkey(&set.without(c))))
        .collect();
    keys.sort();
    keys
}

/// The normal form of a part, by definition over every subset.
fn form(relation: &Relation, of: &ColumnSet) -> NormalForm {
    let keys = keys(relation, of);
    let prime = keys.iter().fold(ColumnSet::empty(), |a, k| a.union(k));
    let mut form = NormalForm::Fourth;
    for set in subsets(of) {
        let reached = closure(relation, &set);
        if of.is_subset(&reached) {
            continue;
        }
        for column in reached.intersection(of).difference(&set).iter() {
            let broken = if prime.contains(column) {
                NormalForm::Third
            } else if keys.iter().any(|key| set.is_subset(key)) {
                NormalForm::First
            } else {
                NormalForm::Second
            };
            form = form.min(broken);
        }
    }
    form
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn closure_keys_and_forms_agree_with_their_definitions(r in relation(), set in columns()) {
        prop_assert_eq!(r.closure(&set), closure(&r, &set));
        prop_assert_eq!(r.keys(), keys(&r, &r.columns));
        prop_assert_eq!(normal_form(&r), form(&r, &r.columns));
    }

    #[test]
    fn a_minimal_cover_is_equivalent_and_minimal(r in relation()) {
        let cover = Relation { functional: r.minimal_cover(), ..r.clone() };
        for set in subsets(&r.columns) {
            prop_assert_eq!(closure(&cover, &set), closure(&r, &set));
        }
        for (index, d) in cover.functional.iter().enumerate() {
            prop_assert_eq!(d.dependent.len(), 1);
            let mut without = cover.clone();
            without.functional.remove(index);
            prop_assert!(!without.implies(d), "{:?} is superfluous", d);
            for column in d.determinant.iter() {
                let smaller = Functional::new(d.determinant.without(column), d.dependent.clone());
                prop_assert!(!r.implies(&smaller), "{:?} has a superfluous column", d);
            }
        }
    }

    #[test]
    fn synthesis_gives_third_normal_form_and_keeps_everything(r in relation()) {
        let parts = synthesise_3nf(&r);
        prop_assert!(is_lossless(&r, &parts), "{:?}", parts);
        let all = parts.iter().fold(ColumnSet::empty(), |a, p| a.union(p));
        prop_assert_eq!(&all, &r.columns);
        for part in &parts {
            prop_assert!(form(&r, part) >= NormalForm::Third, "{:?}", part);
        }
        let kept = parts.iter().flat_map(|part| project(&r, part)).collect();
        let kept = Relation { functional: kept, ..r.clone() };
        for d in &r.functional {
            prop_assert!(kept.implies(d), "{:?} is lost in {:?}", d, parts);
        }
    }

    #[test]
    fn decomposition_gives_boyce_codd_and_names_what_it_loses(r in relation()) {
        let found = decompose_bcnf(&r);
        prop_assert!(is_lossless(&r, &found.parts));
        for part in &found.parts {
            prop_assert!(form(&r, part) >= NormalForm::BoyceCodd, "{:?}", part);
        }
        let kept = found.parts.iter().flat_map(|part| project(&r, part)).collect();
        let kept = Relation { functional: kept, ..r.clone() };
        for d in r.minimal_cover() {
            prop_assert_eq!(!kept.implies(&d), found.lost.contains(&d), "{:?}", d);
        }
    }

    #[test]
    fn a_projection_is_what_the_closure_says(r in relation(), set in columns()) {
        let projected = Relation { functional: project(&r, &set), ..r.clone() };
        for inside in subsets(&set) {
            let expected = closure(&r, &inside).intersection(&set);
            prop_assert_eq!(closure(&projected, &inside).intersection(&set), expected);
        }
    }
}

/// Relations of four columns with few values, as rows.
fn rows() -> impl Strategy<Value = Vec<[u8; 4]>> {
    proptest::collection::vec(proptest::array::uniform4(0_u8..2), 1..9)
}

fn holds(rows: &[[u8; 4]], d: &Functional) -> bool {
    rows.iter().all(|a| {
        rows.iter().all(|b| {
            !d.determinant.iter().all(|c| a[c] == b[c]) || d.dependent.iter().all(|c| a[c] == b[c])
        })
    })
}

fn holds_multivalued(rows: &[[u8; 4]], d: &Multivalued) -> bool {
    rows.iter().all(|a| {
        rows.iter().all(|b| {
            if !d.determinant.iter().all(|c| a[c] == b[c]) {
                return true;
            }
            let mut mixed = *b;
            for column in d.dependent.iter() {
                mixed[column] = a[column];
            }
            rows.contains(&mixed)
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// What holds in a relation of rows implies only what holds in it too.
    #[test]
    fn both_kinds_imply_only_what_holds(rows in rows(), chosen in any::<u64>()) {
        let all = ColumnSet::all(4);
        let mut relation = Relation::new(4, Vec::new());
        let mut number = 0;
        for left in subsets(&all) {
            for right in subsets(&all) {
                number += 1;
                if chosen.rotate_left(number) & 3 != 0 {
                    continue;
                }
                let functional = Functional::new(left.clone(), right.clone());
                let multivalued = Multivalued::new(left.clone(), right.clone());
                if holds(&rows, &functional) {
                    relation.functional.push(functional);
                } else if holds_multivalued(&rows, &multivalued) {
                    relation.multivalued.push(multivalued);
                }
            }
        }
        for left in subsets(&all) {
            if relation.is_superkey(&left) {
                prop_assert!(holds(&rows, &Functional::new(left.clone(), all.clone())));
            }
            for right in subsets(&all) {
                let d = Multivalued::new(left.clone(), right);
                prop_assert!(!relation.implies_multivalued(&d) || holds_multivalued(&rows, &d), "{:?}", d);
            }
        }
        // Decomposed and joined again, the rows are the same.
        let parts = decompose_4nf(&relation).parts;
        prop_assert_eq!(joined(&rows, &parts), sorted(&rows));
    }
}

fn sorted(rows: &[[u8; 4]]) -> Vec<[u8; 4]> {
    let mut rows = rows.to_vec();
    rows.sort_unstable();
    rows.dedup();
    rows
}

/// The natural join of the projections.
fn joined(rows: &[[u8; 4]], parts: &[ColumnSet]) -> Vec<[u8; 4]> {
    let every = (0..16_u8).map(|bits| [bits >> 3 & 1, bits >> 2 & 1, bits >> 1 & 1, bits & 1]);
    every
        .filter(|row| {
            parts
                .iter()
                .all(|part| rows.iter().any(|r| part.iter().all(|c| r[c] == row[c])))
        })
        .collect()
}
