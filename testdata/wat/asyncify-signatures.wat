;; Exports what a guest does that suspends itself, as functions of other signatures. Calls its host, and answers with its
;; result.
(module
  (import "wapc" "__guest_response" (func $guest_response (param i32 i32)))
  (import "wapc" "__host_call" (func $host_call (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "__guest_call") (param i32 i32) (result i32)
    (i32.store (i32.const 0) (call $host_call (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 0)
      (i32.const 1) (i32.const 0) (i32.const 1)))
    (call $guest_response (i32.const 0) (i32.const 4))
    (i32.const 1))
  (func (export "asyncify_start_unwind") (param i64))
  (func (export "asyncify_stop_unwind") (param i32) (result i32) (i32.const 1))
  (func (export "asyncify_start_rewind") (result i64) (i64.const 1))
  (func (export "asyncify_stop_rewind") (param f64))
  (func (export "asyncify_get_state")))
