-- Who an account is at a provider of OpenID Connect: whoever the provider says is
-- that subject signs in to the account. Of each provider an account has one.
CREATE TABLE openid_identities (
    issuer     TEXT    NOT NULL,                     -- as the provider writes itself
    subject    TEXT    NOT NULL,                     -- the provider's own name for a person
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    linked_at  INTEGER NOT NULL,
    PRIMARY KEY (issuer, subject)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX openid_identities_one ON openid_identities (account_id, issuer);
