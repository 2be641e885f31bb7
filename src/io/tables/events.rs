//! Tables of events: which column is what, and what a row says.

use csv::ByteRecord;
use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

use super::value::{Fault, parse_instant, parse_number, position};
use crate::domain::{
    code,
    geo::{Datum, Position},
};

/// Names of columns as the user gave them; what is absent is looked for by its usual names.
#[derive(Debug, Clone, Default)]
pub struct ColumnNames {
    pub lon: Option<String>,
    pub lat: Option<String>,
    pub time: Option<String>,
    pub category: Option<String>,
    pub accuracy: Option<String>,
}

/// Why nobody knows which column is meant.
#[derive(Debug, Serialize, thiserror::Error, strum::VariantNames)]
#[serde(tag = "code", content = "params", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ColumnError {
    #[error("there is no column {wanted}; the columns are: {}; name the right one with --{option}", columns.join(", "))]
    NoSuchColumn { wanted: String, option: &'static str, columns: Vec<String> },
    #[error("the column {name} is there twice; rename the wrong one, or name the right one with --{option}")]
    ColumnTwice { name: String, option: &'static str },
}

/// How to read the rows of a table.
#[derive(Debug)]
pub struct EventTable {
    pub columns: Vec<String>,
    lon: usize,
    lat: usize,
    time: Option<usize>,
    category: Option<usize>,
    accuracy: Option<usize>,
    datum: Datum,
    zone: TimeZone,
}

/// What a row says of an event.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EventRow<'a> {
    /// `None` where both numbers are absent.
    pub position: Option<Position>,
    pub instant: Option<Timestamp>,
    pub category: Option<&'a str>,
    pub accuracy_m: Option<f64>,
}

/// What is wrong with a row, and in which column.
#[derive(Debug, Clone, PartialEq)]
pub struct RowFault {
    pub column: Option<usize>,
    pub fault: Fault,
}

impl EventTable {
    /// # Errors
    /// If longitude, latitude or a column that was named is not there.
    pub fn new(columns: Vec<String>, names: &ColumnNames, datum: Datum, zone: TimeZone) -> Result<Self, ColumnError> {
        let optional =
            |named: &Option<String>, option, usual: &[&str]| column(&columns, named.as_deref(), option, usual);
        let required = |named: &Option<String>, option, usual: &[&str]| {
            optional(named, option, usual)?.ok_or_else(|| missing(named.as_deref(), option, usual, &columns))
        };
        Ok(Self {
            lon: required(&names.lon, "lon", &["lon", "lng", "longitude", "经度"])?,
            lat: required(&names.lat, "lat", &["lat", "latitude", "纬度"])?,
            time: optional(&names.time, "time", &["captured_at", "time", "timestamp", "opened", "时间", "上报时间"])?,
            category: optional(&names.category, "category", &["category", "category_code", "类别", "类别编码"])?,
            accuracy: optional(&names.accuracy, "accuracy", &["accuracy_m", "accuracy", "定位精度"])?,
            columns,
            datum,
            zone,
        })
    }

    /// `lon=x, lat=y, …`: what was understood, for people to see.
    #[must_use]
    pub fn understood(&self) -> String {
        let of = |name: &str, index: usize| format!("{name}={}", self.columns[index]);
        let mut parts = vec![of("lon", self.lon), of("lat", self.lat)];
        let optional = [("time", self.time), ("category", self.category), ("accuracy", self.accuracy)];
        parts.extend(optional.into_iter().filter_map(|(name, index)| Some(of(name, index?))));
        parts.join(", ")
    }

    /// A further column, by the name that the user gave or else by its usual names.
    ///
    /// # Errors
    /// If the one that was named is not there, or is there twice.
    pub fn column(
        &self,
        named: Option<&str>,
        option: &'static str,
        usual: &[&str],
    ) -> Result<Option<usize>, ColumnError> {
        column(&self.columns, named, option, usual)
    }

