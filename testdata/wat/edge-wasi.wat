;; The counterpart of `edge.wat` with functions of WASI: directory 3 has a file `a`.
(module
  (import "wapc" "__guest_request" (func $guest_request (param i32 i32)))
  (import "wapc" "__guest_response" (func $guest_response (param i32 i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "random_get" (func $random_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open" (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $fd_close (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_readdir" (func $fd_readdir (param i32 i32 i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_filestat_get" (func $path_filestat_get (param i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_create_directory" (func $path_create_directory (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_remove_directory" (func $path_remove_directory (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "clock_time_get" (func $clock_time_get (param i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll_oneoff (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_get" (func $environ_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  (global $invocations (mut i32) (i32.const 0))
  (global $import (mut i32) (i32.const 0))
  (global $from (mut i32) (i32.const 0))
  (global $levels (mut i32) (i32.const 0))
  (global $wide (mut i32) (i32.const 0))
  ;; "text" at 4096, an iovec of it at 4104, one to read into at 4112, the names "a" and "new" at 4120 and 4124.
  (data (i32.const 4096) "text\00\00\00\00\00\10\00\00\04\00\00\00\00\08\00\00\40\00\00\00a\00\00\00new")
  ;; At 4160 a subscription to 0 ns of the monotonic clock.
  (data (i32.const 4176) "\01")

  (func $call
    block block block block block block block block block block block
      (br_table 0 1 2 3 4 5 6 7 8 9 10 (global.get $import))
    end (drop (call $fd_write (i32.const 1) (i32.const 4104) (i32.const 1) (i32.const 2048))) return
    end (drop (call $fd_read (i32.const 0) (i32.const 4112) (i32.const 1) (i32.const 2048))) return
    end (drop (call $random_get (i32.const 2048) (i32.const 16))) return
    end
      (if (i32.eqz (call $path_open (i32.const 3) (i32.const 0) (i32.const 4120) (i32.const 1) (i32.const 0)
        (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 2048)))
        (then (drop (call $fd_close (i32.load (i32.const 2048))))))
      return
    end (drop (call $fd_readdir (i32.const 3) (i32.const 2048) (i32.const 256) (i64.const 0) (i32.const 2040))) return
    end (drop (call $path_filestat_get (i32.const 3) (i32.const 0) (i32.const 4120) (i32.const 1) (i32.const 2048))) return
    end
      (drop (call $path_create_directory (i32.const 3) (i32.const 4124) (i32.const 3)))
      (drop (call $path_remove_directory (i32.const 3) (i32.const 4124) (i32.const 3)))
      return
    end (drop (call $clock_time_get (i32.const 1) (i64.const 0) (i32.const 2048))) return
    end (drop (call $poll_oneoff (i32.const 4160) (i32.const 2048) (i32.const 1) (i32.const 2040))) return
    end
      (drop (call $args_get (i32.const 2048) (i32.const 2200)))
      (drop (call $environ_get (i32.const 2048) (i32.const 2200)))
      return
    end (call $proc_exit (i32.const 3)))

  (func $next (param $level i32) (result i32)
    (if (i32.ge_u (local.get $level) (global.get $levels)) (then (return (i32.const 0))))
    (if (i32.ge_u (local.get $level) (global.get $from)) (then (call $call)))
    (if (i32.lt_u (local.get $level) (global.get $wide)) (then (return (call $wider (local.get $level)))))
    (call $narrower (local.get $level)))
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
        (i32.store (i32.const 16) (call $next (i32.const 0))))
      (else (i32.store (i32.const 16) (global.get $invocations))))
    (call $guest_response (i32.const 16) (i32.const 4))
    (i32.const 1)))
