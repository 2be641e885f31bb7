//! A site in a temporary folder, and the binary run on it.

pub mod binary;
pub mod mail;
pub mod people;
pub mod service;

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

use gridwatch::demo::SiteFile;
use tempfile::TempDir;

/// The repository's root, which is the demo site.
pub fn demo_site() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The demo site as tests serve it, with cameras of which nobody knows where they look: else reports would get a frame of theirs whenever
/// one comes, and most tests want to know what they will find.
pub fn served_site() -> &'static Path {
    static SITE: OnceLock<PathBuf> = OnceLock::new();
    SITE.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("served-site");
        for SiteFile { path, contents } in gridwatch::demo::site() {
            let file = folder.join(path);
            fs::create_dir_all(file.parent().expect("inside the site")).expect("a folder");
            let contents = if path == "cameras.toml" { blind(&contents) } else { contents };
            fs::write(file, contents).expect("a file");
        }
        folder
    })
}

fn blind(cameras: &str) -> String {
    let mut site: toml::Table = cameras.parse().expect("TOML");
    for camera in site["camera"].as_array_mut().expect("cameras") {
        let known = ["id", "name", "main", "gb_code", "lon", "lat", "range_m"];
        camera.as_table_mut().expect("a table").retain(|key, _| known.contains(&key));
    }
    toml::to_string(&site).expect("TOML")
}

/// A folder that goes away with the test.
pub struct Site {
    folder: TempDir,
}

impl Site {
    pub fn empty() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    /// A site with these grids, on China's clock.
    pub fn of(grids: &[Square]) -> Self {
        Self::empty()
            .with("gridwatch.toml", "time_zone = \"Asia/Shanghai\"\n")
            .with("geodata/grids.geojson", collection(grids.iter().map(Square::feature)))
    }

    /// Writes a file of the site.
    pub fn with(self, file: &str, contents: impl AsRef<[u8]>) -> Self {
        let path = self.folder.path().join(file);
        fs::create_dir_all(path.parent().expect("inside the site")).expect("a folder");
        fs::write(path, contents).expect("a file");
        self
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn file(&self, file: &str) -> PathBuf {
        self.path().join(file)
    }

    /// Runs `gridwatch` in the site's folder.
    pub fn run(&self, args: &[&str]) -> Run {
        self.run_with(args, "")
    }

    /// Runs `gridwatch` in the site's folder with standard input.
    pub fn run_with(&self, args: &[&str], input: impl AsRef<[u8]>) -> Run {
        run_in(self.path(), args, input)
    }
}

/// Runs `gridwatch` in a folder, in English.
pub fn run_in(folder: &Path, args: &[&str], input: impl AsRef<[u8]>) -> Run {
    let mut child = Command::new(env!("CARGO_BIN_EXE_gridwatch"))
        .args(args)
        .current_dir(folder)
        .env("LC_ALL", "C")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut stdin = child.stdin.take().expect("piped");
    let input = input.as_ref().to_owned();
    // A command that needs no input may end before it has been written.
    let writer = std::thread::spawn(move || stdin.write_all(&input).ok());
    let output = child.wait_with_output().expect("the binary ends");
    writer.join().expect("no panic");
    let stderr = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(!stderr.contains("panicked"), "{args:?}: {stderr}");
    Run { code: output.status.code().expect("no signal"), stdout: output.stdout, stderr }
}

/// What a run of the binary gave.
pub struct Run {
    pub code: i32,
    pub stdout: Vec<u8>,
    pub stderr: String,
}

impl Run {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).expect("UTF-8")
    }

    /// Both streams together, for messages that may be on either.
    pub fn said(&self) -> String {
        format!("{}{}", self.text(), self.stderr)
    }

    /// The rows of a CSV by column name.
    pub fn rows(&self) -> Vec<Row> {
        let mut reader = csv::Reader::from_reader(&self.stdout[..]);
        let columns = reader.headers().expect("a header").clone();
        let row = |record: csv::StringRecord| Row { columns: columns.clone(), record };
        reader.records().map(|record| row(record.expect("a row as long as the header"))).collect()
    }
}

/// A row of an output.
pub struct Row {
    columns: csv::StringRecord,
    record: csv::StringRecord,
}

impl Row {
    pub fn get(&self, column: &str) -> &str {
        let index = self.columns.iter().position(|name| name == column);
        &self.record[index.unwrap_or_else(|| panic!("no column {column} in {:?}", self.columns))]
    }
}

/// A square grid near the demo site; corners in thousandths of a degree east and north of 110, 40.
#[derive(Clone, Copy)]
pub struct Square {
    pub code: &'static str,
    pub level: &'static str,
    pub parent: Option<&'static str>,
    pub bounds: [i32; 4],
}

impl Square {
    pub fn grid(code: &'static str, bounds: [i32; 4]) -> Self {
        Self { code, level: "grid", parent: None, bounds }
    }

    pub fn feature(&self) -> String {
        let [w, s, e, n] = self.bounds.map(f64::from).map(|thousandths| thousandths / 1000.0);
        let [w, e, s, n] = [110.0 + w, 110.0 + e, 40.0 + s, 40.0 + n];
        feature(
            &format!(
                r#""code": "{0}", "name": "{0}", "level": "{1}", "parent": {2:?}"#,
                self.code, self.level, self.parent
            )
            .replace("None", "null")
            .replace("Some(", "")
            .replace("\")", "\""),
            &format!("[[[{w},{s}],[{e},{s}],[{e},{n}],[{w},{n}],[{w},{s}]]]"),
        )
    }
}

pub fn feature(properties: &str, polygon: &str) -> String {
    format!(
        r#"{{"type": "Feature", "properties": {{{properties}}}, "geometry": {{"type": "Polygon", "coordinates": {polygon}}}}}"#
    )
}

pub fn collection(features: impl IntoIterator<Item = String>) -> String {
    let features: Vec<String> = features.into_iter().collect();
    format!("{{\"type\": \"FeatureCollection\", \"datum\": \"wgs84\", \"features\": [\n{}\n]}}", features.join(",\n"))
}
