//! The table of a shapefile: dBASE III, as "Xbase File Format Description" (E. Bachmann) and ESRI's shapefile white
//! paper (1998) have it.
//!
//! Read byte by byte and not by a crate, because numbers must come as their text (a 14-digit code does not survive a
//! float, nor do leading zeros), deleted records must keep their place beside their shapes, and the encoding can only
//! be found by looking at the bytes of all texts.

use std::collections::BTreeMap;

use encoding_rs::{BIG5, EUC_KR, Encoding, GB18030, SHIFT_JIS, UTF_8};

use super::{
    SurveyError,
    text::{DETECTED, decode_cut, number_text},
};

/// A table with its texts decoded.
#[derive(Debug)]
pub(super) struct Table {
    pub columns: Vec<String>,
    /// A record per shape; `None` for deleted ones.
    pub records: Vec<Option<BTreeMap<String, String>>>,
}

struct Field<'a> {
    name: &'a [u8],
    kind: u8,
    /// Where its bytes stand in a record.
    from: usize,
    to: usize,
}

const HEADER: usize = 32;
const DELETED: u8 = b'*';

/// Reads the whole table; `encoding` is what the user or the `.cpg` file says.
pub(super) fn parse(file: &str, bytes: &[u8], encoding: Option<&'static Encoding>) -> Result<Table, SurveyError> {
    let damaged = |why: &str| SurveyError::Damaged { file: file.to_owned(), why: why.to_owned() };
    let header = bytes.get(..HEADER).ok_or_else(|| damaged("the table has no header"))?;
    let count = u32::from_le_bytes([header[4], header[5], header[6], header[7]]) as usize;
    let header_length = usize::from(u16::from_le_bytes([header[8], header[9]]));
    let record_length = usize::from(u16::from_le_bytes([header[10], header[11]]));
    let descriptors = bytes.get(HEADER..header_length).ok_or_else(|| damaged("the table's header is cut off"))?;
    let fields = fields(descriptors);
    if fields.last().is_none_or(|last| last.to > record_length) {
        return Err(damaged("the table's fields do not fit its records"));
    }
    let rows: Vec<&[u8]> = bytes[header_length..].chunks_exact(record_length).take(count).collect();
    if rows.len() < count {
        return Err(damaged(&format!("the table ends after {} of {count} records", rows.len())));
    }

    let encoding = match encoding.or_else(|| encoding_of_driver(header[29])) {
        Some(encoding) => encoding,
        None => detect(&fields, &rows).ok_or_else(|| SurveyError::NoEncoding { file: file.to_owned() })?,
    };
    let named: Vec<(String, &Field<'_>)> = fields
        .iter()
        .filter(|field| matches!(field.kind, b'C' | b'N' | b'F' | b'D' | b'L'))
        .map(|field| match decode_cut(field.name, encoding) {
            Some(name) => Ok((name.trim().to_owned(), field)),
            None => Err(damaged(&format!("a field's name is not in {}: give --encoding", encoding.name()))),
        })
        .collect::<Result<_, _>>()?;
    let record = |(index, row): (usize, &&[u8])| {
        if row[0] == DELETED {
            return Ok(None);
        }
        let mut values = BTreeMap::new();
        for (name, field) in &named {
            let value = value(field, row, encoding).ok_or_else(|| SurveyError::Encoding {
                file: file.to_owned(),
                feature: index + 1,
                field: name.clone(),
                encoding: encoding.name(),
            })?;
            if !value.is_empty() {
                values.insert(name.clone(), value);
            }
        }
        Ok(Some(values))
    };
    let records = rows.iter().enumerate().map(record).collect::<Result<_, _>>()?;
    Ok(Table { columns: named.into_iter().map(|(name, _)| name).collect(), records })
}

/// Descriptors of 32 bytes each, up to a carriage return: name to the first NUL, type at 11, width at 16.
fn fields(descriptors: &[u8]) -> Vec<Field<'_>> {
    // The first byte of a record is its deletion mark.
    let mut from = 1;
    descriptors
        .chunks_exact(HEADER)
        .take_while(|descriptor| descriptor[0] != b'\r')
        .map(|descriptor| {
            let to = from + usize::from(descriptor[16]);
            let name = descriptor[..11].split(|&byte| byte == 0).next().unwrap_or_default();
            let field = Field { name, kind: descriptor[11], from, to };
            from = to;
            field
        })
        .collect()
}

