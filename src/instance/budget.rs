//! The budget of an invocation of a guest that can be interrupted: time, and instructions (`limits.fuel`). The guest
//! counts instructions (`src/interrupt/`), and asks for more whenever a quantum of them is used up. No JavaScript runs
//! here.

use std::cell::Cell;

/// Instructions that an invocation begins with: many end before, and never ask what time it is.
const FIRST: u32 = 1 << 16;

/// The fewest and the most instructions of a quantum. Some instructions take a hundred times as long as others: a guest that
/// executed quick ones must not have many slow ones before it asks again.
const LEAST: u32 = 1 << 12;
const MOST: u32 = 1 << 20;

/// Instructions of a quantum where nothing has to end, so that the clock is not read.
const UNTIMED: u32 = 1 << 24;

/// Milliseconds that a quantum should take: in less it is doubled, in more it is made smaller.
const SHORT: f64 = 0.25;
const LONG: f64 = 1.0;

/// The clock of an invocation.
pub(super) trait Clock {
    /// Milliseconds until it has to end; infinite where it has not.
    fn time_left(&self) -> f64;
}

/// The answer to a guest that has used up its quantum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refill {
    /// Instructions that it may execute before it asks again.
    Granted(u32),
    OutOfFuel,
    OutOfTime,
}

/// The budget of the running invocation of an instance.
#[derive(Debug)]
pub(super) struct Budget {
    /// Instructions of one invocation; None for no limit.
    fuel: Option<u64>,
    /// Instructions that the running invocation was granted.
    granted: Cell<u64>,
    quantum: Cell<u32>,
    /// Milliseconds that were left at the last refill; infinite where this invocation has had none.
    time_left: Cell<f64>,
}

impl Budget {
    pub(super) fn new(fuel: Option<u64>) -> Self {
        Self { fuel, granted: Cell::new(0), quantum: Cell::new(FIRST), time_left: Cell::new(f64::INFINITY) }
    }

    pub(super) fn fuel(&self) -> Option<u64> {
        self.fuel
    }

    /// Instructions that each invocation begins with.
    pub(super) fn first(&self) -> u32 {
        self.limit_to_fuel(FIRST, 0)
    }

    /// `instructions`, or what is left of the fuel where that is less. `spent`: at most the fuel.
    fn limit_to_fuel(&self, instructions: u32, spent: u64) -> u32 {
        let left = self.fuel.map_or(u64::MAX, |fuel| fuel.saturating_sub(spent));
        u32::try_from(left).map_or(instructions, |left| instructions.min(left))
    }

    /// A guest has used up its quantum. `left` is what it has left, below 0; `is_first`: for the first time in this
    /// invocation.
    pub(super) fn refill(&self, left: i32, is_first: bool, clock: &impl Clock) -> Refill {
        if is_first {
            self.granted.set(self.first().into());
            self.time_left.set(f64::INFINITY);
        }
        let spent = self.granted.get().saturating_add_signed(-i64::from(left));
        if self.fuel.is_some_and(|fuel| spent > fuel) {
            return Refill::OutOfFuel;
        }
        let Some(quantum) = self.next_quantum(clock) else { return Refill::OutOfTime };
        let granted = self.limit_to_fuel(quantum, spent);
        self.granted.set(spent.saturating_add(granted.into()));
        Refill::Granted(granted)
    }

    /// Instructions until the clock is to be read again; None where the time is over.
    fn next_quantum(&self, clock: &impl Clock) -> Option<u32> {
        let left = clock.time_left();
        if left == f64::INFINITY {
            return Some(UNTIMED);
        }
        if left <= 0.0 {
            return None;
        }
        // Infinite at the first refill, which shows nothing. A callback that took its time makes the quantum smaller too,
        // for a while.
        let (took, quantum) = (self.time_left.replace(left) - left, self.quantum.get());
        let adapted = match took {
            f64::INFINITY => quantum,
            ..SHORT => quantum << 1,
            ..=LONG => quantum,
            _ => quantum >> halvings(took),
        };
        self.quantum.set(adapted.clamp(LEAST, MOST));
        Some(self.quantum.get())
    }
}

