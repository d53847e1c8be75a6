-- Records of a line that follow one another and touch the same key are one row: the first and the last of them. No two
-- rows of a key and a line overlap.
-- Older servers may still run: what they tie until now is carried over, and they tie no more.
LOCK TABLE log_key;
CREATE TABLE log_run (
    key    text COLLATE "C" NOT NULL,
    stream text COLLATE "C" NOT NULL,
    epoch  bigint           NOT NULL,
    branch text COLLATE "C" NOT NULL,
    first  bigint           NOT NULL,
    last   bigint           NOT NULL
);
INSERT INTO log_run (key, stream, epoch, branch, first, last)
SELECT key, stream, epoch, branch, min(seq), max(seq)
FROM (SELECT key, stream, epoch, branch, seq,
             seq - row_number() OVER (PARTITION BY key, stream, epoch, branch ORDER BY seq) AS run FROM log_key) AS tied
GROUP BY key, stream, epoch, branch, run;
DROP TABLE log_key;
ALTER TABLE log_run RENAME TO log_key;
ALTER TABLE log_key ADD PRIMARY KEY (key, stream, epoch, branch, first);
