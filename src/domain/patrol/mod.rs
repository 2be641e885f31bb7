//! Patrols (巡查): what is looked at every day, and what became of it.
//!
//! The tasks of a day follow from the instructions and the date alone, so that only what was done of them is kept.

mod record;
mod task;
mod visit;

use jiff::civil::{Date, Weekday};

use super::{
    code::text_code,
    duty::CategoryCode,
    grid::{Coverage, GridCode},
    people::Role,
    register::{PlaceCode, Register},
};
pub use record::{Entry, Kind};
pub use task::{LONGEST_NOTE, Task, TaskDeed, TaskError, TaskState, TaskStatus, TaskStep};
pub use visit::{Visit, VisitDone};

text_code! {
    /// The code of a patrol instruction.
    InstructionCode
}

/// A patrol instruction (巡查指令): what the people of some grids look at, on which days and how often.
#[derive(Debug, Clone, PartialEq)]
pub struct Instruction {
    pub code: InstructionCode,
    pub name: String,
    pub name_en: Option<String>,
    /// Grids, or wider levels with all that lies in them; empty: all of the site.
    pub grids: Vec<GridCode>,
    /// Empty: every day.
    pub days: Vec<Weekday>,
    /// Rounds a day.
    pub times: u8,
    /// Whose task it is.
    pub roles: Vec<Role>,
    /// What to look for.
    pub categories: Vec<CategoryCode>,
    /// The same by groups of the lists.
    pub classes: Vec<String>,
    /// Where to look: then it is for the grids alone in which these lie.
    pub places: Vec<PlaceCode>,
    pub note: Option<String>,
}

impl Instruction {
    fn is_for(&self, date: Date) -> bool {
        self.days.is_empty() || self.days.contains(&date.weekday())
    }

    fn covers(&self, path: &[GridCode]) -> bool {
        self.grids.is_empty() || path.iter().any(|code| self.grids.contains(code))
    }
}

/// The tasks of a day, by instruction, grid and round, of those grids that are `wanted` by their way up.
///
/// The same instructions, date, grids and places give the same tasks with the same ids, whoever asks and when.
/// Complexity: O(instructions · grids), and the places that are named.
pub fn tasks_of_day(
    instructions: &[Instruction],
    date: Date,
    coverage: &Coverage,
    places: &Register,
    wanted: impl Fn(&Instruction, &[GridCode]) -> bool,
) -> Vec<Task> {
    let hierarchy = &coverage.hierarchy;
    let mut tasks = Vec::new();
    for instruction in instructions.iter().filter(|instruction| instruction.is_for(date)) {
        let located: Vec<_> = instruction
            .places
            .iter()
            .filter_map(|code| Some((code, coverage.index.locate(places.place(code)?.position)?)))
            .collect();
        for leaf in hierarchy.leaves() {
            let path: Vec<GridCode> = hierarchy.path(*leaf).map(|grid| grid.code.clone()).collect();
            let here = located.iter().filter(|(_, node)| node == leaf).map(|(code, _)| PlaceCode::clone(code));
            let here: Vec<PlaceCode> = here.collect();
            let has_places = instruction.places.is_empty() || !here.is_empty();
            if !has_places || !instruction.covers(&path) || !wanted(instruction, &path) {
                continue;
            }
            let Some(grid) = path.first() else { continue };
            tasks.extend((1..=instruction.times).map(|round| Task::new(instruction, grid, date, round, &here)));
        }
    }
    tasks
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::{
        geo::Position,
        grid::{Grid, Level},
        register::Place,
    };

    /// A community of two grids side by side, and a place in the eastern one.
    fn town() -> (Coverage, Register) {
        let square = |west: f64, code: &str, level| {
            let east = west + 0.01;
            let ring = vec![(west, 40.0), (east, 40.0), (east, 40.01), (west, 40.01), (west, 40.0)];
            let area = geo::MultiPolygon::new(vec![geo::Polygon::new(ring.into(), Vec::new())]);
            Grid::new(GridCode::new(code), code.to_owned(), level, &area)
        };
        let child = |mut grid: Grid| {
            grid.parent = Some(GridCode::new("c"));
            Arc::new(grid)
        };
        let grids = vec![
            Arc::new(square(110.0, "c", Level::Community)),
            child(square(110.0, "west", Level::Grid)),
            child(square(110.01, "east", Level::Grid)),
        ];
        let place = Place {
            code: PlaceCode::new("P1"),
            kind: "school".into(),
            name: "School".into(),
            aliases: Vec::new(),
            position: Position::new(110.015, 40.005).expect("a position"),
        };
        (Coverage::new(grids).expect("grids"), Register::new(vec![place]))
    }

    fn instruction(code: &str) -> Instruction {
        Instruction {
            code: InstructionCode::new(code),
            name: code.to_owned(),
            name_en: None,
            grids: vec![GridCode::new("c")],
            days: Vec::new(),
            times: 2,
            roles: vec![Role::Specialist],
            categories: Vec::new(),
            classes: Vec::new(),
            places: Vec::new(),
            note: None,
        }
    }

    #[test]
    fn the_tasks_of_a_day_follow_from_the_instructions_and_the_date() {
        let (coverage, places) = town();
        let school = Instruction { times: 1, places: vec![PlaceCode::new("P1")], ..instruction("school") };
        let on_monday = Instruction { days: vec![Weekday::Monday], ..instruction("monday") };
        let all = [instruction("round"), school, on_monday];
        let wednesday = jiff::civil::date(2026, 3, 4);
        let ids = |wanted: &dyn Fn(&[GridCode]) -> bool| {
            let tasks = tasks_of_day(&all, wednesday, &coverage, &places, |_, path| wanted(path));
            tasks.into_iter().map(|task| task.id).collect::<Vec<_>>()
        };
        let expected = [
            "2026-03-04:round:west:1",
            "2026-03-04:round:west:2",
            "2026-03-04:round:east:1",
            "2026-03-04:round:east:2",
            "2026-03-04:school:east:1",
        ];
        assert_eq!(ids(&|_| true), expected);
        assert_eq!(ids(&|path| path[0].as_str() == "east"), expected[2..]);
    }
}
