;; Calls `__guest_request` in `wapc_init`, outside of any invocation.
(module
  (import "wapc" "__guest_request" (func $guest_request (param i32 i32)))
  (memory (export "memory") 1)
  (func $take (call $guest_request (i32.const 0) (i32.const 0)))
  (export "wapc_init" (func $take))
  (func (export "__guest_call") (param i32 i32) (result i32) (i32.const 1)))
