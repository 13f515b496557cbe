//! Modules that are refused, with the reason.

use super::{
    EXNREF, EXTERNREF, FUNCREF, GLOBALS, I32, MAX_32, MEMORIES, PAGE, Reason, TABLES, TAGS, TYPES, entries, limited,
    limits, raw, section, table,
};

#[test]
fn a_guest_that_begins_with_more_is_over_the_limit() {
    for (tables, memories, begins) in [
        (&[][..], &[&limits(0, &[1])][..], PAGE),
        (&[&table(0, &[1])], &[&limits(0, &[1])], PAGE + 8),
        (&[&table(0, &[1 << 27]), &table(0, &[1])], &[], (1 << 30) + 8),
        (&[], &[&limits(0, &[1]), &limits(8, &[5, 0])], PAGE + 5),
        (&[], &[&limits(4, &[1 << 32])], 1 << 48),
        (&[], &[&limits(4, &[(1 << 48) - 1])], u64::MAX - PAGE + 1),
        // Sizes in bytes that overflow 64 bits.
        (&[], &[&limits(4, &[1 << 48])], u64::MAX),
        (&[&table(4, &[u64::MAX])], &[&limits(12, &[u64::MAX, 0])], u64::MAX),
    ] {
        let of = |entries: &[&Vec<u8>]| entries.iter().map(|entry| entry.to_vec()).collect::<Vec<_>>();
        let (tables, memories) = (of(tables), of(memories));
        let tables: Vec<&[u8]> = tables.iter().map(Vec::as_slice).collect();
        let memories: Vec<&[u8]> = memories.iter().map(Vec::as_slice).collect();
        let module = raw(&[&entries(TABLES, &tables), &entries(MEMORIES, &memories)]);
        for limit in [0, begins - 1] {
            assert_eq!(limited(&module, limit), Err(Reason::Over { length: begins, limit }));
        }
        assert!(limited(&module, begins).is_ok(), "{begins}");
    }
}

#[test]
fn a_guest_that_allocates_elsewhere_is_not_wanted() {
    let function = |parameters: &[u8], count: u8| [&[0x60, count], parameters, &[0]].concat();
    for sections in [
        &[entries(TYPES, &[&[0x5f, 0]])][..],
        &[entries(TYPES, &[&[0x5e, 0x78, 0]])],
        &[entries(TYPES, &[&[0x4e, 2, 0x60, 0, 0, 0x50, 0, 0x5f, 0]])],
        &[entries(TYPES, &[&[0x4f, 0, 0x5e, 0x78, 0]])],
        &[entries(TYPES, &[&function(&[I32; 17], 17)]), entries(TAGS, &[&[0, 0]])],
        &[entries(TYPES, &[&function(&[I32], 1), &function(&[FUNCREF], 1)]), entries(TAGS, &[&[0, 0], &[0, 1]])],
        &[entries(TYPES, &[&function(&[I32, 0x63, EXTERNREF], 2)]), entries(TAGS, &[&[0, 0]])],
        // Tags of a type that does not exist.
        &[entries(TYPES, &[&function(&[I32], 1)]), entries(TAGS, &[&[0, 1]])],
        &[entries(TAGS, &[&[0, 0]])],
        // Sections in the wrong order.
        &[entries(TAGS, &[&[0, 0]]), entries(TYPES, &[&function(&[EXNREF], 1)])],
        &[entries(TABLES, &[&[EXNREF, 0, 1]])],
        &[entries(TABLES, &[&[0x63, 0xe9, 0x7f, 0, 1]])],
        &[entries(TABLES, &[&[0x40, 0, 0x64, EXNREF, 0, 1, 0x0b]])],
        &[entries(GLOBALS, &[&[EXNREF, 0, 0xd0, EXNREF, 0x0b]])],
        &[entries(GLOBALS, &[&[I32, 0, 0x41, 0, 0x0b], &[0x64, 0xe9, 0xff, 0x7f, 0, 0x0b]])],
    ] {
        let sections: Vec<&[u8]> = sections.iter().map(Vec::as_slice).collect();
        let refused = limited(&raw(&sections), u64::MAX);
        assert!(matches!(refused, Err(Reason::Unwanted(_))), "{sections:?}: {refused:?}");
    }
}

