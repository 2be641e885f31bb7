//! Time limits as the responsibility lists write them.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// How long something may take: `30m`, `4h`, `30M`, `4H`, `3d`.
///
/// Lower case counts working time, upper case the clock; `3d` is the same clock time three working days on. When a limit
/// ends is the working calendar's to say ([`WorkingCalendar::due`](super::WorkingCalendar::due)).
///
/// ```
/// use gridwatch::domain::duty::{Limit, LimitUnit};
/// let limit: Limit = "4h".parse().unwrap();
/// assert_eq!((limit.amount(), limit.unit()), (4, LimitUnit::WorkingHour));
/// assert!("4 hours".parse::<Limit>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Limit {
    amount: u32,
    unit: LimitUnit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LimitUnit {
    /// `m`
    WorkingMinute,
    /// `h`
    WorkingHour,
    /// `M`
    ClockMinute,
    /// `H`
    ClockHour,
    /// `d`
    WorkingDay,
}

/// Not a limit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LimitError {
    #[error("a limit is a number and one of m, h, M, H, d")]
    Form,
    #[error("a limit lies between 1 and {}", Limit::MAX)]
    Amount,
}

impl Limit {
    /// The largest amount of any unit: years of working hours, and far from where calendars overflow.
    pub const MAX: u32 = 9_999;

    #[must_use]
    pub fn amount(self) -> u32 {
        self.amount
    }

    #[must_use]
    pub fn unit(self) -> LimitUnit {
        self.unit
    }

    /// As many of another unit.
    #[must_use]
    pub fn counted_as(self, unit: LimitUnit) -> Self {
        Self { unit, ..self }
    }
}

// As a text it has no fields to describe.
impl utoipa::PartialSchema for Limit {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::schema!(String).description(Some("`30m`, `4h`, `3d` of working time; `30M`, `4H` by the clock")).into()
    }
}

impl utoipa::ToSchema for Limit {}

impl From<Limit> for String {
    fn from(limit: Limit) -> Self {
        limit.to_string()
    }
}

impl TryFrom<String> for Limit {
    type Error = LimitError;

    fn try_from(text: String) -> Result<Self, LimitError> {
        text.parse()
    }
}

impl FromStr for Limit {
    type Err = LimitError;

    fn from_str(text: &str) -> Result<Self, LimitError> {
        let unit = match text.chars().next_back() {
            Some('m') => LimitUnit::WorkingMinute,
            Some('h') => LimitUnit::WorkingHour,
            Some('M') => LimitUnit::ClockMinute,
            Some('H') => LimitUnit::ClockHour,
            Some('d') => LimitUnit::WorkingDay,
            _ => return Err(LimitError::Form),
        };
        let digits = &text[..text.len() - 1];
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(LimitError::Form);
        }
        match digits.parse() {
            Ok(amount @ 1..=Self::MAX) => Ok(Self { amount, unit }),
            _ => Err(LimitError::Amount),
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            LimitUnit::WorkingMinute => 'm',
            LimitUnit::WorkingHour => 'h',
            LimitUnit::ClockMinute => 'M',
            LimitUnit::ClockHour => 'H',
            LimitUnit::WorkingDay => 'd',
        };
        write!(f, "{}{unit}", self.amount)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_reads_and_writes_the_same() {
        for text in ["30m", "4h", "30M", "4H", "3d", "9999d"] {
            assert_eq!(text.parse::<Limit>().map(|limit| limit.to_string()).as_deref(), Ok(text));
        }
    }

    #[test]
    fn what_is_no_limit_is_refused() {
        for text in ["", "4", "h", "4x", "-4h", "4.5h", "4 h", "４h", "4小时"] {
            assert_eq!(text.parse::<Limit>(), Err(LimitError::Form), "{text}");
        }
        for text in ["0h", "10000h", "99999999999d"] {
            assert_eq!(text.parse::<Limit>(), Err(LimitError::Amount), "{text}");
        }
    }
}