/// How often a quantum is halved that took `took` ms.
fn halvings(took: f64) -> u32 {
    match took {
        ..2.0 => 1,
        2.0..4.0 => 2,
        4.0..8.0 => 3,
        _ => 4,
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::{Budget, Clock, FIRST, LEAST, MOST, Refill, UNTIMED};

    /// A clock that goes on by a step each time it is read.
    struct Steps {
        now: Cell<f64>,
        step: f64,
        deadline: f64,
    }

    impl Steps {
        fn new(step: f64, deadline: f64) -> Self {
            Self { now: Cell::new(0.0), step, deadline }
        }
    }

    impl Clock for Steps {
        fn time_left(&self) -> f64 {
            self.deadline - self.now.replace(self.now.get() + self.step)
        }
    }

    #[test]
    fn fuel_is_over_at_the_same_instruction_however_it_is_granted() {
        for step in [0.0, 0.5, 5.0] {
            for weight in [1, 7, 128, 50_000] {
                for fuel in [0, 1, u64::from(FIRST) - 1, u64::from(FIRST), u64::from(FIRST) + 1, 1 << 20] {
                    let (budget, clock) = (Budget::new(Some(fuel)), Steps::new(step, 1e9));
                    let (mut left, mut spent) = (i64::from(budget.first()), 0);
                    let mut is_first = true;
                    loop {
                        (left, spent) = (left - weight, spent + weight);
                        if left >= 0 {
                            continue;
                        }
                        let refill = budget.refill(i32::try_from(left).unwrap_or(i32::MIN), is_first, &clock);
                        is_first = false;
                        match refill {
                            Refill::Granted(granted) => left = granted.into(),
                            over => {
                                assert_eq!(over, Refill::OutOfFuel);
                                break;
                            }
                        }
                    }
                    let weight = u64::try_from(weight).unwrap_or(1);
                    assert_eq!(u64::try_from(spent), Ok((fuel / weight + 1) * weight), "{fuel} by {weight}");
                }
            }
        }
    }

    #[test]
    fn a_quantum_takes_between_a_quarter_of_a_millisecond_and_one() {
        let table = [(0.0, MOST), (0.2, MOST), (0.25, FIRST), (0.9, FIRST), (1.5, LEAST), (100.0, LEAST)];
        for (step, expected) in table {
            let (budget, clock) = (Budget::new(None), Steps::new(step, 1e9));
            let mut last = Refill::OutOfTime;
            for turn in 0..20 {
                last = budget.refill(-1, turn == 0, &clock);
            }
            assert_eq!(last, Refill::Granted(expected), "{step} ms");
        }
    }

    #[test]
    fn time_is_over_at_the_deadline_and_not_before() {
        let (budget, clock) = (Budget::new(None), Steps::new(1.0, 3.0));
        let refills: Vec<_> = (0..4).map(|turn| budget.refill(-1, turn == 0, &clock)).collect();
        assert!(refills.iter().take(3).all(|refill| matches!(refill, Refill::Granted(_))), "{refills:?}");
        assert_eq!(refills.last(), Some(&Refill::OutOfTime));
        // The next invocation has its own.
        let clock = Steps::new(1.0, f64::INFINITY);
        assert_eq!(budget.refill(-1, true, &clock), Refill::Granted(UNTIMED));
    }

    #[test]
    fn a_guest_that_lies_about_what_is_left_gains_nothing() {
        let (budget, clock) = (Budget::new(Some(100)), Steps::new(0.0, 1e9));
        assert_eq!(budget.refill(i32::MIN, true, &clock), Refill::OutOfFuel);
        let budget = Budget::new(Some(100));
        // More left than it was granted counts as nothing spent.
        assert_eq!(budget.refill(i32::MAX, true, &clock), Refill::Granted(100));
    }
}
