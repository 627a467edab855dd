//! A load on the engine itself, without HTTP.

use std::time::{Duration, Instant};

/// Callers at once.
const CALLERS: u64 = 64;
const TIME: Duration = Duration::from_secs(2);

/// How often a second all callers together do something, each one time after
/// another. `once` is given the caller, and how often it has done it.
pub async fn a_second<F, Fut>(once: F) -> f64
where
    F: Fn(u64, u64) -> Fut + Clone + Send + 'static,
    Fut: Future<Output = ()> + Send,
{
    let started = Instant::now();
    let callers: Vec<_> = (0..CALLERS)
        .map(|caller| {
            let once = once.clone();
            tokio::spawn(async move {
                let mut done = 0_u64;
                while started.elapsed() < TIME {
                    once(caller, done).await;
                    done += 1;
                }
                done
            })
        })
        .collect();
    let mut done = 0;
    for caller in callers {
        done += caller.await.unwrap();
    }
    done as f64 / started.elapsed().as_secs_f64()
}
