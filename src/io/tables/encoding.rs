//! Bytes to text: UTF-8, with or without a byte order mark, and GB18030 (which holds GBK and GB2312).

use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding, GB18030, UTF_8};
use strum::{Display, EnumString, VariantNames};

/// The encodings that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, EnumString, VariantNames)]
#[strum(serialize_all = "lowercase", ascii_case_insensitive)]
pub enum TextEncoding {
    #[strum(to_string = "utf-8", serialize = "utf8")]
    Utf8,
    #[strum(to_string = "gb18030", serialize = "gbk", serialize = "gb2312")]
    Gb18030,
}

impl TextEncoding {
    #[must_use]
    pub fn codec(self) -> &'static Encoding {
        match self {
            Self::Utf8 => UTF_8,
            Self::Gb18030 => GB18030,
        }
    }
}

/// The bytes are text in neither encoding, or not in the one named.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the text is not {encoding}")]
pub struct NotText {
    pub encoding: TextEncoding,
}

/// The byte order mark of UTF-8.
pub const BOM: &[u8] = b"\xEF\xBB\xBF";

/// A whole text. Without `encoding`: UTF-8 if it is valid as such, else GB18030.
///
/// # Errors
/// If the bytes are not text in the encoding.
pub fn decode(bytes: &[u8], encoding: Option<TextEncoding>) -> Result<String, NotText> {
    let bytes = bytes.strip_prefix(BOM).unwrap_or(bytes);
    if encoding != Some(TextEncoding::Gb18030) {
        match std::str::from_utf8(bytes) {
            Ok(text) => return Ok(text.to_owned()),
            Err(_) if encoding.is_some() => return Err(NotText { encoding: TextEncoding::Utf8 }),
            Err(_) => {}
        }
    }
    let text = GB18030.decode_without_bom_handling_and_without_replacement(bytes);
    text.map(std::borrow::Cow::into_owned).ok_or(NotText { encoding: TextEncoding::Gb18030 })
}

/// A stream as UTF-8 without byte order mark.
///
/// Without a named encoding it decides at the first block that is not plain ASCII: for the one in which fewer of its
/// bytes are no text. Those bytes come through as they are, so that a reader can say in which row they stand, and
/// nothing is lost.
pub struct Utf8Stream<R> {
    inner: R,
    state: State,
    /// Read and not yet given on.
    block: Vec<u8>,
    given: usize,
    begun: bool,
    bom: bool,
}

enum State {
    Undecided,
    Utf8,
    Gb18030(Box<Decoder>),
}

const BLOCK: usize = 256 * 1024;

impl<R: Read> Utf8Stream<R> {
    pub fn new(inner: R, encoding: Option<TextEncoding>) -> Self {
        let state = match encoding {
            None => State::Undecided,
            Some(TextEncoding::Utf8) => State::Utf8,
            Some(TextEncoding::Gb18030) => State::gb18030(),
        };
        Self { inner, state, block: Vec::new(), given: 0, begun: false, bom: false }
    }

    /// Whether the stream began with a byte order mark; known once something has been read.
    pub fn had_bom(&self) -> bool {
        self.bom
    }

    /// Fills `block` with the next UTF-8; leaves it empty at the end.
    fn refill(&mut self) -> io::Result<()> {
        self.given = 0;
        self.block.clear();
        let mut last = self.read_block()?;
        if !self.begun {
            self.begun = true;
            if self.block.starts_with(BOM) {
                self.bom = true;
                self.state = State::Utf8;
                self.block.drain(..BOM.len());
            }
        }
        while matches!(self.state, State::Undecided) && !self.block.is_ascii() {
            self.state = match std::str::from_utf8(&self.block) {
                // The block cuts its only other character in two: no telling yet.
                Err(error) if error.error_len().is_none() && self.block[..error.valid_up_to()].is_ascii() && !last => {
                    last = self.read_block()?;
                    continue;
                }
                Err(error)
                    if (error.error_len().is_some() || last)
                        && faults_in_gb18030(&self.block) < faults_in_utf8(&self.block) =>
                {
                    State::gb18030()
                }
                _ => State::Utf8,
            };
        }
        if let State::Gb18030(decoder) = &mut self.state {
            let text = decoded(decoder, &self.block, last);
            if last {
                // The end was told to the decoder; whatever a caller still asks for is nothing.
                self.state = State::Utf8;
            }
            self.block = text;
        }
        Ok(())
    }

