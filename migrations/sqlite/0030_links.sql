-- Links that people are sent: each proves that its reader reads a mailbox, works
-- once, and not for long. Found by a hash: whoever reads the table opens nothing.
CREATE TABLE links (
    id         INTEGER PRIMARY KEY,
    public_id  TEXT    NOT NULL UNIQUE,              -- lnk_…
    kind       TEXT    NOT NULL CHECK (kind IN ('sign_up', 'invitation', 'reset', 'email')),
    email      TEXT    NOT NULL,                     -- the mailbox, lower case
    account_id INTEGER REFERENCES accounts (id),     -- whose; of an account to be: null until it is used
    token_hash BLOB    NOT NULL UNIQUE,              -- SHA-256
    language   TEXT    NOT NULL,                     -- of the letter
    created_by INTEGER REFERENCES accounts (id),     -- who invited
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER
) STRICT;

-- A new one takes the place of the one before.
CREATE UNIQUE INDEX links_one_open  ON links (kind, email) WHERE used_at IS NULL AND kind <> 'email';
CREATE UNIQUE INDEX links_one_email ON links (account_id)  WHERE used_at IS NULL AND kind = 'email';
CREATE INDEX links_of_account ON links (account_id) WHERE account_id IS NOT NULL;
CREATE INDEX links_by_expiry  ON links (expires_at);
