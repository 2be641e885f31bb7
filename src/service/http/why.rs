//! Reasons as people read them: in their language, with names in place of codes.

use jiff::Timestamp;

use crate::{domain::duty::Placed, io::catalog::Catalog, words::Language};

/// The reasons of a placement, a sentence each, by the names that hold at `now`. A code without a name stays as it is.
pub fn why(placed: &Placed, catalog: &Catalog, now: Timestamp, language: Language) -> Vec<String> {
    let (hierarchy, routing) = (&catalog.coverages.at(now).hierarchy, &catalog.routing);
    let name = |param: &str, code: &str| {
        let (name, name_en) = match param {
            "grid" => {
                let mut grids = hierarchy.nodes().map(|node| hierarchy.grid(node));
                grids.find(|grid| grid.code.as_str() == code).map(|grid| (&grid.name, &grid.name_en))
            }
            "department" => routing.department(code).map(|department| (&department.name, &department.name_en)),
            "category" => routing.category(code).map(|category| (&category.name, &category.name_en)),
            _ => None,
        }?;
        Some(name_en.as_ref().filter(|_| language == Language::En).unwrap_or(name).clone())
    };
    placed.reasons.iter().map(|reason| language.say_by_name(reason, name)).collect()
}
