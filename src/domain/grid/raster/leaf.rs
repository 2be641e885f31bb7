//! A cell with few edges: one line of the processor's cache, or three groups of four strokes in two.
//!
//! ```text
//!  word   0 – 2    masks: a byte a stroke, a bit for each grid that crossing it toggles
//!         3        number of the exact list << 4 | grids around the cell's corner
//!         4 – 7    ranks of the grids in question, rising; so the lowest bit that is left has the answer
//!         8 – 11   four strokes: x | y << 16
//!        12 – 15   four strokes: rise | west << 16
//!        16 – 31   eight more strokes, if there are so many
//! ```

use super::{
    Entry, NO_RANK,
    drawing::{BAND, Stroke},
};

/// So many strokes at most.
pub const MOST_STROKES: usize = 12;
const MOST_RANKS: usize = 4;
/// A stroke that nothing is near and nothing crosses: it ends below its beginning.
const NOTHING: Stroke = Stroke { x: 0, y: i16::MAX, rise: -(1 << 14), west: 0, ranks: [NO_RANK; 2] };

#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub struct Line([u32; 16]);

/// Four strokes as they lie in a line: starts, ways, masks.
type Four<'a> = (&'a [u32; 4], &'a [u32; 4], u32);

/// The lines of a leaf; `None` if there are too many strokes or grids for one.
pub fn lines(strokes: &[Stroke], around_corner: &[u32], exact: u32) -> Option<(Line, Option<Line>)> {
    let mut ranks = [NO_RANK; MOST_RANKS];
    let mut count = 0;
    for rank in around_corner.iter().chain(strokes.iter().flat_map(|stroke| &stroke.ranks)) {
        if *rank != NO_RANK && !ranks[..count].contains(rank) {
            *ranks.get_mut(count)? = *rank;
            count += 1;
        }
    }
    ranks[..count].sort_unstable();
    let bit = |rank: &u32| ranks[..count].iter().position(|known| known == rank).map_or(0, |at| 1u32 << at);
    let mut words = [0u32; 32];
    words[3] = exact << 4 | around_corner.iter().map(bit).fold(0, |mask, bit| mask ^ bit);
    words[4..8].copy_from_slice(&ranks);
    if strokes.len() > MOST_STROKES {
        return None;
    }
    for at in 0..MOST_STROKES {
        let stroke = strokes.get(at).unwrap_or(&NOTHING);
        let (group, lane) = (8 + at / 4 * 8, at % 4);
        let pair = |low: i16, high: i16| u32::from(low.cast_unsigned()) | u32::from(high.cast_unsigned()) << 16;
        words[group + lane] = pair(stroke.x, stroke.y);
        words[group + 4 + lane] = pair(stroke.rise, stroke.west);
        words[at / 4] |= (bit(&stroke.ranks[0]) ^ bit(&stroke.ranks[1])) << (8 * lane);
    }
    let [first, second] = [0, 16].map(|from| Line(std::array::from_fn(|at| words[from + at])));
    Some((first, (strokes.len() > 4).then_some(second)))
}

/// Who is at a place, in units, of the leaf that begins at `at`; an entry of the exact list where a stroke is near.
#[inline]
pub fn read<const GROUPS: usize>(
    lines: &[Line],
    at: usize,
    [x, y]: [u32; 2],
    four: impl Fn(Four, u32) -> (u32, bool),
) -> Entry {
    let head = &lines[at].0;
    let point = x | y.max(1) << 16;
    let group = |words: &[u32; 16], from: usize, masks: u32| {
        let (starts, rest) = words[from..].split_first_chunk::<4>().unwrap_or((&[0; 4], &[]));
        let ways = rest.first_chunk::<4>().unwrap_or(&[0; 4]);
        four((starts, ways, masks), point)
    };
    let (mut crossed, mut is_near) = group(head, 8, head[0]);
    if GROUPS > 1 {
        let tail = &lines[at + 1].0;
        for (from, masks) in [(0, head[1]), (8, head[2])] {
            let (more, near) = group(tail, from, masks);
            crossed ^= more;
            is_near |= near;
        }
    }
    if is_near {
        return Entry::exact(head[3] >> 4);
    }
    match (crossed ^ head[3]) & 15 {
        0 => Entry::of_rank(NO_RANK),
        grids => Entry::of_rank(head[4 + grids.trailing_zeros() as usize]),
    }
}

