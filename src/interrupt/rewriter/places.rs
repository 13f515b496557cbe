//! The places of a function that may have to be written in another way than they were read.

use super::cursor::{Cursor, Refused};
use super::instructions::{Bulk, Labels};
use super::types::EMPTY;

/// Bytes of the longest loop that is written with several turns.
const SHORT_LOOP: usize = 64;
/// The most bytes of all turns of a loop together.
const TURNS: usize = 2 * SHORT_LOOP;
/// The most turns of a loop that are written.
const MOST_TURNS: usize = 4;

/// A place of a function that may have to be written in another way than it was read. All else is copied.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// The offsets of its bytes in the module.
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) what: What,
}

/// A mark at a place of a function.
#[derive(Debug, Clone, Copy)]
pub(super) enum What {
    /// A label.
    Label(usize),
    /// The label of a `br_if`.
    BranchIf(usize),
    /// A block, but no loop, begins.
    Block,
    Loop,
    End,
    /// Another arm of a block begins, behind the beginning of a loop: `else`, `catch` and `catch_all`.
    Arm,
    /// A `try` ends; its label, which comes next, is seen from outside of it.
    Delegate,
    Return,
    /// A call behind the beginning of a loop, unless it is known to be of a function of the host.
    Call,
    /// A call in place of the rest of the function.
    TailCall,
    /// So many instructions have to be counted here.
    Count(u32),
    /// An instruction that takes microseconds.
    Slow,
    Bulk(Bulk),
    /// A wait for another thread, on a memory.
    Wait {
        is_64: bool,
        memory: usize,
    },
}

/// The places of a function, in their order.
#[derive(Debug, Default)]
pub(super) struct Places(pub(super) Vec<Place>);

impl Places {
    /// Notes that the last place is the label of a `br_if`.
    pub(super) fn note_branch_if(&mut self) {
        if let Some(Place { what, .. }) = self.0.last_mut()
            && let What::Label(label) = *what
        {
            *what = What::BranchIf(label);
        }
    }

    /// For a loop whose `end` is at an offset: how many turns of it are written, and the labels of a turn. Several where it
    /// is short, has no result, has `(br_if 0)` in front of that `end`, and other branches only to what is outside of it.
    pub(super) fn short_loop(&self, cursor: &Cursor, end: usize) -> (usize, usize) {
        const AS_IT_IS: (usize, usize) = (0, 0);
        let is_near = |place: &&Place| end - place.end <= SHORT_LOOP;
        let mut labels = 0;
        for place in self.0.iter().rev().take_while(is_near) {
            match place.what {
                What::BranchIf(label) => {
                    let is_last = labels == 0;
                    if (label == 0) != is_last || is_last && place.end != end {
                        return AS_IT_IS;
                    }
                    labels += 1;
                }
                What::Loop if labels > 0 && cursor.bytes(place.start + 1..place.end) == [EMPTY] => {
                    return ((TURNS / (end - place.end)).min(MOST_TURNS), labels);
                }
                _ => return AS_IT_IS,
            }
        }
        AS_IT_IS
    }
}

impl Labels for Places {
    #[inline]
    fn label(&mut self, cursor: &mut Cursor) -> Result<(), Refused> {
        let start = cursor.at();
        let label = cursor.index()?;
        self.0.push(Place { start, end: cursor.at(), what: What::Label(label) });
        Ok(())
    }
}
