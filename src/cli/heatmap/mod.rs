//! `gridwatch heatmap`: a picture of where the events of a table are.

mod points;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, bail, ensure};
use geojson::{Geometry, GeometryValue};
use jiff::Timestamp;
use serde_json::json;

use self::points::Read;
use super::{events::EventArgs, is_there, one_of, saying::Saying};
use crate::{
    domain::analysis::heat::{
        Coloring, Contour, Domain, Entry, Frame, FrameError, Kernel, Layer, Ramp, Scale, Shape, Spread,
        greatest_difference,
    },
    io::{catalog, tables::value::Fault},
    service::heat::{ValuesFormat, colored_contours, domain_of_all, film, painted, take_away, values_file},
    words::Language,
};

#[derive(clap::Args)]
pub struct Args {
    /// The site's folder, for its time zone
    #[arg(long, default_value = ".", value_name = "DIR")]
    site: PathBuf,
    /// CSV of events
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    /// The picture
    #[arg(long, value_name = "OUT.png")]
    output: PathBuf,
    /// Degrees, WGS84 [default: around all events]
    #[arg(long, value_name = "W,S,E,N", allow_hyphen_values = true, conflicts_with = "tile")]
    bbox: Option<String>,
    /// Pixels
    #[arg(long, value_name = "WxH", default_value = "1920x1080", conflicts_with = "tile")]
    size: String,
    /// A map tile of 256 × 256 pixels
    #[arg(long, value_name = "Z/X/Y")]
    tile: Option<String>,
    /// How far an event reaches, in metres on the ground [default: 300]
    #[arg(long, value_name = "R", conflicts_with = "radius_px")]
    radius_m: Option<f64>,
    /// How far an event reaches, in pixels of the picture
    #[arg(long, value_name = "R")]
    radius_px: Option<f64>,
    /// Column that says how many events a row stands for
    #[arg(long, value_name = "COL")]
    weight: Option<String>,
    /// How an event fades with distance: gaussian (its radius is three standard deviations), quartic, epanechnikov or
    /// triweight
    #[arg(long, default_value = "gaussian", value_parser = one_of::<Shape>)]
    kernel: Shape,
    /// How densities become colours: log1p or linear
    #[arg(long, default_value = "log1p", value_parser = one_of::<Scale>)]
    scale: Scale,
    /// Colours: inferno, cividis or viridis
    #[arg(long, default_value = "inferno", value_parser = one_of::<Ramp>)]
    ramp: Ramp,
    /// What the strongest colour stands for: events per km² and hour where --from and --to are given, else events per km²
    /// [default: the next round number above the highest]
    #[arg(long, value_name = "D")]
    domain: Option<f32>,
    /// From this instant, inclusive; a date, or one without an offset, in the zone of --tz
    #[arg(long, value_name = "T")]
    from: Option<String>,
    /// To this instant, exclusive
    #[arg(long, value_name = "T")]
    to: Option<String>,
    /// Draws what there is more and less than in that period, by the hour; needs --from and --to
    #[arg(long, value_name = "FROM/TO", requires = "from", requires = "to")]
    compare: Option<String>,
    /// Draws a film (an animated PNG): a picture of each stretch of so long, 1h, 15 minutes; needs --from and --to
    #[arg(long, value_name = "STRETCH", requires = "from", requires = "to", conflicts_with_all = ["compare", "values", "contours"])]
    every: Option<String>,
    /// The numbers behind the picture: a GeoTIFF in Web Mercator, or an array for NumPy
    #[arg(long, value_name = "OUT.tif|OUT.npy")]
    values: Option<PathBuf>,
    /// The picture's contours, at the values of its colours
    #[arg(long, value_name = "OUT.geojson")]
    contours: Option<PathBuf>,
    /// Events of this category alone
    #[arg(long, value_name = "C")]
    only_category: Option<String>,
    #[command(flatten)]
    events: EventArgs,
}

