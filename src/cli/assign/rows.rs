//! From a chunk of rows to a chunk of output.

use std::{fmt, ops::AddAssign};

use csv::ByteRecord;
use jiff::Timestamp;

use super::output::{Output, Placed};
use crate::{
    domain::duty::{Outcome, Request, place},
    io::{
        catalog::Catalog,
        tables::{
            csv::{self as records, Chunk},
            events::{EventRow, EventTable, RowFault},
            value::Fault,
        },
    },
    words::Language,
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
        let request = Request { position: row.position, accuracy_m: row.accuracy_m, category, edge: self.edge };
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
        counts.add_one(Some(placement.outcome));
        out.row(record, &Placed { coverage, placement: &placement, reason, position: row.position });
    }

    /// `line 7: lon: "x" is not a number`
    fn explained(&self, RowFault { column, fault }: &RowFault, line: u64) -> String {
        let column = column.map(|column| format!("{}: ", self.table.columns[column])).unwrap_or_default();
        format!("line {line}: {column}{}", self.language.say(fault))
    }

    fn invalid(
        &self,
        record: &ByteRecord,
        fault: &RowFault,
        line: u64,
        out: &mut super::output::Buffer<'_>,
        counts: &mut Counts,
    ) {
        counts.add_one(None);
        out.invalid_row(record, &fault.fault, &self.explained(fault, line));
    }
}

/// Rows by outcome.
#[derive(Debug, Default, Clone, Copy)]
pub struct Counts {
    outcomes: [u64; 5],
    invalid: u64,
}

const OUTCOMES: [Outcome; 5] =
    [Outcome::Inside, Outcome::Ambiguous, Outcome::Nearest, Outcome::Outside, Outcome::Unplaced];

impl Counts {
    /// `None` is an invalid row.
    fn add_one(&mut self, outcome: Option<Outcome>) {
        match outcome.and_then(|outcome| OUTCOMES.iter().position(|known| *known == outcome)) {
            Some(i) => self.outcomes[i] += 1,
            None => self.invalid += 1,
        }
    }

    pub fn add(&mut self, other: &Self) {
        for (mine, theirs) in self.outcomes.iter_mut().zip(other.outcomes) {
            mine.add_assign(theirs);
        }
        self.invalid += other.invalid;
    }

    pub fn invalid(&self) -> u64 {
        self.invalid
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = self.outcomes.iter().sum::<u64>() + self.invalid;
        write!(f, "{total} rows: ")?;
        let named = OUTCOMES.iter().map(ToString::to_string).zip(self.outcomes);
        let all: Vec<String> = named
            .chain([("invalid".to_owned(), self.invalid)])
            .filter(|(_, count)| *count > 0)
            .map(|(name, count)| format!("{count} {name}"))
            .collect();
        f.write_str(&if all.is_empty() { "none".to_owned() } else { all.join(", ") })
    }
}
