SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '10min';

