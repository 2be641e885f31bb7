//! What is true, files or store: versions, and who settles it when both have changed.

use std::{fs, path::Path};

use gridwatch::{
    io::{
        catalog::{self, SiteFiles},
        store::{Adopted, NewVersion, Origin, Store},
    },
    service::app::{self, Options},
};
use jiff::Timestamp;
use reqwest::StatusCode;
use serde_json::json;

use crate::harness::{
    Site, Square, collection, demo_site,
    service::{Service, answer},
};

const GRIDS: &str = "geodata/grids.geojson";

fn grids(code: &'static str) -> String {
    collection([Square::grid(code, [0, 0, 10, 10]).feature()])
}

/// A site whose service has run once.
fn served() -> Site {
    let site = Site::of(&[Square::grid("A", [0, 0, 10, 10])]);
    start(&site).expect("starts");
    site
}

/// Which version it runs with, or why it does not.
fn start(site: &Site) -> anyhow::Result<String> {
    let listen = Some("127.0.0.1:0".parse().expect("an address"));
    let options = Options { site: site.path().to_owned(), data: None, listen, program: None };
    let clock = std::sync::Arc::new(gridwatch::service::clock::SystemClock);
    tokio::runtime::Runtime::new().expect("a runtime").block_on(async {
        let running = app::start(&options, clock).await?;
        let located = reqwest::get(format!("{}/api/grids", running.url)).await?.text().await?;
        running.stop().await?;
        let collection: serde_json::Value = serde_json::from_str(&located)?;
        Ok(collection["features"][0]["properties"]["code"].as_str().unwrap_or("none").to_owned())
    })
}

fn store(site: &Site) -> Store {
    Store::open(&app::store_file(&site.file("data"))).expect("a store")
}

/// What an edit over HTTP will do: another version on top of the present one.
fn edit(site: &Site, change: impl FnOnce(&mut SiteFiles)) -> Adopted {
    let store = store(site);
    let present = store.present_version("main").expect("read").expect("there");
    let mut files = store.files_of_version("main", &present.version).expect("read").expect("there");
    change(&mut files);
    let catalog = catalog::read_version(site.path(), &files).catalog.expect("sound");
    let new = NewVersion {
        site: "main".into(),
        version: catalog.version.as_str().into(),
        files,
        origin: Origin::Edit,
        parent: Some(present.version),
        at: Timestamp::now(),
        actor: "planner".into(),
    };
    tokio::runtime::Runtime::new().expect("a runtime").block_on(store.adopt(new)).expect("written")
}

fn edit_grids(site: &Site, code: &'static str) {
    assert_eq!(edit(site, |files| drop(files.insert(GRIDS.into(), grids(code).into()))), Adopted::Taken);
}

fn write(site: &Site, file: &str, contents: impl AsRef<[u8]>) {
    fs::write(site.file(file), contents).expect("written");
}

#[test]
fn the_same_files_are_the_same_version_wherever_they_are_read_from() {
    let folder = catalog::read(demo_site());
    let kept = catalog::read_version(Path::new("/nowhere"), &folder.files);
    let (folder, kept) = (folder.catalog.expect("sound"), kept.catalog.expect("sound"));
    assert_eq!(folder.version, kept.version);
    assert_eq!(format!("{:?}", folder.coverages), format!("{:?}", kept.coverages));
    assert_eq!(format!("{:?}", folder.cameras), format!("{:?}", kept.cameras));
    assert_eq!(folder.settings.time_zone, kept.settings.time_zone);
}

#[test]
fn files_that_have_changed_become_a_new_version_and_the_old_one_stays() {
    let site = served();
    let first = store(&site).present_version("main").expect("read").expect("there").version;
    write(&site, GRIDS, grids("B"));
    assert_eq!(start(&site).expect("starts"), "B");
    let store = store(&site);
    let second = store.present_version("main").expect("read").expect("there");
    assert_ne!(second.version, first);
    assert_eq!(second.of_files, Some(second.version));
    let old = store.files_of_version("main", &first).expect("read").expect("kept");
    assert!(String::from_utf8_lossy(&old[GRIDS]).contains("\"A\""));
    assert_eq!(store.files_of_version("main", "made-up").expect("read"), None);
}

#[test]
fn an_edit_in_the_store_is_true_while_the_files_stay_as_they_were() {
    let site = served();
    edit_grids(&site, "E");
    assert_eq!(start(&site).expect("starts"), "E");
    assert_eq!(start(&site).expect("starts again"), "E");
    // Where it listens is no matter of versions, and comes from the folder.
    write(&site, "gridwatch.toml", "time_zone = \"Asia/Shanghai\"\nname = \"renamed\"\n");
    assert_eq!(start(&site).expect("starts with another name"), "E");
}

#[test]
fn where_both_have_changed_serve_names_the_files_and_the_commands_and_guesses_nothing() {
    let site = served();
    edit_grids(&site, "E");
    let site = site.with(GRIDS, grids("F")).with("geodata/places.csv", "code,kind,name,lon,lat\n1,shop,S,110,40\n");
    let refused = site.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(refused.code, 2, "{}", refused.said());
    for expected in [
        "  geodata/grids.geojson: not the same",
        "  geodata/places.csv: only in the files",
        "gridwatch import site --site . --write",
        "gridwatch export site --site . --write",
    ] {
        assert!(refused.stderr.contains(expected), "{expected}: {}", refused.stderr);
    }
    let zh = site.run(&["serve", "--lang", "zh"]);
    assert!(zh.stderr.contains("以文件为准") && zh.stderr.contains("仅在文件中"), "{}", zh.stderr);
}

