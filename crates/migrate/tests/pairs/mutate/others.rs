//! Changes of the objects that need little of others.

use super::{pick, recomment};
use crate::make;
use crate::model::*;
use crate::other::OtherKind;
use crate::random::Random;

pub fn change(model: &mut Model, random: &mut Random, kind: OtherKind, what: &str) -> bool {
    if what == "add" {
        return make::other(model, random, kind);
    }
    let Some(key) = pick(&model.others, random, |o| o.kind == kind) else {
        return false;
    };
    if what == "drop" {
        model.others.remove(&key);
        return true;
    }
    let property = kind.properties().iter().position(|p| p.0 == what);
    let privilege = kind.privilege();
    let Some(other) = model.others.get_mut(&key) else {
        return false;
    };
    if let Some(at) = property {
        let number = kind.properties()[at].1;
        other.choices[at] = (other.choices[at] + 1 + random.number(number - 1)) % number;
        return true;
    }
    match what {
        "comment" => recomment(&mut other.named.comment, random),
        "owner" => {
            let owners = [None, Some(OWNER), Some(WRITER)];
            other.named.owner = super::other_of(&other.named.owner, &owners, random);
        }
        _ => match privilege {
            Some(privilege) if other.named.grants.is_empty() => {
                other.named.grants.extend(make::grant(random, &[privilege]));
            }
            _ => other.named.grants.clear(),
        },
    }
    true
}
