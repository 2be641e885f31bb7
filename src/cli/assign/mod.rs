//! `gridwatch assign`: every row of a table on its grid and before its department.

mod output;
mod rows;
mod sink;
mod table;

use std::{
    io::{self, IsTerminal, Read},
    path::PathBuf,
    process::ExitCode,
    time::Instant,
};

use indicatif::{ProgressBar, ProgressStyle};

use self::{
    output::{AddedColumns, Format, Output},
    rows::{Counts, Placer},
    sink::Sink,
};
use super::{
    Language, check,
    events::{EventArgs, unreadable},
};
use crate::{
    domain::{geo::Datum, grid::Coverage},
    io::{
        catalog::{self, Catalog},
        tables::in_order::map_in_order,
    },
};

#[derive(clap::Args)]
pub struct Args {
    /// The site's folder
    #[arg(long, default_value = ".", value_name = "DIR")]
    site: PathBuf,
    /// CSV, plain or gzip [default: standard input]
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
    /// [default: standard output]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    format: Format,
    /// [default: one for each core]
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// Measure the distance to the border for every row, not just where there is an accuracy
    #[arg(long)]
    edge: bool,
    /// Prefix of the added columns [default: gw_ where the input has the name already]
    #[arg(long, value_name = "P")]
    prefix: Option<String>,
    /// Exit with 1 if a row is invalid
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    events: EventArgs,
}

pub fn run(args: &Args, language: Language) -> anyhow::Result<ExitCode> {
    let begun = Instant::now();
    let reading = catalog::read(&args.site);
    let Some(catalog) = &reading.catalog else {
        for problem in reading.problems.iter().filter(|problem| problem.severity == catalog::Severity::Error) {
            eprintln!("{}", check::line(problem, language));
        }
        anyhow::bail!("{} has {}", args.site.display(), check::refusal(&reading));
    };
    let progress = ProgressBar::hidden();
    let watched = progress.clone();
    let shows_progress = args.output.is_some() && io::stderr().is_terminal();
    let times = (&catalog.settings.time_zone, catalog.coverages.stretches().count() > 1);
    let events = args.events.open(args.input.as_deref(), times, |raw, size| {
        if !shows_progress {
            return raw;
        }
        show(&watched, size);
        Box::new(watched.wrap_read(raw)) as Box<dyn Read + Send>
    })?;
    eprintln!("reading {} as {}", events.table.understood(), args.events.datum().unwrap_or_default());
    warn_of_datum(args.events.datum(), catalog);

    let added = AddedColumns::new(&events.table.columns, catalog.coverages.levels(), args.prefix.as_deref());
    let output =
        Output::new(args.format, (&events.table.columns, &added), events.had_bom, (&catalog.routing, language));
    let placer = Placer {
        catalog,
        table: &events.table,
        delimiter: events.delimiter,
        output: &output,
        edge: args.edge,
        now: jiff::Timestamp::now(),
        language,
    };
    let threads = args.threads.or_else(|| std::thread::available_parallelism().ok().map(Into::into)).unwrap_or(1);
    let mut sink = Sink::open(args.output.as_deref())?;
    let mut counts = Counts::default();
    sink.write(&output.head())?;
    let mut is_first = true;
    map_in_order(
        events.chunks.map(|chunk| chunk.map_err(|error| unreadable(error, &events.name))),
        threads,
        |chunk| placer.place(&chunk),
        |(text, of_chunk)| {
            if !is_first && !text.is_empty() {
                sink.write(output.between())?;
            }
            is_first &= text.is_empty();
            counts.add(&of_chunk);
            sink.write(&text)
        },
    )?;
    sink.write(output.tail())?;
    sink.finish()?;
    progress.finish_and_clear();
    eprintln!("{} in {:.1} s", counts, begun.elapsed().as_secs_f64());
    let failed = args.strict && counts.invalid() > 0;
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn show(progress: &ProgressBar, size: Option<u64>) {
    let template = match size {
        Some(_) => "{bar:40} {bytes}/{total_bytes} {bytes_per_sec} {eta}",
        None => "{spinner} {bytes} {bytes_per_sec}",
    };
    if let Some(size) = size {
        progress.set_length(size);
    }
    if let Ok(style) = ProgressStyle::with_template(template) {
        progress.set_style(style);
    }
    progress.set_draw_target(indicatif::ProgressDrawTarget::stderr());
}

/// Phones in China give GCJ-02, and nothing in the numbers shows it.
fn warn_of_datum(declared: Option<Datum>, catalog: &Catalog) {
    let in_china = |coverage: &Coverage| {
        coverage.hierarchy.leaves().iter().any(|leaf| coverage.hierarchy.grid(*leaf).in_gcj02_area())
    };
    if declared.is_none() && catalog.coverages.stretches().any(|(_, coverage)| in_china(coverage)) {
        eprintln!(
            "note: coordinates are taken as WGS84; say --datum gcj02 for those of a phone or AMap, bd09 for Baidu's"
        );
    }
}
