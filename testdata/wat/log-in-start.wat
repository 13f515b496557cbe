;; Logs in its start function, when the host cannot reach its memory yet.
(module
  (import "wapc" "__console_log" (func $console_log (param i32 i32)))
  (memory (export "memory") 1)
  (func $log (call $console_log (i32.const 0) (i32.const 1)))
  (start $log)
  (func (export "__guest_call") (param i32 i32) (result i32) (i32.const 1)))
