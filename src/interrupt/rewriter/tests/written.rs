//! Functions and what is written for them, as text.

use super::{assemble, rewrite};

/// Says of the next branch that it is rarely taken.
const RARELY: &str = r#"(@metadata.code.branch_hint "\00")"#;

/// A count of so many instructions that calls the refill: what a function begins with.
fn counted(weight: u32) -> String {
    format!(
        "global.get 0 i32.const {weight} i32.sub local.tee 0 global.set 0 local.get 0 i32.const 0 i32.lt_s {RARELY}
         if call $refill end"
    )
}

/// Instructions that are counted elsewhere.
fn charged(instructions: u32) -> String {
    format!("i32.const {instructions} call $charge")
}

/// A module of these types, functions and exports, and what is appended to each of them.
fn module_of(types: &str, functions: &str, wrappers: &str, exports: [&str; 2]) -> String {
    let [own, more] = exports;
    format!(
        r#"(module {types}
             (type $refill (func (param i32 i32) (result i32))) (type $nothing (func)) (type $number (func (param i32))) (type $long (func (param i64)))
             {functions}
             (func $refill (type $nothing)
               global.get 0 global.get 1 i32.const 0 call_indirect (type $refill) global.set 0
               i32.const 0 global.set 1)
             (func $charge (type $number)
               global.get 0 local.get 0 i32.sub global.set 0
               global.get 0 i32.const 0 i32.lt_s if call $refill end)
             (func $charge_32 (type $number)
               local.get 0 i32.const 1048576 local.get 0 i32.const 1048576 i32.lt_u select
               i32.const 30 i32.add call $charge)
             (func $charge_64 (type $long)
               local.get 0 i64.const 1048576 local.get 0 i64.const 1048576 i64.lt_u select i32.wrap_i64
               i32.const 30 i32.add call $charge)
             {wrappers}
             (table 1 1 funcref)
             (global (mut i32) (i32.const 0)) (global (mut i32) (i32.const 0)) (global (mut i32) (i32.const 0))
             {own}
             (export "wapc:refill" (table 0)) (export "wapc:quantum" (global 2))
             (export "wapc:left" (global 0)) {more})"#
    )
}

/// A module of types and functions alone.
fn module(types: &str, functions: &str) -> String {
    module_of(types, functions, "", ["", ""])
}

/// Checks functions of the type 0, given as text, against what is written for them.
fn check(types: &str, original: &str, expected: &str) {
    let whole = format!("(module {types} {original})");
    let rewritten = rewrite(&assemble(&whole));
    assert_eq!(rewritten, Ok(assemble(&module(types, expected))), "{original}");
}

const NOTHING: &str = "(type (func))";

/// The blocks around a loop that counts in the local 1.
fn leaving(block_type: &str, weight: u32, body: &str) -> String {
    format!(
        "block {block_type} loop block loop {block_type}
           local.get 1 i32.const {weight} i32.add local.tee 1 i32.const 4096 i32.gt_u {RARELY} br_if 1
           {body}
         end br 2 end local.get 1 call $charge i32.const 0 local.set 1 br 0 end unreachable end"
    )
}

/// Counts what is in the local 1, in the middle of a function.
const FLUSH: &str = "global.get 0 local.get 1 i32.sub global.set 0 i32.const 0 local.set 1";

/// A function of nothing that counts in the local 1.
fn function(weight: u32, body: &str) -> String {
    let counted = counted(weight);
    format!(
        "(func (type 0) (local i32 i32) {counted} block {body} end
           global.get 0 local.get 1 i32.sub global.set 0)"
    )
}

#[test]
fn a_short_function_without_calls_and_loops_does_not_count() {
    let short = format!("(func (type 0) {})", "nop ".repeat(15));
    check(NOTHING, &short, &short);
    let nops = "nop ".repeat(16);
    check(NOTHING, &format!("(func (type 0) {nops})"), &format!("(func (type 0) (local i32) {} {nops})", counted(17)));
    // A long one counts again now and then.
    let parts = [(513, 512), (513, 513), (513, 513), (463, 463)];
    let expected: Vec<_> = parts.iter().map(|(weight, nops)| counted(*weight) + " " + &"nop ".repeat(*nops)).collect();
    let nops = "nop ".repeat(2001);
    check(NOTHING, &format!("(func (type 0) {nops})"), &format!("(func (type 0) (local i32) {})", expected.concat()));
    check(NOTHING, "(func (type 0) call 0)", &format!("(func (type 0) (local i32) {} call 0)", counted(6)));
}

