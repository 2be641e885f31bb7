//! `geodata/territories.geojson` and `geodata/assets.geojson`: where somebody else than the category's department is
//! in charge.

use serde_json::Value;

use super::basemap::park;
use super::collection::Collection;
use super::dice::Dice;
use super::plan::{Plan, Street};
use super::shape::{Point, add, along, centroid, left_of, line_length, minus, prolonged, strip, times};

/// The highway through the town, and half the width of its land.
pub const HIGHWAY: &str = "通达公路";
const HIGHWAY_HALF_WIDTH_M: f64 = 27.0;

/// What the highway administration takes over on its land: what stands on a road and what happens to one.
const ROAD_CATEGORIES: [&str; 14] = [
    "010103", "010104", "010118", "010203", "010209", "010211", "010214", "010402", "020110", "020112", "020304",
    "020401", "020406", "020407",
];

/// The highway's middle, from border to border.
pub fn highway(plan: &Plan) -> Vec<Point> {
    Plan::street(HIGHWAY).map(|street| plan.whole_line(street)).unwrap_or_default()
}

pub fn territories(plan: &Plan) -> String {
    let mut file = Collection::new(plan, "territories", "areas where a department takes categories over; proposals");
    let row = |code: &str, name: &str, name_en: &str, department: &str, categories: &[&str], priority: u32| {
        [
            ("code", Value::from(code)),
            ("name", name.into()),
            ("name_en", name_en.into()),
            ("department", department.into()),
            ("categories", categories.into()),
            ("priority", priority.into()),
        ]
    };
    file.area(
        &[vec![strip(&prolonged(&highway(plan), 120.0), HIGHWAY_HALF_WIDTH_M)]],
        &row("T01", "通达公路用地", "Tongda Highway Land", "GLJ", &ROAD_CATEGORIES, 10),
    );
    if let Some(park) = park(plan) {
        file.area(&[vec![park]], &row("T02", "工业人民公园", "Gongye People's Park", "GYC", &[], 20));
    }
    file.finish()
}

/// A component with an owner of its own.
pub struct Asset {
    pub at: Point,
    pub category: &'static str,
    pub name: String,
    department: &'static str,
    radius_m: Option<u32>,
}

/// Forty components that belong to somebody else than their category says.
pub fn assets(plan: &Plan) -> Vec<Asset> {
    let mut assets = Vec::new();
    lamps_and_signals_of_the_highway(plan, &mut assets);
    things_of_the_park(plan, &mut assets);
    private_covers(plan, &mut assets);
    assets
}

fn lamps_and_signals_of_the_highway(plan: &Plan, assets: &mut Vec<Asset>) {
    let line = highway(plan);
    let length_m = line_length(&line);
    for number in 1..=12_usize {
        let (at, direction) = along(&line, length_m * (number as f64 - 0.6) / 12.0);
        let side = if number.is_multiple_of(2) { 14.0 } else { -14.0 };
        assets.push(Asset {
            at: add(at, times(left_of(direction), side)),
            category: "010118",
            name: format!("{HIGHWAY}{number}号路灯"),
            department: "GLJ",
            radius_m: None,
        });
    }
    for (number, street) in ["北环街", "丰泽街", "工业大街", "和顺街", "南环街"].into_iter().enumerate()
    {
        let crossing = Plan::street(street).and_then(|street| crossing(plan, street));
        assets.extend(crossing.map(|at| Asset {
            at: add(at, [12.0, if number == 0 { -13.0 } else { 13.0 }]),
            category: "010214",
            name: format!("{HIGHWAY}{street}路口信号灯"),
            department: "GLJ",
            radius_m: Some(30),
        }));
    }
}

/// Where a street meets the highway.
fn crossing(plan: &Plan, street: Street) -> Option<Point> {
    let highway = Plan::street(HIGHWAY)?;
    let on = |line: Street| {
        plan.borders
            .iter()
            .filter(move |border| border.street == Some(line))
            .flat_map(|border| [border.from, border.to])
    };
    on(street).find(|junction| on(highway).any(|other| other == *junction)).map(|junction| plan.junctions[junction])
}

