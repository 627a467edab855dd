//! The usage page over HTTP: its numbers agree with each other, whatever is
//! asked for.

use crate::support::{Page, TestServer};
use allowance::domain::accounts::{Account, Role};
use allowance::domain::store::{Accounts, Grants, Keys, Ledger, Projects};
use allowance::domain::usage::{Outcome, UsageRow};

const HOUR: i64 = 60 * 60 * 1_000;
const DAY: i64 = 24 * HOUR;
const APIS: [&str; 3] = ["addMessage", "searchMemory", "getMessage"];

/// `1,234` as a number.
fn number(text: &str) -> i64 {
    text.replace(',', "").trim().parse().unwrap()
}

/// The texts between tags, in their order.
fn texts(markup: &str, open: &str, close: &str) -> Vec<String> {
    markup
        .split(open)
        .skip(1)
        .filter_map(|rest| rest.split_once('>'))
        .map(|(_, rest)| rest.split(close).next().unwrap().to_owned())
        .collect()
}

/// Charged, failed and all requests of an API's card.
fn card(page: &Page, api: &str) -> [i64; 3] {
    let card = page.between(&format!("data-api=\"{api}\""), "</article>");
    ["charged", "failed", "requests"].map(|name| {
        let figure = texts(card, &format!("data-figure=\"{name}\""), "<");
        number(&figure[0])
    })
}

/// A chart as its table has it, and its legend.
struct Chart {
    /// Names of the columns of numbers.
    columns: Vec<String>,
    rows: Vec<Vec<i64>>,
    foot: Vec<i64>,
    legend: i64,
}

fn chart(page: &Page, id: &str) -> Option<Chart> {
    let figure = page.between(&format!("aria-labelledby=\"chart-{id}\""), "</figure>");
    let legend = texts(figure, "class=\"legend-calls\"", "<");
    // The outline of the period before is in the legend, and no part of the sum.
    let previous = usize::from(figure.contains("legend-previous"));
    let (_, table) = figure.split_once("<table")?;
    let (head, rest) = table.split_once("<tbody").unwrap();
    let (body, foot) = rest.split_once("<tfoot").unwrap();
    let numbers = |row: &str| -> Vec<i64> {
        texts(row, "<td class=\"number\"", "<")
            .iter()
            .map(|text| number(text))
            .collect()
    };
    Some(Chart {
        columns: head
            .split("data-column=\"")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap().to_owned())
            .collect(),
        rows: body.split("<tr").skip(1).map(numbers).collect(),
        foot: numbers(foot),
        legend: legend[..legend.len() - previous]
            .iter()
            .map(|text| number(text))
            .sum(),
    })
}

impl Chart {
    fn sum(&self, name: &str) -> i64 {
        let place = self.columns.iter().position(|column| column == name);
        self.foot[place.unwrap()]
    }

    /// Each column sums to its foot, and each row's groups to its totals.
    fn assert_sound(&self, about: &str) {
        for (place, foot) in self.foot.iter().enumerate() {
            let sum: i64 = self.rows.iter().map(|row| row[place]).sum();
            assert_eq!(sum, *foot, "{about}: {}", self.columns[place]);
        }
        for row in self.rows.iter().chain([&self.foot]) {
            let of = |name: &str| -> i64 {
                let named = self.columns.iter().zip(row);
                named
                    .filter(|(column, _)| *column == name)
                    .map(|(_, n)| n)
                    .sum()
            };
            assert_eq!(of("charged") + of("failed"), of("requests"), "{about}");
            let groups = of("group");
            assert!(
                groups == 0 || groups == of("charged") || groups == of("failed"),
                "{about}"
            );
        }
        assert_eq!(self.legend, self.sum("requests"), "{about}: legend");
    }
}

