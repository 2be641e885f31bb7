//! Shapefiles: `.shp` with its `.dbf`, and its `.shx`, `.prj`, `.cpg` where they are.

use std::{io::Cursor, path::Path};

use encoding_rs::Encoding;
use shapefile::{
    Shape, ShapeReader, ShapeType,
    record::{polygon::GenericPolygon, traits::HasXY},
};

use super::{
    CrsFound, Rings, Survey, SurveyError, SurveyFeature, bytes_of, dbf, file_name, finite, rings, sibling,
    text::encoding_of_label,
};

pub(super) fn read(path: &Path, encoding: Option<&'static Encoding>) -> Result<Survey, SurveyError> {
    let file = file_name(path);
    let shapes = shapes(path, &file)?;
    let table_path =
        sibling(path, "dbf").ok_or_else(|| SurveyError::NoTable { file: file_name(&path.with_extension("dbf")) })?;
    let declared = match encoding {
        Some(encoding) => Some(encoding),
        None => declared_encoding(path)?,
    };
    let table = dbf::parse(&file_name(&table_path), &bytes_of(&table_path)?, declared)?;
    if table.records.len() != shapes.len() {
        return Err(SurveyError::RecordCount { file, shapes: shapes.len(), records: table.records.len() });
    }
    let mut features = Vec::with_capacity(shapes.len());
    let mut without_shape = Vec::new();
    for (index, (shape, record)) in shapes.into_iter().zip(table.records).enumerate() {
        let number = index + 1;
        // A record that was deleted leaves its shape behind until the file is packed.
        let Some(attributes) = record else { continue };
        match rings_of(shape).map_err(|found| SurveyError::ShapeType { file: file.clone(), feature: number, found })? {
            Some(rings) => {
                let rings =
                    finite(rings).map_err(|why| SurveyError::Feature { file: file.clone(), feature: number, why })?;
                features.push(SurveyFeature { number, attributes, rings });
            }
            None => without_shape.push(number),
        }
    }
    Ok(Survey { features, without_shape, crs: declared_crs(path)?, datum: None, columns: table.columns })
}

/// All shapes, in the order of the `.shx` index where there is one: files that were edited in place hold gaps and
/// old shapes that only the index leaves out.
fn shapes(path: &Path, file: &str) -> Result<Vec<Shape>, SurveyError> {
    let damaged = |why: String| SurveyError::Damaged { file: file.to_owned(), why };
    let source = Cursor::new(bytes_of(path)?);
    let index = sibling(path, "shx").map(|path| bytes_of(&path)).transpose()?;
    let mut reader = match index {
        Some(index) => ShapeReader::with_shx(source, Cursor::new(index)),
        None => ShapeReader::new(source),
    }
    .map_err(|error| damaged(error.to_string()))?;
    let kind = reader.header().shape_type;
    if !matches!(kind, ShapeType::Polygon | ShapeType::PolygonM | ShapeType::PolygonZ | ShapeType::NullShape) {
        return Err(SurveyError::ShapeType { file: file.to_owned(), feature: 1, found: kind.to_string() });
    }
    let of_number = |(index, shape): (usize, Result<Shape, shapefile::Error>)| {
        shape.map_err(|error| damaged(format!("shape {}: {error}", index + 1)))
    };
    match reader.shape_count() {
        Ok(count) => (0..count).map_while(|index| reader.read_nth_shape(index)).enumerate().map(of_number).collect(),
        Err(_) => reader.iter_shapes().enumerate().map(of_number).collect(),
    }
}

/// `None` for a null shape; the name of its type for what is no polygon.
fn rings_of(shape: Shape) -> Result<Option<Rings>, String> {
    match shape {
        Shape::NullShape => Ok(None),
        Shape::Polygon(polygon) => Ok(Some(raw(polygon))),
        Shape::PolygonM(polygon) => Ok(Some(raw(polygon))),
        Shape::PolygonZ(polygon) => Ok(Some(raw(polygon))),
        other => Err(other.shapetype().to_string()),
    }
}

/// The crate tells outer rings from holes by their direction alone; here nesting decides.
fn raw<P: HasXY>(polygon: GenericPolygon<P>) -> Rings {
    let points = |ring: &[P]| ring.iter().map(|point| [point.x(), point.y()]).collect();
    rings::group(polygon.into_inner().iter().map(|ring| points(ring.points())).collect())
}

fn declared_encoding(path: &Path) -> Result<Option<&'static Encoding>, SurveyError> {
    let Some(path) = sibling(path, "cpg") else { return Ok(None) };
    let label = String::from_utf8_lossy(&bytes_of(&path)?).trim().to_owned();
    if label.is_empty() {
        return Ok(None);
    }
    match encoding_of_label(&label) {
        Some(encoding) => Ok(Some(encoding)),
        None => Err(SurveyError::UnknownEncoding { file: file_name(&path), label }),
    }
}

