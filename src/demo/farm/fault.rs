//! What can be made to go wrong with a camera, and how one says so.

use std::{ops::RangeInclusive, str::FromStr};

use strum::VariantNames;

use super::Look;

/// What goes wrong with a camera, for as long as it is told to.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, strum::Display, strum::EnumString, strum::EnumIter, strum::VariantNames,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Fault {
    /// No more pictures; questions are still answered.
    Hang,
    /// The line is cut, and each new one as soon as it is there.
    Reset,
    /// Nothing is sent and nothing is read, as when a router on the way has forgotten the line.
    HalfOpen,
    /// What comes is no RTSP.
    Garbage,
    /// Pictures of another size, with parameters of their own.
    SpsChange,
    /// The stream's time is an hour on.
    PtsJump,
    /// The same picture again and again.
    Freeze,
    Black,
    Cover,
    Blur,
    Turn,
    /// The credential, whichever, is refused.
    Refuse,
    /// One picture where there were five.
    Slow,
    /// The camera's clock is an hour on.
    ClockOff,
}

impl Fault {
    pub(super) fn look(self) -> Look {
        match self {
            Self::Freeze => Look::Frozen,
            Self::Black => Look::Black,
            Self::Cover => Look::Covered,
            Self::Blur => Look::Blurred,
            Self::Turn => Look::Turned,
            Self::SpsChange => Look::Small,
            _ => Look::Clear,
        }
    }
}

/// `freeze 1-50`: what is to go wrong with which cameras, counted from 1; `none` ends it, no numbers are all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    pub fault: Option<Fault>,
    pub cameras: Option<RangeInclusive<usize>>,
}

/// The text is no order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no order: FAULT [FROM[-TO]], where FAULT is none or one of {}", Fault::VARIANTS.join(", "))]
pub struct NoOrder {
    pub text: String,
}

impl FromStr for Order {
    type Err = NoOrder;

    fn from_str(text: &str) -> Result<Self, NoOrder> {
        let wrong = || NoOrder { text: text.to_owned() };
        let mut words = text.split_whitespace();
        let fault = match words.next().ok_or_else(wrong)? {
            "none" => None,
            name => Some(name.parse().map_err(|_| wrong())?),
        };
        let number = |text: &str| text.parse::<usize>().ok().filter(|number| *number > 0).ok_or_else(wrong);
        let range = |range: &str| {
            let (from, to) = range.split_once('-').unwrap_or((range, range));
            Ok(number(from)?..=number(to)?)
        };
        let cameras = words.next().map(range).transpose()?;
        if words.next().is_some() || cameras.as_ref().is_some_and(RangeInclusive::is_empty) {
            return Err(wrong());
        }
        Ok(Self { fault, cameras })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_names_a_fault_and_the_cameras_that_have_it() {
        let order = |text: &str| text.parse::<Order>();
        assert_eq!(order("half-open 1-50"), Ok(Order { fault: Some(Fault::HalfOpen), cameras: Some(1..=50) }));
        assert_eq!(order(" none 7 "), Ok(Order { fault: None, cameras: Some(7..=7) }));
        assert_eq!(order("freeze"), Ok(Order { fault: Some(Fault::Freeze), cameras: None }));
        for wrong in ["", "moon", "freeze 0", "freeze 3-1", "freeze 1-2 3", "freeze x"] {
            assert!(order(wrong).is_err(), "{wrong}");
        }
    }
}
