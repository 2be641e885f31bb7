//! Where records end.

use memchr::{memchr, memchr2, memchr3, memchr3_iter};

/// The longest record that is read: 1 MiB. What goes on longer is a quote that nobody closed, or no CSV at all.
pub const MAX_RECORD: usize = 1 << 20;

/// What [`Splitter::next`] finds at the front of a buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The first `len` bytes are one record with its line end.
    Record { len: usize },
    /// The first `len` bytes are one line, whose quotes are not closed within [`MAX_RECORD`] or the file, or in a later
    /// line where no field ends.
    UnclosedQuote { len: usize },
    /// A line longer than [`MAX_RECORD`].
    TooLong,
    /// The buffer ends before the record does: read on.
    More,
    /// The buffer is empty and so is the file.
    End,
}

/// Finds record ends with the state machine of the `csv` crate: a quote opens only at the start of a field, a doubled
/// quote inside is a character, and a line end outside quotes (`\n`, `\r` or both) ends the record. Only where a field
/// of several lines closes with more text behind its quote, that quote is taken for one that opens: the first line has
/// a quote that nobody closed, and costs no other line.
#[derive(Debug, Clone, Copy)]
pub struct Splitter {
    pub delimiter: u8,
}

impl Splitter {
    /// The record at the front of `buffer`; `last`: nothing follows the buffer.
    #[must_use]
    pub fn next(self, buffer: &[u8], last: bool) -> Cut {
        if buffer.is_empty() {
            return if last { Cut::End } else { Cut::More };
        }
        let window = &buffer[..buffer.len().min(MAX_RECORD)];
        match self.record_end(window) {
            Some(End::Record { len }) => return Cut::Record { len },
            Some(End::OpenQuote) => return Cut::UnclosedQuote { len: line_end(window).unwrap_or(window.len()) },
            None => {}
        }
        // No end in the window. The file's last line need not have one, unless a quote is open.
        let complete = last && window.len() == buffer.len();
        let open = self.is_open(window);
        match (complete, open, window.len() == MAX_RECORD) {
            (true, false, _) => Cut::Record { len: window.len() },
            (true, true, _) | (false, true, true) => match line_end(window) {
                Some(len) => Cut::UnclosedQuote { len },
                None if complete => Cut::UnclosedQuote { len: window.len() },
                None => Cut::TooLong,
            },
            (false, false, true) => Cut::TooLong,
            (false, _, false) => Cut::More,
        }
    }

    fn record_end(self, bytes: &[u8]) -> Option<End> {
        let mut at = 0;
        loop {
            if bytes.get(at)? == &b'"' {
                let closed = closing_quote(bytes, at + 1)?;
                let next = bytes[closed..].iter().find(|byte| **byte != b' ')?;
                let ends_field = *next == self.delimiter || matches!(next, b'\n' | b'\r');
                if !ends_field && memchr2(b'\n', b'\r', &bytes[at..closed]).is_some() {
                    return Some(End::OpenQuote);
                }
                at = closed;
            }
            // In a plain field, or behind a closing quote, until the next delimiter or line end.
            at += memchr3(self.delimiter, b'\n', b'\r', &bytes[at..])?;
            match bytes[at] {
                b'\n' => return Some(End::Record { len: at + 1 }),
                // `\r\n` ends one record; what follows a `\r` at the very end is not known yet.
                b'\r' => {
                    let next = bytes.get(at + 1)?;
                    return Some(End::Record { len: if *next == b'\n' { at + 2 } else { at + 1 } });
                }
                _ => at += 1,
            }
        }
    }

    fn is_open(self, bytes: &[u8]) -> bool {
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            if *byte == b'"' {
                match closing_quote(bytes, at + 1) {
                    Some(end) => at = end,
                    None => return true,
                }
            }
            match memchr3_iter(self.delimiter, b'\n', b'\r', &bytes[at..]).next() {
                Some(offset) => at += offset + 1,
                None => return false,
            }
        }
        false
    }
}

/// What ends a record.
enum End {
    /// Its line end, with which it is `len` bytes long.
    Record { len: usize },
    /// Nothing in sight: a quote is open.
    OpenQuote,
}

