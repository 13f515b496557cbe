//! A guest that computes: the Mandelbrot set, tile by tile.

use wapc_guest::prelude::*;

/// Registers the operation; the host calls it once the guest is instantiated.
#[unsafe(no_mangle)]
pub extern "C" fn wapc_init() {
    register_function("tile", tile);
}

/// Computes a square of points. The payload is little-endian: left, top and the distance of two points (`f64`), then points
/// on a side and iterations at the most (`u32`). The response has a byte for each point, row by row: 0 inside of the set,
/// else 1 to 255, the faster the point escapes the less.
fn tile(payload: &[u8]) -> CallResult {
    let Ok(payload) = <&[u8; 32]>::try_from(payload) else { return Err("a tile is 32 bytes".into()) };
    let float = |at: usize| f64::from_le_bytes(payload[at..at + 8].try_into().unwrap());
    let word = |at: usize| u32::from_le_bytes(payload[at..at + 4].try_into().unwrap());
    let (left, top, step, side, most) = (float(0), float(8), float(16), word(24).min(1024), word(28));
    let points = (0..side * side).map(|i| (left + f64::from(i % side) * step, top + f64::from(i / side) * step));
    Ok(points.map(|(x, y)| shade(escape(x, y, most), most)).collect())
}

/// The number of iterations after which a point escapes, with a fraction; `None` if it does not.
fn escape(x: f64, y: f64, most: u32) -> Option<f64> {
    let (mut a, mut b) = (0.0_f64, 0.0_f64);
    for n in 0..most {
        let (a2, b2) = (a * a, b * b);
        if a2 + b2 > 256.0 {
            return Some(f64::from(n) + 1.0 - ((a2 + b2).ln() / 2.0).log2());
        }
        b = 2.0 * a * b + y;
        a = a2 - b2 + x;
    }
    None
}

/// A byte for a number of iterations, on a logarithmic scale.
fn shade(escaped: Option<f64>, most: u32) -> u8 {
    let Some(n) = escaped else { return 0 };
    let part = (1.0 + n.max(0.0)).ln() / (1.0 + f64::from(most)).ln();
    1 + (254.0 * part.clamp(0.0, 1.0)) as u8
}
