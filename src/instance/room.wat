;; Room on the engine's stack. A guest may call the core where its stack is about to end, and so may a caller; whatever the
;; core has begun then could be unwound in the middle. So each way in asks first whether there is room to finish, and where
;; there is none the engine throws here, before anything has changed.
;;
;; The two functions do nothing. In a branch that is never taken, which no engine can know, each keeps so many values alive
;; over calls that its frame would be as long as the room that it asks for; engines compare the whole frame with what is left
;; of the stack when a function is entered, and touch none of it. They are called, never inlined: too long for that. Of 128
;; values at once V8 compiles them in 2 ms, of 16 or 1000 in ten times as long.
(module
  (type $values (func (result i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64)))
  (type $keep (func (param i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64)))
  ;; Never called.
  (import "host" "values" (func $values (type $values)))
  (import "host" "keep" (func $keep (type $keep)))
  ;; Always 0. It is exported so that engines cannot know.
  (global $taken (export "taken") (mut i32) (i32.const 0))

  ;; 64 KiB. V8 compiles a function that is called for the first time only where 40 KiB are left, and what has to run may
  ;; be called for the first time.
  (func (export "ample")
    (if (global.get $taken)
      (then
        call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values
        call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values
        call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values
        call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values
        call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep
        call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep
        call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep
        call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep
      )))

  ;; 16 KiB: of a stack that can be suspended and has 64 KiB in all, as in Firefox, where JavaScript runs on another one.
  (func (export "scarce")
    (if (global.get $taken)
      (then
        call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values
        call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep
      )))
)
