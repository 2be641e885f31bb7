//! A stream of CSV in chunks of whole records.

use std::io::{self, Read};

use super::{Cut, Splitter};

/// Some records in a row.
#[derive(Debug, PartialEq, Eq)]
pub struct Chunk {
    /// The line that it begins in, from 1.
    pub line: u64,
    /// Whole records; or, where `unclosed`, one line whose quotes never close.
    pub bytes: Vec<u8>,
    pub unclosed: bool,
}

/// Why a stream of CSV ends early.
#[derive(Debug, thiserror::Error)]
pub enum ChunkError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("line {line} is longer than 1 MiB; is this a CSV file?")]
    TooLong { line: u64 },
}

/// Cuts a UTF-8 stream into chunks of about [`Chunks::SIZE`], never through a record.
pub struct Chunks<R> {
    inner: R,
    splitter: Splitter,
    buffer: Vec<u8>,
    ended: bool,
    line: u64,
}

impl<R: Read> Chunks<R> {
    pub const SIZE: usize = 128 * 1024;

    /// Begins behind the first record, the header, which tells the delimiter.
    ///
    /// # Errors
    /// If the stream cannot be read or its first line has no end in sight.
    pub fn after_header(inner: R) -> Result<(csv::ByteRecord, u8, Self), ChunkError> {
        let mut chunks =
            Self { inner, splitter: Splitter { delimiter: b',' }, buffer: Vec::new(), ended: false, line: 1 };
        while !chunks.ended && chunks.buffer.len() < Self::SIZE {
            chunks.fill()?;
        }
        let delimiter = super::delimiter_of(super::first_line(&chunks.buffer));
        chunks.splitter.delimiter = delimiter;
        let header = loop {
            match chunks.splitter.next(&chunks.buffer, chunks.ended) {
                cut @ (Cut::Record { len } | Cut::UnclosedQuote { len }) => {
                    let closed = matches!(cut, Cut::Record { .. });
                    let header = super::fields(&chunks.cut_off(len), delimiter, closed);
                    // Blank lines before it are none.
                    if !header.is_empty() {
                        break header;
                    }
                }
                Cut::More => chunks.fill()?,
                Cut::TooLong => return Err(ChunkError::TooLong { line: chunks.line }),
                Cut::End => break csv::ByteRecord::new(),
            }
        };
        Ok((header, delimiter, chunks))
    }

    /// The stream that is cut.
    pub fn stream(&self) -> &R {
        &self.inner
    }

    fn next_chunk(&mut self) -> Result<Option<Chunk>, ChunkError> {
        let mut len = 0;
        loop {
            match self.splitter.next(&self.buffer[len..], self.ended) {
                Cut::Record { len: record } => {
                    len += record;
                    if len >= Self::SIZE {
                        return Ok(Some(self.chunk(len, false)));
                    }
                }
                Cut::More => self.fill()?,
                // What came before goes out first; the next call meets the same cut again.
                _ if len > 0 => return Ok(Some(self.chunk(len, false))),
                Cut::UnclosedQuote { len } => return Ok(Some(self.chunk(len, true))),
                Cut::TooLong => return Err(ChunkError::TooLong { line: self.line }),
                Cut::End => return Ok(None),
            }
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        let read = (&mut self.inner).take(Self::SIZE as u64).read_to_end(&mut self.buffer)?;
        self.ended = read == 0;
        Ok(())
    }

    fn chunk(&mut self, len: usize, unclosed: bool) -> Chunk {
        let line = self.line;
        Chunk { line, bytes: self.cut_off(len), unclosed }
    }

    fn cut_off(&mut self, len: usize) -> Vec<u8> {
        let rest = self.buffer.split_off(len);
        let taken = std::mem::replace(&mut self.buffer, rest);
        self.line += super::line_ends(&taken);
        taken
    }
}

impl<R: Read> Iterator for Chunks<R> {
    type Item = Result<Chunk, ChunkError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_chunk().transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_lost_and_lines_are_counted() {
        let mut text = String::from("a;b\r\n");
        for i in 0..50_000 {
            text.extend([&i.to_string(), ";\"two\nlines\"\n"]);
        }
        let (header, delimiter, chunks) = Chunks::after_header(text.as_bytes()).expect("readable");
        assert_eq!((header.iter().collect::<Vec<_>>(), delimiter), (vec![&b"a"[..], b"b"], b';'));
        let mut line = 2;
        let mut whole = b"a;b\r\n".to_vec();
        for chunk in chunks {
            let chunk = chunk.expect("readable");
            assert_eq!((chunk.line, chunk.unclosed), (line, false));
            assert!(chunk.bytes.len() < Chunks::<&[u8]>::SIZE + 64);
            line += memchr::memchr_iter(b'\n', &chunk.bytes).count() as u64;
            whole.extend(chunk.bytes);
        }
        assert!(whole == text.as_bytes());
    }

    #[test]
    fn a_line_with_an_open_quote_comes_alone() {
        let (_, _, chunks) = Chunks::after_header(&b"a,b\n1,2\n3,\"4\n5,6\n"[..]).expect("readable");
        let chunks: Vec<_> = chunks.map(|chunk| chunk.expect("readable")).collect();
        let seen: Vec<_> = chunks.iter().map(|c| (c.line, &c.bytes[..], c.unclosed)).collect();
        assert_eq!(seen, [(2, &b"1,2\n"[..], false), (3, b"3,\"4\n", true), (4, b"5,6\n", false)]);
    }

    #[test]
    fn an_empty_stream_has_an_empty_header() {
        let (header, _, mut chunks) = Chunks::after_header(&b""[..]).expect("readable");
        assert!(header.is_empty() && chunks.next().is_none());
    }
}
