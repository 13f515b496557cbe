//! Modules that are cut, changed, or made to take time and memory.

use super::{
    FUNCREF, GLOBALS, I32, MEMORIES, PAGE, Reason, TABLES, TAGS, TYPES, entries, limited, limits, raw, section, table,
    unsigned,
};

/// A module with every kind of section.
fn module() -> Vec<u8> {
    let initialized = [&[0x40, 0, FUNCREF], &*limits(1, &[1, 2]), &[0xd0, FUNCREF, 0x0b]].concat();
    raw(&[
        &entries(TYPES, &[&[0x60, 2, I32, I32, 1, I32], &[0x4e, 1, 0x50, 0, 0x60, 1, 0x64, 0, 0]]),
        &section(0, b"\x04name"),
        &section(3, &[1, 0]),
        &entries(TABLES, &[&table(0, &[1]), &initialized, &table(5, &[0, 1 << 40])]),
        &entries(MEMORIES, &[&limits(0, &[1]), &limits(3, &[1, 300]), &limits(12, &[5, 0])]),
        &entries(TAGS, &[&[0, 0]]),
        &entries(GLOBALS, &[&[I32, 1, 0x41, 0x80, 1, 0x0b], &[0x7e, 0, 0x42, 1, 0x42, 2, 0x7c, 0x0b]]),
        &section(10, &[1, 2, 0, 0x0b]),
    ])
}

const LIMIT: u64 = 9 * PAGE + 100;

/// Asserts that limiting it again changes nothing.
fn assert_settled(made: &[u8]) {
    match limited(made, LIMIT) {
        Ok(again) => assert_eq!(again, made),
        // Memories before tables, which no engine accepts.
        Err(reason) => assert!(matches!(reason, Reason::Unknown { .. }), "{reason:?}: {made:?}"),
    }
}

#[test]
fn a_module_that_is_cut_anywhere_is_refused_or_stays_as_it_is() {
    let whole = limited(&module(), LIMIT).unwrap_or_default();
    assert_settled(&whole);
    let mut unchanged = 0;
    for length in 0..whole.len() {
        let cut = whole.get(..length).unwrap_or_default();
        match limited(cut, LIMIT) {
            Ok(made) => {
                assert_eq!(made, cut);
                unchanged += 1;
            }
            Err(reason) => assert!(matches!(reason, Reason::Unknown { .. }), "{reason:?} at {length}"),
        }
    }
    // Cut before the first section and after each, it is still a valid module; cut inside its header it is none.
    assert_eq!(unchanged, 8 + 8);
}

/// Xorshift: <https://www.jstatsoft.org/article/view/v008i14>
struct Random(u64);

impl Random {
    #[allow(clippy::cast_possible_truncation)]
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % end
    }

    fn byte(&mut self) -> u8 {
        // Small bytes are valid codes more often.
        let any = self.below(256).to_le_bytes()[0];
        if self.below(2) == 0 { any & 0x0f } else { any }
    }
}

#[test]
fn modules_that_are_changed_anywhere_come_to_an_end() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let (mut made, mut refused) = (0, 0);
    for _ in 0..50_000 {
        let mut changed = module();
        for _ in 0..=random.below(3) {
            let at = random.below(changed.len());
            match random.below(3) {
                0 => drop(changed.remove(at)),
                1 => changed.insert(at, random.byte()),
                _ => changed.iter_mut().skip(at).take(1).for_each(|byte| *byte = random.byte()),
            }
        }
        match limited(&changed, LIMIT) {
            Ok(bytes) => {
                assert_settled(&bytes);
                made += 1;
            }
            Err(_) => refused += 1,
        }
    }
    assert!(made > 1000 && refused > 1000, "{made} made, {refused} refused");
}

#[test]
fn random_bytes_come_to_an_end() {
    let mut random = Random(1);
    for _ in 0..50_000 {
        let id = [TYPES, TABLES, MEMORIES, GLOBALS, TAGS].get(random.below(5)).copied().unwrap_or_default();
        let content: Vec<u8> = (0..random.below(24)).map(|_| random.byte()).collect();
        for bytes in [raw(&[&content]), raw(&[&section(id, &content)])] {
            if let Ok(made) = limited(&bytes, LIMIT) {
                assert_settled(&made);
            }
        }
    }
}

#[test]
fn counts_that_lie_cost_nothing() {
    let lie = unsigned(u32::MAX.into());
    for content in [
        &[][..],
        // Types: groups, supertypes, parameters, results.
        &[0x4e],
        &[0x50],
        &[0x60],
        &[0x60, 0],
    ] {
        for id in [TYPES, TABLES, MEMORIES, GLOBALS, TAGS] {
            for content in [[&[1], content, &lie].concat(), [&*lie, content].concat()] {
                let refused = limited(&raw(&[&section(id, &content)]), LIMIT);
                assert!(matches!(refused, Err(Reason::Unknown { .. })), "{id} {content:?}: {refused:?}");
            }
        }
    }
}

#[test]
fn as_many_tables_as_engines_take() {
    let all = [FUNCREF, 0, 1].repeat(100_000);
    let of = |all: &[u8]| raw(&[&section(TABLES, &[unsigned(100_000), all.to_vec()].concat())]);
    let bounded = [table(1, &[1, 3]), [FUNCREF, 1, 1, 1].repeat(99_999)].concat();
    assert_eq!(limited(&of(&all), 800_016), Ok(of(&bounded)));
    assert_eq!(limited(&of(&all), 799_999), Err(Reason::Over { length: 800_000, limit: 799_999 }));
}

#[test]
fn of_more_types_than_engines_take_none_is_carried() {
    let types = [0x60, 0, 0].repeat(1_000_001);
    for (index, carried) in [(999_999, true), (1_000_000, false)] {
        let types = section(TYPES, &[unsigned(1_000_001), types.clone()].concat());
        let made = limited(&raw(&[&types, &entries(TAGS, &[&[vec![0], unsigned(index)].concat()])]), 0);
        assert_eq!(made.is_ok(), carried, "{index}");
    }
}