    /// Reads one record.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn row<'a>(&self, record: &'a ByteRecord) -> Result<EventRow<'a>, RowFault> {
        if record.len() != self.columns.len() {
            let fault = Fault::RaggedRow { expected: self.columns.len(), found: record.len() };
            return Err(RowFault { column: None, fault });
        }
        let category = self.category.map(|column| Ok((column, Self::text(record, column)?))).transpose()?;
        if let Some((column, code)) = category
            && code::is_scientific(code)
        {
            let fault = Fault::ScientificCode { value: code.to_owned() };
            return Err(RowFault { column: Some(column), fault });
        }
        Ok(EventRow {
            position: self.position(record)?,
            instant: self.instant_in(record, self.time)?,
            category: category.map(|(_, code)| code).filter(|code| !code.is_empty()),
            accuracy_m: self.accuracy_m(record)?,
        })
    }

    fn position(&self, record: &ByteRecord) -> Result<Option<Position>, RowFault> {
        let (lon, lat) = (number(record, self.lon)?, number(record, self.lat)?);
        match (lon, lat) {
            (Some(lon), Some(lat)) => position(lon, lat, self.datum).map(Some).map_err(|fault| at(self.lon, fault)),
            (None, None) => Ok(None),
            (None, _) => Err(at(self.lon, Fault::MissingValue)),
            (_, None) => Err(at(self.lat, Fault::MissingValue)),
        }
    }

    /// The time in a column; one without an offset is in the zone.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn instant_in(&self, record: &ByteRecord, column: Option<usize>) -> Result<Option<Timestamp>, RowFault> {
        let Some(column) = column else { return Ok(None) };
        match Self::text(record, column)? {
            "" => Ok(None),
            value => parse_instant(value, &self.zone)
                .map(Some)
                .ok_or_else(|| at(column, Fault::BadTime { value: value.to_owned() })),
        }
    }

    fn accuracy_m(&self, record: &ByteRecord) -> Result<Option<f64>, RowFault> {
        /// Half the way around the earth: what lies beyond is no accuracy.
        const MAX_M: f64 = 20_000_000.0;
        let Some(column) = self.accuracy else { return Ok(None) };
        match number(record, column)? {
            Some(value) if value > MAX_M => Err(at(column, Fault::OutOfRange { value, min: 0.0, max: MAX_M })),
            // Devices write zero or, as iOS does, a negative number where they do not know.
            accuracy_m => Ok(accuracy_m.filter(|meters| *meters > 0.0)),
        }
    }

    /// The text in a column, without blanks around it.
    ///
    /// # Errors
    /// If it is not UTF-8.
    pub fn text(record: &ByteRecord, column: usize) -> Result<&str, RowFault> {
        std::str::from_utf8(&record[column]).map(str::trim).map_err(|_| at(column, Fault::NotUtf8))
    }

    /// Leaves a column of times that was only found by its name unread, where the time decides nothing: then a time that
    /// cannot be read is no fault of its row.
    pub fn ignore_time_unless_named(&mut self, names: &ColumnNames) {
        self.time = self.time.filter(|_| names.time.is_some());
    }

    /// The zone of times without an offset.
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    #[must_use]
    pub fn has_time(&self) -> bool {
        self.time.is_some()
    }

    #[must_use]
    pub fn has_category(&self) -> bool {
        self.category.is_some()
    }

    /// The column of the longitude, which faults of the position as a whole are put to.
    #[must_use]
    pub fn position_column(&self) -> usize {
        self.lon
    }
}

fn column(
    columns: &[String],
    named: Option<&str>,
    option: &'static str,
    usual: &[&str],
) -> Result<Option<usize>, ColumnError> {
    let found = find(columns, named, usual);
    match found.map(|index| (index, &columns[index])) {
        Some((index, name)) if columns[index + 1..].contains(name) => {
            Err(ColumnError::ColumnTwice { name: name.clone(), option })
        }
        None if named.is_some() => Err(missing(named, option, usual, columns)),
        _ => Ok(found),
    }
}

fn missing(named: Option<&str>, option: &'static str, usual: &[&str], columns: &[String]) -> ColumnError {
    let wanted = named.map_or_else(|| usual.join(" or "), str::to_owned);
    ColumnError::NoSuchColumn { wanted, option, columns: columns.to_vec() }
}

fn find(columns: &[String], named: Option<&str>, usual: &[&str]) -> Option<usize> {
    match named {
        Some(named) => columns.iter().position(|column| column == named),
        None => usual.iter().find_map(|name| columns.iter().position(|column| column.eq_ignore_ascii_case(name))),
    }
}

fn at(column: usize, fault: Fault) -> RowFault {
    RowFault { column: Some(column), fault }
}

fn number(record: &ByteRecord, column: usize) -> Result<Option<f64>, RowFault> {
    match EventTable::text(record, column)? {
        "" => Ok(None),
        value => parse_number(value).map(Some).map_err(|fault| at(column, fault)),
    }
}
