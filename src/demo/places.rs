//! `geodata/places.csv`: what people call the places of the town when they give no coordinates.

use std::fmt::Write as _;

use super::basemap::park;
use super::buildings::Building;
use super::dice::Dice;
use super::plan::{Border, COMMUNITIES, GRIDS, Plan, Use, Way};
use super::shape::{Point, add, along, centroid, distance, left_of, line_length, minus, times, unit};

/// The mall in the seventh grid of the first community; beside its western wall stands the dry toilet.
pub const MALL: &str = "福来商城";
pub const MALL_TOILET: &str = "福来商城西侧旱厕";

pub struct Place {
    kind: &'static str,
    pub name: String,
    aliases: String,
    pub at: Point,
}

impl Place {
    fn new(kind: &'static str, name: impl Into<String>, aliases: impl Into<String>, at: Point) -> Self {
        Self { kind, name: name.into(), aliases: aliases.into(), at }
    }
}

/// Hands out houses of a kind, none twice.
struct Doors<'a> {
    houses: Vec<&'a Building>,
}

impl<'a> Doors<'a> {
    fn next(&mut self, fits: impl Fn(&Building) -> bool) -> Option<&'a Building> {
        let at = self.houses.iter().position(|house| fits(house))?;
        Some(self.houses.swap_remove(at))
    }
}

const SHOPS: [&str; 46] = [
    "老槐树面馆",
    "福来超市",
    "百信药房",
    "鑫源五金店",
    "晨光文具店",
    "好滋味早餐店",
    "草原羊杂馆",
    "金穗粮油店",
    "佳美理发店",
    "顺达汽修",
    "绿源蔬菜店",
    "阳光水果店",
    "康健药店",
    "小城故事饭店",
    "红太阳百货",
    "千里香烧烤",
    "巧手裁缝铺",
    "永鲜肉铺",
    "惠民便利店",
    "爱家家居",
    "童乐玩具店",
    "雅致眼镜店",
    "蓝天通讯店",
    "新时代电器",
    "四季花店",
    "云中茶庄",
    "宏图打印社",
    "驿路快递站",
    "同心干洗店",
    "北方皮具店",
    "聚友火锅",
    "天天鲜奶站",
    "喜盈门喜铺",
    "万家灯饰",
    "书香书店",
    "老地方棋牌室",
    "平安锁具店",
    "飞驰电动车行",
    "美味蛋糕房",
    "麦香馒头铺",
    "清泉桶装水",
    "乐万家超市",
    "宠乐宠物店",
    "兴旺烟酒店",
    "金手指美甲店",
    "众联建材店",
];

/// Name and what else people call it.
const ORGANISATIONS: [(&str, &str); 20] = [
    ("工业街道派出所", "街道派出所"),
    ("工业街道司法所", ""),
    ("工业街道综合行政执法队", "执法队"),
    ("工业街道党群服务中心", "党群中心"),
    ("工业街道养老服务中心", "养老中心"),
    ("工业街道消防站", "微型消防站"),
    ("环卫局作业一队", "环卫一队"),
    ("环卫局作业二队", "环卫二队"),
    ("供电公司营业厅", "电业局营业厅"),
    ("供水公司营业厅", "自来水营业厅"),
    ("热力公司换热一站", "换热站"),
    ("热力公司换热二站", ""),
    ("燃气公司营业厅", ""),
    ("农商银行工业街支行", "农商行"),
    ("邮政储蓄迎宾路支行", "邮储"),
    ("通信公司营业厅", ""),
    ("公交公司调度站", "公交总站"),
    ("公路管理局养护站", "道班"),
    ("公园管理处办公室", ""),
    ("石化公司后勤处", ""),
];

const BUILDINGS: [(&str, &str); 9] = [
    ("工业大厦", "工业楼"),
    ("迎宾酒店", "迎宾宾馆"),
    ("锦绣广场", ""),
    ("丰泽农贸市场", "早市"),
    ("兴达建材城", "建材城"),
    ("金桥商务楼", ""),
    ("民安二手车市场", ""),
    ("石化文化宫", "老文化宫"),
    ("通达物流园", "货场"),
];

