//! GeoPackages (OGC 12-128): SQLite files with layers of features.

use std::{collections::BTreeMap, path::Path};

use geozero::{GeomProcessor, GeozeroGeometry, wkb::Wkb};
use rusqlite::{Connection, OpenFlags, OptionalExtension, types::ValueRef};

use super::{CrsFound, Rings, Survey, SurveyError, SurveyFeature, file_name, finite, text::number_text};

pub(super) fn read(path: &Path, layer: Option<&str>) -> Result<Survey, SurveyError> {
    let file = file_name(path);
    // SQLite would tell a missing file only as "unable to open".
    std::fs::metadata(path).map_err(|source| SurveyError::Io { file: file.clone(), source })?;
    let damaged = |error: &rusqlite::Error| SurveyError::Damaged { file: file.clone(), why: error.to_string() };
    let package = open(path).map_err(|error| damaged(&error))?;
    let layers = layers(&package).map_err(|error| damaged(&error))?;
    let layer = chosen(&file, layers, layer)?;
    let (geometry, crs) = geometry_column(&package, &layer).map_err(|error| damaged(&error))?;
    features(&package, &file, &layer, &geometry, crs, &damaged)
}

fn open(path: &Path) -> rusqlite::Result<Connection> {
    let package =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    // The file comes from somebody else: its views and triggers may call nothing with side effects.
    package.execute_batch("PRAGMA trusted_schema = OFF")?;
    Ok(package)
}

fn layers(package: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut query =
        package.prepare("SELECT table_name FROM gpkg_contents WHERE data_type = 'features' ORDER BY table_name")?;
    query.query_map([], |row| row.get(0))?.collect()
}

/// The layer that was asked for, or the only one.
fn chosen(file: &str, mut layers: Vec<String>, asked: Option<&str>) -> Result<String, SurveyError> {
    let file = file.to_owned();
    match (asked, layers.len()) {
        (_, 0) => Err(SurveyError::NoLayers { file }),
        (Some(asked), _) if layers.iter().any(|layer| layer == asked) => Ok(asked.to_owned()),
        (Some(asked), _) => Err(SurveyError::UnknownLayer { file, layer: asked.to_owned(), layers }),
        (None, 1) => Ok(layers.swap_remove(0)),
        (None, _) => Err(SurveyError::Layers { file, layers }),
    }
}

/// The name of the layer's geometry column, and its coordinate system. Ids 0 and −1 stand for systems not known.
fn geometry_column(package: &Connection, layer: &str) -> rusqlite::Result<(String, Option<CrsFound>)> {
    let (column, id): (String, i64) = package.query_row(
        "SELECT column_name, srs_id FROM gpkg_geometry_columns WHERE table_name = ?1",
        [layer],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let crs = package
        .query_row(
            "SELECT organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys WHERE srs_id = ?1",
            [id],
            |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?, row.get::<_, String>(2)?)),
        )
        .optional()?
        .filter(|_| id > 0)
        .map(|(organization, code, definition)| {
            let declared = organization.eq_ignore_ascii_case("EPSG").then(|| u16::try_from(code).ok()).flatten();
            let found = CrsFound::of_text(&definition);
            match declared {
                // A definition may be empty or "undefined".
                Some(code) if !found.text.contains('[') => CrsFound::of_text(&format!("EPSG:{code}")),
                Some(code) => CrsFound { epsg: Some(code), ..found },
                None => found,
            }
        });
    Ok((column, crs))
}