/// The grids toggled on the way east to the point, and whether it is in the band of a stroke; stroke by stroke.
///
/// With the stroke from (x, y) up to (x − w, y + r) and the point t above its lower end, the point is east of the line where
/// (px − x)·r + t·w ≥ 0; the same number, divided by the stroke's length, is its distance.
#[cfg_attr(target_arch = "x86_64", allow(dead_code, reason = "the twin that tests compare with"))]
pub fn one_by_one((starts, ways, masks): Four, point: u32) -> (u32, bool) {
    let halves = |word: u32| [word as i16, (word >> 16) as i16].map(i32::from);
    let band = i32::from(BAND);
    let ([px, py], mut crossed, mut is_near) = (halves(point), 0, false);
    for lane in 0..4 {
        let ([x, y], [rise, west]) = (halves(starts[lane]), halves(ways[lane]));
        let above = py - y;
        let east = (px - x) * rise + above * west;
        if above >= 0 && above < rise && east >= 0 {
            crossed ^= masks >> (8 * lane) & 0xff;
        }
        is_near |= east.abs() <= band * (rise.abs() + west.abs()) && above >= -band && above <= rise + band;
    }
    (crossed, is_near)
}

/// The same for all four strokes at once. SSE2 is part of x86-64, so there is nothing to detect.
#[cfg(target_arch = "x86_64")]
#[inline]
pub fn all_at_once(strokes: Four, point: u32) -> (u32, bool) {
    #[expect(unsafe_code, reason = "the compiler does not take the target's own features for granted")]
    // SAFETY: `sse2` is the only feature asked for, and every x86-64 processor has it. No pointer is passed.
    unsafe {
        sse2::four(strokes, point)
    }
}

#[cfg(not(target_arch = "x86_64"))]
pub use one_by_one as all_at_once;

#[cfg(target_arch = "x86_64")]
mod sse2 {
    use std::arch::x86_64::{
        __m128i, _mm_add_epi32, _mm_andnot_si128, _mm_cmpgt_epi32, _mm_cvtsi32_si128, _mm_cvtsi128_si32,
        _mm_madd_epi16, _mm_max_epi16, _mm_movemask_epi8, _mm_or_si128, _mm_set_epi32, _mm_set1_epi16, _mm_set1_epi32,
        _mm_setzero_si128, _mm_shuffle_epi32, _mm_slli_epi32, _mm_srai_epi32, _mm_sub_epi16, _mm_sub_epi32,
        _mm_unpacklo_epi8, _mm_unpacklo_epi16, _mm_xor_si128,
    };

    use super::{BAND, Four};

    #[target_feature(enable = "sse2")]
    #[inline]
    pub fn four((starts, ways, masks): Four, point: u32) -> (u32, bool) {
        let zero = _mm_setzero_si128();
        let ways = load(ways);
        // 16-bit halves: (px − x, py − y), times (rise, west), summed.
        let from_start = _mm_sub_epi16(_mm_set1_epi32(point.cast_signed()), load(starts));
        let east = _mm_madd_epi16(from_start, ways);
        let above = _mm_srai_epi32::<16>(from_start);
        let rise = _mm_srai_epi32::<16>(_mm_slli_epi32::<16>(ways));

        let is_below_or_west = _mm_srai_epi32::<31>(_mm_or_si128(above, east));
        let is_over = _mm_cmpgt_epi32(_mm_add_epi32(above, _mm_set1_epi32(1)), rise);
        let masks = _mm_unpacklo_epi16(_mm_unpacklo_epi8(_mm_cvtsi32_si128(masks.cast_signed()), zero), zero);
        let crossed = _mm_andnot_si128(_mm_or_si128(is_below_or_west, is_over), masks);
        let crossed = _mm_xor_si128(crossed, _mm_shuffle_epi32::<0b01_00_11_10>(crossed));
        let crossed = _mm_xor_si128(crossed, _mm_shuffle_epi32::<0b10_11_00_01>(crossed));

        let lengths = _mm_max_epi16(ways, _mm_sub_epi16(zero, ways));
        let band = _mm_madd_epi16(lengths, _mm_set1_epi16(BAND));
        let is_aside = _mm_or_si128(_mm_cmpgt_epi32(east, band), _mm_cmpgt_epi32(_mm_sub_epi32(zero, band), east));
        let height = _mm_set1_epi32(i32::from(BAND));
        let is_beyond = _mm_or_si128(
            _mm_cmpgt_epi32(_mm_sub_epi32(zero, height), above),
            _mm_cmpgt_epi32(above, _mm_add_epi32(rise, height)),
        );
        let is_far = _mm_movemask_epi8(_mm_or_si128(is_aside, is_beyond));
        (_mm_cvtsi128_si32(crossed).cast_unsigned(), is_far != 0xffff)
    }

