-- A rotated key keeps one old secret: it works until `previous_until`, and is
-- known after that, so that whoever still uses it is told why it stopped.
ALTER TABLE api_keys ADD COLUMN previous_hash  BLOB;
ALTER TABLE api_keys ADD COLUMN previous_hint  TEXT;
ALTER TABLE api_keys ADD COLUMN previous_until INTEGER;

CREATE UNIQUE INDEX api_keys_by_previous ON api_keys (previous_hash) WHERE previous_hash IS NOT NULL;
CREATE INDEX api_keys_by_project ON api_keys (project_id);

-- A cap of a key or of a project on one API: a second gate below the account's
-- quota. What is used of it is summed from `rollups`, so it has no balance to drift.
CREATE TABLE caps (
    id         INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    project_id INTEGER REFERENCES projects (id),     -- either this
    key_id     INTEGER REFERENCES api_keys (id),     -- or this
    api_id     INTEGER NOT NULL REFERENCES apis (id),
    calls      INTEGER NOT NULL CHECK (calls >= 0),
    period     TEXT    NOT NULL CHECK (period IN ('total', 'day', 'week', 'month')),
    CHECK ((project_id IS NULL) <> (key_id IS NULL))
) STRICT;

CREATE INDEX caps_by_account ON caps (account_id);
CREATE UNIQUE INDEX caps_one_of_key     ON caps (key_id, api_id)     WHERE key_id IS NOT NULL;
CREATE UNIQUE INDEX caps_one_of_project ON caps (project_id, api_id) WHERE project_id IS NOT NULL;

-- The one-time token of the form that made a change: a form that is sent twice
-- makes one thing, also across a restart.
ALTER TABLE audit ADD COLUMN form_token TEXT;

CREATE UNIQUE INDEX audit_one_form ON audit (account_id, form_token) WHERE form_token IS NOT NULL;
