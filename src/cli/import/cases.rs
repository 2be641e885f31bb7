//! `gridwatch import cases`: past years, kept as closed history, so that planners have them on the first day.

use std::{
    collections::HashMap,
    fs::File,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use super::Language;
use crate::{
    cli::{
        Saying, check,
        events::{EventArgs, Events},
        sink::Sink,
        truth::{self, ACTOR, Both},
    },
    domain::{
        case::{Origin, Past},
        duty::{Category, CategoryCode, DepartmentCode, Request, place},
        event::{Nature, Report},
        geo::ErrorEllipse,
    },
    io::{
        catalog::{self, Catalog},
        store::NewReport,
        tables::{
            events::RowFault,
            past::{PastColumns, PastNames, PastRow},
            value::Fault,
        },
    },
};

#[derive(clap::Args)]
pub struct Args {
    /// CSV, plain or gzip
    file: PathBuf,
    #[command(flatten)]
    into: truth::Args,
    #[command(flatten)]
    events: EventArgs,
    /// Column of what the case is called there [default: id, number or 编号]
    #[arg(long, value_name = "COL")]
    id: Option<String>,
    /// Column of the time by which it was to be done [default: due, target or 截止时间]
    #[arg(long, value_name = "COL")]
    due: Option<String>,
    /// Column of the time at which it was closed [default: closed, closed_at or 结案时间]
    #[arg(long, value_name = "COL")]
    closed: Option<String>,
    /// Column of the department that had it [default: department or 部门]
    #[arg(long, value_name = "COL")]
    department: Option<String>,
    /// Column of the words that were said of it [default: description or 描述]
    #[arg(long, value_name = "COL")]
    description: Option<String>,
    /// What these cases are from: a name for the way in
    #[arg(long, value_name = "NAME", default_value = "import")]
    source: String,
    /// CSV of two columns without a header: a category of theirs, the code of ours that it is
    #[arg(long, value_name = "FILE")]
    categories: Option<PathBuf>,
    /// The same of departments
    #[arg(long, value_name = "FILE")]
    departments: Option<PathBuf>,
    /// Where rows go that are not taken, with the reason [default: the first are named]
    #[arg(long, value_name = "FILE")]
    rejected: Option<PathBuf>,
}

/// Why a row is not taken.
#[derive(Debug, Serialize, strum::VariantNames)]
#[serde(tag = "code", content = "params", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum NotImported {
    NotOnTheLists {
        category: String,
    },
    NoSuchDepartment {
        department: String,
    },
    ClosedBeforeOpened {
        opened: Timestamp,
        closed: Timestamp,
    },
    NotClosedYet {
        closed: Timestamp,
    },
    NotPastYet {
        opened: Timestamp,
    },
    #[serde(untagged)]
    Fault(Fault),
}

/// Cases that are kept in one unit of work.
const AT_ONCE: usize = 500;
/// Rows that are named one by one where there is no file for them.
const NAMED: u64 = 10;

