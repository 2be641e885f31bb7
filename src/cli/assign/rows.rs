//! From a chunk of rows to a chunk of output.

use std::ops::AddAssign;

use csv::ByteRecord;
use jiff::Timestamp;
use serde::Serialize;
use strum::{EnumCount, IntoEnumIterator};

use super::{
    super::{Language, Saying},
    output::{Output, PlacedRow},
};
use crate::{
    domain::{
        duty::{Outcome, Request, place},
        geo::ErrorEllipse,
    },
    io::{
        catalog::Catalog,
        tables::{
            csv::{self as records, Chunk},
            events::{EventRow, EventTable, RowFault},
            value::Fault,
        },
    },
};

/// Everything that placing a row depends on.
pub struct Placer<'a> {
    pub catalog: &'a Catalog,
    pub table: &'a EventTable,
    pub delimiter: u8,
    pub output: &'a Output<'a>,
    pub edge: bool,
    /// The time of rows that have none.
    pub now: Timestamp,
    pub language: Language,
}

impl Placer<'_> {
    /// The chunk's rows as output, in order, and how many of each outcome.
    pub fn place(&self, chunk: &Chunk) -> (Vec<u8>, Counts) {
        let mut out = self.output.buffer(chunk.bytes.len());
        let mut counts = Counts::default();
        if chunk.unclosed {
            let record = records::fields(&chunk.bytes, self.delimiter, false);
            let fault = RowFault { column: None, fault: Fault::UnclosedQuote };
            self.invalid(&record, &fault, chunk.line, &mut out, &mut counts);
            return (out.finish(), counts);
        }
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.delimiter)
            .from_reader(&chunk.bytes[..]);
        let mut record = ByteRecord::new();
        let (mut line, mut counted) = (chunk.line, 0);
        // Reading flexible records from memory cannot fail.
        while reader.read_byte_record(&mut record).is_ok_and(|more| more) {
            // The reader's place is before the blank lines that it skipped, and it knows no `\r` alone.
            let begin = record.position().map_or(counted, |position| position.byte() as usize);
            let blank = chunk.bytes[begin..].iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
            line += records::line_ends(&chunk.bytes[counted..begin + blank]);
            counted = begin + blank;
            match self.table.row(&record) {
                Ok(row) => self.valid(&record, &row, line, &mut out, &mut counts),
                Err(fault) => self.invalid(&record, &fault, line, &mut out, &mut counts),
            }
        }
        (out.finish(), counts)
    }

    fn valid(
        &self,
        record: &ByteRecord,
        row: &EventRow<'_>,
        line: u64,
        out: &mut super::output::Buffer<'_>,
        counts: &mut Counts,
    ) {
        let coverage = self.catalog.coverages.at(row.instant.unwrap_or(self.now));
        let routing = &self.catalog.routing;
        // A site without lists knows no category, and a code of some other list is no fault there.
        let category = row.category.filter(|_| !routing.categories().is_empty());
        let accuracy = row.accuracy_m.map(ErrorEllipse::circle);
        let request = Request { position: row.position, accuracy, category, edge: self.edge };
        let placement = place(coverage, routing, self.catalog.settings.nearest_m, &request);
        if let Some(position) = placement.looks_swapped {
            let fault = Fault::SwappedPosition { lon: position.lon(), lat: position.lat() };
            let column = Some(self.table.position_column());
            return self.invalid(record, &RowFault { column, fault }, line, out, counts);
        }
        let unknown = placement.unknown_category(routing);
        let garbled = || {
            let column = record.iter().position(|field| std::str::from_utf8(field).is_err())?;
            Some(self.explained(&RowFault { column: Some(column), fault: Fault::NotUtf8 }, line))
        };
        let reason = unknown.map(|reason| self.language.say(&reason)).or_else(garbled).unwrap_or_default();
        counts.add_one(placement.outcome.into());
        out.row(record, &PlacedRow { coverage, placement: &placement, reason, position: row.position });
    }

    /// `line 7: lon: "x" is not a number`
    fn explained(&self, RowFault { column, fault }: &RowFault, line: u64) -> String {
        let column = column.map(|column| format!("{}: ", self.table.columns[column])).unwrap_or_default();
        format!("{}: {column}{}", self.language.say(&Saying::AtLine { line }), self.language.say(fault))
    }

    fn invalid(
        &self,
        record: &ByteRecord,
        fault: &RowFault,
        line: u64,
        out: &mut super::output::Buffer<'_>,
        counts: &mut Counts,
    ) {
        counts.add_one(RowOutcome::Invalid);
        out.invalid_row(record, &fault.fault, &self.explained(fault, line));
    }
}

/// What became of a row: how it was placed, or that it could not be read.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Serialize,
    strum::EnumCount,
    strum::EnumIter,
    strum::IntoStaticStr,
    strum::VariantNames,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum RowOutcome {
    Inside,
    Ambiguous,
    Nearest,
    Outside,
    Unplaced,
    Invalid,
}

impl From<Outcome> for RowOutcome {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Inside => Self::Inside,
            Outcome::Ambiguous => Self::Ambiguous,
            Outcome::Nearest => Self::Nearest,
            Outcome::Outside => Self::Outside,
            Outcome::Unplaced => Self::Unplaced,
        }
    }
}

/// Rows by outcome.
#[derive(Debug, Default, Clone, Copy)]
pub struct Counts([u64; RowOutcome::COUNT]);

impl Counts {
    fn add_one(&mut self, outcome: RowOutcome) {
        self.0[outcome as usize] += 1;
    }

    pub fn add(&mut self, other: &Self) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            mine.add_assign(theirs);
        }
    }

    pub fn of(&self, outcome: RowOutcome) -> u64 {
        self.0[outcome as usize]
    }

    /// `3 rows: 2 inside, 1 invalid in 0.1 s`
    pub fn summary(&self, seconds: f64, language: Language) -> String {
        let named = RowOutcome::iter().map(|outcome| (outcome, self.of(outcome))).filter(|(_, rows)| *rows > 0);
        let named: Vec<String> = named
            .map(|(outcome, rows)| language.say(&Saying::RowsOf { rows, outcome: language.say(&outcome) }))
            .collect();
        let outcomes = if named.is_empty() { language.say(&Saying::NoRows) } else { named.join(", ") };
        let (rows, seconds) = (self.0.iter().sum(), format!("{seconds:.1}"));
        language.say(&Saying::RowsPlaced { rows, outcomes, seconds })
    }
}
