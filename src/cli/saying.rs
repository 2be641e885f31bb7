//! What the commands say of their work, and why one cannot be done, as codes with parameters for the words.

use serde::Serialize;

use super::Language;

#[derive(Debug, Serialize, strum::VariantNames)]
#[serde(tag = "code", content = "params", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Saying {
    // `check`.
    Feature {
        feature: usize,
    },
    WouldStart {
        warnings: usize,
    },
    WouldNotStart {
        errors: usize,
        warnings: usize,
    },
    /// There is nothing wrong but that there are no grids.
    WouldPlaceNothing {
        warnings: usize,
    },
    SiteHolds {
        version: String,
        grids: usize,
        departments: usize,
        categories: usize,
        territories: usize,
        assets: usize,
        staff: usize,
        places: usize,
        cameras: usize,
    },
    NoSiteFolder {
        folder: String,
    },
    NoSite {
        folder: String,
    },
    // `serve`.
    ServedAlready {
        folder: String,
    },
    DamagedSite {
        errors: usize,
        /// As `check` words it.
        first: String,
        command: String,
    },
    // `assign`.
    ReadingColumns {
        columns: String,
        datum: String,
    },
    TakenAsWgs84,
    RowsPlaced {
        rows: u64,
        outcomes: String,
        seconds: String,
    },
    RowsOf {
        rows: u64,
        outcome: String,
    },
    NoRows,
    AtLine {
        line: u64,
    },
    ColumnCategory,
    ColumnOutcome,
    ColumnGrid,
    ColumnDepartment,
    ColumnWhy,
    // `heatmap`.
    NotPng {
        file: String,
    },
    NotValues {
        file: String,
    },
    CasesToImport {
        taken: usize,
        left_open: usize,
        rejected: u64,
    },
    CasesImported {
        fresh: usize,
        there: usize,
        left_open: usize,
        rejected: u64,
    },
    EventsRead {
        counted: usize,
        nowhere: usize,
        other: usize,
        unreadable: usize,
    },
    EventsDrawn {
        drawn: usize,
        skipped: u64,
        unreadable: u64,
        densest: String,
    },
    NoSuchGrid {
        grid: String,
    },
    NoSuchStaff {
        id: String,
    },
    // `detect`.
    OverTheVideo {
        option: &'static str,
    },
    /// `--output` and `--annotate`.
    OnePlaceForBoth {
        file: String,
    },
    NoSuchCamera {
        camera: String,
    },
    VideoSeen {
        frames: u64,
        findings: u64,
    },
    // `import`.
    SurveyHolds {
        file: String,
        features: usize,
        columns: Vec<String>,
    },
    Coordinates {
        system: String,
        degrees: bool,
        /// `user`, `file`, `site` or `nobody`.
        said_by: &'static str,
    },
    SiteReaches {
        west: String,
        south: String,
        east: String,
        north: String,
    },
    GridSizes {
        smallest: String,
        smallest_area: String,
        largest: String,
        largest_area: String,
    },
    GridsReplaced {
        features: usize,
        replaced: usize,
        kept: usize,
        errors: usize,
        warnings: usize,
    },
    MendErrors,
    MendOtherFiles,
    SayWrite {
        file: String,
    },
    /// A running service follows the files.
    TakenOverSoon,
    CameraNew {
        id: String,
    },
    CameraChanged {
        id: String,
    },
    CamerasCounted {
        new: usize,
        changed: usize,
        same: usize,
    },
    // `cameras`.
    /// It does not answer, or not as it should.
    ServiceAsked {
        url: String,
        answer: String,
    },
    /// A staff list that would send all of them away.
    NobodyInList {
        file: String,
        staff: usize,
    },
    Written {
        file: String,
    },
    WrittenOver {
        file: String,
        copy: String,
    },
    LevelNeeded,
    CodeNeeded {
        column: String,
    },
    NoFieldInMap {
        pair: String,
    },
    UnknownFieldInMap {
        pair: String,
        fields: Vec<&'static str>,
    },
    UnknownColumnInMap {
        pair: String,
        column: String,
        columns: Vec<String>,
    },
    FieldTwiceInMap {
        field: &'static str,
    },
    DatumNeeded,
    // Files and store.
    TwoTruths,
    GridsAreGone {
        file: String,
    },
    OnlyInFiles {
        file: String,
    },
    OnlyInStore {
        file: String,
    },
    NotTheSame {
        file: String,
    },
    TakeTheFiles {
        command: String,
    },
    TakeTheStore {
        command: String,
    },
    FilesDiffer,
    SayWriteFiles {
        version: String,
    },
    SayWriteStore {
        version: String,
    },
    FilesAreTrue {
        version: String,
    },
    SameAlready {
        version: String,
    },
    SetAside {
        file: String,
        copy: String,
    },
    NoVersionYet {
        site: String,
    },
    // `import staff`.
    StaffNew {
        id: String,
        name: String,
    },
    StaffChanged {
        id: String,
        name: String,
    },
    StaffGone {
        id: String,
        name: String,
    },
    StaffCounted {
        new: usize,
        changed: usize,
        gone: usize,
        same: usize,
    },
    CodesInSite {
        file: String,
    },
    // `backup` and `restore`.
    BackedUp {
        file: String,
        cases: u64,
        reports: u64,
        photos: u64,
    },
    FileIsThere {
        file: String,
    },
    PhotoMissing {
        hash: String,
    },
    NoStoreThere {
        folder: String,
    },
    Restored {
        made_at: String,
        cases: u64,
        reports: u64,
        photos: u64,
    },
    CannotRestore {
        file: String,
    },
    // Files.
    StandardInput,
    StandardOutput,
    CannotOpen {
        file: String,
    },
    CannotRead {
        file: String,
    },
    CannotWrite {
        file: String,
    },
    NoSuchFile,
    NoPermission,
    IsAFolder,
    NotAFolder,
    IsADevice,
    EmptyTable {
        file: String,
    },
    Utf16,
    Workbook,
    LongLine {
        line: u64,
    },
}

impl Saying {
    /// The failure of a command.
    #[must_use]
    pub fn failure(&self, language: Language) -> anyhow::Error {
        anyhow::Error::msg(language.say(self))
    }

    /// The same, because of what the system says.
    #[must_use]
    pub fn because_of(&self, error: std::io::Error, language: Language) -> anyhow::Error {
        use std::io::ErrorKind;
        let why = match error.kind() {
            ErrorKind::NotFound => Self::NoSuchFile,
            ErrorKind::PermissionDenied => Self::NoPermission,
            ErrorKind::IsADirectory => Self::IsAFolder,
            ErrorKind::NotADirectory => Self::NotAFolder,
            _ => return anyhow::Error::from(error).context(language.say(self)),
        };
        why.failure(language).context(language.say(self))
    }
}