#[expect(clippy::print_stderr, reason = "a command line prints")]
pub fn run(args: &Args, language: Language) -> anyhow::Result<ExitCode> {
    let Both { store, site, now, .. } = Both::open(&args.into, language)?;
    let reading = catalog::read_for_service(&args.into.site);
    let Some(catalog) = reading.catalog else { return Err(check::damaged(&reading, &args.into.site, language)) };
    let events = args.events.open(Some(&args.file), (&catalog.settings.time_zone, true), language, |raw, _| raw)?;
    let names = PastNames {
        id: args.id.clone(),
        due: args.due.clone(),
        closed: args.closed.clone(),
        department: args.department.clone(),
        description: args.description.clone(),
    };
    let columns = PastColumns::new(&events.table, &names)
        .map_err(|error| anyhow::Error::msg(language.say(&error)).context(events.name.clone()))?;
    let understood = format!("{}, {}", events.table.understood(), columns.understood(&events.table));
    let datum = args.events.datum().unwrap_or_default().to_string();
    eprintln!("{}", language.say(&Saying::ReadingColumns { columns: understood, datum }));
    let history = History {
        site,
        catalog: &catalog,
        file: args.file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        source: &args.source,
        categories: mapping(args.categories.as_deref())?,
        departments: mapping(args.departments.as_deref())?,
        now,
    };

    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let mut kept = Kept { write: args.into.write, batch: Vec::new(), taken: 0, fresh: 0, left_open: 0 };
    let mut keep = |batch| runtime.block_on(store.import(batch));
    let mut rejected = Rejected::open(args.rejected.as_deref(), &events, language)?;
    events.each_record(language, |table, record, line| {
        let row = columns.row(table, record).map_err(|RowFault { column, fault }| (column, fault.into()));
        match row.and_then(|row| history.case(&row, record).map_err(|why| (None, why))) {
            Ok(new) => Ok(kept.add(new, &mut keep)?),
            Err((column, why)) => {
                let column = column.map(|column| format!("{}: ", table.columns[column])).unwrap_or_default();
                rejected.add(record, line, &format!("{column}{}", language.say(&why)))
            }
        }
    })?;
    kept.flush(&mut keep)?;
    let count = rejected.finish()?;
    let Kept { taken, fresh, left_open, .. } = kept;
    let said = if args.into.write {
        Saying::CasesImported { fresh, there: taken - fresh, left_open, rejected: count }
    } else {
        Saying::CasesToImport { taken, left_open, rejected: count }
    };
    eprintln!("{}", language.say(&said));
    Ok(if count > 0 && args.rejected.is_none() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// What rows become cases with.
struct History<'a> {
    site: String,
    catalog: &'a Catalog,
    file: String,
    source: &'a str,
    categories: HashMap<String, String>,
    departments: HashMap<String, String>,
    now: Timestamp,
}

impl History<'_> {
    fn case(&self, row: &PastRow<'_>, record: &csv::ByteRecord) -> Result<NewReport, NotImported> {
        let opened = row.event.instant.ok_or(Fault::MissingValue)?;
        if opened > self.now {
            return Err(NotImported::NotPastYet { opened });
        }
        if let Some(closed) = row.closed_at.filter(|closed| *closed > self.now) {
            return Err(NotImported::NotClosedYet { closed });
        }
        if let Some(closed) = row.closed_at.filter(|closed| *closed < opened) {
            return Err(NotImported::ClosedBeforeOpened { opened, closed });
        }
        let catalog = self.catalog;
        let category = row.event.category.map(|told| self.category(told)).transpose()?;
        let department = row.department.map(|told| self.department(told)).transpose()?;
        let coverage = catalog.coverages.at(opened);
        let request = Request {
            position: row.event.position,
            accuracy: row.event.accuracy_m.map(ErrorEllipse::circle),
            category: category.map(|category| category.code.as_str()),
            edge: true,
        };
        let placement = place(coverage, &catalog.routing, catalog.settings.nearest_m, &request);
        if let Some(position) = placement.looks_swapped {
            return Err(Fault::SwappedPosition { lon: position.lon(), lat: position.lat() }.into());
        }
        // A row without a name is known by its words, so that the same file comes in once.
        let id = row.id.map_or_else(|| blake3::hash(record.as_slice()).to_hex()[..32].to_owned(), str::to_owned);
        let report = Report {
            id: Uuid::now_v7(),
            source: self.source.to_owned(),
            external_id: Some(id.clone()),
            nature: Nature::Event,
            category: category.map(|category: &Category| CategoryCode::clone(&category.code)),
            position: row.event.position,
            given: None,
            accuracy_m: row.event.accuracy_m,
            captured_at: opened,
            received_at: opened,
            description: row.description.map(str::to_owned),
            address: None,
            place: None,
            contact: None,
            placed: placement.settled(coverage, &catalog.routing),
            catalog_version: catalog.version.as_str().to_owned(),
        };
        let origin = Origin { file: self.file.clone(), id, imported_at: self.now };
        Ok(NewReport {
            site: self.site.clone(),
            actor: ACTOR.to_owned(),
            report,
            idempotency: None,
            evidence: Vec::new(),
            case_id: Uuid::now_v7(),
            verified: false,
            terms: Arc::clone(&catalog.terms),
            zone: catalog.settings.time_zone.clone(),
            past: Some(Past { department, due_at: row.due_at, closed_at: row.closed_at, origin }),
        })
    }

    fn category(&self, told: &str) -> Result<&Category, NotImported> {
        let code = self.categories.get(told).map_or(told, String::as_str);
        let found = self.catalog.routing.category(code);
        found.ok_or_else(|| NotImported::NotOnTheLists { category: told.to_owned() })
    }

    fn department(&self, told: &str) -> Result<DepartmentCode, NotImported> {
        let code = self.departments.get(told).map_or(told, String::as_str);
        let found = self.catalog.routing.department(code).map(|department| department.code.clone());
        found.ok_or_else(|| NotImported::NoSuchDepartment { department: told.to_owned() })
    }
}

