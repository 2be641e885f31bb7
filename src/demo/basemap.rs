//! `geodata/basemap/`: streets, water and green places, so that the map has something to stand on.

use serde_json::Value;

use super::collection::Collection;
use super::plan::{Border, GRIDS, Plan, Street, Use, Way};
use super::shape::{Point, add, centroid, prolonged, shrunk, strip};

/// How far the river and the main streets are drawn beyond the area: no town ends at its border.
const BEYOND_M: f64 = 320.0;

/// The park of the town: one block, less the pavement around it.
pub fn park(plan: &Plan) -> Option<Vec<Point>> {
    plan.blocks.iter().find(|block| block.land_use == Use::Park).map(|block| shrunk(&block.ring, 0.86))
}

/// The lake in the park.
fn lake(plan: &Plan) -> Option<Vec<Point>> {
    /// Distance of the shore from the middle, in metres, all around.
    const SHORE_M: [f64; 18] =
        [96.0, 92.0, 80.0, 66.0, 58.0, 60.0, 68.0, 74.0, 70.0, 60.0, 55.0, 52.0, 46.0, 44.0, 50.0, 64.0, 80.0, 91.0];
    let middle = add(centroid(&park(plan)?), [-18.0, 14.0]);
    let shore = SHORE_M.iter().enumerate().map(|(at, metres)| {
        let (sin, cos) = (at as f64 * 20.0 + 8.0).to_radians().sin_cos();
        add(middle, [metres * cos, metres * sin])
    });
    Some(shore.collect())
}

fn named(name: &str, name_en: &str, key: &'static str, value: &str) -> [(&'static str, Value); 3] {
    [("name", name.into()), ("name_en", name_en.into()), (key, value.into())]
}

/// Streets as lines along the borders. A main street is one line that goes on beyond the area; of the others a new
/// line begins where the class changes.
pub fn streets(plan: &Plan) -> String {
    let mut file =
        Collection::new(plan, "streets", "streets of an invented town; classes trunk, primary, secondary, alley");
    for (street, sketch) in Plan::streets().filter(|(_, sketch)| sketch.way != Way::River) {
        if matches!(sketch.way, Way::Trunk | Way::Primary) {
            let line = prolonged(&plan.whole_line(street), BEYOND_M);
            file.line(&line, &named(sketch.name, sketch.name_en, "class", sketch.way.class()));
            continue;
        }
        for run in runs(plan, street) {
            let mut line: Vec<Point> = Vec::new();
            for piece in &run {
                line.pop();
                line.extend_from_slice(&piece.line);
            }
            let way = run.first().map_or(sketch.way, |piece| piece.way);
            file.line(&line, &named(sketch.name, sketch.name_en, "class", way.class()));
        }
    }
    for grid in &GRIDS {
        let lanes = plan.blocks.iter().filter(|block| block.grid == grid.letter).flat_map(|block| &block.lanes);
        for (at, lane) in lanes.enumerate() {
            let short = grid.place.trim_end_matches("平房区");
            let name = format!("{short}{}巷", at + 1);
            let name_en = format!("{} Lane {}", grid.place_en.trim_end_matches(" Bungalows"), at + 1);
            file.line(lane, &named(&name, &name_en, "class", Way::Alley.class()));
        }
    }
    file.finish()
}

/// The pieces of a street in runs of neighbours of one class.
fn runs(plan: &Plan, street: Street) -> Vec<Vec<&Border>> {
    let mut runs: Vec<Vec<&Border>> = Vec::new();
    for piece in plan.pieces(street) {
        match runs.last_mut() {
            Some(run) if run.last().is_some_and(|last| last.to == piece.from && last.way == piece.way) => {
                run.push(piece);
            }
            _ => runs.push(vec![piece]),
        }
    }
    runs
}

/// The river and the lake.
pub fn water(plan: &Plan) -> String {
    let mut file = Collection::new(plan, "water", "a river and a lake of an invented town");
    for (street, sketch) in Plan::streets().filter(|(_, sketch)| sketch.way == Way::River) {
        let bed = strip(&prolonged(&plan.whole_line(street), 2.0 * BEYOND_M), 17.0);
        file.area(&[vec![bed]], &named(sketch.name, sketch.name_en, "kind", "river"));
    }
    if let Some(shore) = lake(plan) {
        file.area(&[vec![shore]], &named("镜湖", "Mirror Lake", "kind", "lake"));
    }
    file.finish()
}

/// The park, the river's banks, nursery gardens, and playing fields of schools.
pub fn greens(plan: &Plan) -> String {
    let mut file = Collection::new(plan, "greens", "parks and green places of an invented town");
    for (street, _) in Plan::streets().filter(|(_, sketch)| sketch.way == Way::River) {
        for (side, name, name_en) in
            [(-1.0, "柳沟河南岸绿带", "Liugou South Bank"), (1.0, "柳沟河北岸绿带", "Liugou North Bank")]
        {
            let bank = shifted(&plan.whole_line(street), side * 28.0);
            file.area(&[vec![strip(&bank, 11.0)]], &named(name, name_en, "kind", "riverside"));
        }
    }
    if let Some(park) = park(plan) {
        file.area(&[vec![park]], &named("工业人民公园", "Gongye People's Park", "kind", "park"));
    }
    for block in plan.blocks.iter().filter(|block| block.land_use == Use::Gardens) {
        file.area(&[vec![shrunk(&block.ring, 0.84)]], &named("苗圃", "Nursery Gardens", "kind", "gardens"));
    }
    for block in &plan.blocks {
        let Some(green) = &block.green else { continue };
        let grid = GRIDS.iter().find(|grid| grid.letter == block.grid);
        let (place, place_en) = grid.map_or(("", ""), |grid| (grid.place, grid.place_en));
        let (noun, noun_en, kind) = match block.land_use {
            Use::School => ("操场", "Playing Field", "pitch"),
            _ => ("游园", "Garden", "garden"),
        };
        file.area(
            &[vec![green.clone()]],
            &named(&format!("{place}{noun}"), &format!("{place_en} {noun_en}"), "kind", kind),
        );
    }
    file.finish()
}

/// The line moved to its left by that many metres.
fn shifted(line: &[Point], metres: f64) -> Vec<Point> {
    let strip = strip(line, metres.abs());
    let (right, left) = strip.split_at(line.len());
    if metres < 0.0 { right.to_vec() } else { left.iter().rev().copied().collect() }
}
