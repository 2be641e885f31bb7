//! Rows going out: CSV, NDJSON or GeoJSON.

use csv::{ByteRecord, Writer};
use geojson::{Feature, Geometry, GeometryValue, JsonObject};
use serde_json::{Value, json};

use crate::{
    domain::{
        duty::{Placement, Reason, Rule},
        geo::Position,
        grid::{Coverage, Level},
    },
    io::tables::value::Fault,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    Csv,
    Ndjson,
    Geojson,
}

/// What the output says of a row.
pub struct Placed<'a> {
    pub coverage: &'a Coverage,
    pub placement: &'a Placement<'a>,
    pub reasons: &'a [Reason],
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
        let taken = |name: &String| columns.contains(name);
        let names = names.map(|name| match prefix {
            Some(prefix) => format!("{prefix}{name}"),
            None if taken(&name) => free(format!("gw_{name}"), columns),
            None => name,
        });
        Self { names: names.collect(), levels }
    }

    /// The values of a row, in the order of the names; nothing is null.
    fn values(&self, placed: &Placed<'_>) -> Vec<Value> {
        let Placed { coverage, placement, .. } = placed;
        let of_level = |level: &Level| {
            let grid = placement.node.and_then(|node| coverage.hierarchy.ancestor(node, *level));
            grid.map_or(Value::Null, |grid| json!(grid.code))
        };
        let mut values: Vec<Value> = self.levels.iter().map(of_level).collect();
        values.extend([
            placement.department().map_or(Value::Null, |department| json!(department)),
            json!(placement.outcome),
            meters(placement.edge_m),
            meters(placement.distance_m),
            placement.rule.map_or(Value::Null, |rule| json!(name_of(&rule))),
            if placed.reason.is_empty() { Value::Null } else { json!(placed.reason) },
        ]);
        values
    }

    fn values_of_invalid(&self, reason: &str) -> Vec<Value> {
        let mut values = vec![Value::Null; self.names.len()];
        values[self.levels.len() + 1] = json!("invalid");
        values[self.levels.len() + 5] = json!(reason);
        values
    }
}

/// `gw_grid`, or `gw_gw_grid` should the input have that too.
fn free(name: String, columns: &[String]) -> String {
    if columns.contains(&name) { free(format!("gw_{name}"), columns) } else { name }
}

/// To the decimetre: finer than any position is known.
fn meters(value: Option<f64>) -> Value {
    value.map_or(Value::Null, |meters| json!((meters * 10.0).round() / 10.0))
}

/// `asset:DL-0007`: what decided, and which one.
fn name_of(rule: &Rule<'_>) -> String {
    match rule {
        Rule::Asset { asset, .. } => format!("asset:{}", asset.code),
        Rule::Territory(territory) => format!("territory:{}", territory.code),
        Rule::Category(category) => format!("category:{}", category.code),
        Rule::Grid { grid, .. } => format!("grid:{}", grid.code),
    }
}

/// The form of the output.
pub struct Output<'a> {
    format: Format,
    columns: &'a [String],
    added: &'a AddedColumns,
    bom: bool,
}

impl<'a> Output<'a> {
    /// `bom`: begin CSV with a byte order mark, as the input did, so that a spreadsheet reads it the same way.
    pub fn new(format: Format, columns: &'a [String], added: &'a AddedColumns, bom: bool) -> Self {
        Self { format, columns, added, bom }
    }

    pub fn head(&self) -> Vec<u8> {
        match self.format {
            Format::Csv => {
                let mut writer = csv_writer(if self.bom { b"\xEF\xBB\xBF".to_vec() } else { Vec::new() });
                // Writing to memory cannot fail.
                let _ = writer.write_record(self.columns.iter().chain(&self.added.names));
                writer.into_inner().unwrap_or_default()
            }
            Format::Ndjson => Vec::new(),
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
        Buffer { output: self, csv: csv_writer(Vec::with_capacity(input_bytes * 2)), json: Vec::new() }
    }
}

fn csv_writer(buffer: Vec<u8>) -> Writer<Vec<u8>> {
    csv::WriterBuilder::new().flexible(true).from_writer(buffer)
}

/// The output of one chunk.
pub struct Buffer<'a> {
    output: &'a Output<'a>,
    csv: Writer<Vec<u8>>,
    json: Vec<u8>,
}

impl Buffer<'_> {
    pub fn row(&mut self, record: &ByteRecord, placed: &Placed<'_>) {
        let values = self.output.added.values(placed);
        if self.output.format == Format::Csv {
            self.csv_row(record, &values);
            return;
        }
        let mut object = self.object(record, &values);
        object.insert("reasons".to_owned(), json!(placed.reasons));
        if !placed.placement.candidates.is_empty() {
            let share = |value: f64| (value * 1000.0).round() / 1000.0;
            let candidate = |candidate: &crate::domain::grid::Share| {
                let grid = placed.coverage.hierarchy.grid(candidate.node);
                json!({"grid": grid.code, "share": share(candidate.share)})
            };
            let candidates = placed.placement.candidates.iter().map(candidate).collect();
            object.insert("candidates".to_owned(), Value::Array(candidates));
        }
        self.json_row(object, placed.position);
    }

    /// A row that could not be read goes out as it came.
    pub fn invalid_row(&mut self, record: &ByteRecord, fault: &Fault, reason: &str) {
        let values = self.output.added.values_of_invalid(reason);
        let record = squared(record, self.output.columns.len());
        if self.output.format == Format::Csv {
            self.csv_row(&record, &values);
            return;
        }
        let mut object = self.object(&record, &values);
        object.insert("reasons".to_owned(), json!([fault]));
        self.json_row(object, None);
    }

    pub fn finish(self) -> Vec<u8> {
        if self.output.format == Format::Csv { self.csv.into_inner().unwrap_or_default() } else { self.json }
    }

    fn csv_row(&mut self, record: &ByteRecord, values: &[Value]) {
        let as_text = |value: &Value| match value {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        for field in record {
            let _ = self.csv.write_field(field);
        }
        for value in values {
            let _ = self.csv.write_field(as_text(value));
        }
        let _ = self.csv.write_record(None::<&[u8]>);
    }

    fn object(&self, record: &ByteRecord, values: &[Value]) -> JsonObject {
        let given = record.iter().map(|field| Value::String(String::from_utf8_lossy(field).into_owned()));
        let names = self.output.columns.iter().chain(&self.output.added.names).cloned();
        names.zip(given.chain(values.iter().cloned())).collect()
    }

    fn json_row(&mut self, properties: JsonObject, position: Option<Position>) {
        let line = if self.output.format == Format::Geojson {
            let point = |p: Position| Geometry::new(GeometryValue::new_point([p.lon(), p.lat()]));
            if !self.json.is_empty() {
                self.json.extend_from_slice(b",\n");
            }
            let geometry = position.map(point);
            Feature { bbox: None, geometry, id: None, properties: Some(properties), foreign_members: None }.to_string()
        } else {
            format!("{}\n", Value::Object(properties))
        };
        self.json.extend_from_slice(line.as_bytes());
    }
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
