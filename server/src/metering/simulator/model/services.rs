//! Calls that services hold.

use super::{Holding, Model};
use crate::domain::Millis;
use crate::domain::quota::Call;
use crate::metering::{Settled, Settlement};

const DAY: Millis = 24 * 3_600_000;

#[derive(Debug, Clone)]
pub(in super::super) struct Booked {
    /// Empty, if nobody was told.
    pub id: String,
    pub call: Call,
    /// The grant that its row names.
    pub given: usize,
    pub expires_at: Millis,
    /// What it holds now.
    pub held: Option<Holding>,
    /// It is in the process's book.
    pub in_book: bool,
    /// Its row is on disk.
    pub on_disk: bool,
    pub lapsed_at: Option<Millis>,
    pub settled: Option<(Settlement, Settled)>,
}

impl Booked {
    const fn is_over(&self) -> bool {
        !self.in_book && !self.on_disk
    }
}

impl Model {
    /// Those in the book whose time is over, but for one that is being settled.
    pub(in super::super) fn due(&self, now: Millis, but: Option<usize>) -> Vec<usize> {
        let booked = self.booked.iter().enumerate();
        booked
            .filter(|(_, booked)| booked.in_book && booked.expires_at <= now)
            .map(|(place, _)| place)
            .filter(|place| Some(*place) != but)
            .collect()
    }

    pub(in super::super) fn lapse_on_disk(&mut self, due: &[usize], now: Millis) {
        for place in due {
            let booked = &mut self.booked[*place];
            if booked.on_disk {
                booked.lapsed_at.get_or_insert(now);
            }
        }
    }

    pub(in super::super) fn lapse_in_memory(&mut self, due: &[usize]) {
        for place in due {
            self.booked[*place].in_book = false;
            self.let_go(*place);
        }
    }

    pub(in super::super) fn let_go(&mut self, place: usize) {
        if let Some(holding) = self.booked[place].held.take() {
            self.settle(holding, false);
        }
    }

    pub(in super::super) fn sweep(&mut self, now: Millis) {
        for booked in &mut self.booked {
            if booked.lapsed_at.is_some_and(|at| at < now - DAY) {
                booked.on_disk = false;
            }
        }
    }

    /// Those that are long over make room.
    pub(in super::super) fn tidy(&mut self) {
        while self.booked.len() > 40 {
            let Some(oldest) = self.booked.iter().position(Booked::is_over) else {
                return;
            };
            self.booked.remove(oldest);
        }
    }

    /// The process begins anew: it holds what the disk says, of grants that are
    /// still there.
    pub(in super::super) fn restart(&mut self) {
        self.paces.clear();
        for place in 0..self.booked.len() {
            self.let_go(place);
            let booked = &self.booked[place];
            let in_book = booked.on_disk && booked.lapsed_at.is_none();
            let (call, given) = (booked.call, booked.given);
            self.booked[place].in_book = in_book;
            if in_book && !self.given[given].over {
                self.booked[place].held = Some(self.hold(call, given));
            }
        }
    }
}
