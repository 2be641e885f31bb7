//! A report as a workbook: hotspots, what was found, and what it was made of, a sheet each.

use geojson::JsonObject;
use rust_xlsxwriter::{Format, Workbook, Worksheet};
use serde_json::Value;

use super::{Paper, Rows, table};

/// A sheet holds no more rows than this, with its header.
const MOST_ROWS: usize = 1_048_576;

pub fn write(paper: &Paper<'_>) -> anyhow::Result<Vec<u8>> {
    let mut workbook = Workbook::new();
    let bold = Format::new().set_bold();
    for (rows, word) in [(Rows::Hotspots, "hotspots_ranked"), (Rows::Findings, "hotspots_found")] {
        let sheet = workbook.add_worksheet();
        sheet.set_name(paper.language.say(&word))?;
        fill(sheet, &paper.properties(rows), &bold)?;
    }
    let sheet = workbook.add_worksheet();
    sheet.set_name(paper.language.say(&"hotspots_about"))?;
    let about = serde_json::to_value(paper.about())?;
    for (row, (name, value)) in (0..).zip(about.as_object().into_iter().flatten()) {
        sheet.write_with_format(row, 0, name, &bold)?;
        cell(sheet, row, 1, &flat(name, value))?;
    }
    sheet.autofit();
    Ok(workbook.save_to_buffer()?)
}

fn fill(sheet: &mut Worksheet, rows: &[JsonObject], bold: &Format) -> anyhow::Result<()> {
    anyhow::ensure!(rows.len() < MOST_ROWS, "{} rows are more than a sheet holds", rows.len());
    let columns = table::columns(rows);
    for (column, name) in (0..).zip(&columns) {
        sheet.write_with_format(0, column, *name, bold)?;
    }
    for (number, row) in (1..).zip(rows) {
        for (column, name) in (0..).zip(&columns) {
            if let Some(value) = row.get(*name) {
                cell(sheet, number, column, value)?;
            }
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.autofit();
    Ok(())
}

fn cell(sheet: &mut Worksheet, row: u32, column: u16, value: &Value) -> anyhow::Result<()> {
    match value {
        Value::Null => {}
        Value::Number(number) => {
            sheet.write_number(row, column, number.as_f64().unwrap_or_default())?;
        }
        Value::Bool(is) => {
            sheet.write_boolean(row, column, *is)?;
        }
        other => {
            sheet.write_string(row, column, table::text(Some(other)))?;
        }
    }
    Ok(())
}

/// What warnings say, and nested values as they are.
fn flat(name: &str, value: &Value) -> Value {
    match value {
        Value::Array(all) if name == "warnings" => {
            let message = |warning: &Value| warning.get("message").and_then(Value::as_str).map(str::to_owned);
            all.iter().filter_map(message).collect::<Vec<_>>().join(" ").into()
        }
        Value::Array(_) | Value::Object(_) if name != "sources" => value.to_string().into(),
        other => other.clone(),
    }
}
