//! `geodata/staff.csv` and `geodata/places.csv`.

use super::{
    duties::SeenCodes,
    entry::Entry,
    files::{RawEntry, csv_rows},
    problem::{Problems, Spot},
};
use crate::domain::{
    duty::DepartmentCode,
    geo::Datum,
    grid::GridCode,
    people::{Staff, StaffId},
    register::{Place, PlaceCode},
};
use crate::io::tables::value::Fault;

pub const STAFF: &str = "geodata/staff.csv";
pub const PLACES: &str = "geodata/places.csv";

pub fn staff(bytes: &[u8], problems: &mut Problems) -> Vec<(Staff, Spot)> {
    let rows = csv_rows(bytes, &["id", "name", "roles"], problems);
    let mut seen = SeenCodes::default();
    let mut member = |(spot, values): RawEntry| {
        let mut entry = Entry::new(spot.clone(), values, problems);
        let id = entry.required_code("id")?;
        entry.is_about(&id);
        let is_new = seen.is_new(&mut entry, "id", &id);
        let name = entry.required_text("name");
        let roles = entry.choices("roles");
        if !entry.has("roles") {
            entry.error("roles", Fault::MissingValue);
        }
        let staff = Staff {
            id: StaffId::new(id.clone()),
            phone: entry.code("phone"),
            post: entry.choice("post"),
            grids: entry.list("grids").into_iter().map(GridCode::new).collect(),
            department: entry.code("department").map(DepartmentCode::new),
            name: name.filter(|_| is_new)?,
            roles,
        };
        Some((staff, Spot { of: Some(id), ..spot }))
    };
    rows.into_iter().filter_map(&mut member).collect()
}

pub fn places(bytes: &[u8], datum: Datum, problems: &mut Problems) -> Vec<Place> {
    let rows = csv_rows(bytes, &["code", "kind", "name", "lon", "lat"], problems);
    let mut seen = SeenCodes::default();
    let mut place = |(spot, values): RawEntry| {
        let mut entry = Entry::new(spot, values, problems);
        let code = entry.required_code("code")?;
        entry.is_about(&code);
        let is_new = seen.is_new(&mut entry, "code", &code);
        let (kind, name) = (entry.required_text("kind"), entry.required_text("name"));
        let aliases = entry.list("aliases");
        for field in ["lon", "lat"] {
            entry.required_text(field);
        }
        let position = entry.position(datum)?;
        Some(Place { code: PlaceCode::new(code), kind: kind?, name: name.filter(|_| is_new)?, aliases, position })
    };
    rows.into_iter().filter_map(&mut place).collect()
}
