//! A waPC guest: its host invokes these operations by name.

const std = @import("std");
const wapc = @import("wapc.zig");

/// The export that the host calls: true where `wapc.respond` was called, false where `wapc.fail` was.
export fn __guest_call(operation_len: usize, payload_len: usize) bool {
    // All memory of an invocation is freed at its end.
    var arena = std.heap.ArenaAllocator.init(std.heap.wasm_allocator);
    defer arena.deinit();
    const answer = invoke(arena.allocator(), operation_len, payload_len) catch |failure| {
        wapc.fail(if (failure == error.Host) wapc.host_error else @errorName(failure));
        return false;
    };
    wapc.respond(answer);
    return true;
}

fn invoke(memory: std.mem.Allocator, operation_len: usize, payload_len: usize) ![]const u8 {
    const request = try wapc.request(memory, operation_len, payload_len);
    if (std.mem.eql(u8, request.operation, "hello")) return hello(memory, request.payload);
    if (std.mem.eql(u8, request.operation, "add")) return add(memory, request.payload);
    if (std.mem.eql(u8, request.operation, "shout")) return shout(memory, request.payload);
    return error.NoSuchOperation;
}

/// Greets: text in, text out.
fn hello(memory: std.mem.Allocator, name: []const u8) ![]const u8 {
    return std.mem.concat(memory, u8, &.{ "Hello, ", name, "!" });
}

const Terms = struct { a: f64, b: f64 };

/// Adds: JSON in, JSON out. What is no such JSON fails the invocation.
fn add(memory: std.mem.Allocator, payload: []const u8) ![]const u8 {
    const terms = try std.json.parseFromSliceLeaky(Terms, memory, payload, .{ .ignore_unknown_fields = true });
    const sum = terms.a + terms.b;
    // JSON has no infinity.
    if (!std.math.isFinite(sum)) return error.SumTooLarge;
    return std.json.Stringify.valueAlloc(memory, .{ .sum = sum }, .{});
}

/// Asks the host for capitals: binding `default`, namespace `text`, operation `upper`.
fn shout(memory: std.mem.Allocator, payload: []const u8) ![]const u8 {
    wapc.log("shouting");
    const loud = try wapc.call(memory, "default", "text", "upper", payload);
    return std.mem.concat(memory, u8, &.{ loud, "!" });
}
