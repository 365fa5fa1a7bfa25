//! States and their moves: `a => b => c`, `a -> b`, `open -> lost`, `any -> cancelled`.

use std::ops::Range;

use crate::model::States;
use crate::names::nearest;
use crate::read::Reader;
use crate::read::fields::{names_of, scalar, shortened};
use crate::read::kind::unquoted;
use crate::text::{Text, normal};
use crate::yaml::{Node, Value};

/// How two neighbours in a flow are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Arrow {
    /// `->`: exactly this move.
    Exact,
    /// `=>`: forwards, states in between may be skipped.
    Forward,
}

/// One line of a flow: alternatives, joined by arrows.
struct Line<'a> {
    stops: Vec<Vec<Text<'a>>>,
    arrows: Vec<Arrow>,
}

/// Reads a flow and its groups. `None` when no state could be made out.
pub(crate) fn read<'a>(
    reader: &mut Reader<'a>,
    flow: &[Text<'a>],
    groups: Option<&'a Node>,
    initial: Option<Text<'a>>,
    name: &Range<usize>,
) -> Option<States> {
    let groups = groups
        .map(|node| read_groups(reader, node))
        .unwrap_or_default();
    let lines: Vec<Line<'a>> = flow.iter().map(|line| cut(*line)).collect();
    let is_group = |text: &str| {
        groups
            .iter()
            .any(|(group, _)| normal(group.as_str()) == normal(text))
    };

    // States in the order first named; a group stands for its members.
    let mut states: Vec<String> = Vec::new();
    let mut places: Vec<Range<usize>> = Vec::new();
    let mut declare = |text: &str, range: Range<usize>| {
        let state = unquoted(text);
        if !state.is_empty() && !states.iter().any(|s| s.eq_ignore_ascii_case(&state)) {
            states.push(state);
            places.push(range);
        }
    };
    for stop in lines.iter().flat_map(|line| &line.stops).flatten() {
        if stop.plain() == "any" {
            continue;
        }
        if let Some((_, members)) = groups.iter().find(|(g, _)| g.plain() == stop.plain()) {
            for member in members {
                declare(member.as_str(), member.range());
            }
        } else {
            declare(stop.as_str(), stop.range());
        }
    }
    let mut broken = false;
    for stop in lines.iter().flat_map(|line| &line.stops) {
        for part in stop.iter().filter(|part| part.is_empty()) {
            broken = true;
            reader.report.error_hint(
                part.range(),
                "a state is missing beside the arrow",
                "write `draft => sent => paid`",
            );
        }
    }
    if states.is_empty() {
        if !broken {
            reader.report.error_hint(
                name.clone(),
                "the flow names no states",
                "write `draft => sent`",
            );
        }
        return None;
    }

    // Members of groups that no line names are misspelt, or have no way in or out.
    let mut resolved: Vec<(String, Vec<String>)> = Vec::new();
    for (group, members) in &groups {
        if let Some(state) = states.iter().find(|s| normal(s) == group.plain()) {
            reader.report.error_hint(
                group.range(),
                format!("`{state}` is both a state and a group"),
                "give the group another name",
            );
        }
        let mut found = Vec::new();
        for member in members {
            match find(&states, member.as_str()) {
                Some(state) => found.push(state),
                None => unknown_state(reader, *member, &states),
            }
        }
        resolved.push((group.plain(), found));
    }

    let mut moves: Vec<(usize, usize)> = Vec::new();
    let members = |stop: &[Text<'a>], against: &[usize]| -> Vec<usize> {
        let mut found = Vec::new();
        for part in stop {
            if part.plain() == "any" {
                found.extend((0..states.len()).filter(|state| !against.contains(state)));
            } else if is_group(part.as_str()) {
                let group = resolved.iter().find(|(group, _)| *group == part.plain());
                for state in group
                    .map(|(_, members)| members.as_slice())
                    .unwrap_or_default()
                {
                    found.extend(states.iter().position(|s| s == state));
                }
            } else {
                let state = unquoted(part.as_str());
                found.extend(states.iter().position(|s| s.eq_ignore_ascii_case(&state)));
            }
        }
        found
    };
    for line in &lines {
        let mut sets: Vec<Vec<usize>> = Vec::new();
        for stop in &line.stops {
            let previous = sets.last().cloned().unwrap_or_default();
            sets.push(members(stop, &previous));
        }
        // `any -> x` needs x first.
        for (index, stop) in line.stops.iter().enumerate() {
            if stop.iter().any(|part| part.plain() == "any")
                && let Some(next) = sets.get(index + 1).cloned()
            {
                sets[index] = members(stop, &next);
            }
        }
        for (from, _) in line.stops.iter().enumerate() {
            for (to, set) in sets.iter().enumerate().skip(from + 1) {
                let arrows = &line.arrows[from..to.min(line.arrows.len())];
                let direct = to == from + 1;
                if direct || arrows.iter().all(|arrow| *arrow == Arrow::Forward) {
                    for a in &sets[from] {
                        moves.extend(set.iter().filter(|b| *b != a).map(|b| (*a, *b)));
                    }
                }
            }
        }
    }
    moves.sort_unstable();
    moves.dedup();

    let first = match initial {
        None => 0,
        Some(text) => {
            let wanted = unquoted(text.as_str());
            let found = states.iter().position(|s| s.eq_ignore_ascii_case(&wanted));
            if found.is_none() {
                unknown_state(reader, text, &states);
            }
            found.unwrap_or(0)
        }
    };
    check_reachable(reader, &states, &places, &moves, first);
    let transitions = moves
        .iter()
        .map(|(from, to)| (states[*from].clone(), states[*to].clone()))
        .collect();
    let initial = states.get(first)?.clone();
    (!broken).then_some(States {
        states,
        initial,
        transitions,
        groups: resolved,
    })
}

