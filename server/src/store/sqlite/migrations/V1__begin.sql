-- Integer keys throughout: a random key costs five times the inserts. Texts that repeat in every record
-- (stream, epoch and branch; the keys a record touches) stand once, in `line` and `key`.
CREATE TABLE line (
    id     INTEGER PRIMARY KEY,
    stream TEXT    NOT NULL,
    epoch  INTEGER NOT NULL,
    branch TEXT    NOT NULL,
    UNIQUE (stream, epoch, branch)
);
CREATE TABLE log (
    id          INTEGER PRIMARY KEY,
    line        INTEGER NOT NULL REFERENCES line (id),
    seq         INTEGER NOT NULL,
    hash        BLOB    NOT NULL,
    head        TEXT    NOT NULL,
    body        TEXT,
    received_ms INTEGER NOT NULL,
    UNIQUE (line, seq)
);
CREATE TABLE key (
    id   INTEGER PRIMARY KEY,
    name TEXT    NOT NULL UNIQUE
);
CREATE TABLE log_key (
    key INTEGER NOT NULL REFERENCES key (id),
    log INTEGER NOT NULL REFERENCES log (id),
    PRIMARY KEY (key, log)
) WITHOUT ROWID;
CREATE TABLE document (
    id            INTEGER PRIMARY KEY,
    kind          TEXT    NOT NULL,
    key           TEXT    NOT NULL,
    valid_from_ms INTEGER NOT NULL,
    recorded_ms   INTEGER NOT NULL,
    desk_seq      INTEGER NOT NULL,
    body          TEXT
);
CREATE INDEX document_of ON document (kind, key, id);
CREATE TABLE feed (
    cursor INTEGER PRIMARY KEY AUTOINCREMENT,
    scope  TEXT    NOT NULL,
    kind   TEXT    NOT NULL,
    key    TEXT    NOT NULL,
    body   TEXT
);
CREATE INDEX feed_of ON feed (scope, cursor);
CREATE TABLE view (
    id    INTEGER PRIMARY KEY,
    kind  TEXT    NOT NULL,
    key   TEXT    NOT NULL,
    scope TEXT    NOT NULL,
    at_ms INTEGER NOT NULL,
    body  TEXT    NOT NULL,
    UNIQUE (kind, key)
);
CREATE INDEX view_in_time ON view (kind, at_ms, key);
CREATE TABLE view_field (
    view INTEGER NOT NULL REFERENCES view (id) ON DELETE CASCADE,
    name TEXT    NOT NULL,
    text TEXT,
    int  INTEGER,
    PRIMARY KEY (view, name)
) WITHOUT ROWID;
CREATE INDEX view_field_text ON view_field (name, text, view) WHERE text IS NOT NULL;
CREATE INDEX view_field_int ON view_field (name, int, view) WHERE int IS NOT NULL;
CREATE TABLE cell (
    kind       TEXT NOT NULL,
    key        TEXT NOT NULL,
    body       TEXT NOT NULL,
    expires_ms INTEGER,
    PRIMARY KEY (kind, key)
) WITHOUT ROWID;
CREATE TABLE blob (
    id    INTEGER PRIMARY KEY,
    hash  BLOB    NOT NULL UNIQUE,
    bytes BLOB    NOT NULL
);
CREATE TABLE blob_part (
    hash  BLOB    NOT NULL,
    start INTEGER NOT NULL,
    bytes BLOB    NOT NULL,
    PRIMARY KEY (hash, start)
);
-- AUTOINCREMENT: the number of a mark is never given twice, so that working off an old mark drops no newer one.
CREATE TABLE mark (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    key    TEXT    NOT NULL UNIQUE
);
