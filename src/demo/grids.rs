//! `geodata/grids.geojson`: one street, four communities, 28 grids, whose borders agree to the digit.

use serde_json::Value;

use super::collection::Collection;
use super::plan::{COMMUNITIES, GRIDS, GridSketch, Plan};

pub const STREET: &str = "150621001";
pub const STREET_NAME: &str = "工业街道";
pub const STREET_NAME_EN: &str = "Gongye Subdistrict";

/// The code of the n-th community.
pub fn community_code(community: usize) -> String {
    format!("{STREET}{:03}", community + 1)
}

/// A third-level grid with all that the files say about it.
pub struct Grid {
    pub sketch: &'static GridSketch,
    pub code: String,
    /// Its community, counted from 0.
    pub community: usize,
    pub name: String,
    pub name_en: String,
}

/// The 28 grids in the order of their codes.
pub fn grids() -> Vec<Grid> {
    const NUMERALS: [&str; 7] = ["一", "二", "三", "四", "五", "六", "七"];
    let mut grids = Vec::new();
    for (community, sketch) in COMMUNITIES.iter().enumerate() {
        for (at, letter) in sketch.grids.chars().enumerate() {
            grids.extend(GRIDS.iter().find(|grid| grid.letter == letter).map(|grid| Grid {
                sketch: grid,
                code: format!("{}{:02}", community_code(community), at + 1),
                community,
                name: format!("{}第{}网格", sketch.short, NUMERALS[at]),
                name_en: format!("{} Grid {}", sketch.name_en, at + 1),
            }));
        }
    }
    grids
}

pub fn geojson(plan: &Plan) -> String {
    let mut file = Collection::new(
        plan,
        "grids",
        "a street modelled on Gongye Subdistrict, Dalad Banner, with invented borders, names and households",
    );
    let grids = grids();
    let households = |of: &dyn Fn(&Grid) -> bool| -> u32 {
        grids.iter().filter(|grid| of(grid)).map(|grid| grid.sketch.households).sum()
    };
    let text = |text: &str| Value::from(text);
    file.area(
        &plan.outline(|_| true),
        &[
            ("code", text(STREET)),
            ("name", text(STREET_NAME)),
            ("name_en", text(STREET_NAME_EN)),
            ("level", text("street")),
            ("parent", Value::Null),
            ("households", households(&|_| true).into()),
            ("department", text("WGZX")),
        ],
    );
    for (number, community) in COMMUNITIES.iter().enumerate() {
        file.area(
            &plan.outline(|letter| community.grids.contains(letter)),
            &[
                ("code", community_code(number).into()),
                ("name", text(community.name)),
                ("name_en", format!("{} Community", community.name_en).into()),
                ("level", text("community")),
                ("parent", text(STREET)),
                ("households", households(&|grid| grid.community == number).into()),
            ],
        );
    }
    for grid in &grids {
        file.area(
            &plan.outline(|letter| letter == grid.sketch.letter),
            &[
                ("code", text(&grid.code)),
                ("name", text(&grid.name)),
                ("name_en", text(&grid.name_en)),
                ("level", text("grid")),
                ("parent", community_code(grid.community).into()),
                ("households", grid.sketch.households.into()),
                ("kind", text(if grid.sketch.is_estate { "estate" } else { "bungalow" })),
            ],
        );
    }
    file.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::shape::{Point, area_m2, distance, sides};
    use std::collections::BTreeMap;

    fn rings_of_grids(plan: &Plan) -> Vec<(String, Vec<Vec<Vec<Point>>>)> {
        grids().into_iter().map(|grid| (grid.name, plan.outline(|letter| letter == grid.sketch.letter))).collect()
    }

    #[test]
    fn every_border_lies_between_two_grids_or_on_the_edge_of_the_street() {
        let plan = Plan::new();
        let key = |p: Point| plan.lon_lat(p);
        let mut sides_seen: BTreeMap<[[String; 2]; 2], usize> = BTreeMap::new();
        for ring in rings_of_grids(&plan).into_iter().flat_map(|(_, parts)| parts.into_iter().flatten()) {
            for (a, b) in sides(&ring) {
                *sides_seen.entry([key(a), key(b)]).or_default() += 1;
            }
        }
        let alone: usize = sides_seen.keys().filter(|[a, b]| !sides_seen.contains_key(&[b.clone(), a.clone()])).count();
        let edge: usize = plan.outline(|_| true).iter().flatten().map(Vec::len).sum();
        assert!(sides_seen.values().all(|count| *count == 1), "no side is used twice in one direction");
        assert_eq!(alone, edge, "a side without a twin is a side of the street, vertex for vertex");
    }

    #[test]
    fn areas_of_grids_add_up_to_their_communities_and_the_street() {
        let plan = Plan::new();
        let area = |parts: &[Vec<Vec<Point>>]| parts.iter().flatten().map(|ring| area_m2(ring)).sum::<f64>();
        let street = area(&plan.outline(|_| true));
        let grids: f64 = rings_of_grids(&plan).iter().map(|(_, parts)| area(parts)).sum();
        let communities: f64 =
            COMMUNITIES.iter().map(|community| area(&plan.outline(|letter| community.grids.contains(letter)))).sum();
        assert!((street - grids).abs() < 0.01 && (street - communities).abs() < 0.01);
        assert!((6e6..12e6).contains(&street), "{street} m²");
    }

    #[test]
    fn no_ring_touches_or_crosses_itself_or_another_of_its_area() {
        fn turn(a: Point, b: Point, c: Point) -> f64 {
            (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
        }
        let plan = Plan::new();
        let mut areas = rings_of_grids(&plan);
        areas.push(("street".into(), plan.outline(|_| true)));
        for (name, parts) in areas {
            let all: Vec<(Point, Point)> = parts.iter().flatten().flat_map(|ring| sides(ring)).collect();
            let mut corners: Vec<String> = all.iter().map(|(a, _)| format!("{a:?}")).collect();
            corners.sort();
            corners.dedup();
            assert_eq!(corners.len(), all.len(), "{name} visits a point twice");
            for (at, (a, b)) in all.iter().enumerate() {
                for (c, d) in &all[at + 1..] {
                    let meet = distance(*b, *c) < 1e-9 || distance(*a, *d) < 1e-9;
                    let cross = turn(*a, *b, *c) * turn(*a, *b, *d) < 0.0 && turn(*c, *d, *a) * turn(*c, *d, *b) < 0.0;
                    assert!(meet || !cross, "{name} crosses itself near {a:?}");
                }
            }
        }
    }

    #[test]
    fn one_grid_has_a_hole_and_one_lies_in_two_parts() {
        let plan = Plan::new();
        let areas = rings_of_grids(&plan);
        assert_eq!(areas.len(), 28);
        let with_hole: Vec<&str> = areas
            .iter()
            .filter(|(_, parts)| parts.iter().any(|part| part.len() > 1))
            .map(|(name, _)| &**name)
            .collect();
        let in_parts: Vec<&str> = areas.iter().filter(|(_, parts)| parts.len() > 1).map(|(name, _)| &**name).collect();
        assert_eq!((with_hole, in_parts), (vec!["召北第六网格"], vec!["石化第五网格"]));
    }

    #[test]
    fn estates_have_two_hundred_households_and_more_and_bungalow_areas_about_three_hundred() {
        for grid in grids() {
            let expected = if grid.sketch.is_estate { 200..=600 } else { 270..=335 };
            assert!(expected.contains(&grid.sketch.households), "{}", grid.name);
        }
    }
}
