//! The workflow as a picture: Mermaid text, drawn from the table and nothing else.

use std::{collections::BTreeSet, fmt::Write};

use super::workflow::{TABLE, To, When};

/// A state diagram of cases, and one of orders.
#[must_use]
pub fn diagram() -> String {
    let (mut cases, mut orders) = (BTreeSet::new(), BTreeSet::new());
    for row in TABLE {
        let action = row.action.to_string();
        match (row.from, row.to) {
            (When::Case(from), To::Case(to)) => {
                cases.extend(from.iter().map(|from| (from.to_string(), to.to_string(), action.clone())));
            }
            (When::Case(from), To::Orders) => {
                cases.extend(from.iter().map(|from| (from.to_string(), "orders".to_owned(), action.clone())));
            }
            (When::Asked(wish), To::Case(to)) => {
                cases.insert(("orders".to_owned(), to.to_string(), format!("{action} {wish}")));
            }
            (When::Order(from), To::Order(to)) => {
                orders.extend(from.iter().map(|from| (from.to_string(), to.to_string(), action.clone())));
            }
            (When::Order(from), To::Orders) => {
                orders.extend(from.iter().map(|from| (from.to_string(), "recalled".to_owned(), action.clone())));
            }
            (When::Asked(wish), To::Order(to)) => {
                orders.insert(("handling".to_owned(), to.to_string(), format!("{action} {wish}")));
            }
            (When::Asked(wish), To::Orders) => {
                orders.insert(("handling".to_owned(), "returned".to_owned(), format!("{action} {wish}")));
            }
            _ => {}
        }
    }
    cases.insert(("orders".to_owned(), "to_close".to_owned(), "all passed".to_owned()));
    format!("{}\n{}", mermaid(&cases), mermaid(&orders))
}

fn mermaid(edges: &BTreeSet<(String, String, String)>) -> String {
    let mut text = String::from("```mermaid\nstateDiagram-v2\n");
    for (from, to, action) in edges {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "    {from} --> {to}: {action}");
    }
    text + "```\n"
}
