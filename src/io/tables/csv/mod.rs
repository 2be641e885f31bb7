//! CSV (RFC 4180 as the `csv` crate reads it): cut into records with bounded memory, whatever comes in.

mod chunks;
mod split;

pub use chunks::{Chunk, ChunkError, Chunks};
pub use split::{Cut, MAX_RECORD, Splitter};

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
