//! `gridwatch backup` while everything goes on, and `gridwatch restore` on an empty machine.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::{Cursor, Read},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use image::{ImageFormat, Rgb, RgbImage};
use reqwest::{
    StatusCode,
    multipart::{Form, Part},
};
use rusqlite::{Connection, types::Value as Sql};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{
    Run, Site, run_in, served_site,
    service::{Service, answer},
};

fn photo(number: u32) -> Vec<u8> {
    let mut jpeg = Cursor::new(Vec::new());
    let [r, g, b, _] = number.to_le_bytes();
    let picture = RgbImage::from_fn(48, 32, |x, y| Rgb([(x as u8) ^ r, (y as u8) ^ g, b]));
    picture.write_to(&mut jpeg, ImageFormat::Png).expect("encoded");
    jpeg.into_inner()
}

/// A report at one of forty spots, so that some open cases and others join them.
fn form(number: u32) -> Form {
    Form::new()
        .text("lon", format!("{}", 110.02 + f64::from(number % 40) * 0.000_7))
        .text("lat", "40.4109")
        .text("category", "020120")
        .part("photo", Part::bytes(photo(number)).file_name("p"))
}

fn backup(service: &Service, output: &Path) -> Run {
    let [site, data, output] = [served_site(), service.data(), output].map(|path| path.to_str().expect("UTF-8"));
    run_in(service.data(), &["backup", "--site", site, "--data", data, "--output", output], "")
}

fn restore(archive: &Path, site: &Path, more: &[&str]) -> Run {
    let [archive, site] = [archive, site].map(|path| path.to_str().expect("UTF-8"));
    run_in(Path::new("/"), &[&["restore", archive, "--site", site], more].concat(), "")
}

/// Every row of a query, in order.
fn rows(store: &Connection, sql: &str) -> Vec<Vec<Sql>> {
    let mut statement = store.prepare(sql).expect(sql);
    let columns = statement.column_count();
    let row = |row: &rusqlite::Row<'_>| (0..columns).map(|i| row.get::<_, Sql>(i)).collect();
    statement.query_map([], row).expect(sql).collect::<Result<_, _>>().expect(sql)
}

fn tables(store: &Connection) -> BTreeSet<String> {
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' \
               AND name NOT LIKE 'case_place_%'";
    let name = |row: Vec<Sql>| match &row[0] {
        Sql::Text(name) => name.clone(),
        other => panic!("{other:?}"),
    };
    rows(store, sql).into_iter().map(name).collect()
}

