//! Memory layouts of what WASI passes between guest and host, little-endian.
//! <https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md>

use wasip1::{Errno, Fdflags, Filetype, Rights};

/// The version of WASI that a guest imports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    /// `wasi_snapshot_preview1`, also under the name `wasi`.
    Preview1,
    /// `wasi_unstable`, which is its snapshot 0.
    Unstable,
}

impl From<u32> for Version {
    fn from(unstable: u32) -> Self {
        if unstable == 0 { Self::Preview1 } else { Self::Unstable }
    }
}

/// The result of a call, or why it failed.
pub(crate) type Result<T> = std::result::Result<T, Errno>;

/// Bytes of one `iovec` and of one `ciovec`: a pointer, and a length in bytes.
pub(crate) const IOVEC_LEN: u32 = 8;

/// Bytes of one `event`.
pub(crate) const EVENT_LEN: u32 = 32;

/// Bytes of a `fdstat`.
pub(crate) const FDSTAT_LEN: u32 = 24;

/// Bytes of a `prestat`.
pub(crate) const PRESTAT_LEN: u32 = 8;

/// `filestat`: what is known of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stat {
    pub(crate) device: u64,
    pub(crate) inode: u64,
    pub(crate) kind: Filetype,
    pub(crate) links: u64,
    /// Bytes.
    pub(crate) size: u64,
    /// Nanoseconds since 1970, as the two below.
    pub(crate) accessed: u64,
    pub(crate) modified: u64,
    pub(crate) changed: u64,
}

impl Stat {
    /// The attributes of a standard stream.
    pub(crate) fn of_stream() -> Self {
        let kind = wasip1::FILETYPE_CHARACTER_DEVICE;
        Self { device: 0, inode: 0, kind, links: 0, size: 0, accessed: 0, modified: 0, changed: 0 }
    }

    pub(crate) fn encode(&self, version: Version) -> Vec<u8> {
        let mut layout = Layout::default();
        layout.u64(self.device).u64(self.inode).u8(self.kind.raw());
        match version {
            Version::Preview1 => layout.align(8).u64(self.links),
            Version::Unstable => layout.align(4).u32(u32::try_from(self.links).unwrap_or(u32::MAX)),
        };
        layout.u64(self.size).u64(self.accessed).u64(self.modified).u64(self.changed);
        layout.0
    }
}

/// `fdstat`: the kind of a descriptor, its flags and its rights.
pub(crate) fn fdstat(kind: Filetype, flags: Fdflags, base: Rights, inheriting: Rights) -> Vec<u8> {
    let mut layout = Layout::default();
    layout.u8(kind.raw()).align(2).u16(flags).align(8).u64(base).u64(inheriting);
    layout.0
}

/// `prestat` of a directory whose name takes `name_len` bytes.
pub(crate) fn prestat(name_len: u32) -> Vec<u8> {
    let mut layout = Layout::default();
    layout.u8(wasip1::PREOPENTYPE_DIR.raw()).align(4).u32(name_len);
    layout.0
}

/// `dirent`, followed by its name. `next` is the cookie of the entry that follows.
pub(crate) fn dirent(next: u64, inode: u64, kind: Filetype, name: &str) -> Vec<u8> {
    let mut layout = Layout::default();
    layout.u64(next).u64(inode).u32(u32::try_from(name.len()).unwrap_or(u32::MAX)).u8(kind.raw()).align(4);
    layout.0.extend_from_slice(name.as_bytes());
    layout.0
}

/// `event`: the outcome of a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) user_data: u64,
    pub(crate) errno: Errno,
    pub(crate) kind: u8,
    /// Bytes that can be read or written now.
    pub(crate) bytes: u64,
    pub(crate) flags: u16,
}

impl Event {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut layout = Layout::default();
        layout
            .u64(self.user_data)
            .u16(self.errno.raw())
            .u8(self.kind)
            .align(8)
            .u64(self.bytes)
            .u16(self.flags)
            .align(8);
        layout.0
    }
}

/// `subscription`: an event that `poll_oneoff` waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Subscription {
    pub(crate) user_data: u64,
    pub(crate) what: Awaited,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Awaited {
    /// A time in nanoseconds: from now on, or on the clock itself.
    Clock {
        clock: u32,
        time: u64,
        absolute: bool,
    },
    Read(u32),
    Write(u32),
    Unknown(u8),
}

impl Subscription {
    /// The size in bytes.
    pub(crate) fn len(version: Version) -> u32 {
        match version {
            Version::Preview1 => 48,
            Version::Unstable => 56,
        }
    }

