-- What calls did and what became of grants is only ever added to: whatever would edit
-- or remove a row of it, by a mistake of ours or by hand, fails. A migration that must
-- fill a column drops the trigger and makes it again.
CREATE TRIGGER usage_kept BEFORE DELETE ON usage
BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER usage_unchanged BEFORE UPDATE ON usage
BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER grant_entries_kept BEFORE DELETE ON grant_entries
BEGIN SELECT raise(ABORT, 'the ledger of grants is append-only'); END;
CREATE TRIGGER grant_entries_unchanged BEFORE UPDATE ON grant_entries
BEGIN SELECT raise(ABORT, 'the ledger of grants is append-only'); END;
