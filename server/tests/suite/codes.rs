//! Redemption codes over HTTP.

use crate::support::{Browser, TestServer};
use allowance::actions::{CreateCodes, MadeCodes};
use allowance::clock::Clock;
use allowance::domain::accounts::{Account, Role};
use allowance::domain::audit::Entry;
use allowance::domain::authority::By;
use allowance::domain::codes::{self, CodeState, LABEL_LENGTH, MOST_CODES};
use allowance::domain::error::{DomainError, Problem};
use allowance::domain::store::{Accounts, Audit, AuditFilter, Grants};
use std::collections::HashSet;

fn redeem<'a>(code: &'a str, api: &'a str) -> [(&'a str, &'a str); 2] {
    [("code", code), ("api", api)]
}

async fn make(it: &TestServer, asked: CreateCodes<'_>) -> Result<MadeCodes, DomainError> {
    let by = By::command_line();
    it.server.actions.create_codes(&by, asked).await
}

async fn new_code(it: &TestServer, api: &str, uses: &str, expires: &str) -> String {
    let asked = CreateCodes {
        api,
        count: "1",
        calls: "250",
        uses,
        expires,
        ..CreateCodes::default()
    };
    make(it, asked).await.unwrap().codes.remove(0)
}

/// Accounts that nobody signs in to.
async fn strangers(it: &TestServer, many: usize) -> Vec<Account> {
    it.strangers(many).await;
    let mut accounts = Vec::new();
    for n in 0..many {
        let email = format!("many{n}@example.com");
        let found = it.store.account_by_email(&email).await.unwrap();
        accounts.push(found.unwrap().0);
    }
    accounts
}

#[tokio::test]
async fn a_code_gives_its_calls_to_the_next_call_once_for_each_account() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "One").await;
    it.burn(&ann, &key, "searchMemory", 1_000).await;
    assert_eq!(it.search(&key).await["code"], 40_300);
    let mut browser = it.browser("ann@example.com").await;
    let code = new_code(&it, "searchMemory", "5", "").await;
    let typed = code.to_lowercase().replace('-', " ");
    let page = browser
        .post("/request-more/redeem", &redeem(&typed, "addMessage"))
        .await;
    assert_eq!(page.at, "/request-more?done=code-redeemed");
    assert_eq!(it.search(&key).await["code"], 0);
    assert_eq!(it.remaining(&ann, "searchMemory").await, 249);
    let page = browser
        .post("/request-more/redeem", &redeem(&code, "addMessage"))
        .await;
    assert_eq!(page.status, 422);
    page.assert_has("You have redeemed this code already");
    let entry = &it.store.audit_of(ann.id, 1).await.unwrap()[0];
    assert_eq!(entry.action, "code.redeemed");
    assert!(entry.after.as_ref().unwrap().contains("searchMemory"));
    assert!(!format!("{entry:?}").contains(&code));
    it.assert_verified().await;

    let open = new_code(&it, "", "1", "").await;
    browser
        .post("/request-more/redeem", &redeem(&open, "getMessage"))
        .await;
    assert_eq!(it.remaining(&ann, "getMessage").await, 5_250);
}

#[tokio::test]
async fn of_racing_redeemers_exactly_as_many_win_as_a_code_has_uses() {
    let it = TestServer::start().await;
    let code = new_code(&it, "addMessage", "3", "").await;
    let mut accounts = Vec::new();
    for n in 0..8 {
        accounts.push(
            it.account(&format!("racer{n}@example.com"), Role::Developer)
                .await,
        );
    }
    let racing = accounts
        .iter()
        .map(|account| it.server.actions.redeem_code(account, &code, "addMessage"));
    let won = futures::future::join_all(racing)
        .await
        .into_iter()
        .flatten()
        .count();
    assert_eq!(won, 3);
    // One account from many windows gets it once.
    let code = new_code(&it, "addMessage", "9", "").await;
    let racing = (0..6).map(|_| {
        it.server
            .actions
            .redeem_code(&accounts[0], &code, "addMessage")
    });
    let won = futures::future::join_all(racing)
        .await
        .into_iter()
        .flatten()
        .count();
    assert_eq!(won, 1);
    it.assert_verified().await;
}

