;; A guest that suspends itself, written by hand, and lies where the first byte of its operation says so. It calls its host
;; once, and answers with the result of that (1 or 0) and the length of the host's response.
(module
  (import "wapc" "__guest_request" (func $guest_request (param i32 i32)))
  (import "wapc" "__guest_response" (func $guest_response (param i32 i32)))
  (import "wapc" "__host_call" (func $host_call (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wapc" "__host_response_len" (func $host_response_len (result i32)))
  (import "wapc" "__console_log" (func $console_log (param i32 i32)))
  (memory (export "memory") 1 2)
  ;; 0 runs, 1 unwinds, 2 rewinds
  (global $state (mut i32) (i32.const 0))
  (global $area (mut i32) (i32.const 0))

  (func $is (param $letter i32) (result i32)
    (i32.eq (i32.load8_u (i32.const 512)) (local.get $letter)))
  (func $call (result i32)
    (call $host_call (i32.const 512) (i32.const 1) (i32.const 512) (i32.const 1) (i32.const 512) (i32.const 1)
      (i32.const 512) (i32.const 1)))
  (func $top (result i32) (i32.load (global.get $area)))
  (func $end (result i32) (i32.load offset=4 (global.get $area)))
  (func $set_top (param i32) (i32.store (global.get $area) (local.get 0)))
  (func $push (param i32)
    (i32.store (call $top) (local.get 0))
    (call $set_top (i32.add (call $top) (i32.const 4))))
  (func $pop (result i32)
    (call $set_top (i32.sub (call $top) (i32.const 4)))
    (i32.load (call $top)))

  (func $respond (param $answered i32) (result i32)
    (i32.store (i32.const 0) (local.get $answered))
    (i32.store (i32.const 4) (call $host_response_len))
    (call $guest_response (i32.const 0) (i32.const 8))
    (i32.const 1))

  (func $unwind (result i32)
    (if (call $is (i32.const 0x61)) (then (drop (call $call)))) ;; a: calls again
    (if (call $is (i32.const 0x63)) (then ;; c: calls again, and catches what that throws
      (try (do (drop (call $call))) (catch_all))
      (return (call $respond (i32.const 7)))))
    (if (call $is (i32.const 0x6c)) (then (call $console_log (i32.const 512) (i32.const 1)))) ;; l: logs
    (if (call $is (i32.const 0x53)) (then (return (i32.const 0)))) ;; S: stores nothing
    (call $push (i32.const 42))
    (if (call $is (i32.const 0x65)) (then (call $set_top (call $end)))) ;; e: has used all that there is, which is no lie
    (if (call $is (i32.const 0x4f)) (then (call $set_top (i32.add (call $end) (i32.const 1))))) ;; O: one more
    (if (call $is (i32.const 0x6f)) (then (call $set_top (i32.const -1)))) ;; o: far more
    (if (call $is (i32.const 0x62)) (then (call $set_top (i32.add (global.get $area) (i32.const 7))))) ;; b: less than nothing
    (if (call $is (i32.const 0x66)) (then (loop $forever (call $push (i32.const 0)) (br $forever)))) ;; f: more than fits
    (i32.const 0))

  (func (export "__guest_call") (param $op_len i32) (param $len i32) (result i32)
    (local $answered i32)
    (if (i32.eq (global.get $state) (i32.const 2))
      (then
        (if (call $is (i32.const 0x72)) (then (return (i32.const 1)))) ;; r: returns at once
        (if (call $is (i32.const 0x52)) (then (call $console_log (i32.const 512) (i32.const 1)))) ;; R: logs
        (if (call $is (i32.const 0x65)) (then (call $set_top (i32.add (global.get $area) (i32.const 12)))))
        (if (i32.ne (call $pop) (i32.const 42)) (then unreachable)))
      (else (call $guest_request (i32.const 512) (i32.const 1024))))
    (local.set $answered (call $call))
    (if (i32.eq (global.get $state) (i32.const 1)) (then (return (call $unwind))))
    (call $respond (local.get $answered)))

  (func (export "asyncify_start_unwind") (param i32)
    (if (call $is (i32.const 0x74)) (then unreachable)) ;; t
    (if (call $is (i32.const 0x69)) (then (drop (call $call)))) ;; i
    (if (call $is (i32.const 0x67)) (then (return))) ;; g: goes on
    (if (call $is (i32.const 0x47)) (then (return))) ;; G: the same, and claims to unwind
    (if (call $is (i32.const 0x6d)) (then (drop (memory.grow (i32.const 1))))) ;; m: grows, which is no lie
    (global.set $area (local.get 0))
    (global.set $state (i32.const 1)))
  (func (export "asyncify_stop_unwind")
    (if (call $is (i32.const 0x54)) (then unreachable)) ;; T
    (if (call $is (i32.const 0x49)) (then (drop (call $call)))) ;; I
    (global.set $state (i32.const 0)))
  (func (export "asyncify_start_rewind") (param i32)
    (if (call $is (i32.const 0x75)) (then unreachable)) ;; u
    (if (call $is (i32.const 0x6a)) (then (drop (call $call)))) ;; j
    (global.set $state (i32.const 2)))
  (func (export "asyncify_stop_rewind")
    (if (call $is (i32.const 0x55)) (then unreachable)) ;; U
    (if (call $is (i32.const 0x4a)) (then (drop (call $call)))) ;; J
    (global.set $state (i32.const 0)))
  (func (export "asyncify_get_state") (result i32)
    (if (call $is (i32.const 0x73)) (then (return (i32.const 0)))) ;; s
    (if (call $is (i32.const 0x6b)) (then (drop (call $call)))) ;; k
    (if (call $is (i32.const 0x47)) (then (return (i32.const 1))))
    (global.get $state)))