/// How the rows of a table that were there at change `seq` are told from later ones. Each change is one report.
fn as_of(table: &str, seq: i64, audits: i64) -> String {
    let reports = format!("(SELECT id FROM report ORDER BY entry LIMIT {seq})");
    let cases = format!("(SELECT case_id FROM report WHERE id IN {reports})");
    match table {
        "log" => format!("SELECT * FROM log WHERE seq <= {seq}"),
        "audit" => format!("SELECT * FROM audit WHERE id <= {audits}"),
        "trail" => format!(
            "SELECT trail.* FROM trail JOIN cases ON entry = case_entry
             JOIN (SELECT change ->> '$.case.id' AS id, max(change ->> '$.case.version') AS known FROM log
                   WHERE seq <= {seq} GROUP BY 1) AS told ON told.id = cases.state ->> '$.id'
             WHERE trail.version <= known ORDER BY trail.case_entry, trail.version"
        ),
        "report" => format!("SELECT * FROM report ORDER BY entry LIMIT {seq}"),
        "evidence" => format!("SELECT * FROM evidence WHERE report IN {reports}"),
        "notice" => format!("SELECT * FROM notice WHERE case_id IN {cases} ORDER BY entry"),
        "idempotency" => format!("SELECT * FROM idempotency WHERE report IN {reports}"),
        "grid_path" | "grid_path_level" => {
            format!("SELECT * FROM {table} WHERE path IN (SELECT path FROM cases WHERE id IN {cases})")
        }
        "case_place" => format!(
            "SELECT id, entry, min_lon, max_lat FROM case_place JOIN cases ON cases.entry = case_entry \
             WHERE id IN {cases} ORDER BY id"
        ),
        // A case that was joined later has changed since: what it was then is in the log.
        "cases" => format!(
            "SELECT json_extract(change, '$.case.id'), json_extract(change, '$.case.number'),
                    json_extract(change, '$.case.reports'), json_extract(change, '$.case.version')
             FROM log WHERE seq IN (SELECT max(seq) FROM log WHERE seq <= {seq} GROUP BY json_extract(change, '$.case.id'))
             ORDER BY 2"
        ),
        "number_given" => format!("SELECT count(DISTINCT json_extract(change, '$.case.id')) FROM log WHERE seq <= {seq}"),
        "token" => "SELECT * FROM token WHERE purpose = 'api'".to_owned(),
        other => format!("SELECT * FROM {other}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_backup_under_load_is_the_store_and_its_photos_at_one_instant() {
    let service = Arc::new(Service::start().await);
    service.running.sign_in_link(&service.clock).await.expect("a link");
    let stop = Arc::new(AtomicBool::new(false));
    let load: Vec<_> = (0..3u32)
        .map(|sender| {
            let (service, stop) = (Arc::clone(&service), Arc::clone(&stop));
            tokio::spawn(async move {
                let mut sent = 0;
                while !stop.load(Ordering::Relaxed) {
                    let number = sender * 100_000 + sent;
                    let report = service.client.post(service.url("/api/reports")).bearer_auth(&service.administrator);
                    let report = report.header("Idempotency-Key", format!("{number:0>32}")).multipart(form(number));
                    let (status, told) = answer(report).await;
                    assert_eq!(status, StatusCode::CREATED, "{told}");
                    sent += 1;
                }
                sent
            })
        })
        .collect();
    while service.running.store.last_seq().expect("read") < 40 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let archive = folder.path().join("backup.tar.gz");
    let done = tokio::task::spawn_blocking({
        let (service, archive) = (Arc::clone(&service), archive.clone());
        move || backup(&service, &archive)
    });
    let done = done.await.expect("no panic");
    assert_eq!(done.code, 0, "{}", done.said());
    let at_end = service.running.store.last_seq().expect("read");
    while service.running.store.last_seq().expect("read") < at_end + 20 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    stop.store(true, Ordering::Relaxed);
    for sender in load {
        assert!(sender.await.expect("every report was taken") > 0);
    }
    #[cfg(unix)]
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&archive).expect("there").permissions()) & 0o777,
        0o600
    );

    let (site, data) = (folder.path().join("site"), folder.path().join("elsewhere"));
    let run = restore(&archive, &site, &["--data", data.to_str().expect("UTF-8")]);
    assert_eq!(run.code, 0, "{}", run.said());
    assert!(run.text().contains("gridwatch serve --site"), "{}", run.text());
    let [before, after] =
        [service.data(), &data].map(|data| Connection::open(data.join("gridwatch.db")).expect("a store"));
    let one = |store: &Connection, sql: &str| match rows(store, sql)[0][0] {
        Sql::Integer(number) => number,
        ref other => panic!("{sql}: {other:?}"),
    };
    let (seq, audits) = (one(&after, "SELECT max(seq) FROM log"), one(&after, "SELECT max(id) FROM audit"));
    assert!((40..at_end + 20).contains(&seq), "{seq}");
    assert_eq!(tables(&before), tables(&after));
    for table in tables(&after) {
        let sql = as_of(&table, seq, audits);
        assert_eq!(rows(&before, &sql), rows(&after, &sql), "{table}");
        let all = format!("SELECT count(*) FROM {table}");
        let beyond = ["cases", "number_given", "case_place"].contains(&table.as_str());
        assert!(
            beyond || usize::try_from(one(&after, &all)) == Ok(rows(&after, &sql).len()),
            "{table} holds nothing later"
        );
    }
    let present = "SELECT number, state ->> '$.reports', version FROM cases ORDER BY number";
    let logged: Vec<_> = rows(&after, &as_of("cases", seq, audits)).into_iter().map(|row| row[1..].to_vec()).collect();
    assert_eq!(rows(&after, present), logged, "cases are what the log says");
    assert_eq!(one(&after, "SELECT last FROM number_given"), one(&after, "SELECT count(*) FROM cases"));
    assert_eq!(one(&after, "SELECT count(*) FROM token WHERE purpose <> 'api'"), 0, "nobody is signed in");

    let mut photos = 0usize;
    for row in rows(&after, "SELECT DISTINCT hash FROM evidence") {
        let Sql::Text(hash) = &row[0] else { panic!("{row:?}") };
        let bytes = fs::read(data.join("evidence").join(&hash[..2]).join(hash)).expect("the photo");
        assert_eq!(blake3::hash(&bytes).to_hex().as_str(), hash);
        photos += 1;
    }
    assert_eq!(i64::try_from(photos), Ok(seq), "one photo a report, and none that came later");
    let kept = fs::read_dir(data.join("evidence")).expect("a folder").flatten();
    assert_eq!(kept.map(|two| fs::read_dir(two.path()).expect("a folder").count()).sum::<usize>(), photos);

    drop((before, after));
    goes_on(&service.administrator, &site, &data, seq).await;
}

