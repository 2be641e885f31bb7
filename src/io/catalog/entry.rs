//! One entry of a site's file, whatever the format: a CSV row, a feature's properties, a TOML table.
//!
//! Every getter notes what is wrong with its value, so that a reader takes the fields one after the other and all the
//! problems of the entry are reported together.

use std::{collections::BTreeSet, str::FromStr};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde_json::{Map, Value};
use strum::VariantNames;

use super::problem::{Problems, Spot, Why};
use crate::{
    domain::{
        code,
        duty::Limit,
        geo::{Datum, Position},
    },
    io::tables::value::{Fault, parse_instant, parse_number, position},
};

/// Named values with their place in a file.
pub struct Entry<'a> {
    pub spot: Spot,
    values: Map<String, Value>,
    asked: BTreeSet<&'static str>,
    /// What stands before a field's name in a nested entry: `preset[2].`
    prefix: String,
    problems: &'a mut Problems,
}

impl<'a> Entry<'a> {
    pub fn new(spot: Spot, values: Map<String, Value>, problems: &'a mut Problems) -> Self {
        Self { spot, values, asked: BTreeSet::new(), prefix: String::new(), problems }
    }

    /// Names the entry in what is said of it from here on.
    pub fn is_about(&mut self, of: &str) {
        self.spot.of = Some(of.to_owned());
    }

    pub fn error(&mut self, field: &str, why: impl Into<Why>) {
        let field = format!("{}{field}", self.prefix);
        self.problems.error(&self.spot, Some(&field), why);
    }

    pub fn warning(&mut self, field: &str, why: impl Into<Why>) {
        let field = format!("{}{field}", self.prefix);
        self.problems.warning(&self.spot, Some(&field), why);
    }

    /// The value, unless it is absent, null or blank.
    fn value(&mut self, field: &'static str) -> Option<Value> {
        self.asked.insert(field);
        self.values.get(field).filter(|value| !is_blank(value)).cloned()
    }

    /// Whether there is a value: not absent, null or blank.
    pub fn has(&self, field: &str) -> bool {
        self.values.get(field).is_some_and(|value| !is_blank(value))
    }

    /// A text that may be absent.
    pub fn text(&mut self, field: &'static str) -> Option<String> {
        match self.value(field)? {
            Value::String(text) => Some(text.trim().to_owned()),
            other => {
                self.error(field, Why::NotText { value: Some(other.to_string()) });
                None
            }
        }
    }

    /// A text that may hold a credential: what stands there instead is not repeated.
    pub fn unshown_text(&mut self, field: &'static str) -> Option<String> {
        let value = self.value(field)?;
        let text = value.as_str().map(|text| text.trim().to_owned());
        if text.is_none() {
            self.error(field, Why::NotText { value: None });
        }
        text
    }

    pub fn required_text(&mut self, field: &'static str) -> Option<String> {
        if self.value(field).is_none() {
            self.error(field, Fault::MissingValue);
            return None;
        }
        self.text(field)
    }

    /// A code: text, and not one that a spreadsheet made a number of.
    pub fn code(&mut self, field: &'static str) -> Option<String> {
        let code = self.text(field)?;
        if code::is_scientific(&code) {
            self.error(field, Fault::ScientificCode { value: code });
            return None;
        }
        Some(code)
    }

    pub fn required_code(&mut self, field: &'static str) -> Option<String> {
        if self.value(field).is_none() {
            self.error(field, Fault::MissingValue);
            return None;
        }
        self.code(field)
    }

    /// One of the names of an enum.
    pub fn choice<T: FromStr + VariantNames>(&mut self, field: &'static str) -> Option<T> {
        let value = self.text(field)?;
        self.parse_choice(field, &value)
    }

    pub fn required_choice<T: FromStr + VariantNames>(&mut self, field: &'static str) -> Option<T> {
        let value = self.required_text(field)?;
        self.parse_choice(field, &value)
    }

    fn parse_choice<T: FromStr + VariantNames>(&mut self, field: &str, value: &str) -> Option<T> {
        let choice = value.parse().ok();
        if choice.is_none() {
            self.error(field, Why::BadChoice { value: value.to_owned(), choices: T::VARIANTS.to_vec() });
        }
        choice
    }

    /// Several names of an enum, `;`-separated.
    pub fn choices<T: FromStr + VariantNames>(&mut self, field: &'static str) -> Vec<T> {
        self.list(field).iter().filter_map(|value| self.parse_choice(field, value)).collect()
    }

    /// A list: an array of texts, or one text with `;` between.
    pub fn list(&mut self, field: &'static str) -> Vec<String> {
        let parts: Vec<String> = match self.value(field) {
            None => return Vec::new(),
            Some(Value::String(text)) => text.split([';', '；']).map(|part| part.trim().to_owned()).collect(),
            Some(Value::Array(values)) => values
                .into_iter()
                .filter_map(|value| match value {
                    Value::String(text) => Some(text.trim().to_owned()),
                    other => {
                        self.error(field, Why::NotText { value: Some(other.to_string()) });
                        None
                    }
                })
                .collect(),
            Some(other) => {
                self.error(field, Why::NotText { value: Some(other.to_string()) });
                return Vec::new();
            }
        };
        parts.into_iter().filter(|part| !part.is_empty()).collect()
    }

