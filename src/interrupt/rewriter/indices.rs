//! The indices of what a module is given (`appended`).

/// Indices of what is appended.
#[derive(Debug)]
pub(super) struct Indices {
    /// Type of the host's refill: what is left and 1 for the first of an invocation; what is left then.
    pub(super) refill_type: usize,
    /// The table whose entry 0 is the host's refill.
    pub(super) table: usize,
    /// Globals: instructions left before the next refill, 1 before the first one, instructions that each invocation
    /// begins with.
    pub(super) left: usize,
    pub(super) is_first: usize,
    pub(super) initial: usize,
    /// Function: refills what is left.
    pub(super) refill: usize,
    /// Functions: count as many instructions as their parameter says; as an instruction of such a length, of 32 and of 64
    /// bits, counts for.
    pub(super) charge: usize,
    pub(super) charge_32: usize,
    pub(super) charge_64: usize,
}
