-- Marks a unit. Rows of batches add up; the first start is kept.
INSERT INTO pgwright.journal AS j (fingerprint, direction, unit, what, state, row_count, finished, error)
VALUES ($1, $2, $3, $4, $5, $6, CASE WHEN $5 = 'done' THEN clock_timestamp() END, $7)
ON CONFLICT (fingerprint, direction, unit) DO UPDATE
SET state = excluded.state,
    row_count = j.row_count + excluded.row_count,
    finished = excluded.finished,
    error = excluded.error
