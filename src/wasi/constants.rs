//! Numbers that this artifact, its JavaScript half and its shim know. The build writes them to
//! `js/generated/wasi-constants.js` (`tools/constants.js`) and puts them into the shim, which names them as
//! `(i32.const NAME)` (`build.rs`), so each declaration stands on one line.

#![allow(dead_code)] // Some are used only by JavaScript.

/// Answer to the shim in place of an errno: the guest is to be stopped. It is above every errno.
pub(crate) const CALL_STOP: u32 = 65_536;
/// Answer of `poll_oneoff` to the shim in place of an errno: the guest's stack is to be suspended, then it asks again.
pub(crate) const CALL_SUSPEND: u32 = 131_072;

/// Answers to JavaScript, which adds a file or directory to a tree.
pub(crate) mod added {
    pub(crate) const NO_ROOM: u32 = 0;
    pub(crate) const DONE: u32 = 1;
    pub(crate) const NAME_REFUSED: u32 = 2;
}

/// Flags for opening a name of the machine.
pub(crate) mod open {
    pub(crate) const DIRECTORY: u32 = 1;
    pub(crate) const READ: u32 = 2;
    pub(crate) const WRITE: u32 = 4;
    pub(crate) const CREATE: u32 = 8;
    pub(crate) const EXCLUSIVE: u32 = 16;
    pub(crate) const TRUNCATE: u32 = 32;
}

/// Changes to one name of the machine.
pub(crate) mod change {
    pub(crate) const CREATE_DIRECTORY: u32 = 0;
    pub(crate) const REMOVE_DIRECTORY: u32 = 1;
    pub(crate) const UNLINK: u32 = 2;
}

/// Changes that take two names of the machine.
pub(crate) mod relate {
    pub(crate) const RENAME: u32 = 0;
    pub(crate) const LINK: u32 = 1;
}

/// WASI's kinds of files: <https://github.com/WebAssembly/WASI/blob/wasi-0.1/preview1/docs.md#filetype>
pub(crate) mod filetype {
    pub(crate) const UNKNOWN: u32 = 0;
    pub(crate) const BLOCK_DEVICE: u32 = 1;
    pub(crate) const CHARACTER_DEVICE: u32 = 2;
    pub(crate) const DIRECTORY: u32 = 3;
    pub(crate) const REGULAR_FILE: u32 = 4;
    pub(crate) const SOCKET_STREAM: u32 = 6;
    pub(crate) const SYMBOLIC_LINK: u32 = 7;
}

/// WASI's errnos that a file system of the machine answers with, by the names that Node has for them:
/// <https://github.com/WebAssembly/WASI/blob/wasi-0.1/preview1/docs.md#errno>
pub(crate) mod errno {
    pub(crate) const EACCES: u32 = 2;
    pub(crate) const EAGAIN: u32 = 6;
    pub(crate) const EBADF: u32 = 8;
    pub(crate) const EBUSY: u32 = 10;
    pub(crate) const EDQUOT: u32 = 19;
    pub(crate) const EEXIST: u32 = 20;
    pub(crate) const EFBIG: u32 = 22;
    pub(crate) const EILSEQ: u32 = 25;
    pub(crate) const EINVAL: u32 = 28;
    pub(crate) const EIO: u32 = 29;
    pub(crate) const EISDIR: u32 = 31;
    pub(crate) const ELOOP: u32 = 32;
    pub(crate) const EMFILE: u32 = 33;
    pub(crate) const EMLINK: u32 = 34;
    pub(crate) const ENAMETOOLONG: u32 = 37;
    pub(crate) const ENFILE: u32 = 41;
    pub(crate) const ENOENT: u32 = 44;
    pub(crate) const ENOSPC: u32 = 51;
    pub(crate) const ENOTDIR: u32 = 54;
    pub(crate) const ENOTEMPTY: u32 = 55;
    pub(crate) const ENOTSUP: u32 = 58;
    pub(crate) const ENXIO: u32 = 60;
    pub(crate) const EPERM: u32 = 63;
    pub(crate) const EPIPE: u32 = 64;
    pub(crate) const EROFS: u32 = 69;
    pub(crate) const ESPIPE: u32 = 70;
    pub(crate) const ETXTBSY: u32 = 74;
    pub(crate) const EXDEV: u32 = 75;
}
