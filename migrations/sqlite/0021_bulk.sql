-- Grants to a list of accounts: kept when the list was uploaded, shown, and given
-- when somebody confirms it. Each line is given once, whoever confirms how often.
CREATE TABLE bulk_grants (
    id           INTEGER PRIMARY KEY,
    public_id    TEXT    NOT NULL UNIQUE,              -- blk_…
    content_hash BLOB    NOT NULL,                     -- SHA-256 of the file: the same one is known again
    created_by   INTEGER REFERENCES accounts (id),     -- null: a command or a program
    created_at   INTEGER NOT NULL,
    confirmed_at INTEGER
) STRICT;

CREATE INDEX bulk_grants_by_hash ON bulk_grants (content_hash);

CREATE TABLE bulk_lines (
    bulk_id    INTEGER NOT NULL REFERENCES bulk_grants (id) ON DELETE CASCADE,
    line       INTEGER NOT NULL,                       -- of the file, from 1; the head is 1
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    api_id     INTEGER NOT NULL REFERENCES apis (id),
    calls      INTEGER NOT NULL CHECK (calls > 0),
    reason     TEXT    NOT NULL,
    grant_id   INTEGER REFERENCES grants (id),         -- null: not given yet
    PRIMARY KEY (bulk_id, line)
) STRICT, WITHOUT ROWID;

CREATE INDEX bulk_lines_open ON bulk_lines (bulk_id, line) WHERE grant_id IS NULL;
