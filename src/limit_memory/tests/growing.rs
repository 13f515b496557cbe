//! The maxima that memories and tables get.

use super::{
    EXTERNREF, FUNCREF, GLOBALS, I32, MAX_32, MEMORIES, PAGE, TABLES, TAGS, TYPES, entries, limited, limits, raw,
    section, table,
};

#[test]
fn memories_get_a_maximum_within_the_limit() {
    for (flags, numbers, limit, expected) in [
        (0, &[1][..], PAGE, (1, &[1, 1][..])),
        (0, &[1], 2 * PAGE - 1, (1, &[1, 1])),
        (0, &[1], 2 * PAGE, (1, &[1, 2])),
        (0, &[0], 0, (1, &[0, 0])),
        (0, &[0], u64::MAX, (1, &[0, 65_536])),
        (1, &[1, 2], 9 * PAGE, (1, &[1, 2])),
        (1, &[1, 9], 2 * PAGE, (1, &[1, 2])),
        (1, &[0, 65_536], u64::MAX, (1, &[0, 65_536])),
        // Shared.
        (3, &[1, 8], 4 * PAGE, (3, &[1, 4])),
        // With 64-bit addresses.
        (4, &[1], 4 * PAGE, (5, &[1, 4])),
        (4, &[1], u64::MAX, (5, &[1, 1 << 18])),
        (5, &[0, 1 << 48], PAGE, (5, &[0, 1])),
        (7, &[1, 1 << 40], 3 * PAGE, (7, &[1, 3])),
        // With a page size: of one byte, or the usual one.
        (8, &[5, 0], 7, (9, &[5, 7, 0])),
        (8, &[5, 0], u64::MAX, (9, &[5, MAX_32, 0])),
        (8, &[1, 16], 2 * PAGE, (9, &[1, 2, 16])),
        (12, &[5, 0], u64::MAX, (13, &[5, 1 << 34, 0])),
        (13, &[5, u64::MAX, 0], 1 << 40, (13, &[5, 1 << 40, 0])),
    ] {
        let given = raw(&[&entries(MEMORIES, &[&limits(flags, numbers)])]);
        let expected = raw(&[&entries(MEMORIES, &[&limits(expected.0, expected.1)])]);
        assert_eq!(limited(&given, limit), Ok(expected), "{flags} {numbers:?} under {limit}");
    }
}

#[test]
fn tables_get_a_maximum_within_the_limit_and_keep_the_rest() {
    for (flags, numbers, limit, expected) in [
        (0, &[1][..], 8, (1, &[1, 1][..])),
        (0, &[1], 23, (1, &[1, 2])),
        (0, &[1], 24, (1, &[1, 3])),
        (0, &[0], u64::MAX, (1, &[0, MAX_32])),
        (1, &[1, 3], 1 << 20, (1, &[1, 3])),
        (1, &[1, MAX_32], 24, (1, &[1, 3])),
        (4, &[1], 24, (5, &[1, 3])),
        (4, &[1], u64::MAX, (5, &[1, MAX_32])),
        (5, &[1, u64::MAX], 24, (5, &[1, 3])),
    ] {
        for (head, tail) in [
            (&[FUNCREF][..], &[][..]),
            (&[EXTERNREF], &[]),
            // Of references to functions of one type.
            (&[0x63, 0], &[]),
            (&[0x64, 0xf0, 0x7f], &[]),
            // With initializers.
            (&[0x40, 0, FUNCREF], &[0xd0, FUNCREF, 0x0b]),
            (&[0x40, 0, 0x64, 5], &[0xd2, 0x80, 1, 0x0b]),
            (&[0x40, 0, 0x6c], &[0x41, 0x7f, 0xfb, 0x1c, 0x0b]),
        ] {
            let of = |limits: Vec<u8>| raw(&[&entries(TABLES, &[&[head, &limits, tail].concat()])]);
            let (given, expected) = (of(limits(flags, numbers)), of(limits(expected.0, expected.1)));
            assert_eq!(limited(&given, limit), Ok(expected), "{head:?} {flags} {numbers:?} under {limit}");
        }
    }
}

