//! Grants to a list of accounts: looked at first, then given.

use super::Actions;
use crate::domain::audit::Change;
use crate::domain::authority::{By, Deed};
use crate::domain::bulk::{self, FileProblem, NewLine};
use crate::domain::error::DomainError;
use crate::domain::ids::Noun;
use crate::domain::store::{GiveLines, NewBulk};
use serde_json::json;
use sha2::{Digest, Sha256};

/// Lines that are given in one transaction: calls wait no longer than for these.
const AT_ONCE: usize = 50;

/// Why a list was not taken.
#[derive(Debug, thiserror::Error)]
pub enum BulkError {
    #[error("{}", lines(.0))]
    File(Vec<FileProblem>),
    #[error(transparent)]
    Domain(#[from] DomainError),
}

fn lines(problems: &[FileProblem]) -> String {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

impl Actions {
    /// Whether somebody may give to a list of accounts.
    pub fn may_give_to_many(&self, by: &By) -> Result<(), DomainError> {
        self.allow(by, Deed::GiveToMany)
    }

    /// Takes a list, without giving anything. Answers its id.
    pub async fn upload_bulk(&self, by: &By, file: &[u8]) -> Result<String, BulkError> {
        self.allow(by, Deed::GiveToMany)?;
        let written = bulk::read(file, |api| self.metering.api_named(api).is_some())
            .map_err(BulkError::File)?;
        let names: Vec<String> = written.iter().map(|line| line.account.clone()).collect();
        let accounts = self
            .store
            .accounts_named(&names)
            .await
            .map_err(DomainError::from)?;
        let mut problems = Vec::new();
        let mut lines = Vec::with_capacity(written.len());
        for (line, account) in written.into_iter().zip(accounts) {
            match account {
                Some(account) => lines.push(NewLine {
                    line: line.line,
                    account,
                    api: self.api(&line.api)?,
                    calls: line.calls,
                    reason: line.reason,
                }),
                None => problems.push(FileProblem::Account {
                    line: line.line,
                    account: line.account.chars().take(80).collect(),
                }),
            }
        }
        problems.extend(bulk::twice(&lines));
        problems.truncate(bulk::MOST_PROBLEMS);
        if !problems.is_empty() {
            return Err(BulkError::File(problems));
        }
        let new = NewBulk {
            public_id: self.new_id(Noun::Bulk),
            content_hash: Sha256::digest(file).into(),
            created_by: by.account(),
            created_at: self.now(),
            lines,
        };
        let change = Change {
            at: self.now(),
            actor: by.actor.clone(),
            action: "bulk.uploaded",
            subject: new.public_id.clone(),
            account: None,
            form_token: None,
            before: None,
            after: Some(json!({ "lines": new.lines.len() })),
        };
        let id = new.public_id.clone();
        self.store
            .create_bulk(new, change)
            .await
            .map_err(DomainError::from)?;
        Ok(id)
    }

    /// Gives what is not given yet of a list: each line once, however often and
    /// by however many this is asked for. What was begun is gone on with.
    pub async fn confirm_bulk(&self, by: &By, public_id: &str) -> Result<(), DomainError> {
        self.allow(by, Deed::GiveToMany)?;
        self.store
            .bulk(public_id)
            .await?
            .ok_or(DomainError::NotFound("list"))?;
        loop {
            let give = GiveLines {
                public_id: public_id.to_owned(),
                grant_ids: (0..AT_ONCE).map(|_| self.new_id(Noun::Grant)).collect(),
                given_by: by.account(),
                change: Change {
                    at: self.now(),
                    actor: by.actor.clone(),
                    action: "grant.created",
                    subject: String::new(),
                    account: None,
                    form_token: None,
                    before: None,
                    after: None,
                },
            };
            if self.metering.give_lines(give).await? == 0 {
                return Ok(());
            }
        }
    }
}
