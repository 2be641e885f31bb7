//! `geodata/departments.toml`, `categories.csv`, `territories.geojson`, `assets.geojson`, `rulings.csv`: who is in charge of what.

use jiff::tz::TimeZone;

use super::{
    codes::{Listed, SeenCodes},
    collection,
    entry::Entry,
    files::{Columns, RawEntry, csv_rows, toml_tables},
    grids::polygon_area,
    problem::{Problems, Spot, Why},
};
use crate::{
    domain::{
        duty::{Asset, Category, CategoryCode, Department, DepartmentCode, Ruling, Territory},
        geo::Datum,
        grid::{Border, GridCode},
    },
    io::tables::geojson::point,
};

pub const DEPARTMENTS: &str = "geodata/departments.toml";
pub const CATEGORIES: &str = "geodata/categories.csv";
pub const TERRITORIES: &str = "geodata/territories.geojson";
pub const ASSETS: &str = "geodata/assets.geojson";
pub const RULINGS: &str = "geodata/rulings.csv";

/// How near an asset a report must lie, where the asset does not say.
const ASSET_RADIUS_M: f64 = 15.0;

/// `None` if the file holds no list that can be read.
pub fn departments(bytes: &[u8], problems: &mut Problems) -> Option<Listed<Department>> {
    let (tables, others) = toml_tables(bytes, "department", problems)?;
    no_other_keys(others, problems);
    let mut seen = SeenCodes::default();
    let mut department = |(spot, values): RawEntry| {
        let mut entry = Entry::new(spot, values, problems);
        let code = seen.own_code(&mut entry, "code").map(DepartmentCode::new);
        let name = entry.required_text("name");
        let (name_en, phone) = (entry.text("name_en"), entry.text("phone"));
        entry.no_more_keys();
        Some((Department { code: code?, name: name?, name_en, phone }, entry.spot))
    };
    let entries = tables.into_iter().filter_map(&mut department).collect();
    Some(Listed { entries, seen })
}

/// A key beside the tables that nobody reads is a typing error.
pub fn no_other_keys(others: serde_json::Map<String, serde_json::Value>, problems: &mut Problems) {
    Entry::new(Spot::file(), others, problems).no_more_keys();
}

const CATEGORY: Columns<'_> = Columns {
    required: &["code", "kind", "list", "class", "name"],
    optional: &[
        "name_en",
        "department",
        "verify_limit",
        "sign_limit",
        "handle_limit",
        "guard_limit",
        "urgency",
        "visibility",
        "merge_radius_m",
        "merge_window",
        "merge",
    ],
};

/// `None` if the file holds no list that can be read.
pub fn categories(bytes: &[u8], problems: &mut Problems) -> Option<Listed<Category>> {
    let mut seen = SeenCodes::default();
    let rows = csv_rows(bytes, &CATEGORY, &mut seen, problems)?;
    let mut category = |(spot, values): RawEntry| {
        let mut entry = Entry::new(spot, values, problems);
        let code = seen.own_code(&mut entry, "code").map(CategoryCode::new);
        let kind = entry.required_choice("kind");
        let list = entry.required_choice("list");
        let class = entry.required_text("class");
        let name = entry.required_text("name");
        let category = Category {
            name_en: entry.text("name_en"),
            department: entry.code("department").map(DepartmentCode::new),
            verify_limit: entry.limit("verify_limit"),
            sign_limit: entry.limit("sign_limit"),
            handle_limit: entry.limit("handle_limit"),
            guard_limit: entry.limit("guard_limit"),
            urgency: entry.choice("urgency").unwrap_or_default(),
            visibility: entry.choice("visibility").unwrap_or_default(),
            merge_radius_m: entry.number("merge_radius_m", 0.0, 10_000.0).unwrap_or(0.0),
            merge_window: entry.limit("merge_window"),
            merge: entry.choice("merge").unwrap_or_default(),
            code: code?,
            kind: kind?,
            list: list?,
            class: class?,
            name: name?,
        };
        Some((category, entry.spot))
    };
    let entries = rows.into_iter().filter_map(&mut category).collect();
    Some(Listed { entries, seen })
}

