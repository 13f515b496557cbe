;; Checks for room on the engine's stack. A guest, or a caller, may call the core when the stack is nearly used up; an
;; overflow could then unwind the core in the middle of a change. So each way in first checks that there is room to
;; finish. Where there is none, the engine throws here, before anything has changed.
;;
;; The two functions do nothing. Each has a branch that is never taken, which no engine can know, and keeps so many
;; values alive across the calls there that its frame is as large as the room to be checked. Engines compare the whole
;; frame with the rest of the stack when a function is entered, and touch none of it. The functions are too long to be
;; inlined. With 64 values at once V8 compiles them soonest
;; (docs/DECISIONS.md).
(module
  (type $values (func (result i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64)))
  (type $keep (func (param i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64)))
  ;; Never called.
  (import "host" "values" (func $values (type $values)))
  (import "host" "keep" (func $keep (type $keep)))
  ;; Always 0. Exported and mutable, so that no engine can know that.
  (global $taken (export "taken") (mut i32) (i32.const 0))

  ;; 64 KiB. V8 compiles a function on its first call only where 40 KiB are left, and the functions that follow may not
  ;; have been called before.
  (func (export "ample")
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

  ;; 16 KiB: for suspendable stacks that have 64 KiB in all, as in Firefox, where JavaScript runs on another stack.
  (func (export "scarce")
    (if (global.get $taken)
      (then
        call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values
        call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values call $values
        call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep
        call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep call $keep
      )))
)