#[tokio::test]
async fn a_code_that_is_wrong_over_or_taken_back_gives_nothing_and_says_so() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let mut browser = it.browser("ann@example.com").await;
    let post = async |browser: &mut Browser, code: &str| {
        browser
            .post("/request-more/redeem", &redeem(code, "addMessage"))
            .await
    };
    let page = post(&mut browser, "K7QF2-9MTXA-04RWD-HB3ZC").await;
    assert_eq!(page.status, 422);
    page.assert_has("There is no such code");
    assert_eq!(page.field("redeem-code"), "K7QF2-9MTXA-04RWD-HB3ZC");

    let expired = new_code(&it, "addMessage", "1", "2026-11-24").await;
    let revoked = new_code(&it, "addMessage", "1", "").await;
    let by = By::command_line();
    let newest = it.server.actions.code_batches(&by, None, 1).await.unwrap();
    let batch = it
        .server
        .actions
        .code_batch(&by, &newest[0].public_id, None, 9);
    let id = batch.await.unwrap().1.remove(0).public_id;
    it.server.actions.revoke_code(&by, &id).await.unwrap();
    assert!(it.server.actions.revoke_code(&by, &id).await.is_err());
    it.clock.advance(24 * 60 * 60 * 1_000);
    for code in [expired, revoked] {
        post(&mut browser, &code)
            .await
            .assert_has("expired, or is used up");
    }
    assert_eq!(it.remaining(&ann, "addMessage").await, 5_000);

    for _ in 0..10 {
        post(&mut browser, "nonsense").await;
    }
    let good = new_code(&it, "addMessage", "1", "").await;
    post(&mut browser, &good)
        .await
        .assert_has("That was too often");
    it.clock.advance(61 * 60 * 1_000);
    let page = post(&mut browser, &good).await;
    assert_eq!(page.at, "/request-more?done=code-redeemed");
}

#[tokio::test]
async fn five_thousand_codes_at_once_are_all_different_and_good() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let asked = CreateCodes {
        label: " Fair 2026 ",
        api: "addMessage",
        count: "5,000",
        calls: "2",
        uses: "1",
        ..CreateCodes::default()
    };
    let made = make(&it, asked).await.unwrap();
    assert_eq!(made.codes.len(), 5_000);
    assert_eq!(made.codes.iter().collect::<HashSet<_>>().len(), 5_000);
    assert!(made.codes.iter().all(|code| codes::read(code).is_some()));
    for code in made.codes.iter().step_by(500) {
        let redeemed = it.server.actions.redeem_code(&ann, code, "addMessage");
        redeemed.await.unwrap();
    }
    assert_eq!(it.remaining(&ann, "addMessage").await, 5_020);

    let (by, actions) = (By::command_line(), &it.server.actions);
    let id = &made.batch.public_id;
    let (batch, first) = actions.code_batch(&by, id, None, 100).await.unwrap();
    assert!(id.starts_with("cob_"));
    assert_eq!(batch.label.as_deref(), Some("Fair 2026"));
    assert_eq!((batch.count, batch.redeemed, batch.over), (5_000, 10, 10));
    assert_eq!(batch.redeemable(), 5_000);
    assert_eq!(batch.state(it.clock.now()), CodeState::Open);
    // Every code comes once, page by page, in the order in which they were shown.
    let mut hints: Vec<String> = first.iter().map(|code| code.hint.clone()).collect();
    let mut last = first.last().unwrap().public_id.clone();
    assert_eq!(first[0].used, 1);
    loop {
        let page = actions.code_batch(&by, id, Some(&last), 999).await;
        let page = page.unwrap().1;
        let Some(end) = page.last() else { break };
        last.clone_from(&end.public_id);
        hints.extend(page.into_iter().map(|code| code.hint));
    }
    let shown: Vec<String> = made.codes.iter().map(|code| codes::hint(code)).collect();
    assert_eq!(hints, shown);

    let log = it.store.audit(&AuditFilter::default(), None, 100).await;
    let log = format!("{:?}", log.unwrap());
    assert!(log.contains("codes.created"));
    assert!(!made.codes.iter().any(|code| log.contains(code)));
    it.assert_verified().await;
}

