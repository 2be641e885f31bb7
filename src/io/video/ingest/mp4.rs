//! Pictures as they came, in fragmented MP4, which every browser plays.

use std::{sync::Arc, time::Duration};

use mp4_atom::{
    Atom as _, Avc1, Avcc, Codec as Entry, Dinf, Dref, Encode, Ftyp, Hdlr, Hvc1, Hvcc, Mdhd, Mdia, Mehd, Mfhd, Minf,
    Moof, Moov, Mvex, Mvhd, Stbl, Stco, Stsd, Tfdt, Tfhd, Tkhd, Traf, Trak, Trex, Trun, TrunEntry, Url, Visual, Vmhd,
};

use super::unit::{AccessUnit, Codec, Parameters};
use crate::io::video::ClipError;

/// Pictures of one camera that follow each other, from a keyframe on.
pub struct Clip {
    units: Vec<AccessUnit>,
    parameters: Arc<Parameters>,
}

/// How long the last picture is shown, where nobody says.
const STEP: Duration = Duration::from_millis(100);
/// Parts of a second that media time is counted in.
const SCALE: u32 = 90_000;
const TRACK: u32 = 1;
/// What depends on no other sample, and what does (ISO 14496-12, 8.8.3.1).
const KEY: u32 = 0x0200_0000;
const OTHER: u32 = 0x0101_0000;

impl Clip {
    /// `None` where there are no pictures.
    pub(super) fn of(units: Vec<AccessUnit>) -> Option<Self> {
        let parameters = Arc::clone(&units.first()?.parameters);
        Some(Self { units, parameters })
    }

    /// From the first picture to the last.
    #[must_use]
    pub fn length(&self) -> Duration {
        let [first, last] =
            [self.units.first(), self.units.last()].map(|unit| unit.map_or(Duration::ZERO, |unit| unit.at));
        last.saturating_sub(first)
    }

    /// An MP4 file with the pictures as the camera encoded them.
    ///
    /// # Errors
    /// If what the camera says of them is not as it should be.
    pub fn mp4(self) -> Result<Vec<u8>, ClipError> {
        let nexts = self.units.iter().skip(1).map(Some).chain([None]);
        let duration =
            |unit: &AccessUnit, next: Option<&AccessUnit>| next.map_or(STEP, |next| next.at.saturating_sub(unit.at));
        let samples: Vec<_> = self.units.iter().zip(nexts).map(|(unit, next)| (unit, duration(unit, next))).collect();
        let file = header(&self.parameters, Some(self.length() + STEP)).and_then(|mut file| {
            file.append(&mut fragment(1, Duration::ZERO, &samples)?);
            Some(file)
        });
        file.ok_or_else(|| ClipError::Failed("its parameters are none".to_owned()))
    }
}

/// What stands before all fragments; `None` where the parameters are none. `length` where all that there will be is known.
pub(super) fn header(parameters: &Parameters, length: Option<Duration>) -> Option<Vec<u8>> {
    let [width, height] = parameters.size.map(|side| u16::try_from(side).unwrap_or(u16::MAX));
    let visual = Visual { data_reference_index: 1, width, height, ..Visual::default() };
    let mut setup = &*parameters.setup;
    let entry = match parameters.codec {
        Codec::H264 => Entry::Avc1(Avc1 { visual, avcc: Avcc::decode_body(&mut setup).ok()?, ..Avc1::default() }),
        Codec::H265 => Entry::Hvc1(Hvc1 { visual, hvcc: Hvcc::decode_body(&mut setup).ok()?, ..Hvc1::default() }),
    };
    let kind = Ftyp {
        major_brand: b"iso6".into(),
        minor_version: 0,
        compatible_brands: vec![b"iso6".into(), b"isom".into(), b"mp41".into()],
    };
    let samples = Stbl { stsd: Stsd { codecs: vec![entry] }, stco: Some(Stco::default()), ..Stbl::default() };
    let media = Minf {
        vmhd: Some(Vmhd::default()),
        // In this file.
        dinf: Dinf { dref: Dref { entries: vec![Url { location: String::new() }.into()] } },
        stbl: samples,
        ..Minf::default()
    };
    let track = Trak {
        tkhd: Tkhd {
            track_id: TRACK,
            enabled: true,
            in_movie: true,
            width: width.into(),
            height: height.into(),
            ..Tkhd::default()
        },
        mdia: Mdia {
            mdhd: Mdhd { timescale: SCALE, language: "und".to_owned(), ..Mdhd::default() },
            hdlr: Hdlr { handler: b"vide".into(), name: "camera".to_owned() },
            minf: media,
        },
        ..Trak::default()
    };
    let fragments = Mvex {
        mehd: length.map(|length| Mehd { fragment_duration: ticks(length) }),
        trex: vec![Trex { track_id: TRACK, default_sample_description_index: 1, ..Trex::default() }],
    };
    let movie = Moov {
        mvhd: Mvhd { timescale: SCALE, rate: 1.into(), volume: 1.into(), next_track_id: TRACK + 1, ..Mvhd::default() },
        mvex: Some(fragments),
        trak: vec![track],
        ..Moov::default()
    };
    let mut bytes = Vec::new();
    kind.encode(&mut bytes).ok()?;
    movie.encode(&mut bytes).ok()?;
    Some(bytes)
}

/// Pictures with how long each is shown, the first at `at`; `None` where they are too large for one.
pub(super) fn fragment(number: u32, at: Duration, samples: &[(&AccessUnit, Duration)]) -> Option<Vec<u8>> {
    let entry = |(unit, duration): &(&AccessUnit, Duration)| {
        Some(TrunEntry {
            duration: Some(u32::try_from(ticks(*duration)).ok()?),
            size: Some(u32::try_from(unit.data.len()).ok()?),
            flags: Some(if unit.is_key { KEY } else { OTHER }),
            cts: None,
        })
    };
    let entries: Vec<TrunEntry> = samples.iter().map(entry).collect::<Option<_>>()?;
    let boxed = |data_offset| {
        let run = Trun { data_offset: Some(data_offset), samples: entries.clone().into() };
        let track = Traf {
            tfhd: Tfhd { track_id: TRACK, default_base_is_moof: true, ..Tfhd::default() },
            tfdt: Some(Tfdt { base_media_decode_time: ticks(at) }),
            trun: vec![run],
            ..Traf::default()
        };
        let mut bytes = Vec::new();
        Moof { mfhd: Mfhd { sequence_number: number }, traf: vec![track] }.encode(&mut bytes).ok()?;
        Some(bytes)
    };
    // Its size says where the pictures begin, behind the head of their box.
    let head = i32::try_from(boxed(0)?.len()).ok()? + 8;
    let mut bytes = boxed(head)?;
    let data = samples.iter().map(|(unit, _)| unit.data.len()).sum::<usize>();
    bytes.extend(u32::try_from(data + 8).ok()?.to_be_bytes());
    bytes.extend(b"mdat");
    for (unit, _) in samples {
        bytes.extend_from_slice(&unit.data);
    }
    Some(bytes)
}

/// To the nearest.
fn ticks(time: Duration) -> u64 {
    ((time.as_nanos() * u128::from(SCALE) + 500_000_000) / 1_000_000_000) as u64
}