/// Length of the first line with its end.
fn line_end(bytes: &[u8]) -> Option<usize> {
    let at = memchr2(b'\n', b'\r', bytes)?;
    Some(if bytes[at..].starts_with(b"\r\n") { at + 2 } else { at + 1 })
}

/// The place behind the quote that closes a field whose content begins at `at`.
fn closing_quote(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr(b'"', bytes.get(at..)?)? + 1;
        if bytes.get(at) != Some(&b'"') {
            return Some(at);
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const COMMA: Splitter = Splitter { delimiter: b',' };

    fn records(text: &[u8]) -> Vec<csv::ByteRecord> {
        let (mut rest, mut out) = (text, Vec::new());
        while let Cut::Record { len } | Cut::UnclosedQuote { len } = COMMA.next(rest, true) {
            let record = super::super::fields(&rest[..len], b',', true);
            if !record.is_empty() {
                out.push(record);
            }
            rest = &rest[len..];
        }
        out
    }

    #[test]
    fn quoted_line_ends_do_not_end_a_record() {
        assert_eq!(COMMA.next(b"a,\"b\nc\",d\ne\n", true), Cut::Record { len: 10 });
        assert_eq!(COMMA.next(b"a,\"b \"\"x\"\"\nc\"\ne\n", true), Cut::Record { len: 14 });
        assert_eq!(COMMA.next(b"5\" pipe,x\ny\n", true), Cut::Record { len: 10 });
        assert_eq!(COMMA.next(b"a,b\r\nc", true), Cut::Record { len: 5 });
        assert_eq!(COMMA.next(b"a,b\rc", true), Cut::Record { len: 4 });
        assert_eq!(COMMA.next(b"a,b\r", false), Cut::More);
        assert_eq!(COMMA.next(b"a,b\r", true), Cut::Record { len: 4 });
        assert_eq!(COMMA.next(b"no end", true), Cut::Record { len: 6 });
        assert_eq!(COMMA.next(b"no end", false), Cut::More);
        assert_eq!(COMMA.next(b"", true), Cut::End);
    }

    #[test]
    fn a_quote_that_nobody_closes_costs_one_line() {
        assert_eq!(COMMA.next(b"a,\"b\nc,\"d\",e\n", true), Cut::UnclosedQuote { len: 5 });
        assert_eq!(COMMA.next(b"a,\"b\rc,\"d\",e\r", true), Cut::UnclosedQuote { len: 5 });
        assert_eq!(COMMA.next(b"a,\"b\rc,d\re,f\r", true), Cut::UnclosedQuote { len: 5 });
        assert_eq!(COMMA.next(b"a,\"b\nc\" ,d\n", true), Cut::Record { len: 11 });
        assert_eq!(COMMA.next(b"a,\"b\nc,d\ne,f\n", true), Cut::UnclosedQuote { len: 5 });
        assert_eq!(COMMA.next(b"a,\"b\nc,d\ne,f\n", false), Cut::More);
        let long = [b"a,\"b\n".as_slice(), &vec![b'x'; MAX_RECORD]].concat();
        assert_eq!(COMMA.next(&long, false), Cut::UnclosedQuote { len: 5 });
        assert_eq!(COMMA.next(&vec![b'x'; MAX_RECORD + 1], false), Cut::TooLong);
    }

    proptest! {
        #[test]
        fn records_end_where_the_csv_crate_ends_them(text in r#"[a,"\n\r ]{0,40}"#) {
            // The crate reads an open quote to the end of the file, which is just what we do not.
            prop_assume!(!COMMA.is_open_anywhere(text.as_bytes()));
            let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
            let expected: Vec<csv::ByteRecord> = reader.byte_records().map(|r| r.expect("flexible")).collect();
            prop_assert_eq!(records(text.as_bytes()), expected);
        }
    }

    impl Splitter {
        fn is_open_anywhere(self, mut text: &[u8]) -> bool {
            loop {
                match self.next(text, true) {
                    Cut::Record { len } => text = &text[len..],
                    Cut::UnclosedQuote { .. } => return true,
                    _ => return false,
                }
            }
        }
    }
}
