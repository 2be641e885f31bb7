//! Inputs, outputs and options that nothing can be done with: one clear line, exit code 2, and no half file.

use std::{fs, io::Write};

use flate2::{Compression, write::GzEncoder};

use super::{GOOD, HEADER, site};
use crate::harness::Site;

fn assert_unusable(site: &Site, args: &[&str], input: impl AsRef<[u8]>, said: &str) {
    let run = site.run_with(&[&["assign"], args].concat(), input);
    assert_eq!((run.code, run.text()), (2, ""), "{}", run.stderr);
    assert!(run.stderr.lines().any(|line| line.starts_with(said)), "{said}\nis not in\n{}", run.stderr);
}

#[test]
fn a_column_that_is_not_there_is_missed_with_those_that_are() {
    let missing = |wanted: &str, columns: &str, option: &str| {
        format!(
            "gridwatch: standard input: there is no column {wanted}; the columns are: {columns}; name the right one with --{option}"
        )
    };
    let lon = "lon or lng or longitude or 经度";
    for (args, header, expected) in [
        (&[][..], "x,y", missing(lon, "x, y", "lon")),
        (&[], "lon,y", missing("lat or latitude or 纬度", "lon, y", "lat")),
        (&["--lon", "east"], "lon,lat", missing("east", "lon, lat", "lon")),
        (&["--time", "when"], "lon,lat", missing("when", "lon, lat", "time")),
        (&[], "", "gridwatch: standard input is empty: there is not even a header".to_owned()),
        (&[], "\n\r\n\n", "gridwatch: standard input is empty: there is not even a header".to_owned()),
        (&[], "\u{feff}", "gridwatch: standard input is empty: there is not even a header".to_owned()),
        (
            &[],
            "lon,lat,lon",
            "gridwatch: standard input: the column lon is there twice; rename the wrong one, or name the right one with --lon".to_owned(),
        ),
    ] {
        let input = if header.trim_matches(['\n', '\r', '\u{feff}']).is_empty() { header.to_owned() } else { format!("{header}\n1,2\n") };
        assert_unusable(&site(), args, input, &expected);
    }
}

#[test]
fn a_header_alone_is_a_table_without_rows() {
    for (format, expected) in [
        ("csv", "lon,lat,grid,department,outcome,edge_m,distance_m,rule,reason\n"),
        ("ndjson", ""),
        ("geojson", "{\"type\":\"FeatureCollection\",\"features\":[\n\n]}\n"),
    ] {
        let run = site().run_with(&["assign", "--format", format], "lon,lat");
        assert_eq!((run.code, run.text()), (0, expected));
        assert!(run.stderr.contains("0 rows: none"), "{}", run.stderr);
    }
}

#[test]
fn a_gzip_file_cut_in_the_middle_leaves_nothing_behind() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    for i in 0..50_000 {
        writeln!(
            encoder,
            "{}",
            if i == 0 { HEADER.into() } else { format!("{i},110.001,40.001,,,,{}", i * 7919 % 100_003) }
        )
        .expect("in memory");
    }
    let whole = encoder.finish().expect("in memory");
    for cut in [3, 20, whole.len() / 2, whole.len() - 1] {
        let site = site().with("cut.csv.gz", &whole[..cut]);
        assert_unusable(
            &site,
            &["--input", "cut.csv.gz", "--output", "out.csv"],
            "",
            "gridwatch: cannot read cut.csv.gz: ",
        );
        assert!(!site.file("out.csv").exists() && !site.file("out.csv.part").exists());
    }
    let mut damaged = whole.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 0xff;
    let site = site().with("bad.csv.gz", &damaged);
    assert_unusable(
        &site,
        &["--input", "bad.csv.gz", "--output", "out.csv"],
        "",
        "gridwatch: cannot read bad.csv.gz: ",
    );
    assert!(!site.file("out.csv").exists() && !site.file("out.csv.part").exists());
}

#[test]
fn files_that_cannot_be_had_or_written_are_named() {
    let site = site().with("in.csv", format!("{HEADER}\n{GOOD}\n"));
    fs::create_dir(site.file("folder")).expect("a folder");
    for (args, said) in [
        (["--input", "none.csv", "--threads", "1"], "gridwatch: cannot open none.csv: there is no such file or folder"),
        (["--input", "folder", "--threads", "1"], "gridwatch: cannot read folder: it is a folder"),
        (
            ["--input", "in.csv", "--output", "none/out.csv"],
            "gridwatch: cannot write none/out.csv: there is no such file or folder",
        ),
        (["--input", "in.csv", "--output", "folder"], "gridwatch: cannot write folder: it is a folder"),
        (["--input", "in.csv", "--tz", "Asia/Dalad"], "gridwatch: --tz Asia/Dalad: "),
        (
            ["--input", "in.csv", "--datum", "cgcs"],
            "error: invalid value 'cgcs' for '--datum <D>': none of wgs84, gcj02, bd09",
        ),
        (
            ["--input", "in.csv", "--encoding", "latin1"],
            "error: invalid value 'latin1' for '--encoding <E>': none of utf-8, gb18030",
        ),
        (["--input", "in.csv", "--format", "xlsx"], "error: invalid value 'xlsx' for '--format <FORMAT>'"),
        (["--input", "in.csv", "--threads", "many"], "error: invalid value 'many' for '--threads <N>'"),
    ] {
        assert_unusable(&site, &args, "", said);
    }
    let left: Vec<_> =
        fs::read_dir(site.path()).expect("the site").map(|entry| entry.expect("an entry").file_name()).collect();
    assert_eq!(left.len(), 4, "nothing but in.csv, folder, geodata, gridwatch.toml: {left:?}");
}

#[test]
fn a_file_that_is_no_csv_is_told_what_it_is() {
    let utf16: Vec<u8> = "\u{feff}lon,lat\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (input, said) in [
        (utf16, "gridwatch: cannot read in.csv: this is UTF-16; save it as CSV in UTF-8"),
        (
            b"PK\x03\x04\x14\0".to_vec(),
            "gridwatch: cannot read in.csv: this is a workbook or another ZIP file; save the sheet as CSV",
        ),
        (vec![b'x'; 3 << 20], "gridwatch: in.csv: line 1 is longer than 1 MiB; is this a CSV file?"),
    ] {
        assert_unusable(&site().with("in.csv", input), &["--input", "in.csv"], "", said);
    }
}

#[test]
fn a_line_of_megabytes_ends_the_work_and_is_named() {
    for (line, at) in [("x".repeat(3 << 20), 3), (format!("2,\"{}", "x".repeat(3 << 20)), 3)] {
        let site = site().with("long.csv", format!("{HEADER}\n{GOOD}\n{line}\n{GOOD}\n"));
        let run = site.run(&["assign", "--input", "long.csv", "--output", "out.csv"]);
        let said = format!("gridwatch: long.csv: line {at} is longer than 1 MiB; is this a CSV file?\n");
        assert!(run.code == 2 && run.stderr.ends_with(&said), "{}", run.stderr);
        assert!(!site.file("out.csv").exists() && !site.file("out.csv.part").exists());
    }
}

/// `gridwatch check | head -1`
#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    use std::process::{Command, Stdio};
    let site = site().with("geodata/staff.csv", format!("id,name,roles\n{}", "x,,\n".repeat(20_000)));
    let mut child = Command::new(env!("CARGO_BIN_EXE_gridwatch"))
        .args(["check", "--site"])
        .arg(site.path())
        .env("LC_ALL", "C")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the binary ends");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(output.status.success());
}