/// Two hundred calls of ten days, of two projects, ten keys and every outcome.
async fn history(it: &TestServer, account: &Account) {
    let second = it
        .server
        .actions
        .create_project(account, "Second", "")
        .await
        .unwrap();
    for n in 0..5 {
        it.key(account, &format!("Key {n}")).await;
        it.key_in(account, &format!("Other {n}"), &second.public_id)
            .await;
    }
    let keys = it.store.keys(account.id).await.unwrap();
    let grants = it.store.balances(account.id).await.unwrap().grants;
    let now = crate::support::NOW;
    let rows: Vec<UsageRow> = (0..400_i64)
        .map(|n| {
            let key = &keys[usize::try_from(n * n % 10).unwrap()];
            let grant = &grants[usize::try_from(n % 3).unwrap()];
            let outcome = Outcome::numbered((n % 13).min(8) % 8).unwrap_or(Outcome::Succeeded);
            UsageRow {
                request_id: format!("req_{n}"),
                account: account.id,
                project: key.project,
                key: key.id,
                api: grant.api,
                at: now - n * n * n % (10 * DAY) - n * 7 * HOUR % DAY,
                outcome,
                code: 0,
                burnt: (outcome == Outcome::Succeeded).then_some(grant.id),
                tokens: 1,
                latency_ms: 1,
                end_user: None,
            }
        })
        .collect();
    it.store.append(&rows).await.unwrap();
}

#[tokio::test]
async fn cards_charts_legends_and_tables_agree_whatever_is_asked_for() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    history(&it, &ann).await;
    it.assert_verified().await;
    let projects = it.store.projects(ann.id).await.unwrap();
    let keys = it.store.keys(ann.id).await.unwrap();
    let project = format!("project={}", projects[1].public_id);
    let two_keys = format!("key={}&key={}", keys[0].public_id, keys[1].public_id);
    let mut browser = it.browser("ann@example.com").await;
    let mut calls = 0;
    for group in ["outcome", "project", "key", "api"] {
        for filter in ["", &project, &two_keys] {
            for period in [
                "period=today",
                "period=7d",
                "from=2026-11-22&to=2026-11-23",
                "from=2026-11-10&to=2026-11-22",
            ] {
                for compare in ["", "compare=previous"] {
                    let about = format!("/usage?{filter}&{period}&group={group}&{compare}");
                    let page = browser.open(&about).await;
                    assert_eq!(page.status, 200, "{about}");
                    let cards = APIS.map(|api| card(&page, api));
                    calls += cards.iter().map(|card| card[2]).sum::<i64>();
                    if group == "api" {
                        let sum = cards.iter().fold([0; 3], |sum, card| {
                            [sum[0] + card[0], sum[1] + card[1], sum[2] + card[2]]
                        });
                        assert_agrees(chart(&page, "all"), sum, &about);
                        continue;
                    }
                    for (api, card) in APIS.into_iter().zip(cards) {
                        assert_agrees(chart(&page, api), card, &about);
                    }
                }
            }
        }
    }
    assert!(calls > 1_000, "the filters find calls: {calls}");
}

fn assert_agrees(chart: Option<Chart>, card: [i64; 3], about: &str) {
    let Some(chart) = chart else {
        assert_eq!(card[2], 0, "{about}");
        return;
    };
    chart.assert_sound(about);
    let sums = ["charged", "failed", "requests"].map(|name| chart.sum(name));
    assert_eq!(sums, card, "{about}");
}

#[tokio::test]
async fn hours_of_a_day_add_up_to_the_day_in_a_zone_with_odd_offsets() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    history(&it, &ann).await;
    let change = allowance::domain::audit::Change {
        at: crate::support::NOW,
        actor: allowance::domain::audit::Actor::System,
        action: "account.changed",
        subject: ann.public_id.clone(),
        account: Some(ann.id),
        before: None,
        after: None,
        form_token: None,
    };
    let moved = it.store.set_time_zone(ann.id, "Asia/Kathmandu", change);
    assert!(moved.await.unwrap());
    it.assert_verified().await;
    let mut browser = it.browser("ann@example.com").await;
    let week = browser.open("/usage?from=2026-11-18&to=2026-11-24").await;
    let week = chart(&week, "addMessage").unwrap();
    assert_eq!(week.rows.len(), 7);
    // The table has the newest first.
    for (day, row) in (18..=24).rev().zip(&week.rows) {
        let page = browser
            .open(&format!("/usage?from=2026-11-{day}&to=2026-11-{day}"))
            .await;
        page.assert_has("Calls by hour");
        let place = week.columns.iter().position(|c| c == "requests").unwrap();
        assert_eq!(card(&page, "addMessage")[2], row[place], "day {day}");
        if let Some(hours) = chart(&page, "addMessage") {
            assert_eq!(hours.rows.len(), 24);
        }
    }
}

