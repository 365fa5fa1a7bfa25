//! Examples of textbooks and papers, with the answers they give. A letter is a column, A the first.

use pgwright_normalize::ColumnSet;
use pgwright_normalize::theory::{
    Functional, Multivalued, NormalForm, Relation, Violation, decompose_4nf, decompose_bcnf,
    is_lossless, normal_form, project, synthesise_3nf, violations,
};

fn set(letters: &str) -> ColumnSet {
    let place = |byte: u8| usize::from(byte - b'A');
    letters.bytes().map(place).collect()
}

fn sets(text: &str) -> Vec<ColumnSet> {
    text.split_whitespace().map(set).collect()
}

fn dependency(text: &str) -> Functional {
    let (left, right) = text.split_once("->").expect("an arrow");
    Functional::new(set(left), set(right))
}

/// `relation("ABC", "A->B B->>C")`.
fn relation(columns: &str, dependencies: &str) -> Relation {
    let mut relation = Relation::new(columns.len(), Vec::new());
    for text in dependencies.split_whitespace() {
        match text.split_once("->>") {
            Some((left, right)) => relation
                .multivalued
                .push(Multivalued::new(set(left), set(right))),
            None => relation.functional.push(dependency(text)),
        }
    }
    relation
}

#[test]
fn closure_of_ullman() {
    // Ullman, Widom: A First Course in Database Systems, 3.2.4.
    let r = relation("ABCDEF", "AB->C BC->AD D->E CF->B");
    assert_eq!(r.closure(&set("AB")), set("ABCDE"));
    assert!(r.implies(&dependency("AB->D")));
    assert!(!r.implies(&dependency("D->A")));
}

#[test]
fn minimal_cover_of_elmasri() {
    // Elmasri, Navathe, 15.1: {B → A, D → A, AB → D} has the cover {B → D, D → A}.
    let r = relation("ABD", "B->A D->A AB->D");
    assert_eq!(r.minimal_cover(), [dependency("B->D"), dependency("D->A")]);
}

#[test]
fn a_cover_has_no_superfluous_column() {
    // Silberschatz, Korth, Sudarshan, 7.4.3: A → BC, B → C, A → B, AB → C.
    let r = relation("ABC", "A->BC B->C A->B AB->C");
    assert_eq!(r.minimal_cover(), [dependency("A->B"), dependency("B->C")]);
}

#[test]
fn keys_are_all_found() {
    let r = relation("ABCDE", "AB->C CD->E DE->B");
    assert_eq!(r.keys(), sets("ABD ACD ADE"));
    // A cycle has every column for a key.
    let r = relation("ABC", "A->B B->C C->A");
    assert_eq!(r.keys(), sets("A B C"));
    assert_eq!(relation("AB", "").keys(), sets("AB"));
    assert_eq!(relation("AB", "->AB").keys(), [ColumnSet::empty()]);
}

#[test]
fn lots_of_elmasri_break_second_normal_form() {
    // Elmasri, Navathe, figure 14.12: property A, county B, lot C, area D, price E, tax rate F.
    let r = relation("ABCDEF", "A->BCDEF BC->ADEF B->F D->E");
    assert_eq!(normal_form(&r), NormalForm::First);
    let found = violations(&r);
    assert_eq!(
        found[0],
        Violation::Partial {
            dependency: dependency("B->F"),
            key: set("BC")
        }
    );
    assert_eq!(
        found[1],
        Violation::Transitive {
            dependency: dependency("D->E")
        }
    );
    // Without county → tax rate it is the relation LOTS1, in 2NF.
    assert_eq!(
        normal_form(&relation("ABCDE", "A->BCDE BC->ADE D->E")),
        NormalForm::Second
    );
}

#[test]
fn an_advisor_breaks_only_boyce_codd() {
    // student A, subject B, teacher C (Date): in 3NF, as subject is part of a key.
    let r = relation("ABC", "AB->C C->B");
    assert_eq!(normal_form(&r), NormalForm::Third);
    assert_eq!(
        violations(&r),
        [Violation::OfKey {
            dependency: dependency("C->B")
        }]
    );
    let found = decompose_bcnf(&r);
    assert_eq!(found.parts, sets("AC BC"));
    assert_eq!(found.lost, [dependency("AB->C")]);
    assert!(is_lossless(&r, &found.parts));
}

#[test]
fn courses_break_only_fourth() {
    // course A, teacher B, text C (Date): no functional dependency at all.
    let r = relation("ABC", "A->>B");
    assert_eq!(normal_form(&r), NormalForm::BoyceCodd);
    assert_eq!(
        violations(&r),
        [Violation::Multivalued {
            dependency: Multivalued::new(set("A"), set("B"))
        }]
    );
    assert_eq!(decompose_4nf(&r).parts, sets("AB AC"));
    // The complement follows, and a trivial one is none.
    assert!(r.implies_multivalued(&Multivalued::new(set("A"), set("C"))));
    assert_eq!(normal_form(&relation("AB", "A->>B")), NormalForm::Fourth);
}

#[test]
fn both_kinds_imply_together() {
    // Coalescence: A →→ B and C → B with C outside B give A → B.
    let r = relation("ABCD", "A->>B C->B");
    assert_eq!(r.dependency_basis(&set("A")), sets("B CD"));
    assert!(!r.is_superkey(&set("A")));
    let found = violations(&r);
    assert!(
        found.iter().any(|v| matches!(v, Violation::Partial { dependency, .. } | Violation::Transitive { dependency }
            if dependency.determinant == set("A") && dependency.dependent == set("B"))),
        "{found:?}"
    );
}

#[test]
fn the_basis_of_beeri() {
    // Ullman, Principles of Database Systems: course C→teacher, hour H, room R, student S, grade G.
    // As letters: A course, B teacher, C hour, D room, E student, F grade.
    let r = relation("ABCDEF", "A->B CD->A CB->D AE->F CE->D A->>CD");
    assert_eq!(r.dependency_basis(&set("A")), sets("B CD EF"));
}

#[test]
fn synthesis_of_elmasri() {
    // Elmasri, Navathe, example 15.2: P property A, L lot B, C county C, A area D.
    let r = relation("ABCD", "A->BCD BC->AD D->C");
    assert_eq!(synthesise_3nf(&r), sets("ABCD"));
    assert_eq!(normal_form(&r), NormalForm::Third);
    let bcnf = decompose_bcnf(&r);
    assert_eq!(bcnf.parts, sets("CD ABD"));
    assert_eq!(bcnf.lost, [dependency("BC->A")]);
}

#[test]
fn synthesis_adds_a_key_relation() {
    // supplier A, city B, part C: A → B leaves the key AC.
    let r = relation("ABC", "A->B");
    assert_eq!(synthesise_3nf(&r), sets("AB AC"));
    // Columns that nothing determines are kept.
    assert_eq!(synthesise_3nf(&relation("AB", "")), sets("AB"));
}

#[test]
fn a_projection_keeps_what_goes_through_columns_left_out() {
    let r = relation("ABCD", "A->B B->C C->D");
    assert_eq!(project(&r, &set("AD")), [dependency("A->D")]);
    assert_eq!(
        project(&r, &set("ACD")),
        [dependency("A->C"), dependency("C->D")]
    );
}

#[test]
fn losslessness_of_aho() {
    // Aho, Beeri, Ullman (1979), example 1.
    let r = relation("ABCDE", "A->C B->C C->D DE->C CE->A");
    assert!(is_lossless(&r, &sets("AD AB BE CDE AE")));
    assert!(!is_lossless(&relation("ABC", "A->B"), &sets("AB BC")));
}