/// About 160 places: offices, estates, schools, shops, toilets, bus stops.
pub fn places(plan: &Plan, buildings: &[Building]) -> Vec<Place> {
    let mut dice = Dice::of("places");
    let mut doors = Doors { houses: buildings.iter().collect() };
    dice.shuffle(&mut doors.houses);
    let mut places = mall(plan, &mut doors);
    offices(&mut doors, &mut places);
    estates(buildings, &mut places);
    care_and_schools(&mut doors, &mut places);
    let shop_uses = [Use::Commerce, Use::Commerce, Use::Estate, Use::Commerce, Use::Bungalows];
    for (at, name) in SHOPS.iter().enumerate() {
        let land_use = shop_uses[at % shop_uses.len()];
        places.extend(
            doors.next(|house| house.land_use == land_use).map(|house| Place::new("shop", *name, "", house.middle())),
        );
    }
    for (kind, names) in [("organisation", &ORGANISATIONS[..]), ("building", &BUILDINGS[..])] {
        for (name, aliases) in names {
            let door =
                doors.next(|house| house.land_use == if kind == "building" { Use::Commerce } else { Use::Estate });
            places.extend(door.map(|house| Place::new(kind, *name, *aliases, house.middle())));
        }
    }
    for (number, name) in ["石化一厂", "石化二厂", "石化机修车间", "石化仓库"].into_iter().enumerate()
    {
        let door = doors.next(|house| house.land_use == Use::Works);
        places.extend(door.map(|house| Place::new("works", name, format!("{}号厂区", number + 1), house.middle())));
    }
    greens(plan, &mut places);
    toilets(plan, &mut dice, &mut places);
    bus_stops(plan, &mut places);
    places
}

fn mall(plan: &Plan, doors: &mut Doors) -> Vec<Place> {
    let middle = plan.blocks.iter().find(|block| block.grid == 'G').map(|block| centroid(&block.ring));
    let nearest = middle.and_then(|middle| {
        let houses = doors.houses.iter().filter(|house| house.grid == 'G');
        let nearest = houses.min_by(|a, b| distance(a.middle(), middle).total_cmp(&distance(b.middle(), middle)))?;
        Some((nearest.middle(), nearest.corners))
    });
    let Some((at, corners)) = nearest else { return Vec::new() };
    doors.houses.retain(|house| distance(house.middle(), at) > 1.0);
    let western_wall = times(add(corners[0], corners[3]), 0.5);
    let beside = add(western_wall, times(unit(minus(western_wall, at)), 6.0));
    vec![
        Place::new("building", MALL, "福来城;福来", at),
        Place::new("toilet", MALL_TOILET, "福来城西侧旱厕;福来西厕", beside),
    ]
}

fn offices(doors: &mut Doors, places: &mut Vec<Place>) {
    let street = [("工业街道办事处", "街道办"), ("工业街道网格化服务管理中心", "网格中心;指挥中心")];
    for (name, aliases) in street {
        let door = doors.next(|house| house.grid == 'G');
        places.extend(door.map(|house| Place::new("organisation", name, aliases, house.middle())));
    }
    for community in &COMMUNITIES {
        let door = doors.next(|house| community.grids.contains(house.grid) && house.land_use == Use::Estate);
        let (name, short) =
            (format!("{}居委会", community.name), format!("{0}居委会;{0}便民服务大厅", community.short));
        places.extend(door.map(|house| Place::new("organisation", name, short, house.middle())));
    }
}

/// Each estate and bungalow area, at the house in its midst.
fn estates(buildings: &[Building], places: &mut Vec<Place>) {
    for grid in &GRIDS {
        let free = |at: &Point| places.iter().all(|place| distance(place.at, *at) > 1.0);
        let houses: Vec<Point> =
            buildings.iter().filter(|house| house.grid == grid.letter).map(Building::middle).filter(free).collect();
        let sum = houses.iter().fold([0.0, 0.0], |sum, at| add(sum, *at));
        let middle = times(sum, 1.0 / houses.len() as f64);
        let nearest = houses.into_iter().min_by(|a, b| distance(*a, middle).total_cmp(&distance(*b, middle)));
        let kind = if grid.is_estate { "estate" } else { "bungalow_area" };
        let aliases = grid.place.trim_end_matches("小区").trim_end_matches("平房区");
        let aliases = if aliases == grid.place { "" } else { aliases };
        places.extend(nearest.map(|at| Place::new(kind, grid.place, aliases, at)));
    }
}