#[test]
fn labels_pass_the_blocks_around_loops() {
    for (original, expected) in [
        ("loop br 0 end", leaving("", 2, "br 0")),
        ("loop br 1 end", leaving("", 2, "br 4")),
        (
            "block loop i32.const 0 br_if 1 br 2 end end",
            format!("block {} end", leaving("", 4, "i32.const 0 br_if 4 br 5")),
        ),
        ("loop block i32.const 1 br_table 0 1 2 end end", leaving("", 5, "block i32.const 1 br_table 0 1 5 end")),
        ("loop loop br 0 br 1 br 2 end end", leaving("", 2, &leaving("", 4, "br 0 br 4 br 8"))),
        ("loop loop end br 1 end", leaving("", 3, &format!("{} br 4", leaving("", 1, "")))),
        ("loop return end", leaving("", 2, "br 4")),
        ("loop block return end end", leaving("", 4, "block br 5 end")),
    ] {
        // Instructions outside of loops: a `loop` counts where it begins, and the function's own `end`.
        let outside = if original.starts_with("block") { 4 } else { 2 };
        check(NOTHING, &format!("(func (type 0) {original})"), &function(outside, &expected));
    }
}

#[test]
fn a_loop_that_calls_counts_in_each_turn() {
    let expected = format!("(func (type 0) (local i32) {} loop {} call 0 br 0 end)", counted(2), counted(7));
    check(NOTHING, "(func (type 0) loop call 0 br 0 end)", &expected);
    // The one outside of it does so too, and the one inside of it does not.
    let inner = leaving("", 2, "br 0");
    let original = "(func (type 0) loop loop br 0 end loop call 0 end end)";
    let expected = format!("loop {} {inner} {FLUSH} loop {} call 0 end end", counted(3), counted(6));
    check(NOTHING, original, &function(2, &expected));
}

#[test]
fn a_function_of_many_results_counts_in_each_turn() {
    let types = "(type (func (result i32 i32)))";
    let original = "(func (type 0) loop nop end i32.const 1 i32.const 2 return)";
    let expected = format!(
        "(func (type 0) (local i32) {} loop {} nop end i32.const 1 i32.const 2 return)",
        counted(5),
        counted(2)
    );
    check(types, original, &expected);
}

#[test]
fn a_result_passes_the_block_of_its_function() {
    let types = "(type (func (result f64)))";
    let original = "(func (type 0) loop (result f64) f64.const 1 return end)";
    let expected = format!(
        "(func (type 0) (local i32 i32) {} block (result f64) {} end
           global.get 0 local.get 1 i32.sub global.set 0)",
        counted(2),
        leaving("(result f64)", 3, "f64.const 1 br 4")
    );
    check(types, original, &expected);
}

#[test]
fn a_loop_with_a_result_is_written_with_one_turn() {
    let turn = "i64.const 1 i32.const 0 br_if 0";
    check(
        NOTHING,
        &format!("(func (type 0) loop (result i64) {turn} end drop)"),
        &function(3, &format!("{} drop", leaving("(result i64)", 4, turn))),
    );
}

#[test]
fn a_loop_that_takes_parameters_counts_in_each_turn() {
    let types = "(type (func)) (type (func (param i32)))";
    let original = "(func (type 0) i32.const 1 loop (type 1) drop end)";
    check(
        types,
        original,
        &format!("(func (type 0) (local i32) {} i32.const 1 loop (type 1) {} drop end)", counted(3), counted(2)),
    );
}

#[test]
fn the_start_function_and_what_the_host_calls_begin_an_invocation() {
    let whole = r#"(module (type (func (param i32 i32) (result i32))) (type (func))
        (func (type 0) i32.const 1) (func (type 1))
        (export "__guest_call" (func 0)) (export "other" (func 0)) (start 1))"#;
    let begin = "block global.get 2 i32.const 0 i32.lt_s br_if 0
        i32.const 1 global.set 1 global.get 2 global.set 0 end";
    let expected = module_of(
        "(type (func (param i32 i32) (result i32))) (type (func))",
        "(func (type 0) i32.const 1) (func (type 1))",
        &format!("(func (type 0) {begin} local.get 0 local.get 1 call 0) (func (type 1) {begin} call 1)"),
        [r#"(export "__guest_call" (func 6)) (export "other" (func 0))"#, r#"(export "wapc:start" (func 7))"#],
    );
    assert_eq!(rewrite(&assemble(whole)), Ok(assemble(&expected)));
}

