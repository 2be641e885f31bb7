//! How an event fades with distance, and counts spread over cells by it. The radius differs from row to row, as the scale
//! of the map does.

/// The form of a kernel; all hold one event under them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, strum::EnumString, strum::VariantNames, strum::Display)]
#[strum(serialize_all = "lowercase")]
pub enum Shape {
    /// Its radius is three standard deviations: what is farther away gets a hundredth of an event.
    #[default]
    Gaussian,
    /// (1 − r²)², nothing beyond the radius, as the other two.
    Quartic,
    /// 1 − r².
    Epanechnikov,
    /// (1 − r²)³.
    Triweight,
}

/// Standard deviations to a Gaussian's radius.
const RADIUS_SIGMAS: f64 = 3.0;
/// Where a Gaussian ends, in standard deviations: a three-thousandth of its middle.
const REACH_SIGMAS: f64 = 4.0;

impl Shape {
    /// What one event weighs at a distance, per m², where `bandwidth_m` is the standard deviation of a Gaussian and the
    /// radius of the others.
    #[must_use]
    pub fn height(self, distance_m: f64, bandwidth_m: f64) -> f64 {
        let u2 = (distance_m / bandwidth_m).powi(2);
        let disc = std::f64::consts::PI * bandwidth_m * bandwidth_m;
        match self.power() {
            None => (-u2 / 2.0).exp() / (2.0 * disc),
            Some(power) => f64::from(power + 1) * (1.0 - u2).max(0.0).powi(power) / disc,
        }
    }

    /// Farther away it weighs nothing that a number would show.
    #[must_use]
    pub fn reach_of(self, bandwidth_m: f64) -> f64 {
        /// exp(−8² / 2) is 10⁻¹⁴.
        const SIGMAS: f64 = 8.0;
        if self == Self::Gaussian { SIGMAS * bandwidth_m } else { bandwidth_m }
    }

    /// The radius of a picture's kernel of that bandwidth.
    #[must_use]
    pub fn radius_of(self, bandwidth_m: f64) -> f64 {
        if self == Self::Gaussian { RADIUS_SIGMAS * bandwidth_m } else { bandwidth_m }
    }

    /// How far it reaches, in radii.
    #[must_use]
    pub fn reach(self) -> f64 {
        match self {
            Self::Gaussian => REACH_SIGMAS / RADIUS_SIGMAS,
            Self::Quartic | Self::Epanechnikov | Self::Triweight => 1.0,
        }
    }

    /// Spreads every value of `cells` (rows of `width`) over its surroundings, by the radius of its row in cells. What
    /// would leave the grid is lost: the caller adds a margin.
    pub fn spread(self, cells: &mut [f32], width: usize, radius_of_row: impl Fn(usize) -> f64) {
        match self.power() {
            None => spread_by_rows_and_columns(cells, width, |row| bell(radius_of_row(row) / RADIUS_SIGMAS)),
            Some(power) => spread_cell_by_cell(cells, width, |row| disc(radius_of_row(row), power)),
        }
    }

    /// Of 1 − r², where the kernel is one of those.
    fn power(self) -> Option<i32> {
        match self {
            Self::Gaussian => None,
            Self::Epanechnikov => Some(1),
            Self::Quartic => Some(2),
            Self::Triweight => Some(3),
        }
    }
}

/// One half of a sampled Gaussian, its middle first; the whole sums to 1, so that no event is lost or gained.
fn bell(sigma: f64) -> Vec<f32> {
    let reach = (REACH_SIGMAS * sigma).ceil() as usize;
    let bell: Vec<f64> = (0..=reach).map(|i| (-0.5 * (i as f64 / sigma).powi(2)).exp()).collect();
    let sum = 2.0 * bell.iter().sum::<f64>() - bell[0];
    bell.into_iter().map(|value| (value / sum) as f32).collect()
}

/// The rows of (1 − r²)ᵏ from the middle one down, each whole, with its middle at its middle; all of them, up and down,
/// sum to 1.
fn disc(radius: f64, power: i32) -> Vec<Vec<f32>> {
    let reach = radius.ceil() as i32;
    let weight = |dx: i32, dy: i32| {
        let share = 1.0 - f64::from(dx * dx + dy * dy) / (radius * radius);
        if dx == 0 && dy == 0 { 1.0 } else { share.max(0.0).powi(power) }
    };
    let row = |dy: i32| (-reach..=reach).map(|dx| weight(dx, dy)).collect::<Vec<f64>>();
    let rows: Vec<Vec<f64>> = (0..=reach).map(row).collect();
    let sums: Vec<f64> = rows.iter().map(|row| row.iter().sum()).collect();
    let sum = 2.0 * sums.iter().sum::<f64>() - sums[0];
    rows.iter().map(|row| row.iter().map(|value| (value / sum) as f32).collect()).collect()
}

/// Cells that are summed side by side: as many as stay in the processor's registers.
const LANES: usize = 16;

