;; Links only with a guest whose `__guest_call` has the protocol's signature: JavaScript cannot read signatures.
(module
  (import "guest" "__guest_call" (func (param i32 i32) (result i32))))
