//! `geodata/patrols.toml`: what the people of the grids look at every day.

use super::{
    calendar::{Day, weekday},
    codes::SeenCodes,
    duties::no_other_keys,
    entry::Entry,
    files::{RawEntry, toml_tables},
    problem::{Problems, Spot},
};
use crate::domain::{
    duty::CategoryCode,
    grid::GridCode,
    patrol::{Instruction, InstructionCode},
    people::Role,
    register::PlaceCode,
};

pub const FILE: &str = "geodata/patrols.toml";

/// More rounds of one grid in a day are a slip of the pen.
const MOST_ROUNDS: i64 = 24;

pub fn read(bytes: &[u8], problems: &mut Problems) -> Vec<(Instruction, Spot)> {
    let Some((tables, others)) = toml_tables(bytes, "instruction", problems) else { return Vec::new() };
    no_other_keys(others, problems);
    let mut seen = SeenCodes::default();
    let mut instruction = |(spot, values): RawEntry| {
        let mut entry = Entry::new(spot, values, problems);
        let code = seen.own_code(&mut entry, "code").map(InstructionCode::new);
        let name = entry.required_text("name");
        let times = entry.whole_number("times", 1, MOST_ROUNDS).and_then(|times| u8::try_from(times).ok());
        let mut roles = entry.choices("roles");
        if roles.is_empty() {
            roles = vec![Role::Specialist, Role::GridWorker];
        }
        let name_en = entry.text("name_en");
        let grids = entry.list("grids").into_iter().map(GridCode::new).collect();
        let days = entry.choices::<Day>("days").into_iter().map(weekday).collect();
        let categories = entry.list("categories").into_iter().map(CategoryCode::new).collect();
        let (classes, note) = (entry.list("classes"), entry.text("note"));
        let places = entry.list("places").into_iter().map(PlaceCode::new).collect();
        entry.no_more_keys();
        let instruction = Instruction {
            name_en,
            grids,
            days,
            times: times.unwrap_or(1),
            roles,
            categories,
            classes,
            places,
            note,
            code: code?,
            name: name?,
        };
        Some((instruction, entry.spot))
    };
    tables.into_iter().filter_map(&mut instruction).collect()
}