fn read_groups<'a>(reader: &mut Reader<'a>, node: &'a Node) -> Vec<(Text<'a>, Vec<Text<'a>>)> {
    let Value::Map(entries) = &node.value else {
        reader.report.error_hint(
            node.range.clone(),
            "`groups` is a mapping from a group's name to its states",
            "write `open: draft | sent`",
        );
        return Vec::new();
    };
    let mut groups: Vec<(Text<'a>, Vec<Text<'a>>)> = Vec::new();
    for (key, value) in entries {
        let Some(name) = scalar(key) else { continue };
        if groups
            .iter()
            .any(|(other, _)| other.plain() == name.plain())
        {
            reader.report.error_hint(
                name.range(),
                format!("the group `{}` is given twice", name.as_str()),
                "remove one of them",
            );
            continue;
        }
        let members = match &value.value {
            Value::Scalar(scalar) => Text::of(scalar).split(&['|', ',']),
            _ => names_of(&mut reader.report, value, "groups"),
        };
        groups.push((
            name,
            members.into_iter().filter(|m| !m.is_empty()).collect(),
        ));
    }
    groups
}

/// Cuts a line at its arrows and bars.
fn cut(line: Text<'_>) -> Line<'_> {
    let text = line.as_str();
    let mut stops = Vec::new();
    let mut arrows = Vec::new();
    let mut from = 0;
    let bytes = text.as_bytes();
    let mut at = 0;
    while at + 1 < bytes.len() {
        let arrow = match &bytes[at..at + 2] {
            b"->" => Some(Arrow::Exact),
            b"=>" => Some(Arrow::Forward),
            _ => None,
        };
        if let Some(arrow) = arrow {
            stops.push(line.slice(from..at).trim().split(&['|']));
            arrows.push(arrow);
            from = at + 2;
            at += 1;
        }
        at += 1;
    }
    stops.push(line.from(from).trim().split(&['|']));
    Line { stops, arrows }
}

fn find(states: &[String], text: &str) -> Option<String> {
    let wanted = unquoted(text);
    states
        .iter()
        .find(|state| state.eq_ignore_ascii_case(&wanted))
        .cloned()
}

fn unknown_state(reader: &mut Reader<'_>, text: Text<'_>, states: &[String]) {
    let hint = match nearest(text.as_str(), states.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!(
            "the flow's states are {}",
            crate::names::listing(states.iter().map(String::as_str))
        ),
    };
    reader.report.error_hint(
        text.range(),
        format!("the flow has no state `{}`", shortened(text.as_str())),
        hint,
    );
}

/// Every state must be reachable from the first.
fn check_reachable(
    reader: &mut Reader<'_>,
    states: &[String],
    places: &[Range<usize>],
    moves: &[(usize, usize)],
    first: usize,
) {
    let mut reached = vec![false; states.len()];
    let mut open = vec![first];
    while let Some(state) = open.pop() {
        if !std::mem::replace(&mut reached[state], true) {
            open.extend(
                moves
                    .iter()
                    .filter(|(from, _)| *from == state)
                    .map(|(_, to)| *to),
            );
        }
    }
    for (index, state) in states
        .iter()
        .enumerate()
        .filter(|(index, _)| !reached[*index])
    {
        let others = states
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != index)
            .map(|(_, s)| s.as_str());
        let hint = match nearest(state, others) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!(
                "add a move to it, such as `{} -> {state}`, or name the first state with `initial:`",
                states[first]
            ),
        };
        reader.report.error_hint(
            places[index].clone(),
            format!(
                "no move leads from `{}` to the state `{state}`",
                states[first]
            ),
            hint,
        );
    }
}