fn care_and_schools(doors: &mut Doors, places: &mut Vec<Place>) {
    let rows = [
        ("school", "工业街道第一小学", "一小", Use::School, "H"),
        ("school", "柳荫中学", "", Use::School, "W"),
        ("school", "北苑实验学校", "实验学校", Use::School, "H"),
        ("school", "小太阳幼儿园", "", Use::Estate, "BC"),
        ("school", "锦绣幼儿园", "", Use::Estate, "E"),
        ("school", "石化幼儿园", "厂幼儿园", Use::Estate, "PT"),
        ("school", "和顺幼儿园", "", Use::Estate, "X"),
        ("hospital", "工业街道中心医院", "街道医院", Use::Hospital, "F"),
        ("hospital", "工业街道中心医院急诊楼", "急诊", Use::Hospital, "F"),
        ("hospital", "召北社区卫生服务站", "", Use::Estate, "HIKL"),
        ("hospital", "石化社区卫生服务站", "", Use::Estate, "OPQT"),
        ("hospital", "柳荫社区卫生服务站", "", Use::Estate, "WXZ"),
    ];
    for (kind, name, aliases, land_use, grids) in rows {
        let door = doors.next(|house| house.land_use == land_use && grids.contains(house.grid));
        places.extend(door.map(|house| Place::new(kind, name, aliases, house.middle())));
    }
}

fn greens(plan: &Plan, places: &mut Vec<Place>) {
    if let Some(park) = park(plan) {
        let middle = centroid(&park);
        places.push(Place::new("park", "工业人民公园", "人民公园", middle));
        places.push(Place::new("park", "镜湖", "公园湖", add(middle, [-18.0, 14.0])));
    }
    for (block, name) in plan.blocks.iter().filter(|block| block.land_use == Use::Gardens).zip(["西场苗圃", "东湾苗圃"])
    {
        places.push(Place::new("park", name, "", centroid(&block.ring)));
    }
}

/// The middle of a piece of street, that many metres to its left.
fn kerb(border: &Border, metres: f64) -> Point {
    let (at, direction) = along(&border.line, line_length(&border.line) * 0.5);
    add(at, times(left_of(direction), metres))
}

fn street_of(border: &Border) -> &'static str {
    Plan::streets().find(|(street, _)| border.street == Some(*street)).map_or("", |(_, line)| line.name)
}

fn toilets(plan: &Plan, dice: &mut Dice, places: &mut Vec<Place>) {
    let mut borders: Vec<&Border> = plan
        .borders
        .iter()
        .filter(|border| border.way == Way::Secondary && border.left.is_some() && border.right.is_some())
        .collect();
    dice.shuffle(&mut borders);
    for (at, border) in borders.into_iter().take(9).enumerate() {
        let kind = if at % 3 == 0 { "旱厕" } else { "公厕" };
        let name = format!("{}{}号{kind}", street_of(border), at + 1);
        places.push(Place::new("toilet", name, "", kerb(border, 11.0)));
    }
}

/// One for every second piece of the main streets.
fn bus_stops(plan: &Plan, places: &mut Vec<Place>) {
    let main = |border: &&Border| matches!(border.way, Way::Trunk | Way::Primary) && border.left.is_some();
    for (at, border) in plan.borders.iter().filter(main).step_by(2).enumerate() {
        let Some(block) = border.left.and_then(|block| plan.blocks.get(block)) else { continue };
        let near = GRIDS.iter().find(|grid| grid.letter == block.grid).map_or("", |grid| grid.place);
        let name = format!("{near}（{}）公交站", street_of(border));
        places.push(Place::new("bus_stop", name, format!("{}号站", at + 1), kerb(border, 10.0)));
    }
}

pub fn csv(plan: &Plan, places: &[Place]) -> String {
    let mut text = String::from("code,kind,name,aliases,lon,lat\n");
    for (at, place) in places.iter().enumerate() {
        let ([lon, lat], Place { kind, name, aliases, .. }) = (plan.lon_lat(place.at), place);
        // Writing to a String cannot fail.
        let _ = writeln!(text, "P{:03},{kind},{name},{aliases},{lon},{lat}", at + 1);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::buildings::buildings;
    use std::collections::BTreeSet;

    #[test]
    fn every_place_lies_in_the_street_and_has_a_name_of_its_own() {
        let plan = Plan::new();
        let places = places(&plan, &buildings(&plan));
        assert!((150..=175).contains(&places.len()), "{}", places.len());
        let names: BTreeSet<&str> = places.iter().map(|place| &*place.name).collect();
        assert_eq!(names.len(), places.len());
        for place in &places {
            assert!(plan.block_at(place.at).is_some(), "{}", place.name);
        }
    }

    #[test]
    fn the_toilet_of_the_worked_case_stands_in_the_seventh_grid_well_off_its_border() {
        let plan = Plan::new();
        let places = places(&plan, &buildings(&plan));
        let toilet = places.iter().find(|place| place.name == MALL_TOILET).expect("in the register");
        assert_eq!(plan.block_at(toilet.at).map(|block| block.grid), Some('G'));
        assert!(plan.border_distance_m(toilet.at) > 40.0);
    }
}
