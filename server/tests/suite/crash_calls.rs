//! `kill -9` under calls that carry an `Idempotency-Key`, round after round: a call
//! without an answer is sent again under its key, and each key is charged once if it
//! was acknowledged, and at most once whatever happened (`product.md` §2.5).
//!
//! Clients also hang up now and then: the process that is killed has charged some
//! calls of which nobody knows.

use crate::support::process::assert_verified;
use crate::support::stage::ledger::{Deed, Fate, assert_told_the_truth};
use crate::support::stage::upstream::End;
use crate::support::stage::{self, Stage, request_id};
use bytes::Bytes;
use futures::future::join_all;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::Semaphore;

const ROUNDS: usize = 20;
const CONNECTIONS: u64 = 12;

/// The seed of a run: another one is asked for by `ALLOWANCE_CRASH_SEED`.
pub fn seed(usual: u64) -> u64 {
    let asked = std::env::var("ALLOWANCE_CRASH_SEED").ok();
    let seed = asked.map_or(usual, |text| text.parse().unwrap());
    println!("seed {seed}");
    seed
}

/// Waits for so many answers, and then for a moment: what is under way at its end is
/// at any point of its path.
pub async fn a_random_moment(chance: &mut ChaCha8Rng, answered: &Semaphore, most: u32) {
    let answers = chance.random_range(1..=most);
    answered.acquire_many(answers).await.unwrap().forget();
    let rest = Duration::from_micros(chance.random_range(0..4_000));
    tokio::time::sleep(rest).await;
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Answer {
    code: i64,
    id: String,
    body: Bytes,
}

/// A call under a key that is also the name of its end user.
#[derive(Debug)]
struct Keyed {
    key: String,
    end: End,
    /// The round in which it was sent first.
    since: usize,
    /// Its first success, which every other answer must equal.
    kept: Option<Answer>,
    /// The last failure.
    failed: Option<String>,
}

/// One connection, and what it knows of its calls.
struct Caller {
    number: u64,
    stage: Arc<Stage>,
    chance: ChaCha8Rng,
    made: usize,
    unanswered: Vec<Keyed>,
    answered: Vec<Keyed>,
    /// Without an answer, and never sent again.
    left: Vec<Keyed>,
    /// Calls of which only the ledger knew that they were charged, across a kill.
    found_charged: usize,
}

impl Caller {
    fn new(number: u64, stage: Arc<Stage>, seed: u64) -> Self {
        Self {
            number,
            stage,
            chance: ChaCha8Rng::seed_from_u64(seed * 1_000 + number),
            made: 0,
            unanswered: Vec::new(),
            answered: Vec::new(),
            left: Vec::new(),
            found_charged: 0,
        }
    }

    fn below(&mut self, end: usize) -> usize {
        self.chance.random_range(0..end)
    }

    fn next(&mut self, round: usize) -> Keyed {
        if !self.unanswered.is_empty() {
            let place = self.below(self.unanswered.len());
            return self.unanswered.swap_remove(place);
        }
        if !self.answered.is_empty() && self.below(4) == 0 {
            let place = self.below(self.answered.len());
            return self.answered.swap_remove(place);
        }
        self.made += 1;
        let end = [End::Answers, End::Answers, End::AnswersLate, End::Fails][self.below(4)];
        Keyed {
            key: format!("key-{}-{}", self.number, self.made),
            end,
            since: round,
            kept: None,
            failed: None,
        }
    }

    /// Asks once. The answer, and whether it was given before; nothing, if none came.
    async fn ask(
        &self,
        client: &reqwest::Client,
        address: &str,
        call: &Keyed,
    ) -> Option<(Answer, bool)> {
        let request = self
            .stage
            .call(client, (address, "plenty"), &call.key, call.end);
        let request = request.header("idempotency-key", &call.key);
        let response = request.send().await.ok()?;
        let id = request_id(&response);
        let replayed = response.headers().get("idempotency-replayed");
        let replayed = replayed.is_some_and(|value| value == "true");
        let body = response.bytes().await.ok()?;
        let envelope: Value = serde_json::from_slice(&body).unwrap();
        let code = envelope["code"].as_i64().unwrap();
        Some((Answer { code, id, body }, replayed))
    }

    /// Takes in an answer.
    fn heard(&mut self, call: &mut Keyed, (answer, replayed): (Answer, bool), round: usize) {
        if call.end == End::Fails {
            assert_eq!((answer.code, replayed), (50_000, false), "{call:?}");
            call.failed = Some(answer.id);
            return;
        }
        assert_eq!(answer.code, 0, "{call:?}: {answer:?}");
        if let Some(kept) = &call.kept {
            assert_eq!((&answer, replayed), (kept, true), "{call:?}");
        } else {
            self.found_charged += usize::from(replayed && call.since < round);
            call.kept = Some(answer);
        }
    }

    /// Calls until the process is gone.
    async fn call_until_gone(
        mut self,
        address: String,
        round: usize,
        answered: Arc<Semaphore>,
    ) -> Self {
        let client = reqwest::Client::new();
        loop {
            let mut call = self.next(round);
            let answers = match self.below(8) {
                // It hangs up before it knows.
                0 => {
                    let patience = Duration::from_millis(self.chance.random_range(0..6));
                    let asked = self.ask(&client, &address, &call);
                    let Ok(answer) = tokio::time::timeout(patience, asked).await else {
                        self.unanswered.push(call);
                        continue;
                    };
                    vec![answer]
                }
                // It sends twice at once.
                1 => {
                    let both = (0..2).map(|_| self.ask(&client, &address, &call));
                    join_all(both).await
                }
                _ => vec![self.ask(&client, &address, &call).await],
            };
            let is_gone = answers.contains(&None);
            let mut answers: Vec<_> = answers.into_iter().flatten().collect();
            // Of two at once one may have been made just now, and only one.
            answers.sort_by_key(|(_, replayed)| *replayed);
            for answer in answers {
                self.heard(&mut call, answer, round);
            }
            if call.kept.is_some() || call.failed.is_some() {
                self.answered.push(call);
                answered.add_permits(1);
            } else if self.below(8) == 0 {
                self.left.push(call);
            } else {
                self.unanswered.push(call);
            }
            if is_gone {
                return self;
            }
        }
    }

    /// Asks until every call but those that are left alone has its answer, and asks
    /// for each of them once more.
    async fn settle(mut self, address: &str, round: usize) -> Self {
        let client = reqwest::Client::new();
        let calls: Vec<Keyed> = self
            .unanswered
            .drain(..)
            .chain(self.answered.drain(..))
            .collect();
        for mut call in calls {
            for _ in 0..2 {
                let answer = self.ask(&client, address, &call).await.unwrap();
                self.heard(&mut call, answer, round);
            }
            self.answered.push(call);
        }
        self
    }

    /// Whether the kills met what they are to meet.
    fn is_telling(&self) -> bool {
        self.found_charged > 0 && !self.left.is_empty()
    }

    fn deeds(self) -> impl Iterator<Item = Deed> {
        let deed = |call: Keyed, fate| Deed {
            kind: "call with a key",
            name: call.key,
            fate,
            logged: call.failed,
        };
        let left = self
            .left
            .into_iter()
            .map(move |call| deed(call, Fate::Unknown));
        let answered = self.answered.into_iter().map(move |mut call| {
            let fate = match call.kept.take() {
                Some(kept) => Fate::Charged(kept.id),
                None => Fate::Free,
            };
            deed(call, fate)
        });
        left.chain(answered)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_kills_under_calls_with_a_key_charge_each_key_once_and_give_its_answer_again() {
    let seed = seed(11);
    let folder = TempDir::new().unwrap();
    let stage = stage::set(folder.path(), &[("plenty", 1_000_000)]).await;
    let stage = Arc::new(stage);
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    let mut callers: Vec<Caller> = (0..CONNECTIONS)
        .map(|number| Caller::new(number, Arc::clone(&stage), seed))
        .collect();
    let mut round = 0;
    // Runs without any of these prove nothing: they go on, with an end.
    while round < ROUNDS || (round < 3 * ROUNDS && !callers.iter().any(Caller::is_telling)) {
        let process = stage::serve(folder.path()).await;
        let answered = Arc::new(Semaphore::new(0));
        let load: Vec<_> = callers
            .drain(..)
            .map(|caller| {
                let (address, answered) = (process.address.clone(), Arc::clone(&answered));
                tokio::spawn(caller.call_until_gone(address, round, answered))
            })
            .collect();
        a_random_moment(&mut chance, &answered, 80).await;
        process.kill();
        let gone = join_all(load).await.into_iter();
        callers = gone.map(Result::unwrap).collect();
        round += 1;
    }
    let process = stage::serve(folder.path()).await;
    let settling = callers
        .into_iter()
        .map(|it| it.settle(&process.address, round));
    let callers = join_all(settling).await;
    process.kill();

    assert_verified(folder.path());
    let found: usize = callers.iter().map(|caller| caller.found_charged).sum();
    let left: usize = callers.iter().map(|caller| caller.left.len()).sum();
    let deeds: Vec<Deed> = callers.into_iter().flat_map(Caller::deeds).collect();
    println!(
        "{} keys, {found} found charged after a kill, {left} left alone",
        deeds.len()
    );
    assert_told_the_truth(folder.path(), &deeds);
    assert!(found > 0, "after no kill was a call found charged");
    assert!(left > 0, "no call was left without an answer");
}