fn things_of_the_park(plan: &Plan, assets: &mut Vec<Asset>) {
    let Some(park) = park(plan) else { return };
    let (middle, mut dice) = (centroid(&park), Dice::of("park"));
    let things = [
        ("010301", "工业人民公园东门公厕", Some(25)),
        ("010126", "镜湖北岸健身器材", Some(30)),
        ("010101", "镜湖补水井盖", None),
        ("010103", "公园南门雨水井盖", None),
        ("010305", "公园西门垃圾箱", None),
        ("010118", "公园步道路灯", None),
    ];
    for (at, (category, name, radius_m)) in things.into_iter().enumerate() {
        let corner = park[at * park.len() / things.len()];
        let share = dice.between(0.68, 0.8);
        assets.push(Asset {
            at: add(middle, times(minus(corner, middle), share)),
            category,
            name: name.to_owned(),
            // An asset goes before a territory: the lake's works stay with the bureau that laid them.
            department: if category == "010301" { "GYC" } else { "YLJ" },
            radius_m,
        });
    }
}

/// Covers and lamps that estates, works and utilities laid for themselves.
fn private_covers(plan: &Plan, assets: &mut Vec<Asset>) {
    const OWNERS: [(&str, &str, &str); 7] = [
        ("010102", "污水井盖", "ZJJ"),
        ("010103", "雨水井盖", "SZGC"),
        ("010110", "热力井盖", "GSGS"),
        ("010101", "上水井盖", "PSGS"),
        ("010118", "路灯", "GDGS"),
        ("010107", "电信井盖", "GAJ"),
        ("010113", "消防栓", "GSGS"),
    ];
    let mut dice = Dice::of("private covers");
    let mut streets: Vec<_> =
        plan.borders.iter().filter(|border| border.left.is_some() && border.right.is_some()).collect();
    streets.retain(|border| border.street.is_some() && border.way != super::plan::Way::River);
    dice.shuffle(&mut streets);
    for (number, border) in streets.iter().take(17).enumerate() {
        let (category, noun, department) = OWNERS[number % OWNERS.len()];
        let (at, direction) = along(&border.line, line_length(&border.line) * dice.between(0.2, 0.8));
        let street =
            Plan::streets().find(|(street, _)| border.street == Some(*street)).map_or("", |(_, line)| line.name);
        assets.push(Asset {
            at: add(at, times(left_of(direction), dice.between(-6.0, 6.0))),
            category,
            name: format!("{street}{}号{noun}", number + 1),
            department,
            radius_m: None,
        });
    }
}

pub fn assets_geojson(plan: &Plan, assets: &[Asset]) -> String {
    let mut file =
        Collection::new(plan, "assets", "components with an owner of their own; radius_m is 15 where it is not said");
    for (at, asset) in assets.iter().enumerate() {
        let mut properties = vec![
            ("code", Value::from(format!("A{:03}", at + 1))),
            ("name", Value::from(asset.name.as_str())),
            ("category", asset.category.into()),
            ("department", asset.department.into()),
        ];
        properties.extend(asset.radius_m.map(|radius_m| ("radius_m", radius_m.into())));
        file.point(asset.at, &properties);
    }
    file.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::duties::categories;

    #[test]
    fn forty_assets_stand_in_the_street_and_belong_to_somebody_else() {
        let plan = Plan::new();
        let assets = assets(&plan);
        assert_eq!(assets.len(), 40);
        for asset in &assets {
            assert!(plan.block_at(asset.at).is_some(), "{}", asset.name);
            let category = categories().into_iter().find(|category| category.code == asset.category);
            assert_ne!(category.expect("a category of the list").department(), asset.department, "{}", asset.name);
        }
    }

    #[test]
    fn the_highway_takes_over_categories_of_the_list() {
        let all = categories();
        for code in ROAD_CATEGORIES {
            assert!(all.iter().any(|category| category.code == code), "{code}");
        }
    }
}
