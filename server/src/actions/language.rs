use super::{Actions, actor};
use crate::domain::accounts::Account;
use crate::domain::audit::Change;
use crate::domain::error::DomainError;
use crate::domain::language::Language;
use serde_json::json;

impl Actions {
    /// Keeps the language that the account's owner chose.
    pub async fn choose_language(
        &self,
        by: &Account,
        language: Language,
    ) -> Result<(), DomainError> {
        if by.language == Some(language) {
            return Ok(());
        }
        let after = json!({ "language": language });
        let change = Change {
            before: Some(json!({ "language": by.language })),
            ..self.change(
                actor(by),
                "account.language_changed",
                &by.public_id,
                by.id,
                after,
            )
        };
        self.store.set_language(by.id, language, change).await?;
        Ok(())
    }
}
