//! The protocol of waPC: what a guest imports from its host.

const std = @import("std");

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

pub const Request = struct { operation: []const u8, payload: []const u8 };

/// Reads the operation that is invoked, and its payload.
pub fn request(memory: std.mem.Allocator, operation_len: usize, payload_len: usize) !Request {
    const operation = try memory.alloc(u8, operation_len);
    const payload = try memory.alloc(u8, payload_len);
    __guest_request(operation.ptr, payload.ptr);
    return .{ .operation = operation, .payload = payload };
}

/// Answers the invocation.
pub fn respond(answer: []const u8) void {
    __guest_response(answer.ptr, answer.len);
}

/// Fails the invocation with a text.
pub fn fail(text: []const u8) void {
    __guest_error(text.ptr, text.len);
}

/// Logs a line.
pub fn log(line: []const u8) void {
    __console_log(line.ptr, line.len);
}

/// The answer of a host call. Where the host fails, its text is in `host_error`.
pub fn call(memory: std.mem.Allocator, binding: []const u8, namespace: []const u8, operation: []const u8, payload: []const u8) ![]u8 {
    const answered = __host_call(
        binding.ptr,
        binding.len,
        namespace.ptr,
        namespace.len,
        operation.ptr,
        operation.len,
        payload.ptr,
        payload.len,
    );
    if (!answered) {
        host_error = try memory.alloc(u8, __host_error_len());
        __host_error(host_error.ptr);
        return error.Host;
    }
    const answer = try memory.alloc(u8, __host_response_len());
    __host_response(answer.ptr);
    return answer;
}

/// The error of the last host call that failed.
pub var host_error: []u8 = &.{};