#[test]
fn the_first_one_gets_all_and_memories_come_before_tables() {
    let of =
        |tables: [&[u8]; 2], memories: [&[u8]; 2]| raw(&[&entries(TABLES, &tables), &entries(MEMORIES, &memories)]);
    let given = of([&table(1, &[1, 2]), &table(0, &[1])], [&limits(1, &[1, 2]), &limits(0, &[0])]);
    for (limit, [first, second], [third, fourth]) in [
        (PAGE + 16, [1, 1], [1, 0]),
        (PAGE + 23, [1, 1], [1, 0]),
        (PAGE + 24, [2, 1], [1, 0]),
        (PAGE + 32, [2, 2], [1, 0]),
        (2 * PAGE + 15, [2, 8191], [1, 0]),
        (2 * PAGE + 16, [1, 1], [2, 0]),
        (3 * PAGE + 16, [1, 1], [2, 1]),
        (4 * PAGE + 31, [2, 1], [2, 2]),
        (4 * PAGE + 32, [2, 2], [2, 2]),
    ] {
        let tables = [&*table(1, &[1, first]), &table(1, &[1, second])];
        let expected = of(tables, [&limits(1, &[1, third]), &limits(1, &[0, fourth])]);
        assert_eq!(limited(&given, limit), Ok(expected), "{limit}");
    }
}

#[test]
fn all_else_stays_as_it_is() {
    let custom = section(0, b"\x04name\xff\xff");
    let memory = entries(MEMORIES, &[&limits(1, &[1, 1])]);
    for sections in [
        &[][..],
        &[&custom, &custom],
        &[&custom, &memory, &custom],
        // Functions in groups, final and not, of all types of numbers, with 16 parameters.
        &[
            &entries(
                TYPES,
                &[
                    &[0x4e, 2, 0x50, 0, 0x60, 1, 0x63, 0, 0, 0x4f, 1, 0, 0x60, 0, 0],
                    &[0x60, 5, 0x7f, 0x7e, 0x7d, 0x7c, 0x7b, 2, FUNCREF, 0x64, 0x6d],
                    &[&[0x60, 16][..], &[I32; 16], &[0]].concat(),
                    &[0x4e, 0],
                ],
            ),
            &entries(TAGS, &[&[0, 2], &[0, 0x83, 0]]),
        ],
        // Each constant instruction.
        &[&entries(
            GLOBALS,
            &[
                &[I32, 0, 0x41, 0x7f, 0x0b],
                &[0x7e, 1, 0x42, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f, 0x0b],
                &[0x7d, 0, 0x43, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b],
                &[0x7c, 0, 0x44, 9, 9, 9, 9, 9, 9, 9, 9, 0x0b],
                &[&[0x7b, 0, 0xfd, 12][..], &[0x0b; 16], &[0x0b]].concat(),
                &[FUNCREF, 0, 0xd0, 0xf0, 0x7f, 0x0b],
                &[0x63, 0x80, 1, 1, 0xd0, 0x80, 1, 0x0b],
                &[0x6e, 1, 0x23, 0, 0xfb, 0x1a, 0xfb, 0x1b, 0x0b],
                &[I32, 0, 0x41, 1, 0x41, 2, 0x6a, 0x6b, 0x6c, 0x7c, 0x7d, 0x7e, 0x0b],
            ],
        )],
        // A section with an unknown id.
        &[&section(77, &[1, 2, 3])],
    ] {
        let sections: Vec<&[u8]> = sections.iter().map(|section| section.as_slice()).collect();
        let module = raw(&sections);
        assert_eq!(limited(&module, PAGE), Ok(module.clone()), "{module:?}");
    }
    for short in [&b""[..], b"\0asm", b"\0asm\x01\0\0"] {
        assert_eq!(limited(short, 0), Ok(short.to_vec()));
    }
}

#[test]
fn numbers_that_are_written_in_more_bytes_than_they_need_get_shorter() {
    let given = raw(&[&section(TABLES, &[0x81, 0x80, 0, FUNCREF, 1, 0x81, 0x80, 0x80, 0x80, 0, 0x83, 0])]);
    assert_eq!(limited(&given, 24), Ok(raw(&[&entries(TABLES, &[&table(1, &[1, 3])])])));
    let given = raw(&[&section(MEMORIES, &[0x81, 0, 4, 0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0])]);
    assert_eq!(limited(&given, PAGE), Ok(raw(&[&entries(MEMORIES, &[&limits(5, &[1, 1])])])));
}
