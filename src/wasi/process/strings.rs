//! The texts of a process: its arguments, and its environment.

/// Texts that each end in a NUL, one behind the other.
#[derive(Debug, Default)]
pub(crate) struct Strings {
    pub(crate) bytes: Vec<u8>,
    /// The offset of each in `bytes`.
    pub(crate) starts: Vec<u32>,
}

impl Strings {
    #[allow(clippy::cast_possible_truncation)] // Below the size of this memory.
    pub(crate) fn push(&mut self, text: &[u8]) {
        self.starts.push(self.bytes.len() as u32);
        self.bytes.extend_from_slice(text);
        self.bytes.push(0);
    }
}
