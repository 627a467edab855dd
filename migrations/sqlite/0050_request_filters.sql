-- Two indexes for the request log under a filter, so that what is rare is found
-- without a walk past everything else. Calls that failed are few, so the first
-- costs the others nothing. The second is as narrow as it can be: a row's id ends
-- every index, and so orders the calls of one millisecond.
CREATE INDEX usage_failed ON usage (account_id, at, id, api_id, project_id, key_id, outcome, code)
    WHERE outcome <> 0;
CREATE INDEX usage_by_key ON usage (account_id, key_id, at);
