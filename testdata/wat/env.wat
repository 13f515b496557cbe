;; Imports the functions of AssemblyScript's runtime. The operation's first byte selects one, the payload's words are
;; its arguments.
(module
  (import "env" "abort" (func $abort (param i32 i32 i32 i32)))
  (import "env" "trace" (func $trace (param i32 i32 f64 f64 f64 f64 f64)))
  (import "env" "seed" (func $seed (result f64)))
  (import "env" "console.log" (func $console_log (param i32)))
  (import "wapc" "__guest_request" (func $guest_request (param i32 i32)))
  (import "wapc" "__guest_response" (func $guest_response (param i32 i32)))
  (memory (export "memory") 1)
  ;; "grüß" at 2052 and "a.ts" at 2068, each with its length in bytes in front.
  (data (i32.const 2048) "\08\00\00\00g\00r\00\fc\00\df\00\00\00\00\00\08\00\00\00a\00.\00t\00s\00")
  ;; A string at the end of memory, cut off there, and one whose length leaves memory.
  (data (i32.const 65528) "\04\00\00\00e\00d\00")
  (data (i32.const 4096) "\ff\ff\ff\7f")
  ;; Strings of 32 and 34 bytes, all NUL.
  (data (i32.const 3072) "\20")
  (data (i32.const 3200) "\22")
  (func $arg (param $n i32) (result i32)
    (i32.load (i32.add (i32.const 1024) (i32.shl (local.get $n) (i32.const 2)))))
  (func $is (param $letter i32) (result i32)
    (i32.eq (i32.load8_u (i32.const 512)) (local.get $letter)))
  (func (export "__guest_call") (param $op_len i32) (param $len i32) (result i32)
    (call $guest_request (i32.const 512) (i32.const 1024))
    (if (call $is (i32.const 0x61)) (then ;; a
      (call $abort (call $arg (i32.const 0)) (call $arg (i32.const 1)) (call $arg (i32.const 2)) (call $arg (i32.const 3)))))
    (if (call $is (i32.const 0x74)) (then ;; t
      (call $trace (call $arg (i32.const 0)) (call $arg (i32.const 1))
        (f64.const 1) (f64.const -2.5) (f64.const 1e21) (f64.const nan) (f64.const 5))))
    (if (call $is (i32.const 0x6c)) (then ;; l
      (call $console_log (call $arg (i32.const 0)))))
    (f64.store (i32.const 8) (call $seed))
    (call $guest_response (i32.const 8) (i32.const 8))
    (i32.const 1)))
