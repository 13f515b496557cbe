;; Logs a line in `_start`, and then calls itself until the stack is used up.
(module
  (import "wapc" "__console_log" (func $console_log (param i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "_start")
  (func $descend (param $depth i32) (result i32)
    (i32.add (i32.const 1) (call $descend (i32.add (local.get $depth) (i32.const 1)))))
  (func (export "_start")
    (call $console_log (i32.const 0) (i32.const 6))
    (drop (call $descend (i32.const 0))))
  (func (export "__guest_call") (param i32 i32) (result i32) (i32.const 1)))
