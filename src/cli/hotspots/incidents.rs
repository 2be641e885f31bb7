//! Events of a table, as incidents.

use anyhow::{Context, ensure};
use jiff::Timestamp;

use super::{Args, Language};
use crate::{
    cli::{Saying, events::Events},
    domain::{
        analysis::planning::{Incident, Incidents},
        geo::Position,
    },
    io::tables::events::RowFault,
};

/// Rows that could not be read which are named one by one.
const NAMED: usize = 5;
/// Bounds what a report takes: 88 bytes each.
const MOST: usize = 20_000_000;

/// What a table holds; `department` tells who is in charge of a category somewhere.
pub fn read(
    args: &Args,
    events: Events,
    department: impl Fn(Position, &str) -> Option<String>,
    language: Language,
) -> anyhow::Result<Incidents> {
    let name = events.name.clone();
    let asks_when = args.from.is_some() || args.to.is_some() || args.compare.is_some();
    ensure!(
        !asks_when || events.table.has_time(),
        "{name} has no column of times for --from, --to and --compare; name it: --time COL"
    );
    ensure!(
        args.only_category.is_none() || events.table.has_category(),
        "{name} has no column of categories for --only-category; name it: --category COL"
    );
    let source = events.table.column(args.source.as_deref(), "source", &["source", "来源"]);
    let source = source.map_err(|error| anyhow::Error::msg(language.say(&error)))?;
    let mut incidents = Incidents::default();
    let (mut nowhere, mut other, mut unreadable) = (0_usize, 0_usize, 0_usize);
    events.each_record(language, |table, record, line| {
        let row = match table.row(record) {
            Ok(row) => row,
            Err(RowFault { fault, .. }) => {
                unreadable += 1;
                if unreadable <= NAMED {
                    complain(&name, line, &language.say(&fault));
                }
                return Ok(());
            }
        };
        if args.only_category.as_deref().is_some_and(|only| row.category != Some(only)) {
            other += 1;
            return Ok(());
        }
        let Some(position) = row.position else {
            nowhere += 1;
            return Ok(());
        };
        ensure!(incidents.all.len() < MOST, "{name}: more than {MOST} events");
        let category = row.category.map(|code| incidents.label(code));
        let department = row.category.and_then(|code| department(position, code));
        let department = department.map(|code| incidents.label(&code));
        let told = source.and_then(|column| record.get(column)).map(String::from_utf8_lossy);
        let told = told.as_deref().map(str::trim).filter(|told| !told.is_empty());
        let (surveyed, source) = (told == Some("camera"), told.map(|told| incidents.label(told)));
        let at = row.instant;
        incidents.all.push(Incident { row: line, position, at, category, department, source, surveyed });
        Ok(())
    })?;
    let counted = incidents.all.len();
    complain_of_all(&language.say(&Saying::EventsRead { counted, nowhere, other, unreadable }));
    Ok(incidents)
}

/// `FROM/TO`
pub fn span(
    option: &str,
    text: &str,
    instant: impl Fn(&str, &str) -> anyhow::Result<Timestamp>,
) -> anyhow::Result<(Timestamp, Timestamp)> {
    let (from, to) = text.split_once('/').with_context(|| format!("--{option}: \"{text}\" is not FROM/TO"))?;
    let (from, to) = (instant(option, from)?, instant(option, to)?);
    ensure!(from < to, "--{option}: {from} is not before {to}");
    Ok((from, to))
}

#[expect(clippy::print_stderr, reason = "a command line prints")]
fn complain(name: &str, line: u64, fault: &str) {
    eprintln!("{name}:{line}: {fault}");
}

#[expect(clippy::print_stderr, reason = "a command line prints")]
fn complain_of_all(said: &str) {
    eprintln!("{said}");
}
