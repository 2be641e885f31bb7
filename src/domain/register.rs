//! The register of places (地, 物, 组织): buildings, shops, organisations. It serves as gazetteer too.

use super::{code::text_code, geo::Position};

text_code! {
    /// The code of a place.
    PlaceCode
}

/// A named place.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    pub code: PlaceCode,
    /// Building, shop, organisation, …: the site's own word.
    pub kind: String,
    pub name: String,
    pub aliases: Vec<String>,
    pub position: Position,
}
