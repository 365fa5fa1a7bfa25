ALTER TABLE accounts ADD CONSTRAINT accounts_branch_fkey FOREIGN KEY (branch) REFERENCES branches (id);
