-- Grants that come again: calls for each day, week or month of the account's
-- zone. Each period is a row of `grants`; what rolls over is another.
CREATE TABLE recurrences (
    id         INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    api_id     INTEGER NOT NULL REFERENCES apis (id),
    calls      INTEGER NOT NULL CHECK (calls > 0),   -- of each period
    period     TEXT    NOT NULL CHECK (period IN ('day', 'week', 'month')),
    roll_over  INTEGER NOT NULL CHECK (roll_over >= 0), -- calls that roll over at most
    priority   INTEGER NOT NULL,
    next_at    INTEGER,                              -- end of the current period; null: it is over
    ends_at    INTEGER,                              -- from when on it does not come again
    reason     TEXT    NOT NULL,
    given_by   INTEGER REFERENCES accounts (id),
    created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX recurrences_of_account ON recurrences (account_id, next_at) WHERE next_at IS NOT NULL;
CREATE INDEX recurrences_due        ON recurrences (next_at)             WHERE next_at IS NOT NULL;

ALTER TABLE grants ADD COLUMN recurrence_id INTEGER REFERENCES recurrences (id);
ALTER TABLE grants ADD COLUMN rolled_over   INTEGER NOT NULL DEFAULT 0 CHECK (rolled_over IN (0, 1));
-- From here on no call burns it, but for those that were in flight.
ALTER TABLE grants ADD COLUMN ended_at      INTEGER;
ALTER TABLE grants ADD COLUMN ended_by      TEXT CHECK (ended_by IN ('expired', 'revoked'));
-- Calls that were in flight at its end, and of which no entry says yet what became.
ALTER TABLE grants ADD COLUMN loose         INTEGER NOT NULL DEFAULT 0 CHECK (loose >= 0);
-- When its owner is next told that it will lapse.
ALTER TABLE grants ADD COLUMN tell_at       INTEGER;

CREATE INDEX grants_alive         ON grants (account_id)    WHERE ended_at IS NULL;
CREATE INDEX grants_due           ON grants (expires_at)    WHERE ended_at IS NULL AND expires_at IS NOT NULL;
CREATE INDEX grants_of_recurrence ON grants (recurrence_id) WHERE ended_at IS NULL AND recurrence_id IS NOT NULL;
CREATE INDEX grants_to_tell       ON grants (tell_at)       WHERE tell_at IS NOT NULL;
CREATE INDEX grants_loose         ON grants (id)            WHERE loose > 0;

-- The ledger of grants: append-only. What was given, less what was taken back, is
-- what calls burnt or still may burn. A call that burns is a row of `usage`.
CREATE TABLE grant_entries (
    id       INTEGER PRIMARY KEY,
    grant_id INTEGER NOT NULL REFERENCES grants (id),
    kind     TEXT    NOT NULL CHECK (kind IN ('given', 'changed', 'expired', 'revoked', 'rolled_over')),
    calls    INTEGER NOT NULL,                       -- of 'changed': more, or fewer
    at       INTEGER NOT NULL                        -- when it was due, whenever it was written
) STRICT;

CREATE INDEX grant_entries_by_grant ON grant_entries (grant_id);
CREATE INDEX grant_entries_ended    ON grant_entries (at) WHERE kind IN ('expired', 'rolled_over');

INSERT INTO grant_entries (grant_id, kind, calls, at)
SELECT id, 'given', calls, created_at FROM grants ORDER BY id;

-- No way to give calls can forget its entry.
CREATE TRIGGER grants_given AFTER INSERT ON grants BEGIN
    INSERT INTO grant_entries (grant_id, kind, calls, at)
    VALUES (NEW.id, 'given', NEW.calls, NEW.created_at);
END;

-- What an account is told beside its thresholds: that a grant will lapse, and
-- that it calls faster than advised.
CREATE TABLE alerts (
    id           INTEGER PRIMARY KEY,
    account_id   INTEGER NOT NULL REFERENCES accounts (id),
    kind         TEXT    NOT NULL CHECK (kind IN ('lapse', 'pace')),
    grant_id     INTEGER REFERENCES grants (id),     -- that will lapse
    ahead        INTEGER,                            -- so long before it does
    at           INTEGER NOT NULL,                   -- when it was due
    dismissed_at INTEGER,
    CHECK ((kind = 'lapse') = (grant_id IS NOT NULL))
) STRICT;

CREATE UNIQUE INDEX alerts_one_lapse ON alerts (grant_id, ahead) WHERE kind = 'lapse';
CREATE INDEX alerts_by_account ON alerts (account_id, kind, at);
