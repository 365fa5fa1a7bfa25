-- The journal of a plan being applied: unit 0 is the run as a whole. It goes when the plan is through.
CREATE TABLE pgwright.journal (
    fingerprint text NOT NULL,
    direction text NOT NULL,
    unit integer NOT NULL,
    what text NOT NULL,
    state text NOT NULL CHECK (state IN ('started', 'failed', 'done')),
    row_count bigint NOT NULL DEFAULT 0,
    started timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished timestamptz,
    error text,
    PRIMARY KEY (fingerprint, direction, unit)
);
COMMENT ON TABLE pgwright.journal IS
    'What pgwright apply has done of a plan, so that it can go on after a crash.';
