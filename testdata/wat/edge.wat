;; Recurses to the end of the stack, or for a given number of levels, and calls one of its imports at each level from a
;; given one on. Operation "e" has a payload of four words: the import (its number in `$call`), the first level that
;; calls it, the number of levels, and how many of the first levels have a frame that is 8 bytes longer. These shift the
;; levels behind them, so that one can be at any distance from the stack's end. It answers with the number of levels.
;; Any other operation answers with the number of invocations that this instance has had.
(module
  (import "wapc" "__guest_request" (func $guest_request (param i32 i32)))
  (import "wapc" "__guest_response" (func $guest_response (param i32 i32)))
  (import "wapc" "__guest_error" (func $guest_error (param i32 i32)))
  (import "wapc" "__host_call" (func $host_call (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wapc" "__host_response_len" (func $host_response_len (result i32)))
  (import "wapc" "__host_response" (func $host_response (param i32)))
  (import "wapc" "__host_error_len" (func $host_error_len (result i32)))
  (import "wapc" "__host_error" (func $host_error (param i32)))
  (import "wapc" "__console_log" (func $console_log (param i32 i32)))
  (import "env" "abort" (func $abort (param i32 i32 i32 i32)))
  (import "env" "trace" (func $trace (param i32 i32 f64 f64 f64 f64 f64)))
  (import "env" "seed" (func $seed (result f64)))
  (import "env" "console.log" (func $as_console_log (param i32)))
  (memory (export "memory") 1)
  (global $invocations (mut i32) (i32.const 0))
  ;; The arguments of the running invocation.
  (global $import (mut i32) (i32.const 0))
  (global $from (mut i32) (i32.const 0))
  (global $levels (mut i32) (i32.const 0))
  (global $wide (mut i32) (i32.const 0))
  ;; "text" in UTF-8 at 4096, and as a string of AssemblyScript at 4108.
  (data (i32.const 4096) "text")
  (data (i32.const 4104) "\08\00\00\00t\00e\00x\00t\00")

  (func $ask
    (drop (call $host_call (i32.const 4096) (i32.const 1) (i32.const 4097) (i32.const 1) (i32.const 4098) (i32.const 1)
      (i32.const 4096) (i32.const 4))))
  (func $call
    block block block block block block block block block block block block block
      (br_table 0 1 2 3 4 5 6 7 8 9 10 11 12 (global.get $import))
    end (call $guest_request (i32.const 512) (i32.const 1024)) return
    end (call $guest_response (i32.const 4096) (i32.const 4)) return
    end (call $guest_error (i32.const 4096) (i32.const 4)) return
    end (call $ask) return
    end (drop (call $host_response_len)) return
    end (call $host_response (i32.const 2048)) return
    end (drop (call $host_error_len)) return
    end (call $host_error (i32.const 2048)) return
    end (call $console_log (i32.const 4096) (i32.const 4)) return
    end (call $abort (i32.const 4108) (i32.const 4108) (i32.const 1) (i32.const 2)) return
    end (call $trace (i32.const 4108) (i32.const 5)
      (f64.const 1) (f64.const -2.5) (f64.const 1e21) (f64.const nan) (f64.const 5)) return
    end (drop (call $seed)) return
    end (call $as_console_log (i32.const 4108)))

  (func $next (param $level i32) (result i32)
    (if (i32.ge_u (local.get $level) (global.get $levels)) (then (return (i32.const 0))))
    (if (i32.ge_u (local.get $level) (global.get $from)) (then (call $call)))
    (if (i32.lt_u (local.get $level) (global.get $wide)) (then (return (call $wider (local.get $level)))))
    (call $narrower (local.get $level)))
  ;; Values that are loaded before a call and stored after it have to be kept on the stack.
  (func $narrower (param $level i32) (result i32)
    (local $a i64) (local $b i64) (local $c i64) (local $d i64) (local $count i32)
    (local.set $a (i64.load (i32.const 8192)))
    (local.set $b (i64.load (i32.const 8200)))
    (local.set $c (i64.load (i32.const 8208)))
    (local.set $d (i64.load (i32.const 8216)))
    (local.set $count (call $next (i32.add (local.get $level) (i32.const 1))))
    (i64.store (i32.const 8192) (local.get $a))
    (i64.store (i32.const 8200) (local.get $b))
    (i64.store (i32.const 8208) (local.get $c))
    (i64.store (i32.const 8216) (local.get $d))
    (i32.add (local.get $count) (i32.const 1)))
  (func $wider (param $level i32) (result i32)
    (local $a i64) (local $b i64) (local $c i64) (local $d i64) (local $e i64) (local $count i32)
    (local.set $a (i64.load (i32.const 8192)))
    (local.set $b (i64.load (i32.const 8200)))
    (local.set $c (i64.load (i32.const 8208)))
    (local.set $d (i64.load (i32.const 8216)))
    (local.set $e (i64.load (i32.const 8224)))
    (local.set $count (call $next (i32.add (local.get $level) (i32.const 1))))
    (i64.store (i32.const 8192) (local.get $a))
    (i64.store (i32.const 8200) (local.get $b))
    (i64.store (i32.const 8208) (local.get $c))
    (i64.store (i32.const 8216) (local.get $d))
    (i64.store (i32.const 8224) (local.get $e))
    (i32.add (local.get $count) (i32.const 1)))

  (func (export "__guest_call") (param $op_len i32) (param $len i32) (result i32)
    (global.set $invocations (i32.add (global.get $invocations) (i32.const 1)))
    (call $guest_request (i32.const 512) (i32.const 1024))
    (if (i32.eq (i32.load8_u (i32.const 512)) (i32.const 0x65)) ;; e
      (then
        (global.set $import (i32.load (i32.const 1024)))
        (global.set $from (i32.load (i32.const 1028)))
        (global.set $levels (i32.load (i32.const 1032)))
        (global.set $wide (i32.load (i32.const 1036)))
        ;; Leaves an answer, or an error, of the host to be fetched.
        (call $ask)
        (i32.store (i32.const 16) (call $next (i32.const 0))))
      (else (i32.store (i32.const 16) (global.get $invocations))))
    (call $guest_response (i32.const 16) (i32.const 4))
    (i32.const 1)))
