//! Tables in and out: CSV, NDJSON, GeoJSON, surveys; and the encodings that they come in.

pub mod csv;
pub mod encoding;
pub mod events;
pub mod geojson;
pub mod in_order;
pub mod past;
pub mod survey;
pub mod value;
