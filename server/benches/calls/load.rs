//! A load of HTTP/1.1 requests over connections that stay open, as cheap as it can
//! be: requests are bytes that were made before, and of an answer only its length
//! is read. The same for both sides.

use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What a load measured.
pub struct Measured {
    pub a_second: f64,
    /// Processor time of the whole process for each answer, both ends of it, in µs;
    /// 0 where /proc is not.
    pub cpu_us: f64,
    /// Sorted.
    pub latencies: Vec<Duration>,
}

impl Measured {
    fn of(mut latencies: Vec<Duration>, started: Instant, cpu: f64) -> Self {
        latencies.sort_unstable();
        Self {
            a_second: latencies.len() as f64 / started.elapsed().as_secs_f64(),
            cpu_us: (cpu_time() - cpu) / latencies.len() as f64,
            latencies,
        }
    }

    /// Milliseconds at a share of the sorted latencies, in percent.
    pub fn ms(&self, percent: usize) -> f64 {
        let place = self.latencies.len() * percent / 100;
        let place = place.min(self.latencies.len() - 1);
        self.latencies[place].as_secs_f64() * 1_000.0
    }
}

/// A request with a JSON body, as bytes.
pub fn post(path: &str, authorization: &str, content_type: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nhost: bench\r\nauthorization: {authorization}\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// Sends for so long over so many connections. `request` makes the bytes of the
/// n-th request of a connection; every answer must hold `expected`.
pub async fn run(
    address: &str,
    connections: usize,
    time: Duration,
    expected: &'static str,
    request: impl Fn(usize, usize) -> Vec<u8> + Clone + Send + 'static,
) -> Measured {
    let started = Instant::now();
    let cpu = cpu_time();
    let workers: Vec<_> = (0..connections)
        .map(|connection| {
            let (address, request) = (address.to_owned(), request.clone());
            tokio::spawn(async move {
                let mut stream = TcpStream::connect(address).await.unwrap();
                stream.set_nodelay(true).unwrap();
                let mut buffer = Vec::with_capacity(16 * 1024);
                let mut latencies = Vec::with_capacity(4_096);
                while started.elapsed() < time {
                    let bytes = request(connection, latencies.len());
                    let sent = Instant::now();
                    stream.write_all(&bytes).await.unwrap();
                    let answer = read(&mut stream, &mut buffer).await;
                    latencies.push(sent.elapsed());
                    assert!(answer.contains(expected), "an answer was none: {answer}");
                }
                latencies
            })
        })
        .collect();
    let mut latencies = Vec::new();
    for worker in workers {
        latencies.extend(worker.await.unwrap());
    }
    Measured::of(latencies, started, cpu)
}

/// Sends so many requests a second, however long the answers take, for so long.
/// A call that is late because its connection still waits counts from when it was
/// due: a server that stalls cannot hide it.
pub async fn run_at(
    address: &str,
    a_second: usize,
    time: Duration,
    expected: &'static str,
    request: &[u8],
) -> Measured {
    const CONNECTIONS: usize = 16;
    let started = Instant::now();
    let cpu = cpu_time();
    let between = Duration::from_secs(1) / u32::try_from(a_second).unwrap();
    let calls = a_second * usize::try_from(time.as_millis()).unwrap() / 1_000;
    let workers: Vec<_> = (0..CONNECTIONS)
        .map(|connection| {
            let (address, request) = (address.to_owned(), request.to_vec());
            tokio::spawn(async move {
                let mut stream = TcpStream::connect(address).await.unwrap();
                stream.set_nodelay(true).unwrap();
                let mut buffer = Vec::with_capacity(16 * 1024);
                let mut latencies = Vec::new();
                for call in (connection..calls).step_by(CONNECTIONS) {
                    let due = started + between * u32::try_from(call).unwrap();
                    let is_late = Instant::now() > due;
                    tokio::time::sleep_until(due.into()).await;
                    // A timer rings up to a millisecond late, which is nobody's fault.
                    let since = if is_late { due } else { Instant::now() };
                    stream.write_all(&request).await.unwrap();
                    let answer = read(&mut stream, &mut buffer).await;
                    latencies.push(since.elapsed());
                    assert!(answer.contains(expected), "an answer was none: {answer}");
                }
                latencies
            })
        })
        .collect();
    let mut latencies = Vec::new();
    for worker in workers {
        latencies.extend(worker.await.unwrap());
    }
    Measured::of(latencies, started, cpu)
}

/// Reads one answer, head and body.
async fn read<'a>(stream: &mut TcpStream, buffer: &'a mut Vec<u8>) -> &'a str {
    buffer.clear();
    let mut end = None;
    loop {
        assert!(
            stream.read_buf(buffer).await.unwrap() > 0,
            "the connection was closed"
        );
        if end.is_none()
            && let Some(head) = find(buffer, b"\r\n\r\n")
        {
            let text = std::str::from_utf8(&buffer[..head]).unwrap();
            let length: usize = text
                .split("\r\n")
                .find_map(|line| {
                    let (name, value) = line.split_once(':')?;
                    name.eq_ignore_ascii_case("content-length")
                        .then(|| value.trim().parse().unwrap())
                })
                .unwrap_or_else(|| panic!("an answer without a length: {text}"));
            end = Some(head + 4 + length);
        }
        if end.is_some_and(|end| buffer.len() >= end) {
            return std::str::from_utf8(buffer).unwrap();
        }
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

/// Processor time of this process so far, in µs. The kernel counts it in ticks of 10 ms.
fn cpu_time() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: f64 = after_name
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum();
    ticks * 10_000.0
}

/// Sends a request so many times over one connection, and counts the answers that
/// hold what is expected.
pub async fn send(address: &str, request: &[u8], times: usize, expected: &str) -> usize {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let mut buffer = Vec::with_capacity(16 * 1024);
    let mut found = 0;
    for _ in 0..times {
        stream.write_all(request).await.unwrap();
        found += usize::from(read(&mut stream, &mut buffer).await.contains(expected));
    }
    found
}
