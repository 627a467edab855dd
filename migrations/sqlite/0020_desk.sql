-- What staff write about an account, for other staff. It goes with the account, and
-- its words are not in the audit log, which stays.
CREATE TABLE notes (
    id         INTEGER PRIMARY KEY,
    public_id  TEXT    NOT NULL UNIQUE,              -- not_…
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    text       TEXT    NOT NULL,
    written_by TEXT    NOT NULL,                     -- as in `audit.actor`
    created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX notes_by_account ON notes (account_id, id);