#[test]
fn what_is_not_known_is_not_understood_as_something_else() {
    let (memory, tables) = (|bytes: &[u8]| entries(MEMORIES, &[bytes]), |bytes: &[u8]| entries(TABLES, &[bytes]));
    let (kind, global) = (|bytes: &[u8]| entries(TYPES, &[bytes]), |bytes: &[u8]| entries(GLOBALS, &[bytes]));
    for (section, at) in [
        // Shared memories without a maximum, which the host's would make valid.
        (memory(&[2, 1]), 13),
        (memory(&[6, 1]), 13),
        (memory(&[16, 1]), 12),
        (memory(&[0x80, 1]), 12),
        (memory(&[8, 1, 3]), 14),
        (memory(&[8, 1, 17]), 14),
        // LEB128 numbers of too many bits, and maxima beyond the address space.
        (memory(&[0, 0x81, 0x80, 0x80, 0x80, 0x10]), 17),
        (memory(&[0, 0x81, 0x80, 0x80, 0x80, 0x80, 0]), 17),
        (memory(&[4, 0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 2]), 22),
        (memory(&limits(1, &[0, 65_537])), 16),
        (memory(&limits(5, &[0, (1 << 48) + 1])), 20),
        (tables(&[FUNCREF, 2, 1, 1]), 13),
        (tables(&[FUNCREF, 8, 1, 0]), 13),
        (tables(&[0x40, 1, FUNCREF, 0, 1, 0x0b]), 13),
        (tables(&[I32, 0, 1]), 12),
        (tables(&[0x68, 0, 1]), 12),
        (tables(&[0x75, 0, 1]), 12),
        (tables(&[0x80, 0, 1]), 12),
        (tables(&[0x63, 0x80, 0x80, 0x80, 0x80, 0x10, 0, 1]), 17),
        (tables(&[0x40, 0, FUNCREF, 0, 1, 0x10, 0x0b]), 17),
        (kind(&[0x61, 0, 0]), 12),
        (kind(&[0x60, 1, 0x7a, 0]), 14),
        (kind(&[0x60, 0, 1, 0x40]), 15),
        (kind(&[0x60, 0, 0, 0]), 14),
        (entries(TAGS, &[&[1, 0]]), 12),
        (global(&[I32, 2, 0x41, 0, 0x0b]), 13),
        (global(&[0x67, 0, 0x0b]), 12),
        (global(&[I32, 0, 0x41, 0x80, 0x80, 0x80, 0x80, 0x08, 0x0b]), 19),
        (global(&[I32, 0, 0x41, 0, 0x6d, 0x0b]), 16),
        (global(&[I32, 0, 0xfb, 0x1d, 0x0b]), 15),
        (global(&[I32, 0, 0xfd, 0x0d, 0x0b]), 15),
        (global(&[I32, 0, 0x43, 0, 0, 0x0b]), 14),
    ] {
        let refused = limited(&raw(&[&section]), u64::MAX);
        assert!(matches!(refused, Err(Reason::Unknown { at: found, .. }) if found == at), "{section:?}: {refused:?}");
    }
}

#[test]
fn sections_stand_once_and_end_where_they_say() {
    let memory = entries(MEMORIES, &[&limits(0, &[1])]);
    for sections in [
        &[&memory, &memory][..],
        &[&section(3, &[0]), &memory, &section(3, &[0])],
        &[&section(200, &[]), &section(200, &[])],
        &[&section(MEMORIES, &[1, 0, 1, 0])],
        &[&section(MEMORIES, &[2, 0, 1])],
        &[&section(MEMORIES, &[])],
        // Sections whose length leaves the module.
        &[&vec![MEMORIES, 4, 1, 0, 1]],
        &[&vec![0, 0xff, 0xff, 0xff, 0xff, 0x0f]],
        &[&vec![0, 0x80, 0x80, 0x80, 0x80, 0x10]],
        &[&memory, &vec![0]],
    ] {
        let sections: Vec<&[u8]> = sections.iter().map(|section| section.as_slice()).collect();
        let refused = limited(&raw(&sections), u64::MAX);
        assert!(matches!(refused, Err(Reason::Unknown { .. })), "{sections:?}: {refused:?}");
    }
}

#[test]
fn a_maximum_below_the_minimum_stays_there() {
    for (id, entry) in [(MEMORIES, limits(1, &[2, 1])), (MEMORIES, limits(5, &[3, 0])), (TABLES, table(1, &[2, 1]))] {
        let module = raw(&[&entries(id, &[&entry])]);
        assert_eq!(limited(&module, 9 * PAGE), Ok(module.clone()));
    }
    // The minimum of a table without a maximum may be above the most that engines allow.
    let module = raw(&[&entries(TABLES, &[&table(4, &[1 << 33])])]);
    assert_eq!(limited(&module, u64::MAX), Ok(raw(&[&entries(TABLES, &[&table(5, &[1 << 33, MAX_32])])])));
}
