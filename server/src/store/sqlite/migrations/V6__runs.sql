-- Records that follow one another and touch the same key are one row: the first and the last of them. No two rows of a
-- key overlap.
CREATE TABLE log_run (
    key   INTEGER NOT NULL REFERENCES key (id),
    first INTEGER NOT NULL REFERENCES log (id),
    last  INTEGER NOT NULL REFERENCES log (id),
    PRIMARY KEY (key, first)
) WITHOUT ROWID;
INSERT INTO log_run (key, first, last)
SELECT key, min(log), max(log)
FROM (SELECT key, log, log - row_number() OVER (PARTITION BY key ORDER BY log) AS run FROM log_key)
GROUP BY key, run;
DROP TABLE log_key;
ALTER TABLE log_run RENAME TO log_key;
