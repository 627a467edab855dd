-- Where programs of an account are told of what happens. The secret is stored as it
-- is, because the server has to sign with it: whoever can read this file can sign too.
CREATE TABLE webhooks (
    id            INTEGER PRIMARY KEY,
    public_id     TEXT    NOT NULL UNIQUE,           -- whk_…
    account_id    INTEGER NOT NULL REFERENCES accounts (id),
    url           TEXT    NOT NULL,
    secret        BLOB    NOT NULL,
    old_secret    BLOB,                              -- of before the last rotation: signs too,
    old_until     INTEGER,                           -- until then
    created_at    INTEGER NOT NULL,
    disabled_at   INTEGER,
    disabled_by   TEXT CHECK (disabled_by IN ('account', 'failing', 'gone')),
    failing_since INTEGER,                           -- the first failure after the last success
    CHECK ((disabled_at IS NULL) = (disabled_by IS NULL)),
    CHECK ((old_secret IS NULL) = (old_until IS NULL)),
    UNIQUE (account_id, url)
) STRICT;

-- A row for each event and each place that is to be told of it, written in the
-- transaction of what it tells of: no crash loses or doubles it.
CREATE TABLE deliveries (
    id           INTEGER PRIMARY KEY,
    account_id   INTEGER NOT NULL REFERENCES accounts (id),
    webhook_id   INTEGER REFERENCES webhooks (id),   -- null: to the account's mailbox
    event_id     TEXT    NOT NULL,                   -- evt_…
    kind         TEXT    NOT NULL,                   -- 'quota.threshold'
    body         TEXT    NOT NULL,                   -- JSON, the same at each try
    created_at   INTEGER NOT NULL,
    tries        INTEGER NOT NULL DEFAULT 0,
    next_at      INTEGER,                            -- the next try; null: there is none
    last_at      INTEGER,                            -- the last try, and what came of it:
    last_status  INTEGER,                            -- an HTTP status,
    last_fault   TEXT,                               -- or why there was none
    delivered_at INTEGER
) STRICT;

CREATE UNIQUE INDEX deliveries_once ON deliveries (event_id, account_id, coalesce(webhook_id, 0));
CREATE INDEX deliveries_due        ON deliveries (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX deliveries_of_webhook ON deliveries (webhook_id, id);
CREATE INDEX deliveries_of_account ON deliveries (account_id);
CREATE INDEX deliveries_by_age     ON deliveries (created_at);

-- Whether thresholds are told by e-mail too.
ALTER TABLE accounts ADD COLUMN mail_notices INTEGER NOT NULL DEFAULT 0 CHECK (mail_notices IN (0, 1));
