//! `gridwatch assign`: every row of a table on its grid and before its department.

mod output;
mod rows;
mod table;

use std::{
    io::{self, IsTerminal, Read},
    path::PathBuf,
    process::ExitCode,
    time::Instant,
};

use indicatif::{ProgressBar, ProgressStyle};

pub use self::rows::RowOutcome;
use self::{
    output::{AddedColumns, Format, Output},
    rows::{Counts, Placer},
    table::Layout,
};
use super::{
    Language, Saying, check,
    events::{EventArgs, unreadable},
    is_there,
    sink::Sink,
};
use crate::{
    domain::grid::Coverage,
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
    /// Begin CSV with a byte order mark, as Excel needs it to see UTF-8 [default: as the input did]
    #[arg(long)]
    bom: bool,
    /// Exit with 1 if a row is invalid
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    events: EventArgs,
}

pub fn run(args: &Args, language: Language) -> anyhow::Result<ExitCode> {
    let begun = Instant::now();
    is_there(&args.site, language)?;
    let reading = catalog::read(&args.site);
    let Some(catalog) = &reading.catalog else {
        for problem in reading.problems.iter().filter(|problem| problem.severity == catalog::Severity::Error) {
            eprintln!("{}", check::line(problem, language));
        }
        anyhow::bail!("{}: {}", args.site.display(), check::refusal(&reading, language));
    };
    let progress = ProgressBar::hidden();
    let watched = progress.clone();
    let shows_progress = args.output.is_some() && io::stderr().is_terminal();
    let times = (&catalog.settings.time_zone, catalog.coverages.stretches().count() > 1);
    let events = args.events.open(args.input.as_deref(), times, language, |raw, size| {
        if !shows_progress {
            return raw;
        }
        show(&watched, size);
        Box::new(watched.wrap_read(raw)) as Box<dyn Read + Send>
    })?;
    let datum = args.events.datum();
    let (columns, as_datum) = (events.table.understood(), datum.unwrap_or_default().to_string());
    eprintln!("{}", language.say(&Saying::ReadingColumns { columns, datum: as_datum }));
    if datum.is_none() && in_china(catalog) {
        eprintln!("{}", language.say(&Saying::TakenAsWgs84));
    }

    let added = AddedColumns::new(&events.table.columns, catalog.coverages.levels(), args.prefix.as_deref());
    let output = Output::new(
        args.format,
        (&events.table.columns, &added),
        events.had_bom || args.bom,
        (&catalog.routing, language),
    );
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
    let mut sink = Sink::open(args.output.as_deref(), language)?;
    let mut counts = Counts::default();
    sink.write(&output.head())?;
    let first_column = events.table.columns.first().map_or("", String::as_str);
    let mut layout = (args.format == Format::Table).then(|| Layout::new(first_column, language));
    let mut is_first = true;
    map_in_order(
        events.chunks.map(|chunk| chunk.map_err(|error| unreadable(error, &events.name, language))),
        threads,
        |chunk| placer.place(&chunk),
        |(text, of_chunk)| {
            if !is_first && !text.is_empty() {
                sink.write(output.between())?;
            }
            is_first &= text.is_empty();
            counts.add(&of_chunk);
            match &mut layout {
                Some(layout) => sink.write(&layout.lines(&text)),
                None => sink.write(&text),
            }
        },
    )?;
    sink.write(output.tail())?;
    sink.write(&layout.map(|layout| layout.foot()).unwrap_or_default())?;
    sink.finish()?;
    progress.finish_and_clear();
    eprintln!("{}", counts.summary(begun.elapsed().as_secs_f64(), language));
    let failed = args.strict && counts.of(RowOutcome::Invalid) > 0;
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

/// There phones give GCJ-02, and nothing in the numbers shows it.
fn in_china(catalog: &Catalog) -> bool {
    let in_china = |coverage: &Coverage| {
        coverage.hierarchy.leaves().iter().any(|leaf| coverage.hierarchy.grid(*leaf).in_gcj02_area())
    };
    catalog.coverages.stretches().any(|(_, coverage)| in_china(coverage))
}
