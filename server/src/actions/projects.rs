use super::{Actions, actor, sent_twice};
use crate::domain::StoreError;
use crate::domain::accounts::{self, Account};
use crate::domain::error::{DomainError, Problem};
use crate::domain::ids::Noun;
use crate::domain::projects::{self, NewProject, Project, ProjectDeletion, ProjectEdit};
use serde_json::json;

/// A project's name and description as they were typed, and as they were when
/// the form was shown; nothing where the form does not say.
#[derive(Debug, Default)]
pub struct EditProject<'a> {
    pub name: &'a str,
    pub description: &'a str,
    pub was_name: Option<&'a str>,
    pub was_description: Option<&'a str>,
}

impl Actions {
    /// Creates a project of the account.
    pub async fn create_project(
        &self,
        by: &Account,
        name: &str,
        description: &str,
    ) -> Result<Project, DomainError> {
        self.first_time(by).await?;
        let edit = checked(name, description)?;
        let count = self.store.projects(by.id).await?.len();
        if i64::try_from(count).is_ok_and(|count| count >= projects::MOST) {
            let most = projects::MOST;
            return Err(DomainError::invalid("", Problem::TooMany { most }));
        }
        let after = audited(&edit);
        let new = NewProject {
            public_id: self.new_id(Noun::Project),
            account: by.id,
            name: edit.name,
            description: edit.description,
            created_at: self.now(),
        };
        let change = self.change(actor(by), "project.created", &new.public_id, by.id, after);
        self.store.create_project(new, change).await.map_err(taken)
    }

    /// Renames a project, or describes it otherwise.
    pub async fn edit_project(
        &self,
        by: &Account,
        public_id: &str,
        asked: EditProject<'_>,
    ) -> Result<(), DomainError> {
        let project = self.own_project(by, public_id).await?;
        let was = ProjectEdit {
            name: project.name,
            description: project.description,
        };
        let typed_description = asked.description.replace("\r\n", "\n");
        let was_description = asked.was_description.map(|was| was.replace("\r\n", "\n"));
        let changed: Vec<_> = [
            ("name", asked.was_name, asked.name.trim(), &was.name),
            (
                "description",
                was_description.as_deref(),
                typed_description.trim(),
                &was.description,
            ),
        ]
        .into_iter()
        .filter(|(_, was, typed, now)| was.is_some_and(|was| was != *now) && typed != now)
        .map(|(field, _, _, now)| (field, now.clone()))
        .collect();
        if !changed.is_empty() {
            return Err(DomainError::ChangedMeanwhile(changed));
        }
        let edit = checked(asked.name, asked.description)?;
        if edit == was {
            return Ok(());
        }
        let mut change = self.change(
            actor(by),
            "project.edited",
            public_id,
            by.id,
            audited(&edit),
        );
        change.before = Some(audited(&was));
        if self
            .store
            .edit_project(by.id, project.id, was, edit, change)
            .await
            .map_err(taken)?
        {
            return Ok(());
        }
        // It is there, but not as it was read a moment ago.
        let now = self.own_project(by, public_id).await?.name;
        Err(DomainError::ChangedMeanwhile(vec![("name", now)]))
    }

    /// Deletes a project once its name was typed. Its keys stop at once, its
    /// history stays in the account's totals. An account keeps one project.
    pub async fn delete_project(
        &self,
        by: &Account,
        public_id: &str,
        typed_name: &str,
    ) -> Result<(), DomainError> {
        let project = self.own_project(by, public_id).await?;
        if !accounts::is_same_name(typed_name, &project.name) {
            return Err(DomainError::invalid("confirm", Problem::NotTheName));
        }
        let after = json!({ "deleted": true });
        let mut change = self.change(actor(by), "project.deleted", public_id, by.id, after);
        change.before = Some(json!({
            "name": project.name, "description": project.description,
        }));
        match self
            .metering
            .delete_project(by.id, project.id, change)
            .await?
        {
            ProjectDeletion::Deleted(_) => Ok(()),
            ProjectDeletion::LastOne => Err(DomainError::invalid("", Problem::LastProject)),
            ProjectDeletion::NotFound => Err(DomainError::NotFound("project")),
        }
    }

    /// A project of the account by its public id.
    pub(super) async fn own_project(
        &self,
        by: &Account,
        public_id: &str,
    ) -> Result<Project, DomainError> {
        self.store
            .projects(by.id)
            .await?
            .into_iter()
            .find(|project| project.public_id == public_id)
            .ok_or(DomainError::NotFound("project"))
    }
}

fn checked(name: &str, description: &str) -> Result<ProjectEdit, DomainError> {
    Ok(ProjectEdit {
        name: accounts::name("name", name, projects::NAME_LENGTH)?,
        description: accounts::text("description", description, projects::DESCRIPTION_LENGTH)?,
    })
}

fn audited(edit: &ProjectEdit) -> serde_json::Value {
    json!({ "name": edit.name, "description": edit.description })
}

fn taken(error: StoreError) -> DomainError {
    match error {
        StoreError::Conflict(what) if what.contains("projects.name") => {
            DomainError::invalid("name", Problem::NameTaken)
        }
        other => sent_twice(other),
    }
}
