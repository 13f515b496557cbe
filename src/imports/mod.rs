//! The functions that guests import, as the shims (`shim.wat`, `assemblyscript.wat`) call them: raw exports of the core, each
//! with the number of the instance in front.

mod assemblyscript;
mod ending;
mod wapc;
