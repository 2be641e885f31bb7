//! The register of places (地, 物, 组织): buildings, shops, organisations. It serves as gazetteer too.

use std::collections::HashMap;

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

impl Place {
    /// Whether this is its name or an alias, whatever its blanks and capitals.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        let name = plain(name);
        std::iter::once(&self.name).chain(&self.aliases).any(|known| plain(known) == name)
    }
}

/// The places by their names.
#[derive(Debug, Default)]
pub struct Register {
    places: Vec<Place>,
    by_code: HashMap<PlaceCode, usize>,
    /// Names and aliases without blanks and case; `None` where two places share one.
    by_name: HashMap<String, Option<usize>>,
}

impl Register {
    #[must_use]
    pub fn new(places: Vec<Place>) -> Self {
        Self::numbered(places, 0)
    }

    /// With numbers from `first` on.
    fn numbered(places: Vec<Place>, first: usize) -> Self {
        let mut by_name: HashMap<String, Option<usize>> = HashMap::new();
        for (i, place) in (first..).zip(&places) {
            for name in std::iter::once(&place.name).chain(&place.aliases) {
                by_name.entry(plain(name)).and_modify(|known| *known = known.filter(|k| *k == i)).or_insert(Some(i));
            }
        }
        let by_code = (first..).zip(&places).map(|(i, place)| (place.code.clone(), i)).collect();
        Self { places, by_code, by_name }
    }

    /// With places that were added to it: a name that a listed place has stays that one's.
    #[must_use]
    pub fn with(mut self, added: Vec<Place>) -> Self {
        let added = Self::numbered(added, self.places.len());
        for (name, place) in added.by_name {
            self.by_name.entry(name).or_insert(place);
        }
        self.by_code.extend(added.by_code);
        self.places.extend(added.places);
        self
    }

    #[must_use]
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    #[must_use]
    pub fn place(&self, code: &PlaceCode) -> Option<&Place> {
        self.by_code.get(code).map(|i| &self.places[*i])
    }

    /// The place that a name or an address means: the one of just that name, else the one with the longest name that
    /// stands in it. `None` where no name does, or where the name is not of one place only.
    ///
    /// Complexity: O(names · length), for texts that people type.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<&Place> {
        /// Shorter names stand in too many texts.
        const SHORTEST: usize = 2;
        let text = plain(text);
        let exact = self.by_name.get_key_value(&text);
        let within = || {
            let named =
                self.by_name.iter().filter(|(name, _)| name.chars().count() >= SHORTEST && text.contains(*name));
            named.max_by_key(|(name, _)| (name.len(), std::cmp::Reverse(*name)))
        };
        let (_, place) = exact.or_else(within)?;
        place.map(|i| &self.places[i])
    }
}

fn plain(name: &str) -> String {
    name.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_found_by_name_by_alias_and_within_an_address() {
        let place = |code: &str, name: &str, aliases: &[&str]| Place {
            code: PlaceCode::new(code),
            kind: "building".into(),
            name: name.into(),
            aliases: aliases.iter().map(ToString::to_string).collect(),
            position: Position::new(110.0, 40.0).expect("a position"),
        };
        let register = Register::new(vec![
            place("1", "福来商城", &["福来"]),
            place("2", "福来商城西门", &[]),
            place("3", "Station", &["车站"]),
            place("4", "东风超市", &[]),
            place("5", "东风超市", &[]),
        ]);
        let found = |text: &str| register.find(text).map(|place| place.code.as_str());
        assert_eq!(found("福来商城"), Some("1"));
        assert_eq!(found(" 福 来 "), Some("1"));
        assert_eq!(found("STATION"), Some("3"));
        assert_eq!(found("福来商城西门外二十米"), Some("2"), "the longest name");
        assert_eq!(found("东风超市"), None, "two of that name");
        assert_eq!(found("别处"), None);
        assert_eq!(found(""), None);
    }
}
