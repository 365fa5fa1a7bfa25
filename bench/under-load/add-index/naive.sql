CREATE INDEX accounts_branch_idx ON accounts (branch);
