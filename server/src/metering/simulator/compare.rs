//! Whether engine and disk are as the model says.

use super::{ACCOUNTS, APIS, Simulation};
use crate::domain::caps::CapOwner;
use crate::domain::quota::Call;
use crate::domain::{AccountId, ApiId, KeyId, ProjectId};

impl Simulation {
    pub(super) async fn compare(&mut self) {
        self.disk.state.lock().check();
        for account in 1..=ACCOUNTS {
            self.compare_one(AccountId(account), false).await;
        }
        self.compare_keys().await;
    }

    pub(super) async fn compare_one(&mut self, account: AccountId, in_doubt: bool) {
        let now = self.now();
        if in_doubt {
            self.model.turn(Some(account), now);
        } else {
            self.model.look_at(account, now);
        }
        for api in 1..=APIS {
            let api = ApiId(api);
            let quota = self
                .life
                .till
                .read(account, |engine, now| engine.quota(account, api, now))
                .await
                .unwrap();
            let expected = self.model.remaining(account, api, now);
            assert_eq!(
                quota.remaining(),
                expected,
                "{account:?} {api:?}: {quota:?}"
            );
            self.saw(&quota);
            let held = self.model.held(account, api, now);
            assert_eq!(quota.reserved, held, "{account:?} {api:?}: {quota:?}");
        }
        let mut used = self
            .life
            .till
            .read(account, |engine, now| engine.caps(account, now))
            .await
            .unwrap();
        // They come in no order.
        used.sort_by_key(|used| (used.cap.owner, used.cap.api));
        self.saw(&used);
        let expected = self.model.caps.iter();
        let expected = expected.filter(|(of, ..)| *of == account);
        assert_eq!(used.len(), expected.count(), "{account:?}: {used:?}");
        for used in used {
            let call = Call {
                account,
                project: ProjectId(0),
                key: KeyId(0),
                api: used.cap.api,
                at: now,
            };
            let (owner, limit) = (used.cap.owner, used.cap.limit);
            let call = match owner {
                CapOwner::Key(key) => Call { key, ..call },
                CapOwner::Project(project) => Call { project, ..call },
            };
            let expected = self.model.counted(&call, owner, limit, false);
            assert_eq!(used.charged, expected, "{used:?}");
            let known = (account, owner, used.cap.api, limit);
            assert!(self.model.caps.contains(&known), "{used:?}");
        }
    }
}
