//! Rows going out: CSV, NDJSON or GeoJSON.

use std::borrow::Cow;

use csv::{ByteRecord, Writer};
use geojson::{Feature, Geometry, GeometryValue, JsonObject};
use serde_json::{Value, json};

use super::{rows::RowOutcome, table};
use crate::{
    domain::{
        duty::{DepartmentCode, Placement, Routing},
        geo::Position,
        grid::{Coverage, Level, Share},
    },
    io::tables::value::Fault,
    words::Language,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    Csv,
    Ndjson,
    Geojson,
    /// For people: names and reasons
    Table,
}

/// What the output says of a row.
pub struct PlacedRow<'a> {
    pub coverage: &'a Coverage,
    pub placement: &'a Placement<'a>,
    /// In words, where something is to be said.
    pub reason: String,
    pub position: Option<Position>,
}

/// The columns that the output has beyond the input's.
pub struct AddedColumns {
    /// The levels that the site has, narrowest first.
    levels: Vec<Level>,
    names: Vec<String>,
}

const PLACEMENT: [&str; 6] = ["department", "outcome", "edge_m", "distance_m", "rule", "reason"];

impl AddedColumns {
    /// A name that the input has already gets the prefix `gw_`; with `prefix` every name gets that.
    pub fn new(columns: &[String], levels: &[Level], prefix: Option<&str>) -> Self {
        let mut levels = levels.to_vec();
        levels.sort_unstable_by(|a, b| b.cmp(a));
        let names = levels.iter().map(ToString::to_string).chain(PLACEMENT.map(str::to_owned));
        let names = names.map(|name| match prefix {
            Some(prefix) => free(format!("{prefix}{name}"), columns),
            None => free(name, columns),
        });
        Self { names: names.collect(), levels }
    }

    /// The values of a row, in the order of the names.
    fn cells<'a>(&'a self, placed: &'a PlacedRow<'_>) -> impl Iterator<Item = Cell<'a>> {
        let PlacedRow { coverage, placement, .. } = placed;
        let of_level = |level: &Level| {
            let grid = placement.node.and_then(|node| coverage.hierarchy.ancestor(node, *level));
            Cell::of(grid.map(|grid| grid.code.as_str()))
        };
        let placement_cells = [
            Cell::of(placement.department().map(DepartmentCode::as_str)),
            Cell::Text(Cow::Borrowed(placement.outcome.into())),
            Cell::Meters(placement.edge_m),
            Cell::Meters(placement.distance_m),
            placement.rule.map_or(Cell::Empty, |rule| Cell::Text(Cow::Owned(rule.to_string()))),
            Cell::of(Some(placed.reason.as_str()).filter(|reason| !reason.is_empty())),
        ];
        self.levels.iter().map(of_level).chain(placement_cells)
    }

    fn cells_of_invalid<'a>(&'a self, reason: &'a str) -> impl Iterator<Item = Cell<'a>> {
        let before = std::iter::repeat_n(Cell::Empty, self.levels.len() + 1);
        let after =
            [Cell::of(Some(RowOutcome::Invalid.into())), Cell::Empty, Cell::Empty, Cell::Empty, Cell::of(Some(reason))];
        before.chain(after)
    }
}

/// An added value, whatever the format.
#[derive(Clone)]
enum Cell<'a> {
    Empty,
    Text(Cow<'a, str>),
    Meters(Option<f64>),
}

impl<'a> Cell<'a> {
    fn of(text: Option<&'a str>) -> Self {
        text.map_or(Self::Empty, |text| Self::Text(Cow::Borrowed(text)))
    }

    fn text(self) -> Cow<'a, str> {
        match self {
            Self::Empty | Self::Meters(None) => Cow::Borrowed(""),
            Self::Text(text) => text,
            Self::Meters(Some(meters)) => Cow::Owned(format!("{meters:.1}")),
        }
    }

    fn json(self) -> Value {
        match self {
            Self::Empty | Self::Meters(None) => Value::Null,
            Self::Text(text) => Value::String(text.into_owned()),
            // To the decimetre: finer than any position is known.
            Self::Meters(Some(meters)) => json!((meters * 10.0).round() / 10.0),
        }
    }
}

/// `gw_grid`, or `gw_gw_grid` should the input have that too.
fn free(name: String, columns: &[String]) -> String {
    if columns.contains(&name) { free(format!("gw_{name}"), columns) } else { name }
}

/// `note, note_2`: a name that was there before gets a number.
fn once(columns: &[String]) -> Vec<String> {
    let numbered = |(i, name): (usize, &String)| {
        let before = columns[..i].iter().filter(|other| *other == name).count();
        if before == 0 { name.clone() } else { free(format!("{name}_{}", before + 1), columns) }
    };
    columns.iter().enumerate().map(numbered).collect()
}

/// The form of the output.
pub struct Output<'a> {
    format: Format,
    columns: &'a [String],
    added: &'a AddedColumns,
    /// The columns as keys of JSON, which has each but once.
    keys: Vec<String>,
    bom: bool,
    routing: &'a Routing,
    language: Language,
}

impl<'a> Output<'a> {
    /// `bom`: begin CSV with a byte order mark, as the input did, so that a spreadsheet reads it the same way.
    pub fn new(
        format: Format,
        (columns, added): (&'a [String], &'a AddedColumns),
        bom: bool,
        (routing, language): (&'a Routing, Language),
    ) -> Self {
        Self { format, columns, added, keys: once(columns), bom, routing, language }
    }

    pub fn head(&self) -> Vec<u8> {
        match self.format {
            Format::Csv => {
                let mut writer = csv_writer(if self.bom { b"\xEF\xBB\xBF".to_vec() } else { Vec::new() });
                // Writing to memory cannot fail.
                let _ = writer.write_record(self.columns.iter().chain(&self.added.names));
                writer.into_inner().unwrap_or_default()
            }
            Format::Ndjson | Format::Table => Vec::new(),
            Format::Geojson => b"{\"type\":\"FeatureCollection\",\"features\":[\n".to_vec(),
        }
    }

    /// Between two chunks.
    pub fn between(&self) -> &'static [u8] {
        if self.format == Format::Geojson { b",\n" } else { b"" }
    }

