//! `--format table`: for people to look at, with names instead of codes.

use comfy_table::{ContentArrangement, Table, presets::UTF8_BORDERS_ONLY};
use csv::ByteRecord;

use super::output::Placed;
use crate::{domain::duty::Routing, words::Language};

/// The rows of one chunk as a table of its own.
pub struct PlacementTable {
    table: Table,
}

impl PlacementTable {
    pub fn new(first_column: &str) -> Self {
        let mut table = Table::new();
        table.load_preset(UTF8_BORDERS_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
        table.set_header([first_column, "category", "outcome", "grid", "department", "why"]);
        Self { table }
    }

    pub fn row(&mut self, record: &ByteRecord, placed: &Placed<'_>, routing: &Routing, language: Language) {
        let placement = placed.placement;
        let named = |name: &str, name_en: Option<&str>| match language {
            Language::En => name_en.unwrap_or(name).to_owned(),
            Language::Zh => name.to_owned(),
        };
        let department = placement.department().and_then(|code| routing.department(code.as_str()));
        self.table.add_row([
            first_field(record),
            placement.category.map(|c| named(&c.name, c.name_en.as_deref())).unwrap_or_default(),
            placement.outcome.to_string(),
            placement.grid.map(|grid| named(&grid.name, grid.name_en.as_deref())).unwrap_or_default(),
            department.map(|d| named(&d.name, d.name_en.as_deref())).unwrap_or_default(),
            placement.reasons(routing).iter().map(|reason| language.say(reason)).collect::<Vec<_>>().join("; "),
        ]);
    }

    pub fn invalid_row(&mut self, record: &ByteRecord, reason: &str) {
        self.table.add_row([&first_field(record), "", "invalid", "", "", reason]);
    }

    pub fn finish(&self) -> Vec<u8> {
        format!("{}\n", self.table.trim_fmt()).into_bytes()
    }
}

fn first_field(record: &ByteRecord) -> String {
    String::from_utf8_lossy(record.get(0).unwrap_or_default()).into_owned()
}
