//! Codes are text: `0101` is not 101, and a spreadsheet's `1.5E+13` is no code at all.

/// Declares a code type: a string that is not mixed up with another kind of code.
macro_rules! text_code {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            pub fn new(code: impl Into<String>) -> Self {
                Self(code.into())
            }

            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}
pub(crate) use text_code;

/// A spreadsheet turned the code into a number: `1.50621E+13`.
#[must_use]
pub fn is_scientific(code: &str) -> bool {
    let Some((mantissa, exponent)) = code.split_once(['e', 'E']) else { return false };
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    // `2E5` may be a code; the point and the plus sign are a spreadsheet's.
    (mantissa.contains('.') || exponent.starts_with('+'))
        && mantissa.split('.').all(|part| part.bytes().all(|b| b.is_ascii_digit()))
        && mantissa.bytes().any(|b| b.is_ascii_digit())
        && digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))
}

/// The known code that `code` would be with the leading zeros that a spreadsheet strips.
pub fn with_leading_zeros<'a>(code: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let strippable = !code.is_empty() && code.bytes().all(|b| b.is_ascii_digit());
    known.into_iter().find(|candidate| {
        strippable
            && candidate.len() > code.len()
            && candidate.strip_suffix(code).is_some_and(|zeros| zeros.bytes().all(|b| b == b'0'))
    })
}

/// The known name that a slip of the pen or two makes of `name`: letters left out, put in, exchanged.
pub fn likely_name<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let slips = |known: &&str| strsim::damerau_levenshtein(&name.to_lowercase(), known);
    // Two slips in three letters are another word.
    let likely = known.into_iter().min_by_key(slips).filter(|known| slips(known) <= 2.min(known.len() / 3))?;
    Some(likely.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_does_to_codes_is_seen() {
        assert!(is_scientific("1.50621E+13") && is_scientific("1.5e13") && is_scientific("1E+13"));
        for fine in ["150621001001", "0101", "E13", "1E", "A1.2E3", "2E5", "12.E.3"] {
            assert!(!is_scientific(fine), "{fine}");
        }
        assert_eq!(with_leading_zeros("101", ["0201", "0101"]), Some("0101"));
        assert_eq!(with_leading_zeros("101", ["1101", "101"]), None);
        assert_eq!(with_leading_zeros("", ["0"]), None);
    }
    #[test]
    fn a_name_with_a_slip_of_the_pen_is_known_again() {
        let known = ["verify_limit", "sign_limit", "name_en"];
        assert_eq!(likely_name("verify_limt", known).as_deref(), Some("verify_limit"));
        assert_eq!(likely_name("Name_EN", known).as_deref(), Some("name_en"));
        assert_eq!(likely_name("note", known), None);
        assert_eq!(likely_name("x", ["y"]), None);
    }
}
