//! Rows as GeoJSON and as CSV.

use geojson::{Feature, JsonObject};
use serde_json::{Value, json};

use super::{Paper, Rows, rows::Row};

/// A collection that says what it was made of, and names the hotspots beside what was found.
pub fn geojson(paper: &Paper<'_>, rows: Rows) -> anyhow::Result<Vec<u8>> {
    let feature = |row: Row| Feature { geometry: row.geometry, properties: Some(row.properties), ..Feature::default() };
    let features: Vec<Feature> = paper.rows(rows).into_iter().map(feature).collect();
    let mut collection = json!({"type": "FeatureCollection", "about": paper.about()});
    if rows == Rows::Findings {
        let hotspots = paper.properties(Rows::Hotspots);
        collection["hotspots"] = hotspots.into();
    }
    collection["features"] = serde_json::to_value(features)?;
    let mut json = serde_json::to_vec(&collection)?;
    json.push(b'\n');
    Ok(json)
}

/// Office programs know by its mark that it is UTF-8.
///
/// # Errors
/// If rows cannot be written, which is a fault of ours.
pub fn csv(rows: &[JsonObject]) -> anyhow::Result<Vec<u8>> {
    let columns = columns(rows);
    let mut writer = ::csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record(&columns)?;
    for row in rows {
        writer.write_record(columns.iter().map(|name| text(row.get(*name))))?;
    }
    Ok(writer.into_inner()?)
}

/// The properties that any has, in the order in which they come.
pub fn columns(rows: &[JsonObject]) -> Vec<&str> {
    let mut columns: Vec<&str> = Vec::new();
    for name in rows.iter().flat_map(|row| row.keys()) {
        if !columns.contains(&name.as_str()) {
            columns.push(name);
        }
    }
    columns
}

/// What stands in a cell.
pub fn text(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(all)) => all.iter().map(|one| text(Some(one))).collect::<Vec<_>>().join("; "),
        // A code, what it is called, and how many.
        Some(Value::Object(of)) => {
            let name = of.get("name").or_else(|| of.get("code"));
            format!("{} ({})", text(name), text(of.get("incidents")))
        }
        Some(other) => other.to_string(),
    }
}
