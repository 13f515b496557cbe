//! Counts primes: work for a processor.

use wapc_guest::prelude::*;

#[unsafe(no_mangle)]
pub extern "C" fn wapc_init() {
    std::panic::set_hook(Box::new(|panic| console_log(&panic.to_string())));
    register_function("count", count);
    register_function("spin", spin);
}

/// The number of primes in a range, `from..to`, as text.
fn count(range: &[u8]) -> CallResult {
    let (from, to) = std::str::from_utf8(range)?.split_once("..").ok_or("expected a range, from..to")?;
    let primes = (from.parse::<u32>()?..to.parse()?).filter(|&number| is_prime(number)).count();
    Ok(primes.to_string().into_bytes())
}

fn is_prime(number: u32) -> bool {
    number > 1 && (2..).take_while(|divisor| divisor * divisor <= number).all(|divisor| number % divisor != 0)
}

/// Never ends.
fn spin(_: &[u8]) -> CallResult {
    loop {
        std::hint::spin_loop();
    }
}
