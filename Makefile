.DEFAULT_GOAL := help
.PHONY: help run dev build test bench fuzz simulate soak fmt

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## set up, build and start the demo on http://127.0.0.1:3000 (ALLOWANCE_LISTEN moves it)
	@scripts/run.sh

dev: ## the same from a debug build that follows every change
	@scripts/dev.sh

build: ## set up and build the release, if anything changed
	@scripts/build.sh

test: ## formatting, lints, Rust tests, then the browser tests on the release build
	@scripts/test.sh

bench: ## calls beside their opponents, the console on ten million calls (made once: minutes, 1.5 GB)
	@scripts/bench.sh

fuzz: ## each fuzz target for a minute (FUZZ_SECONDS changes that)
	@scripts/fuzz.sh

simulate: ## engine and ledger against a model, for ALLOWANCE_SIM_STEPS random steps (10 million)
	@cargo test --release --locked --package server --lib --features allowance-app/ssr -- --ignored --nocapture for_hours

soak: ## mixed traffic on the real process, with kill -9, for ALLOWANCE_SOAK_SECONDS (an hour)
	@scripts/soak.sh

fmt: ## format all Rust code
	@cargo fmt --all
