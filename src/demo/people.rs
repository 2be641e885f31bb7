//! `geodata/staff.csv`: 247 people with fixed grids, posts and departments (定人、定格、定责).

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::dice::Dice;
use super::duties::DEPARTMENTS;
use super::grids::{Grid, STREET, community_code, grids};

const SURNAMES: [&str; 40] = [
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林", "何", "郭", "马",
    "罗", "梁", "宋", "郑", "谢", "唐", "冯", "于", "董", "萧", "程", "曹", "袁", "邓", "许", "傅", "沈", "曾", "彭",
    "吕", "苏",
];
const GIVEN: [&str; 60] = [
    "建军", "志强", "海燕", "秀兰", "永红", "玉梅", "国庆", "桂英", "文斌", "晓东", "丽娜", "春燕", "宝山", "志华",
    "雪梅", "俊峰", "立新", "美玲", "向阳", "永胜", "彩霞", "金花", "瑞芳", "浩然", "子涵", "嘉怡", "明亮", "学文",
    "淑珍", "利民", "巧云", "红霞", "振华", "福生", "翠英", "艳红", "德胜", "小军", "爱民", "凤琴", "新民", "广林",
    "玉兰", "雅琴", "冬梅", "树林", "耀东", "秋菊", "培德", "慧敏", "长青", "素云", "勇", "静", "磊", "敏", "涛", "娟",
    "斌", "蕾",
];

/// The next name that nobody here has yet.
fn name(taken: &mut BTreeSet<String>, dice: &mut Dice) -> String {
    loop {
        let name = format!("{}{}", dice.pick(&SURNAMES), dice.pick(&GIVEN));
        if taken.insert(name.clone()) {
            return name;
        }
    }
}

/// A row without name and telephone, which are drawn when it is written.
struct Person {
    id: String,
    roles: &'static str,
    post: &'static str,
    grids: String,
    department: &'static str,
}

impl Person {
    fn new(id: String, roles: &'static str, grids: impl Into<String>) -> Self {
        Self { id, roles, post: "", grids: grids.into(), department: "WGZX" }
    }
}

pub fn csv() -> String {
    let grids = grids();
    let mut people = offices();
    people.extend(community_staff(&grids));
    people.extend(informants(&grids));
    people.extend(clerks());
    let (mut dice, mut taken) = (Dice::of("people"), BTreeSet::new());
    let mut text = String::from("id,name,phone,roles,post,grids,department\n");
    for (at, person) in people.iter().enumerate() {
        let name = name(&mut taken, &mut dice);
        let Person { id, roles, post, grids, department } = person;
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{id},{name},1900000{:04},{roles},{post},{grids},{department}", at + 1);
    }
    text
}

/// Those who reach over the whole street or a community: county leaders, cadres, people from the street offices.
fn offices() -> Vec<Person> {
    let leaders = (1..=2).map(|at| Person::new(format!("leader-{at:02}"), "county_leader", STREET));
    let cadres = (0..8).map(|at| {
        let (roles, reach) = match at {
            0 | 1 => ("street_cadre;shift_head", STREET.to_owned()),
            2 => ("street_cadre;planner", STREET.to_owned()),
            3 => ("street_cadre", STREET.to_owned()),
            community => ("street_cadre", community_code(community - 4)),
        };
        Person::new(format!("cadre-{:02}", at + 1), roles, reach)
    });
    let desks = [
        "street_office;shift_head",
        "street_office;intake_officer",
        "street_office;intake_officer",
        "street_office;intake_officer",
        "street_office;dispatcher",
        "street_office;dispatcher",
        "street_office;dispatcher",
        "street_office;operator",
        "street_office;operator",
        "street_office;operator",
        "street_office;planner",
    ];
    let desks =
        desks.into_iter().enumerate().map(|(at, roles)| Person::new(format!("office-{:02}", at + 1), roles, STREET));
    leaders.chain(cadres).chain(desks).collect()
}

/// A specialist on post A for each grid, and two on post B for each community, who share its grids.
fn community_staff(grids: &[Grid]) -> Vec<Person> {
    let roles = "community_staff;specialist";
    let mut staff: Vec<Person> = grids
        .iter()
        .enumerate()
        .map(|(at, grid)| Person {
            post: "A",
            ..Person::new(format!("staff-{:02}", at + 1), roles, grid.code.as_str())
        })
        .collect();
    for community in 0..4 {
        let codes: Vec<&str> =
            grids.iter().filter(|grid| grid.community == community).map(|grid| &*grid.code).collect();
        for half in codes.chunks(codes.len().div_ceil(2)) {
            let id = format!("staff-{:02}", staff.len() + 1);
            staff.push(Person { post: "B", ..Person::new(id, roles, half.join(";")) });
        }
    }
    staff
}

/// Four for each of the twenty larger grids, three for the rest.
fn informants(grids: &[Grid]) -> Vec<Person> {
    let mut by_size: Vec<&Grid> = grids.iter().collect();
    by_size.sort_by(|a, b| b.sketch.households.cmp(&a.sketch.households).then_with(|| a.code.cmp(&b.code)));
    let large: BTreeSet<&str> = by_size.iter().take(20).map(|grid| &*grid.code).collect();
    let codes = grids.iter().flat_map(|grid| {
        let count = if large.contains(&*grid.code) { 4 } else { 3 };
        std::iter::repeat_n(grid.code.as_str(), count)
    });
    codes.enumerate().map(|(at, code)| Person::new(format!("informant-{:03}", at + 1), "informant", code)).collect()
}

/// Two lent by each department, on posts A and B, and a third by the eight that are called most.
fn clerks() -> Vec<Person> {
    const MOST_CALLED: [&str; 8] = ["HWJ", "CGJ", "GAJ", "JJDD", "ZJJ", "YJJ", "SFJ", "MZJ"];
    let mut clerks: Vec<Person> = Vec::new();
    for (department, ..) in DEPARTMENTS {
        let posts: &[&str] = if MOST_CALLED.contains(&department) { &["A", "B", "B"] } else { &["A", "B"] };
        for post in posts {
            let id = format!("clerk-{:02}", clerks.len() + 1);
            clerks.push(Person { post, department, ..Person::new(id, "department_clerk", STREET) });
        }
    }
    clerks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_group_has_its_people() {
        let text = csv();
        let count = |prefix: &str| text.lines().filter(|row| row.starts_with(prefix)).count();
        let groups = ["leader-", "cadre-", "staff-", "informant-", "clerk-", "office-"].map(count);
        assert_eq!(groups, [2, 8, 36, 104, 86, 11]);
        assert_eq!(text.lines().count(), 248);
    }

    #[test]
    fn each_grid_has_one_specialist_on_post_a_and_one_stand_in() {
        let text = csv();
        for grid in grids() {
            for post in [",A,", ",B,"] {
                let holders = text
                    .lines()
                    .filter(|row| row.contains("specialist") && row.contains(post) && row.contains(&grid.code))
                    .count();
                assert_eq!(holders, 1, "{} post {post}", grid.name);
            }
        }
    }
}
