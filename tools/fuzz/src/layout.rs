//! The memory layout of a generated guest: names, paths, strings, parts of buffers.

/// Names of host calls and texts: some of them broken.
const NAMES: [&[u8]; 8] =
    [b"default", b"foo", b"echo", "ü€😀".as_bytes(), b"a\0b", b"\xff\xfe", b"\xef\xbb\xbfbom", b"cut \xe2\x82"];

const PATHS: [&[u8]; 14] = [
    b"a.txt",
    b"d",
    b"d/b.txt",
    b"new",
    b"d/../a.txt",
    b"..",
    b"../..",
    b"/etc",
    b".",
    b"./d/.",
    b"\xff",
    b"a\0b",
    b"link",
    b"a.txt/",
];

/// The start of the laid out data, and of the area that guests may overwrite.
const BEGIN: u32 = 64;
pub(crate) const SCRATCH: u32 = 8192;
pub(crate) const SUBSCRIPTIONS: u32 = 6144;

/// The bytes from [`BEGIN`] on, and the address of each thing in memory.
pub(crate) struct Layout {
    pub(crate) bytes: Vec<u8>,
    /// Address and length.
    pub(crate) names: Vec<(u32, u32)>,
    pub(crate) paths: Vec<(u32, u32)>,
    /// Address, and how many parts.
    pub(crate) iovecs: Vec<(u32, u32)>,
    /// Addresses of AssemblyScript strings.
    pub(crate) strings: Vec<u32>,
}

impl Layout {
    pub(crate) const BEGIN: u32 = BEGIN;

    pub(crate) fn new() -> Self {
        let mut layout = Self { bytes: vec![], names: vec![], paths: vec![], iovecs: vec![], strings: vec![] };
        layout.names = NAMES.map(|name| layout.put(name)).to_vec();
        layout.names.push(layout.names[0]);
        layout.names.extend([(0, 0), (u32::MAX, 0)]);
        layout.paths = PATHS.map(|path| layout.put(path)).to_vec();
        let long = layout.put(&[b'x'; 300]);
        layout.paths.push(long);
        layout.put_strings();
        layout.put_iovecs();
        layout
    }

    fn end(&self) -> u32 {
        BEGIN + self.bytes.len() as u32
    }

    fn put(&mut self, bytes: &[u8]) -> (u32, u32) {
        let at = self.end();
        self.bytes.extend_from_slice(bytes);
        (at, bytes.len() as u32)
    }

    /// Well-formed strings, one cut inside a unit, a lone surrogate, one whose length leaves memory, and null.
    fn put_strings(&mut self) {
        let text: Vec<u8> = "wörld 🌍".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for (len, bytes) in
            [(text.len() as u32, &text[..]), (0, &[]), (3, b"a\0b"), (2, b"\0\xd8"), (u32::MAX - 1, &[])]
        {
            self.put(&len.to_le_bytes());
            let (at, _) = self.put(bytes);
            self.strings.push(at);
        }
        self.strings.push(0);
    }

    fn put_iovecs(&mut self) {
        const SETS: [&[(u32, u32)]; 8] = [
            &[(SCRATCH, 10)],
            &[(SCRATCH, 5), (SCRATCH + 100, 0), (u32::MAX, 0), (SCRATCH + 200, 300)],
            &[(64, 100), (SCRATCH, 5000)],
            &[(65_530, 100)],
            &[(SCRATCH, 1 << 31)],
            &[(u32::MAX, u32::MAX), (SCRATCH, 4)],
            &[(SCRATCH, 8), (1 << 31, 1)],
            &[],
        ];
        for set in SETS {
            let bytes: Vec<u8> =
                set.iter().flat_map(|(at, len)| [at.to_le_bytes(), len.to_le_bytes()].concat()).collect();
            let (at, _) = self.put(&bytes);
            self.iovecs.push((at, set.len() as u32));
        }
        // Empty lists, at any address.
        self.iovecs.extend([(u32::MAX, 0), (0, 0)]);
    }
}
