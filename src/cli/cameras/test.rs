//! `gridwatch cameras test`.

use std::{
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use super::Language;
use crate::{
    cli::{Saying, check, is_there},
    domain::{
        camera::{Camera, LinkCause, LinkEvent},
        vision::Frame,
    },
    io::{
        catalog,
        secrets::Secrets,
        video::{Ingest, IngestOptions, Source, Watch, WatchOptions, Watcher},
    },
    service::app,
};

#[derive(clap::Args)]
pub struct Args {
    /// Their ids [default: all that are switched on]
    #[arg(value_name = "ID")]
    cameras: Vec<String>,
    /// The site's folder
    #[arg(long, default_value = ".", value_name = "DIR")]
    site: PathBuf,
    /// Folder of the store, where the cameras' credentials are [default: the site's `data`, else data in its folder]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// How long each is looked at
    #[arg(long, default_value_t = 6, value_name = "N", value_parser = clap::value_parser!(u64).range(2..=300))]
    seconds: u64,
}

/// Streams open at once.
const AT_ONCE: usize = 64;
/// Longest until the first picture.
const PATIENCE: Duration = Duration::from_secs(15);
const TICK: Duration = Duration::from_millis(50);

/// What came of a stream so far.
#[derive(Debug, Default)]
struct Seen {
    first: Option<Instant>,
    size: Option<[u32; 2]>,
    cause: Option<LinkCause>,
}

struct Tester(Arc<Mutex<Seen>>);

impl Watcher for Tester {
    fn picture(&mut self, frame: &Frame<'_>, _: Duration, _: bool) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.first.get_or_insert_with(Instant::now);
        seen.size = Some([frame.width(), frame.height()]);
    }

    fn link(&mut self, event: LinkEvent) {
        if let LinkEvent::Failed(cause) = event {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).cause.get_or_insert(cause);
        }
    }
}

/// 0 where each gives pictures, else 1.
pub fn run(args: &Args, language: Language) -> anyhow::Result<ExitCode> {
    is_there(&args.site, language)?;
    let reading = catalog::read_for_service(&args.site);
    let Some(catalog) = &reading.catalog else { return Err(check::damaged(&reading, &args.site, language)) };
    let all = catalog.cameras.cameras();
    let chosen: Vec<&Camera> = if args.cameras.is_empty() {
        all.iter().filter(|camera| camera.enabled).collect()
    } else {
        let find = |id: &String| {
            let found = all.iter().find(|camera| camera.id == *id);
            found.ok_or_else(|| Saying::NoSuchCamera { camera: id.clone() }.failure(language))
        };
        args.cameras.iter().map(find).collect::<anyhow::Result<_>>()?
    };
    let data = app::data_folder(&args.site, args.data.as_deref(), &catalog.settings.serving);
    let secrets = Secrets::read(&app::secrets_file(&data))?;
    let ingest = Ingest::start(IngestOptions::default())?;
    let (mut out, mut all_give) = (csv::Writer::from_writer(io::stdout().lock()), true);
    out.write_record(["id", "codec", "width", "height", "per_second", "keyframe_s", "clock_off_s", "cause", "why"])?;
    for some in chosen.chunks(AT_ONCE) {
        let mut open = Vec::new();
        for camera in some {
            let source = Source::of_camera(camera, &args.site, &secrets);
            let seen = Arc::<Mutex<Seen>>::default();
            let options = WatchOptions { wants_every: false, ..WatchOptions::default() };
            open.push((camera, ingest.watch(&camera.id, source, options, Tester(Arc::clone(&seen)))?, seen));
        }
        let begun = Instant::now();
        let is_done = |seen: &Seen| match seen.first {
            Some(first) => first.elapsed() >= Duration::from_secs(args.seconds),
            None => seen.cause.is_some() || begun.elapsed() >= PATIENCE,
        };
        let locked = |seen: &Mutex<Seen>| is_done(&seen.lock().unwrap_or_else(PoisonError::into_inner));
        while !open.iter().all(|(_, _, seen)| locked(seen)) {
            thread::sleep(TICK);
        }
        for (camera, watch, seen) in &open {
            let seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            all_give &= seen.first.is_some();
            out.write_record(line(camera, watch, &seen, language))?;
            watch.end();
        }
        out.flush()?;
    }
    out.into_inner().map_err(csv::IntoInnerError::into_error)?.flush()?;
    Ok(if all_give { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn line(camera: &Camera, watch: &Watch, seen: &Seen, language: Language) -> [String; 9] {
    let known = watch.facts();
    let size = known.as_ref().map(|known| known.size).or(seen.size).map(|size| size.map(|side| side.to_string()));
    let [width, height] = size.unwrap_or_default();
    let number = |number: Option<f64>| number.map(|number| number.to_string()).unwrap_or_default();
    let cause = match (&seen.first, &seen.cause) {
        (None, cause) => Some(cause.clone().unwrap_or(LinkCause::NoPictures)),
        (Some(_), _) => None,
    };
    let code = cause.as_ref().and_then(|cause| Some(serde_json::to_value(cause).ok()?["code"].as_str()?.to_owned()));
    [
        camera.id.clone(),
        known.as_ref().map(|known| known.codec.clone()).unwrap_or_default(),
        width,
        height,
        number(known.as_ref().and_then(|known| known.per_second)),
        number(known.as_ref().and_then(|known| known.keyframe_s)),
        number(known.as_ref().and_then(|known| known.clock_off_s)),
        code.unwrap_or_default(),
        cause.map(|cause| language.say(&cause)).unwrap_or_default(),
    ]
}
