//! The layers of the house, read from its `use` lines.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// What each room may import of the crate, besides itself. `ARCHITECTURE.md` has the same table with its reasons.
const ROOMS: [(&str, &[&str]); 29] = [
    ("domain/code", &[]),
    ("domain/geo", &[]),
    ("domain/grid", &["domain/code", "domain/geo"]),
    ("domain/duty", &["domain/code", "domain/geo", "domain/grid"]),
    ("domain/people", &["domain/code", "domain/geo", "domain/grid", "domain/duty"]),
    ("domain/register", &["domain/code", "domain/geo"]),
    ("domain/vision", &[]),
    ("domain/camera", &["domain/code", "domain/geo", "domain/grid", "domain/duty", "domain/vision"]),
    ("domain/event", &["domain/code", "domain/geo", "domain/grid", "domain/duty", "domain/vision", "domain/camera"]),
    ("domain/case", &["domain/code", "domain/geo", "domain/grid", "domain/duty", "domain/people", "domain/event"]),
    (
        "domain/patrol",
        &["domain/code", "domain/geo", "domain/grid", "domain/duty", "domain/people", "domain/register", "domain/case"],
    ),
    ("domain/analysis", &["domain/geo", "domain/grid", "domain/duty", "domain/people", "domain/event", "domain/case"]),
    ("domain/update", &["domain"]),
    ("io/archive", &[]),
    ("io/tables", &["domain"]),
    ("io/store", &["domain"]),
    ("io/catalog", &["domain", "io/tables", "scene"]),
    ("io/video", &["domain", "scene", "io/secrets"]),
    ("io/secrets", &[]),
    ("io/notify", &["domain"]),
    ("io/picture", &[]),
    ("io/evidence", &["domain"]),
    ("words", &[]),
    ("scene", &[]),
    ("demo", &["domain", "io/tables", "io/video", "scene"]),
    ("service", &["domain", "io", "words"]),
    ("cli", &["domain", "io", "words", "scene", "demo", "service"]),
    ("main", &["cli"]),
    ("lib", &[]),
];

/// What the pure part may not touch: clocks, files, sockets, threads, and what brings them.
const IMPURE: [&str; 12] = [
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "std::io",
    "tokio",
    "axum",
    "gstreamer",
    "rusqlite",
    "Timestamp::now",
    "Zoned::now",
];

#[test]
fn every_room_imports_only_what_its_place_allows() {
    let mut wrong = Vec::new();
    for file in sources() {
        let room = room_of(&file);
        let allowed = ROOMS.iter().find(|(name, _)| *name == room);
        let Some((_, allowed)) = allowed else {
            wrong.push(format!("{}: {room} is no room of the table", file.display()));
            continue;
        };
        for import in imports(&code_of(&file)) {
            let is_own = import == room || import.starts_with(&format!("{room}/"));
            let is_allowed = allowed.iter().any(|may| import == *may || import.starts_with(&format!("{may}/")));
            if !is_own && !is_allowed {
                wrong.push(format!("{}: {room} may not import {import}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_domain_is_pure() {
    let mut wrong = Vec::new();
    for file in sources().into_iter().filter(|file| file.starts_with("src/domain")) {
        let code = code_of(&file);
        wrong.extend(
            IMPURE.iter().filter(|word| code.contains(**word)).map(|word| format!("{}: {word}", file.display())),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_table_is_the_one_that_people_read() {
    let document = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    for (room, allowed) in ROOMS.iter().filter(|(room, _)| !["main", "lib"].contains(room)) {
        let allowed = if allowed.is_empty() { "–".to_owned() } else { allowed.join(", ") };
        let row = format!("| `{room}` | {allowed} |");
        assert!(document.contains(&row), "ARCHITECTURE.md lacks the row {row}");
    }
}

#[test]
fn there_are_no_drawers() {
    const DRAWERS: [&str; 8] = ["util", "utils", "helper", "helpers", "common", "misc", "types", "models"];
    for file in sources() {
        for part in &file.with_extension("") {
            assert!(!DRAWERS.contains(&part.to_str().expect("ASCII")), "{}", file.display());
        }
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every source file, relative to the root.
fn sources() -> Vec<PathBuf> {
    fn walk(folder: &Path, into: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(&path, into);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                into.push(path.strip_prefix(root()).expect("inside").to_owned());
            }
        }
    }
    let mut files = Vec::new();
    walk(&root().join("src"), &mut files);
    assert!(files.len() > 40, "the walk finds the sources");
    files
}

/// `src/io/tables/csv/split.rs` is of `io/tables`; the mere lists of rooms are of none.
fn room_of(file: &Path) -> String {
    let path = file.strip_prefix("src").expect("a source").with_extension("");
    let parts: Vec<&str> = path.iter().map(|part| part.to_str().expect("ASCII")).collect();
    match parts[..] {
        ["domain" | "io", "mod"] => "lib".to_owned(),
        [layer @ ("domain" | "io"), room, ..] => format!("{layer}/{room}"),
        [room, ..] => room.to_owned(),
        [] => unreachable!("a file has a name"),
    }
}

/// Without comments and inline tests, which may look over the fence.
fn code_of(file: &Path) -> String {
    let text = fs::read_to_string(root().join(file)).expect("a source");
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let kept = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    kept.collect::<Vec<_>>().join("\n")
}

/// The rooms that a file names: `crate::…` anywhere, with nested braces taken apart.
fn imports(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        for path in paths(&code[at + "crate::".len()..]) {
            let parts: Vec<&str> = path.split("::").collect();
            found.insert(match parts[..] {
                [layer @ ("domain" | "io"), room, ..] => format!("{layer}/{room}"),
                [room, ..] => room.to_owned(),
                [] => continue,
            });
        }
    }
    found
}

/// `a::{b::c, d}` is `a::b::c` and `a::d`.
fn paths(text: &str) -> Vec<String> {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).unwrap_or(text.len());
    let stem = &text[..end];
    if !text[end..].starts_with('{') {
        return vec![stem.trim_end_matches(':').to_owned()];
    }
    let mut depth = 0usize;
    let inner: String = text[end + 1..]
        .chars()
        .take_while(|c| {
            depth = match c {
                '{' => depth + 1,
                '}' if depth == 0 => return false,
                '}' => depth - 1,
                _ => depth,
            };
            true
        })
        .collect();
    let mut parts = vec![String::new()];
    let mut depth = 0usize;
    for c in inner.chars().filter(|c| !c.is_whitespace()) {
        match c {
            ',' if depth == 0 => parts.push(String::new()),
            _ => {
                depth = if c == '{' {
                    depth + 1
                } else if c == '}' {
                    depth - 1
                } else {
                    depth
                };
                if let Some(part) = parts.last_mut() {
                    part.push(c);
                }
            }
        }
    }
    let of_part = |part: &String| paths(part).into_iter().map(|path| format!("{stem}{path}")).collect::<Vec<_>>();
    parts.iter().filter(|part| !part.is_empty()).flat_map(of_part).collect()
}

#[test]
fn the_reader_of_imports_reads_them() {
    let code = "use crate::{\n    domain::{geo::{Area, Position}, grid},\n    io::tables::csv,\n};\nlet x = crate::words::say();";
    let expected = ["domain/geo", "domain/grid", "io/tables", "words"].map(str::to_owned);
    assert_eq!(imports(code), BTreeSet::from(expected));
}
