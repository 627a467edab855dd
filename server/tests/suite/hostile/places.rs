//! More connections than there are places: whoever does nothing makes room for whoever
//! comes, and whoever waits for an answer gets it.

use super::{Target, envelope, status, until_closed};
use crate::support::{Behaviour, TestServer, search_body};
use allowance::config::Config;
use futures::future::join_all;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// For what is to happen at once, on a machine that has other work.
const SOON: Duration = Duration::from_secs(20);

/// An API that may stream, in the place of the usual one.
const STREAMS: &str = r#"
[[api]]
name = "searchMemory"
path = "/search/memory"
free_calls = 1000
stream = true
"#;

/// A server with so many places, where nobody is closed for being idle.
async fn with_places(most: usize) -> Target {
    let it = TestServer::start_with(|config| {
        config.catalogue = Config::from_toml(STREAMS).unwrap().catalogue;
        config.max_connections = most;
        config.idle_timeout_ms = 600_000;
        config.gateway.body_timeout_ms = 600_000;
    });
    Target::on(it.await).await
}

impl Target {
    async fn crowd(&self, many: usize) -> Vec<TcpStream> {
        let mut crowd = Vec::with_capacity(many);
        for _ in 0..many {
            crowd.push(self.connect().await);
        }
        crowd
    }

    fn search(&self) -> Vec<u8> {
        let body = search_body().to_string();
        let head = self.head(&format!("Content-Length: {}\r\n", body.len()));
        (head + &body).into_bytes()
    }

    /// A call on a connection of its own.
    async fn assert_newcomer_is_served(&self) {
        let mut tcp = self.connect().await;
        tcp.write_all(&self.search()).await.unwrap();
        let answer = timeout(SOON, answer(&mut tcp)).await;
        assert_eq!(envelope(&answer.unwrap())["code"], 0);
    }

    /// So many calls were charged, and the next one is served.
    async fn assert_charged(&self, calls: i64) {
        let left = self.it.remaining(&self.ann, "searchMemory").await;
        assert_eq!(left, 1_000 - calls);
        self.assert_newcomer_is_served().await;
        self.it.assert_verified().await;
    }

    async fn wait_for_calls(&self, calls: usize) {
        while self.it.upstream.seen().len() < calls {
            tokio::task::yield_now().await;
        }
    }
}

/// The next answer on a connection that stays; empty if it was closed.
async fn answer(tcp: &mut TcpStream) -> String {
    let mut seen = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&seen).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                let is_length = name.eq_ignore_ascii_case("content-length");
                is_length.then(|| value.trim().parse::<usize>().unwrap())
            });
            if body.len() >= length.unwrap() {
                return text;
            }
        }
        if tcp.read_buf(&mut seen).await.unwrap_or(0) == 0 {
            return String::from_utf8_lossy(&seen).into_owned();
        }
    }
}

/// Whether the server has not closed it, and has said nothing.
fn is_open(tcp: &TcpStream) -> bool {
    let read = tcp.try_read(&mut [0]);
    read.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
}

fn open(crowd: &[TcpStream]) -> usize {
    crowd.iter().filter(|tcp| is_open(tcp)).count()
}

