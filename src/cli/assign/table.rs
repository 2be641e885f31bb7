//! `--format table`: for people to look at, with names instead of codes.

use comfy_table::{ColumnConstraint, Table, Width, presets::UTF8_BORDERS_ONLY};
use csv::{ByteRecord, StringRecord};

use super::{
    super::{Language, Saying},
    output::PlacedRow,
    rows::RowOutcome,
};
use crate::domain::duty::Routing;

/// The cells of a placed row.
pub fn cells(record: &ByteRecord, placed: &PlacedRow<'_>, routing: &Routing, language: Language) -> [String; 6] {
    let placement = placed.placement;
    let named = |name: &str, name_en: Option<&str>| match language {
        Language::En => name_en.unwrap_or(name).to_owned(),
        Language::Zh => name.to_owned(),
    };
    let department = placement.department().and_then(|code| routing.department(code.as_str()));
    [
        first_field(record),
        placement.category.map(|c| named(&c.name, c.name_en.as_deref())).unwrap_or_default(),
        language.say(&RowOutcome::from(placement.outcome)),
        placement.grid.map(|grid| named(&grid.name, grid.name_en.as_deref())).unwrap_or_default(),
        department.map(|d| named(&d.name, d.name_en.as_deref())).unwrap_or_default(),
        placement.reasons(routing).iter().map(|reason| language.say(reason)).collect::<Vec<_>>().join("; "),
    ]
}

pub fn invalid_cells(record: &ByteRecord, reason: &str, language: Language) -> [String; 6] {
    let outcome = language.say(&RowOutcome::Invalid);
    [first_field(record), String::new(), outcome, String::new(), String::new(), reason.to_owned()]
}

fn first_field(record: &ByteRecord) -> String {
    String::from_utf8_lossy(record.get(0).unwrap_or_default()).into_owned()
}

/// One table of all the chunks, in the widths that the first of them asks for.
pub struct Layout {
    header: [String; 6],
    widths: Vec<u16>,
    /// The line that ends the table.
    foot: String,
}

/// No column is narrower, for what later chunks may bring and however narrow the terminal.
const MIN_WIDTH: u16 = 12;

impl Layout {
    pub fn new(first_column: &str, language: Language) -> Self {
        let [category, outcome, grid, department, why] = [
            Saying::ColumnCategory,
            Saying::ColumnOutcome,
            Saying::ColumnGrid,
            Saying::ColumnDepartment,
            Saying::ColumnWhy,
        ]
        .map(|column| language.say(&column));
        let header = [first_column.to_owned(), category, outcome, grid, department, why];
        Self { header, widths: Vec::new(), foot: String::new() }
    }

    /// The lines of the next chunk, whose cells come as CSV.
    pub fn lines(&mut self, cells: &[u8]) -> Vec<u8> {
        if cells.is_empty() {
            return Vec::new();
        }
        let is_first = self.widths.is_empty();
        let mut table = Table::new();
        table.load_preset(UTF8_BORDERS_ONLY);
        if is_first {
            table.set_header(&self.header);
        }
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(cells);
        // Reading back what was written to memory cannot fail.
        table.add_rows(
            reader.records().flatten().map(|record: StringRecord| record.iter().map(str::to_owned).collect::<Vec<_>>()),
        );
        if is_first {
            self.widths = widths(&table);
        }
        for (column, width) in table.column_iter_mut().zip(&self.widths) {
            column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(*width)));
        }
        let text = table.trim_fmt();
        let mut lines: Vec<&str> = text.lines().skip(usize::from(!is_first)).collect();
        lines.pop().unwrap_or_default().clone_into(&mut self.foot);
        format!("{}\n", lines.join("\n")).into_bytes()
    }

    pub fn foot(&self) -> Vec<u8> {
        if self.foot.is_empty() { Vec::new() } else { format!("{}\n", self.foot).into_bytes() }
    }
}

/// As wide as the contents, or as the terminal allows: what is widest gives way.
fn widths(table: &Table) -> Vec<u16> {
    /// A blank on both sides.
    const PADDING: u16 = 2;
    let mut widths: Vec<u16> =
        table.column_max_content_widths().iter().map(|width| width.saturating_add(PADDING).max(MIN_WIDTH)).collect();
    while let Some(limit) = table.width()
        && widths.iter().map(|width| usize::from(*width)).sum::<usize>() + 2 > usize::from(limit)
        && let Some(widest) = widths.iter_mut().max().filter(|widest| **widest > MIN_WIDTH)
    {
        *widest -= 1;
    }
    widths
}