/// Asked for as values, because the statement's own column names make rusqlite panic where they are not UTF-8.
fn columns(package: &Connection, layer: &str) -> rusqlite::Result<Vec<String>> {
    package.prepare("SELECT name FROM pragma_table_info(?1)")?.query_map([layer], |row| row.get(0))?.collect()
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn features(
    package: &Connection,
    file: &str,
    layer: &str,
    geometry: &str,
    crs: Option<CrsFound>,
    damaged: &dyn Fn(&rusqlite::Error) -> SurveyError,
) -> Result<Survey, SurveyError> {
    let names = columns(package, layer).map_err(|error| damaged(&error))?;
    let selected: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    let sql = format!("SELECT {} FROM {}", selected.join(", "), quoted(layer));
    let mut query = package.prepare(&sql).map_err(|error| damaged(&error))?;
    let mut survey = Survey { features: Vec::new(), without_shape: Vec::new(), crs, datum: None, columns: Vec::new() };
    survey.columns = names.iter().filter(|name| *name != geometry).cloned().collect();
    let mut rows = query.query([]).map_err(|error| damaged(&error))?;
    let mut number = 0;
    while let Some(row) = rows.next().map_err(|error| damaged(&error))? {
        number += 1;
        let place = format!("{file}, layer {layer}");
        let broken = |why: String| SurveyError::Feature { file: place.clone(), feature: number, why };
        let mut attributes = BTreeMap::new();
        let mut rings = None;
        for (index, name) in names.iter().enumerate() {
            let value = row.get_ref(index).map_err(|error| damaged(&error))?;
            if name == geometry {
                rings = match value {
                    ValueRef::Null => None,
                    ValueRef::Blob(blob) => rings_of(blob).map_err(|why| match why {
                        NoRings::Type(found) => SurveyError::ShapeType { file: place.clone(), feature: number, found },
                        NoRings::Damaged(why) => broken(why),
                    })?,
                    _ => return Err(broken("the geometry is no blob".into())),
                };
            } else if let Some(text) = text_of(value).map_err(|()| broken(format!("field {name} is not in UTF-8")))? {
                attributes.insert(name.clone(), text);
            }
        }
        match rings {
            Some(rings) => {
                survey.features.push(SurveyFeature { number, attributes, rings: finite(rings).map_err(broken)? });
            }
            None => survey.without_shape.push(number),
        }
    }
    Ok(survey)
}

/// `None` for what is null, empty or binary.
fn text_of(value: ValueRef<'_>) -> Result<Option<String>, ()> {
    let text = match value {
        ValueRef::Null | ValueRef::Blob(_) => return Ok(None),
        ValueRef::Integer(value) => value.to_string(),
        // Rust writes all digits of a float and no exponent.
        ValueRef::Real(value) => number_text(&value.to_string()),
        ValueRef::Text(bytes) => std::str::from_utf8(bytes).map_err(|_| ())?.trim().to_owned(),
    };
    Ok((!text.is_empty()).then_some(text))
}

enum NoRings {
    Type(String),
    Damaged(String),
}

/// The rings of a GeoPackage geometry: `GP`, version, flags, srs id, envelope, then well-known binary.
///
/// The header is taken off here because well-known binary may have another byte order than the header, which the
/// crate's own GeoPackage reader does not allow for.
fn rings_of(blob: &[u8]) -> Result<Option<Rings>, NoRings> {
    let damaged = |why: &str| NoRings::Damaged(format!("the geometry is damaged: {why}"));
    let [b'G', b'P', _version, flags, _, _, _, _, ..] = blob else { return Err(damaged("no GeoPackage header")) };
    let envelope = match flags >> 1 & 7 {
        0 => 0,
        1 => 32,
        2 | 3 => 48,
        4 => 64,
        _ => return Err(damaged("an envelope of an unknown kind")),
    };
    let wkb = blob.get(8 + envelope..).ok_or_else(|| damaged("it ends in its envelope"))?;
    let kind = match wkb {
        [0, kind @ ..] => kind.first_chunk().map(|kind| u32::from_be_bytes(*kind)),
        [_, kind @ ..] => kind.first_chunk().map(|kind| u32::from_le_bytes(*kind)),
        [] => None,
    };
    // Thousands stand for Z and M.
    match kind.ok_or_else(|| damaged("it has no type"))? % 1000 {
        3 | 6 => {}
        other => return Err(NoRings::Type(kind_name(other))),
    }
    let mut collected = Collected::default();
    Wkb(wkb).process_geom(&mut collected).map_err(|error| damaged(&error.to_string()))?;
    Ok((!collected.0.is_empty()).then_some(collected.0))
}

fn kind_name(kind: u32) -> String {
    const NAMES: [&str; 13] = [
        "geometry",
        "Point",
        "LineString",
        "Polygon",
        "MultiPoint",
        "MultiLineString",
        "MultiPolygon",
        "GeometryCollection",
        "CircularString",
        "CompoundCurve",
        "CurvePolygon",
        "MultiCurve",
        "MultiSurface",
    ];
    NAMES.get(kind as usize).map_or_else(|| format!("geometry of type {kind}"), |name| (*name).to_owned())
}

/// Takes the events of polygons as the crate's reader sends them. Sizes that it announces are not believed.
#[derive(Default)]
struct Collected(Rings);

impl GeomProcessor for Collected {
    fn polygon_begin(&mut self, _tagged: bool, _size: usize, _index: usize) -> geozero::error::Result<()> {
        self.0.push(Vec::new());
        Ok(())
    }

    fn linestring_begin(&mut self, _tagged: bool, _size: usize, _index: usize) -> geozero::error::Result<()> {
        if let Some(polygon) = self.0.last_mut() {
            polygon.push(Vec::new());
        }
        Ok(())
    }

    fn xy(&mut self, x: f64, y: f64, _index: usize) -> geozero::error::Result<()> {
        if let Some(ring) = self.0.last_mut().and_then(|polygon| polygon.last_mut()) {
            ring.push([x, y]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use geozero::{CoordDimensions, ToWkb};
    use proptest::prelude::*;
    use std::{fs, path::PathBuf, sync::LazyLock};

    const SCHEMA: &str = "
        CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER PRIMARY KEY, organization TEXT,
            organization_coordsys_id INTEGER, definition TEXT, description TEXT);
        CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT);
        CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, geometry_type_name TEXT, srs_id INTEGER);
        INSERT INTO gpkg_spatial_ref_sys VALUES
            ('CGCS2000 / 3-degree Gauss-Kruger CM 111E', 4546, 'EPSG', 4546, 'PROJCS[\"CGCS2000 CM 111E\"]', ''),
            ('bare', 4547, 'epsg', 4547, '', ''), ('undefined', 0, 'NONE', 0, 'undefined', '');";

    fn package(layers: &[(&str, i64)]) -> (tempfile::TempDir, PathBuf, Connection) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("grids.gpkg");
        let package = Connection::open(&path).expect("a file");
        package.execute_batch(SCHEMA).expect("a schema");
        for (layer, srs) in layers {
            let name = layer.replace('"', "\"\"");
            package
                .execute_batch(&format!(
                    "CREATE TABLE \"{name}\" (fid INTEGER PRIMARY KEY, geom BLOB, code REAL, \"名称\" TEXT, households INTEGER)"
                ))
                .expect("a table");
            package.execute("INSERT INTO gpkg_contents VALUES (?1, 'features')", [layer]).expect("a layer");
            package
                .execute("INSERT INTO gpkg_geometry_columns VALUES (?1, 'geom', 'POLYGON', ?2)", (layer, srs))
                .expect("a column");
        }
        (folder, path, package)
    }

    fn wkt(text: &str) -> Vec<u8> {
        use geo::{LineString, MultiPolygon, Point, Polygon};
        let square = |x: f64, size: f64| {
            LineString::from(vec![[x, 0.0], [x + size, 0.0], [x + size, size], [x, size], [x, 0.0]])
        };
        let geometry: geo::Geometry<f64> = match text {
            "point" => Point::new(1.0, 2.0).into(),
            "polygon" => Polygon::new(square(0.0, 10.0), vec![square(1.0, 2.0)]).into(),
            _ => MultiPolygon(vec![
                Polygon::new(square(0.0, 10.0), Vec::new()),
                Polygon::new(square(20.0, 10.0), vec![square(21.0, 2.0)]),
            ])
            .into(),
        };
        geometry.to_gpkg_wkb(CoordDimensions::xy(), Some(4546), vec![0.0, 10.0, 0.0, 10.0]).expect("well-known binary")
    }

    fn add(package: &Connection, layer: &str, geometry: Option<Vec<u8>>) {
        package
            .execute(
                &format!("INSERT INTO \"{layer}\" (geom, code, \"名称\", households) VALUES (?1, 15062100200101.0, ' 建设路 ', 310)"),
                [geometry],
            )
            .expect("a row");
    }

    #[test]
    fn polygons_and_multipolygons_come_with_holes_texts_and_system() {
        let (_folder, path, package) = package(&[("grids", 4546)]);
        for geometry in [Some(wkt("polygon")), None, Some(wkt("multipolygon"))] {
            add(&package, "grids", geometry);
        }
        let survey = read(&path, None).expect("a survey");
        assert_eq!(survey.columns, ["fid", "code", "名称", "households"]);
        assert_eq!(survey.without_shape, [2]);
        let crs = survey.crs.expect("declared");
        assert_eq!((crs.epsg, crs.name()), (Some(4546), "CGCS2000 CM 111E"));
        let [one, many] = &survey.features[..] else { panic!("two features") };
        let values: Vec<_> = one.attributes.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(values, [("code", "15062100200101"), ("fid", "1"), ("households", "310"), ("名称", "建设路")]);
        assert_eq!(one.rings.iter().map(Vec::len).collect::<Vec<_>>(), [2]);
        assert_eq!(one.rings[0][1], [[1.0, 0.0], [3.0, 0.0], [3.0, 2.0], [1.0, 2.0], [1.0, 0.0]]);
        assert_eq!((many.number, many.rings.iter().map(Vec::len).collect::<Vec<_>>()), (3, vec![1, 2]));
    }

    #[test]
    fn a_layer_is_chosen_by_name_where_there_are_several() {
        let (_folder, path, package) = package(&[("old \"grids\"", 4547), ("grids", 0)]);
        add(&package, "grids", Some(wkt("polygon")));
        let told = |layer| read(&path, layer).expect_err("refused").to_string();
        assert_eq!(told(None), "grids.gpkg has several layers, choose one with --layer: grids, old \"grids\"");
        assert_eq!(told(Some("x")), "grids.gpkg has no layer x, only grids, old \"grids\"");
        let grids = read(&path, Some("grids")).expect("a survey");
        assert_eq!((grids.features.len(), grids.crs), (1, None));
        let old = read(&path, Some("old \"grids\"")).expect("a survey");
        assert_eq!(old.crs, Some(CrsFound { text: "EPSG:4547".into(), epsg: Some(4547) }));
    }

    #[test]
    fn what_is_no_survey_is_refused_by_name() {
        let (_folder, path, package) = package(&[("grids", 4546)]);
        add(&package, "grids", Some(wkt("point")));
        let told = || read(&path, None).expect_err("refused").to_string();
        assert_eq!(told(), "grids.gpkg, layer grids, feature 1: a Point is no polygon");
        package.execute_batch("UPDATE grids SET geom = x'4750'").expect("changed");
        assert_eq!(told(), "grids.gpkg, layer grids, feature 1: the geometry is damaged: no GeoPackage header");
        package.execute_batch("DELETE FROM gpkg_contents").expect("changed");
        assert_eq!(told(), "grids.gpkg has no layer with features");
        drop(package);
        fs::write(&path, b"not a database, only text that is long enough to be looked at").expect("written");
        assert!(told().starts_with("grids.gpkg is damaged"), "{}", told());
        let missing = read(&path.with_file_name("none.gpkg"), None).expect_err("not there");
        assert!(matches!(missing, SurveyError::Io { file, .. } if file == "none.gpkg"));
    }

    #[test]
    fn the_geometry_may_have_another_byte_order_than_its_header() {
        let mut blob = vec![b'G', b'P', 0, 1, 0, 0, 0, 0, 0];
        blob.extend([3u32, 1, 4].into_iter().flat_map(u32::to_be_bytes));
        blob.extend([0.0f64, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 0.0].into_iter().flat_map(f64::to_be_bytes));
        let Ok(Some(rings)) = rings_of(&blob) else { panic!("a polygon") };
        assert_eq!(rings, [[[[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]]]]);
    }

    proptest! {
        #[test]
        fn no_geometry_makes_it_panic(
            changes in prop::collection::vec((0usize..500, any::<u8>()), 0..6), cut in 0usize..500,
        ) {
            let mut blob = wkt("multipolygon");
            for (at, byte) in changes {
                let at = at % blob.len();
                blob[at] = byte;
            }
            blob.truncate(cut);
            let _ = rings_of(&blob);
        }

        #[test]
        fn no_file_makes_it_panic(changes in prop::collection::vec((0usize..30_000, any::<u8>()), 1..40), cut in 1usize..30_000) {
            static SOUND: LazyLock<Vec<u8>> = LazyLock::new(|| {
                let (_folder, path, package) = package(&[("grids", 4546)]);
                add(&package, "grids", Some(wkt("polygon")));
                drop(package);
                fs::read(&path).expect("written")
            });
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("grids.gpkg");
            let mut bytes = SOUND.clone();
            for (at, byte) in changes {
                let at = at % bytes.len();
                bytes[at] = byte;
            }
            bytes.truncate(cut);
            fs::write(&path, bytes).expect("written");
            let _ = read(&path, None);
        }
    }
}