/// The restored service counts on where the backup ended, and its photos can be looked at.
async fn goes_on(administrator: &str, site: &Path, data: &Path, seq: i64) {
    let moved = tempfile::tempdir().expect("a folder");
    fs::remove_dir(moved.path()).expect("empty");
    fs::rename(data, moved.path()).expect("moved");
    let again = Service::with_data(site, moved).await;
    let get = |path: &str| again.client.get(again.url(path)).bearer_auth(administrator);
    let (status, cases) = answer(get("/api/cases?limit=1")).await;
    assert_eq!(status, StatusCode::OK, "a token of before is good");
    let number = |case: &Value| case["number"].as_str().expect("a number")[5..].parse::<u32>().expect("digits");
    let last = number(&cases["cases"][0]);
    let (status, told) = again.report(&json!({"lon": 110.0331, "lat": 40.4109, "description": "another matter"})).await;
    assert_eq!((status, number(&told)), (StatusCode::CREATED, last + 1), "{told}");
    assert_eq!(again.running.store.last_seq().expect("read"), seq + 1);
    let (_, case) = answer(get(&format!("/api/cases/{}", cases["cases"][0]["id"].as_str().expect("an id")))).await;
    let hash = case["told"][0]["evidence"][0]["hash"].as_str().expect("a photo").to_owned();
    assert_eq!(answer(get(&format!("/api/evidence/{hash}/thumbnail"))).await.0, StatusCode::OK);
}

/// A small backup, and the members of its archive.
struct Backup {
    folder: TempDir,
    members: Vec<(String, Vec<u8>)>,
}

impl Backup {
    async fn of_two_reports() -> Self {
        let service = Service::start().await;
        for number in 0..2 {
            answer(service.client.post(service.url("/api/reports")).multipart(form(number))).await;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let archive = folder.path().join("backup.tar.gz");
        let run = backup(&service, &archive);
        assert!(run.code == 0 && run.text().contains("2 cases, 2 reports, 2 photos in"), "{}", run.said());
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1, "nothing else is left");
        let mut tar = tar::Archive::new(GzDecoder::new(File::open(&archive).expect("there")));
        let member = |entry: std::io::Result<tar::Entry<'_, _>>| {
            let mut entry = entry.expect("sound");
            let (path, mut bytes) = (entry.path().expect("a path").display().to_string(), Vec::new());
            Read::read_to_end(&mut entry, &mut bytes).expect("read");
            (path, bytes)
        };
        let members = tar.entries().expect("entries").map(member).collect();
        Self { folder, members }
    }

    /// Writes the members as another archive, with a change to the manifest and to each header.
    fn forged(
        &self,
        manifest: impl FnOnce(&mut Value),
        change: impl Fn(&str, &mut tar::Header, &mut Vec<u8>) -> bool,
    ) -> PathBuf {
        let path = self.folder.path().join("forged.tar.gz");
        let mut tar = tar::Builder::new(GzEncoder::new(File::create(&path).expect("made"), Compression::fast()));
        let mut parsed: Value = serde_json::from_slice(&self.members[0].1).expect("JSON");
        manifest(&mut parsed);
        for (name, bytes) in &self.members {
            let mut bytes = if name == "manifest.json" { parsed.to_string().into_bytes() } else { bytes.clone() };
            let mut header = tar::Header::new_ustar();
            let field = &mut header.as_ustar_mut().expect("ustar").name;
            field[..name.len()].copy_from_slice(name.as_bytes());
            header.set_mode(0o644);
            if !change(name, &mut header, &mut bytes) {
                continue;
            }
            header.set_size(bytes.len() as u64);
            header.set_cksum();
            tar.append(&header, &bytes[..]).expect("written");
        }
        tar.into_inner().expect("finished").finish().expect("finished");
        path
    }
}

