-- Codes are made in batches: what they are good for is said once, of the batch. A code
-- that was made alone is a batch of one. It counts no uses but its own, and ends with
-- its batch.
CREATE TABLE code_batches (
    id         INTEGER PRIMARY KEY,
    public_id  TEXT    NOT NULL UNIQUE,              -- cob_…
    label      TEXT,                                 -- what staff call it
    count      INTEGER NOT NULL CHECK (count > 0),   -- codes of it
    api_id     INTEGER REFERENCES apis (id),         -- null: the redeemer chooses
    calls      INTEGER NOT NULL CHECK (calls > 0),   -- that each redemption gives
    uses       INTEGER NOT NULL CHECK (uses > 0),    -- accounts that may redeem each code
    expires_at INTEGER,
    revoked_at INTEGER,
    created_by INTEGER REFERENCES accounts (id),     -- null: a command or a program
    created_at INTEGER NOT NULL
) STRICT;

INSERT INTO code_batches (id, public_id, count, api_id, calls, uses, expires_at, revoked_at,
                          created_by, created_at)
SELECT id, 'cob_' || substr(public_id, 5), 1, api_id, calls, uses, expires_at, revoked_at,
       created_by, created_at
FROM codes;

CREATE TABLE codes_of_batches (
    id         INTEGER PRIMARY KEY,
    batch_id   INTEGER NOT NULL REFERENCES code_batches (id),
    public_id  TEXT    NOT NULL UNIQUE,              -- cod_…
    code_hash  BLOB    NOT NULL UNIQUE,              -- SHA-256 of the code without dashes
    hint       TEXT    NOT NULL,                     -- its last four characters
    used       INTEGER NOT NULL DEFAULT 0 CHECK (used >= 0),
    revoked_at INTEGER                               -- it alone
) STRICT;

INSERT INTO codes_of_batches (id, batch_id, public_id, code_hash, hint, used, revoked_at)
SELECT id, id, public_id, code_hash, hint, used, revoked_at FROM codes;

CREATE TABLE redemptions_of_codes (
    code_id    INTEGER NOT NULL REFERENCES codes_of_batches (id),
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    grant_id   INTEGER NOT NULL REFERENCES grants (id),
    at         INTEGER NOT NULL,
    PRIMARY KEY (code_id, account_id)
) STRICT, WITHOUT ROWID;

INSERT INTO redemptions_of_codes SELECT code_id, account_id, grant_id, at FROM redemptions;

DROP TABLE redemptions;
DROP TABLE codes;
ALTER TABLE codes_of_batches RENAME TO codes;
ALTER TABLE redemptions_of_codes RENAME TO redemptions;

CREATE INDEX codes_by_batch ON codes (batch_id);
-- What happened to the codes of a batch costs what happened, not what was made.
CREATE INDEX codes_touched ON codes (batch_id, used, revoked_at)
    WHERE used > 0 OR revoked_at IS NOT NULL;

-- A form that concerns no account is done once for whoever sent it.
CREATE UNIQUE INDEX audit_one_form_of_actor ON audit (actor_id, form_token)
    WHERE form_token IS NOT NULL AND account_id IS NULL;

-- Nor twice for a program or a command: its token says who sent it.
CREATE UNIQUE INDEX audit_one_form_of_no_account ON audit (form_token)
    WHERE form_token IS NOT NULL AND account_id IS NULL AND actor_id IS NULL;
