//! A list of cameras as a table, taken into `cameras.toml` without touching what else stands there.

use serde_json::{Map, Value};
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table};

use super::{
    cameras::{self, FILE},
    codes::SeenCodes,
    files::{Columns, csv_rows, toml_tables},
    problem::{Problem, Problems, Severity, Spot, Why},
};
use crate::{domain::geo::Datum, io::tables::value::parse_number};

/// What a list makes of `cameras.toml`.
#[derive(Debug)]
pub struct CameraList {
    /// The file as it would be.
    pub text: String,
    /// Ids of the cameras that were not there, that were otherwise, and how many were as they are.
    pub new: Vec<String>,
    pub changed: Vec<String>,
    pub same: usize,
}

const COLUMNS: Columns<'static> = Columns {
    required: &["id"],
    optional: &[
        "name",
        "main",
        "sub",
        "lon",
        "lat",
        "height_m",
        "heading_deg",
        "tilt_deg",
        "hfov_deg",
        "range_m",
        "gb_code",
        "secret",
        "reader",
        "enabled",
    ],
};
const NUMBERS: [&str; 7] = ["lon", "lat", "height_m", "heading_deg", "tilt_deg", "hfov_deg", "range_m"];

/// A row for each camera, found by its `id`; an empty cell leaves what is there, and a camera that is not in the list stays as
/// it is. `None` where anything is wrong: each problem names its row and column.
#[must_use]
pub fn with_cameras(toml: &[u8], list: &[u8], datum: Datum) -> (Option<CameraList>, Vec<Problem>) {
    let (mut problems, mut of_file) = (Problems::of(""), Problems::of(FILE));
    let rows = csv_rows(list, &COLUMNS, &mut SeenCodes::default(), &mut problems);
    if rows.as_ref().is_some_and(Vec::is_empty) {
        problems.error(&Spot::file(), None, Why::FileEmpty);
    }
    let known = toml_tables(toml, "camera", &mut of_file).map(|(tables, _)| tables).unwrap_or_default();
    let known: Vec<Map<String, Value>> = known.into_iter().map(|(_, values)| values).collect();
    let document = std::str::from_utf8(toml).ok().and_then(|text| text.parse::<DocumentMut>().ok());
    let mut document = document.unwrap_or_default();
    let (mut new, mut changed, mut same, mut seen) = (Vec::new(), Vec::new(), 0, SeenCodes::default());
    for (spot, cells) in rows.unwrap_or_default() {
        let cells = cells.into_iter().filter_map(|(column, cell)| Some((column.clone(), typed(&column, &cell)?)));
        let cells: Map<String, Value> = cells.collect();
        let id = cells.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        let is_it = |values: &&Map<String, Value>| values.get("id").and_then(Value::as_str) == Some(&*id);
        let before = known.iter().find(is_it);
        let mut after = before.cloned().unwrap_or_default();
        after.extend(cells.clone());
        if cameras::camera((spot, after), datum, &mut seen, &mut problems).is_none() {
            continue;
        }
        let differs = |(column, cell): &(&String, &Value)| {
            before.and_then(|before| before.get(*column)).is_none_or(|known| !is_same(known, cell))
        };
        let news: Vec<(&String, &Value)> = cells.iter().filter(differs).collect();
        match before {
            Some(_) if news.is_empty() => same += 1,
            Some(_) => changed.push(id.clone()),
            None => new.push(id.clone()),
        }
        if let Some(table) = table_of(&mut document, &id) {
            for (column, cell) in news {
                set(table, column, cell);
            }
        }
    }
    let (problems, of_file) = (problems.into_vec(), of_file.into_vec());
    let problems = [problems, of_file].concat();
    let is_sound = problems.iter().all(|problem| problem.severity != Severity::Error);
    (is_sound.then(|| CameraList { text: document.to_string(), new, changed, same }), problems)
}