#[expect(clippy::print_stderr, reason = "a command line prints")]
pub fn run(args: &Args, language: Language) -> anyhow::Result<ExitCode> {
    is_there(&args.site, language)?;
    if !args.output.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("png")) {
        return Err(Saying::NotPng { file: args.output.display().to_string() }.failure(language));
    }
    let values_format = args.values.as_deref().map(|path| values_format(path, language)).transpose()?;
    let kernel = Kernel { shape: args.kernel, spread: spread(args, language)? };
    let domain =
        args.domain.map(|max| Domain::up_to(max).with_context(|| format!("--domain {max} is no positive number")));
    let domain = domain.transpose()?;
    let zone = catalog::settings(&args.site).time_zone;
    let has_period = args.from.is_some() || args.to.is_some();
    let events = args.events.open(Some(&args.input), (&zone, has_period), language, |raw, _| raw)?;
    let Read { parts, skipped, unreadable } = points::read(args, events, language)?;
    let drawn: usize = parts.iter().map(|(_, entries)| entries.len()).sum();
    ensure!(drawn > 0, "{}: no event to draw", args.input.display());
    let frame = frame(args, parts.iter().flat_map(|(_, entries)| entries), language)?;
    let layers: Vec<Layer> = parts.into_iter().map(|(period, entries)| Layer::weighted(period, entries)).collect();
    // What is drawn does not move on, so any instant is as good.
    let now = Timestamp::UNIX_EPOCH;
    let domain = domain.unwrap_or_else(|| match &layers[..] {
        [of, before] if args.compare.is_some() => {
            let squares = [of, before].map(|layer| layer.crowded(frame.zoom(), kernel)).concat();
            let [of, before] = [of, before].map(|layer| layer.within(&squares, frame.zoom(), kernel, now));
            Domain::holding(greatest_difference(&of, &before))
        }
        layers => domain_of_all(layers, frame.zoom(), kernel, now),
    });
    let densities = || Coloring::of_densities(args.scale, domain, args.ramp);
    if args.every.is_some() {
        write(&args.output, &film(&layers, &frame, kernel, &densities(), now)?)?;
    } else {
        let mut values = layers[0].values(&frame, kernel, now);
        let coloring = match layers.get(1) {
            None => densities(),
            Some(before) => {
                take_away(&mut values, &before.values(&frame, kernel, now));
                Coloring::of_differences(args.scale, domain)
            }
        };
        write(&args.output, &painted(&values, &frame, &coloring)?)?;
        if let (Some(path), Some(format)) = (&args.values, values_format) {
            write(path, &values_file(format, &frame, &values)?)?;
        }
        if let Some(path) = &args.contours {
            write(path, contours(&colored_contours(&values, &frame, &coloring)).as_bytes())?;
        }
    }
    let densest = format!("{} {}", domain.max(), layers[0].unit().symbol());
    eprintln!("{}", language.say(&Saying::EventsDrawn { drawn, skipped, unreadable, densest }));
    Ok(ExitCode::SUCCESS)
}

fn spread(args: &Args, language: Language) -> anyhow::Result<Spread> {
    let (option, value, max, spread) = match (args.radius_m, args.radius_px) {
        (Some(radius_m), _) => ("--radius-m", radius_m, Spread::WIDEST_M, Spread::meters(radius_m)),
        (None, Some(radius_px)) => ("--radius-px", radius_px, Spread::WIDEST_PX, Spread::pixels(radius_px)),
        (None, None) => return Ok(Spread::DEFAULT),
    };
    spread.with_context(|| format!("{option}: {}", language.say(&Fault::OutOfRange { value, min: 0.0, max })))
}

/// How numbers are written into a file of that name.
fn values_format(path: &Path, language: Language) -> anyhow::Result<ValuesFormat> {
    let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
    match extension.to_str() {
        Some("tif" | "tiff") => Ok(ValuesFormat::GeoTiff),
        Some("npy") => Ok(ValuesFormat::Npy),
        _ => Err(Saying::NotValues { file: path.display().to_string() }.failure(language)),
    }
}

fn contours(contours: &[(Contour, [u8; 4])]) -> String {
    let feature = |(Contour { value, area }, [r, g, b, _]): &(Contour, [u8; 4])| {
        let geometry = Geometry::new(GeometryValue::from(area));
        let bound = if *value < 0.0 { "at_most" } else { "at_least" };
        json!({"type": "Feature", "geometry": geometry,
            "properties": {bound: value, "fill": format!("#{r:02x}{g:02x}{b:02x}")}})
    };
    let features: Vec<_> = contours.iter().map(feature).collect();
    json!({"type": "FeatureCollection", "features": features}).to_string()
}

fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

fn frame<'a>(args: &Args, entries: impl Iterator<Item = &'a Entry<f32>>, language: Language) -> anyhow::Result<Frame> {
    /// Around events of which nobody said what part of the map to show.
    const MARGIN_PX: u32 = 40;
    let said = |frame: Result<Frame, FrameError>, of: String| {
        frame.map_err(|error| anyhow::Error::msg(language.say(&error)).context(of))
    };
    if let Some(tile) = &args.tile {
        let numbers: Vec<u32> = tile.split('/').filter_map(|n| n.parse().ok()).collect();
        let [zoom, x, y] = numbers[..] else { bail!("--tile {tile} is not Z/X/Y") };
        let zoom = u8::try_from(zoom).with_context(|| format!("--tile {tile}"))?;
        return said(Frame::of_tile(zoom, x, y, 256), format!("--tile {tile}"));
    }
    let size = args.size.split_once('x').and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
    let (width, height) = size.with_context(|| format!("--size {} is not WIDTHxHEIGHT", args.size))?;
    match &args.bbox {
        None => {
            let around = Frame::around(entries.map(|entry| entry.cell.point()), width, height, MARGIN_PX);
            said(around, format!("--size {}", args.size))
        }
        Some(text) => {
            let degrees: Vec<f64> = text.split(',').filter_map(|n| n.trim().parse().ok()).collect();
            let [w, s, e, n] = degrees[..] else { bail!("--bbox {text} is not W,S,E,N") };
            said(Frame::of_box([w, s, e, n], width, height), format!("--bbox {text}, --size {}", args.size))
        }
    }
}
