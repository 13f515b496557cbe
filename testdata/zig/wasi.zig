//! Exercises WASI from Zig, by its functions: arguments, environment, standard streams, randomness, clocks, sleep and
//! files.

const std = @import("std");
const wasi = std.os.wasi;

/// The first directory that a guest is given.
const data: wasi.fd_t = 3;

var buffer: [4096]u8 = undefined;
var used: usize = 0;

/// Answers with all that WASI gives it.
pub fn exercise() []const u8 {
    used = 0;
    _ = write(1, "to standard output\n");
    _ = write(2, "to standard error\n");
    tell(&.{ "arguments: ", arguments(), "\n" });
    tell(&.{ "NAME: ", variable("NAME="), "\n" });
    var input: [64]u8 = undefined;
    tell(&.{ "standard input: ", read(0, &input), "\n" });
    var one: [8]u8 = undefined;
    var other: [8]u8 = undefined;
    const drawn = wasi.random_get(&one, one.len) == .SUCCESS and wasi.random_get(&other, other.len) == .SUCCESS;
    check("random: ", drawn and !std.mem.eql(u8, &one, &other));
    check("the day: ", now(.REALTIME) > 1_700_000_000_000_000_000);
    const before = now(.MONOTONIC);
    sleep(20_000_000);
    check("slept: ", now(.MONOTONIC) - before >= 20_000_000);
    var text: [64]u8 = undefined;
    tell(&.{ "read: ", file("a.txt", &text), "\n" });
    const fd = open("b.txt", .{ .CREAT = true, .TRUNC = true }) orelse return "b.txt can not be opened";
    _ = write(fd, "written");
    _ = write(fd, " twice");
    _ = wasi.fd_close(fd);
    tell(&.{ "read back: ", file("b.txt", &text), "\n" });
    check("missing: ", open("missing", .{}) == null);
    check("outside: ", open("../outside", .{}) == null and open("/etc/passwd", .{}) == null);
    return buffer[0..used];
}

fn tell(parts: []const []const u8) void {
    for (parts) |part| {
        @memcpy(buffer[used..][0..part.len], part);
        used += part.len;
    }
}

fn check(what: []const u8, holds: bool) void {
    tell(&.{ what, if (holds) "true\n" else "false\n" });
}

fn write(fd: wasi.fd_t, text: []const u8) usize {
    const parts = [_]wasi.ciovec_t{.{ .base = text.ptr, .len = text.len }};
    var written: usize = 0;
    _ = wasi.fd_write(fd, &parts, parts.len, &written);
    return written;
}

fn read(fd: wasi.fd_t, to: []u8) []const u8 {
    const parts = [_]wasi.iovec_t{.{ .base = to.ptr, .len = to.len }};
    var len: usize = 0;
    _ = wasi.fd_read(fd, &parts, parts.len, &len);
    return to[0..len];
}

fn open(path: []const u8, how: wasi.oflags_t) ?wasi.fd_t {
    var fd: wasi.fd_t = undefined;
    const rights = wasi.rights_t{ .FD_READ = true, .FD_WRITE = true };
    const opened = wasi.path_open(data, .{}, path.ptr, path.len, how, rights, .{}, .{}, &fd);
    return if (opened == .SUCCESS) fd else null;
}

fn file(path: []const u8, to: []u8) []const u8 {
    const fd = open(path, .{}) orelse return "not there";
    defer _ = wasi.fd_close(fd);
    return read(fd, to);
}

fn now(clock: wasi.clockid_t) u64 {
    var time: u64 = 0;
    _ = wasi.clock_time_get(clock, 1, &time);
    return time;
}

fn sleep(nanoseconds: u64) void {
    const clock = wasi.subscription_clock_t{ .id = .MONOTONIC, .timeout = nanoseconds, .precision = 0, .flags = 0 };
    const awaited = wasi.subscription_t{ .userdata = 0, .u = .{ .tag = .CLOCK, .u = .{ .clock = clock } } };
    var event: wasi.event_t = undefined;
    var events: usize = 0;
    _ = wasi.poll_oneoff(&awaited, &event, 1, &events);
}

var strings: [1024]u8 = undefined;
var pointers: [32][*:0]u8 = undefined;

/// The arguments, with spaces between them.
fn arguments() []const u8 {
    var count: usize = 0;
    var len: usize = 0;
    if (wasi.args_sizes_get(&count, &len) != .SUCCESS or len == 0 or len > strings.len or count > pointers.len) return "";
    _ = wasi.args_get(&pointers, &strings);
    for (strings[0 .. len - 1]) |*byte| {
        if (byte.* == 0) byte.* = ' ';
    }
    return strings[0 .. len - 1];
}

/// The value of a variable of the environment; `name` ends in `=`.
fn variable(name: []const u8) []const u8 {
    var count: usize = 0;
    var len: usize = 0;
    if (wasi.environ_sizes_get(&count, &len) != .SUCCESS or len > strings.len or count > pointers.len) return "";
    _ = wasi.environ_get(&pointers, &strings);
    for (pointers[0..count]) |pointer| {
        const text = std.mem.span(pointer);
        if (std.mem.startsWith(u8, text, name)) return text[name.len..];
    }
    return "";
}