#[test]
fn functions_that_code_refers_to_stay_declared_where_a_wrapper_is_exported() {
    let begin = "block global.get 2 i32.const 0 i32.lt_s br_if 0
        i32.const 1 global.set 1 global.get 2 global.set 0 end";
    let functions = "(func (type 0) ref.func 0 drop)";
    for (segment, own) in [("", ""), ("(elem func 1)", "(elem func 1)")] {
        let types = "(type (func))";
        let whole = format!(r#"(module {types} {functions} (func (type 0)) (export "_start" (func 0)) {segment})"#);
        let expected = module_of(
            types,
            &format!("(func (type 0) (local i32) {} ref.func 0 drop) (func (type 0))", counted(53)),
            &format!("(func (type 0) {begin} call 0)"),
            [r#"(export "_start" (func 6))"#, &format!("{own} (elem declare func 0)")],
        );
        assert_eq!(rewrite(&assemble(&whole)), Ok(assemble(&expected)), "{segment}");
    }
    // Nothing refers to the function.
    let whole = r#"(module (type (func)) (func (type 0)) (export "_start" (func 0)))"#;
    let bytes = rewrite(&assemble(whole)).unwrap_or_default();
    let sections = super::super::read_sections(&mut super::super::Cursor::new(&bytes)).unwrap_or_default();
    assert_eq!(sections.iter().filter(|section| section.id == 9).count(), 0);
}

#[test]
fn what_takes_long_is_charged() {
    let whole = |body: &str| format!("(module (type (func)) (memory 1) {body})");
    let bodies = |text: &str| {
        let bytes = rewrite(&assemble(text)).unwrap_or_default();
        assert!(!bytes.is_empty(), "{text}");
        bytes
    };
    for (original, expected) in [
        ("i32.const 1 memory.grow drop", format!("i32.const 1 {} memory.grow drop", charged(50_000))),
        (
            "i32.const 1 i32.const 2 i32.const 3 memory.fill",
            "i32.const 1 i32.const 2 i32.const 3 local.tee 1 local.get 1 i32.const 6 i32.shr_u call $charge_32 memory.fill"
                .to_owned(),
        ),
    ] {
        let locals = if original.contains("fill") { "(local i32 i32)" } else { "(local i32)" };
        let weight = original.split(' ').filter(|word| !word.chars().all(|digit| digit.is_ascii_digit())).count() + 1;
        let counted = counted(u32::try_from(weight).unwrap_or(0));
        let expected = module("(type (func))", &format!("(func (type 0) {locals} {counted} {expected}) (memory 1)"));
        assert_eq!(bodies(&whole(&format!("(func (type 0) {original})"))), assemble(&expected), "{original}");
    }
}

#[test]
fn a_tail_call_counts_what_is_in_the_local() {
    let expected = format!("{} global.get 0 local.get 1 i32.sub global.set 0 return_call 0", leaving("", 2, "br 0"));
    check(NOTHING, "(func (type 0) loop br 0 end return_call 0)", &function(7, &expected));
}

#[test]
fn a_call_counts_what_loops_in_front_of_it_have_left_in_the_local() {
    let (loops, turns) = ("loop br 0 end", leaving("", 2, "br 0"));
    for (original, weight, expected) in [
        (format!("call 0 {loops}"), 7, format!("call 0 {turns}")),
        (format!("{loops} call 0 call 0"), 12, format!("{turns} {FLUSH} call 0 call 0")),
        // Each arm of an `if` adds the local before its call, and so does the call behind them: either arm may have run.
        (
            format!("{loops} i32.const 1 if call 0 else call 0 end call 0"),
            21,
            format!("{turns} i32.const 1 if {FLUSH} call 0 else {FLUSH} call 0 end {FLUSH} call 0"),
        ),
        // A branch from the loop may lead to the end of the block, past the call inside of it.
        (
            "block loop br 1 end call 0 end call 0".to_owned(),
            14,
            format!("block {} {FLUSH} call 0 end {FLUSH} call 0", leaving("", 2, "br 4")),
        ),
        // A call in a loop adds what a loop inside of it has left in the previous turn.
        (
            format!("loop call 0 {loops} call 0 end"),
            2,
            format!("loop {} {FLUSH} call 0 {turns} {FLUSH} call 0 end", counted(12)),
        ),
        (format!("{loops} loop call 0 end"), 3, format!("{turns} {FLUSH} loop {} call 0 end", counted(6))),
    ] {
        check(NOTHING, &format!("(func (type 0) {original})"), &function(weight, &expected));
    }
}

#[test]
fn a_long_loop_counts_on_the_way_where_it_looks() {
    let nops = "nop ".repeat(600);
    let (first, second) = ("nop ".repeat(512), "nop ".repeat(88));
    let count = "local.get 1 i32.const 89 i32.add local.set 1";
    check(
        NOTHING,
        &format!("(func (type 0) loop {nops} br 0 end)"),
        &function(2, &leaving("", 513, &format!("{first} {count} {second} br 0"))),
    );
}

#[test]
fn a_short_loop_is_written_with_several_turns() {
    let turn = |last: &str| format!("i32.const 1 br_if 4 i32.const 1 {last}");
    let (first, last) = (turn("i32.eqz br_if 3"), turn("br_if 0"));
    check(
        NOTHING,
        "(func (type 0) loop i32.const 1 br_if 1 i32.const 1 br_if 0 end)",
        &function(2, &leaving("", 4 * 5, &[&*first, &first, &first, &last].join(" "))),
    );
    // Of 64 bytes; one more is too long.
    let [nops, more] = [60, 61].map(|count| "nop ".repeat(count));
    let turns = format!("{nops} i32.const 1 i32.eqz br_if 3 {nops} i32.const 1 br_if 0");
    check(
        NOTHING,
        &format!("(func (type 0) loop {nops} i32.const 1 br_if 0 end)"),
        &function(2, &leaving("", 2 * 63, &turns)),
    );
    for (as_it_is, weight) in [
        (&*format!("{more} i32.const 1 br_if 0"), 64),
        ("i32.const 1 br_if 0 nop", 4),
        ("i32.const 1 br_if 0 i32.const 1 br_if 0", 5),
        ("i32.const 1 br_table 0", 3),
        ("block end i32.const 1 br_if 0", 5),
    ] {
        check(NOTHING, &format!("(func (type 0) loop {as_it_is} end)"), &function(2, &leaving("", weight, as_it_is)));
    }
}

#[test]
fn what_a_branch_may_pass_is_counted_behind_it() {
    let nops = |count: usize| "nop ".repeat(count);
    let [before, passed, inside, first, rest] = [500, 30, 20, 512, 88].map(nops);
    // Instructions past the first 512 are counted in the block. A branch passes that place, so those behind the block are
    // counted after 512 more.
    let original = format!("{before} block i32.const 1 br_if 0 {passed} block end {inside} end {first} {rest}");
    let expected = format!(
        "{} {before} block i32.const 1 br_if 0 {passed} {} block end {inside} end {first} {} {rest}",
        counted(534),
        counted(22),
        counted(601)
    );
    check(NOTHING, &format!("(func (type 0) {original})"), &format!("(func (type 0) (local i32) {expected})"));
    // The other arm of an `if` and the instructions behind it are counted likewise.
    let original = format!("{before} i32.const 1 if {passed} block end {inside} else {inside} end {first} {rest}");
    let expected = format!(
        "{} {before} i32.const 1 if {passed} {} block end {inside} else {inside} end {first} {} {rest}",
        counted(533),
        counted(22),
        counted(622)
    );
    check(NOTHING, &format!("(func (type 0) {original})"), &format!("(func (type 0) (local i32) {expected})"));
    // An `if` that is not taken carries on the instructions in front of it.
    let original =
        format!("{before} block i32.const 1 br_if 0 {passed} block end {inside} end i32.const 1 if br 0 end {first}");
    let expected = format!(
        "{} {before} block i32.const 1 br_if 0 {passed} {} block end {inside} end i32.const 1 if br 0 end {first} {}",
        counted(534),
        counted(22),
        counted(516)
    );
    check(NOTHING, &format!("(func (type 0) {original})"), &format!("(func (type 0) (local i32) {expected})"));
}

#[test]
fn a_table_of_labels_that_look_like_branches_is_no_short_loop() {
    // Of 13 labels, each of them but the last 13: the code of `br_if`.
    let [labels, shifted] = [13, 16].map(|label| format!("{label} ").repeat(13));
    let (begin, end) = ("block ".repeat(13), "end ".repeat(13));
    check(
        NOTHING,
        &format!("(func (type 0) {begin} loop i32.const 1 br_table {labels} 0 end {end})"),
        &function(2 + 26, &format!("{begin} {} {end}", leaving("", 3, &format!("i32.const 1 br_table {shifted} 0")))),
    );
}
