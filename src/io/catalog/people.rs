//! `geodata/staff.csv` and `geodata/places.csv`.

use lettre::Address;

use super::{
    codes::SeenCodes,
    entry::Entry,
    files::{Columns, RawEntry, csv_rows},
    problem::{Problems, Spot, Why},
};
use crate::domain::{
    duty::DepartmentCode,
    geo::Datum,
    grid::GridCode,
    people::{Actor, ActorKind, Staff, StaffId},
    register::{Place, PlaceCode},
};
use crate::io::tables::value::Fault;

pub const STAFF: &str = "geodata/staff.csv";
pub const PLACES: &str = "geodata/places.csv";

const MEMBER: Columns<'_> =
    Columns { required: &["id", "name", "roles"], optional: &["phone", "email", "post", "grids", "department"] };
const PLACE: Columns<'_> = Columns { required: &["code", "kind", "name", "lon", "lat"], optional: &["aliases"] };

pub fn staff(bytes: &[u8], problems: &mut Problems) -> Vec<(Staff, Spot)> {
    let mut seen = SeenCodes::default();
    let rows = csv_rows(bytes, &MEMBER, &mut seen, problems).unwrap_or_default();
    let mut member = |(spot, values): RawEntry| {
        let mut entry = Entry::new(spot, values, problems);
        let id = seen.own_code(&mut entry, "id").map(StaffId::new);
        if let Some(id) =
            id.as_ref().filter(|id| id.as_str().parse::<ActorKind>().is_ok() || id.as_str() == Actor::service().name)
        {
            entry.error("id", Why::ReservedId { id: id.as_str().to_owned() });
        }
        let name = entry.required_text("name");
        let roles = entry.choices("roles");
        if !entry.has("roles") {
            entry.error("roles", Fault::MissingValue);
        }
        let staff = Staff {
            phone: entry.code("phone"),
            email: email(&mut entry),
            post: entry.choice("post"),
            grids: entry.list("grids").into_iter().map(GridCode::new).collect(),
            department: entry.code("department").map(DepartmentCode::new),
            id: id?,
            name: name?,
            roles,
        };
        Some((staff, entry.spot))
    };
    rows.into_iter().filter_map(&mut member).collect()
}

fn email(entry: &mut Entry<'_>) -> Option<String> {
    let value = entry.text("email")?;
    if value.parse::<Address>().is_err() {
        entry.error("email", Why::BadEmail { value });
        return None;
    }
    Some(value)
}

pub fn places(bytes: &[u8], datum: Datum, problems: &mut Problems) -> Vec<Place> {
    let mut seen = SeenCodes::default();
    let rows = csv_rows(bytes, &PLACE, &mut seen, problems).unwrap_or_default();
    let mut place = |(spot, values): RawEntry| {
        let mut entry = Entry::new(spot, values, problems);
        let code = seen.own_code(&mut entry, "code").map(PlaceCode::new);
        let (kind, name) = (entry.required_text("kind"), entry.required_text("name"));
        let aliases = entry.list("aliases");
        let position = entry.required_position(datum);
        Some(Place { code: code?, kind: kind?, name: name?, aliases, position: position? })
    };
    rows.into_iter().filter_map(&mut place).collect()
}
