//! `gridwatch detect`: what the detector finds in a recorded video.

use std::{
    fs::File,
    io::{self, BufWriter, IsTerminal, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use anyhow::{Context, anyhow, bail, ensure};
use indicatif::ProgressBar;
use jiff::Timestamp;
use serde::Serialize;

use super::saying::Saying;
use crate::{
    domain::{
        camera::{Aspect, Camera, LinkCause},
        duty::{Request, place},
        vision::{Detector, Frame, Kind, Settings, Sighting, TrackView},
    },
    io::{
        catalog::{self, Catalog},
        video::{self, ClipWriter, Mark, Source, Still},
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
    if let (Some(annotated), Ok(video)) = (&args.annotate, args.video.canonicalize()) {
        ensure!(annotated.canonicalize().ok() != Some(video), "--annotate would write over the video itself");
    }
    let place = args.camera.as_deref().map(|id| Place::of(&args.site, id)).transpose()?;
    let output: Box<dyn Write> = match &args.output {
        Some(file) => Box::new(File::create(file).with_context(|| file.display().to_string())?),
        None => Box::new(io::stdout().lock()),
    };
    let progress = if io::stderr().is_terminal() { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
    let mut run = Run { place, output: BufWriter::new(output), annotator: None, detector: None, frames: 0, found: 0 };
    let mut failed = None;
    let read = video::read(&Source::File(args.video.clone()), |frame, at| {
        if failed.is_none() {
            failed = run.look(frame, at, args.annotate.as_deref()).err();
        }
        progress.inc(1);
    });
    progress.finish_and_clear();
    if let Some(error) = failed {
        return Err(error);
    }
    run.output.flush()?;
    if let Some(annotator) = run.annotator.take() {
        annotator.clip.finish()?;
    }
    read.map_err(|cause: LinkCause| anyhow!("{}: {}", args.video.display(), language.say(&cause)))?;
    eprintln!("{}", language.say(&Saying::VideoSeen { frames: run.frames, findings: run.found }));
    Ok(ExitCode::SUCCESS)
}

/// The site, and the camera that the video is taken to be of.
struct Place {
    catalog: Catalog,
    camera: Camera,
}

impl Place {
    fn of(site: &Path, id: &str) -> anyhow::Result<Self> {
        let reading = catalog::read(site);
        let problems = reading.problems.len();
        let Some(catalog) = reading.catalog else {
            bail!("{} has {problems} problems: see `gridwatch check --site {}`", site.display(), site.display());
        };
        let camera = catalog.cameras.cameras().iter().find(|camera| camera.id == id).cloned();
        let camera = camera.with_context(|| format!("{} has no camera {id}", site.display()))?;
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
            category: self
                .camera
                .rules
                .iter()
                .find(|rule| rule.sees == sighting.kind)
                .map(|rule| rule.category.as_str()),
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
    output: BufWriter<Box<dyn Write>>,
    annotator: Option<Annotator>,
    /// For the size of picture that came last.
    detector: Option<([u32; 2], Detector)>,
    frames: u64,
    found: u64,
}

impl Run {
    fn look(&mut self, frame: &Frame<'_>, at: Duration, annotate: Option<&Path>) -> anyhow::Result<()> {
        let size = [frame.width(), frame.height()];
        if self.detector.as_ref().is_none_or(|(of, _)| *of != size) {
            let camera = self.place.as_ref().map(|place| &place.camera);
            let aspect = Aspect::of_frame(size[0], size[1]);
            let perspective = camera.zip(aspect).and_then(|(camera, aspect)| camera.perspective(aspect));
            self.detector = Some((size, Detector::new(Settings { perspective, ..Settings::default() })));
        }
        let Some((_, detector)) = &mut self.detector else { return Ok(()) };
        let found = detector.look(frame, at);
        for sighting in found {
            let mut line = Line::of(sighting, self.frames);
            if let Some(place) = &self.place {
                place.locate(sighting, size, &mut line);
            }
            serde_json::to_writer(&mut self.output, &line)?;
            self.output.write_all(b"\n")?;
        }
        self.found += found.len() as u64;
        if let Some(file) = annotate {
            let annotator = match &mut self.annotator {
                Some(annotator) => annotator,
                none => none.insert(Annotator::create(file, size)?),
            };
            annotator.shown.retain(|shown| at.saturating_sub(shown.at) < SHOWN);
            annotator.shown.extend(found.iter().cloned());
            annotator.write(frame, at, detector.tracks())?;
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
    fn create(file: &Path, size: [u32; 2]) -> anyhow::Result<Self> {
        let clip = ClipWriter::create(file, size, RATE, BITRATE)?;
        Ok(Self { clip, still: Still::default(), shown: Vec::new() })
    }

    fn write(
        &mut self,
        frame: &Frame<'_>,
        at: Duration,
        tracks: impl Iterator<Item = TrackView>,
    ) -> anyhow::Result<()> {
        self.still.copy(frame);
        let marks: Vec<Mark> = tracks
            .map(|track| Mark {
                is_finding: self.shown.iter().any(|shown| shown.track == track.id),
                label: format!("{} {} {:.2}", track.kind, track.id, track.score),
                bbox: track.bbox,
            })
            .collect();
        video::draw(&mut self.still, &marks);
        Ok(self.clip.write(&self.still, at)?)
    }
}

fn rounded(value: f64, digits: i32) -> f64 {
    let scale = 10f64.powi(digits);
    (value * scale).round() / scale
}
