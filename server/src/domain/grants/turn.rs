//! What is written when the time of grants has come: the same for every store.

use super::super::{GrantId, Millis};
use super::{Ending, EntryKind, NewPeriod, Recurrence, share_out};

/// A grant whose time has come, or that ended while calls in flight held it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Over {
    pub id: GrantId,
    pub calls: i64,
    /// On disk.
    pub burnt: i64,
    /// Calls that entries took from it: lapsed, revoked, rolled over.
    pub taken: i64,
    /// Calls in flight that hold it now.
    pub in_flight: i64,
    pub expires_at: Millis,
    /// Row id of what it is a period of.
    pub recurrence: Option<i64>,
    /// It ended before, in this way.
    pub ended: Option<Ending>,
}

impl Over {
    /// Calls of which nothing is known to have become.
    fn rest(&self) -> i64 {
        (self.calls - self.burnt - self.taken - self.in_flight).max(0)
    }
}

/// Calls taken from a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    pub grant: GrantId,
    pub kind: EntryKind,
    pub calls: i64,
    pub at: Millis,
}

/// A period to be begun: a grant, and another of what rolled over, if anything did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Begun {
    pub recurrence: i64,
    pub period: NewPeriod,
    /// It is over already: so many of its calls roll over into the next one.
    pub over: Option<i64>,
}

/// What is to be written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Turn {
    pub taken: Vec<Taken>,
    /// Grants that end now, when, and how many calls in flight hold them.
    pub ended: Vec<(GrantId, Millis, i64)>,
    /// Grants that ended before, and how many calls in flight hold them still.
    pub settled: Vec<(GrantId, i64)>,
    /// In the order of time for each recurrence.
    pub begun: Vec<Begun>,
    /// When each recurrence comes again; nothing if it does not.
    pub next: Vec<(i64, Option<Millis>)>,
}

impl Turn {
    /// What to write at `now` of these grants and recurrences (by row id).
    #[must_use]
    pub fn plan(now: Millis, over: &[Over], recurrences: &[(i64, Recurrence)]) -> Self {
        let mut turn = Self::default();
        for grant in over {
            match (grant.ended, grant.recurrence) {
                (Some(how), _) => turn.settle(now, grant, how),
                (None, None) => {
                    turn.ended
                        .push((grant.id, grant.expires_at, grant.in_flight));
                    turn.take(grant.id, EntryKind::Expired, grant.rest(), grant.expires_at);
                }
                // With its recurrence.
                (None, Some(_)) => {}
            }
        }
        for (id, recurrence) in recurrences {
            let last: Vec<&Over> = over
                .iter()
                .filter(|grant| grant.recurrence == Some(*id) && grant.ended.is_none())
                .collect();
            turn.renew(now, *id, recurrence, &last);
        }
        turn
    }

    /// Calls in flight at its end have come home: those that did not burn it are
    /// taken from it too.
    fn settle(&mut self, now: Millis, grant: &Over, how: Ending) {
        self.settled.push((grant.id, grant.in_flight));
        let kind = match how {
            Ending::Expired => EntryKind::Expired,
            Ending::Revoked => EntryKind::Revoked,
        };
        self.take(grant.id, kind, grant.rest(), now);
    }

    fn renew(&mut self, now: Millis, id: i64, recurrence: &Recurrence, last: &[&Over]) {
        let rests: Vec<i64> = last.iter().map(|grant| grant.rest()).collect();
        let periods = recurrence.periods(rests.iter().sum(), now);
        let carried = periods.first().map_or(0, |period| period.carried);
        let at = recurrence.next_at;
        for (grant, share) in last.iter().zip(share_out(&rests, carried)) {
            self.ended.push((grant.id, at, grant.in_flight));
            self.take(grant.id, EntryKind::Expired, share.lapsed, at);
            self.take(grant.id, EntryKind::RolledOver, share.rolled_over, at);
        }
        let ended = |end| recurrence.ends_at.is_some_and(|last| end >= last);
        let end = periods.last().map_or(at, |period| period.end);
        self.next
            .push((id, (!ended(end) || end > now).then_some(end)));
        for (place, period) in periods.iter().enumerate() {
            let next = periods.get(place + 1).map(|next| next.carried);
            self.begun.push(Begun {
                recurrence: id,
                period: *period,
                // The last one may be over as well, if nothing comes after it.
                over: next.or((period.end <= now).then_some(0)),
            });
        }
    }