/// Makes an archive with one thing wrong.
type Forging<'a> = Box<dyn Fn() -> PathBuf + 'a>;

fn rename(header: &mut tar::Header, name: &str) {
    let field = &mut header.as_ustar_mut().expect("ustar").name;
    field.fill(0);
    field[..name.len()].copy_from_slice(name.as_bytes());
}

fn member<'a>(manifest: &'a mut Value, starts: &str) -> &'a mut Value {
    let members = manifest["members"].as_array_mut().expect("a list");
    members.iter_mut().find(|member| member["path"].as_str().expect("text").starts_with(starts)).expect("there")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_is_not_sound_is_refused_by_what_is_wrong_and_leaves_nothing() {
    let backup = Backup::of_two_reports().await;
    let first = |name: &str| name.starts_with("evidence/");
    let keep = |_: &str, _: &mut tar::Header, _: &mut Vec<u8>| true;
    let (grids, cameras) = ("site/geodata/grids.geojson", "site/cameras.toml");
    let forgings: Vec<(&str, Forging<'_>)> = vec![
        (
            "site/../../evil would not lie inside",
            Box::new(|| {
                backup.forged(
                    |m| member(m, cameras)["path"] = json!("site/../../evil"),
                    |n, h, _| {
                        if n == cameras {
                            rename(h, "site/../../evil");
                        }
                        true
                    },
                )
            }),
        ),
        (
            "/etc/evil would not lie inside",
            Box::new(|| backup.forged(|m| member(m, cameras)["path"] = json!("/etc/evil"), keep)),
        ),
        (
            "site/../../evil is there twice, or is not in",
            Box::new(|| {
                backup.forged(
                    |_| (),
                    |n, h, _| {
                        if n == cameras {
                            rename(h, "site/../../evil");
                        }
                        true
                    },
                )
            }),
        ),
        (
            "is a link, a folder or a device",
            Box::new(|| {
                backup.forged(
                    |_| (),
                    |n, h, _| {
                        if n == grids {
                            h.set_entry_type(tar::EntryType::Symlink);
                            h.set_link_name("/etc/passwd").expect("a link");
                        }
                        true
                    },
                )
            }),
        ),
        (
            "has not the size",
            Box::new(|| {
                backup.forged(
                    |_| (),
                    |n, _, bytes| {
                        if n == grids {
                            bytes.extend([b' '; 100_000]);
                        }
                        true
                    },
                )
            }),
        ),
        (
            "site/geodata/grids.geojson is damaged",
            Box::new(|| {
                backup.forged(
                    |_| (),
                    |n, _, bytes| {
                        if n == grids {
                            bytes[0] = b'[';
                        }
                        true
                    },
                )
            }),
        ),
        ("is missing", Box::new(|| backup.forged(|_| (), |n, _, _| !first(n)))),
        (
            "the backup lacks it",
            Box::new(|| {
                let drop_photos = |m: &mut Value| {
                    m["members"].as_array_mut().expect("a list").retain(|m| !first(m["path"].as_str().expect("text")));
                };
                backup.forged(drop_photos, |n, _, _| !first(n))
            }),
        ),
        (
            "it has format 9",
            Box::new(|| {
                backup.forged(
                    |m| {
                        m["format"] = json!(9);
                        m["new"] = json!([]);
                    },
                    keep,
                )
            }),
        ),
        ("no file that `gridwatch backup` wrote", Box::new(|| backup.forged(|_| (), |n, _, _| n != "manifest.json"))),
        (
            "no file that `gridwatch backup` wrote",
            Box::new(|| {
                let path = backup.folder.path().join("text.tar.gz");
                fs::write(&path, "hello").expect("written");
                path
            }),
        ),
        ("there is no such file", Box::new(|| PathBuf::from("/nowhere.tar.gz"))),
    ];
    for (says, forge) in forgings {
        let site = backup.folder.path().join("site");
        let run = restore(&forge(), &site, &[]);
        assert!(run.code == 2 && run.stderr.contains(says), "{says}: {}", run.said());
        assert!(!site.exists(), "{says}: nothing is left");
    }
    assert!(
        !backup.folder.path().join("evil").exists()
            && !backup.folder.path().parent().expect("tmp").join("evil").exists()
    );
    let whole = fs::read(backup.folder.path().join("backup.tar.gz")).expect("there");
    let cut = backup.folder.path().join("cut.tar.gz");
    for part in [10, whole.len() / 2, whole.len() - whole.len() / 10] {
        fs::write(&cut, &whole[..part]).expect("written");
        assert_eq!(restore(&cut, &backup.folder.path().join("site"), &[]).code, 2, "cut at {part}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_takes_only_empty_folders_and_puts_the_store_where_the_settings_say() {
    let backup = Backup::of_two_reports().await;
    let archive = backup.folder.path().join("backup.tar.gz");
    let full = Site::empty().with("mine.txt", "mine");
    let run = restore(&archive, full.path(), &[]);
    assert!(run.code == 2 && run.stderr.contains("is not empty"), "{}", run.said());
    assert_eq!(fs::read_dir(full.path()).expect("a folder").count(), 1);
    let empty = Site::empty();
    assert_eq!(restore(&archive, empty.path(), &[]).code, 0);
    for file in ["data/gridwatch.db", "geodata/basemap/streets.geojson", "gridwatch.toml", "cameras.toml"] {
        assert!(empty.file(file).exists(), "{file}");
    }
    let files: BTreeMap<_, _> =
        ["gridwatch.toml", "geodata/grids.geojson"].map(|f| (f, fs::read(empty.file(f)).ok())).into();
    assert!(files.iter().all(|(file, bytes)| *bytes == fs::read(served_site().join(file)).ok()));
    assert_eq!(empty.run(&["check"]).code, 0);
    assert!(empty.run(&["export", "site"]).text().contains("files and store are the same"));
    assert_eq!(restore(&archive, empty.path(), &[]).code, 2, "not over itself");

    let elsewhere = backup.forged(
        |manifest| {
            let settings = b"data = \"/var/lib/evil\"\n";
            let entry = member(manifest, "site/gridwatch.toml");
            (entry["bytes"], entry["blake3"]) =
                (json!(settings.len()), json!(blake3::hash(settings).to_hex().as_str()));
        },
        |name, _, bytes| {
            if name == "site/gridwatch.toml" {
                *bytes = b"data = \"/var/lib/evil\"\n".to_vec();
            }
            true
        },
    );
    let run = restore(&elsewhere, &backup.folder.path().join("site"), &["--lang", "zh"]);
    assert!(run.code == 2 && run.stderr.contains("其设置把存储放在 /var/lib/evil"), "{}", run.said());
}

#[tokio::test(flavor = "multi_thread")]
async fn photos_that_are_gone_are_named_and_hinder_no_backup() {
    let service = Service::start().await;
    for number in 0..2 {
        answer(service.client.post(service.url("/api/reports")).multipart(form(number))).await;
    }
    let hash = blake3::hash(&photo(1)).to_hex().to_string();
    fs::write(service.data().join("evidence").join(&hash[..2]).join(&hash), "damaged").expect("written");
    let folder = tempfile::tempdir().expect("a folder");
    let archive = folder.path().join("backup.tar.gz");
    let run = backup(&service, &archive);
    assert!(
        run.code == 1 && run.text().contains(&format!("photo {hash} is named in the store, and is gone")),
        "{}",
        run.said()
    );
    let before = fs::read(&archive).expect("a backup");
    let again = backup(&service, &archive);
    assert!(again.code == 2 && again.stderr.contains("is there already"), "{}", again.said());
    assert!(fs::read(&archive).expect("a backup") == before, "not written over");
    let restored = restore(&archive, &folder.path().join("site"), &[]);
    assert!(restored.code == 0 && restored.text().contains(&hash), "{}", restored.said());
    let none = Site::empty().run(&["backup", "--output", "x.tar.gz"]);
    assert!(none.code == 2 && none.stderr.contains("there is no store in"), "{}", none.said());
}