    /// Reads a subscription of [`Self::len`] bytes.
    pub(crate) fn decode(bytes: &[u8], version: Version) -> Option<Self> {
        // The older layout has one more number, an identifier, in front of the clock.
        let at = match version {
            Version::Preview1 => 16,
            Version::Unstable => 24,
        };
        let kind = *bytes.get(8)?;
        let what = match kind {
            kind if kind == wasip1::EVENTTYPE_CLOCK.raw() => Awaited::Clock {
                clock: u32_at(bytes, at)?,
                time: u64_at(bytes, at + 8)?,
                absolute: u32_at(bytes, at + 24)? & u32::from(wasip1::SUBCLOCKFLAGS_SUBSCRIPTION_CLOCK_ABSTIME) != 0,
            },
            kind if kind == wasip1::EVENTTYPE_FD_READ.raw() => Awaited::Read(u32_at(bytes, 16)?),
            kind if kind == wasip1::EVENTTYPE_FD_WRITE.raw() => Awaited::Write(u32_at(bytes, 16)?),
            kind => Awaited::Unknown(kind),
        };
        Some(Self { user_data: u64_at(bytes, 0)?, what })
    }
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// Pairs of a pointer and a length in bytes.
pub(crate) fn iovecs(bytes: &[u8]) -> impl Iterator<Item = (u32, u32)> + '_ {
    bytes.chunks_exact(IOVEC_LEN as usize).filter_map(|iovec| Some((u32_at(iovec, 0)?, u32_at(iovec, 4)?)))
}

/// A structure on its way to the guest.
#[derive(Debug, Default)]
struct Layout(Vec<u8>);

impl Layout {
    fn u8(&mut self, value: u8) -> &mut Self {
        self.0.push(value);
        self
    }

    fn u16(&mut self, value: u16) -> &mut Self {
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }

    fn u32(&mut self, value: u32) -> &mut Self {
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }

    fn u64(&mut self, value: u64) -> &mut Self {
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }

    /// Pads with zeros: padding must not show what was in this memory.
    fn align(&mut self, alignment: usize) -> &mut Self {
        self.0.resize(self.0.len().next_multiple_of(alignment), 0);
        self
    }
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests {
    use super::{Awaited, Event, Stat, Subscription, Version, dirent, fdstat, prestat};

    const STAT: Stat = Stat {
        device: 1,
        inode: 2,
        kind: wasip1::FILETYPE_REGULAR_FILE,
        links: 3,
        size: 4,
        accessed: 5,
        modified: 6,
        changed: 7,
    };

    /// The offsets and values of the bytes that are not zero.
    fn set(bytes: &[u8]) -> Vec<(usize, u8)> {
        bytes.iter().copied().enumerate().filter(|(_, byte)| *byte != 0).collect()
    }

    #[test]
    fn structures_are_laid_out_as_each_version_has_them() {
        let preview1 = STAT.encode(Version::Preview1);
        assert_eq!(preview1.len(), 64);
        assert_eq!(set(&preview1), [(0, 1), (8, 2), (16, 4), (24, 3), (32, 4), (40, 5), (48, 6), (56, 7)]);
        let unstable = STAT.encode(Version::Unstable);
        assert_eq!(unstable.len(), 56);
        assert_eq!(set(&unstable), [(0, 1), (8, 2), (16, 4), (20, 3), (24, 4), (32, 5), (40, 6), (48, 7)]);
        let fdstat = fdstat(wasip1::FILETYPE_DIRECTORY, 1, 2, 3);
        assert_eq!((fdstat.len(), set(&fdstat)), (24, vec![(0, 3), (2, 1), (8, 2), (16, 3)]));
        let prestat = prestat(5);
        assert_eq!((prestat.len(), set(&prestat)), (8, vec![(4, 5)]));
        let dirent = dirent(1, 2, wasip1::FILETYPE_REGULAR_FILE, "ab");
        assert_eq!((dirent.len(), set(&dirent)), (26, vec![(0, 1), (8, 2), (16, 2), (20, 4), (24, 97), (25, 98)]));
        let event = Event { user_data: 1, errno: wasip1::ERRNO_BADF, kind: 2, bytes: 3, flags: 4 }.encode();
        assert_eq!((event.len(), set(&event)), (32, vec![(0, 1), (8, 8), (10, 2), (16, 3), (24, 4)]));
    }

    #[test]
    fn subscriptions_are_read_as_each_version_has_them() {
        for (version, at) in [(Version::Preview1, 16), (Version::Unstable, 24)] {
            let mut bytes = vec![0; Subscription::len(version) as usize];
            bytes[0] = 7;
            bytes[at] = 1;
            bytes[at + 8] = 9;
            bytes[at + 24] = 1;
            let what = Awaited::Clock { clock: 1, time: 9, absolute: true };
            assert_eq!(Subscription::decode(&bytes, version), Some(Subscription { user_data: 7, what }));
            bytes[8] = 2;
            bytes[16] = 5;
            assert_eq!(Subscription::decode(&bytes, version).map(|it| it.what), Some(Awaited::Write(5)));
            bytes[8] = 3;
            assert_eq!(Subscription::decode(&bytes, version).map(|it| it.what), Some(Awaited::Unknown(3)));
            bytes.truncate(at);
            bytes[8] = 0;
            assert_eq!(Subscription::decode(&bytes, version), None);
        }
    }
}
