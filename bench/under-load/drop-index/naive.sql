DROP INDEX accounts_branch_idx;
