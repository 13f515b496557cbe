;; Imports things that no host provides: functions, one of them of the right module, and a memory.
(module
  (import "wapc" "__no_such_function" (func))
  (import "elsewhere" "function" (func))
  (import "env" "memory" (memory 1))
  (export "memory" (memory 0))
  (func (export "__guest_call") (param i32 i32) (result i32) (i32.const 1)))
