//! From the coordinates of a survey to WGS84.

use proj4rs::{Proj, transform::transform};

/// Metres from the central meridian beyond which an easting is not believed: 4.5° at the equator, 7° at 50°.
const ZONE_REACH_M: f64 = 500_000.0;
const WGS84: &str = "+proj=longlat +datum=WGS84 +no_defs";
/// Metres from the equator to a pole, rounded up.
const NORTHING_REACH_M: f64 = 10_100_000.0;

/// A coordinate reference system on CGCS2000, WGS84 or an equal datum, x always east and y always north.
///
/// CGCS2000 is taken as WGS84 (they differ by 0.1 mm). Datums that need a shift, as Xian 1980 and Beijing 1954 do, are
/// refused: their parameters are local and not public, and without them a point lands 50 to 150 m off.
pub struct Projection {
    name: String,
    kind: Kind,
}

enum Kind {
    /// Degrees.
    Geographic,
    Projected {
        from: Box<Proj>,
        to: Box<Proj>,
        zone: Option<Zone>,
    },
}

/// What a transverse Mercator projection says about plausible coordinates.
#[derive(Clone, Copy)]
struct Zone {
    central_meridian_deg: f64,
    false_easting_m: f64,
    false_northing_m: f64,
}

/// Why coordinates cannot be brought to WGS84.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ProjectionError {
    #[error("{crs} is not known: give --crs EPSG:nnnn")]
    Unknown { crs: String },
    #[error("the definition of {crs} is not understood ({why}): give --crs EPSG:nnnn")]
    Unreadable { crs: String, why: String },
    #[error("{crs} is not on CGCS2000 or WGS84: have the survey transformed first")]
    Datum { crs: String },
    #[error("coordinates ({x}, {y}) are not finite numbers")]
    NotFinite { x: f64, y: f64 },
    /// `likely` is the EPSG code that the zone number in front of the eastings speaks for.
    #[error("coordinates ({x}, {y}) are no degrees: give --crs EPSG:nnnn{}", hint(*.likely))]
    NotDegrees { x: f64, y: f64, likely: Option<u16> },
    #[error("coordinates ({x}, {y}) are exchanged: in {crs} x goes east and y goes north")]
    Swapped { crs: String, x: f64, y: f64 },
    #[error("easting {x} starts with zone number {zone}, which {crs} does not have: give --crs EPSG:nnnn{}", hint(*.likely))]
    ZoneNumber { crs: String, x: f64, zone: u8, likely: Option<u16> },
    #[error("easting {x} lacks the zone number that {crs} has: give --crs EPSG:nnnn{}", hint(*.likely))]
    NoZoneNumber { crs: String, x: f64, likely: Option<u16> },
    #[error("coordinates ({x}, {y}) are far outside the zone of {crs}")]
    OutsideZone { crs: String, x: f64, y: f64 },
    #[error("coordinates ({x}, {y}) are outside {crs}: {why}")]
    Failed { crs: String, x: f64, y: f64, why: String },
}

fn hint(likely: Option<u16>) -> String {
    likely.map(|code| format!(", probably EPSG:{code}")).unwrap_or_default()
}

impl Projection {
    /// Degrees of CGCS2000 or WGS84: what a file without a declaration is read as.
    #[must_use]
    pub fn geographic() -> Self {
        Self { name: "WGS84".into(), kind: Kind::Geographic }
    }

    /// Its coordinates are degrees already.
    #[must_use]
    pub fn is_geographic(&self) -> bool {
        matches!(self.kind, Kind::Geographic)
    }

    /// From `EPSG:4547`, a URN that ends in the code, `CRS84`, or well-known text (WKT 1 as in .prj files, with ESRI's
    /// names or OGC's; WKT 2).
    ///
    /// # Errors
    /// What is unknown or not understood, and datums that are not CGCS2000 or WGS84.
    pub fn parse(text: &str) -> Result<Self, ProjectionError> {
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.contains('[') {
            return Self::from_wkt(text);
        }
        let code = text.rsplit(':').next().unwrap_or(text);
        if matches!(code.to_ascii_uppercase().as_str(), "CRS84" | "WGS84") {
            return Ok(Self::geographic());
        }
        let unknown = || ProjectionError::Unknown { crs: text.to_owned() };
        let code: u16 = code.parse().map_err(|_| unknown())?;
        Self::from_epsg(code).map_err(|error| match error {
            ProjectionError::Unknown { .. } => unknown(),
            other => other,
        })
    }