#[tokio::test]
async fn at_most_seven_groups_have_names_and_what_was_deleted_keeps_its_own() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    history(&it, &ann).await;
    let mut browser = it.browser("ann@example.com").await;
    let page = browser.open("/usage?group=key").await;
    let figure = page.between("aria-labelledby=\"chart-addMessage\"", "</figcaption>");
    assert!(figure.matches("<code>mpg-…").count() <= 7, "{figure}");
    let page = browser.open("/usage?group=project").await;
    page.assert_has("<bdi>Second<");
}

#[tokio::test]
async fn the_period_before_is_compared_in_words() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "Key").await;
    it.burn(&ann, &key, "searchMemory", 10).await;
    it.clock.advance(DAY);
    it.burn(&ann, &key, "searchMemory", 12).await;
    let mut browser = it.browser("ann@example.com").await;
    let page = browser.open("/usage?period=today&compare=previous").await;
    let card = page.between("data-api=\"searchMemory\"", "</article>");
    assert!(card.contains("+20 %"), "{card}");
    assert!(card.contains("against 24 Nov 2026"), "{card}");
    let card = page.between("data-api=\"addMessage\"", "</article>");
    assert!(card.contains("no change"), "{card}");
    it.clock.advance(DAY);
    it.burn(&ann, &key, "addMessage", 1).await;
    let page = browser.open("/usage?period=today&compare=previous").await;
    let card = page.between("data-api=\"addMessage\"", "</article>");
    assert!(card.contains("none before"), "{card}");
}

#[tokio::test]
async fn a_forecast_follows_the_pace_of_the_account_and_no_filter() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "Key").await;
    it.burn(&ann, &key, "searchMemory", 400).await;
    let mut browser = it.browser("ann@example.com").await;
    // 400 in 6 days and 10:40 hours are 62 a day; 600 are left.
    for query in ["", "?period=today", "?from=2020-01-01&to=2020-01-02"] {
        let page = browser.open(&format!("/usage{query}")).await;
        let card = page.between("data-api=\"searchMemory\"", "</article>");
        assert!(card.contains("runs out about 4 Dec"), "{card}");
        let card = page.between("data-api=\"addMessage\"", "</article>");
        assert!(
            card.contains("Nothing charged in the last 7 days"),
            "{card}"
        );
    }
}

#[tokio::test]
async fn one_api_whose_figures_fail_dims_only_its_own_card_and_chart() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "Key").await;
    it.burn(&ann, &key, "addMessage", 3).await;
    let broken = it.server.metering.api_named("searchMemory").unwrap().id;
    it.break_figures(&ann, broken).await;
    let mut browser = it.browser("ann@example.com").await;
    for group in ["outcome", "api"] {
        let page = browser.open(&format!("/usage?group={group}")).await;
        assert_eq!(page.status, 200);
        assert_eq!(card(&page, "addMessage"), [3, 0, 3]);
        let dim = page.between("data-api=\"searchMemory\"", "</article>");
        assert!(dim.contains("remaining-figure\">1,000<"), "{dim}");
        assert!(dim.contains("Try again"), "{dim}");
        assert!(dim.contains("incident"), "{dim}");
        assert!(!dim.contains("data-figure=\"charged\""), "{dim}");
    }
    let page = browser.open("/usage?group=api").await;
    page.assert_has("Search memory is missing here");
    page.assert_has("chart-all");
}

#[tokio::test]
async fn an_account_without_calls_is_told_what_to_do_first() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let mut browser = it.browser("ann@example.com").await;
    let page = browser.open("/usage").await;
    page.assert_has("Make an API key");
    page.assert_has("/quick-start");
    let key = it.key(&ann, "Key").await;
    browser.open("/usage").await.assert_has("Your key is ready");
    it.search(&key).await;
    let page = browser.open("/usage").await;
    page.assert_has_not("No calls yet");
}
