//! What the short forms mean.
#![allow(clippy::unwrap_used)]

use pgwright_brief::model::*;

fn read(text: &str) -> Brief {
    let reading = pgwright_brief::read(text);
    let said: String = reading
        .errors
        .iter()
        .map(|error| error.render(text, "brief.yaml"))
        .collect();
    assert!(said.is_empty(), "{said}");
    reading.brief.unwrap()
}

/// The attributes of an entity `thing`, written as lines under `has`.
fn attribute(line: &str) -> Attribute {
    let brief = read(&format!(
        "brief: x\nentities:\n  person:\n    roles: owner | guest\n    has: [name]\n  thing:\n    has:\n      \
         code: code\n      {line}\n"
    ));
    brief
        .entity("thing")
        .unwrap()
        .attributes
        .last()
        .unwrap()
        .clone()
}

fn value(line: &str) -> ValueType {
    match attribute(line).kind {
        AttributeKind::Value(value) => value,
        other => panic!("{other:?}"),
    }
}

#[test]
fn types() {
    assert_eq!(value("email:"), ValueType::Email);
    assert_eq!(value("a: point in time"), ValueType::Instant);
    assert_eq!(value("a: long text"), ValueType::LongText);
    assert_eq!(
        value("a: money in eur"),
        ValueType::Money {
            currency: Some("EUR".into()),
            with_currency: false
        }
    );
    assert_eq!(
        value("a: money with currency"),
        ValueType::Money {
            currency: None,
            with_currency: true
        }
    );
    assert_eq!(
        value("a: quantity in kg above 0"),
        ValueType::Quantity {
            unit: Some("kg".into())
        }
    );
    assert_eq!(
        value("a: number of days, optional"),
        ValueType::Integer {
            unit: Some("days".into())
        }
    );
    assert_eq!(
        value("a: decimal(10,2), at least 0"),
        ValueType::Decimal {
            precision: 10,
            scale: 2
        }
    );
    assert_eq!(
        value("a: period of dates open-ended"),
        ValueType::DatePeriod { open_ended: true }
    );
    assert_eq!(
        value("a: period of times"),
        ValueType::TimePeriod { open_ended: false }
    );
    assert_eq!(
        value("a: period of times of day"),
        ValueType::TimeOfDayPeriod
    );
    assert_eq!(value("a: yes/no, default no"), ValueType::Boolean);
}

#[test]
fn references() {
    let reference = |entity: &str, role: Option<&str>| Reference {
        entity: entity.into(),
        role: role.map(Into::into),
        hierarchy: false,
        single: false,
    };
    assert_eq!(
        attribute("a: person").kind,
        AttributeKind::Reference(reference("person", None))
    );
    assert_eq!(
        attribute("a: owner, optional").kind,
        AttributeKind::Reference(reference("person", Some("owner")))
    );
    assert_eq!(
        attribute("a: a person").kind,
        AttributeKind::Reference(reference("person", None))
    );
    let many = attribute("a: many guests, at least one").kind;
    assert_eq!(
        many,
        AttributeKind::Many {
            to: reference("person", Some("guest")),
            at_least_one: true
        }
    );
    let tree = attribute("parent: thing, optional, hierarchy");
    assert!(
        matches!(
            tree.kind,
            AttributeKind::Reference(Reference {
                hierarchy: true,
                ..
            })
        ) && tree.optional
    );
    let either = attribute("about: either owner | thing").kind;
    assert_eq!(
        either,
        AttributeKind::Either(vec![
            reference("person", Some("owner")),
            reference("thing", None)
        ])
    );
}

