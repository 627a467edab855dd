//! Things that are done while the disk has a fault.

use super::Simulation;
use super::disk::Fault;
use std::fmt::Debug;

/// What came of something that was done under a fault.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Told<T> {
    Done(T),
    Failed,
    Died,
}

impl Simulation {
    /// Does something while the disk has a fault, until it is done or all is dead.
    pub(super) async fn under<T: Debug + Send + 'static, E: Send + 'static>(
        &mut self,
        fault: Option<Fault>,
        work: impl Future<Output = Result<T, E>> + Send + 'static,
    ) -> Told<T> {
        self.tally.faults += usize::from(fault.is_some());
        *self.disk.fault.lock() = fault;
        let task = tokio::spawn(work);
        let told = tokio::select! {
            biased;
            () = self.disk.death.notified() => Told::Died,
            done = task => match done.unwrap() {
                Ok(done) => Told::Done(done),
                Err(_) => Told::Failed,
            },
        };
        *self.disk.fault.lock() = None;
        self.saw(&told);
        told
    }

    pub(super) async fn crash_if_died<T>(&mut self, told: Told<T>) {
        if matches!(told, Told::Died) {
            self.crash().await;
        }
    }
}
