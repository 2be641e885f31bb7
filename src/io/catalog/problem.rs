//! What is wrong with a site's files: a place and a code with parameters. The words are made at the edge.

use serde::Serialize;

use crate::{
    domain::{
        camera::{HomographyError, StreamUriError},
        duty::CalendarError,
        grid::{HierarchyError, ring::RingFault, topology::TopologyFault},
    },
    io::tables::value::Fault,
};

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Problem {
    pub severity: Severity,
    /// Relative to the site's folder.
    pub file: String,
    #[serde(flatten)]
    pub spot: Spot,
    /// Field, column or key.
    pub field: Option<String>,
    #[serde(flatten)]
    pub why: Why,
}

/// Whether the service starts in spite of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, strum::VariantNames)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Severity {
    Error,
    Warning,
}

/// Where in a file.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Spot {
    /// From 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// From 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feature: Option<usize>,
    /// The code or id of what it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
}

/// Why, as a code with parameters.
#[derive(Debug, Clone, PartialEq, Serialize, strum::VariantNames)]
#[serde(tag = "code", content = "params", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Why {
    // A file as a whole.
    FileMissing,
    /// The service starts, and places nothing.
    NoGrids,
    /// The service starts without what it would hold.
    TakenAsEmpty,
    FileUnreadable {
        error: String,
    },
    FileTooLarge {
        size_mb: u64,
        limit_mb: u64,
    },
    FileEmpty,
    WrongEncoding {
        encoding: String,
    },
    NotJson {
        column: usize,
        error: String,
    },
    NotACollection {
        found: String,
    },
    NotToml {
        error: String,
    },
    NotPmtiles,
    NoFeatures,
    UnknownCrs {
        crs: String,
    },
    /// Inside China the datum decides on the grid, and none is declared.
    NoDatum,
    /// Inside China nobody means UTC, and no zone is set.
    NoTimeZone,
    // A row, a feature, an entry.
    NotAFeature {
        error: String,
    },
    NullGeometry,
    WrongGeometry {
        expected: &'static str,
        found: String,
    },
    MissingColumn {
        columns: Vec<String>,
    },
    RowTooLong,
    UnknownColumn {
        likely: Option<String>,
    },
    DoubledColumn,
    UnknownKey {
        likely: Option<String>,
    },
    // A value.
    /// Not repeated where it may be a credential.
    NotText {
        value: Option<String>,
    },
    NotWhole {
        value: f64,
    },
    NotATable {
        name: String,
    },
    BadChoice {
        value: String,
        choices: Vec<&'static str>,
    },
    BadLimit {
        value: String,
    },
    BadDate {
        value: String,
    },
    /// Not each from a lower score than the one before.
    GradesOutOfOrder,
    /// More steps of lateness than anybody climbs.
    LongLadder {
        rungs: usize,
        limit: usize,
    },
    BadTimeZone {
        value: String,
    },
    BadAddress {
        value: String,
    },
    BadPublicUrl {
        value: String,
    },
    BadProxy {
        value: String,
    },
    ReservedId {
        id: String,
    },
    BadEmail {
        value: String,
    },
    /// Mail is sent in the clear to this machine alone.
    MailInTheClear {
        host: String,
    },
    EmptyValidity {
        from: String,
        to: String,
    },
    /// `line` and `feature` are those of the first place.
    DuplicateCode {
        value: String,
        line: Option<u64>,
        feature: Option<usize>,
    },
    UnknownCode {
        value: String,
        likely: Option<String>,
    },
    // Particular files.
    BadHours {
        value: String,
    },
    LongHoliday {
        from: String,
        to: String,
        days: usize,
    },
    NoStream,
    /// A password in a stream's address; the address is not repeated.
    CredentialsInStream,
    /// Of a `test://` address, which holds no credential.
    NoSuchScene {
        scene: String,
    },
    /// In the environment and in the data folder.
    NoSecret {
        secret: String,
    },
    /// The file of credentials; nothing of it is repeated.
    NotSecrets,
    BadGbCode {
        value: String,
    },
    MissingElement {
        element: String,
        package: String,
    },
    NoGstreamer {
        error: String,
    },
    // What the tables and the domain name themselves.
    #[serde(untagged)]
    Value(Fault),
    #[serde(untagged)]
    Ring(RingFault),
    #[serde(untagged)]
    Hierarchy(HierarchyError),
    #[serde(untagged)]
    Topology(TopologyFault),
    #[serde(untagged)]
    Calendar(CalendarError),
    #[serde(untagged)]
    Stream(StreamUriError),
    #[serde(untagged)]
    ControlPoints(HomographyError),
}

impl Problem {
    /// A warning about a file as a whole.
    #[must_use]
    pub fn warning(file: &str, why: Why) -> Self {
        Self { severity: Severity::Warning, file: file.to_owned(), spot: Spot::file(), field: None, why }
    }
}

impl From<Fault> for Why {
    fn from(fault: Fault) -> Self {
        Self::Value(fault)
    }
}

/// Problems of one file, collected while it is read.
#[derive(Debug)]
pub struct Problems {
    file: String,
    found: Vec<Problem>,
}

impl Problems {
    #[must_use]
    pub fn of(file: &str) -> Self {
        Self { file: file.to_owned(), found: Vec::new() }
    }

    pub fn error(&mut self, spot: &Spot, field: Option<&str>, why: impl Into<Why>) {
        self.push(Severity::Error, spot, field, why.into());
    }

    pub fn warning(&mut self, spot: &Spot, field: Option<&str>, why: impl Into<Why>) {
        self.push(Severity::Warning, spot, field, why.into());
    }

    #[must_use]
    pub fn into_vec(self) -> Vec<Problem> {
        self.found
    }

    fn push(&mut self, severity: Severity, spot: &Spot, field: Option<&str>, why: Why) {
        let field = field.map(str::to_owned);
        self.found.push(Problem { severity, file: self.file.clone(), spot: spot.clone(), field, why });
    }
}

impl Spot {
    #[must_use]
    pub fn line(line: u64) -> Self {
        Self { line: Some(line), ..Self::default() }
    }

    /// That a code stood here already.
    #[must_use]
    pub fn says_first(&self, code: &str) -> Why {
        Why::DuplicateCode { value: code.to_owned(), line: self.line, feature: self.feature }
    }

    /// The whole file.
    #[must_use]
    pub fn file() -> Self {
        Self::default()
    }
}