    fn take(&mut self, grant: GrantId, kind: EntryKind, calls: i64, at: Millis) {
        if calls > 0 {
            self.taken.push(Taken {
                grant,
                kind,
                calls,
                at,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::caps::Period;
    use super::super::Recurs;
    use super::*;
    use chrono_tz::Tz;

    const DAY: Millis = 24 * 3_600_000;

    fn over(id: i64, recurrence: Option<i64>) -> Over {
        Over {
            id: GrantId(id),
            calls: 100,
            burnt: 60,
            taken: 0,
            in_flight: 3,
            expires_at: DAY,
            recurrence,
            ended: None,
        }
    }

    fn daily(roll_over: i64, ends_at: Option<Millis>) -> Recurrence {
        Recurrence {
            recurs: Recurs {
                period: Period::Day,
                roll_over,
            },
            calls: 100,
            next_at: DAY,
            ends_at,
            zone: Tz::UTC,
        }
    }

    fn taken(turn: &Turn) -> Vec<(EntryKind, i64, Millis)> {
        turn.taken
            .iter()
            .map(|taken| (taken.kind, taken.calls, taken.at))
            .collect()
    }

    #[test]
    fn a_grant_lapses_at_its_time_with_what_nobody_holds_and_the_rest_follows() {
        let turn = Turn::plan(DAY + 7, &[over(1, None)], &[]);
        assert_eq!(taken(&turn), [(EntryKind::Expired, 37, DAY)]);
        assert_eq!(turn.ended, [(GrantId(1), DAY, 3)]);
        // Of the three, one burnt it, one failed, and one is still out.
        let later = Over {
            burnt: 61,
            taken: 37,
            in_flight: 1,
            ended: Some(Ending::Expired),
            ..over(1, None)
        };
        let turn = Turn::plan(2 * DAY, &[later], &[]);
        assert_eq!(taken(&turn), [(EntryKind::Expired, 1, 2 * DAY)]);
        assert_eq!(turn.settled, [(GrantId(1), 1)]);
    }

    #[test]
    fn missed_periods_are_written_each_at_its_time() {
        let turn = Turn::plan(3 * DAY + 5, &[over(1, Some(9))], &[(9, daily(20, None))]);
        assert_eq!(
            taken(&turn),
            [
                (EntryKind::Expired, 17, DAY),
                (EntryKind::RolledOver, 20, DAY)
            ]
        );
        let begun: Vec<_> = turn
            .begun
            .iter()
            .map(|begun| (begun.period.start, begun.period.carried, begun.over))
            .collect();
        assert_eq!(
            begun,
            [
                (DAY, 20, Some(20)),
                (2 * DAY, 20, Some(20)),
                (3 * DAY, 20, None)
            ]
        );
        assert_eq!(turn.next, [(9, Some(4 * DAY))]);
    }

    #[test]
    fn after_its_end_it_does_not_come_again_and_nothing_rolls_over() {
        let it = daily(20, Some(DAY));
        let turn = Turn::plan(DAY, &[over(1, Some(9))], &[(9, it)]);
        assert_eq!(taken(&turn), [(EntryKind::Expired, 37, DAY)]);
        assert_eq!((turn.begun.len(), &turn.next[..]), (0, &[(9, None)][..]));

        let it = daily(20, Some(DAY + 5));
        let turn = Turn::plan(3 * DAY, &[over(1, Some(9))], &[(9, it)]);
        assert_eq!(turn.begun.len(), 1);
        assert_eq!(turn.begun[0].over, Some(0));
        assert_eq!(turn.next, [(9, None)]);
        let turn = Turn::plan(DAY + 4, &[over(1, Some(9))], &[(9, it)]);
        assert_eq!(turn.next, [(9, Some(DAY + 5))]);
    }
}