    /// `true` or `false`.
    pub fn truth(&mut self, field: &'static str) -> Option<bool> {
        let value = self.value(field)?;
        let truth = value.as_bool();
        if truth.is_none() {
            self.error(field, Why::BadChoice { value: shown(&value), choices: vec!["true", "false"] });
        }
        truth
    }

    /// A finite number within limits, inclusive; CSV writes it as text.
    pub fn number(&mut self, field: &'static str, min: f64, max: f64) -> Option<f64> {
        let value = self.value(field)?;
        let number = match &value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => match parse_number(text) {
                Ok(number) => Some(number),
                Err(fault) => {
                    self.error(field, fault);
                    return None;
                }
            },
            _ => None,
        };
        match number.filter(|number| number.is_finite()) {
            Some(number) if (min..=max).contains(&number) => Some(number),
            Some(number) => {
                self.error(field, Fault::OutOfRange { value: number, min, max });
                None
            }
            None => {
                self.error(field, Fault::BadNumber { value: shown(&value) });
                None
            }
        }
    }

    pub fn whole_number(&mut self, field: &'static str, min: i64, max: i64) -> Option<i64> {
        let number = self.number(field, min as f64, max as f64)?;
        if number.fract() != 0.0 {
            self.error(field, Why::NotWhole { value: number });
            return None;
        }
        Some(number as i64)
    }

    pub fn limit(&mut self, field: &'static str) -> Option<Limit> {
        let value = self.text(field)?;
        let limit = value.parse().ok();
        if limit.is_none() {
            self.error(field, Why::BadLimit { value });
        }
        limit
    }

    /// `lon` and `lat` in the datum, as WGS84; `None` if both are absent or either is wrong.
    pub fn position(&mut self, datum: Datum) -> Option<Position> {
        for (field, other) in [("lon", "lat"), ("lat", "lon")] {
            if !self.has(field) && self.has(other) {
                self.error(field, Fault::MissingValue);
            }
        }
        let (lon, lat) = (self.number("lon", f64::MIN, f64::MAX), self.number("lat", f64::MIN, f64::MAX));
        self.checked_position(lon?, lat?, datum)
    }

    /// The same where both must be there.
    pub fn required_position(&mut self, datum: Datum) -> Option<Position> {
        if !self.has("lon") && !self.has("lat") {
            self.error("lon", Fault::MissingValue);
            self.error("lat", Fault::MissingValue);
        }
        self.position(datum)
    }

    pub fn checked_position(&mut self, lon: f64, lat: f64, datum: Datum) -> Option<Position> {
        position(lon, lat, datum).map_err(|fault| self.error("lon", fault)).ok()
    }

    /// An instant; a date or a time without offset is the zone's.
    pub fn instant(&mut self, field: &'static str, zone: &TimeZone) -> Option<Timestamp> {
        let value = self.text(field)?;
        let instant = parse_instant(&value, zone);
        if instant.is_none() {
            self.error(field, Fault::BadTime { value });
        }
        instant
    }

    pub fn date(&mut self, field: &'static str) -> Option<Date> {
        let value = self.required_text(field)?;
        let date = value.parse().ok();
        if date.is_none() {
            self.error(field, Why::BadDate { value });
        }
        date
    }

    /// One nested table or several, each read as an entry of its own.
    pub fn tables(&mut self, field: &'static str, mut read: impl FnMut(&mut Entry<'_>)) {
        let (tables, several) = match self.value(field) {
            None => return,
            Some(Value::Array(tables)) => (tables, true),
            Some(other) => (vec![other], false),
        };
        for (i, table) in tables.into_iter().enumerate() {
            let number = if several { format!("[{}]", i + 1) } else { String::new() };
            let prefix = format!("{}{field}{number}.", self.prefix);
            let Value::Object(values) = table else {
                self.error(field, Why::NotATable { name: format!("{}{field}", self.prefix) });
                continue;
            };
            let mut entry = Entry {
                spot: self.spot.clone(),
                values,
                asked: BTreeSet::new(),
                prefix,
                problems: &mut *self.problems,
            };
            read(&mut entry);
            entry.no_more_keys();
        }
    }

    /// Keys that nobody asked for are typing errors.
    pub fn no_more_keys(&mut self) {
        let unknown: Vec<String> =
            self.values.keys().filter(|key| !self.asked.contains(key.as_str())).cloned().collect();
        for key in unknown {
            let absent = self.asked.iter().copied().filter(|known| !self.values.contains_key(*known));
            let likely = code::likely_name(&key, absent);
            self.warning(&key, Why::UnknownKey { likely });
        }
    }

    /// An array as it stands.
    pub fn array(&mut self, field: &'static str) -> Vec<Value> {
        match self.value(field) {
            Some(Value::Array(values)) => values,
            None => Vec::new(),
            Some(other) => vec![other],
        }
    }

    /// Marks a key as known without reading it.
    pub fn knows(&mut self, field: &'static str) {
        self.asked.insert(field);
    }
}

fn is_blank(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty())
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
