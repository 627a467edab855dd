//! Roll-ups by day, and the series that charts are made of.

use super::super::{days as cuts, roll_ups};
use super::*;
use crate::domain::store::RollUps;
use crate::domain::usage::{Grouping, SeriesPoint, SeriesQuery, Slot, quarter};

/// Day, calls and charged calls of every roll-up by day.
async fn days(store: &SqliteStore) -> Vec<(i64, i64, i64)> {
    sqlx::query_as("SELECT day, calls, charged FROM day_rollups ORDER BY day, outcome")
        .fetch_all(&store.readers)
        .await
        .unwrap()
}

#[tokio::test]
async fn days_are_cut_in_the_accounts_zone_and_anew_when_it_changes() {
    let it = fixture().await;
    let grant = it.search_grant().await;
    // 18:00 and 20:00 UTC on one day: in Kathmandu only the first is still that day.
    let evening = 20_417 * 86_400_000 + 20 * 3_600_000;
    it.store
        .append(&[
            it.row("req_1", evening - 7_200_000, Some(grant)),
            it.row("req_2", evening, Some(grant)),
        ])
        .await
        .unwrap();
    assert_eq!(days(&it.store).await, [(20_417, 2, 2)]);

    let moved = it
        .store
        .set_time_zone(it.account.id, "Asia/Kathmandu", change("zone"))
        .await
        .unwrap();
    assert!(moved);
    assert_eq!(days(&it.store).await, [(20_417, 1, 1), (20_418, 1, 1)]);
    // What comes after is cut in the new zone.
    it.store
        .append(&[it.row("req_3", evening + 1, None)])
        .await
        .unwrap();
    assert_eq!(
        days(&it.store).await,
        [(20_417, 1, 1), (20_418, 1, 1), (20_418, 1, 0)]
    );
    assert_eq!(it.store.verify().await.unwrap(), Vec::<String>::new());
    let account = it.store.account(it.account.id).await.unwrap().unwrap();
    assert_eq!(account.time_zone, "Asia/Kathmandu");
    let nobody = it
        .store
        .set_time_zone(AccountId(999), "UTC", change("zone"))
        .await
        .unwrap();
    assert!(!nobody);
}

#[tokio::test]
async fn days_are_cut_when_a_database_is_opened_that_has_none_or_older_rules() {
    let it = fixture().await;
    let grant = it.search_grant().await;
    it.store
        .append(&[it.row("req_1", NOW, Some(grant))])
        .await
        .unwrap();
    let before = days(&it.store).await;
    for age in [
        "DELETE FROM day_rules",
        "UPDATE day_rules SET release = '1999a'",
    ] {
        for statement in [age, "DELETE FROM day_rollups"] {
            sqlx::query(statement)
                .execute(&it.store.writer)
                .await
                .unwrap();
        }
        let again = open(&it.folder).await;
        assert_eq!(days(&again).await, before, "{age}");
        assert_eq!(again.verify().await.unwrap(), Vec::<String>::new());
    }
}

impl Fixture {
    fn query(&self, slot: Slot, edges: Vec<i64>) -> SeriesQuery {
        SeriesQuery {
            account: self.account.id,
            api: self.apis[1],
            projects: vec![],
            keys: vec![],
            slot,
            edges,
            grouping: Grouping::None,
        }
    }
}

fn sums(points: &[SeriesPoint]) -> Vec<(usize, i64, i64)> {
    points
        .iter()
        .map(|point| (point.bucket, point.calls, point.charged))
        .collect()
}

