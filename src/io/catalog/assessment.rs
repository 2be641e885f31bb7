//! `geodata/assessment.toml`: what counts how much in the assessment.

use strum::{IntoEnumIterator, VariantNames};

use super::{
    entry::Entry,
    files::toml_tables,
    problem::{Problems, Spot, Why},
};
use crate::domain::analysis::figures::{Assessment, Grade, Measure};

pub const FILE: &str = "geodata/assessment.toml";

/// Weights are taken in proportion: more than this says nothing more.
const HEAVIEST: i64 = 1_000;

pub fn read(bytes: &[u8], problems: &mut Problems) -> Option<Assessment> {
    let (_, values) = toml_tables(bytes, "", problems)?;
    let mut entry = Entry::new(Spot::file(), values, problems);
    let mut assessment = Assessment::default();
    weights(&mut entry, "department", &mut assessment.department);
    weights(&mut entry, "grid", &mut assessment.grid);
    weights(&mut entry, "worker", &mut assessment.worker);
    let mut grades = Vec::new();
    entry.tables("grade", |grade| {
        let (name, from) = (grade.required_text("name"), grade.whole_number("from", 0, 100));
        if let (Some(name), Some(from)) = (name, from) {
            grades.push(Grade { name, from: from as u8 });
        }
    });
    if !grades.is_sorted_by(|better, worse| better.from > worse.from) {
        entry.error("grade", Why::GradesOutOfOrder);
    } else if !grades.is_empty() {
        assessment.grades = grades;
    }
    assessment.lowest = entry.text("lowest_grade").unwrap_or(assessment.lowest);
    entry.no_more_keys();
    Some(assessment)
}

/// A table that is there takes the place of what would hold without it.
fn weights(entry: &mut Entry<'_>, subject: &'static str, weights: &mut Vec<(Measure, u32)>) {
    entry.tables(subject, |table| {
        let weight = |measure: Measure| {
            let weight = table.whole_number(Measure::VARIANTS[measure as usize], 0, HEAVIEST)?;
            Some((measure, u32::try_from(weight).ok()?))
        };
        *weights = Measure::iter().filter_map(weight).collect();
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(text: &str) -> (Option<Assessment>, Vec<String>) {
        let mut problems = Problems::of(FILE);
        let read = read(text.as_bytes(), &mut problems);
        let noted = problems.into_vec();
        (read, noted.iter().map(|problem| problem.field.clone().unwrap_or_default()).collect())
    }

    #[test]
    fn a_table_takes_the_place_of_the_usual_weights() {
        let (assessment, problems) = reading("[department]\nclosed = 60\nreworked = 40\n");
        let assessment = assessment.expect("sound");
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!(assessment.department, [(Measure::Closed, 60), (Measure::Reworked, 40)]);
        assert_eq!(assessment.worker, Assessment::default().worker);
    }

    #[test]
    fn what_nobody_measures_and_grades_in_disorder_are_named() {
        let (_, problems) = reading(
            "[department]\nclosde = 60\n[[grade]]\nname = \"B\"\nfrom = 60\n[[grade]]\nname = \"A\"\nfrom = 90\n",
        );
        assert_eq!(problems, ["department.closde", "grade"]);
    }
}
