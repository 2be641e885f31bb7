//! `geodata/categories.csv`: the 145 categories of the responsibility lists, with who handles them and how soon.
//!
//! Limits differ from city to city: they are data. What a class has in common stands with the class, an item says
//! only where it departs from it.

mod components;
mod departments;
mod events;

use std::fmt::Write as _;

pub use departments::{DEPARTMENTS, toml as departments_toml};

/// What the items of a class share unless they say otherwise.
pub struct Class {
    pub name: &'static str,
    pub department: &'static str,
    pub list: List,
    pub handle: &'static str,
    pub merge: (u32, &'static str),
    pub items: &'static [Item],
}

/// The three lists (三张清单).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    Party,
    Governance,
    Convenience,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Urgency {
    Normal,
    Urgent,
    Emergency,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Visibility {
    Public,
    Staff,
    Restricted,
}

/// One category. The setters leave a table that reads in one line.
pub struct Item {
    number: usize,
    name: &'static str,
    name_en: &'static str,
    department: Option<&'static str>,
    list: Option<List>,
    sign: Option<&'static str>,
    handle: Option<&'static str>,
    guard: &'static str,
    urgency: Urgency,
    visibility: Visibility,
    merge: Option<(u32, &'static str)>,
}

/// An item with its minor number; 0 takes its place in the order of the class.
const fn item(number: usize, name: &'static str, name_en: &'static str) -> Item {
    Item {
        number,
        name,
        name_en,
        department: None,
        list: None,
        sign: None,
        handle: None,
        guard: "",
        urgency: Urgency::Normal,
        visibility: Visibility::Public,
        merge: None,
    }
}

impl Item {
    const fn by(mut self, department: &'static str) -> Self {
        self.department = Some(department);
        self
    }

    const fn on(mut self, list: List) -> Self {
        self.list = Some(list);
        self
    }

    const fn sign(mut self, limit: &'static str) -> Self {
        self.sign = Some(limit);
        self
    }

    const fn handle(mut self, limit: &'static str) -> Self {
        self.handle = Some(limit);
        self
    }

    /// A cover that is gone swallows people: guarded within two clock hours.
    const fn cover(mut self) -> Self {
        self.guard = "2H";
        self.urgency = Urgency::Urgent;
        self
    }

    /// Sent out at once, at any hour.
    const fn urgent(mut self) -> Self {
        self.urgency = Urgency::Urgent;
        self
    }

    /// Answered within one clock hour, guarded within two.
    const fn emergency(mut self) -> Self {
        self.guard = "2H";
        self.urgency = Urgency::Emergency;
        self
    }

    /// Not for residents' eyes, as it names people or premises.
    const fn staff(mut self) -> Self {
        self.visibility = Visibility::Staff;
        self
    }

    /// Only for the roles that handle it; elsewhere a count.
    const fn restricted(mut self) -> Self {
        self.visibility = Visibility::Restricted;
        self
    }

    /// Reports so near and so soon after one another are the same matter.
    const fn merge(mut self, radius_m: u32, window: &'static str) -> Self {
        self.merge = Some((radius_m, window));
        self
    }
}

/// Told twice, so near and so soon, they are one without anybody's looking. A proposal, as the limits are.
const OBVIOUS: [&str; 17] = [
    "暴露垃圾",
    "积存垃圾渣土",
    "道路不洁",
    "道路破损",
    "道路遗撒",
    "动物尸体",
    "垃圾箱满溢",
    "检查井溢水",
    "路面塌陷",
    "自来水管破裂",
    "燃气管道破裂",
    "下水道堵塞",
    "热力管道破裂",
    "道路积水",
    "积雪结冰",
    "架空线缆损坏",
    "树木倒伏",
];

/// One of the 145, with its place in the lists.
pub struct Category {
    pub code: String,
    kind: &'static str,
    class: &'static Class,
    item: &'static Item,
}

/// All categories: components, then events, by class and number.
pub fn categories() -> Vec<Category> {
    let mut all = Vec::new();
    for (kind_code, kind, classes) in [(1, "component", components::CLASSES), (2, "event", events::CLASSES)] {
        for (class_at, class) in classes.iter().enumerate() {
            for (at, item) in class.items.iter().enumerate() {
                let minor = if item.number == 0 { at + 1 } else { item.number };
                let code = format!("{kind_code:02}{:02}{minor:02}", class_at + 1);
                all.push(Category { code, kind, class, item });
            }
        }
    }
    all
}

impl Category {
    pub fn name(&self) -> &'static str {
        self.item.name
    }

    /// Whether residents see its cases, and may report them.
    pub fn is_public(&self) -> bool {
        matches!(self.item.visibility, Visibility::Public)
    }

    pub fn department(&self) -> &'static str {
        self.item.department.unwrap_or(self.class.department)
    }

    /// The category's line in the file.
    fn row(&self) -> String {
        let Self { code, kind, class, item } = self;
        let list = match item.list.unwrap_or(class.list) {
            List::Party => "party",
            List::Governance => "governance",
            List::Convenience => "convenience",
        };
        let (urgency, verify, sign) = match item.urgency {
            Urgency::Normal => ("normal", "30m", "1h"),
            Urgency::Urgent => ("urgent", "30m", "1H"),
            Urgency::Emergency => ("emergency", "10m", "1H"),
        };
        let visibility = match item.visibility {
            Visibility::Public => "public",
            Visibility::Staff => "staff",
            Visibility::Restricted => "restricted",
        };
        let (sign, handle) = (item.sign.unwrap_or(sign), item.handle.unwrap_or(class.handle));
        let (radius_m, window) = item.merge.unwrap_or(class.merge);
        // A thing of the street is where it is; of events these are seen by everybody who passes.
        let merge = if self.kind == "component" || OBVIOUS.contains(&item.name) { "auto" } else { "suggest" };
        format!(
            "{code},{kind},{list},{},{},{},{},{verify},{sign},{handle},{},{urgency},{visibility},{radius_m},{window},{merge}",
            class.name,
            self.name(),
            item.name_en,
            self.department(),
            item.guard,
        )
    }
}

pub fn categories_csv() -> String {
    let mut text = String::from(
        "code,kind,list,class,name,name_en,department,verify_limit,sign_limit,handle_limit,guard_limit,urgency,visibility,merge_radius_m,merge_window,merge\n",
    );
    for category in categories() {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{}", category.row());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn there_are_33_components_and_112_events_with_codes_of_their_own() {
        let all = categories();
        let components = all.iter().filter(|category| category.code.starts_with("01")).count();
        assert_eq!((components, all.len()), (33, 145));
        assert_eq!(all.iter().map(|category| &category.code).collect::<BTreeSet<_>>().len(), 145);
        let per_class: Vec<usize> = events::CLASSES.iter().map(|class| class.items.len()).collect();
        assert_eq!(per_class, [23, 7, 10, 12, 16, 13, 12, 10, 9]);
    }

    #[test]
    fn every_category_has_a_department_and_every_row_sixteen_columns() {
        let departments: BTreeSet<&str> = DEPARTMENTS.iter().map(|department| department.0).collect();
        assert_eq!(departments.len(), 39);
        for category in categories() {
            assert!(departments.contains(category.department()), "{} has nobody", category.name());
            assert_eq!(category.row().split(',').count(), 16, "{}", category.row());
        }
    }

    #[test]
    fn no_list_is_empty() {
        for list in [",party,", ",governance,", ",convenience,"] {
            assert!(categories_csv().lines().filter(|row| row.contains(list)).count() >= 5, "{list}");
        }
    }

    #[test]
    fn a_public_toilet_is_verified_in_half_an_hour_and_signed_for_and_handled_in_two_days() {
        let all = categories();
        let toilet = all.iter().find(|category| category.name() == "公共厕所").expect("in the list");
        assert_eq!((&*toilet.code, toilet.department()), ("010301", "HWJ"));
        assert!(toilet.row().contains(",30m,2d,2d,,"), "{}", toilet.row());
    }
}