#[test]
fn modifiers() {
    assert!(attribute("nick?: text").optional && attribute("nick: text?").optional);
    let price = attribute("price: money in USD from 0 to 1,000,000, personal");
    assert_eq!(
        price.minimum,
        Some(Bound {
            value: "0".into(),
            inclusive: true
        })
    );
    assert_eq!(
        price.maximum,
        Some(Bound {
            value: "1000000".into(),
            inclusive: true
        })
    );
    assert!(price.personal && !price.sensitive);
    assert_eq!(
        attribute("a: integer, below 2 million")
            .maximum
            .unwrap()
            .value,
        "2000000"
    );
    assert_eq!(
        attribute("a: quantity, above 0.25").minimum.unwrap(),
        Bound {
            value: "0.25".into(),
            inclusive: false
        }
    );
    assert_eq!(
        attribute("a: date, at least 2000-01-01")
            .minimum
            .unwrap()
            .value,
        "2000-01-01"
    );
    assert_eq!(
        attribute("a: code, unique per code + a, optional").unique,
        Some(vec!["code".into(), "a".into()])
    );
    assert_eq!(
        attribute("a: integer, gapless per code").gapless,
        Some(vec!["code".into()])
    );
    assert_eq!(
        attribute("a: one of low | very high, default very high")
            .default
            .unwrap()
            .to_sql(),
        "'very high'"
    );
    assert_eq!(
        attribute("a: instant, default now")
            .default
            .unwrap()
            .to_sql(),
        "now()"
    );
    assert_eq!(
        attribute("a: text, computed as coalesce(code, 'a, b')")
            .computed
            .unwrap()
            .to_sql(),
        "COALESCE(code, 'a, b')"
    );
    let full =
        attribute("a: {type: integer, unique: per code, from: 1, to: 12, says: Twelve a year.}");
    assert_eq!(full.unique, Some(vec!["code".into()]));
    assert_eq!(full.maximum.unwrap().value, "12");
    assert_eq!(full.says.as_deref(), Some("Twelve a year."));
}

#[test]
fn states() {
    let AttributeKind::States(states) = attribute("state: a => b => c, b | c -> d, any -> e").kind
    else {
        panic!("no states")
    };
    assert_eq!(states.states, ["a", "b", "c", "d", "e"]);
    assert_eq!(states.initial, "a");
    let moves: Vec<String> = states
        .transitions
        .iter()
        .map(|(from, to)| format!("{from}{to}"))
        .collect();
    assert_eq!(
        moves,
        ["ab", "ac", "ae", "bc", "bd", "be", "cd", "ce", "de"]
    );
}

#[test]
fn volumes() {
    let volume = |text: &str| {
        let brief = read(&format!(
            "brief: x\nentities:\n  thing:\n    has: [name]\n    volume: {text}\n  part:\n    part_of: thing\n    \
             volume: 4 per thing\n    has: [name]\n"
        ));
        (
            brief.entities[0].volume.clone().unwrap(),
            brief.entities[1].volume.clone().unwrap(),
        )
    };
    let (thing, part) = volume("500,000; 50 changes a second");
    assert_eq!(
        (thing.rows, thing.peak_per_second),
        (Some(500_000.0), Some(50.0))
    );
    assert_eq!(part.rows, Some(2_000_000.0));
    let (thing, part) = volume("2 million a month, kept 7 years");
    assert_eq!(
        (thing.per_month, thing.keep_months, thing.rows),
        (Some(2e6), Some(84.0), Some(168e6))
    );
    assert_eq!((part.per_month, part.rows), (Some(8e6), Some(672e6)));
    let (thing, _) = volume("1M, 20,000 a second at peak, kept 90 days");
    assert_eq!(thing.peak_per_second, Some(20_000.0));
    assert!((thing.keep_months.unwrap() - 2.957).abs() < 0.001);
}

/// The form of a rule of `thing`.
fn rule(text: &str) -> Rule {
    let brief = read(&format!(
        "brief: x\nentities:\n  user:\n    has: [name]\n  person:\n    has: {{name: name, user: user, adult: yes/no}}\n  \
         thing:\n    has:\n      person: person\n      user: user\n      amount: money in EUR\n      valid: period of \
         dates\n      state: {{flow: draft => really paid, groups: {{open: draft}}}}\n    rules:\n      - \"{text}\"\n  \
         part:\n    part_of: thing\n    has: {{amount: money in EUR}}\n"
    ));
    brief.entity("thing").unwrap().rules[0].clone()
}

#[test]
fn rules() {
    let check = |text: &str| match rule(text).form {
        RuleForm::Check(check) => check.to_sql(),
        other => panic!("{other:?}"),
    };
    assert_eq!(check("state is open"), "state = 'draft'");
    assert_eq!(
        check("state is not really paid or amount > 0"),
        "state <> 'really paid' OR amount > 0"
    );
    assert_eq!(check("thing.user is not null"), "\"user\" IS NOT NULL");
    assert!(matches!(
        rule("person.user = user").form,
        RuleForm::SamePath { left, right } if left == ["person", "user"] && right == ["user"]
    ));
    assert!(matches!(
        rule("when state is really paid then person.adult").form,
        RuleForm::WhenReferenced { .. }
    ));
    assert!(matches!(
        rule("when amount > 0 then state is open").form,
        RuleForm::When { .. }
    ));
    assert!(matches!(
        rule("person.adult").form,
        RuleForm::WhenReferenced { .. }
    ));
    assert!(matches!(
        rule("no overlap of valid per person, user where state is open").form,
        RuleForm::NoOverlap { per, condition: Some(_), .. } if per == ["person", "user"]
    ));
    assert!(
        matches!(rule("at most one thing per person").form, RuleForm::AtMostOne { per, .. } if per == ["person"])
    );
    assert!(matches!(
        rule("amount = sum of part.amount when state is open").form,
        RuleForm::SumEquals { entity, condition: Some(_), .. } if entity == "part"
    ));
    assert!(matches!(
        rule("sum of part.amount at most amount").form,
        RuleForm::SumAtMost { .. }
    ));
    assert!(
        matches!(rule("amount never below 0").form, RuleForm::NeverBelow { minimum, .. } if minimum == "0")
    );
    assert!(matches!(
        rule("exactly one part when state is open").form,
        RuleForm::ExactlyOne { .. }
    ));
    assert!(matches!(
        rule("frozen when state is really paid, except person and user, with part").form,
        RuleForm::Frozen { except, parts, .. } if except == ["person", "user"] && parts == ["part"]
    ));
}

