//! Reading, writing and seeking.

mod read;
mod seek;
mod write;

use crate::abi::Result;
use crate::guest::Buffers;
use crate::memory::Range;

/// Reads or writes one buffer after the other: bytes in all. A failure counts only if it is the first thing that happens.
/// Empty buffers are skipped: nothing is read or written for them, wherever that would be.
fn each(buffers: &Buffers, mut transfer: impl FnMut(Range, u32) -> Result<u32>) -> Result<u32> {
    let mut done = 0u32;
    for range in buffers.iter().filter(|range| range.len() > 0) {
        let room = range.first(u32::MAX - done);
        let len = match transfer(room, done) {
            Err(failed) if done == 0 => return Err(failed),
            transferred => transferred.unwrap_or(0),
        };
        done += len;
        if len < range.len() {
            break;
        }
    }
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::each;
    use super::read::fd_read;
    use super::seek::fd_seek;
    use super::write::fd_write;
    use crate::calls::STOP;
    use crate::guest::Guest;
    use crate::process::Process;
    use crate::sys::native;

    const PAGE: u32 = 65_536;
    const FAULT: u32 = 21;
    const BADF: u32 = 8;

    fn begin(payload_limit: u32) {
        native::reset(PAGE as usize);
        Process::begin(0, payload_limit, false, false);
    }

    fn iovec(ptr: u32, len: u32) -> Vec<u8> {
        [ptr.to_le_bytes(), len.to_le_bytes()].concat()
    }

    #[test]
    fn what_is_written_to_a_stream_is_one_chunk() {
        begin(7);
        native::set(0, &[iovec(32, 3), iovec(40, 4)].concat());
        native::set(32, b"abc");
        native::set(40, b"defg");
        assert_eq!(fd_write(0, 1, 0, 1, 100), 0);
        assert_eq!(fd_write(0, 2, 0, 2, 104), 0);
        assert_eq!(fd_write(0, 1, 0, 0, 108), 0);
        assert_eq!(native::emitted(), [(1, b"abc".to_vec()), (2, b"abcdefg".to_vec())]);
        assert_eq!(native::get(100, 12), [3, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn a_chunk_over_the_limit_stops_the_guest() {
        begin(6);
        native::set(0, &[iovec(32, 3), iovec(40, 4), iovec(50, 6), iovec(50, 7)].concat());
        assert_eq!(fd_write(0, 1, 16, 1, 100), 0, "at the limit");
        assert_eq!(native::emitted().len(), 1);
        for (iovs, count, len) in [(24, 1, 7), (0, 2, 7), (0, 4, 20)] {
            assert_eq!(fd_write(0, 2, iovs, count, 100), STOP + 2);
            assert_eq!(native::over_limits(), [len]);
        }
        native::set(0, &iovec(0, PAGE).repeat(1024));
        assert_eq!(fd_write(0, 1, 0, 1024, PAGE - 4), STOP + 1);
        assert_eq!(native::over_limits(), [u64::from(PAGE) * 1024]);
        assert_eq!(native::emitted(), []);
    }

    #[test]
    fn nothing_is_written_where_a_range_leaves_memory() {
        begin(100);
        native::set(0, &[iovec(32, 3), iovec(PAGE - 2, 3)].concat());
        for (iovs, count, written) in [
            (0, 2, 100),
            (PAGE - 7, 1, 100),
            (0, u32::MAX, 100),
            (0, PAGE / 8 + 1, 100),
            (u32::MAX, 1, 100),
            (0, 1, PAGE - 3),
            (0, 1, u32::MAX),
        ] {
            assert_eq!(fd_write(0, 1, iovs, count, written), FAULT, "{count} at {iovs}, {written}");
            assert_eq!(fd_read(0, 0, iovs, count, written), FAULT, "{count} at {iovs}, {written}");
        }
        assert_eq!(native::emitted(), []);
        assert!(native::is_masked_but(0, 16));
        assert_eq!(fd_write(0, 1, 0, 1, PAGE - 4), 0);
        for fd in [0, 3, u32::MAX] {
            assert_eq!(fd_write(0, fd, 0, 1, 100), BADF, "{fd}");
        }
        assert_eq!(fd_write(7, 1, 0, 1, 100), BADF);
    }

    #[test]
    fn standard_input_is_read_once() {
        begin(100);
        if let Some(process) = Process::by_id(0) {
            assert_eq!(process.set_stdin(b"hello".to_vec()), Ok(()));
        }
        native::set(0, &[iovec(32, 3), iovec(40, 4)].concat());
        assert_eq!(fd_read(0, 0, 0, 2, 100), 0);
        assert_eq!((native::get(32, 4), native::get(40, 3)), (b"hel\xa5".to_vec(), b"lo\xa5".to_vec()));
        assert_eq!(native::get(100, 4), [5, 0, 0, 0]);
        assert_eq!(fd_read(0, 0, 0, 2, 100), 0);
        assert_eq!(native::get(100, 4), [0; 4]);
        assert_eq!(fd_seek(0, 0, 0, 0, 0, 100), 70, "a stream has no position");
    }
    #[test]
    fn what_was_transferred_before_a_failure_counts() {
        begin(100);
        native::set(0, &[iovec(32, 3), iovec(40, 4), iovec(50, 5)].concat());
        let (interrupted, too_big) = (wasip1::ERRNO_INTR, wasip1::ERRNO_FBIG);
        for (outcomes, expected) in [
            ([Ok(3), Ok(4), Ok(5)], Ok(12)),
            ([Ok(3), Ok(4), Err(too_big)], Ok(7)),
            ([Ok(3), Err(too_big), Err(interrupted)], Ok(3)),
            ([Err(interrupted), Err(too_big), Err(too_big)], Err(interrupted)),
            ([Ok(3), Ok(2), Ok(5)], Ok(5)),
            ([Ok(0), Err(too_big), Ok(5)], Ok(0)),
        ] {
            let mut transfers = outcomes.into_iter();
            let buffers = Guest::new(0).buffers(0, 3);
            let done = buffers.and_then(|buffers| each(&buffers, |_, _| transfers.next().unwrap_or(Ok(0))));
            assert_eq!(done, expected, "{outcomes:?}");
        }
    }
}
