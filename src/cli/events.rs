//! What every command that reads events has in common.

use std::{
    fs::File,
    io::{self, BufReader, Read, stdin},
    path::Path,
};

use anyhow::Context;
use flate2::read::MultiGzDecoder;
use jiff::tz::TimeZone;

use super::{Language, Saying, one_of};
use crate::{
    domain::geo::Datum,
    io::tables::{
        csv::{ChunkError, Chunks},
        encoding::{TextEncoding, Utf8Stream},
        events::{ColumnNames, EventTable},
    },
};

/// How to read a table of events.
#[derive(clap::Args)]
pub struct EventArgs {
    /// Column of the longitude [default: lon, lng, longitude or 经度]
    #[arg(long, value_name = "COL")]
    lon: Option<String>,
    /// Column of the latitude [default: lat, latitude or 纬度]
    #[arg(long, value_name = "COL")]
    lat: Option<String>,
    /// Column of the time [default: captured_at, time, opened or 时间]
    #[arg(long, value_name = "COL")]
    time: Option<String>,
    /// Column of the category's code [default: category or 类别]
    #[arg(long, value_name = "COL")]
    category: Option<String>,
    /// Column of the accuracy in metres [default: accuracy_m, accuracy or 定位精度]
    #[arg(long, value_name = "COL")]
    accuracy: Option<String>,
    /// What the coordinates are: wgs84, gcj02 (phones and AMap in China) or bd09 (Baidu) [default: wgs84]
    #[arg(long, value_name = "D", value_parser = one_of::<Datum>)]
    datum: Option<Datum>,
    /// Zone of times without an offset [default: the site's `time_zone`, else UTC]
    #[arg(long, value_name = "ZONE")]
    tz: Option<String>,
    /// utf-8 or gb18030 [default: detected]
    #[arg(long, value_name = "E", value_parser = one_of::<TextEncoding>)]
    encoding: Option<TextEncoding>,
}

/// Rows of events, ready to be read.
pub struct Events {
    pub table: EventTable,
    pub delimiter: u8,
    pub chunks: Chunks<Utf8Stream<Box<dyn Read + Send>>>,
    pub had_bom: bool,
    /// The file, as errors name it.
    pub name: String,
}

impl Events {
    /// Every record with its line, in order.
    ///
    /// # Errors
    /// If the input cannot be read, or `each` has enough.
    pub fn each_record(
        self,
        language: Language,
        mut each: impl FnMut(&EventTable, &csv::ByteRecord, u64) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let mut record = csv::ByteRecord::new();
        for chunk in self.chunks {
            let chunk = chunk.map_err(|error| unreadable(error, &self.name, language))?;
            let mut records = csv::ReaderBuilder::new()
                .has_headers(false)
                .flexible(true)
                .delimiter(self.delimiter)
                .quoting(!chunk.unclosed)
                .from_reader(&chunk.bytes[..]);
            while records.read_byte_record(&mut record)? {
                let line = chunk.line + record.position().map_or(0, |position| position.line() - 1);
                each(&self.table, &record, line)?;
            }
        }
        Ok(())
    }
}

impl EventArgs {
    /// Opens a file, or standard input; gzip is seen by its first bytes. `watch` sees the raw bytes go by. Where times
    /// do not matter, only a column that the user names is read for them.
    ///
    /// # Errors
    /// If the file cannot be read, or a column that is needed is not there.
    pub fn open(
        &self,
        input: Option<&Path>,
        (site_zone, time_matters): (&TimeZone, bool),
        language: Language,
        watch: impl FnOnce(Box<dyn Read + Send>, Option<u64>) -> Box<dyn Read + Send>,
    ) -> anyhow::Result<Events> {
        let name = input.map_or_else(|| language.say(&Saying::StandardInput), |path| path.display().to_string());
        let (raw, size): (Box<dyn Read + Send>, _) = match input {
            Some(path) => {
                let cannot = |error| Saying::CannotOpen { file: name.clone() }.because_of(error, language);
                let file = File::open(path).map_err(cannot)?;
                let size = file.metadata().ok().filter(std::fs::Metadata::is_file).map(|meta| meta.len());
                (Box::new(file), size)
            }
            None => (Box::new(stdin()), None),
        };
        let cannot = || Saying::CannotRead { file: name.clone() };
        let mut raw = BufReader::with_capacity(256 * 1024, watch(raw, size));
        let first = first_bytes(&mut raw).map_err(|error| cannot().because_of(error, language))?;
        if let Some(foreign) = foreign(&first) {
            return Err(foreign.failure(language).context(language.say(&cannot())));
        }
        let plain = unzipped(first, raw);
        let stream = Utf8Stream::new(plain, self.encoding);
        let (header, delimiter, chunks) =
            Chunks::after_header(stream).map_err(|error| unreadable(error, &name, language))?;
        let columns: Vec<String> = header.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
        if columns.is_empty() {
            return Err(Saying::EmptyTable { file: name }.failure(language));
        }
        let zone = match &self.tz {
            Some(name) => TimeZone::get(name).with_context(|| format!("--tz {name}"))?,
            None => site_zone.clone(),
        };
        let names = ColumnNames {
            lon: self.lon.clone(),
            lat: self.lat.clone(),
            time: self.time.clone(),
            category: self.category.clone(),
            accuracy: self.accuracy.clone(),
        };
        let mut table = EventTable::new(columns, &names, self.datum.unwrap_or_default(), zone)
            .map_err(|error| anyhow::Error::msg(language.say(&error)).context(name.clone()))?;
        if !time_matters {
            table.ignore_time_unless_named(&names);
        }
        let had_bom = chunks.stream().had_bom();
        Ok(Events { table, delimiter, chunks, had_bom, name })
    }

    /// As the user declared it.
    #[must_use]
    pub fn datum(&self) -> Option<Datum> {
        self.datum
    }
}

/// An input error stays one, so that a broken pipe is still seen as such.
pub fn unreadable(error: ChunkError, name: &str, language: Language) -> anyhow::Error {
    match error {
        ChunkError::Io(error) => Saying::CannotRead { file: name.to_owned() }.because_of(error, language),
        ChunkError::TooLong { line } => Saying::LongLine { line }.failure(language).context(name.to_owned()),
    }
}

fn first_bytes(raw: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut first = Vec::new();
    raw.take(4).read_to_end(&mut first)?;
    Ok(first)
}

/// What people give for a CSV and is none.
fn foreign(first: &[u8]) -> Option<Saying> {
    match first {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some(Saying::Utf16),
        [b'P', b'K', 3, 4] => Some(Saying::Workbook),
        _ => None,
    }
}

fn unzipped(first: Vec<u8>, rest: impl Read + Send + 'static) -> Box<dyn Read + Send> {
    const GZIP: &[u8] = &[0x1f, 0x8b];
    let is_gzip = first.starts_with(GZIP);
    let whole = io::Cursor::new(first).chain(rest);
    if is_gzip { Box::new(MultiGzDecoder::new(whole)) } else { Box::new(whole) }
}
