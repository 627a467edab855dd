use super::SqliteStore;
use super::audit::record;
use crate::domain::audit::Change;
use crate::domain::projects::{NewProject, Project, ProjectSummary};
use crate::domain::store::{Projects, Stored};
use crate::domain::{AccountId, Millis, ProjectId};
use async_trait::async_trait;

const INSERT: &str = "
    INSERT INTO projects (public_id, account_id, name, description, created_at)
    VALUES ($1, $2, $3, $4, $5)
    RETURNING id, public_id, account_id, name, description, created_at";

const OF_ACCOUNT: &str = "
    SELECT id, public_id, account_id, name, description, created_at
    FROM projects
    WHERE account_id = $1 AND deleted_at IS NULL
    ORDER BY id";

const SUMMARIES: &str = "
    SELECT projects.id, projects.public_id, projects.account_id, projects.name, description,
           projects.created_at,
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
        let rows: Vec<ProjectRow> = sqlx::query_as(OF_ACCOUNT)
            .bind(account.0)
            .fetch_all(&self.readers)
            .await?;
        Ok(rows.into_iter().map(Project::from).collect())
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
