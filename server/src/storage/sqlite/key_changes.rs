//! Changes to one key, inside the transaction of whoever makes them.

use crate::domain::keys::{KeyEdit, KeyHash, Rotation};
use crate::domain::store::{KeyChange, Stored};
use crate::domain::{AccountId, Millis, StoreError};
use sqlx::SqliteConnection;

const SECRETS: &str = "
    SELECT id, secret_hash, previous_hash FROM api_keys
    WHERE account_id = $1 AND public_id = $2 AND deleted_at IS NULL";

const SET_DISABLED: &str = "UPDATE api_keys SET disabled_at = $2 WHERE id = $1";

const EDIT: &str = "
    UPDATE api_keys SET name = $4, expires_at = $5
    WHERE id = $1 AND name = $2 AND expires_at IS $3";

const ROTATE: &str = "
    UPDATE api_keys
    SET previous_hash = secret_hash, previous_hint = hint, previous_until = $3,
        secret_hash = $4, hint = $5
    WHERE id = $1 AND hint = $2";

const STOP_PREVIOUS: &str = "
    UPDATE api_keys SET previous_until = min(previous_until, $2)
    WHERE id = $1 AND previous_until IS NOT NULL";

const DELETE: &str = "UPDATE api_keys SET deleted_at = $2 WHERE id = $1";

/// Answers the hashes of the key's secrets before the change; nothing if there
/// is no such key, or it is not as the change expects it.
pub(super) async fn make(
    tx: &mut SqliteConnection,
    account: AccountId,
    public_id: &str,
    what: KeyChange,
) -> Stored<Option<Vec<KeyHash>>> {
    let row: Option<(i64, Vec<u8>, Option<Vec<u8>>)> = sqlx::query_as(SECRETS)
        .bind(account.0)
        .bind(public_id)
        .fetch_optional(&mut *tx)
        .await?;
    let Some((id, secret, previous)) = row else {
        return Ok(None);
    };
    let changed = match what {
        KeyChange::Enable => at(tx, SET_DISABLED, id, None).await?,
        KeyChange::Disable(now) => at(tx, SET_DISABLED, id, Some(now)).await?,
        KeyChange::Edit { was, edit } => self::edit(tx, id, &was, &edit).await?,
        KeyChange::Rotate { was, rotation } => rotate(tx, id, &was, &rotation).await?,
        KeyChange::StopPrevious(now) => at(tx, STOP_PREVIOUS, id, Some(now)).await?,
        KeyChange::Delete(now) => at(tx, DELETE, id, Some(now)).await?,
    };
    if !changed {
        return Ok(None);
    }
    std::iter::once(secret)
        .chain(previous)
        .map(hash)
        .collect::<Stored<Vec<_>>>()
        .map(Some)
}

pub(super) fn hash(bytes: Vec<u8>) -> Stored<KeyHash> {
    bytes
        .try_into()
        .map(KeyHash)
        .map_err(|_| StoreError::Broken("the hash of a key is not 32 bytes long".into()))
}

async fn at(
    tx: &mut SqliteConnection,
    statement: &'static str,
    id: i64,
    now: Option<Millis>,
) -> Stored<bool> {
    let done = sqlx::query(statement)
        .bind(id)
        .bind(now)
        .execute(tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

async fn edit(tx: &mut SqliteConnection, id: i64, was: &KeyEdit, edit: &KeyEdit) -> Stored<bool> {
    let done = sqlx::query(EDIT)
        .bind(id)
        .bind(&was.name)
        .bind(was.expires_at)
        .bind(&edit.name)
        .bind(edit.expires_at)
        .execute(tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

async fn rotate(
    tx: &mut SqliteConnection,
    id: i64,
    was: &str,
    rotation: &Rotation,
) -> Stored<bool> {
    let done = sqlx::query(ROTATE)
        .bind(id)
        .bind(was)
        .bind(rotation.previous_until)
        .bind(rotation.hash.0.as_slice())
        .bind(&rotation.hint)
        .execute(tx)
        .await?;
    Ok(done.rows_affected() == 1)
}
