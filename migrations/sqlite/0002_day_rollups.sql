-- Derived from `rollups`: the same sums by day, cut in the account's own zone,
-- so that a quarter of a year costs ninety rows for each key and not thousands.
CREATE TABLE day_rollups (
    account_id INTEGER NOT NULL,
    api_id     INTEGER NOT NULL,
    day        INTEGER NOT NULL,                     -- days since 1970-01-01, of the local date
    project_id INTEGER NOT NULL,
    key_id     INTEGER NOT NULL,
    outcome    INTEGER NOT NULL,
    calls      INTEGER NOT NULL,
    charged    INTEGER NOT NULL,
    tokens     INTEGER NOT NULL,
    PRIMARY KEY (account_id, api_id, day, project_id, key_id, outcome)
) STRICT, WITHOUT ROWID;

-- The release of the tz database that the days were cut with. With another one,
-- or none, they are cut anew when the database is opened.
CREATE TABLE day_rules (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    release TEXT    NOT NULL
) STRICT;