/// The value as text, empty where there is none; `None` when its bytes are not in `encoding`.
fn value(field: &Field<'_>, row: &[u8], encoding: &'static Encoding) -> Option<String> {
    let bytes = &row[field.from..field.to];
    if field.kind == b'C' {
        let text = decode_cut(bytes.split(|&byte| byte == 0).next().unwrap_or_default(), encoding)?;
        return Some(text.trim().to_owned());
    }
    let raw = String::from_utf8_lossy(bytes);
    let raw = raw.trim_matches(|c: char| c.is_whitespace() || c == '\0');
    Some(match (field.kind, raw) {
        (b'L', "T" | "t" | "Y" | "y") => "true".into(),
        (b'L', "F" | "f" | "N" | "n") => "false".into(),
        // Not known.
        (b'L', _) | (b'D', "00000000") => String::new(),
        (b'D', date) if date.len() == 8 && date.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("{}-{}-{}", &date[..4], &date[4..6], &date[6..])
        }
        // What overflowed its width is not known either.
        (b'N' | b'F', number) if number.starts_with('*') => String::new(),
        (b'N' | b'F', number) => number_text(number),
        (_, other) => other.to_owned(),
    })
}

/// By the language driver id at byte 29 (dBASE's and ESRI's numbers). The western ones are not believed: most software
/// writes one of them whatever the texts are in.
fn encoding_of_driver(id: u8) -> Option<&'static Encoding> {
    match id {
        0x4D | 0x7A => Some(GB18030),
        0x4F | 0x78 => Some(BIG5),
        0x4E | 0x79 => Some(EUC_KR),
        0x13 | 0x7B => Some(SHIFT_JIS),
        0xF0 => Some(UTF_8),
        _ => None,
    }
}

