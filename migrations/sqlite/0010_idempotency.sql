-- What was done under a key that its client chose, so that a retry is free: an
-- Idempotency-Key of the gateway, an event's id, a reservation that was settled.
-- Written in the transaction of the ledger row. Such keys are random: those of a
-- day lie together, so that the index that grows stays small, and a day that is
-- over goes as a whole.
CREATE TABLE idempotency (
    day         INTEGER NOT NULL,                    -- days since 1970-01-01 UTC
    account_id  INTEGER NOT NULL,                    -- 0: a reservation's, whose id is unique by itself
    key_hash    BLOB    NOT NULL,                    -- 16 bytes of domain::idempotency
    fingerprint INTEGER NOT NULL,                    -- of what was asked under the key
    request_id  TEXT    NOT NULL,                    -- the call that was made
    status      INTEGER,                             -- of the answer; null: nothing of it is kept
    body        TEXT,                                -- null: too long to keep
    PRIMARY KEY (day, account_id, key_hash)
) STRICT, WITHOUT ROWID;
