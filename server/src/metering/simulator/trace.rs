//! What happened in a world, step by step: one that is played again must be the same.

use super::Simulation;
use std::fmt::{Debug, Write};
use std::hash::{DefaultHasher, Hasher};

/// A digest of all that was seen: what was done, what was answered, what is on disk.
#[derive(Default)]
pub(super) struct Trace {
    /// Its keys are the same in every process.
    seen: DefaultHasher,
    /// Rows of the ledger that were seen. It is only ever added to.
    rows: usize,
    /// The digest after each step.
    pub steps: Vec<u64>,
}

impl Write for Trace {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.seen.write(text.as_bytes());
        Ok(())
    }
}

impl Trace {
    /// Of the whole world.
    pub(super) fn digest(&self) -> u64 {
        self.seen.finish()
    }
}

impl Simulation {
    /// Puts down what happened, if anybody wants to know.
    pub(super) fn saw(&mut self, what: &impl Debug) {
        if let Some(trace) = &mut self.trace {
            writeln!(trace, "{what:?}").unwrap();
        }
    }

    /// Puts down what a step left behind.
    pub(super) fn end_step(&mut self) {
        let now = self.now();
        let Some(trace) = &mut self.trace else { return };
        let drawn = self.world.drawn();
        let commits = *self.disk.commits.lock();
        writeln!(trace, "{now} {drawn} {commits} {:?}", self.tally).unwrap();
        let state = self.disk.state.lock();
        state.tell(trace.rows, trace).unwrap();
        trace.rows = state.usage.len();
        trace.steps.push(trace.digest());
    }
}