/// Waits until no more than so many of a crowd are connected.
async fn until_at_most(most: usize, crowd: &[TcpStream]) {
    let closed = async {
        while open(crowd) > most {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(SOON, closed).await.unwrap();
}

#[tokio::test]
async fn idle_connections_disturb_nobody_and_are_closed() {
    let target = Target::start().await;
    // At once, and more than most machines queue by themselves.
    let idle = join_all((0..1_000).map(|_| target.connect())).await;
    assert_eq!(target.it.search(&target.key).await["code"], 0);
    let closed = idle.into_iter().map(|mut tcp| async move {
        assert_eq!(until_closed(&mut tcp).await, "");
    });
    join_all(closed).await;
    target.assert_others_unaffected(1).await;
}

/// Whoever is idle longest goes, and of fifty a sixteenth at a time.
#[tokio::test]
async fn a_newcomer_gets_the_place_of_whoever_is_idle_longest() {
    let target = with_places(50).await;
    let mut idle = target.crowd(50).await;
    // Until then they may be about to ask.
    tokio::time::sleep(Duration::from_millis(50)).await;
    target.assert_newcomer_is_served().await;
    for tcp in &mut idle[..3] {
        assert_eq!(until_closed(tcp).await, "");
    }
    assert!(idle[3..].iter().all(is_open));
    target.assert_charged(1).await;
}

/// To send a part of a head, or to have been answered once, is no title to a place.
#[tokio::test]
async fn heads_that_do_not_come_keep_no_place() {
    let target = with_places(50).await;
    let mut slow = target.crowd(50).await;
    for (place, tcp) in slow.iter_mut().enumerate() {
        if place % 2 == 0 {
            tcp.write_all(&target.search()).await.unwrap();
            assert_eq!(envelope(&answer(tcp).await)["code"], 0);
        }
        tcp.write_all(&target.head("").as_bytes()[..60])
            .await
            .unwrap();
    }
    let _crowd = target.crowd(60).await;
    target.assert_newcomer_is_served().await;
    for tcp in &mut slow {
        assert_eq!(until_closed(tcp).await, "");
    }
    target.assert_charged(26).await;
}

#[tokio::test]
async fn a_connection_that_is_used_keeps_its_place() {
    let target = with_places(20).await;
    let mut used = target.connect().await;
    let mut crowd = Vec::new();
    let mut calls = 0;
    // As long as newcomers come, and until there is room for all that are left.
    while calls < 100 || open(&crowd) > 19 {
        used.write_all(&target.search()).await.unwrap();
        let answer = timeout(SOON, answer(&mut used)).await.unwrap();
        assert_eq!(envelope(&answer)["code"], 0, "{answer}");
        calls += 1;
        if calls <= 100 {
            crowd.extend(target.crowd(2).await);
        }
    }
    assert!(is_open(&used));
    target.assert_charged(calls).await;
}

/// A slow upstream, a stream, and a body that is still to come.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_under_way_is_cut_to_make_room() {
    let target = with_places(20).await;
    let (behaviour, script) = Behaviour::streams();
    target.it.upstream.behave(behaviour);
    let mut stream = target.connect().await;
    stream.write_all(&target.search()).await.unwrap();
    target.wait_for_calls(1).await;
    script.say("data: {\"code\":0}\n\n");
    let turn = Arc::new(Semaphore::new(0));
    target
        .it
        .upstream
        .behave(Behaviour::Waits(Arc::clone(&turn)));
    let mut calls = target.crowd(5).await;
    for tcp in &mut calls {
        tcp.write_all(&target.search()).await.unwrap();
    }
    target.wait_for_calls(6).await;
    let mut sending = target.connect().await;
    let (first, rest) = (target.search(), target.search());
    let (first, rest) = (&first[..first.len() - 5], &rest[rest.len() - 5..]);
    sending.write_all(first).await.unwrap();

    let crowd = target.crowd(200).await;
    until_at_most(13, &crowd).await;
    turn.add_permits(6);
    sending.write_all(rest).await.unwrap();
    calls.push(sending);
    for mut tcp in calls {
        let answer = timeout(SOON, answer(&mut tcp)).await.unwrap();
        assert_eq!(envelope(&answer)["code"], 0, "{answer}");
    }
    script.say("data: {\"code\":0,\"last\":true}\n\n");
    drop(script);
    let mut seen = Vec::new();
    while !seen.ends_with(b"0\r\n\r\n") {
        let read = timeout(SOON, stream.read_buf(&mut seen)).await.unwrap();
        assert_ne!(read.unwrap(), 0, "the stream ends well");
    }
    assert!(String::from_utf8_lossy(&seen).contains("last"));
    target.it.upstream.behave(Behaviour::Good);
    target.assert_charged(7).await;
}

#[tokio::test]
async fn while_all_are_busy_a_newcomer_waits_and_is_served_then() {
    let target = with_places(4).await;
    let turn = Arc::new(Semaphore::new(0));
    target
        .it
        .upstream
        .behave(Behaviour::Waits(Arc::clone(&turn)));
    let mut calls = target.crowd(4).await;
    for tcp in &mut calls {
        tcp.write_all(&target.search()).await.unwrap();
    }
    target.wait_for_calls(4).await;
    let mut newcomer = target.connect().await;
    newcomer.write_all(&target.search()).await.unwrap();
    let waits = timeout(Duration::from_millis(200), newcomer.readable()).await;
    assert!(waits.is_err() && target.it.upstream.seen().len() == 4);
    // One call ends, and its client keeps the connection for later.
    turn.add_permits(1);
    timeout(SOON, target.wait_for_calls(5)).await.unwrap();
    turn.add_permits(4);
    calls.push(newcomer);
    for mut tcp in calls {
        let answer = timeout(SOON, answer(&mut tcp)).await.unwrap();
        assert_eq!(status(&answer), "200", "{answer}");
        assert_eq!(envelope(&answer)["code"], 0);
    }
    target.it.upstream.behave(Behaviour::Good);
    target.assert_charged(5).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn thousands_of_idle_connections_keep_nobody_out_of_a_hundred_places() {
    let target = with_places(100).await;
    let idle = join_all((0..3_000).map(|_| target.connect())).await;
    for _ in 0..10 {
        target.assert_newcomer_is_served().await;
    }
    until_at_most(100, &idle).await;
    target.assert_charged(10).await;
}

#[tokio::test]
async fn with_two_places_all_are_served_in_turn() {
    let target = with_places(2).await;
    let _idle = target.crowd(8).await;
    for _ in 0..4 {
        target.assert_newcomer_is_served().await;
    }
    target.assert_charged(4).await;
}
