-- The second step of a sign-in: codes of an app (RFC 6238). The secret is stored as
-- it is, because the server has to compute with it: whoever can read this file can
-- make codes, but still needs the password, of which there is only a hash.
CREATE TABLE second_factors (
    account_id   INTEGER PRIMARY KEY REFERENCES accounts (id),
    secret       BLOB    NOT NULL,
    created_at   INTEGER NOT NULL,
    confirmed_at INTEGER,                            -- null: shown, but no code was typed yet
    last_step    INTEGER NOT NULL DEFAULT 0          -- of the last code that was used: none works twice
) STRICT;

-- For who has lost the app: each works once.
CREATE TABLE recovery_codes (
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    code_hash  BLOB    NOT NULL,                     -- SHA-256; a code is 80 bits of chance
    used_at    INTEGER,
    PRIMARY KEY (account_id, code_hash)
) STRICT, WITHOUT ROWID;
