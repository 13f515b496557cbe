;; Room on the engine's stack. A guest may call the core where its stack is about to end, and so may a caller; whatever the
;; core has begun then could be unwound in the middle. So each way in asks first whether there is room to finish, and where
;; there is none the engine throws here, before anything has changed.
;;
;; `room` and `ample` do nothing. In a branch that is never taken, which no engine can know, each keeps so many values alive
;; over calls that its frame would be as long as the room that it asks for; engines compare the whole frame with what is left
;; of the stack when a function is entered, and touch none of it. They are called, never inlined: too long for that.
(module
  (type $values (func (result i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64)))
  (type $keep (func (param i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64)))
  ;; Never called.
  (import "host" "values" (func $values (type $values)))
  (import "host" "keep" (func $keep (type $keep)))
  ;; Always 0. It is exported so that engines cannot know.
  (global $taken (export "taken") (mut i32) (i32.const 0))

  ;; 16 KiB: what a host call takes besides the callback, and what tells why a guest is stopped.
  (func $room (export "room")
    (if (global.get $taken)
      (then
        call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values
        call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values
        call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values
        call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values
        call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values
        call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values
        call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values
        call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values
        call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep
        call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep
        call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep
        call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep
        call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep
        call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep
        call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep
        call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep
      )))

  ;; 32 KiB: what begins and ends an invocation, and walks through directories.
  (func $ample (export "ample")
    (if (global.get $taken)
      (then
        call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values
        call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values
        call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values
        call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values
        call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values
        call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values
        call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values
        call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values
        call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values
        call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values
        call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values
        call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values
        call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values
        call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values
        call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values
        call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values
        call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep
        call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep
        call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep
        call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep
        call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep
        call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep
        call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep
        call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep
        call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep
        call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep
        call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep
        call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep
        call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep
        call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep
        call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep
        call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep
      )))
)
