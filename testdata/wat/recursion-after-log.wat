;; Logs an empty line in its start function, and then calls itself until the stack is used up.
(module
  (import "wapc" "__console_log" (func $console_log (param i32 i32)))
  (memory (export "memory") 1)
  (func $descend (param $depth i32) (result i32)
    (i32.add (i32.const 1) (call $descend (i32.add (local.get $depth) (i32.const 1)))))
  (func $start
    (call $console_log (i32.const 0) (i32.const 0))
    (drop (call $descend (i32.const 0))))
  (start $start)
  (func (export "__guest_call") (param i32 i32) (result i32) (i32.const 1)))