#[test]
fn where_both_have_changed_in_different_files_both_changes_hold() {
    let site = served();
    edit_grids(&site, "E");
    let staff = "id,name,roles\n1,Li,informant\n";
    let site = site.with("geodata/staff.csv", staff);
    for _ in 0..2 {
        assert_eq!(start(&site).expect("starts"), "E");
    }
    let store = store(&site);
    let present = store.present_version("main").expect("read").expect("there");
    let files = store.files_of_version("main", &present.version).expect("read").expect("kept");
    assert_eq!(files["geodata/staff.csv"], staff.as_bytes());
    drop(store);
    write(&site, GRIDS, grids("G"));
    assert!(start(&site).is_err(), "the same file now");
}

#[test]
fn import_takes_the_files_after_a_report_and_once() {
    let site = served();
    edit_grids(&site, "E");
    let site = site.with(GRIDS, grids("F"));
    let report = site.run(&["import", "site"]);
    assert!(report.code == 0 && report.text().contains("nothing done; say --write"), "{}", report.said());
    assert!(start(&site).is_err(), "a report settles nothing");
    let done = site.run(&["import", "site", "--write"]);
    assert!(done.text().contains("the files are true now"), "{}", done.said());
    assert_eq!(start(&site).expect("starts"), "F");
    let again = site.run(&["import", "site", "--write"]);
    assert!(again.code == 0 && again.text().contains("files and store are the same"), "{}", again.said());

    write(&site, GRIDS, "nonsense");
    let wrong = site.run(&["import", "site", "--write"]);
    assert!(wrong.code == 1 && wrong.text().contains("grids.geojson:1: not JSON"), "{}", wrong.said());
}

#[test]
fn export_writes_the_store_into_the_files_and_keeps_what_was_there() {
    let site = served();
    edit_grids(&site, "E");
    let site = site.with(GRIDS, grids("F")).with("geodata/staff.csv", "id,name,roles\n1,Li,informant\n");
    assert!(site.run(&["export", "site"]).text().contains("nothing done; say --write"));
    let done = site.run(&["export", "site", "--write"]);
    assert_eq!(done.code, 0, "{}", done.said());
    assert!(done.text().contains("geodata/staff.csv is not of this version and was moved to"), "{}", done.text());
    assert_eq!(fs::read_to_string(site.file(GRIDS)).expect("written"), grids("E"));
    assert_eq!(fs::read_to_string(site.file("geodata/grids.geojson.1.bak")).expect("kept"), grids("F"));
    assert!(!site.file("geodata/staff.csv").exists() && site.file("geodata/staff.csv.1.bak").exists());
    assert_eq!(start(&site).expect("starts"), "E");
    write(&site, GRIDS, grids("G"));
    assert_eq!(start(&site).expect("an edit of the files after it is no conflict"), "G");
    let again = site.run(&["export", "site", "--write"]);
    assert!(again.text().contains("files and store are the same"), "{}", again.said());
    assert!(!site.file("geodata/grids.geojson.2.bak").exists());
    let none = Site::empty().run(&["export", "site", "--write"]);
    assert!(none.code == 2 && none.stderr.contains("no version of the site main yet"), "{}", none.said());
}

#[test]
fn an_edit_that_does_not_follow_the_present_version_is_not_taken() {
    let site = served();
    let store = store(&site);
    let first = store.present_version("main").expect("read").expect("there").version;
    edit_grids(&site, "E");
    let late = NewVersion {
        site: "main".into(),
        version: "late".into(),
        files: SiteFiles::new(),
        origin: Origin::Edit,
        parent: Some(first),
        at: Timestamp::now(),
        actor: "planner".into(),
    };
    let adopted = tokio::runtime::Runtime::new().expect("a runtime").block_on(store.adopt(late)).expect("answered");
    assert!(matches!(adopted, Adopted::Overtaken { by: Some(_) }), "{adopted:?}");
}

#[test]
fn a_folder_whose_grids_have_gone_is_not_taken_for_an_edit() {
    let site = served();
    fs::remove_file(site.file(GRIDS)).expect("removed");
    let refused = site.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(refused.code == 2 && refused.stderr.contains("is it the right folder?"), "{}", refused.said());
    assert_eq!(site.run(&["export", "site", "--write"]).code, 0);
    assert_eq!(start(&site).expect("starts"), "A");
}

#[tokio::test]
async fn a_service_starts_on_an_empty_site_and_every_report_waits_to_be_placed() {
    let site = Site::empty();
    let service = Service::of(site.path()).await;
    let (status, told) = service.report(&json!({"lon": 110.0331, "lat": 40.4109, "description": "满了"})).await;
    assert_eq!(status, StatusCode::CREATED, "{told}");
    assert_eq!(told["placement"]["outcome"], "outside");
    let (_, told) = service.report(&json!({"address": "福来商城"})).await;
    assert_eq!(told["placement"]["outcome"], "unplaced");
    let (_, list) = answer(service.get("/api/cases?status=triage")).await;
    assert_eq!(list["cases"].as_array().map(Vec::len), Some(2), "{list}");
    for path in ["/api/grids", "/api/cameras", "/api/places", "/api/site", "/readyz", "/heat.png?bbox=110,40,111,41"] {
        assert_eq!(answer(service.get(path)).await.0, StatusCode::OK, "{path}");
    }
    service.running.stop().await.expect("stops");

    let check = site.run(&["check"]);
    assert!(
        check.code == 0 && !check.text().contains("error:") && check.text().contains("would start, and place nothing"),
        "{}",
        check.text()
    );
    assert_eq!(site.run_with(&["assign"], "lon,lat\n110,40\n").code, 2);
}
