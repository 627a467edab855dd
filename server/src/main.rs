use allowance::cli::Cli;
use clap::Parser;
use std::io::{self, IsTerminal};
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// Pages and answers are many small pieces: the system's allocator took a fifth of
/// the time of a page.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let filter = EnvFilter::try_from_env("ALLOWANCE_LOG")
        .unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn,leptos=warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr)
        .init();
    // At least four: with one, a stream beside blocking work has been seen to stall.
    let workers = std::thread::available_parallelism().map_or(4, |cores| cores.get().max(4));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers)
        .enable_all()
        .build();
    match runtime {
        Ok(runtime) => runtime.block_on(cli.run()),
        Err(error) => {
            eprintln!("allowance: the runtime could not be started: {error}");
            ExitCode::FAILURE
        }
    }
}
