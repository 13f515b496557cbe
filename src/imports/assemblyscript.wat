;; The same as `shim.wat` for what guests in AssemblyScript import from `env`.
(module
  (import "core" "assemblyscript_abort" (func $abort (param i32 i32 i32 i32 i32) (result i32)))
  (import "core" "assemblyscript_trace" (func $trace
    (param i32 i32 i32 f64 f64 f64 f64 f64) (result i32)))
  (import "core" "assemblyscript_seed" (func $seed (result f64)))
  (import "core" "assemblyscript_console_log" (func $as_console_log (param i32 i32) (result i32)))
  (import "host" "id" (global $id i32))

  (func (export "abort") (param i32 i32 i32 i32)
    (drop (call $abort (global.get $id) (local.get 0) (local.get 1) (local.get 2) (local.get 3)))
    unreachable)
  (func (export "trace") (param i32 i32 f64 f64 f64 f64 f64)
    (if (i32.eqz (call $trace (global.get $id) (local.get 0) (local.get 1)
      (local.get 2) (local.get 3) (local.get 4) (local.get 5) (local.get 6))) (then unreachable)))
  (func (export "seed") (result f64) (call $seed))
  (func (export "console.log") (param i32)
    (if (i32.eqz (call $as_console_log (global.get $id) (local.get 0))) (then unreachable))))
