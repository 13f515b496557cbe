//! Times wapc-rs on wasmtime with the guest of the benchmark: prints a line for each operation, its name and the
//! nanoseconds of each round.

use std::{
    env, fs,
    time::{Duration, Instant},
};

use wapc::WapcHost;
use wasmtime_provider::WasmtimeEngineProviderBuilder;

const ROUNDS: usize = 31;
const ROUND: Duration = Duration::from_millis(20);

fn main() {
    let path = env::args().nth(1).expect("the path of the guest");
    let guest = fs::read(path).expect("the guest can be read");
    let engine = WasmtimeEngineProviderBuilder::new().module_bytes(&guest).build().expect("the guest compiles");
    let host_call = |_, _: &str, _: &str, _: &str, payload: &[u8]| Ok(payload.to_vec());
    let host = WapcHost::new(Box::new(engine), Some(Box::new(host_call))).expect("the guest starts");

    for (name, operation, length) in
        [("nothing", "nothing", 0), ("32 B", "echo", 32), ("1 KiB", "echo", 1 << 10), ("1 MiB", "echo", 1 << 20), ("host call", "call", 32)]
    {
        let payload = vec![42; length];
        let invoke = |times: u32| {
            let start = Instant::now();
            for _ in 0..times {
                host.call(operation, &payload).expect("the guest answers");
            }
            start.elapsed()
        };
        let mut times = 1;
        while invoke(times) < ROUND {
            times *= 2;
        }
        print!("{name}");
        for _ in 0..ROUNDS {
            print!("\t{:.0}", invoke(times).as_secs_f64() * 1e9 / f64::from(times));
        }
        println!();
    }
}
