//! The last seconds of a camera, as it sent them.

use std::{collections::VecDeque, time::Instant};

use super::unit::AccessUnit;

/// Groups of pictures, each from a keyframe on, in no more than so many bytes. The oldest group goes first; where one alone is
/// too large, what follows its keyframe is not kept.
pub(super) struct Ring {
    groups: VecDeque<Vec<AccessUnit>>,
    bytes: usize,
    room: usize,
    /// Whether all that came since the newest keyframe is here.
    is_whole: bool,
}

impl Ring {
    pub fn new(room: usize) -> Self {
        Self { groups: VecDeque::new(), bytes: 0, room, is_whole: false }
    }

    pub fn push(&mut self, unit: AccessUnit) {
        let size = unit.data.len();
        if unit.is_key {
            self.groups.push_back(Vec::new());
            self.is_whole = true;
        }
        while self.bytes + size > self.room && self.groups.len() > 1 {
            let oldest = self.groups.pop_front().unwrap_or_default();
            self.bytes -= oldest.iter().map(|unit| unit.data.len()).sum::<usize>();
        }
        // What comes before the first keyframe nobody can begin with.
        if let Some(group) = self.groups.back_mut().filter(|_| self.bytes + size <= self.room) {
            self.bytes += size;
            group.push(unit);
        } else {
            self.is_whole = false;
            if unit.is_key {
                self.groups.pop_back();
            }
        }
    }

    /// The stream broke off: what comes next does not follow from what is here, and needs a keyframe.
    pub fn clear(&mut self) {
        self.groups.clear();
        self.bytes = 0;
        self.is_whole = false;
    }

    /// What came since the newest keyframe, that first; it alone where not all the rest is here.
    pub fn newest(&self) -> (&[AccessUnit], bool) {
        let group = self.groups.back().map_or(&[][..], Vec::as_slice);
        (if self.is_whole { group } else { &group[..group.len().min(1)] }, self.is_whole)
    }

    /// What came between both, from the keyframe on that it begins with; as far as it is encoded in one way, the newest.
    pub fn between(&self, from: Instant, to: Instant) -> Vec<AccessUnit> {
        let begins = |group: &Vec<AccessUnit>| group.first().is_some_and(|key| key.came <= from);
        let first = self.groups.iter().rposition(begins).unwrap_or(0);
        let mut units: Vec<AccessUnit> =
            self.groups.range(first..).flatten().filter(|unit| unit.came < to).cloned().collect();
        if let Some(last) = units.last().map(|unit| unit.parameters.clone()) {
            let other = units.iter().rposition(|unit| unit.parameters != last);
            units.drain(..other.map_or(0, |other| other + 1));
        }
        units
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use proptest::prelude::*;

    use super::*;
    use crate::io::video::ingest::unit::{Codec, Parameters};

    fn unit(begun: Instant, second: u64, size: usize, is_key: bool, width: u32) -> AccessUnit {
        let parameters = Parameters { codec: Codec::H264, name: String::new(), setup: Vec::new(), size: [width, 1] };
        let (data, at) = (vec![0; size].into(), Duration::from_secs(second));
        AccessUnit { data, is_key, at, came: begun + at, parameters: Arc::new(parameters) }
    }

    fn seconds(units: &[AccessUnit]) -> Vec<u64> {
        units.iter().map(|unit| unit.at.as_secs()).collect()
    }

    #[test]
    fn a_clip_begins_with_the_keyframe_before_it_and_has_one_way_of_encoding() {
        let (begun, mut ring) = (Instant::now(), Ring::new(100));
        for second in 0..9 {
            ring.push(unit(begun, second, 10, second % 3 == 0, if second < 3 { 1 } else { 2 }));
        }
        let between =
            |from, to| seconds(&ring.between(begun + Duration::from_secs(from), begun + Duration::from_secs(to)));
        assert_eq!(between(4, 8), [3, 4, 5, 6, 7]);
        assert_eq!(between(1, 6), [3, 4, 5], "what is encoded otherwise is another clip");
        assert_eq!(between(1, 3), [0, 1, 2]);
        assert!(between(0, 0).is_empty());
    }

    proptest! {
        #[test]
        fn it_never_holds_more_than_its_room_and_every_group_begins_with_a_keyframe(
            units in prop::collection::vec((1_usize..70, any::<bool>()), 0..60)
        ) {
            let (begun, mut ring) = (Instant::now(), Ring::new(100));
            for (second, (size, is_key)) in units.into_iter().enumerate() {
                ring.push(unit(begun, second as u64, size, is_key, 1));
                let held: usize = ring.groups.iter().flatten().map(|unit| unit.data.len()).sum();
                prop_assert!(held == ring.bytes && held <= 100);
                prop_assert!(ring.groups.iter().all(|group| group.first().is_some_and(|unit| unit.is_key)));
            }
        }
    }
}
