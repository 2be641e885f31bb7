//! `gridwatch heatmap`: one picture of where the events of a table are.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, anyhow, bail, ensure};
use geojson::{Geometry, GeometryValue};
use jiff::Timestamp;
use serde_json::json;

use super::{
    events::{EventArgs, Events},
    is_there, one_of,
    saying::Saying,
};
use crate::{
    domain::analysis::heat::{
        Cell, Coloring, Contour, Domain, Entry, Frame, FrameError, Kernel, Layer, Period, Ramp, Scale, Shape, Spread,
    },
    io::{
        catalog,
        tables::{
            events::{EventRow, RowFault},
            value::{Fault, parse_instant, parse_number},
        },
    },
    service::heat::{ValuesFormat, colored_contours, painted, take_away, values_file},
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
    let zone = catalog::settings(&args.site).time_zone;
    let has_period = args.from.is_some() || args.to.is_some();
    let events = args.events.open(Some(&args.input), (&zone, has_period), language, |raw, _| raw)?;
    let read = points(args, events, language)?;
    ensure!(!read.entries.is_empty() || !read.before.is_empty(), "{}: no event to draw", args.input.display());
    let kernel = Kernel { shape: args.kernel, spread: spread(args, language)? };
    let frame = frame(args, read.entries.iter().chain(&read.before), language)?;
    values_format(args, language)?;
    let drawn = read.entries.len() + read.before.len();
    let layer = Layer::weighted(read.period, read.entries);
    let before = read.compared.map(|period| Layer::weighted(period, read.before));
    // What is drawn does not move on, so any instant is as good.
    let now = Timestamp::UNIX_EPOCH;
    let domain = if let Some(max) = args.domain {
        Domain::up_to(max).with_context(|| format!("--domain {max} is no positive number"))?
    } else {
        let peak = |layer: &Layer| layer.peak(frame.zoom(), kernel, now);
        Domain::holding(peak(&layer).max(before.as_ref().map_or(0.0, peak)))
    };
    let mut values = layer.values(&frame, kernel, now);
    let coloring = if let Some(before) = &before {
        take_away(&mut values, &before.values(&frame, kernel, now));
        Coloring::of_differences(args.scale, domain)
    } else {
        Coloring::of_densities(args.scale, domain, args.ramp)
    };
    write(&args.output, &painted(&values, &frame, &coloring)?)?;
    if let Some((path, format)) = values_format(args, language)? {
        write(path, &values_file(format, &frame, &values)?)?;
    }
    if let Some(path) = &args.contours {
        write(path, contours(&colored_contours(&values, &frame, &coloring)).as_bytes())?;
    }
    let Read { skipped, unreadable, .. } = read;
    let densest = format!("{} {}", domain.max(), layer.unit().symbol());
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

struct Read {
    entries: Vec<Entry<f32>>,
    period: Period,
    /// Those of the period to compare with.
    before: Vec<Entry<f32>>,
    compared: Option<Period>,
    skipped: u64,
    unreadable: u64,
}

/// Unreadable rows that are named one by one.
const NAMED: u64 = 5;

#[expect(clippy::print_stderr, reason = "a command line prints")]
fn points(args: &Args, events: Events, language: Language) -> anyhow::Result<Read> {
    let (table, name) = (&events.table, events.name.clone());
    let instant = |option: &str, text: Option<&String>| -> anyhow::Result<Option<Timestamp>> {
        text.map(|text| parse_instant(text, table.zone()).ok_or_else(|| anyhow!("--{option}: \"{text}\" is no time")))
            .transpose()
    };
    let (from, to) = (instant("from", args.from.as_ref())?, instant("to", args.to.as_ref())?);
    if let (Some(from), Some(to)) = (from, to)
        && from >= to
    {
        bail!("--from {from} is not before --to {to}");
    }
    let compared = args.compare.as_ref().map(|text| {
        let (from, to) = text.split_once('/').with_context(|| format!("--compare {text} is not FROM/TO"))?;
        let end = |text: &str| instant("compare", Some(&text.to_owned()));
        match (end(from)?, end(to)?) {
            (Some(from), Some(to)) if from >= to => bail!("--compare: {from} is not before {to}"),
            (from, to) => Ok(Period::Between(from, to)),
        }
    });
    let compared = compared.transpose()?;
    let has_period = from.is_some() || to.is_some();
    ensure!(!has_period || table.has_time(), "{name} has no column of times for --from and --to; name it: --time COL");
    ensure!(
        args.only_category.is_none() || table.has_category(),
        "{name} has no column of categories for --only-category; name it: --category COL"
    );
    let weight = args.weight.as_ref().map(|wanted| {
        let column = table.columns.iter().position(|column| column == wanted);
        column.with_context(|| format!("{name} has no column {wanted} (--weight); it has {}", table.columns.join(", ")))
    });
    let weight = weight.transpose()?;
    let period = Period::Between(from, to);
    let is_of =
        |row: &EventRow<'_>| args.only_category.as_deref().is_none_or(|category| row.category == Some(category));
    let is_in = |period: Period, row: &EventRow<'_>| row.instant.map_or(!has_period, |at| period.holds(at));
    let weight_of = |record: &csv::ByteRecord| -> Result<f32, RowFault> {
        let Some(column) = weight else { return Ok(1.0) };
        let text = String::from_utf8_lossy(&record[column]);
        let at = |fault| RowFault { column: Some(column), fault };
        match parse_number(&text).map_err(at)? {
            value if value < 0.0 => Err(at(Fault::OutOfRange { value, min: 0.0, max: f64::from(f32::MAX) })),
            value => Ok(value as f32),
        }
    };
    let mut read = Read { entries: Vec::new(), period, before: Vec::new(), compared, skipped: 0, unreadable: 0 };
    events.each_record(language, |table, record, line| {
        match table.row(record).and_then(|row| Ok((weight_of(record)?, row))) {
            Ok((amount, row)) => {
                let position = row.position.filter(|_| is_of(&row));
                let entry = position.map(|position| Entry { cell: Cell::of(position), amount });
                let is_before = compared.is_some_and(|compared| is_in(compared, &row));
                match entry {
                    // The two periods may have a part in common.
                    Some(entry) if is_in(period, &row) || is_before => {
                        read.entries.extend(is_in(period, &row).then_some(entry));
                        read.before.extend(is_before.then_some(entry));
                    }
                    _ => read.skipped += 1,
                }
            }
            Err(RowFault { column, fault }) => {
                read.unreadable += 1;
                if read.unreadable <= NAMED {
                    let column = column.map(|column| format!("{}: ", table.columns[column])).unwrap_or_default();
                    eprintln!("{name}:{line}: {column}{}", language.say(&fault));
                }
            }
        }
        Ok(())
    })?;
    Ok(read)
}

/// Where the numbers go, and how they are written there.
fn values_format(args: &Args, language: Language) -> anyhow::Result<Option<(&Path, ValuesFormat)>> {
    let Some(path) = &args.values else { return Ok(None) };
    let has = |wanted: &str| path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(wanted));
    let not_values = || Saying::NotValues { file: path.display().to_string() }.failure(language);
    let format = [("tif", ValuesFormat::GeoTiff), ("tiff", ValuesFormat::GeoTiff), ("npy", ValuesFormat::Npy)];
    let format = format.into_iter().find(|(extension, _)| has(extension)).ok_or_else(not_values)?.1;
    Ok(Some((path, format)))
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