    fn from_wkt(text: &str) -> Result<Self, ProjectionError> {
        let name = wkt_name(text).to_owned();
        // Its code and its PROJ string say more than its parameters: Web Mercator's are those of a Mercator
        // projection of the ellipsoid, 21 km off.
        if let Some(found) = wkt_epsg(text).and_then(|code| Proj::from_epsg_code(code).ok()) {
            return Self::new(name, Ok(found));
        }
        if let Some((_, definition)) = text.split_once("EXTENSION[\"PROJ4\",\"") {
            return Self::new(name, Proj::from_proj_string(definition.split('"').next().unwrap_or_default()));
        }
        match proj4wkt::wkt_to_projstring(text) {
            Ok(definition) => Self::new(name, Proj::from_proj_string(&definition)),
            Err(error) => Err(ProjectionError::Unreadable { crs: name, why: error.to_string() }),
        }
    }

    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn from_epsg(code: u16) -> Result<Self, ProjectionError> {
        let name = format!("EPSG:{code}");
        match Proj::from_epsg_code(code) {
            Err(proj4rs::errors::Error::ProjectionNotFound) => Err(ProjectionError::Unknown { crs: name }),
            found => Self::new(name, found),
        }
    }

    fn new(name: String, from: proj4rs::errors::Result<Proj>) -> Result<Self, ProjectionError> {
        let unreadable =
            |error: proj4rs::errors::Error| ProjectionError::Unreadable { crs: name.clone(), why: error.to_string() };
        let from = Box::new(from.map_err(unreadable)?);
        let to = Box::new(Proj::from_proj_string(WGS84).map_err(unreadable)?);
        let zone = Zone::of(&from);
        if !is_wgs84_like(&from) {
            return Err(ProjectionError::Datum { crs: name });
        }
        let geographic = from.is_latlong() && from.from_greenwich() == 0.0;
        Ok(Self { name, kind: if geographic { Kind::Geographic } else { Kind::Projected { from, to, zone } } })
    }

    /// `[lon, lat]` in degrees of `[x, y]`, x east and y north.
    ///
    /// Transverse Mercator is exact (Poder & Engsager): tests hold a micrometre against PROJ 9.5.
    ///
    /// # Errors
    /// Numbers that this system cannot have, with what they look like instead: metres taken for degrees, x and y
    /// exchanged, eastings with or without a zone number against the system's, another zone.
    pub fn to_wgs84(&self, [x, y]: [f64; 2]) -> Result<[f64; 2], ProjectionError> {
        if !x.is_finite() || !y.is_finite() {
            return Err(ProjectionError::NotFinite { x, y });
        }
        let on_globe = |[lon, lat]: [f64; 2]| (-180.0..=180.0).contains(&lon) && (-90.0..=90.0).contains(&lat);
        match &self.kind {
            Kind::Geographic if on_globe([x, y]) => Ok([x, y]),
            Kind::Geographic if on_globe([y, x]) => Err(ProjectionError::Swapped { crs: self.name.clone(), x, y }),
            Kind::Geographic => {
                let likely = zone_number(x).or(zone_number(y)).and_then(crs_with_zone_number);
                Err(ProjectionError::NotDegrees { x, y, likely })
            }
            Kind::Projected { from, to, zone } => {
                if let Some(zone) = zone {
                    zone.check(&self.name, [x, y])?;
                }
                let mut point = (x, y, 0.0);
                let failed = |why: String| ProjectionError::Failed { crs: self.name.clone(), x, y, why };
                transform(from, to, &mut point).map_err(|error| failed(error.to_string()))?;
                let found = [point.0.to_degrees(), point.1.to_degrees()];
                if on_globe(found) { Ok(found) } else { Err(failed("no place on Earth".into())) }
            }
        }
    }
}

