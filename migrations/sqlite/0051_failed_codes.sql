-- One more index for the request log, of calls that failed with a code: a code that
-- is rare, or never was, is found without a walk along all that failed. Calls that
-- succeed do not pay for it.
CREATE INDEX usage_failed_code ON usage (account_id, code, at, id, api_id, project_id, key_id, outcome)
    WHERE outcome <> 0;
