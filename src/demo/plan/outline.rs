//! The exact outline of any set of blocks: borders with both sides in the set cancel, the rest are chained to rings.

use std::collections::BTreeMap;

use super::super::shape::{Point, area_m2, contains};
use super::border::Border;

/// Each part of the outline as its outer ring (counter-clockwise) and its holes (clockwise), all open.
///
/// Needs that no two blocks of the set meet at a corner only; the sketch has none such, and a test holds it to that.
pub fn outline(borders: &[Border], holds: impl Fn(usize) -> bool) -> Vec<Vec<Vec<Point>>> {
    let inside = |block: Option<usize>| block.is_some_and(&holds);
    // Directed so that the set lies on the left, by the junction at which each border begins.
    let mut open: BTreeMap<usize, (usize, Vec<Point>)> = BTreeMap::new();
    for border in borders {
        match (inside(border.left), inside(border.right)) {
            (true, false) => {
                open.insert(border.from, (border.to, border.line.clone()));
            }
            (false, true) => {
                open.insert(border.to, (border.from, border.line.iter().rev().copied().collect()));
            }
            _ => {}
        }
    }
    let mut rings = Vec::new();
    while let Some((_, (mut next, mut ring))) = open.pop_first() {
        ring.pop();
        while let Some((after, line)) = open.remove(&next) {
            ring.extend_from_slice(&line[..line.len() - 1]);
            next = after;
        }
        rings.push(ring);
    }
    let (outer, holes): (Vec<_>, Vec<_>) = rings.into_iter().partition(|ring| area_m2(ring) > 0.0);
    let mut parts: Vec<Vec<Vec<Point>>> = outer.into_iter().map(|ring| vec![ring]).collect();
    for hole in holes {
        if let Some(part) = parts.iter_mut().find(|part| contains(&part[0], hole[0])) {
            part.push(hole);
        }
    }
    parts
}