impl Zone {
    fn of(projection: &Proj) -> Option<Self> {
        matches!(projection.projname(), "tmerc" | "etmerc" | "utm").then(|| Self {
            central_meridian_deg: projection.longitude_of_origin().to_degrees(),
            false_easting_m: projection.false_easting(),
            false_northing_m: projection.false_northing(),
        })
    }

    fn check(self, crs: &str, [x, y]: [f64; 2]) -> Result<(), ProjectionError> {
        let near = |easting: f64| (easting - self.false_easting_m).abs() <= ZONE_REACH_M;
        let reachable = |northing: f64| (northing - self.false_northing_m).abs() <= NORTHING_REACH_M;
        if near(x) && reachable(y) {
            return Ok(());
        }
        let crs = crs.to_owned();
        // With its own zone number an easting is of this family; 500 km stands for any easting without one.
        let own_zone = zone_number(self.false_easting_m);
        let bare = |easting: f64| (easting - 500_000.0).abs() <= ZONE_REACH_M;
        if near(y) && reachable(x) {
            return Err(ProjectionError::Swapped { crs, x, y });
        }
        match zone_number(x) {
            Some(zone) if own_zone != Some(zone) && reachable(y) => {
                Err(ProjectionError::ZoneNumber { crs, x, zone, likely: crs_with_zone_number(zone) })
            }
            None if own_zone.is_some() && bare(x) && reachable(y) => {
                let likely = crs_without_zone_number(self.central_meridian_deg);
                Err(ProjectionError::NoZoneNumber { crs, x, likely })
            }
            _ => Err(ProjectionError::OutsideZone { crs, x, y }),
        }
    }
}

/// The two digits in front of a Gauss-Krüger easting: 13 to 23 (zones of 6°) and 25 to 45 (zones of 3°) in China.
fn zone_number(easting_m: f64) -> Option<u8> {
    let number = (easting_m / 1e6).floor();
    ((13.0..=23.0).contains(&number) || (25.0..=45.0).contains(&number)).then_some(number as u8)
}

/// EPSG:4491–4501 are the 6° zones 13 to 23 of CGCS2000, EPSG:4513–4533 the 3° zones 25 to 45.
fn crs_with_zone_number(zone: u8) -> Option<u16> {
    match zone {
        13..=23 => Some(4491 + u16::from(zone - 13)),
        25..=45 => Some(4513 + u16::from(zone - 25)),
        _ => None,
    }
}

/// EPSG:4534–4554 are the 3° zones by their central meridian, 75° to 135°; every 6° zone's meridian is one of them.
fn crs_without_zone_number(central_meridian_deg: f64) -> Option<u16> {
    let step = (central_meridian_deg - 75.0) / 3.0;
    ((0.0..=20.0).contains(&step.round()) && (step - step.round()).abs() < 1e-6).then(|| 4534 + step.round() as u16)
}

/// On the ellipsoid of WGS84 or of CGCS2000 (their polar radii differ by 0.1 mm), or on Web Mercator's sphere, which
/// gives WGS84's degrees. Chinese datums that need a shift stand on other ellipsoids.
fn is_wgs84_like(projection: &Proj) -> bool {
    const EQUATORIAL_M: f64 = 6_378_137.0;
    const POLAR_M: f64 = 6_356_752.314;
    let (a, b) = projection.ellipse_parameters();
    let polar_m = if projection.projname() == "merc" && a - b < 1e-2 { EQUATORIAL_M } else { POLAR_M };
    (a - EQUATORIAL_M).abs() < 1e-2 && (b - polar_m).abs() < 1e-2
}

/// The name that stands first in well-known text.
pub(super) fn wkt_name(text: &str) -> &str {
    text.split('"').nth(1).unwrap_or("the coordinate system")
}

