-- What a session's owner sees of it. Null before the sign-in.
ALTER TABLE sessions ADD COLUMN created_at INTEGER;
ALTER TABLE sessions ADD COLUMN seen_at    INTEGER;  -- to five minutes
ALTER TABLE sessions ADD COLUMN device     TEXT;     -- 'Firefox, Windows': browser and system, no more

CREATE INDEX sessions_of_strangers ON sessions (expires_at) WHERE account_id IS NULL;

-- Percents used at which a notice is raised: a JSON array, ascending.
ALTER TABLE accounts ADD COLUMN thresholds TEXT NOT NULL DEFAULT '[80,100]';
-- A deleted account keeps its row for the ledger's totals, without name and e-mail.
ALTER TABLE accounts ADD COLUMN closed_at INTEGER;

-- A row for each crossing of a threshold. It is lifted when the account is below
-- the threshold again, because calls were granted: then it can be crossed anew.
CREATE TABLE notices (
    id           INTEGER PRIMARY KEY,
    account_id   INTEGER NOT NULL REFERENCES accounts (id),
    api_id       INTEGER NOT NULL REFERENCES apis (id),
    percent      INTEGER NOT NULL CHECK (percent BETWEEN 1 AND 100),
    charged      INTEGER NOT NULL,                   -- at the crossing
    granted      INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    lifted_at    INTEGER,
    dismissed_at INTEGER
) STRICT;

CREATE UNIQUE INDEX notices_one_crossing ON notices (account_id, api_id, percent) WHERE lifted_at IS NULL;
CREATE INDEX notices_by_account ON notices (account_id, id);

-- Codes that give calls to whoever redeems them. Stored as hashes: whoever reads
-- the table redeems nothing.
CREATE TABLE codes (
    id         INTEGER PRIMARY KEY,
    public_id  TEXT    NOT NULL UNIQUE,              -- cod_…
    code_hash  BLOB    NOT NULL UNIQUE,              -- SHA-256 of the code without dashes
    hint       TEXT    NOT NULL,                     -- its last four characters
    api_id     INTEGER REFERENCES apis (id),         -- null: the redeemer chooses
    calls      INTEGER NOT NULL CHECK (calls > 0),
    uses       INTEGER NOT NULL CHECK (uses > 0),    -- accounts that may redeem it
    used       INTEGER NOT NULL DEFAULT 0 CHECK (used BETWEEN 0 AND uses),
    expires_at INTEGER,
    revoked_at INTEGER,
    created_by INTEGER REFERENCES accounts (id),     -- null: the command line
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE redemptions (
    code_id    INTEGER NOT NULL REFERENCES codes (id),
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    grant_id   INTEGER NOT NULL REFERENCES grants (id),
    at         INTEGER NOT NULL,
    PRIMARY KEY (code_id, account_id)
) STRICT, WITHOUT ROWID;
