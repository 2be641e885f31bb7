//! A recorded stream, cut into packets beforehand.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use memchr::memmem;

/// What one camera plays, over and over: H.264 as RTP packets (RFC 6184) whose numbers and times are filled in as they go out.
#[derive(Debug)]
pub struct Reel {
    /// Packets by picture.
    pictures: Vec<Vec<Vec<u8>>>,
    /// Which of them can be understood without the one before.
    keys: Vec<usize>,
    /// `profile-level-id` and `sprop-parameter-sets` of its description.
    format: String,
}

/// The pictures are no H.264, or none of them is a keyframe with its parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no keyframe with its parameters")]
pub struct NoKeyframe;

/// Payload of a packet that passes every network.
const LARGEST: usize = 1400;
pub(super) const PAYLOAD_TYPE: u8 = 96;
const HEADER: usize = 12;
/// The bits of a unit's first byte that say what it is, and what they say of a part of one.
const KIND: u8 = 0x1f;
const FRAGMENT: u8 = 28;

impl Reel {
    /// Of access units as byte streams.
    ///
    /// # Errors
    /// If nobody could begin to look at it.
    pub fn new(units: &[Vec<u8>]) -> Result<Self, NoKeyframe> {
        let is = |nal: &&[u8], kind: u8| nal.first().is_some_and(|head| head & KIND == kind);
        let nals: Vec<Vec<&[u8]>> = units.iter().map(|unit| nals(unit)).collect();
        let first = |kind| nals.iter().flatten().copied().find(|nal| is(nal, kind)).ok_or(NoKeyframe);
        let (sps, pps) = (first(7)?, first(8)?);
        let level = sps.get(1..4).ok_or(NoKeyframe)?;
        let format = format!(
            "profile-level-id={:02X}{:02X}{:02X};sprop-parameter-sets={},{}",
            level[0],
            level[1],
            level[2],
            STANDARD.encode(sps),
            STANDARD.encode(pps)
        );
        let is_key = |nals: &Vec<&[u8]>| nals.iter().any(|nal| is(nal, 5));
        let begin = nals.iter().position(is_key).ok_or(NoKeyframe)?;
        let nals = &nals[begin..];
        let keys = (0..nals.len()).filter(|number| is_key(&nals[*number])).collect();
        Ok(Self { pictures: nals.iter().map(|nals| packets(nals)).collect(), keys, format })
    }

    /// The packets of a picture, in turns.
    pub(super) fn picture(&self, number: u64) -> &[Vec<u8>] {
        &self.pictures[(number % self.pictures.len() as u64) as usize]
    }

    /// The last picture up to that one that somebody can begin with.
    pub(super) fn key_before(&self, number: u64) -> u64 {
        let place = (number % self.pictures.len() as u64) as usize;
        // The first picture is one.
        let key = self.keys.iter().rev().find(|key| **key <= place).unwrap_or(&0);
        number - (place - key) as u64
    }

    pub(super) fn is_key(&self, number: u64) -> bool {
        self.keys.contains(&((number % self.pictures.len() as u64) as usize))
    }

    pub(super) fn format(&self) -> &str {
        &self.format
    }
}

/// The units between start codes.
fn nals(stream: &[u8]) -> Vec<&[u8]> {
    let starts: Vec<usize> = memmem::find_iter(stream, &[0, 0, 1]).collect();
    let ends = starts.iter().skip(1).copied().chain([stream.len()]);
    let nal = |(start, end): (&usize, usize)| {
        let nal = &stream[start + 3..end];
        &nal[..nal.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1)]
    };
    starts.iter().zip(ends).map(nal).filter(|nal| !nal.is_empty()).collect()
}

/// Each unit in a packet, or in several where it is too large for one; the last of the picture says so.
fn packets(nals: &[&[u8]]) -> Vec<Vec<u8>> {
    let mut packets: Vec<Vec<u8>> = Vec::new();
    let head = || {
        let mut packet = vec![0; HEADER];
        (packet[0], packet[1]) = (0x80, PAYLOAD_TYPE);
        packet
    };
    for nal in nals {
        if nal.len() <= LARGEST {
            packets.push([head(), nal.to_vec()].concat());
            continue;
        }
        let parts = nal[1..].chunks(LARGEST - 2);
        let last = parts.len() - 1;
        for (number, part) in parts.enumerate() {
            let (first, end) = (u8::from(number == 0) << 7, u8::from(number == last) << 6);
            let fragment = [(nal[0] & 0xe0) | FRAGMENT, (nal[0] & KIND) | first | end];
            packets.push([&head()[..], &fragment, part].concat());
        }
    }
    if let Some(packet) = packets.last_mut() {
        packet[1] |= 0x80;
    }
    packets
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(parts: &[&[u8]]) -> Vec<u8> {
        parts.iter().flat_map(|part| [&[0, 0, 0, 1][..], part].concat()).collect()
    }

    #[test]
    fn a_large_picture_goes_in_fragments_and_whoever_comes_late_begins_with_a_keyframe() {
        let large = [&[0x65][..], &[7; 3000]].concat();
        let units = [unit(&[&[0x67, 66, 0, 30], &[0x68, 1], &large]), unit(&[&[0x41, 9]]), unit(&[&[0x41, 8]])];
        let reel = Reel::new(&units).expect("a keyframe");
        let first = reel.picture(0);
        assert_eq!(first.len(), 2 + 3);
        assert_eq!([first[2][12], first[2][13], first[4][13]], [0x7c, 0x85, 0x45]);
        assert_eq!(first.iter().map(|packet| packet[1] >> 7).collect::<Vec<_>>(), [0, 0, 0, 0, 1]);
        assert_eq!([2, 3, 5].map(|number| reel.key_before(number)), [0, 3, 3]);
        assert!(reel.format().starts_with("profile-level-id=42001E;"));
        assert_eq!(Reel::new(&units[1..]).map(|_| ()), Err(NoKeyframe));
    }
}
