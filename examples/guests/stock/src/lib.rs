//! Keeps what there is: `reserve` takes some of an article, and `left` says how many there are. Both take and give JSON.
//! The numbers are the host's, behind the namespace `numbers`: a guest's own memory lasts as long as its instance.

use serde_json::{Value, from_slice, json, to_vec};
use wapc_guest::prelude::*;

#[unsafe(no_mangle)]
pub extern "C" fn wapc_init() {
    std::panic::set_hook(Box::new(|panic| console_log(&panic.to_string())));
    register_function("reserve", reserve);
    register_function("left", left);
}

fn left(request: &[u8]) -> CallResult {
    let Value::String(article) = from_slice(request)? else { return Err("expected the name of an article".into()) };
    Ok(to_vec(&number_of(&article)?)?)
}

fn reserve(request: &[u8]) -> CallResult {
    let request: Value = from_slice(request)?;
    let article = request["article"].as_str().ok_or("the article is missing")?;
    let count = request["count"].as_u64().ok_or("the count is missing")?;
    let left = number_of(article)?;
    if count > left {
        return Err(format!("only {left} of {article} are left").into());
    }
    let change = json!({ "article": article, "number": left - count });
    host_call("default", "numbers", "set", &to_vec(&change)?)?;
    Ok(to_vec(&(left - count))?)
}

/// Asks the host how many there are.
fn number_of(article: &str) -> Result<u64, Box<dyn std::error::Error + Sync + Send>> {
    Ok(from_slice(&host_call("default", "numbers", "get", &to_vec(article)?)?)?)
}
