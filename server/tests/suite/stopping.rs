//! The end of a server: what was accepted is finished, and nothing more is taken.

use crate::support::{Behaviour, TestServer, search_body};
use allowance::domain::accounts::Role;
use allowance::http::listen;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, oneshot};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_stop_lets_calls_under_way_finish_and_closes_idle_connections() {
    let it = TestServer::start().await;
    let ann = it.account("ann@example.com", Role::Developer).await;
    let key = it.key(&ann, "Key").await;
    let turn = Arc::new(Semaphore::new(0));
    it.upstream.behave(Behaviour::Waits(Arc::clone(&turn)));

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let served = tokio::spawn(listen(
        listener,
        it.server.front.clone(),
        it.server.connections,
        async { stopped.await.unwrap() },
        Duration::from_secs(20),
    ));
    let mut idle = TcpStream::connect(address).await.unwrap();
    let call = reqwest::Client::new()
        .post(format!("http://{address}/api/openmem/v1/search/memory"))
        .header("authorization", format!("Token {key}"))
        .body(search_body().to_string())
        .send();
    let call = tokio::spawn(call);
    while it.upstream.seen().is_empty() {
        tokio::task::yield_now().await;
    }
    stop.send(()).unwrap();
    // The door is shut, and whoever waits in front of it sees so.
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert_eq!(idle.read(&mut [0]).await.unwrap(), 0);
    turn.add_permits(1);
    let envelope: Value = call.await.unwrap().unwrap().json().await.unwrap();
    assert_eq!(envelope["code"], 0);
    served.await.unwrap();
    assert_eq!(it.remaining(&ann, "searchMemory").await, 999);
}
