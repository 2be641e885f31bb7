//! Bytes that are no text, or not in the encoding that was named.

use encoding_rs::GB18030;

use super::{outcomes, site};
use crate::harness::Run;

const NO_TEXT: &str = "bytes that are no text in the encoding of the file; is another --encoding meant?";

/// The fields of the rows as bytes.
fn records(run: &Run) -> Vec<Vec<Vec<u8>>> {
    assert_eq!(run.code, 0, "{}", run.stderr);
    let mut reader = csv::Reader::from_reader(&run.stdout[..]);
    let fields = |record: csv::ByteRecord| record.iter().map(<[u8]>::to_vec).collect();
    reader.byte_records().map(|record| fields(record.expect("as long as the header"))).collect()
}

#[test]
fn gbk_read_as_utf8_says_so_and_keeps_every_byte() {
    let text = "lon,lat,category,note\n110.001,40.001,,暴露垃圾\n110.001,40.001,垃圾,x\n110.001,40.001,,y\n";
    let (gbk, _, _) = GB18030.encode(text);
    let run = site().run_with(&["assign", "--encoding", "utf-8"], &gbk);
    let rows = records(&run);
    assert_eq!(rows[0][3], GB18030.encode("暴露垃圾").0.as_ref());
    assert_eq!(rows[1][2], GB18030.encode("垃圾").0.as_ref());
    let ends = |i: usize| [5, 9].map(|column: usize| String::from_utf8(rows[i][column + 1].clone()).expect("text"));
    assert_eq!(ends(0), ["inside".to_owned(), format!("line 2: note: {NO_TEXT}")]);
    assert_eq!(ends(1), ["invalid".to_owned(), format!("line 3: category: {NO_TEXT}")]);
    assert_eq!(ends(2), ["inside", ""]);
}

#[test]
fn bytes_of_no_encoding_cost_no_row_and_spoil_no_other() {
    for encoding in [encoding_rs::UTF_8, GB18030] {
        let row = |note: &[u8]| [b"110.001,40.001,", note, b"\n"].concat();
        let good = encoding.encode("暴露垃圾").0;
        let input = [b"lon,lat,note\n".to_vec(), row(&good), row(b"\xff\xfe"), row(&good)].concat();
        let rows = records(&site().run_with(&["assign"], input));
        assert_eq!(rows.len(), 3);
        assert_eq!(
            [&rows[0][2], &rows[1][2], &rows[2][2]],
            ["暴露垃圾".as_bytes(), b"\xff\xfe", "暴露垃圾".as_bytes()]
        );
        assert_eq!(rows[1][5], b"inside");
        assert_eq!(String::from_utf8_lossy(&rows[1][9]), format!("line 3: note: {NO_TEXT}"));
    }
}

#[test]
fn zero_bytes_are_letters_like_any_other() {
    let run = site().run_with(&["assign"], "lon,lat,note\n110.001,40.001,a\0b\n110.001\0,40.001,c\n\0\0,\0,\0\n");
    let rows = outcomes(&run);
    assert_eq!((rows[0][0].as_str(), rows[0][2].as_str()), ("inside", "a\0b"));
    assert_eq!((rows[1][0].as_str(), rows[1][1].as_str()), ("invalid", "line 3: lon: \"110.001\0\" is not a number"));
    assert_eq!((rows[2][0].as_str(), rows[2][2].as_str()), ("invalid", "\0"));
}
