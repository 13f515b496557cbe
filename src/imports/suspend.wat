;; The function that suspends guests. Shims call it through a table. It is instantiated when a guest is suspended
;; for the first time: V8 takes 0.6 ms to link a `WebAssembly.Suspending`, more than anything else that a host needs to start.
(module
  ;; A `WebAssembly.Suspending` where the engine has JSPI; elsewhere the guest unwinds its own stack, and what it is answered
  ;; with goes nowhere (`js/invocation/asyncify.js`).
  (import "host" "suspend" (func $suspend (result i32)))
  (func (export "suspend") (result i32)
    (call $suspend)))
