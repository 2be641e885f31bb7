//! `gridwatch detect`: what the detector finds in a recorded video.

use std::{
    io::{self, IsTerminal},
    ops::ControlFlow,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use anyhow::anyhow;
use indicatif::ProgressBar;
use jiff::Timestamp;
use serde::Serialize;

use super::{check, destination::Destination, is_there, saying::Saying, sink::Sink};
use crate::{
    domain::{
        camera::{Camera, LinkCause, Lookout},
        duty::{Request, place},
        vision::{Frame, Kind, Sighting, TrackView},
    },
    io::{
        catalog::{self, Catalog},
        video::{self, ClipError, ClipWriter, Mark, Source, Still},
    },
    words::Language,
};

#[derive(clap::Args)]
pub struct Args {
    /// A recorded video
    video: PathBuf,
    /// Folder of the site
    #[arg(long, default_value = ".", value_name = "DIR")]
    site: PathBuf,
    /// The site's camera that recorded it: then findings have a place
    #[arg(long, value_name = "ID")]
    camera: Option<String>,
    /// NDJSON, a line for each finding [default: standard output]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write the video with what was seen drawn into it
    #[arg(long, value_name = "OUT.mp4")]
    annotate: Option<PathBuf>,
}

/// A line of the output.
#[derive(Debug, Serialize)]
struct Line {
    /// Seconds since the beginning.
    t_s: f64,
    /// From 0.
    frame: u64,
    kind: Kind,
    score: f64,
    /// `x, y, w, h` in pixels.
    r#box: [f64; 4],
    track: u32,
    lon: Option<f64>,
    lat: Option<f64>,
    error_m: Option<f64>,
    grid: Option<String>,
    department: Option<String>,
}

/// Bits a second of an annotated video.
const BITRATE: u32 = 4_000_000;
/// Its nominal rate; each picture has its own time.
const RATE: u32 = 25;
/// How long a finding stays marked as one.
const SHOWN: Duration = Duration::from_secs(2);

#[expect(clippy::print_stderr, reason = "a command line prints")]
pub fn run(args: &Args, language: Language) -> anyhow::Result<ExitCode> {
    let video = args.video.canonicalize().ok();
    for (option, file) in [("annotate", &args.annotate), ("output", &args.output)] {
        let place = file.as_ref().and_then(|file| file.canonicalize().ok());
        if place.is_some() && place == video {
            return Err(Saying::OverTheVideo { option }.failure(language));
        }
    }
    let annotate = args.annotate.as_deref().map(|file| place_of_clip(file, language)).transpose()?;
    if let (Some(clip), Some(output)) = (&annotate, &args.output)
        && Destination::of(output).is_ok_and(|output| output == Destination::File(clip.clone()))
    {
        return Err(Saying::OnePlaceForBoth { file: output.display().to_string() }.failure(language));
    }
    let place = args.camera.as_deref().map(|id| Place::of(&args.site, id, language)).transpose()?;
    let output = Sink::open(args.output.as_deref(), language)?;
    let progress = if io::stderr().is_terminal() { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
    let mut run = Run { place, output, annotator: None, lookout: Lookout::default(), frames: 0, found: 0 };
    let mut failed = None;
    let read = video::read(&Source::File(args.video.clone()), |frame, at| {
        progress.inc(1);
        failed = run.look(frame, at, annotate.as_deref(), language).err();
        if failed.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    progress.finish_and_clear();
    if let Some(error) = failed {
        return Err(error);
    }
    // What was seen until a video broke off was seen; where nothing was, what an earlier run wrote stays.
    if read.is_ok() || run.frames > 0 {
        if let (Some(annotator), Some(file)) = (run.annotator, &args.annotate) {
            annotator.clip.finish().map_err(|error| clip_failure(file, error, language))?;
        }
        run.output.finish()?;
    }
    read.map_err(|cause: LinkCause| anyhow!("{}: {}", args.video.display(), language.say(&cause)))?;
    eprintln!("{}", language.say(&Saying::VideoSeen { frames: run.frames, findings: run.found }));
    Ok(ExitCode::SUCCESS)
}

/// A video goes back to its beginning when it ends, which only files let it.
fn place_of_clip(file: &Path, language: Language) -> anyhow::Result<PathBuf> {
    let cannot = Saying::CannotWrite { file: file.display().to_string() };
    match Destination::of(file) {
        Ok(Destination::File(place)) => Ok(place),
        Ok(Destination::Through(_)) => Err(Saying::IsADevice.failure(language).context(language.say(&cannot))),
        Err(error) => Err(cannot.because_of(error, language)),
    }
}

fn clip_failure(file: &Path, error: ClipError, language: Language) -> anyhow::Error {
    let cannot = Saying::CannotWrite { file: file.display().to_string() };
    match error {
        ClipError::Io(error) => cannot.because_of(error, language),
        error => anyhow::Error::from(error).context(language.say(&cannot)),
    }
}

/// The site, and the camera that the video is taken to be of.
struct Place {
    catalog: Catalog,
    camera: Camera,
}

impl Place {
    fn of(site: &Path, id: &str, language: Language) -> anyhow::Result<Self> {
        is_there(site, language)?;
        let reading = catalog::read(site);
        let Some(catalog) = reading.catalog else { return Err(check::damaged(&reading, site, language)) };
        let Some(camera) = catalog.cameras.camera(id).cloned() else {
            return Err(Saying::NoSuchCamera { camera: id.to_owned() }.failure(language));
        };
        Ok(Self { catalog, camera })
    }

    fn locate(&self, sighting: &Sighting, frame: [u32; 2], line: &mut Line) {
        let Some(ground) = self.camera.ground_of(&sighting.bbox, frame) else { return };
        // Seven digits are a centimetre.
        [line.lon, line.lat] = [ground.position.lon(), ground.position.lat()].map(|degrees| Some(rounded(degrees, 7)));
        line.error_m = Some(rounded(ground.error_m(), 1));
        let request = Request {
            position: Some(ground.position),
            accuracy: Some(ground.error),
            category: self.camera.rule_for(sighting).map(|rule| rule.category.as_str()),
            edge: false,
        };
        let Catalog { coverages, routing, settings, .. } = &self.catalog;
        let placed = place(coverages.at(Timestamp::now()), routing, settings.nearest_m, &request);
        line.grid = placed.grid.map(|grid| grid.code.as_str().to_owned());
        line.department = placed.department().map(|department| department.as_str().to_owned());
    }
}

struct Run {
    place: Option<Place>,
    output: Sink,
    annotator: Option<Annotator>,
    lookout: Lookout,
    frames: u64,
    found: u64,
}

impl Run {
    fn look(
        &mut self,
        frame: &Frame<'_>,
        at: Duration,
        annotate: Option<&Path>,
        language: Language,
    ) -> anyhow::Result<()> {
        let size = [frame.width(), frame.height()];
        let found = self.lookout.look(self.place.as_ref().map(|place| &place.camera), frame, at);
        for sighting in found {
            let mut line = Line::of(sighting, self.frames);
            if let Some(place) = &self.place {
                place.locate(sighting, size, &mut line);
            }
            self.output.write(format!("{}\n", serde_json::to_string(&line)?).as_bytes())?;
        }
        self.found += found.len() as u64;
        if let Some(file) = annotate {
            let failure = |error| clip_failure(file, error, language);
            let annotator = match &mut self.annotator {
                Some(annotator) => annotator,
                none => none.insert(Annotator::create(file, size).map_err(failure)?),
            };
            annotator.shown.retain(|shown| at.saturating_sub(shown.at) < SHOWN);
            annotator.shown.extend(found.iter().cloned());
            annotator.write(frame, at, self.lookout.tracks()).map_err(failure)?;
        }
        self.frames += 1;
        Ok(())
    }
}

impl Line {
    fn of(sighting: &Sighting, frame: u64) -> Self {
        let Sighting { kind, score, bbox, track, at, .. } = sighting;
        let side = |value: f32| rounded(f64::from(value), 1);
        Self {
            t_s: rounded(at.as_secs_f64(), 3),
            frame,
            kind: *kind,
            score: rounded(f64::from(*score), 3),
            r#box: [bbox.x, bbox.y, bbox.w, bbox.h].map(side),
            track: *track,
            lon: None,
            lat: None,
            error_m: None,
            grid: None,
            department: None,
        }
    }
}

struct Annotator {
    clip: ClipWriter,
    still: Still,
    /// Findings of the last moments.
    shown: Vec<Sighting>,
}

impl Annotator {
    fn create(file: &Path, size: [u32; 2]) -> Result<Self, ClipError> {
        let clip = ClipWriter::create(file, size, RATE, BITRATE)?;
        Ok(Self { clip, still: Still::default(), shown: Vec::new() })
    }

    fn write(
        &mut self,
        frame: &Frame<'_>,
        at: Duration,
        tracks: impl Iterator<Item = TrackView>,
    ) -> Result<(), ClipError> {
        self.still.copy(frame);
        let marks: Vec<Mark> = tracks
            .map(|track| Mark {
                is_finding: self.shown.iter().any(|shown| shown.track == track.id),
                label: format!("{} {} {:.2}", track.kind, track.id, track.score),
                bbox: track.bbox,
            })
            .collect();
        video::draw(&mut self.still, &marks);
        self.clip.write(&self.still, at)
    }
}

fn rounded(value: f64, digits: i32) -> f64 {
    let scale = 10f64.powi(digits);
    (value * scale).round() / scale
}
