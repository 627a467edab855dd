use super::SqliteStore;
use super::audit::{commit_if_done, record};
use super::key_changes::hash;
use crate::domain::audit::Change;
use crate::domain::projects::{NewProject, Project, ProjectDeletion, ProjectEdit, ProjectSummary};
use crate::domain::store::{Projects, Stored};
use crate::domain::{AccountId, Millis, ProjectId};
use async_trait::async_trait;

const INSERT: &str = "
    INSERT INTO projects (public_id, account_id, name, description, created_at)
    VALUES ($1, $2, $3, $4, $5)
    RETURNING id, public_id, account_id, name, description, created_at, deleted_at";

const OF_ACCOUNT: &str = "
    SELECT id, public_id, account_id, name, description, created_at, deleted_at
    FROM projects
    WHERE account_id = $1 AND ($2 OR deleted_at IS NULL)
    ORDER BY id";

const EDIT: &str = "
    UPDATE projects SET name = $4, description = $5
    WHERE id = $1 AND name = $2 AND description = $3 AND account_id = $6 AND deleted_at IS NULL";

const COUNT_OTHERS: &str = "
    SELECT count(*) FROM projects WHERE account_id = $1 AND id <> $2 AND deleted_at IS NULL";

const DELETE: &str = "
    UPDATE projects SET deleted_at = $3
    WHERE account_id = $1 AND id = $2 AND deleted_at IS NULL";

const DELETE_KEYS: &str = "
    UPDATE api_keys SET deleted_at = $2
    WHERE project_id = $1 AND deleted_at IS NULL
    RETURNING secret_hash, previous_hash";

const SUMMARIES: &str = "
    SELECT projects.id, projects.public_id, projects.account_id, projects.name, description,
           projects.created_at, projects.deleted_at,
           coalesce(sum(api_keys.id IS NOT NULL AND api_keys.deleted_at IS NULL
               AND api_keys.disabled_at IS NULL
               AND (expires_at IS NULL OR expires_at > $2)), 0) AS active_keys,
           coalesce(sum(charged), 0) AS charged
    FROM projects
    LEFT JOIN api_keys ON api_keys.project_id = projects.id
    LEFT JOIN key_totals ON key_totals.key_id = api_keys.id
    WHERE projects.account_id = $1 AND projects.deleted_at IS NULL
    GROUP BY projects.id
    ORDER BY projects.id";

#[derive(sqlx::FromRow)]
struct ProjectRow {
    id: i64,
    public_id: String,
    account_id: i64,
    name: String,
    description: String,
    created_at: i64,
    deleted_at: Option<i64>,
}

impl From<ProjectRow> for Project {
    fn from(row: ProjectRow) -> Self {
        Self {
            id: ProjectId(row.id),
            public_id: row.public_id,
            account: AccountId(row.account_id),
            name: row.name,
            description: row.description,
            created_at: row.created_at,
            deleted_at: row.deleted_at,
        }
    }
}

#[derive(sqlx::FromRow)]
struct SummaryRow {
    #[sqlx(flatten)]
    project: ProjectRow,
    active_keys: i64,
    charged: i64,
}

#[async_trait]
impl Projects for SqliteStore {
    async fn create_project(&self, new: NewProject, change: Change) -> Stored<Project> {
        let mut tx = self.write().await?;
        let row: ProjectRow = sqlx::query_as(INSERT)
            .bind(&new.public_id)
            .bind(new.account.0)
            .bind(&new.name)
            .bind(&new.description)
            .bind(new.created_at)
            .fetch_one(&mut *tx)
            .await?;
        record(&mut tx, &change).await?;
        tx.commit().await?;
        Ok(row.into())
    }

    async fn projects(&self, account: AccountId) -> Stored<Vec<Project>> {
        self.projects_of(account, false).await
    }

    async fn all_projects(&self, account: AccountId) -> Stored<Vec<Project>> {
        self.projects_of(account, true).await
    }

    async fn edit_project(
        &self,
        account: AccountId,
        id: ProjectId,
        was: ProjectEdit,
        edit: ProjectEdit,
        change: Change,
    ) -> Stored<bool> {
        let mut tx = self.write().await?;
        let done = sqlx::query(EDIT)
            .bind(id.0)
            .bind(&was.name)
            .bind(&was.description)
            .bind(&edit.name)
            .bind(&edit.description)
            .bind(account.0)
            .execute(&mut *tx)
            .await?;
        commit_if_done(tx, &done, &change).await
    }

    async fn delete_project(
        &self,
        account: AccountId,
        id: ProjectId,
        at: Millis,
        change: Change,
    ) -> Stored<ProjectDeletion> {
        let mut tx = self.write().await?;
        let (others,): (i64,) = sqlx::query_as(COUNT_OTHERS)
            .bind(account.0)
            .bind(id.0)
            .fetch_one(&mut *tx)
            .await?;
        if others == 0 {
            return Ok(ProjectDeletion::LastOne);
        }
        let deleted = sqlx::query(DELETE)
            .bind(account.0)
            .bind(id.0)
            .bind(at)
            .execute(&mut *tx)
            .await?;
        if deleted.rows_affected() == 0 {
            return Ok(ProjectDeletion::NotFound);
        }
        let secrets: Vec<(Vec<u8>, Option<Vec<u8>>)> = sqlx::query_as(DELETE_KEYS)
            .bind(id.0)
            .bind(at)
            .fetch_all(&mut *tx)
            .await?;
        record(&mut tx, &change).await?;
        tx.commit().await?;
        let hashes = secrets
            .into_iter()
            .flat_map(|(secret, previous)| std::iter::once(secret).chain(previous))
            .map(hash)
            .collect::<Stored<_>>()?;
        Ok(ProjectDeletion::Deleted(hashes))
    }

    async fn project_summaries(
        &self,
        account: AccountId,
        now: Millis,
    ) -> Stored<Vec<ProjectSummary>> {
        let rows: Vec<SummaryRow> = sqlx::query_as(SUMMARIES)
            .bind(account.0)
            .bind(now)
            .fetch_all(&self.readers)
            .await?;
        Ok(rows
            .into_iter()
            .map(|row| ProjectSummary {
                project: row.project.into(),
                active_keys: row.active_keys,
                charged: row.charged,
            })
            .collect())
    }
}

impl SqliteStore {
    async fn projects_of(&self, account: AccountId, deleted_too: bool) -> Stored<Vec<Project>> {
        let rows: Vec<ProjectRow> = sqlx::query_as(OF_ACCOUNT)
            .bind(account.0)
            .bind(deleted_too)
            .fetch_all(&self.readers)
            .await?;
        Ok(rows.into_iter().map(Project::from).collect())
    }
}
