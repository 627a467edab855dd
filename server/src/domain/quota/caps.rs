//! The caps of one account: how much of each window is used or held.

use super::super::caps::{AccountCaps, Cap, CapOwner, CapUse, CountedCap, Window};
use super::super::{ApiId, Millis};
use super::Call;
use chrono_tz::Tz;
use std::collections::{BTreeMap, HashMap};

/// Windows of one cap in memory: calls count in the window in which they came,
/// and those that came before the oldest of these are long over.
const KEPT: usize = 8;

#[derive(Debug, Clone, Copy, Default)]
struct Count {
    charged: i64,
    reserved: i64,
}

#[derive(Debug)]
struct Capped {
    cap: Cap,
    /// By the start of the window. A window that is not here has no calls.
    windows: BTreeMap<Millis, Count>,
    /// Calls that come from before it, because the clock was set back, count in
    /// the window that begins here: what was before is not known.
    known_from: Millis,
}

impl Capped {
    fn new(counted: CountedCap, known_from: Millis) -> Self {
        let windows = counted
            .charged
            .into_iter()
            .map(|(start, charged)| {
                let count = Count {
                    charged,
                    reserved: 0,
                };
                (start, count)
            })
            .collect();
        Self {
            cap: counted.cap,
            windows,
            known_from,
        }
    }

    fn window(&self, at: Millis, zone: Tz) -> Window {
        self.cap.limit.period.window(at.max(self.known_from), zone)
    }

    fn count(&self, window: Window) -> Count {
        self.windows.get(&window.start).copied().unwrap_or_default()
    }

    fn count_mut(&mut self, at: Millis, zone: Tz) -> &mut Count {
        let start = self.window(at, zone).start;
        self.windows.entry(start).or_default()
    }

    /// Forgets windows that are over, oldest first, as long as nothing is held in them.
    fn tidy(&mut self) {
        while self.windows.len() > KEPT {
            match self.windows.first_entry() {
                Some(oldest) if oldest.get().reserved == 0 => {
                    oldest.remove();
                }
                _ => return,
            }
            if let Some((next, _)) = self.windows.first_key_value() {
                self.known_from = self.known_from.max(*next);
            }
        }
    }

    fn used(&self, at: Millis, zone: Tz) -> CapUse {
        let window = self.window(at, zone);
        CapUse {
            cap: self.cap.clone(),
            window,
            charged: self.count(window).charged,
        }
    }
}

#[derive(Debug)]
pub(super) struct Caps {
    zone: Tz,
    caps: HashMap<(CapOwner, ApiId), Capped>,
}

impl Caps {
    pub(super) fn new(account: AccountCaps) -> Self {
        let AccountCaps {
            zone,
            caps,
            known_from,
        } = account;
        let caps = caps
            .into_iter()
            .map(|counted| {
                let place = (counted.cap.owner, counted.cap.api);
                (place, Capped::new(counted, known_from))
            })
            .collect();
        Self { zone, caps }
    }

    /// The cap that stops this call: of two, the one that stops it longer.
    pub(super) fn full(&self, call: &Call) -> Option<CapUse> {
        self.over(call)
            .filter(|capped| {
                let count = capped.count(capped.window(call.at, self.zone));
                count.charged + count.reserved >= capped.cap.limit.calls
            })
            .map(|capped| capped.used(call.at, self.zone))
            .max_by_key(|used| used.window.end)
    }

    /// The cap that leaves this call the least.
    pub(super) fn least(&self, call: &Call) -> Option<CapUse> {
        self.over(call)
            .map(|capped| capped.used(call.at, self.zone))
            .min_by_key(CapUse::remaining)
    }

    /// Every cap, with its use at an instant.
    pub(super) fn all(&self, at: Millis) -> Vec<CapUse> {
        self.caps
            .values()
            .map(|capped| capped.used(at, self.zone))
            .collect()
    }

    pub(super) fn hold(&mut self, call: &Call, calls: i64) {
        self.each(call, |count| count.reserved += calls);
    }

    pub(super) fn burn(&mut self, call: &Call) {
        self.each(call, |count| {
            count.reserved -= 1;
            count.charged += 1;
        });
    }

    pub(super) fn release(&mut self, call: &Call) {
        self.each(call, |count| count.reserved -= 1);
    }

    fn over(&self, call: &Call) -> impl Iterator<Item = &Capped> {
        call.cap_owners()
            .into_iter()
            .filter_map(|owner| self.caps.get(&(owner, call.api)))
    }

    fn each(&mut self, call: &Call, mut change: impl FnMut(&mut Count)) {
        for owner in call.cap_owners() {
            if let Some(capped) = self.caps.get_mut(&(owner, call.api)) {
                change(capped.count_mut(call.at, self.zone));
                capped.tidy();
            }
        }
    }
}