    /// Appends the next block; true if nothing follows it.
    fn read_block(&mut self) -> io::Result<bool> {
        Ok((&mut self.inner).take(BLOCK as u64).read_to_end(&mut self.block)? < BLOCK)
    }
}

impl State {
    fn gb18030() -> Self {
        Self::Gb18030(Box::new(GB18030.new_decoder_without_bom_handling()))
    }
}

/// The block as UTF-8, with what is no text left as it is.
fn decoded(decoder: &mut Decoder, block: &[u8], last: bool) -> Vec<u8> {
    let (mut out, mut read) = (Vec::new(), 0);
    loop {
        let rest = &block[read..];
        let begin = out.len();
        let capacity = decoder.max_utf8_buffer_length_without_replacement(rest.len()).unwrap_or(rest.len() * 3 + 16);
        out.resize(begin + capacity, 0);
        let (result, taken, written) = decoder.decode_to_utf8_without_replacement(rest, &mut out[begin..], last);
        out.truncate(begin + written);
        read += taken;
        match result {
            DecoderResult::Malformed(length, behind) => {
                let end = read.saturating_sub(behind.into());
                // Its first byte may have come with the block before.
                out.extend_from_slice(&block[end.saturating_sub(length.into())..end]);
            }
            DecoderResult::InputEmpty | DecoderResult::OutputFull => return out,
        }
    }
}

fn faults_in_gb18030(block: &[u8]) -> usize {
    let mut text = String::with_capacity(block.len() * 3 + 16);
    let _ = GB18030.new_decoder_without_bom_handling().decode_to_string(block, &mut text, false);
    text.matches(char::REPLACEMENT_CHARACTER).count()
}

fn faults_in_utf8(block: &[u8]) -> usize {
    block.utf8_chunks().filter(|chunk| !chunk.invalid().is_empty()).count()
}

impl<R: Read> Read for Utf8Stream<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.given == self.block.len() {
            self.refill()?;
        }
        let n = out.len().min(self.block.len() - self.given);
        out[..n].copy_from_slice(&self.block[self.given..self.given + n]);
        self.given += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(bytes: &[u8], encoding: Option<TextEncoding>) -> String {
        let mut out = Vec::new();
        Utf8Stream::new(bytes, encoding).read_to_end(&mut out).expect("in memory");
        String::from_utf8_lossy(&out).into_owned()
    }

    #[test]
    fn utf8_bom_and_gbk_all_become_the_same_text() {
        let text = "name,类别\n工业街道,暴露垃圾\n";
        let (gbk, _, _) = GB18030.encode(text);
        let with_bom = [BOM, text.as_bytes()].concat();
        for bytes in [text.as_bytes(), &with_bom, &gbk] {
            assert_eq!(decode(bytes, None).as_deref(), Ok(text));
            assert_eq!(stream(bytes, None), text);
        }
        assert_eq!(decode(&gbk, Some(TextEncoding::Utf8)), Err(NotText { encoding: TextEncoding::Utf8 }));
        assert_eq!(decode(b"\xff\xff", None), Err(NotText { encoding: TextEncoding::Gb18030 }));
    }

    #[test]
    fn a_few_bytes_that_are_no_text_do_not_spoil_the_rest() {
        for encoding in [UTF_8, GB18030] {
            let (mut bytes, text) = (Vec::new(), "编号,类别\n一,暴露垃圾\n");
            bytes.extend_from_slice(&encoding.encode(text).0);
            bytes.extend_from_slice(b"\xff,");
            bytes.extend_from_slice(&encoding.encode("乱堆物料").0);
            let mut out = Vec::new();
            Utf8Stream::new(&bytes[..], None).read_to_end(&mut out).expect("in memory");
            assert_eq!(out, [text.as_bytes(), b"\xff,", "乱堆物料".as_bytes()].concat(), "{}", encoding.name());
        }
    }

    #[test]
    fn a_character_across_two_blocks_stays_whole() {
        for offset in 0..4 {
            let text = format!("{}{}", "a".repeat(BLOCK - offset), "网格".repeat(BLOCK / 4));
            let (gbk, _, _) = GB18030.encode(&text);
            assert!(stream(&gbk, None) == text, "gbk at {offset}");
            assert!(stream(text.as_bytes(), None) == text, "utf-8 at {offset}");
        }
    }
}
