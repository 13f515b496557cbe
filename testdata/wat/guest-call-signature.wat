;; Exports a `__guest_call` whose signature is not the protocol's.
(module
  (memory (export "memory") 1)
  (func (export "__guest_call") (param i64) (result i32) (i32.const 1)))