    pub fn tail(&self) -> &'static [u8] {
        if self.format == Format::Geojson { b"\n]}\n" } else { b"" }
    }

    pub fn buffer(&self, input_bytes: usize) -> Buffer<'_> {
        let rows = match self.format {
            Format::Csv => Rows::Csv(csv_writer(Vec::with_capacity(input_bytes * 2))),
            Format::Ndjson | Format::Geojson => Rows::Json(Vec::new()),
            Format::Table => Rows::Table(csv_writer(Vec::new())),
        };
        Buffer { output: self, rows }
    }
}

fn csv_writer(buffer: Vec<u8>) -> Writer<Vec<u8>> {
    csv::WriterBuilder::new().flexible(true).from_writer(buffer)
}

/// The output of one chunk.
pub struct Buffer<'a> {
    output: &'a Output<'a>,
    rows: Rows,
}

enum Rows {
    Csv(Writer<Vec<u8>>),
    Json(Vec<u8>),
    /// Cells, for [`table::Layout`] to put into columns.
    Table(Writer<Vec<u8>>),
}

impl Buffer<'_> {
    pub fn row(&mut self, record: &ByteRecord, placed: &PlacedRow<'_>) {
        let Output { format, columns, added, routing, language, .. } = self.output;
        match &mut self.rows {
            Rows::Csv(writer) => csv_row(writer, record, added.cells(placed)),
            Rows::Table(writer) => {
                let _ = writer.write_record(table::cells(record, placed, routing, *language));
            }
            Rows::Json(json) => {
                let mut object = self.output.object(record, added.cells(placed));
                object.insert(free("reasons".to_owned(), columns), json!(placed.placement.reasons(routing)));
                let candidates = candidates(placed);
                if !candidates.is_empty() {
                    object.insert(free("candidates".to_owned(), columns), Value::Array(candidates));
                }
                json_row(json, *format, object, placed.position);
            }
        }
    }

    /// A row that could not be read goes out as it came.
    pub fn invalid_row(&mut self, record: &ByteRecord, fault: &Fault, reason: &str) {
        let Output { format, added, columns, language, .. } = self.output;
        let record = squared(record, columns.len());
        match &mut self.rows {
            Rows::Csv(writer) => csv_row(writer, &record, added.cells_of_invalid(reason)),
            Rows::Table(writer) => {
                let _ = writer.write_record(table::invalid_cells(&record, reason, *language));
            }
            Rows::Json(json) => {
                let mut object = self.output.object(&record, added.cells_of_invalid(reason));
                object.insert(free("reasons".to_owned(), columns), json!([fault]));
                json_row(json, *format, object, None);
            }
        }
    }

    pub fn finish(self) -> Vec<u8> {
        match self.rows {
            Rows::Csv(writer) | Rows::Table(writer) => writer.into_inner().unwrap_or_default(),
            Rows::Json(json) => json,
        }
    }
}

impl Output<'_> {
    /// The row's own fields as text, then the added ones.
    fn object<'a>(&self, record: &ByteRecord, added: impl Iterator<Item = Cell<'a>>) -> JsonObject {
        let given = record.iter().map(|field| Value::String(String::from_utf8_lossy(field).into_owned()));
        self.keys.iter().chain(&self.added.names).cloned().zip(given.chain(added.map(Cell::json))).collect()
    }
}

fn csv_row<'a>(writer: &mut Writer<Vec<u8>>, record: &ByteRecord, added: impl Iterator<Item = Cell<'a>>) {
    // Writing to memory cannot fail.
    for field in record {
        let _ = writer.write_field(field);
    }
    for cell in added {
        let _ = writer.write_field(cell.text().as_bytes());
    }
    let _ = writer.write_record(None::<&[u8]>);
}

fn candidates(placed: &PlacedRow<'_>) -> Vec<Value> {
    let candidate = |candidate: &Share| {
        let grid = placed.coverage.hierarchy.grid(candidate.node);
        json!({"grid": grid.code, "share": (candidate.share * 1000.0).round() / 1000.0})
    };
    placed.placement.candidates.iter().map(candidate).collect()
}

fn json_row(out: &mut Vec<u8>, format: Format, properties: JsonObject, position: Option<Position>) {
    let line = if format == Format::Geojson {
        if !out.is_empty() {
            out.extend_from_slice(b",\n");
        }
        let geometry = position.map(|p| Geometry::new(GeometryValue::new_point([p.lon(), p.lat()])));
        Feature { bbox: None, geometry, id: None, properties: Some(properties), foreign_members: None }.to_string()
    } else {
        format!("{}\n", Value::Object(properties))
    };
    out.extend_from_slice(line.as_bytes());
}

/// As many fields as there are columns: short rows are filled up, what is too much stays together in the last one.
fn squared(record: &ByteRecord, columns: usize) -> ByteRecord {
    let mut fields: Vec<Vec<u8>> = record.iter().map(<[u8]>::to_vec).collect();
    if fields.len() > columns && columns > 0 {
        let surplus = fields.split_off(columns - 1);
        fields.push(surplus.join(&b','));
    }
    fields.resize(columns, Vec::new());
    fields.into()
}