/// Cases on their way into the store.
struct Kept {
    write: bool,
    batch: Vec<NewReport>,
    taken: usize,
    fresh: usize,
    left_open: usize,
}

impl Kept {
    fn add<E>(&mut self, new: NewReport, keep: impl FnMut(Vec<NewReport>) -> Result<usize, E>) -> Result<(), E> {
        self.taken += 1;
        self.left_open += usize::from(new.past.as_ref().is_some_and(|past| past.closed_at.is_none()));
        if self.write {
            self.batch.push(new);
        }
        if self.batch.len() == AT_ONCE { self.flush(keep) } else { Ok(()) }
    }

    fn flush<E>(&mut self, mut keep: impl FnMut(Vec<NewReport>) -> Result<usize, E>) -> Result<(), E> {
        if !self.batch.is_empty() {
            self.fresh += keep(std::mem::take(&mut self.batch))?;
        }
        Ok(())
    }
}

/// Rows that are not taken.
struct Rejected {
    sink: Option<Sink>,
    name: String,
    count: u64,
}

impl Rejected {
    fn open(file: Option<&Path>, events: &Events, language: Language) -> anyhow::Result<Self> {
        let sink = file.map(|file| Sink::open(Some(file), language)).transpose()?;
        let mut rejected = Self { sink, name: events.name.clone(), count: 0 };
        let header: csv::ByteRecord = events.table.columns.iter().map(String::as_bytes).collect();
        rejected.write(&header, "reason")?;
        Ok(rejected)
    }

    #[expect(clippy::print_stderr, reason = "a command line prints")]
    fn add(&mut self, record: &csv::ByteRecord, line: u64, why: &str) -> anyhow::Result<()> {
        self.count += 1;
        if self.sink.is_none() && self.count <= NAMED {
            eprintln!("{}:{line}: {why}", self.name);
        }
        self.write(record, why)
    }

    fn write(&mut self, record: &csv::ByteRecord, why: &str) -> anyhow::Result<()> {
        let Some(sink) = &mut self.sink else { return Ok(()) };
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        writer.write_record(record.iter().chain([why.as_bytes()]))?;
        sink.write(&writer.into_inner()?)
    }

    fn finish(self) -> anyhow::Result<u64> {
        self.sink.map(Sink::finish).transpose()?;
        Ok(self.count)
    }
}

/// What theirs is called here.
fn mapping(file: Option<&Path>) -> anyhow::Result<HashMap<String, String>> {
    use anyhow::Context;
    let Some(file) = file else { return Ok(HashMap::new()) };
    let named = || format!("cannot read {}", file.display());
    let mut rows = csv::ReaderBuilder::new().has_headers(false).from_reader(File::open(file).with_context(named)?);
    let pairs = rows.deserialize::<(String, String)>();
    pairs
        .map(|pair| pair.map(|(theirs, ours)| (theirs.trim().to_owned(), ours.trim().to_owned())))
        .collect::<Result<_, _>>()
        .with_context(named)
}

impl From<Fault> for NotImported {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}