/// What a cell means; `None` where it is empty, or of a column that nobody reads.
fn typed(column: &str, cell: &Value) -> Option<Value> {
    COLUMNS.required.iter().chain(COLUMNS.optional).find(|known| **known == column)?;
    let text = cell.as_str().map(str::trim).filter(|text| !text.is_empty())?;
    Some(match column {
        "enabled" if text == "true" || text == "false" => Value::Bool(text == "true"),
        // What is no number is refused as such.
        column if NUMBERS.contains(&column) => parse_number(text).map_or_else(|_| text.into(), Value::from),
        _ => text.into(),
    })
}

fn is_same(one: &Value, other: &Value) -> bool {
    one == other || one.as_f64().zip(other.as_f64()).is_some_and(|(one, other)| one == other)
}

/// The camera's table, made behind all others where there is none.
fn table_of<'a>(document: &'a mut DocumentMut, id: &str) -> Option<&'a mut Table> {
    let item = document.entry("camera").or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
    let tables = item.as_array_of_tables_mut()?;
    let is_it = |table: &Table| table.get("id").and_then(Item::as_str) == Some(id);
    let at = tables.iter().position(is_it);
    if at.is_none() {
        let mut table = Table::new();
        table.decor_mut().set_prefix("\n");
        tables.push(table);
    }
    tables.get_mut(at.unwrap_or(tables.len() - 1))
}

/// Keeps what is said beside the value.
fn set(table: &mut Table, column: &str, cell: &Value) {
    let mut value: toml_edit::Value = match cell {
        Value::Bool(truth) => (*truth).into(),
        Value::Number(number) => number.as_f64().unwrap_or_default().into(),
        other => other.as_str().unwrap_or_default().into(),
    };
    match table.get_mut(column).and_then(Item::as_value_mut) {
        Some(known) => {
            *value.decor_mut() = known.decor().clone();
            *known = value;
        }
        None => drop(table.insert(column, Item::Value(value))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOML: &str = "# The street's own.\n[[camera]]\nid = \"a\" # as painted on the pole\nname = \"gate\"\n\
        main = \"rtsp://10.0.0.1/1\" # by the cable\nlon = 110.0\nlat = 40.0\n\n[[camera.rule]]\nsees = \"person\"\n\
        category = \"C\"\n";

    fn taken(list: &str) -> CameraList {
        let (taken, problems) = with_cameras(TOML.as_bytes(), list.as_bytes(), Datum::Wgs84);
        taken.unwrap_or_else(|| panic!("{problems:?}"))
    }

    #[test]
    fn a_row_changes_what_it_says_and_nothing_else_and_what_is_new_comes_last() {
        let list = "id,name,main,lon,lat,enabled\na,,rtsp://10.0.0.9/1,110,,\nb,corner,rtsp://10.0.0.2/1,,,false\n";
        let CameraList { text, new, changed, same } = taken(list);
        assert_eq!((new, changed, same), (vec!["b".to_owned()], vec!["a".to_owned()], 0));
        let expected = TOML.replace("10.0.0.1", "10.0.0.9")
            + "\n[[camera]]\nid = \"b\"\nname = \"corner\"\nmain = \"rtsp://10.0.0.2/1\"\nenabled = false\n";
        assert_eq!(text, expected);
        let again = taken("id,name,lon\na,gate,110.0\n");
        assert_eq!((again.text.as_str(), again.same), (TOML, 1));
    }

    #[test]
    fn what_is_wrong_is_told_by_row_and_column_and_nothing_is_taken() {
        let list = "id,name,main,lon,lat\nb,x,rtsp://u:secret@h/1,,\nc,,rtsp://h/1,east,40\nb,y,rtsp://h/2,,\n,z,rtsp://h/3,,\n";
        let (taken, problems) = with_cameras(TOML.as_bytes(), list.as_bytes(), Datum::Wgs84);
        assert!(taken.is_none());
        let told: Vec<_> = problems.iter().map(|it| (it.spot.line, it.field.as_deref().unwrap_or_default())).collect();
        for expected in [(Some(2), "main"), (Some(3), "name"), (Some(3), "lon"), (Some(4), "id"), (Some(5), "id")] {
            assert!(told.contains(&expected), "{expected:?} {told:?}");
        }
        assert!(!format!("{problems:?}").contains("secret"), "credentials are not repeated");
    }
}
