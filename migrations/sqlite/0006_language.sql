-- The language that the account's owner chose: a tag of `domain::language`.
-- Null: the browser decides.
ALTER TABLE accounts ADD COLUMN language TEXT;
