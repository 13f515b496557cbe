//! Runs wapc-rs on wasmtime with the guest of the benchmark. Each line of standard input says what to invoke: an
//! operation, the bytes of its payload, and how often. A line is printed when that is done.

use std::{
    env, fs,
    io::{self, BufRead},
};

use wapc::WapcHost;
use wasmtime_provider::WasmtimeEngineProviderBuilder;

fn main() {
    let path = env::args().nth(1).expect("the path of the guest");
    let guest = fs::read(path).expect("the guest can be read");
    let engine = WasmtimeEngineProviderBuilder::new().module_bytes(&guest).build().expect("the guest compiles");
    let host_call = |_, _: &str, _: &str, _: &str, payload: &[u8]| Ok(payload.to_vec());
    let host = WapcHost::new(Box::new(engine), Some(Box::new(host_call))).expect("the guest starts");

    for line in io::stdin().lock().lines() {
        let line = line.expect("the line can be read");
        let words: Vec<&str> = line.split(' ').collect();
        let [operation, length, times] = words[..] else { panic!("an operation, a length and a count, not {line}") };
        let payload = vec![42; length.parse().expect("a length")];
        for _ in 0..times.parse::<u32>().expect("a count") {
            host.call(operation, &payload).expect("the guest answers");
        }
        println!();
    }
}
