//! Growing: from what is there, what gains most for its size is added.

use super::{Answer, Search};
use crate::set::Set;

struct Move {
    add: Set,
    /// Gain for a byte, as far as known.
    ratio: f64,
    /// After how many additions that was found out exactly; none when it is but hoped for.
    at: Option<usize>,
}

impl Search<'_, '_> {
    /// An answer within the budget.
    ///
    /// What a move gains hardly grows when others were made. So the one with the most to hope for is looked at
    /// first, and made when no other can hope for more.
    pub(super) fn grow(&mut self) -> Answer {
        let mut at = Answer {
            set: self.problem.there.clone(),
            cost: self.before,
        };
        let single = self.pool.iter().map(|n| Set::from_iter([n]));
        let mut moves: Vec<Move> = single
            .chain(self.together.iter().cloned())
            .map(|add| Move {
                add,
                ratio: f64::INFINITY,
                at: None,
            })
            .collect();
        for one in &mut moves {
            one.ratio = self.hope(&at, &at.set.or(&one.add)) / self.bytes(&one.add, &at.set);
        }
        let mut made = 0;
        while self.go_on() {
            let room = self
                .problem
                .budget
                .saturating_sub(self.problem.size(&at.set));
            moves.retain(|m| {
                let new = m.add.minus(&at.set);
                !new.is_empty() && self.problem.size(&new) <= room && m.ratio > 0.0
            });
            let first = (0..moves.len()).max_by(|a, b| {
                let order = moves[*a].ratio.total_cmp(&moves[*b].ratio);
                order.then_with(|| moves[*b].add.cmp(&moves[*a].add))
            });
            let Some(first) = first else { break };
            if moves[first].at == Some(made) {
                let add = moves.swap_remove(first).add;
                let to = at.set.or(&add);
                let Some(cost) = self.step(&at, &to, f64::INFINITY) else {
                    break;
                };
                at = Answer { set: to, cost };
                made += 1;
                self.offer(&at, "growing");
                continue;
            }
            let to = at.set.or(&moves[first].add);
            let limit = at.cost - self.worth();
            let gain = self
                .step(&at, &to, limit)
                .map_or(0.0, |cost| at.cost - cost);
            let bytes = self.bytes(&moves[first].add, &at.set);
            moves[first].ratio = gain / bytes;
            moves[first].at = Some(made);
        }
        at
    }

    fn bytes(&self, add: &Set, to: &Set) -> f64 {
        self.problem.size(&add.minus(to)).max(8192) as f64
    }
}
