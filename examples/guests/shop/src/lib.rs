//! Takes orders: reserves each article of an order with whoever keeps the stock, and answers with what it comes to.

use serde_json::{Value, from_slice, json, to_vec};
use wapc_guest::prelude::*;

#[unsafe(no_mangle)]
pub extern "C" fn wapc_init() {
    std::panic::set_hook(Box::new(|panic| console_log(&panic.to_string())));
    register_function("order", order);
    register_function("spin", spin);
}

const PRICES: [(&str, u64); 3] = [("apple", 30), ("pear", 45), ("plum", 20)];

/// An order is `{ "items": [{ "article": …, "count": … }] }`; the answer `{ "total": …, "left": { … } }`, in cents.
fn order(request: &[u8]) -> CallResult {
    let request: Value = from_slice(request)?;
    let items = request["items"].as_array().ok_or("the items are missing")?;
    let mut total = 0;
    let mut left = json!({});
    for item in items {
        let article = item["article"].as_str().ok_or("an item has no article")?;
        let (_, price) = PRICES.iter().find(|(name, _)| *name == article).ok_or(format!("nobody sells {article}"))?;
        // The stock may be another guest, or a function of the host: it is all the same from here.
        let now: Value = from_slice(&host_call("default", "stock", "reserve", &to_vec(item)?)?)?;
        total += price * item["count"].as_u64().ok_or("an item has no count")?;
        left[article] = now;
    }
    Ok(to_vec(&json!({ "total": total, "left": left }))?)
}

/// Never ends: a fault that a service has to survive.
fn spin(_: &[u8]) -> CallResult {
    loop {
        std::hint::spin_loop();
    }
}