/// A Gaussian is one along the rows, then one along the columns; each row has its own.
fn spread_by_rows_and_columns(cells: &mut [f32], width: usize, bell_of_row: impl Fn(usize) -> Vec<f32>) {
    let stride = width.next_multiple_of(LANES);
    let is_empty = |row: &[f32]| row.iter().all(|count| *count == 0.0);
    let rows = cells.chunks_exact(width).enumerate();
    let bells: Vec<Vec<f32>> = rows.map(|(at, row)| if is_empty(row) { Vec::new() } else { bell_of_row(at) }).collect();
    let widest = bells.iter().map(Vec::len).max().unwrap_or(0);
    // Zeros on both sides, so that a row has no ends.
    let mut row = vec![0.0; stride + 2 * widest];
    let mut across = vec![0.0; bells.len() * stride];
    for ((counts, bell), across) in cells.chunks_exact(width).zip(&bells).zip(across.chunks_exact_mut(stride)) {
        if bell.is_empty() {
            continue;
        }
        row[widest..widest + width].copy_from_slice(counts);
        for (x, across) in (widest..).step_by(LANES).zip(across.chunks_exact_mut(LANES)) {
            let mut sums = [0.0; LANES];
            add_lanes(&mut sums, &row[x..], bell[0]);
            for (distance, weight) in bell.iter().enumerate().skip(1) {
                add_lanes(&mut sums, &row[x - distance..], *weight);
                add_lanes(&mut sums, &row[x + distance..], *weight);
            }
            across.copy_from_slice(&sums);
        }
    }
    for (at, spread) in cells.chunks_exact_mut(width).enumerate() {
        let around = at.saturating_sub(widest)..(at + widest).min(bells.len());
        let near = |from: &usize| from.abs_diff(at) < bells[*from].len();
        let sources: Vec<(usize, f32)> =
            around.filter(near).map(|from| (from * stride, bells[from][from.abs_diff(at)])).collect();
        for (x, spread) in (0..).step_by(LANES).zip(spread.chunks_mut(LANES)) {
            let mut sums = [0.0; LANES];
            for (row, weight) in &sources {
                add_lanes(&mut sums, &across[row + x..], *weight);
            }
            spread.copy_from_slice(&sums[..spread.len()]);
        }
    }
}

fn add_lanes(sums: &mut [f32; LANES], from: &[f32], weight: f32) {
    sums.iter_mut().zip(&from[..LANES]).for_each(|(sum, from)| *sum += weight * from);
}

/// Other kernels have no such parts: every count times the weights around it.
fn spread_cell_by_cell(cells: &mut [f32], width: usize, disc_of_row: impl Fn(usize) -> Vec<Vec<f32>>) {
    let height = cells.len() / width;
    let mut spread = vec![0.0; cells.len()];
    for (row, counts) in cells.chunks_exact(width).enumerate() {
        if counts.iter().all(|count| *count == 0.0) {
            continue;
        }
        for (distance, weights) in disc_of_row(row).iter().enumerate() {
            let above = row.checked_sub(distance).filter(|_| distance > 0);
            let below = Some(row + distance).filter(|below| *below < height);
            for target in above.into_iter().chain(below) {
                scatter(counts, weights, &mut spread[target * width..][..width]);
            }
        }
    }
    cells.copy_from_slice(&spread);
}

/// Every count of a row times the weights around it.
fn scatter(counts: &[f32], weights: &[f32], to: &mut [f32]) {
    let reach = weights.len() / 2;
    for (x, count) in counts.iter().enumerate().filter(|(_, count)| **count != 0.0) {
        let cut = reach.saturating_sub(x);
        let until = (x + reach + 1).min(to.len());
        let to = &mut to[x + cut - reach..until];
        to.iter_mut().zip(&weights[cut..]).for_each(|(to, weight)| *to += weight * count);
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use super::*;

    const SHAPES: [Shape; 4] = [Shape::Gaussian, Shape::Quartic, Shape::Epanechnikov, Shape::Triweight];

    fn one_event(shape: Shape, radius: f64) -> Vec<f32> {
        let mut cells = vec![0.0; 101 * 101];
        cells[50 * 101 + 50] = 1.0;
        shape.spread(&mut cells, 101, |_| radius);
        cells
    }

    #[test]
    fn a_spread_event_is_still_one_event() {
        for shape in SHAPES {
            for radius in [0.3, 1.5, 9.0, 33.3] {
                let cells = one_event(shape, radius);
                assert!((cells.iter().sum::<f32>() - 1.0).abs() < 1e-4, "{shape} {radius}");
                let side = radius.round() as usize / 2;
                let [east, west, north] =
                    [5_050 + 50 + side, 5_050 + 50 - side, (50 - side) * 101 + 50].map(|i| cells[i]);
                assert!((east - west).abs() < 1e-7 && (east - north).abs() < 1e-7, "{shape} is round");
            }
        }
    }

    #[test]
    fn each_is_the_kernel_that_its_name_says() {
        for shape in SHAPES {
            let h = 30.0;
            let cells = one_event(shape, h);
            for (x, y) in [(50, 50), (57, 50), (45, 62), (50, 77)] {
                let (dx, dy) = (f64::from(x) - 50.0, f64::from(y) - 50.0);
                let r2 = (dx * dx + dy * dy) / (h * h);
                let expected = match shape {
                    Shape::Gaussian => (-4.5 * r2).exp() * 9.0 / (2.0 * PI * h * h),
                    Shape::Epanechnikov => 2.0 / (PI * h * h) * (1.0 - r2),
                    Shape::Quartic => 3.0 / (PI * h * h) * (1.0 - r2).powi(2),
                    Shape::Triweight => 4.0 / (PI * h * h) * (1.0 - r2).powi(3),
                };
                let found = f64::from(cells[(y * 101 + x) as usize]);
                assert!((found - expected).abs() < 2e-3 / (h * h), "{shape} {x} {y}: {found} {expected}");
            }
        }
    }

    #[test]
    fn at_an_edge_nothing_comes_back_on_the_other_side() {
        for shape in SHAPES {
            let mut cells = vec![0.0; 40 * 40];
            (cells[39], cells[39 * 40]) = (1.0, 1.0);
            shape.spread(&mut cells, 40, |_| 9.0);
            assert_eq!((cells[0], cells[39 * 40 + 39], cells[20 * 40 + 20]), (0.0, 0.0, 0.0), "{shape}");
            assert!(cells[38] > 0.0 && cells[39 * 40 + 1] > 0.0 && cells[2 * 40 + 39] > 0.0, "{shape}");
        }
    }
}
