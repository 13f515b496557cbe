//! The guest of the benchmark of `limits.interrupt`: programs that compute for some milliseconds each, and answer with a
//! number that shows that they did.

use std::collections::HashMap;

use sha2::{Digest, Sha256};
use wapc_guest::prelude::*;

/// Registers the operations; the host calls it once the guest is instantiated.
#[unsafe(no_mangle)]
pub extern "C" fn wapc_init() {
    register_function("fib", |_| answer(fib(27)));
    register_function("sha256", |_| answer(sha256()));
    register_function("matmul", |_| answer(matmul()));
    register_function("sieve", |_| answer(sieve()));
    register_function("sort", |_| answer(sort()));
    register_function("map", |_| answer(map()));
}

fn answer(number: u32) -> CallResult {
    Ok(number.to_le_bytes().to_vec())
}

/// Numbers that look random, the same each time.
fn numbers() -> impl Iterator<Item = u32> {
    let mut state = 2_463_534_242_u32;
    std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state
    })
}

/// Calls that do next to nothing themselves.
fn fib(n: u32) -> u32 {
    if n < 2 { n } else { fib(n - 1) + fib(n - 2) }
}

/// Arithmetic in long straight lines.
fn sha256() -> u32 {
    let data = vec![7_u8; 512 * 1024];
    let digest = Sha256::digest(&data);
    u32::from_le_bytes([digest[0], digest[1], digest[2], digest[3]])
}

/// Three loops in each other.
fn matmul() -> u32 {
    const N: usize = 128;
    let a: Vec<f64> = numbers().take(N * N).map(f64::from).collect();
    let b: Vec<f64> = numbers().skip(1).take(N * N).map(f64::from).collect();
    let mut c = vec![0.0; N * N];
    for i in 0..N {
        for j in 0..N {
            c[i * N + j] = (0..N).map(|k| a[i * N + k] * b[k * N + j]).sum();
        }
    }
    c.iter().sum::<f64>().to_bits() as u32
}

/// A loop of some instructions.
fn sieve() -> u32 {
    const N: usize = 1_000_000;
    let mut is_composite = vec![false; N];
    let mut primes = 0;
    for number in 2..N {
        if !is_composite[number] {
            primes += 1;
            for multiple in (number * number..N).step_by(number) {
                is_composite[multiple] = true;
            }
        }
    }
    primes
}

/// Branches that cannot be predicted.
fn sort() -> u32 {
    let mut sorted: Vec<u32> = numbers().take(100_000).collect();
    sorted.sort_unstable();
    sorted[50_000]
}

/// Memory that is allocated and looked up.
fn map() -> u32 {
    let mut counts: HashMap<u32, u32> = HashMap::new();
    for number in numbers().take(100_000) {
        *counts.entry(number % 20_000).or_default() += 1;
    }
    counts.values().fold(0, |sum, count| sum ^ count)
}
