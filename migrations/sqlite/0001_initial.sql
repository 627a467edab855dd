-- Times are milliseconds since 1970-01-01 UTC. Public ids (acc_…, prj_…, key_…,
-- grt_…, req_…, qrq_…) are random behind a time-ordered head, so their indexes
-- grow at one end.

CREATE TABLE accounts (
    id             INTEGER PRIMARY KEY,
    public_id      TEXT    NOT NULL UNIQUE,
    email          TEXT    NOT NULL UNIQUE,          -- lower case
    name           TEXT    NOT NULL,
    password_hash  TEXT    NOT NULL,                 -- argon2id, PHC string
    role           TEXT    NOT NULL CHECK (role IN ('developer', 'support', 'owner')),
    reference_code TEXT    NOT NULL UNIQUE,          -- names the account to support, reveals nothing
    time_zone      TEXT    NOT NULL,                 -- IANA name; days are cut in it
    created_at     INTEGER NOT NULL,
    disabled_at    INTEGER
) STRICT;

-- A session is found by the hash of its cookie: a stolen table opens no door.
CREATE TABLE sessions (
    id_hash    BLOB    PRIMARY KEY,
    account_id INTEGER REFERENCES accounts (id) ON DELETE CASCADE,
    data       TEXT    NOT NULL,                     -- JSON
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_by_account ON sessions (account_id) WHERE account_id IS NOT NULL;
CREATE INDEX sessions_by_expiry  ON sessions (expires_at);

CREATE TABLE projects (
    id          INTEGER PRIMARY KEY,
    public_id   TEXT    NOT NULL UNIQUE,
    account_id  INTEGER NOT NULL REFERENCES accounts (id),
    name        TEXT    NOT NULL,
    description TEXT    NOT NULL DEFAULT '',
    created_at  INTEGER NOT NULL,
    deleted_at  INTEGER
) STRICT;

CREATE INDEX projects_by_account ON projects (account_id);
CREATE UNIQUE INDEX projects_one_name ON projects (account_id, name) WHERE deleted_at IS NULL;

CREATE TABLE api_keys (
    id           INTEGER PRIMARY KEY,
    public_id    TEXT    NOT NULL UNIQUE,
    account_id   INTEGER NOT NULL REFERENCES accounts (id),
    project_id   INTEGER NOT NULL REFERENCES projects (id),
    name         TEXT    NOT NULL,
    secret_hash  BLOB    NOT NULL UNIQUE,            -- SHA-256; the key itself is stored nowhere
    hint         TEXT    NOT NULL,                   -- last four characters, for people
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER,
    disabled_at  INTEGER,
    deleted_at   INTEGER
) STRICT;

CREATE INDEX api_keys_by_account ON api_keys (account_id);

-- The catalogue as the last start had it: gives each API a number that history keeps.
CREATE TABLE apis (
    id         INTEGER PRIMARY KEY,
    name       TEXT    NOT NULL UNIQUE,
    free_calls INTEGER NOT NULL CHECK (free_calls >= 0)
) STRICT;

-- What was given. The free quota is the first grant of each account and API.
CREATE TABLE grants (
    id         INTEGER PRIMARY KEY,
    public_id  TEXT    NOT NULL UNIQUE,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    api_id     INTEGER NOT NULL REFERENCES apis (id),
    kind       TEXT    NOT NULL CHECK (kind IN ('free', 'extra')),
    calls      INTEGER NOT NULL CHECK (calls >= 0),
    priority   INTEGER NOT NULL DEFAULT 0,           -- lower burns first
    starts_at  INTEGER,
    expires_at INTEGER,
    reason     TEXT    NOT NULL DEFAULT '',
    given_by   INTEGER REFERENCES accounts (id),     -- null: the system or the command line
    created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX grants_by_account ON grants (account_id, api_id);
CREATE UNIQUE INDEX grants_one_free ON grants (account_id, api_id) WHERE kind = 'free';

-- The ledger of consumption and the log of requests in one: a row for each call,
-- written once and never changed.
CREATE TABLE usage (
    id         INTEGER PRIMARY KEY,
    request_id TEXT    NOT NULL UNIQUE,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    project_id INTEGER NOT NULL REFERENCES projects (id),
    key_id     INTEGER NOT NULL REFERENCES api_keys (id),
    api_id     INTEGER NOT NULL REFERENCES apis (id),
    at         INTEGER NOT NULL,                     -- when the call arrived
    outcome    INTEGER NOT NULL,                     -- domain::usage::Outcome
    code       INTEGER NOT NULL,                     -- of the envelope; 0 is success
    charge     INTEGER NOT NULL CHECK (charge IN (0, 1)),
    grant_id   INTEGER REFERENCES grants (id),       -- the grant that a charge burnt
    tokens     INTEGER NOT NULL,                     -- of the metered input
    latency_ms INTEGER NOT NULL,
    end_user   TEXT,                                 -- user_id of the body
    CHECK ((charge = 1) = (grant_id IS NOT NULL))
) STRICT;

CREATE INDEX usage_by_account ON usage (account_id, id);

-- Derived from `usage`. A quarter of an hour divides every offset of the tz
-- database, so a day of any zone is a whole number of these.
CREATE TABLE rollups (
    account_id INTEGER NOT NULL,
    api_id     INTEGER NOT NULL,
    quarter    INTEGER NOT NULL,                     -- at / 900000
    project_id INTEGER NOT NULL,
    key_id     INTEGER NOT NULL,
    outcome    INTEGER NOT NULL,
    calls      INTEGER NOT NULL,
    charged    INTEGER NOT NULL,
    tokens     INTEGER NOT NULL,
    PRIMARY KEY (account_id, api_id, quarter, project_id, key_id, outcome)
) STRICT, WITHOUT ROWID;

-- Derived from `usage`: what is burnt of each grant.
CREATE TABLE balances (
    grant_id INTEGER PRIMARY KEY REFERENCES grants (id),
    burnt    INTEGER NOT NULL CHECK (burnt >= 0)
) STRICT;

-- Derived from `usage`: what each key did since it was made.
CREATE TABLE key_totals (
    key_id       INTEGER PRIMARY KEY REFERENCES api_keys (id),
    calls        INTEGER NOT NULL,
    charged      INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL                    -- latest `at`
) STRICT;

CREATE TABLE quota_requests (
    id          INTEGER PRIMARY KEY,
    public_id   TEXT    NOT NULL UNIQUE,
    account_id  INTEGER NOT NULL REFERENCES accounts (id),
    api_id      INTEGER NOT NULL REFERENCES apis (id),
    calls       INTEGER NOT NULL CHECK (calls > 0),
    reason      TEXT    NOT NULL,
    state       TEXT    NOT NULL CHECK (state IN ('open', 'approved', 'rejected', 'withdrawn')),
    grant_id    INTEGER REFERENCES grants (id),
    answer      TEXT,
    answered_by INTEGER REFERENCES accounts (id),
    created_at  INTEGER NOT NULL,
    answered_at INTEGER
) STRICT;

CREATE UNIQUE INDEX quota_requests_one_open ON quota_requests (account_id, api_id) WHERE state = 'open';
CREATE INDEX quota_requests_by_account ON quota_requests (account_id, id);
CREATE INDEX quota_requests_by_state   ON quota_requests (state, id);

-- Every change that a person or a command made.
CREATE TABLE audit (
    id         INTEGER PRIMARY KEY,
    at         INTEGER NOT NULL,
    actor_id   INTEGER REFERENCES accounts (id),     -- null with `actor` for what is not an account
    actor      TEXT    NOT NULL,                     -- e-mail, 'command line' or 'system'
    action     TEXT    NOT NULL,                     -- 'grant.created'
    subject    TEXT    NOT NULL,                     -- public id
    account_id INTEGER REFERENCES accounts (id),     -- whom it concerns
    before     TEXT,                                 -- JSON
    after      TEXT                                  -- JSON
) STRICT;

CREATE INDEX audit_by_account ON audit (account_id, id);
