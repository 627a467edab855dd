use super::{Actions, actor};
use crate::domain::StoreError;
use crate::domain::accounts::{self, Account};
use crate::domain::error::{DomainError, Problem};
use crate::domain::ids::Noun;
use crate::domain::projects::{self, NewProject, Project};
use serde_json::json;

impl Actions {
    /// Creates a project of the account.
    pub async fn create_project(
        &self,
        by: &Account,
        name: &str,
        description: &str,
    ) -> Result<Project, DomainError> {
        let name = accounts::name("name", name, projects::NAME_LENGTH)?;
        let description = accounts::text("description", description, projects::DESCRIPTION_LENGTH)?;
        let count = self.store.projects(by.id).await?.len();
        if i64::try_from(count).is_ok_and(|count| count >= projects::MOST) {
            let most = projects::MOST;
            return Err(DomainError::invalid("", Problem::TooMany { most }));
        }
        let new = NewProject {
            public_id: self.new_id(Noun::Project),
            account: by.id,
            name: name.clone(),
            description: description.clone(),
            created_at: self.now(),
        };
        let after = json!({ "name": name, "description": description });
        let change = self.change(actor(by), "project.created", &new.public_id, by.id, after);
        match self.store.create_project(new, change).await {
            Err(StoreError::Conflict(what)) if what.contains("projects.name") => {
                Err(DomainError::invalid("name", Problem::NameTaken))
            }
            other => Ok(other?),
        }
    }
}
