//! Which scene is to be drawn, as text.

use std::str::FromStr;

use super::SceneKind;

/// `street?seed=3&width=640&height=360`: what happens, and maybe how it is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SceneOrder {
    pub kind: SceneKind,
    pub seed: u64,
    /// In pixels.
    pub width: u32,
    pub height: u32,
}

/// The text orders no scene that there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such scene")]
pub struct NoSuchScene;

/// Largest side of a drawn picture.
const LARGEST_PX: u64 = 3840;
const SMALLEST_PX: u64 = 16;

impl FromStr for SceneOrder {
    type Err = NoSuchScene;

    fn from_str(text: &str) -> Result<Self, NoSuchScene> {
        let (kind, options) = text.split_once('?').unwrap_or((text, ""));
        let kind = kind.parse().map_err(|_| NoSuchScene)?;
        let mut order = Self { kind, seed: 0, width: 640, height: 360 };
        for option in options.split('&').filter(|option| !option.is_empty()) {
            let (name, value) = option.split_once('=').ok_or(NoSuchScene)?;
            let value: u64 = value.parse().map_err(|_| NoSuchScene)?;
            match name {
                "seed" => order.seed = value,
                "width" if (SMALLEST_PX..=LARGEST_PX).contains(&value) => order.width = value as u32,
                "height" if (SMALLEST_PX..=LARGEST_PX).contains(&value) => order.height = value as u32,
                _ => return Err(NoSuchScene),
            }
        }
        Ok(order)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_drawn_is_no_order() {
        let small = SceneOrder { kind: SceneKind::Street, seed: 3, width: 320, height: 180 };
        assert_eq!("street?seed=3&width=320&height=180".parse(), Ok(small));
        for wrong in ["", "moon", "street?seed", "street?seed=x", "street?width=9", "street?colour=1"] {
            assert_eq!(wrong.parse::<SceneOrder>(), Err(NoSuchScene), "{wrong}");
        }
    }
}
