//! The functions of JavaScript, as they are imported; each in `js/wasi/wasi.js`.

#[link(wasm_import_module = "host")]
unsafe extern "C" {
    pub(super) safe fn memory_len(guest: u32) -> f64;
    pub(super) safe fn load_u32(guest: u32, ptr: u32) -> u32;
    pub(super) safe fn store_u32(guest: u32, ptr: u32, value: u32);
    pub(super) safe fn read(guest: u32, ptr: u32, len: usize, to: *mut u8);
    pub(super) safe fn write(guest: u32, ptr: u32, len: usize, from: *const u8);
    pub(super) safe fn random(guest: u32, ptr: u32, len: u32) -> u32;
    pub(super) safe fn emit(guest: u32, stream: u32, ptr: u32, len: u32) -> u32;
    pub(super) safe fn emit_own(guest: u32, stream: u32, from: *const u8, len: usize) -> u32;
    pub(super) safe fn over_limit(guest: u32, len: f64);
    pub(super) safe fn clock(guest: u32, monotonic: u32) -> f64;
    pub(super) safe fn realtime(guest: u32) -> f64;
    pub(super) safe fn monotonic() -> f64;
    pub(super) safe fn is_late(guest: u32) -> u32;
    pub(super) safe fn suspend(guest: u32, milliseconds: f64);
    pub(super) safe fn block(id: u32, milliseconds: f64) -> u32;
    pub(super) safe fn take(to: *mut u8);
    pub(super) safe fn open(parent: u32, name: *const u8, len: usize, how: u32) -> i32;
    pub(super) safe fn close(handle: u32);
    pub(super) safe fn close_all(guest: u32);
    pub(super) safe fn stat(handle: u32, name: *const u8, len: usize, to: *mut u64) -> i32;
    pub(super) safe fn set_times(handle: u32, name: *const u8, len: usize, accessed: f64, modified: f64) -> i32;
    pub(super) safe fn list(handle: u32) -> i32;
    pub(super) safe fn inodes(handle: u32, entries: *mut u8, len: usize) -> i32;
    pub(super) safe fn read_link(parent: u32, name: *const u8, len: usize) -> i32;
    pub(super) safe fn make_link(parent: u32, name: *const u8, len: usize, to: *const u8, to_len: usize) -> i32;
    pub(super) safe fn change(parent: u32, name: *const u8, len: usize, what: u32) -> i32;
    pub(super) safe fn relate(
        from: u32,
        name: *const u8,
        len: usize,
        to: u32,
        new_name: *const u8,
        new_len: usize,
        how: u32,
    ) -> i32;
    pub(super) safe fn read_file(handle: u32, guest: u32, ptr: u32, len: u32, position: f64) -> i32;
    pub(super) safe fn write_file(handle: u32, guest: u32, ptr: u32, len: u32, position: f64) -> i32;
    pub(super) safe fn set_len(handle: u32, len: f64) -> i32;
    pub(super) safe fn sync(handle: u32) -> i32;
}
