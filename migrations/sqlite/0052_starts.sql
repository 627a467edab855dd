-- Grants that were given before their start, and have not ended.
CREATE INDEX grants_to_start ON grants (starts_at) WHERE ended_at IS NULL AND starts_at > created_at;
