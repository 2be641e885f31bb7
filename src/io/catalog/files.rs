//! The files of a site's folder, read once, with limits.

use std::{
    io::Read,
    path::{Path, PathBuf},
};

use serde_json::{Map, Value};
use strum::VariantNames;

use super::{
    codes::SeenCodes,
    problem::{Problems, Spot, Why},
};
use crate::{
    domain::code,
    io::tables::{
        csv::{self, Cut, Splitter},
        encoding::{self, TextEncoding},
        value::Fault,
    },
};

/// A site's folder.
#[derive(Debug, Clone)]
pub struct SiteFolder {
    root: PathBuf,
    limit_bytes: u64,
}

/// A row, table or feature: where it stands and what it holds.
pub type RawEntry = (Spot, Map<String, Value>);

impl SiteFolder {
    /// Files above `limit_mb` are refused.
    #[must_use]
    pub fn new(root: &Path, limit_mb: u64) -> Self {
        Self { root: root.to_owned(), limit_bytes: limit_mb << 20 }
    }

    /// The bytes of a file; `None` if it is not there, or with a problem if it cannot be had.
    pub fn read(&self, file: &str, problems: &mut Problems) -> Option<Vec<u8>> {
        let unreadable = |problems: &mut Problems, error: &std::io::Error| {
            problems.error(&Spot::file(), None, Why::FileUnreadable { error: error.kind().to_string() });
        };
        let opened = match std::fs::File::open(self.root.join(file)) {
            Ok(opened) => opened,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
            Err(error) => {
                unreadable(problems, &error);
                return None;
            }
        };
        let mut bytes = Vec::new();
        // One byte more than the limit tells a file at the limit from one above it, whatever its metadata say.
        if let Err(error) = opened.take(self.limit_bytes + 1).read_to_end(&mut bytes) {
            unreadable(problems, &error);
            return None;
        }
        if bytes.len() as u64 > self.limit_bytes {
            let size = std::fs::metadata(self.root.join(file)).map_or(bytes.len() as u64, |meta| meta.len());
            let why = Why::FileTooLarge { size_mb: size >> 20, limit_mb: self.limit_bytes >> 20 };
            problems.error(&Spot::file(), None, why);
            return None;
        }
        if bytes.strip_prefix(encoding::BOM).unwrap_or(&bytes).iter().all(u8::is_ascii_whitespace) {
            problems.error(&Spot::file(), None, Why::FileEmpty);
            return None;
        }
        Some(bytes)
    }
}

/// A file's text: UTF-8, or for tables GB18030 too.
pub fn text(bytes: &[u8], encoding: Option<TextEncoding>, problems: &mut Problems) -> Option<String> {
    let decoded = encoding::decode(bytes, encoding);
    if decoded.is_err() {
        let sound = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
        let spot = Spot::line(1 + csv::line_ends(&bytes[..sound]));
        let encoding = encoding.map_or_else(|| TextEncoding::VARIANTS.join(" or "), |encoding| encoding.to_string());
        problems.error(&spot, None, Why::WrongEncoding { encoding });
    }
    decoded.ok()
}

/// The columns of a CSV file.
pub struct Columns<'a> {
    /// The first holds the rows' own codes.
    pub required: &'a [&'a str],
    pub optional: &'a [&'a str],
}

impl Columns<'_> {
    /// Whether a header has what is needed and nothing twice; a column that nobody reads is a typing error.
    fn fit(&self, named: &[String], spot: &Spot, problems: &mut Problems) -> bool {
        let mut fit = true;
        for name in self.required.iter().filter(|name| !named.iter().any(|known| known == *name)) {
            problems.error(spot, Some(name), Why::MissingColumn { columns: named.to_vec() });
            fit = false;
        }
        for (i, name) in named.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
            let known = || self.required.iter().chain(self.optional).copied();
            if named[..i].contains(name) {
                problems.error(spot, Some(name), Why::DoubledColumn);
                fit = false;
            } else if !known().any(|known| known == name) {
                let absent = known().filter(|known| !named.iter().any(|name| name == known));
                problems.warning(spot, Some(name), Why::UnknownColumn { likely: code::likely_name(name, absent) });
            }
        }
        fit
    }
}

