//! Codes that name something in another file.

use std::collections::HashSet;

use super::{
    cameras,
    codes::Listed,
    duties::{ASSETS, CATEGORIES, RULINGS, TERRITORIES},
    grids::{self, Grids},
    patrols,
    people::STAFF,
    problem::{Problem, Problems, Spot, Why},
    settings::{self, Upkeep},
};
use crate::domain::{
    camera::Camera,
    code,
    duty::{Asset, Category, Department, Ruling, Territory},
    patrol::Instruction,
    people::Staff,
    register::Place,
};

/// What names codes of other files.
pub struct Referring<'a> {
    /// `None` where the site has no such list, or none that can be read: then any code will do.
    pub grids: Option<&'a Grids>,
    pub departments: Option<&'a Listed<Department>>,
    pub categories: Option<&'a Listed<Category>>,
    pub territories: &'a [(Territory, Spot)],
    pub assets: &'a [(Asset, Spot)],
    pub rulings: &'a [(Ruling, Spot)],
    pub staff: &'a [(Staff, Spot)],
    pub places: Option<&'a [Place]>,
    pub patrols: &'a [(Instruction, Spot)],
    pub cameras: &'a [(Camera, Spot)],
    pub upkeep: Option<&'a Upkeep>,
}

/// Every code that names nothing.
pub fn check(site: &Referring<'_>) -> Vec<Problem> {
    let departments: Option<Codes<'_>> = site.departments.map(|list| list.seen.iter().collect());
    let categories: Option<Codes<'_>> = site.categories.map(|list| list.seen.iter().collect());
    let grids: Option<Codes<'_>> = site.grids.map(|grids| {
        let sound = grids.features.iter().map(|grid| grid.code.as_str());
        sound.chain(grids.spoiled.iter().map(String::as_str)).collect()
    });
    let classes: Option<Codes<'_>> =
        site.categories.map(|list| list.entries.iter().map(|(category, _)| category.class.as_str()).collect());
    let places: Option<Codes<'_>> = site.places.map(|places| places.iter().map(|place| place.code.as_str()).collect());
    let (departments, categories, grids) = (departments.as_ref(), categories.as_ref(), grids.as_ref());

    let mut all = Vec::new();
    let mut in_file = |file: &str, named: Vec<Named<'_>>| {
        let mut problems = Problems::of(file);
        for Named { spot, field, code, known } in named {
            if let Some(known) = known
                && !known.contains(code)
            {
                let likely = code::with_leading_zeros(code, known.iter().copied()).map(str::to_owned);
                problems.error(spot, Some(field), Why::UnknownCode { value: code.to_owned(), likely });
            }
        }
        all.extend(problems.into_vec());
    };

    let of_grids = site.grids.into_iter().flat_map(|grids| grids.features.iter().zip(&grids.spots));
    in_file(
        grids::FILE,
        of_grids
            .filter_map(|(grid, spot)| Some(named(spot, "department", grid.department.as_ref()?.as_str(), departments)))
            .collect(),
    );
    in_file(
        CATEGORIES,
        site.categories
            .into_iter()
            .flat_map(|list| &list.entries)
            .filter_map(|(c, spot)| Some(named(spot, "department", c.department.as_ref()?.as_str(), departments)))
            .collect(),
    );
    in_file(
        TERRITORIES,
        site.territories
            .iter()
            .flat_map(|(t, spot)| {
                let categories = t.categories.iter().map(|code| named(spot, "categories", code.as_str(), categories));
                std::iter::once(named(spot, "department", t.department.as_str(), departments)).chain(categories)
            })
            .collect(),
    );
    in_file(
        ASSETS,
        site.assets
            .iter()
            .flat_map(|(asset, spot)| {
                [
                    named(spot, "department", asset.department.as_str(), departments),
                    named(spot, "category", asset.category.as_str(), categories),
                ]
            })
            .collect(),
    );
    in_file(
        RULINGS,
        site.rulings
            .iter()
            .flat_map(|(ruling, spot)| {
                [
                    named(spot, "category", ruling.category.as_str(), categories),
                    named(spot, "grid", ruling.grid.as_str(), grids),
                    named(spot, "department", ruling.department.as_str(), departments),
                ]
            })
            .collect(),
    );
    in_file(
        STAFF,
        site.staff
            .iter()
            .flat_map(|(member, spot)| {
                let of_grids = member.grids.iter().map(|code| named(spot, "grids", code.as_str(), grids));
                let department = member.department.iter();
                of_grids.chain(department.map(|code| named(spot, "department", code.as_str(), departments)))
            })
            .collect(),
    );
    in_file(
        patrols::FILE,
        site.patrols
            .iter()
            .flat_map(|(patrol, spot)| {
                let of_grids = patrol.grids.iter().map(|code| named(spot, "grids", code.as_str(), grids));
                let of_categories =
                    patrol.categories.iter().map(|code| named(spot, "categories", code.as_str(), categories));
                let of_classes = patrol.classes.iter().map(|class| named(spot, "classes", class, classes.as_ref()));
                let of_places = patrol.places.iter().map(|code| named(spot, "places", code.as_str(), places.as_ref()));
                of_grids.chain(of_categories).chain(of_classes).chain(of_places)
            })
            .collect(),
    );
    in_file(
        cameras::FILE,
        site.cameras
            .iter()
            .flat_map(|(camera, spot)| {
                camera.rules.iter().map(|rule| named(spot, "rule.category", rule.category.as_str(), categories))
            })
            .collect(),
    );
    let file = Spot::file();
    let upkeep = site.upkeep.map(|upkeep| named(&file, "upkeep.category", upkeep.category.as_str(), categories));
    in_file(settings::FILE, upkeep.into_iter().collect());
    all
}

type Codes<'a> = HashSet<&'a str>;

/// A code in a field, and the codes that it may be.
struct Named<'a> {
    spot: &'a Spot,
    field: &'static str,
    code: &'a str,
    known: Option<&'a Codes<'a>>,
}

fn named<'a>(spot: &'a Spot, field: &'static str, code: &'a str, known: Option<&'a Codes<'a>>) -> Named<'a> {
    Named { spot, field, code, known }
}
