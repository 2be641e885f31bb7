//! GeoJSON that people can read and compare: one feature on each line, seven decimals (1 cm).

use serde_json::Value;

use super::plan::Plan;
use super::shape::Point;

/// A `FeatureCollection` in the making. It says of itself that it is synthetic, and declares its datum.
pub struct Collection<'a> {
    plan: &'a Plan,
    name: &'static str,
    description: &'static str,
    features: Vec<String>,
}

/// The properties of a feature, in the order in which they shall stand.
pub type Properties<'a> = &'a [(&'a str, Value)];

impl<'a> Collection<'a> {
    pub fn new(plan: &'a Plan, name: &'static str, description: &'static str) -> Self {
        Self { plan, name, description, features: Vec::new() }
    }

    pub fn point(&mut self, at: Point, properties: Properties) {
        let at = self.pair(at);
        self.feature("Point", &at, properties);
    }

    pub fn line(&mut self, line: &[Point], properties: Properties) {
        let pairs: Vec<String> = line.iter().map(|p| self.pair(*p)).collect();
        self.feature("LineString", &format!("[{}]", pairs.join(",")), properties);
    }

    /// One area: each part is its outer ring, then its holes. Several parts make a `MultiPolygon`.
    pub fn area(&mut self, parts: &[Vec<Vec<Point>>], properties: Properties) {
        let polygons: Vec<String> = parts
            .iter()
            .map(|rings| {
                let rings: Vec<String> = rings.iter().map(|ring| self.ring(ring)).collect();
                format!("[{}]", rings.join(","))
            })
            .collect();
        match polygons.as_slice() {
            [one] => self.feature("Polygon", one, properties),
            several => self.feature("MultiPolygon", &format!("[{}]", several.join(",")), properties),
        }
    }

    pub fn finish(self) -> String {
        format!(
            "{{\n\"type\": \"FeatureCollection\",\n\"name\": {},\n\"description\": {},\n\"datum\": \"wgs84\",\n\"features\": [\n{}\n]\n}}\n",
            Value::from(self.name),
            Value::from(format!("Synthetic demo data (合成演示数据): {}", self.description)),
            self.features.join(",\n")
        )
    }

    fn feature(&mut self, geometry: &str, coordinates: &str, properties: Properties) {
        let properties: Vec<String> =
            properties.iter().map(|(key, value)| format!("{}:{value}", Value::from(*key))).collect();
        self.features.push(format!(
            "{{\"type\":\"Feature\",\"properties\":{{{}}},\"geometry\":{{\"type\":\"{geometry}\",\"coordinates\":{coordinates}}}}}",
            properties.join(",")
        ));
    }

    fn ring(&self, ring: &[Point]) -> String {
        let pairs: Vec<String> = ring.iter().chain(ring.first()).map(|p| self.pair(*p)).collect();
        format!("[{}]", pairs.join(","))
    }

    fn pair(&self, p: Point) -> String {
        let [lon, lat] = self.plan.lon_lat(p);
        format!("[{lon},{lat}]")
    }
}