/// The rows of a CSV file by column name; `None` if it has none. A row that cannot be read is noted and left out, with
/// its code among the `seen`.
pub fn csv_rows(
    bytes: &[u8],
    expected: &Columns<'_>,
    seen: &mut SeenCodes,
    problems: &mut Problems,
) -> Option<Vec<RawEntry>> {
    let text = text(bytes, None, problems)?;
    let splitter = Splitter { delimiter: csv::delimiter_of(csv::first_line(text.as_bytes())) };
    let (mut rest, mut line) = (text.as_bytes(), 1u64);
    let mut columns: Option<Vec<String>> = None;
    let mut rows = Vec::new();
    loop {
        let (len, closed) = match splitter.next(rest, true) {
            Cut::Record { len } => (len, true),
            Cut::UnclosedQuote { len } => (len, false),
            Cut::TooLong => {
                problems.error(&Spot::line(line), None, Why::RowTooLong);
                return Some(rows);
            }
            Cut::More | Cut::End => return columns.map(|_| rows),
        };
        let record = &rest[..len];
        let spot = Spot::line(line);
        rest = &rest[len..];
        line += csv::line_ends(record);
        if !closed {
            problems.error(&spot, None, Fault::UnclosedQuote);
            // Without a header nothing that follows means anything.
            columns.as_ref()?;
            continue;
        }
        let fields = csv::fields(record, splitter.delimiter, true);
        let mut fields: Vec<String> = fields.iter().map(|field| String::from_utf8_lossy(field).into_owned()).collect();
        if fields.iter().all(String::is_empty) {
            continue;
        }
        match &columns {
            None => {
                let named: Vec<String> = fields.iter().map(|name| name.trim().to_owned()).collect();
                if !expected.fit(&named, &spot, problems) {
                    return None;
                }
                columns = Some(named);
            }
            Some(columns) if columns.len() != fields.len() => {
                problems.error(&spot, None, Fault::RaggedRow { expected: columns.len(), found: fields.len() });
                let own = expected.required.first().and_then(|name| columns.iter().position(|column| column == name));
                if let Some(code) = own.and_then(|own| fields.get(own)) {
                    seen.note(code.trim(), &spot);
                }
            }
            Some(columns) => {
                let values = columns.iter().cloned().zip(fields.drain(..).map(Value::String)).collect();
                rows.push((spot, values));
            }
        }
    }
}

/// The tables of one `[[name]]` of a TOML file, and the file's other keys.
pub fn toml_tables(bytes: &[u8], name: &str, problems: &mut Problems) -> Option<(Vec<RawEntry>, Map<String, Value>)> {
    let text = text(bytes, Some(TextEncoding::Utf8), problems)?;
    let line_of =
        |offset: usize| 1 + memchr::memchr_iter(b'\n', &text.as_bytes()[..offset.min(text.len())]).count() as u64;
    let document = match toml::de::DeTable::parse(&text) {
        Ok(document) => document.into_inner(),
        Err(error) => {
            let spot = error.span().map_or(Spot::file(), |span| Spot::line(line_of(span.start)));
            problems.error(&spot, None, Why::NotToml { error: error.message().to_owned() });
            return None;
        }
    };
    let mut tables = Vec::new();
    let mut others = Map::new();
    for (key, value) in document {
        if key.get_ref() != name {
            others.insert(key.into_inner().into_owned(), json(value.into_inner()));
            continue;
        }
        let toml::de::DeValue::Array(entries) = value.into_inner() else {
            problems.error(&Spot::file(), Some(name), Why::NotATable { name: name.to_owned() });
            continue;
        };
        for entry in entries {
            let spot = Spot::line(line_of(entry.span().start));
            match json(entry.into_inner()) {
                Value::Object(values) => tables.push((spot, values)),
                // What stands there instead is not repeated: it may hold a credential.
                _ => problems.error(&spot, Some(name), Why::NotATable { name: name.to_owned() }),
            }
        }
    }
    Some((tables, others))
}

/// TOML's dates become text; a number that JSON cannot hold becomes text too, and is refused where it is asked for.
fn json(value: toml::de::DeValue<'_>) -> Value {
    use toml::de::DeValue;
    match value {
        DeValue::String(text) => Value::String(text.into_owned()),
        DeValue::Integer(number) => i64::from_str_radix(&number.as_str().replace('_', ""), number.radix())
            .map_or_else(|_| Value::String(number.to_string()), Value::from),
        DeValue::Float(number) => {
            let parsed = number.as_str().replace('_', "").parse().ok().and_then(serde_json::Number::from_f64);
            parsed.map_or_else(|| Value::String(number.to_string()), Value::Number)
        }
        DeValue::Boolean(flag) => Value::Bool(flag),
        DeValue::Datetime(instant) => Value::String(instant.to_string()),
        DeValue::Array(values) => values.into_iter().map(|value| json(value.into_inner())).collect(),
        DeValue::Table(table) => {
            table.into_iter().map(|(key, value)| (key.into_inner().into_owned(), json(value.into_inner()))).collect()
        }
    }
}