#[tokio::test]
async fn a_batch_that_is_taken_back_stops_whole_and_leaves_what_was_redeemed() {
    use CodeState::{Open, Revoked};
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let (by, actions) = (By::command_line(), &it.server.actions);
    let asked = CreateCodes {
        count: "3",
        calls: "100",
        uses: "2",
        ..CreateCodes::default()
    };
    let made = make(&it, asked).await.unwrap();
    let other = new_code(&it, "", "1", "").await;
    let redeem = async |code: &str| actions.redeem_code(&ann, code, "getMessage").await;
    redeem(&made.codes[0]).await.unwrap();

    let id = &made.batch.public_id;
    let (_, listed) = actions.code_batch(&by, id, None, 9).await.unwrap();
    let second = &listed[1].public_id;
    actions.revoke_code(&by, second).await.unwrap();
    assert!(actions.revoke_code(&by, second).await.is_err());
    assert!(redeem(&made.codes[1]).await.is_err());
    let (batch, listed) = actions.code_batch(&by, id, None, 9).await.unwrap();
    let now = it.clock.now();
    let states: Vec<_> = listed
        .iter()
        .map(|code| batch.state_of(code, now))
        .collect();
    assert_eq!(states, [Open, Revoked, Open]);
    assert_eq!((batch.state(now), batch.over), (Open, 1));

    actions.revoke_batch(&by, id).await.unwrap();
    let nothing_left = |refused: Result<(), DomainError>| match refused {
        Err(DomainError::Invalid { problem, .. }) => problem == Problem::NothingLeft,
        _ => false,
    };
    assert!(nothing_left(actions.revoke_batch(&by, id).await));
    for code in &listed {
        assert!(nothing_left(
            actions.revoke_code(&by, &code.public_id).await
        ));
    }
    for unknown in [
        actions.revoke_batch(&by, second).await,
        actions.revoke_code(&by, id).await,
    ] {
        assert!(matches!(unknown, Err(DomainError::NotFound(_))));
    }
    for code in &made.codes[1..] {
        let refused = redeem(code).await;
        assert!(matches!(
            refused,
            Err(DomainError::Invalid {
                problem: Problem::CodeOver,
                ..
            })
        ));
    }
    let (batch, _) = actions.code_batch(&by, id, None, 9).await.unwrap();
    assert_eq!((batch.state(now), batch.redeemed), (Revoked, 1));
    // What was redeemed stays, and so do the codes of others.
    assert_eq!(it.remaining(&ann, "getMessage").await, 5_100);
    redeem(&other).await.unwrap();
    assert_eq!(it.store.grants(ann.id).await.unwrap().len(), 5);
    let log = it
        .store
        .audit(&AuditFilter::default(), None, 100)
        .await
        .unwrap();
    let revoked = |action: &str, subject: &str| {
        let is = |entry: &&Entry| entry.action == action && entry.subject == subject;
        log.iter().filter(is).count()
    };
    assert_eq!(revoked("codes.revoked", id), 1);
    assert_eq!(revoked("code.revoked", second), 1);
    it.assert_verified().await;
}