    #[target_feature(enable = "sse2")]
    #[inline]
    fn load([a, b, c, d]: &[u32; 4]) -> __m128i {
        _mm_set_epi32(d.cast_signed(), c.cast_signed(), b.cast_signed(), a.cast_signed())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn stroke() -> impl Strategy<Value = Stroke> {
        let unit = || prop_oneof![0..=i16::MAX, Just(0), Just(1), Just(i16::MAX)];
        (unit(), 1..=i16::MAX, unit(), unit()).prop_map(|(x, y, end_x, end_y)| Stroke {
            x,
            y: y.min(end_y.max(1)),
            rise: end_y.max(1) - y.min(end_y.max(1)),
            west: x - end_x,
            ranks: [u32::from(x.cast_unsigned()) % 3, NO_RANK],
        })
    }

    proptest! {
        #[test]
        fn four_strokes_at_once_are_read_as_one_by_one(
            strokes in prop::collection::vec(stroke(), 0..=MOST_STROKES), x in 0..1u32 << 15, y in 0..1u32 << 15,
        ) {
            let (first, second) = lines(&strokes, &[1], 77).expect("three grids");
            let lines: Vec<_> = [Some(first), second].into_iter().flatten().collect();
            // Anywhere, and on and around the ends of the strokes.
            let ends = strokes.iter().map(|s| [i32::from(s.x), i32::from(s.y)]);
            let near = ends.flat_map(|[x, y]| [-5, 0, 5].map(|by| [x + by, y + by].map(|v| v.clamp(0, 32_767) as u32)));
            for at in near.chain([[x, y]]) {
                prop_assert_eq!(if lines.len() == 2 {
                    read::<3>(&lines, 0, at, all_at_once)
                } else {
                    read::<1>(&lines, 0, at, all_at_once)
                }, if lines.len() == 2 {
                    read::<3>(&lines, 0, at, one_by_one)
                } else {
                    read::<1>(&lines, 0, at, one_by_one)
                });
            }
        }
    }

    #[test]
    fn a_stroke_parts_west_from_east_and_keeps_its_band() {
        let upright = Stroke { x: 1_000, y: 1, rise: i16::MAX, west: 0, ranks: [5, 2] };
        let (line, more) = lines(&[upright], &[2], 9).expect("two grids");
        assert!(more.is_none());
        let at = |x| read::<1>(&[line], 0, [x, 500], all_at_once);
        assert_eq!([at(900), at(1_100)], [2, 5].map(Entry::of_rank));
        assert_eq!([at(996), at(1_004)], [Entry::exact(9); 2]);
        assert_eq!([at(995), at(1_005)], [2, 5].map(Entry::of_rank));
    }

    #[test]
    fn too_much_for_a_leaf_is_refused() {
        let stroke = |rank| Stroke { x: 0, y: 1, rise: 5, west: 0, ranks: [rank, NO_RANK] };
        assert!(lines(&(0..5).map(stroke).collect::<Vec<_>>(), &[], 0).is_none());
        assert!(lines(&[stroke(1); 13], &[], 0).is_none());
        assert!(lines(&[stroke(1); 12], &[2, 3, 4], 0).is_some());
    }
}
