//! Constraints that are validated under the lock that added them.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-VALIDATE-SAME-TX",
    title: "Constraints that are validated in the transaction that added them",
    rationale: "The strong lock of ADD CONSTRAINT is kept to the end of the transaction: VALIDATE CONSTRAINT in the same one reads the table while others wait, which NOT VALID was to avoid.",
    severity: Error,
    evidence: &[Evidence::Text],
    consequence: 55,
    bad: &[
        "BEGIN; ALTER TABLE o ADD CONSTRAINT f FOREIGN KEY (u) REFERENCES users (id) NOT VALID; ALTER TABLE o VALIDATE CONSTRAINT f; COMMIT;",
    ],
    good: &[
        "ALTER TABLE o ADD CONSTRAINT f FOREIGN KEY (u) REFERENCES users (id) NOT VALID; ALTER TABLE o VALIDATE CONSTRAINT f;",
    ],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    let own: Vec<(QualifiedName, String)> = context.after().not_valid;
    for (target, command) in context.altered() {
        if let Command::ValidateConstraint(name) = command {
            let key = (target.name.clone(), name.clone());
            if context.state.not_valid.contains(&key) || own.contains(&key) {
                report.add(
                    target.constraint(name),
                    "is validated under the lock that added it",
                );
            }
        }
    }
}
