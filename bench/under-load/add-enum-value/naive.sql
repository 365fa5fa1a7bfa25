ALTER TYPE kind ADD VALUE 'deposit' BEFORE 'current';