#[tokio::test]
async fn a_series_sums_calls_by_bucket_and_filters() {
    let it = fixture().await;
    let grant = it.search_grant().await;
    let day = NOW / 86_400_000;
    let at = |day: i64| day * 86_400_000;
    it.store
        .append(&[
            it.row("req_1", at(day), Some(grant)),
            it.row("req_2", at(day + 1) - 1, None),
            it.row("req_3", at(day + 1), Some(grant)),
            it.row("req_4", at(day + 2), Some(grant)),
        ])
        .await
        .unwrap();
    let by_day = it.query(Slot::Day, vec![day, day + 1, day + 2]);
    let by_quarter = it.query(
        Slot::Quarter,
        [day, day + 1, day + 2].map(|day| quarter(at(day))).to_vec(),
    );
    for mut query in [by_day, by_quarter] {
        let points = it.store.series(&query).await.unwrap();
        assert_eq!(sums(&points), [(0, 2, 1), (1, 1, 1)]);
        query.grouping = Grouping::Outcome;
        let points = it.store.series(&query).await.unwrap();
        let found: Vec<_> = points
            .iter()
            .map(|p| (p.bucket, p.group, p.calls))
            .collect();
        assert_eq!(found, [(0, 0, 1), (0, 2, 1), (1, 0, 1)]);
        query.grouping = Grouping::Key;
        let points = it.store.series(&query).await.unwrap();
        assert!(points.iter().all(|point| point.group == it.key.0));

        query.keys = vec![KeyId(999)];
        assert_eq!(it.store.series(&query).await.unwrap(), []);
        query.keys = vec![it.key];
        query.projects = vec![it.project];
        assert_eq!(it.store.series(&query).await.unwrap().len(), 2);
        query.account = AccountId(999);
        assert_eq!(it.store.series(&query).await.unwrap(), []);
    }
    let since = |account, day| it.store.charged_since(account, it.apis[1], day);
    assert_eq!(since(it.account.id, day).await.unwrap(), 3);
    assert_eq!(since(it.account.id, day + 2).await.unwrap(), 1);
    assert_eq!(since(AccountId(999), day).await.unwrap(), 0);
}

#[tokio::test]
async fn history_keeps_the_names_of_what_was_deleted_for_its_account_only() {
    let it = fixture().await;
    sqlx::query("UPDATE api_keys SET deleted_at = 1")
        .execute(&it.store.writer)
        .await
        .unwrap();
    let ids = [it.key.0];
    let keys = |account| it.store.names(account, Grouping::Key, &ids);
    let found = keys(it.account.id).await.unwrap();
    assert_eq!(
        (found[0].name.as_str(), found[0].deleted, found.len()),
        ("Key", true, 1)
    );
    assert_eq!(keys(AccountId(999)).await.unwrap(), []);
    let projects = it
        .store
        .names(it.account.id, Grouping::Project, &[it.project.0])
        .await
        .unwrap();
    assert_eq!(
        (projects[0].deleted, projects[0].hint.clone()),
        (false, None)
    );
}

#[tokio::test]
async fn charts_and_cuts_read_ranges_of_the_roll_ups_keys() {
    let it = fixture().await;
    let by_quarter =
        "SEARCH rollups USING PRIMARY KEY (account_id=? AND api_id=? AND quarter>? AND quarter<?)";
    for (statement, expected) in [
        (cuts::CUT, by_quarter),
        (cuts::WRONG, by_quarter),
        (roll_ups::BY_QUARTER, by_quarter),
        (
            roll_ups::BY_DAY,
            "SEARCH day_rollups USING PRIMARY KEY (account_id=? AND api_id=? AND day>? AND day<?)",
        ),
        (
            roll_ups::CHARGED_SINCE,
            "SEARCH day_rollups USING PRIMARY KEY (account_id=? AND api_id=? AND day>?)",
        ),
    ] {
        let explain = format!("EXPLAIN QUERY PLAN {statement}");
        let plan: Vec<(i64, i64, i64, String)> = sqlx::query_as(sqlx::AssertSqlSafe(explain))
            .fetch_all(&it.store.readers)
            .await
            .unwrap();
        assert!(
            plan.iter().any(|(.., step)| step.contains(expected)),
            "{plan:#?}"
        );
    }
}