#[test]
fn words_of_sql_as_names() {
    let brief = read(
        "brief: x\nentities:\n  user:\n    has: [name]\n  order:\n    has: {user: user}\nreports:\n  r:\n    sql: |\n      \
         select o.user, u.name\n        from order o\n        join user u on u.id = o.user\n       where u.id = 1 or \
         user is null\n",
    );
    let sql = &brief.reports[0].sql;
    assert!(
        sql.contains("from \"order\" o")
            && sql.contains("join \"user\" u")
            && sql.contains("o.user"),
        "{sql}"
    );
}

#[test]
fn access_patterns() {
    let form = |text: &str| {
        let brief = read(&format!(
            "brief: x\nentities:\n  user:\n    has: [name]\n  note:\n    has:\n      author: user\n      subject: text\n      \
             written_at: instant\n      state: draft => sent\naccess:\n  - {text}\n"
        ));
        (
            brief.access_patterns[0].form.clone(),
            brief.access_patterns[0].per_second,
        )
    };
    let (
        AccessForm::List {
            of, order, limit, ..
        },
        often,
    ) = form("latest 50 notes of user, 90,000 a day")
    else {
        panic!("no list")
    };
    assert_eq!(
        (of, order, limit),
        (
            vec!["author".into()],
            vec![("written_at".into(), true)],
            Some(50)
        )
    );
    assert!((often.unwrap() - 1.0417).abs() < 0.001);
    let (
        AccessForm::List {
            between, condition, ..
        },
        often,
    ) = form("list note of author between written_at where state is draft, 500/s")
    else {
        panic!("no list")
    };
    assert_eq!(
        (between.as_deref(), often),
        (Some("written_at"), Some(500.0))
    );
    assert_eq!(condition.unwrap().to_sql(), "state = 'draft'");
    assert!(matches!(
        form("find note by part of subject").0,
        AccessForm::FindByPart { .. }
    ));
    assert!(matches!(
        form("find note by words in subject").0,
        AccessForm::FindByWords { .. }
    ));
    assert!(
        matches!(form("find note by author and state").0, AccessForm::FindBy { by, .. } if by.len() == 2)
    );
}

#[test]
fn how_sql_sees_a_brief() {
    let brief = read(
        "brief: x\nentities:\n  tag:\n    has: [name]\n  person:\n    roles: {guest: {has: {room: text}}}\n    has: {home: \
         address, price: money with currency, tags: many tag, list: lookup, about: either tag | person}\n",
    );
    let relations: Vec<String> = pgwright_brief::vocabulary(&brief)
        .iter()
        .map(|r| {
            format!(
                "{}({})",
                r.name,
                r.columns
                    .iter()
                    .map(|c| c.name.as_str())
                    .collect::<Vec<_>>()
                    .join(" ")
            )
        })
        .collect();
    let person = "id home_street home_postal_code home_city home_region home_country price price_currency list tag person \
                  room";
    assert_eq!(
        relations,
        [
            "tag(id name)".to_owned(),
            format!("person({person})"),
            format!("guest({person})"),
            "person_tags(person tag)".to_owned(),
            "person_list(id name)".to_owned(),
        ]
    );
}

#[test]
fn an_existing_table() {
    let brief = read(
        "brief: x\nentities:\n  product:\n    existing: Shop.\"Products\" (product_uuid uuid)\n",
    );
    let existing = brief.entities[0].existing.clone().unwrap();
    assert_eq!(
        (existing.table, existing.key_column.as_str()),
        (vec!["shop".into(), "Products".into()], "product_uuid")
    );
}
