;; Traps in `_start`.
(module
  (memory (export "memory") 1)
  (func (export "_start") unreachable)
  (func (export "__guest_call") (param i32 i32) (result i32) (i32.const 1)))