fn declared_crs(path: &Path) -> Result<Option<CrsFound>, SurveyError> {
    let Some(path) = sibling(path, "prj") else { return Ok(None) };
    let found = CrsFound::of_text(&String::from_utf8_lossy(&bytes_of(&path)?));
    Ok((!found.text.is_empty()).then_some(found))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::tables::survey::dbf::tests::table;
    use encoding_rs::{GB18030, UTF_8};
    use proptest::prelude::*;
    use shapefile::{
        Point, PointM, PointZ, Polygon, PolygonM, PolygonRing, PolygonZ, Polyline, ShapeWriter, record::EsriShape,
    };
    use std::{fs, path::PathBuf};

    const CLOSED: [[f64; 2]; 5] =
        [[417_000.0, 4.475e6], [417_000.0, 4.476e6], [418_000.0, 4.476e6], [418_000.0, 4.475e6], [417_000.0, 4.475e6]];
    const HOLE: [[f64; 2]; 4] =
        [[417_100.0, 4.4751e6], [417_200.0, 4.4751e6], [417_200.0, 4.4752e6], [417_100.0, 4.4751e6]];
    const FIELDS: [(&str, u8, u8); 2] = [("网格编码", b'C', 14), ("NAME", b'C', 20)];
    const ROW: &[&str] = &["01506210020010", "建设路网格"];

    /// `.shp` and `.shx`.
    fn written<S: EsriShape>(shapes: &[S]) -> (Vec<u8>, Vec<u8>) {
        let (mut shp, mut shx) = (Cursor::new(Vec::new()), Cursor::new(Vec::new()));
        ShapeWriter::with_shx(&mut shp, &mut shx).write_shapes(shapes).expect("written");
        (shp.into_inner(), shx.into_inner())
    }

    fn two_rings<P>(point: fn([f64; 2]) -> P) -> Vec<PolygonRing<P>> {
        vec![
            PolygonRing::Outer(CLOSED.into_iter().map(point).collect()),
            PolygonRing::Inner(HOLE.into_iter().map(point).collect()),
        ]
    }

    fn plain() -> Polygon {
        Polygon::with_rings(two_rings(|[x, y]| Point::new(x, y)))
    }

    fn saved(files: &[(&str, &[u8])]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        for (extension, bytes) in files {
            fs::write(folder.path().join("grids").with_extension(extension), bytes).expect("saved");
        }
        let path = folder.path().join("grids.shp");
        (folder, path)
    }

    fn survey(files: &[(&str, &[u8])]) -> Result<Survey, SurveyError> {
        let (_folder, path) = saved(files);
        read(&path, None)
    }

    #[test]
    fn polygons_of_all_three_kinds_come_with_their_holes_and_texts() {
        let z = PolygonZ::with_rings(two_rings(|[x, y]| PointZ::new(x, y, 1.0, 2.0)));
        let m = PolygonM::with_rings(two_rings(|[x, y]| PointM::new(x, y, 2.0)));
        let dbf = table(&FIELDS, &[ROW], 0, GB18030);
        for (shp, shx) in [written(&[plain()]), written(&[z]), written(&[m])] {
            for files in [vec![("shp", &shp), ("shx", &shx), ("dbf", &dbf)], vec![("shp", &shp), ("DBF", &dbf)]] {
                let files: Vec<(&str, &[u8])> = files.into_iter().map(|(name, bytes)| (name, &bytes[..])).collect();
                let survey = survey(&files).expect("a survey");
                assert_eq!(survey.columns, ["网格编码", "NAME"]);
                let [feature] = &survey.features[..] else { panic!("one feature") };
                assert_eq!((feature.number, &feature.attributes["网格编码"][..]), (1, "01506210020010"));
                assert_eq!(feature.attributes["NAME"], "建设路网格");
                let [polygon] = &feature.rings[..] else { panic!("one polygon") };
                assert_eq!(polygon[0], CLOSED);
                assert_eq!(polygon[1].len(), HOLE.len());
            }
        }
    }

    #[test]
    fn a_ring_that_is_not_closed_stays_so() {
        // The crate's writer closes rings; move the last point of the outer one away.
        let (mut shp, _) = written(&[Polygon::new(two_rings(|[x, y]| Point::new(x, y)).swap_remove(0))]);
        let last_y = shp.len() - 8;
        shp[last_y..].copy_from_slice(&4_475_001.0f64.to_le_bytes());
        let survey = survey(&[("shp", &shp), ("dbf", &table(&FIELDS, &[ROW], 0, UTF_8))]).expect("a survey");
        let ring = &survey.features[0].rings[0][0];
        assert_eq!((ring[0], ring[4]), (CLOSED[0], [417_000.0, 4_475_001.0]));
    }

    #[test]
    fn deleted_records_and_null_shapes_keep_everybody_elses_number() {
        let (mut shp, _) = written(&[plain(), plain(), plain()]);
        // The second shape becomes a null shape by its type, its content stays as a gap would.
        let record = (shp.len() - 100) / 3;
        shp[100 + record + 8] = 0;
        shp.drain(100 + record + 12..100 + 2 * record);
        shp[100 + record + 4..100 + record + 8].copy_from_slice(&2u32.to_be_bytes());
        let words = (shp.len() / 2) as u32;
        shp[24..28].copy_from_slice(&words.to_be_bytes());
        let dbf = table(&FIELDS, &[&["*", "1", "old"], &["2", "b"], &["3", "c"]], 0, UTF_8);
        let survey = survey(&[("shp", &shp), ("dbf", &dbf)]).expect("a survey");
        assert_eq!(survey.without_shape, [2]);
        let [feature] = &survey.features[..] else { panic!("one feature: {survey:?}") };
        assert_eq!((feature.number, &feature.attributes["NAME"][..]), (3, "c"));
    }

    #[test]
    fn what_the_files_beside_it_declare_counts() {
        let (shp, _) = written(&[plain()]);
        let dbf = table(&[("NAME", b'C', 20)], &[&["建设路"]], 0x57, GB18030);
        let prj: &[u8] = b"PROJCS[\"CGCS2000_3_Degree_GK_CM_111E\",GEOGCS[\"x\"]]\n";
        let files: [(&str, &[u8]); 4] = [("shp", &shp), ("dbf", &dbf), ("cpg", b"GBK\n"), ("prj", prj)];
        let found = survey(&files).expect("a survey");
        assert_eq!(found.features[0].attributes["NAME"], "建设路");
        assert_eq!(found.crs.expect("declared").name(), "CGCS2000_3_Degree_GK_CM_111E");
        let error = survey(&[("shp", &shp), ("dbf", &dbf), ("cpg", b"UTF-8")]).expect_err("a wrong cpg");
        assert_eq!(error.to_string(), "grids.dbf, feature 1, field NAME: not in UTF-8: give --encoding");
        let (_folder, path) = saved(&[("shp", &shp), ("dbf", &dbf), ("cpg", b"UTF-8")]);
        assert_eq!(read(&path, Some(GB18030)).expect("a survey").features[0].attributes["NAME"], "建设路");
        let error = survey(&[("shp", &shp), ("dbf", &dbf), ("cpg", b"Klingon")]).expect_err("an unknown cpg");
        assert!(matches!(error, SurveyError::UnknownEncoding { label, .. } if label == "Klingon"));
    }

    #[test]
    fn what_is_no_survey_is_refused_by_name() {
        let (shp, _) = written(&[plain(), plain()]);
        let dbf = table(&FIELDS, &[ROW], 0, UTF_8);
        let told = |files: &[(&str, &[u8])]| survey(files).expect_err("refused").to_string();
        assert_eq!(told(&[("shp", &shp)]), "grids.dbf is missing: a shapefile needs its table beside it");
        assert_eq!(told(&[("shp", &shp), ("dbf", &dbf)]), "grids.shp has 2 shapes but its table 1 records");
        let (lines, _) = written(&[Polyline::new(vec![Point::new(0.0, 0.0), Point::new(1.0, 1.0)])]);
        assert_eq!(told(&[("shp", &lines), ("dbf", &dbf)]), "grids.shp, feature 1: a Polyline is no polygon");
        assert!(told(&[("shp", b"PK\x03\x04 not a shapefile"), ("dbf", &dbf)]).contains("damaged"));
        assert!(told(&[("shp", &shp[..300]), ("dbf", &dbf)]).contains("damaged"));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(
            changes in prop::collection::vec((0usize..10_000, any::<u8>()), 0..8), cut in 0usize..800, index in any::<bool>(),
        ) {
            let (mut shp, mut shx) = written(&[plain(), plain()]);
            let mut dbf = table(&FIELDS, &[ROW, ROW], 0, GB18030);
            for (number, (at, byte)) in changes.into_iter().enumerate() {
                let bytes = if number % 4 == 3 { &mut dbf } else if index && number % 2 == 1 { &mut shx } else { &mut shp };
                let at = at % bytes.len();
                bytes[at] = byte;
            }
            shp.truncate(cut);
            let files: [(&str, &[u8]); 3] = [("shp", &shp), ("dbf", &dbf), ("shx", &shx)];
            let _ = survey(&files[..2 + usize::from(index)]);
        }
    }
}
