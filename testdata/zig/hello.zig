//! The hello guest in Zig, without an SDK: the bare protocol. Compiled for WASI, it also exercises that.

const std = @import("std");
const is_wasi = @import("builtin").os.tag == .wasi;

extern "wapc" fn __guest_request(operation: [*]u8, payload: [*]u8) void;
extern "wapc" fn __guest_response(ptr: [*]const u8, len: usize) void;
extern "wapc" fn __guest_error(ptr: [*]const u8, len: usize) void;
extern "wapc" fn __console_log(ptr: [*]const u8, len: usize) void;
extern "wapc" fn __host_call(
    binding: [*]const u8,
    binding_len: usize,
    namespace: [*]const u8,
    namespace_len: usize,
    operation: [*]const u8,
    operation_len: usize,
    payload: [*]const u8,
    payload_len: usize,
) bool;
extern "wapc" fn __host_response_len() usize;
extern "wapc" fn __host_response(ptr: [*]u8) void;
extern "wapc" fn __host_error_len() usize;
extern "wapc" fn __host_error(ptr: [*]u8) void;

const Failure = error{ Host, OutOfMemory };
const allocator = std.heap.wasm_allocator;
var host_error: []u8 = &.{};

export fn __guest_call(operation_len: usize, payload_len: usize) bool {
    var arena = std.heap.ArenaAllocator.init(allocator);
    defer arena.deinit();
    return call(arena.allocator(), operation_len, payload_len) catch |failure| {
        const text = if (failure == Failure.Host) host_error else "out of memory";
        __guest_error(text.ptr, text.len);
        return false;
    };
}

fn call(memory: std.mem.Allocator, operation_len: usize, payload_len: usize) Failure!bool {
    const operation = try memory.alloc(u8, operation_len);
    const payload = try memory.alloc(u8, payload_len);
    __guest_request(operation.ptr, payload.ptr);
    if (std.mem.eql(u8, operation, "hello")) {
        const line = "logging something";
        __console_log(line, line.len);
        const name = try echo(memory, payload);
        const greeting = try std.mem.concat(memory, u8, &.{ "Hello, ", name });
        __guest_response(greeting.ptr, greeting.len);
        return true;
    }
    if (std.mem.eql(u8, operation, "echo")) {
        _ = try echo(memory, payload);
        __guest_response(payload.ptr, payload.len);
        return true;
    }
    if (is_wasi and std.mem.eql(u8, operation, "exercise")) {
        const told = @import("wasi.zig").exercise();
        __guest_response(told.ptr, told.len);
        return true;
    }
    const text = if (std.mem.eql(u8, operation, "nope")) "planned failure" else "no such operation";
    __guest_error(text.ptr, text.len);
    return false;
}

/// The answer of the host's echo.
fn echo(memory: std.mem.Allocator, payload: []const u8) Failure![]u8 {
    const binding = "default";
    const namespace = "foo";
    const operation = "echo";
    if (!__host_call(binding, binding.len, namespace, namespace.len, operation, operation.len, payload.ptr, payload.len)) {
        host_error = try memory.alloc(u8, __host_error_len());
        __host_error(host_error.ptr);
        return Failure.Host;
    }
    const answer = try memory.alloc(u8, __host_response_len());
    __host_response(answer.ptr);
    return answer;
}
