-- Tokens of services that call the metering API. Stored as hashes: whoever reads
-- the table can record nothing.
CREATE TABLE service_tokens (
    id           INTEGER PRIMARY KEY,
    public_id    TEXT    NOT NULL UNIQUE,            -- svt_…
    name         TEXT    NOT NULL,
    token_hash   BLOB    NOT NULL UNIQUE,            -- SHA-256
    hint         TEXT    NOT NULL,                   -- its last four characters
    scopes       TEXT    NOT NULL,                   -- names of domain::service_tokens, parted by spaces
    account_id   INTEGER REFERENCES accounts (id),   -- null: calls of any account
    expires_at   INTEGER,
    revoked_at   INTEGER,
    last_used_at INTEGER,                            -- to five minutes
    created_by   INTEGER REFERENCES accounts (id),   -- null: the command line
    created_at   INTEGER NOT NULL
) STRICT;

-- Calls that a service holds until it says how they ended: rows, because they
-- outlive a request and a restart. Whoever changes the row first decides: the
-- settlement deletes it in the transaction of its ledger row, the time limit
-- marks it as lapsed. A lapsed one is kept for a while, for a settlement that
-- comes late.
CREATE TABLE reservations (
    public_id  TEXT    NOT NULL PRIMARY KEY,         -- rsv_…
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    project_id INTEGER NOT NULL REFERENCES projects (id),
    key_id     INTEGER NOT NULL REFERENCES api_keys (id),
    api_id     INTEGER NOT NULL REFERENCES apis (id),
    grant_id   INTEGER NOT NULL REFERENCES grants (id), -- burns if the call succeeds
    tokens     INTEGER NOT NULL,                     -- of the input, as announced
    end_user   TEXT,
    made_at    INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    lapsed_at  INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX reservations_lapsed ON reservations (lapsed_at) WHERE lapsed_at IS NOT NULL;