#[tokio::test]
async fn what_is_asked_of_codes_has_bounds_and_support_a_ceiling_over_all_of_them() {
    let it = TestServer::start().await;
    let good = CreateCodes {
        count: "10",
        calls: "100",
        uses: "10",
        ..CreateCodes::default()
    };
    let (long, longest) = ("码".repeat(LABEL_LENGTH + 1), "码".repeat(LABEL_LENGTH));
    let range = |most| Problem::OutOfRange { least: 1, most };
    for (asked, at, wrong) in [
        (
            CreateCodes { count: "0", ..good },
            "count",
            range(MOST_CODES),
        ),
        (
            CreateCodes {
                count: "5001",
                ..good
            },
            "count",
            range(MOST_CODES),
        ),
        (
            CreateCodes { count: "", ..good },
            "count",
            Problem::Required,
        ),
        (
            CreateCodes {
                count: "1.5",
                ..good
            },
            "count",
            Problem::NotANumber,
        ),
        (CreateCodes { uses: "0", ..good }, "uses", range(100_000)),
        (
            CreateCodes { calls: "0", ..good },
            "calls",
            range(1_000_000_000),
        ),
        (
            CreateCodes {
                label: &long,
                ..good
            },
            "label",
            Problem::TooLong { most: 100 },
        ),
        (
            CreateCodes {
                api: "nothing",
                ..good
            },
            "api",
            Problem::UnknownApi,
        ),
        (
            CreateCodes {
                expires: "2026-11-23",
                ..good
            },
            "expires",
            Problem::DatePast,
        ),
        (
            CreateCodes {
                expires: "2026-02-30",
                ..good
            },
            "expires",
            Problem::NotADate,
        ),
    ] {
        match make(&it, asked).await {
            Err(DomainError::Invalid { field, problem }) => {
                assert_eq!((field, problem), (at, wrong));
            }
            other => panic!("{asked:?}: {other:?}"),
        }
    }
    let actions = &it.server.actions;
    let by = By::command_line();
    assert!(actions.code_batches(&by, None, 9).await.unwrap().is_empty());
    let longest = make(
        &it,
        CreateCodes {
            label: &longest,
            ..good
        },
    )
    .await;
    assert_eq!(longest.unwrap().batch.redeemable(), 100);

    let support = By::from(&it.account("sam@example.com", Role::Support).await);
    let made = actions.create_codes(&support, good).await.unwrap();
    assert_eq!(made.batch.created_by.as_deref(), Some("sam@example.com"));
    for asked in [
        CreateCodes {
            count: "11",
            ..good
        },
        CreateCodes { uses: "11", ..good },
        CreateCodes {
            calls: "101",
            ..good
        },
    ] {
        let refused = actions.create_codes(&support, asked).await;
        assert!(matches!(
            refused,
            Err(DomainError::Invalid {
                problem: Problem::AboveCeiling { most: 10_000 },
                ..
            })
        ));
        make(&it, asked).await.unwrap();
    }
    let developer = By::from(&it.account("ann@example.com", Role::Developer).await);
    let id = &made.batch.public_id;
    let refusals = [
        actions.create_codes(&developer, good).await.map(|_| ()),
        actions.code_batches(&developer, None, 9).await.map(|_| ()),
        actions
            .code_batch(&developer, id, None, 9)
            .await
            .map(|_| ()),
        actions.revoke_batch(&developer, id).await,
    ];
    for refused in refusals {
        assert!(
            matches!(refused, Err(DomainError::Forbidden)),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn of_fifty_accounts_that_race_for_one_code_of_a_batch_as_many_win_as_it_has_uses() {
    let it = TestServer::start().await;
    let accounts = strangers(&it, 50).await;
    let asked = CreateCodes {
        count: "3",
        calls: "10",
        uses: "7",
        ..CreateCodes::default()
    };
    let made = make(&it, asked).await.unwrap();
    let racing = accounts.iter().map(|account| {
        let redeemed = it
            .server
            .actions
            .redeem_code(account, &made.codes[1], "addMessage");
        async move { redeemed.await.is_ok().then_some(account) }
    });
    let won = futures::future::join_all(racing).await;
    let won: Vec<_> = won.into_iter().flatten().collect();
    assert_eq!(won.len(), 7);
    assert_eq!(it.remaining(won[0], "addMessage").await, 5_010);
    let by = By::command_line();
    let batch = it
        .server
        .actions
        .code_batch(&by, &made.batch.public_id, None, 9);
    let (batch, codes) = batch.await.unwrap();
    let used: Vec<_> = codes.iter().map(|code| code.used).collect();
    assert_eq!(used, [0, 7, 0]);
    assert_eq!((batch.redeemed, batch.over), (7, 1));
    it.assert_verified().await;
}

#[tokio::test]
async fn lists_of_batches_go_on_behind_the_last_one_shown() {
    let it = TestServer::start().await;
    for label in ["one", "two", "three"] {
        let asked = CreateCodes {
            label,
            count: "1",
            calls: "1",
            uses: "1",
            ..CreateCodes::default()
        };
        make(&it, asked).await.unwrap();
    }
    let (by, actions) = (By::command_line(), &it.server.actions);
    let first = actions.code_batches(&by, None, 2).await.unwrap();
    let labels: Vec<_> = first.iter().flat_map(|batch| &batch.label).collect();
    assert_eq!(labels, ["three", "two"]);
    let before = Some(first[1].public_id.as_str());
    let rest = actions.code_batches(&by, before, 2).await.unwrap();
    assert_eq!(rest.len(), 1);
    assert_eq!(rest[0].label.as_deref(), Some("one"));
}
