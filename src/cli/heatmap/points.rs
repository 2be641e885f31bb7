//! The events of a table, by the period that they are drawn in.

use anyhow::{Context, anyhow, bail, ensure};
use jiff::Timestamp;

use super::{super::events::Events, Args};
use crate::{
    domain::analysis::heat::{Cell, Entry, Period, Stretches},
    io::tables::{
        events::RowFault,
        value::{Fault, parse_instant, parse_number, parse_stretch},
    },
    words::Language,
};

pub struct Read {
    /// The period that is drawn, and the one that it is compared with; of a film its stretches.
    pub parts: Vec<(Period, Vec<Entry<f32>>)>,
    pub skipped: u64,
    pub unreadable: u64,
}

/// Unreadable rows that are named one by one.
const NAMED: u64 = 5;

#[expect(clippy::print_stderr, reason = "a command line prints")]
pub fn read(args: &Args, events: Events, language: Language) -> anyhow::Result<Read> {
    let (table, name) = (&events.table, events.name.clone());
    let periods = periods(args, |text| parse_instant(text, table.zone()), language)?;
    let has_period = args.from.is_some() || args.to.is_some();
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
    let weight_of = |record: &csv::ByteRecord| -> Result<f32, RowFault> {
        let Some(column) = weight else { return Ok(1.0) };
        let text = String::from_utf8_lossy(&record[column]);
        let at = |fault| RowFault { column: Some(column), fault };
        match parse_number(&text).map_err(at)? {
            value if value < 0.0 => Err(at(Fault::OutOfRange { value, min: 0.0, max: f64::from(f32::MAX) })),
            value => Ok(value as f32),
        }
    };
    let parts = periods.into_iter().map(|period| (period, Vec::new())).collect();
    let mut read = Read { parts, skipped: 0, unreadable: 0 };
    events.each_record(language, |table, record, line| {
        match table.row(record).and_then(|row| Ok((weight_of(record)?, row))) {
            Ok((amount, row)) => {
                let is_of = args.only_category.as_deref().is_none_or(|category| row.category == Some(category));
                let mut is_drawn = false;
                if let Some(position) = row.position.filter(|_| is_of) {
                    // Periods that are compared may have a part in common.
                    for (period, entries) in &mut read.parts {
                        if row.instant.map_or(!has_period, |at| period.holds(at)) {
                            entries.push(Entry { cell: Cell::of(position), amount });
                            is_drawn = true;
                        }
                    }
                }
                read.skipped += u64::from(!is_drawn);
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

/// What is drawn: one period, or two to compare, or the stretches of a film.
fn periods(args: &Args, parse: impl Fn(&str) -> Option<Timestamp>, language: Language) -> anyhow::Result<Vec<Period>> {
    let instant = |option: &str, text: &str| parse(text).ok_or_else(|| anyhow!("--{option}: \"{text}\" is no time"));
    let end = |option, text: &Option<String>| text.as_deref().map(|text| instant(option, text)).transpose();
    let (from, to) = (end("from", &args.from)?, end("to", &args.to)?);
    if let (Some(from), Some(to)) = (from, to)
        && from >= to
    {
        bail!("--from {from} is not before --to {to}");
    }
    let mut periods = vec![Period::Between(from, to)];
    if let Some(text) = &args.compare {
        let (from, to) = text.split_once('/').with_context(|| format!("--compare {text} is not FROM/TO"))?;
        let (from, to) = (instant("compare", from)?, instant("compare", to)?);
        ensure!(from < to, "--compare: {from} is not before {to}");
        periods.push(Period::Between(Some(from), Some(to)));
    }
    if let (Some(text), Some(from), Some(to)) = (&args.every, from, to) {
        let each_ms = parse_stretch(text).with_context(|| format!("--every: \"{text}\" is no stretch of time"))?;
        let stretches = Stretches::of(from, to, each_ms);
        let stretches = stretches.map_err(|fault| anyhow!("--every {text}: {}", language.say(&fault)))?;
        periods = stretches.periods().collect();
    }
    Ok(periods)
}