pub fn territories(bytes: &[u8], site_datum: Option<Datum>, problems: &mut Problems) -> Vec<(Territory, Spot)> {
    let Some((datum, features)) = collection::features(bytes, site_datum, problems) else { return Vec::new() };
    let mut seen = SeenCodes::default();
    let mut territory = |(spot, feature): (Spot, geojson::Feature)| {
        let number = spot.feature.unwrap_or_default();
        let mut entry = Entry::new(spot.clone(), feature.properties.unwrap_or_default(), problems);
        let code = entry.code("code").unwrap_or_else(|| format!("T{number}"));
        let is_new = seen.is_new(&mut entry, "code", &code);
        let department = entry.required_code("department").map(DepartmentCode::new);
        let categories = entry.list("categories").into_iter().map(CategoryCode::new).collect();
        let priority = entry.whole_number("priority", -1_000_000, 1_000_000).unwrap_or(0);
        let area = polygon_area(feature.geometry.as_ref(), datum, &spot, problems)?;
        let department = department.filter(|_| is_new)?;
        Some((Territory { code, department, categories, priority, border: Border::new(&area) }, spot))
    };
    features.into_iter().filter_map(&mut territory).collect()
}

pub fn assets(bytes: &[u8], site_datum: Option<Datum>, problems: &mut Problems) -> Vec<(Asset, Spot)> {
    let Some((datum, features)) = collection::features(bytes, site_datum, problems) else { return Vec::new() };
    let mut seen = SeenCodes::default();
    let mut asset = |(spot, feature): (Spot, geojson::Feature)| {
        let mut entry = Entry::new(spot.clone(), feature.properties.unwrap_or_default(), problems);
        let code = seen.own_code(&mut entry, "code");
        let category = entry.required_code("category").map(CategoryCode::new);
        let department = entry.required_code("department").map(DepartmentCode::new);
        let radius_m = entry.number("radius_m", 0.0, 1_000.0).unwrap_or(ASSET_RADIUS_M);
        let position = match feature.geometry.as_ref().map(|geometry| point(&geometry.value)) {
            Some(Ok([lon, lat])) => entry.checked_position(lon, lat, datum),
            Some(Err(found)) => {
                entry.error("geometry", Why::WrongGeometry { expected: "Point", found: found.to_owned() });
                None
            }
            None => {
                entry.error("geometry", Why::NullGeometry);
                None
            }
        };
        let (code, category, department, position) = (code?, category?, department?, position?);
        Some((Asset { code, category, department, position, radius_m }, spot))
    };
    features.into_iter().filter_map(&mut asset).collect()
}
const RULING: Columns<'_> =
    Columns { required: &["category", "grid", "department", "case"], optional: &["ruled_by", "ruled_at"] };

pub fn rulings(bytes: &[u8], zone: &TimeZone, problems: &mut Problems) -> Vec<(Ruling, Spot)> {
    let rows = csv_rows(bytes, &RULING, &mut SeenCodes::default(), problems).unwrap_or_default();
    let mut ruling = |(spot, values): RawEntry| {
        let mut entry = Entry::new(spot, values, problems);
        let (category, grid) = (entry.required_code("category"), entry.required_code("grid"));
        let (department, case) = (entry.required_code("department"), entry.required_code("case"));
        let (ruled_by, ruled_at) = (entry.text("ruled_by"), entry.instant("ruled_at", zone));
        let ruling = Ruling {
            category: CategoryCode::new(category?),
            grid: GridCode::new(grid?),
            department: DepartmentCode::new(department?),
            case: case?,
            ruled_by,
            ruled_at,
        };
        Some((ruling, entry.spot))
    };
    rows.into_iter().filter_map(&mut ruling).collect()
}

/// The file of these rulings.
#[must_use]
pub fn rulings_csv(rulings: &[Ruling]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing into memory cannot fail.
    let _ = writer.write_record(RULING.required.iter().chain(RULING.optional));
    for Ruling { category, grid, department, case, ruled_by, ruled_at } in rulings {
        let at = ruled_at.map(|at| at.to_string()).unwrap_or_default();
        let row = [category.as_str(), grid.as_str(), department.as_str(), case, ruled_by.as_deref().unwrap_or(""), &at];
        let _ = writer.write_record(row);
    }
    writer.into_inner().unwrap_or_default()
}
