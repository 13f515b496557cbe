//! Integers of modules: LEB128, as strict as an engine.
//! <https://webassembly.github.io/spec/core/binary/values.html#integers>

/// Bytes that are read one after the other.
pub(crate) trait Leb128 {
    /// The reason why there is no byte, or no integer.
    type Error;

    /// The next byte.
    fn byte(&mut self) -> Result<u8, Self::Error>;
    /// The error of an integer that has more bits than it may.
    fn too_many_bits(&mut self) -> Self::Error;

    #[allow(clippy::cast_possible_truncation)] // Of 32 bits.
    fn u32(&mut self) -> Result<u32, Self::Error> {
        self.unsigned(32).map(|number| number as u32)
    }

    /// An unsigned integer of `bits` bits, 64 at the most.
    fn unsigned(&mut self, bits: u32) -> Result<u64, Self::Error> {
        let mut number = 0;
        for shift in (0..bits).step_by(7) {
            let byte = self.byte()?;
            let part = u64::from(byte & 0x7f);
            number |= part << shift;
            if byte & 0x80 != 0 {
                continue;
            }
            if part >> (bits - shift).min(7) != 0 {
                break;
            }
            return Ok(number);
        }
        Err(self.too_many_bits())
    }

    /// A signed integer of `bits` bits, 64 at the most.
    fn signed(&mut self, bits: u32) -> Result<i64, Self::Error> {
        let mut number = 0;
        for shift in (0..bits).step_by(7) {
            let byte = self.byte()?;
            let part = i64::from(byte & 0x7f);
            if byte & 0x80 != 0 {
                number |= part << shift;
                continue;
            }
            let signed = (part ^ 0x40) - 0x40;
            // The bits beyond the number's own have to repeat its sign.
            if !matches!(signed >> (bits - shift - 1), 0 | -1) {
                break;
            }
            return Ok(number | signed << shift);
        }
        Err(self.too_many_bits())
    }
}