/// The first encoding in which all names and texts are valid.
fn detect(fields: &[Field<'_>], rows: &[&[u8]]) -> Option<&'static Encoding> {
    DETECTED.into_iter().find(|encoding| {
        let names = fields.iter().all(|field| decode_cut(field.name, encoding).is_some());
        let texts = || fields.iter().filter(|field| field.kind == b'C');
        let kept = || rows.iter().filter(|row| row[0] != DELETED);
        names && kept().all(|row| texts().all(|field| value(field, row, encoding).is_some()))
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A table of `(name, type, width)` and rows of padded values; a row that starts with `*` is deleted.
    pub fn table(fields: &[(&str, u8, u8)], rows: &[&[&str]], driver: u8, encoding: &'static Encoding) -> Vec<u8> {
        let width: usize = 1 + fields.iter().map(|field| usize::from(field.2)).sum::<usize>();
        let mut bytes = vec![0x03, 124, 1, 1];
        bytes.extend((rows.len() as u32).to_le_bytes());
        bytes.extend((33 + 32 * fields.len() as u16).to_le_bytes());
        bytes.extend((width as u16).to_le_bytes());
        bytes.resize(HEADER, 0);
        bytes[29] = driver;
        for (name, kind, width) in fields {
            let mut descriptor = encoding.encode(name).0.into_owned();
            descriptor.resize(HEADER, 0);
            descriptor[11] = *kind;
            descriptor[16] = *width;
            bytes.extend(descriptor);
        }
        bytes.push(b'\r');
        for row in rows {
            let deleted = row.first() == Some(&"*");
            bytes.push(if deleted { DELETED } else { b' ' });
            for (value, field) in row.iter().skip(usize::from(deleted)).zip(fields) {
                let mut value = encoding.encode(value).0.into_owned();
                value.resize(usize::from(field.2), b' ');
                bytes.extend(value);
            }
        }
        bytes.push(0x1A);
        bytes
    }

    const FIELDS: [(&str, u8, u8); 5] =
        [("网格编码", b'N', 19), ("网格名称", b'C', 20), ("AREA", b'F', 19), ("建立日期", b'D', 8), ("有效", b'L', 1)];
    const ROWS: [&[&str]; 3] = [
        &["15062100200101", "建设路第一网格", "1.2500000000e+004", "20240131", "T"],
        &["*", "1", "已删除", "0", "00000000", "?"],
        &["0012", "", "********", "", "F"],
    ];

    fn values(record: Option<&BTreeMap<String, String>>) -> Vec<(&str, &str)> {
        record.expect("kept").iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    #[test]
    fn codes_names_and_dates_come_as_text_in_every_encoding() {
        for (driver, encoding) in [(0, GB18030), (0x4D, GB18030), (0x57, GB18030), (0, UTF_8), (0xF0, UTF_8)] {
            let table = parse("a.dbf", &table(&FIELDS, &ROWS, driver, encoding), None).expect("a table");
            // UTF-8 needs 12 bytes for the names, and 11 is all there is.
            let short = |name: &'static str| if encoding == UTF_8 { &name[..9] } else { name };
            let expected = [short("网格编码"), short("网格名称"), "AREA", short("建立日期"), "有效"];
            assert_eq!(table.columns, expected, "{driver} {encoding:?}");
            let first = table.records[0].as_ref().expect("kept");
            assert_eq!(first[expected[0]], "15062100200101");
            assert_eq!(first[expected[1]], "建设路第一网格"[..if encoding == UTF_8 { 18 } else { 21 }]);
            assert_eq!(first["AREA"], "12500");
            assert_eq!(first[expected[3]], "2024-01-31");
            assert_eq!(first["有效"], "true");
            assert!(table.records[1].is_none());
            assert_eq!(values(table.records[2].as_ref()), [("有效", "false"), (expected[0], "0012")]);
        }
    }

    #[test]
    fn what_is_declared_counts_and_what_does_not_fit_it_is_named() {
        let bytes = table(&FIELDS, &ROWS, 0, GB18030);
        let error = parse("a.dbf", &bytes, Some(UTF_8)).expect_err("not UTF-8");
        assert!(error.to_string().contains("UTF-8"), "{error}");
        let ascii_names = table(&[("NAME", b'C', 20)], &[&["a"], &["建设路"]], 0, GB18030);
        let error = parse("a.dbf", &ascii_names, Some(UTF_8)).expect_err("not UTF-8");
        assert_eq!(error.to_string(), "a.dbf, feature 2, field NAME: not in UTF-8: give --encoding");
        let neither = table(&[("NAME", b'C', 6)], &[&["x"]], 0, UTF_8);
        let neither: Vec<u8> = neither.iter().map(|&byte| if byte == b'x' { 0xFF } else { byte }).collect();
        assert!(matches!(parse("a.dbf", &neither, None), Err(SurveyError::NoEncoding { .. })));
    }

    #[test]
    fn a_table_cut_off_is_damaged() {
        let bytes = table(&FIELDS, &ROWS, 0, GB18030);
        for length in [0, 20, 40, 100, bytes.len() - 40] {
            let error = parse("a.dbf", &bytes[..length], None).expect_err("cut off");
            assert!(matches!(error, SurveyError::Damaged { .. }), "{length}: {error}");
        }
    }

    #[test]
    fn a_table_of_the_dbase_crate_is_read() {
        let mut bytes = std::io::Cursor::new(Vec::new());
        let field = |name: &str| dbase::FieldName::try_from(name).expect("short");
        let mut writer = dbase::TableWriterBuilder::new()
            .add_character_field(field("CODE"), 14)
            .add_numeric_field(field("N"), 12, 3)
            .build_with_dest(&mut bytes);
        let mut record = dbase::Record::default();
        record.insert("CODE".into(), dbase::FieldValue::Character(Some("0150621".into())));
        record.insert("N".into(), dbase::FieldValue::Numeric(Some(1200.0)));
        writer.write_record(&record).expect("written");
        writer.finalize().expect("written");
        drop(writer);
        let table = parse("a.dbf", bytes.get_ref(), None).expect("a table");
        assert_eq!(values(table.records[0].as_ref()), [("CODE", "0150621"), ("N", "1200")]);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(changes in prop::collection::vec((0usize..400, any::<u8>()), 1..6), cut in 0usize..400) {
            let mut bytes = table(&FIELDS, &ROWS, 0, GB18030);
            for (at, byte) in changes {
                let at = at % bytes.len();
                bytes[at] = byte;
            }
            bytes.truncate(cut);
            let _ = parse("a.dbf", &bytes, None);
        }
    }
}
