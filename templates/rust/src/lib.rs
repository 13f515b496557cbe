//! A waPC guest: its host invokes these operations by name.

use serde::{Deserialize, Serialize};
use wapc_guest::prelude::*;

/// Registers the operations. The host calls it once, when it makes an instance.
#[unsafe(no_mangle)]
pub extern "C" fn wapc_init() {
    // A panic traps. What the guest logged before is part of the host's error.
    std::panic::set_hook(Box::new(|info| console_log(&info.to_string())));
    register_function("hello", hello);
    register_function("add", add);
    register_function("shout", shout);
}

/// Greets: text in, text out.
fn hello(payload: &[u8]) -> CallResult {
    let name = std::str::from_utf8(payload)?;
    Ok(format!("Hello, {name}!").into_bytes())
}

#[derive(Deserialize)]
struct Terms {
    a: f64,
    b: f64,
}

#[derive(Serialize)]
struct Sum {
    sum: f64,
}

/// Adds: JSON in, JSON out. What is no such JSON fails the invocation, not the guest.
fn add(payload: &[u8]) -> CallResult {
    let Terms { a, b } = serde_json::from_slice(payload)?;
    let sum = a + b;
    // JSON has no infinity: serde_json would write null.
    if !sum.is_finite() {
        return Err("the sum is too large".into());
    }
    Ok(serde_json::to_vec(&Sum { sum })?)
}

/// Asks the host for capitals: binding `default`, namespace `text`, operation `upper`.
fn shout(payload: &[u8]) -> CallResult {
    console_log("shouting");
    let mut loud = host_call("default", "text", "upper", payload)?;
    loud.push(b'!');
    Ok(loud)
}
