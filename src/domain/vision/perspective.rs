//! How tall a metre appears, row by row.

/// Rows at which it is known; between them it is interpolated.
const STEPS: usize = 64;

/// How tall a metre that stands on the ground appears where its foot is, so that shape is judged in metres. It follows
/// from the camera's pose; who has none leaves it out, and shape is judged by the picture alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Perspective {
    /// Of the picture's height, from its top to its bottom; `None` where there is no ground.
    metre: [Option<f32>; STEPS + 1],
}

impl Perspective {
    /// `metre_px` takes a row, 0 at the top and 1 at the bottom, to the share of the picture's height that an upright
    /// metre takes there; `None` above the horizon.
    pub fn new(metre_px: impl Fn(f32) -> Option<f32>) -> Self {
        let known = |step| metre_px(step as f32 / STEPS as f32).filter(|metre| metre.is_finite() && *metre > 0.0);
        Self { metre: std::array::from_fn(known) }
    }

    /// The share of the picture's height that a metre takes at this row.
    pub(super) fn at(&self, row: f32) -> Option<f32> {
        let place = row.clamp(0.0, 1.0) * STEPS as f32;
        let step = (place as usize).min(STEPS - 1);
        let (above, below) = (self.metre[step], self.metre[step + 1]);
        let (Some(above), Some(below)) = (above, below) else { return below };
        Some(above + (below - above) * (place - step as f32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn between_known_rows_a_metre_is_interpolated_and_above_the_horizon_there_is_none() {
        let perspective = Perspective::new(|row| (row > 0.5).then_some(row * 0.2));
        assert_eq!(perspective.at(0.3), None);
        assert!((perspective.at(0.707).expect("ground") - 0.1414).abs() < 1e-4);
        assert!((perspective.at(7.0).expect("ground") - 0.2).abs() < 1e-4);
    }
}
