//! Resolves a path to a directory and a name in it. Only this file takes paths apart: `..`, absolute paths and symbolic
//! links cannot lead out of the directory that a guest was given.

use super::Directory;
use crate::abi::Result;

/// The most symbolic links that one path may lead through.
const MOST_LINKS: u32 = 32;

/// The most components of a path and of the links that it leads through, together.
const MOST_COMPONENTS: usize = 4096;

/// The treatment of a symbolic link at the end of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Last {
    /// Followed: it stands for its target.
    Followed,
    /// Not followed: the link itself is meant.
    Itself,
}

/// The directory and the name that a path leads to.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) directory: Directory,
    /// The name there, which need not exist; None for the directory itself, as where a path ends in `.` or `..`.
    pub(crate) name: Option<String>,
    /// True where the path ends in a slash, `.` or `..`, and so names a directory.
    pub(crate) as_directory: bool,
}

/// Walks a path from `base`. ENOTCAPABLE where it leads out, ENOENT and ENOTDIR where a part of it is missing or no
/// directory, ELOOP where it leads through too many links.
pub(crate) fn walk(base: &Directory, path: &str, last: Last) -> Result<Place> {
    if path.is_empty() {
        return Err(wasip1::ERRNO_NOENT);
    }
    let mut walker = Walker { way: vec![base.clone()], rest: Vec::new(), components: 0, links: 0, as_directory: false };
    walker.push(path)?;
    while let Some(name) = walker.rest.pop() {
        if let Some(name) = walker.step(name, last)? {
            return walker.place(Some(name));
        }
    }
    walker.as_directory = true;
    walker.place(None)
}

struct Walker {
    /// The directories from `base` on.
    way: Vec<Directory>,
    /// Components that are still to be walked, the next one last.
    rest: Vec<String>,
    /// All components so far, those that were walked too.
    components: usize,
    links: u32,
    as_directory: bool,
}

impl Walker {
    /// Puts the components of a path in front of what is to be walked.
    fn push(&mut self, path: &str) -> Result<()> {
        if path.starts_with('/') {
            return Err(wasip1::ERRNO_NOTCAPABLE);
        }
        self.as_directory |= self.rest.is_empty() && path.ends_with('/');
        let before = self.rest.len();
        // A `.` stays: as in POSIX, what is in front of it has to be a directory, and is entered.
        self.rest.extend(path.split('/').filter(|name| !name.is_empty()).rev().map(str::to_owned));
        self.components += self.rest.len() - before;
        if self.components > MOST_COMPONENTS { Err(wasip1::ERRNO_NAMETOOLONG) } else { Ok(()) }
    }

    /// The directory reached so far.
    fn here(&self) -> Result<&Directory> {
        self.way.last().ok_or(wasip1::ERRNO_NOTCAPABLE)
    }

    /// Walks one component. Returns the name, if the path ends there.
    fn step(&mut self, name: String, last: Last) -> Result<Option<String>> {
        if name == "." {
            return Ok(None);
        }
        if name == ".." {
            self.way.pop();
            self.here()?;
            return Ok(None);
        }
        let is_last = self.rest.is_empty();
        if is_last && last == Last::Itself && !self.as_directory {
            return Ok(Some(name));
        }
        let kind = match self.here()?.kind(&name) {
            Err(errno) if errno == wasip1::ERRNO_NOENT && is_last => return Ok(Some(name)),
            kind => kind?,
        };
        if kind == wasip1::FILETYPE_SYMBOLIC_LINK {
            self.follow(&name)?;
            return Ok(None);
        }
        if is_last {
            return Ok(Some(name));
        }
        if kind != wasip1::FILETYPE_DIRECTORY {
            return Err(wasip1::ERRNO_NOTDIR);
        }
        let next = self.here()?.open_directory(&name)?;
        self.way.push(next);
        Ok(None)
    }

    fn follow(&mut self, name: &str) -> Result<()> {
        self.links += 1;
        if self.links > MOST_LINKS {
            return Err(wasip1::ERRNO_LOOP);
        }
        let target = self.here()?.read_link(name)?;
        if target.is_empty() {
            return Err(wasip1::ERRNO_NOENT);
        }
        self.push(&target)
    }

    fn place(&self, name: Option<String>) -> Result<Place> {
        Ok(Place { directory: self.here()?.clone(), name, as_directory: self.as_directory })
    }
}
