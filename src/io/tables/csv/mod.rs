//! CSV (RFC 4180 as the `csv` crate reads it): cut into records with bounded memory, whatever comes in.

mod chunks;
mod split;

pub use chunks::{Chunk, ChunkError, Chunks};
pub use split::{Cut, MAX_RECORD, Splitter};

/// The number of line ends, each `\n`, `\r` or both.
#[must_use]
pub fn line_ends(bytes: &[u8]) -> u64 {
    let ends = memchr::memchr2_iter(b'\n', b'\r', bytes);
    ends.filter(|at| bytes[*at] == b'\n' || bytes.get(at + 1) != Some(&b'\n')).count() as u64
}

/// The first line that is not blank.
#[must_use]
pub fn first_line(bytes: &[u8]) -> &[u8] {
    bytes.split(|byte| matches!(byte, b'\n' | b'\r')).find(|line| !line.is_empty()).unwrap_or_default()
}

/// The delimiter of a header line: comma, semicolon or tab, whichever occurs most; comma where none does.
#[must_use]
pub fn delimiter_of(header: &[u8]) -> u8 {
    let count = |delimiter: u8| memchr::memchr_iter(delimiter, header).count();
    // `max_by_key` takes the last of equals, so the comma stands last.
    *[b'\t', b';', b','].iter().max_by_key(|delimiter| count(**delimiter)).unwrap_or(&b',')
}

/// The fields of one record. Of a record whose quotes never close, pass `quotes: false` to see its line as it stands.
#[must_use]
pub fn fields(record: &[u8], delimiter: u8, quotes: bool) -> csv::ByteRecord {
    let mut out = csv::ByteRecord::new();
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .quoting(quotes)
        .from_reader(record);
    // Reading from memory with flexible rows has no way to fail; an empty record says the same.
    let _ = reader.read_byte_record(&mut out);
    out
}
