//! `gridwatch heatmap`: one picture of where the events of a table are.

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context, anyhow, bail, ensure};
use jiff::Timestamp;

use super::{
    events::{EventArgs, Events},
    is_there, one_of,
    saying::Saying,
};
use crate::{
    domain::analysis::heat::{Domain, Frame, HeatPoint, Ramp, Spread, peak},
    io::{
        catalog,
        tables::{
            events::{EventRow, RowFault},
            value::{Fault, parse_instant, parse_number},
        },
    },
    service::heat::picture,
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
    /// How far an event reaches, in metres on the ground; three standard deviations [default: 300]
    #[arg(long, value_name = "R", conflicts_with = "radius_px")]
    radius_m: Option<f64>,
    /// How far an event reaches, in pixels of the picture
    #[arg(long, value_name = "R")]
    radius_px: Option<f64>,
    /// Column that says how many events a row stands for
    #[arg(long, value_name = "COL")]
    weight: Option<String>,
    /// How an event fades with distance
    #[arg(long, default_value = "gaussian", value_parser = ["gaussian"])]
    kernel: String,
    /// Colours: inferno, cividis or viridis
    #[arg(long, default_value = "inferno", value_parser = one_of::<Ramp>)]
    ramp: Ramp,
    /// Events per km² that the strongest colour stands for [default: the next round number above the highest]
    #[arg(long, value_name = "D")]
    domain: Option<f32>,
    /// From this instant, inclusive; a date, or one without an offset, in the zone of --tz
    #[arg(long, value_name = "T")]
    from: Option<String>,
    /// To this instant, exclusive
    #[arg(long, value_name = "T")]
    to: Option<String>,
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
    ensure!(!read.points.is_empty(), "{}: no event to draw", args.input.display());
    let spread = match (args.radius_m, args.radius_px) {
        (Some(radius), _) | (_, Some(radius)) if !(radius > 0.0 && radius <= 1e6) => {
            bail!("a radius of {radius} is none")
        }
        (Some(radius_m), _) => Spread::Meters(radius_m),
        (_, Some(radius_px)) => Spread::Pixels(radius_px),
        (None, None) => Spread::DEFAULT,
    };
    let frame = frame(args, &read.points)?;
    let domain = match args.domain {
        Some(max) => Domain::up_to(max).with_context(|| format!("--domain {max} is no positive number"))?,
        None => Domain::holding(peak(&read.points, frame.zoom(), spread)),
    };
    let png = picture(&read.points, &frame, spread, domain, args.ramp)?;
    std::fs::write(&args.output, png).with_context(|| format!("cannot write {}", args.output.display()))?;
    let Read { points, skipped, unreadable } = read;
    let drawn = Saying::EventsDrawn { drawn: points.len(), skipped, unreadable, densest: domain.max().to_string() };
    eprintln!("{}", language.say(&drawn));
    Ok(ExitCode::SUCCESS)
}

struct Read {
    points: Vec<HeatPoint>,
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
    let wanted = |row: &EventRow<'_>| {
        args.only_category.as_deref().is_none_or(|category| row.category == Some(category))
            && (!has_period
                || row.instant.is_some_and(|at| from.is_none_or(|from| at >= from) && to.is_none_or(|to| at < to)))
    };
    let weight_of = |record: &csv::ByteRecord| -> Result<f32, RowFault> {
        let Some(column) = weight else { return Ok(1.0) };
        let text = String::from_utf8_lossy(&record[column]);
        let at = |fault| RowFault { column: Some(column), fault };
        match parse_number(&text).map_err(at)? {
            value if value < 0.0 => Err(at(Fault::OutOfRange { value, min: 0.0, max: f64::from(f32::MAX) })),
            value => Ok(value as f32),
        }
    };
    let mut read = Read { points: Vec::new(), skipped: 0, unreadable: 0 };
    events.each_record(language, |table, record, line| {
        match table.row(record).and_then(|row| Ok((weight_of(record)?, row))) {
            Ok((weight, row)) => match row.position.filter(|_| wanted(&row)) {
                Some(position) => read.points.push(HeatPoint { weight, ..HeatPoint::at(position) }),
                None => read.skipped += 1,
            },
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

fn frame(args: &Args, points: &[HeatPoint]) -> anyhow::Result<Frame> {
    /// Around events of which nobody said what part of the map to show.
    const MARGIN_PX: u32 = 40;
    if let Some(tile) = &args.tile {
        let numbers: Vec<u32> = tile.split('/').filter_map(|n| n.parse().ok()).collect();
        let [zoom, x, y] = numbers[..] else { bail!("--tile {tile} is not Z/X/Y") };
        let zoom = u8::try_from(zoom).with_context(|| format!("--tile {tile}"))?;
        return Frame::of_tile(zoom, x, y, 256).with_context(|| format!("--tile {tile}"));
    }
    let size = args.size.split_once('x').and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
    let (width, height) = size.with_context(|| format!("--size {} is not WIDTHxHEIGHT", args.size))?;
    match &args.bbox {
        None => Frame::around(points.iter().map(|point| point.at), width, height, MARGIN_PX).context("--size"),
        Some(text) => {
            let degrees: Vec<f64> = text.split(',').filter_map(|n| n.trim().parse().ok()).collect();
            let [w, s, e, n] = degrees[..] else { bail!("--bbox {text} is not W,S,E,N") };
            Frame::of_box([w, s, e, n], width, height).with_context(|| format!("--bbox {text}, --size {}", args.size))
        }
    }
}
