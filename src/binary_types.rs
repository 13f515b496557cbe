//! The bytes of types in the binary format: <https://webassembly.github.io/spec/core/binary/types.html>

// Kinds of type definitions.
pub(crate) const RECURSIVE: u8 = 0x4e;
pub(crate) const SUBTYPE_FINAL: u8 = 0x4f;
pub(crate) const SUBTYPE: u8 = 0x50;
pub(crate) const ARRAY: u8 = 0x5e;
pub(crate) const STRUCT: u8 = 0x5f;
pub(crate) const FUNCTION: u8 = 0x60;

// Numbers and vectors.
pub(crate) const NUMERIC_FIRST: u8 = 0x7b;
pub(crate) const NUMERIC_LAST: u8 = 0x7f;

// References: to a heap type that follows, or by the byte of an abstract heap type.
pub(crate) const REFERENCE_OR_NULL: u8 = 0x63;
pub(crate) const REFERENCE: u8 = 0x64;
/// `exn`, the first of the abstract heap types.
pub(crate) const ABSTRACT_FIRST: u8 = 0x69;
pub(crate) const ABSTRACT_LAST: u8 = 0x74;
