//! Grids whose geometry is wrong.

use super::assert_refused;
use crate::harness::{Site, collection, feature};

/// The file with one feature of this geometry, behind one that is sound.
fn site_of(geometry: &str) -> Site {
    let sound = feature(
        r#""code": "G1", "name": "G1", "level": "grid""#,
        "[[[110,40],[110.002,40],[110.002,40.002],[110,40.002],[110,40]]]",
    );
    let bad = format!(
        r#"{{"type": "Feature", "properties": {{"code": "G2", "name": "G2", "level": "grid"}}, "geometry": {geometry}}}"#
    );
    Site::empty().with("geodata/grids.geojson", collection([sound, bad]))
}

fn assert_ring_refused(coordinates: &str, why: &str) {
    let site = site_of(&format!(r#"{{"type": "Polygon", "coordinates": {coordinates}}}"#));
    assert_refused(&site, &[&format!("geodata/grids.geojson:3: feature 2 (G2): {why}")]);
}

#[test]
fn a_ring_that_is_not_closed_is_named_by_feature_and_place() {
    assert_ring_refused(
        "[[[110.01,40],[110.02,40],[110.02,40.01],[110.01,40.01]]]",
        "ring 1 is not closed: it ends at 110.010000, 40.010000, away from where it began",
    );
}

#[test]
fn a_ring_that_crosses_itself_or_another_is_named_by_the_place() {
    assert_ring_refused(
        "[[[110.01,40],[110.02,40.01],[110.02,40],[110.01,40.01],[110.01,40]]]",
        "ring 1 crosses itself or another at 110.015000, 40.005000",
    );
    assert_ring_refused(
        "[[[110.01,40],[110.02,40],[110.02,40.01],[110.01,40.01],[110.01,40]],[[110.015,40.005],[110.025,40.005],[110.025,40.006],[110.015,40.006],[110.015,40.005]]]",
        "ring 2 crosses itself or another at 110.020000, 40.005000",
    );
}

#[test]
fn a_ring_that_encloses_nothing_is_refused() {
    assert_ring_refused(
        "[[[110.01,40],[110.02,40],[110.01,40]]]",
        "ring 1 has 3 positions; four are the fewest, the last being the first again",
    );
    assert_ring_refused("[[]]", "ring 1 has 0 positions; four are the fewest, the last being the first again");
    assert_ring_refused("[[[110.01,40],[110.02,40],[110.03,40],[110.01,40]]]", "ring 1 encloses nothing");
    assert_ring_refused("[]", "has no geometry");
}

#[test]
fn numbers_that_are_no_position_are_refused_by_feature() {
    let ring = |first: &str| format!("[[[{first}],[110.02,40],[110.02,40.01],[{first}]]]");
    let not_a_feature = "not a GeoJSON feature: ";
    for (first, why) in [
        ("40,110.01", "40.000000, 110.010000 looks like latitude, longitude; longitude comes first".to_owned()),
        ("110.01,95", "110.010000, 95.000000 is no position on earth".to_owned()),
        ("510.01,40", "510.010000, 40.000000 is no position on earth".to_owned()),
        ("1e999,40", format!("{not_a_feature}number out of range")),
        (
            "\"110.01\",40",
            format!("{not_a_feature}invalid type: string \"110.01\", expected a coordinate element (number or array)"),
        ),
        ("null,40", format!("{not_a_feature}invalid type: null, expected a coordinate element (number or array)")),
        ("110.01", "a position needs two numbers, longitude and latitude".to_owned()),
        ("", format!("{not_a_feature}invalid type: floating point `110.02`, expected a sequence")),
    ] {
        assert_ring_refused(&ring(first), &why);
    }
}

#[test]
fn a_geometry_that_is_no_polygon_is_named() {
    let deep = "[".repeat(200_000) + &"]".repeat(200_000);
    for (geometry, why) in [
        ("null".to_owned(), "geometry: has no geometry"),
        (r#"{"type": "Point", "coordinates": [110, 40]}"#.to_owned(), "geometry: a Polygon is needed, this is a Point"),
        (
            r#"{"type": "LineString", "coordinates": [[110, 40], [110, 41]]}"#.to_owned(),
            "geometry: a Polygon is needed, this is a LineString",
        ),
        (
            r#"{"type": "GeometryCollection", "geometries": []}"#.to_owned(),
            "geometry: a Polygon is needed, this is a GeometryCollection",
        ),
        (format!(r#"{{"type": "Polygon", "coordinates": {deep}}}"#), "not a GeoJSON feature: recursion limit exceeded"),
        (
            r#"{"type": "Polygon"}"#.to_owned(),
            "not a GeoJSON feature: Encountered geometry type: `Polygon` with no `coordinates` key",
        ),
        (
            r#"{"type": "Circle", "coordinates": [110, 40]}"#.to_owned(),
            "not a GeoJSON feature: unknown variant `Circle`, expected one of `Point`, `LineString`, `Polygon`, `MultiPoint`, `MultiLineString`, `MultiPolygon`, `GeometryCollection`",
        ),
        ("[[110, 40]]".to_owned(), "not a GeoJSON feature: invalid type: sequence, expected Geometry object"),
    ] {
        assert_refused(&site_of(&geometry), &[&format!("geodata/grids.geojson:3: feature 2 (G2): {why}")]);
    }
}