/// The EPSG code of the whole system that stands last in well-known text, if it does.
pub(super) fn wkt_epsg(text: &str) -> Option<u16> {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let inner = compact.strip_suffix("]]")?;
    let code = ["AUTHORITY[\"EPSG\",", "ID[\"EPSG\","].iter().find_map(|mark| inner.rsplit_once(mark))?.1;
    code.trim_matches('"').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::geo::Position;
    use proptest::prelude::*;

    /// x, y rounded to 0.1 mm and their lon, lat: computed by pyproj 3.7.2 (PROJ 9.5.1), `always_xy`.
    type Vector = (u16, [f64; 2], [f64; 2]);
    #[expect(clippy::unreadable_literal, reason = "as they were printed")]
    const VECTORS: [Vector; 19] = [
        (4491, [13543916.3668, 4207615.9946], [75.49999999989636, 38.00000000011444]),
        (4497, [19417664.8517, 4475506.6723], [110.03000000000608, 40.40999999968388]),
        (4502, [586014.2626, 4374491.5907], [76.00000000046678, 39.49999999961917]),
        (4508, [686560.4176, 3122068.0424], [112.90000000027425, 28.199999999780303]),
        (4513, [25430796.0665, 4329910.3405], [74.2000000001954, 39.099999999686084]),
        (4525, [37417664.8517, 4475506.6723], [110.03000000000608, 40.40999999968388]),
        (4525, [37643435.5486, 2556299.6726], [112.40000000038822, 23.099999999983343]),
        (4533, [45440415.3893, 5329856.3525], [134.20000000032746, 48.10000000039471]),
        (4534, [579795.5536, 4130184.9102], [75.89999999976641, 37.3000000001964]),
        (4546, [417664.8517, 4475506.6723], [110.03000000000608, 40.40999999968388]),
        (4547, [494857.0381, 2494705.0429], [113.95000000035526, 22.55000000028235]),
        (4548, [448438.2956, 4419488.0001], [116.3969999998838, 39.90799999986961]),
        (4549, [640412.315, 3457455.4886], [121.47369999961818, 31.23040000016562]),
        (4554, [500000.0, 5362905.2799], [135.0, 48.40000000038961]),
        (4547, [886103.024, 3326859.0907], [118.00000000027163, 29.999999999865338]),
        (3857, [12248483.572, 4925702.4672], [110.03000000014471, 40.41000000016861]),
        (32649, [417697.7858, 4473716.4698], [110.03000000047167, 40.41000000017856]),
        (32650, [448458.9203, 4417720.205], [116.3970000000942, 39.90799999974717]),
        (32749, [393050.3862, 9137689.4785], [110.03000000017248, -7.800000000293221]),
    ];

    /// As `CRS.from_epsg(n).to_wkt("WKT1_ESRI")` of pyproj writes them: what ArcGIS puts in a .prj.
    fn esri(name: &str, false_easting: f64) -> String {
        format!(
            r#"PROJCS["{name}",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",{false_easting:.1}],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",111.0],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]"#
        )
    }

    /// As `to_wkt("WKT1_GDAL")` writes EPSG:4546: what QGIS and GeoPackages hold.
    const OGC_4546: &str = r#"PROJCS["CGCS2000 / 3-degree Gauss-Kruger CM 111E",GEOGCS["China Geodetic Coordinate System 2000",DATUM["China_2000",SPHEROID["CGCS2000",6378137,298.257222101,AUTHORITY["EPSG","1024"]],AUTHORITY["EPSG","1043"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AUTHORITY["EPSG","4490"]],PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",111],PARAMETER["scale_factor",1],PARAMETER["false_easting",500000],PARAMETER["false_northing",0],UNIT["metre",1,AUTHORITY["EPSG","9001"]],AUTHORITY["EPSG","4546"]]"#;
    const ESRI_4490: &str = r#"GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]"#;
    const ESRI_3857: &str = r#"PROJCS["WGS_1984_Web_Mercator_Auxiliary_Sphere",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Mercator_Auxiliary_Sphere"],PARAMETER["False_Easting",0.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",0.0],PARAMETER["Standard_Parallel_1",0.0],PARAMETER["Auxiliary_Sphere_Type",0.0],UNIT["Meter",1.0]]"#;
    const OGC_3857: &str = r#"PROJCS["WGS 84 / Pseudo-Mercator",GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AUTHORITY["EPSG","4326"]],PROJECTION["Mercator_1SP"],PARAMETER["central_meridian",0],PARAMETER["scale_factor",1],PARAMETER["false_easting",0],PARAMETER["false_northing",0],UNIT["metre",1,AUTHORITY["EPSG","9001"]],AXIS["Easting",EAST],AXIS["Northing",NORTH],EXTENSION["PROJ4","+proj=merc +a=6378137 +b=6378137 +lat_ts=0 +lon_0=0 +x_0=0 +y_0=0 +k=1 +units=m +nadgrids=@null +wktext +no_defs"],AUTHORITY["EPSG","3857"]]"#;
    const ESRI_32649: &str = r#"PROJCS["WGS_1984_UTM_Zone_49N",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",111.0],PARAMETER["Scale_Factor",0.9996],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]"#;
    const ESRI_XIAN: &str = r#"PROJCS["Xian_1980_3_Degree_GK_CM_111E",GEOGCS["GCS_Xian_1980",DATUM["D_Xian_1980",SPHEROID["Xian_1980",6378140.0,298.257]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",111.0],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]"#;

    fn off_m(projection: &Projection, xy: [f64; 2], [lon, lat]: [f64; 2]) -> f64 {
        let [got_lon, got_lat] = projection.to_wgs84(xy).expect("inside");
        Position::new(got_lon, got_lat).expect("valid").distance_m(Position::new(lon, lat).expect("valid"))
    }

    fn parsed(text: &str) -> Projection {
        Projection::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn refused(text: &str) -> ProjectionError {
        Projection::parse(text).err().unwrap_or_else(|| panic!("{text} was taken"))
    }

    #[test]
    fn epsg_codes_agree_with_proj_within_a_micrometre() {
        for (code, xy, lon_lat) in VECTORS {
            let off_m = off_m(&parsed(&format!("EPSG:{code}")), xy, lon_lat);
            assert!(off_m < 1e-6, "EPSG:{code} {xy:?}: {off_m} m");
        }
    }

    #[test]
    fn every_code_of_the_chinese_families_is_known() {
        for code in (4491..=4554).chain([4490, 4326, 3857]).chain(32601..=32660).chain(32701..=32760) {
            assert!(Projection::from_epsg(code).is_ok(), "EPSG:{code}");
        }
    }

    #[test]
    fn prj_files_of_arcgis_and_qgis_are_understood() {
        let texts = [
            (4546, esri("CGCS2000_3_Degree_GK_CM_111E", 500_000.0)),
            (4525, esri("CGCS2000_3_Degree_GK_Zone_37", 37_500_000.0)),
            (4497, esri("CGCS2000_GK_Zone_19", 19_500_000.0)),
            (4546, OGC_4546.into()),
            (3857, ESRI_3857.into()),
            (3857, OGC_3857.into()),
            (3857, OGC_3857.replace(r#",AUTHORITY["EPSG","3857"]"#, "")),
            (4546, OGC_4546.replace(r#",AUTHORITY["EPSG","4546"]"#, "")),
            (32649, ESRI_32649.into()),
        ];
        for (code, text) in texts {
            let projection = parsed(&text);
            let (_, xy, lon_lat) = VECTORS.into_iter().find(|vector| vector.0 == code).expect("a vector");
            let off_m = off_m(&projection, xy, lon_lat);
            assert!(off_m < 1e-6, "{code}: {off_m} m from {text}");
        }
    }

    #[test]
    fn geographic_cgcs2000_is_wgs84() {
        for text in ["EPSG:4490", "EPSG:4326", "urn:ogc:def:crs:EPSG::4490", "urn:ogc:def:crs:OGC:1.3:CRS84", ESRI_4490]
        {
            assert_eq!(parsed(text).to_wgs84([110.03, 40.41]), Ok([110.03, 40.41]), "{text}");
        }
    }

    #[test]
    fn datums_that_need_a_shift_are_refused_by_name() {
        assert_eq!(refused(ESRI_XIAN), ProjectionError::Datum { crs: "Xian_1980_3_Degree_GK_CM_111E".into() });
        // Xian 1980 and Beijing 1954, geographic and projected.
        for code in ["EPSG:4610", "EPSG:4214", "EPSG:2383", "EPSG:2435"] {
            assert_eq!(refused(code), ProjectionError::Datum { crs: code.into() });
        }
    }

    #[test]
    fn what_is_no_system_is_refused() {
        for text in ["EPSG:99", "EPSG:abc", "", "GK zone 37", "EPSG:4294967296"] {
            assert_eq!(refused(text), ProjectionError::Unknown { crs: text.into() });
        }
        assert!(
            matches!(refused("PROJCS[\"broken\",GEOGCS["), ProjectionError::Unreadable { crs, .. } if crs == "broken")
        );
    }

    #[test]
    fn exchanged_axes_are_noticed() {
        for (crs, x, y) in [
            ("EPSG:4546", 4_475_506.7, 417_664.9),
            ("EPSG:4525", 4_475_506.7, 37_417_664.9),
            ("EPSG:32649", 4_473_716.5, 417_697.8),
            ("EPSG:4490", 40.41, 110.03),
        ] {
            let found = parsed(crs).to_wgs84([x, y]);
            assert_eq!(found, Err(ProjectionError::Swapped { crs: crs.into(), x, y }));
        }
    }

    #[test]
    fn zone_numbers_that_do_not_fit_are_noticed_with_the_likely_code() {
        let found = parsed("EPSG:4546").to_wgs84([37_417_664.9, 4_475_506.7]).expect_err("a zone number too many");
        assert!(matches!(found, ProjectionError::ZoneNumber { zone: 37, likely: Some(4525), .. }), "{found}");
        let found = parsed("EPSG:4525").to_wgs84([417_664.9, 4_475_506.7]).expect_err("a zone number too few");
        assert!(matches!(found, ProjectionError::NoZoneNumber { likely: Some(4546), .. }), "{found}");
        let found = parsed("EPSG:4525").to_wgs84([38_417_664.9, 4_475_506.7]).expect_err("the next zone");
        assert!(matches!(found, ProjectionError::ZoneNumber { zone: 38, likely: Some(4526), .. }), "{found}");
        let found = Projection::geographic().to_wgs84([37_417_664.9, 4_475_506.7]).expect_err("metres");
        assert!(matches!(found, ProjectionError::NotDegrees { likely: Some(4525), .. }), "{found}");
        assert!(found.to_string().contains("--crs") && found.to_string().ends_with("probably EPSG:4525"), "{found}");
    }

    #[test]
    fn numbers_that_are_no_place_are_refused() {
        let zone = parsed("EPSG:4546");
        assert!(matches!(zone.to_wgs84([2_400_000.0, 4_475_506.7]), Err(ProjectionError::OutsideZone { .. })));
        assert!(matches!(zone.to_wgs84([f64::NAN, 0.0]), Err(ProjectionError::NotFinite { .. })));
        let metres = Projection::geographic().to_wgs84([417_664.9, 4_475_506.7]);
        assert!(matches!(metres, Err(ProjectionError::NotDegrees { likely: None, .. })));
    }

    #[test]
    fn the_code_of_the_whole_system_is_found_in_well_known_text() {
        assert_eq!(wkt_epsg(OGC_4546), Some(4546));
        assert_eq!(wkt_epsg(ESRI_4490), None);
        assert_eq!(wkt_epsg("GEOGCRS[\"x\", ID[\"EPSG\", 4490]]\n"), Some(4490));
        assert_eq!(wkt_name(OGC_4546), "CGCS2000 / 3-degree Gauss-Kruger CM 111E");
    }

    proptest! {
        #[test]
        fn no_text_and_no_numbers_make_it_panic(
            at in 0usize..600, put in any::<char>(), cut in 0usize..900, x in any::<f64>(), y in any::<f64>(),
            which in 0usize..4,
        ) {
            let mut text: Vec<char> = [OGC_4546, OGC_3857, ESRI_32649, "EPSG:4525"][which].chars().collect();
            text.truncate(cut);
            if let Some(c) = text.get_mut(at) {
                *c = put;
            }
            let _ = wkt_epsg(&text.iter().collect::<String>());
            if let Ok(projection) = Projection::parse(&text.into_iter().collect::<String>()) {
                let _ = projection.to_wgs84([x, y]);
            }
        }
    }
}
