//! Spreading counts over pixels by a Gaussian whose width differs from row to row, as the scale of the map does.

/// Where the kernel ends, in standard deviations: a three-thousandth of its middle.
pub const REACH_SIGMAS: f64 = 4.0;

/// One half of a sampled Gaussian, its middle first; the whole sums to 1, so that no event is lost or gained.
fn half_kernel(sigma_px: f64) -> Vec<f32> {
    let reach = (REACH_SIGMAS * sigma_px).ceil() as usize;
    let bell: Vec<f64> = (0..=reach).map(|i| (-0.5 * (i as f64 / sigma_px).powi(2)).exp()).collect();
    let sum = 2.0 * bell.iter().sum::<f64>() - bell[0];
    bell.into_iter().map(|value| (value / sum) as f32).collect()
}

/// Spreads every value of `cells` (rows of `width`) over its surroundings, by the standard deviation of its row. What
/// would leave the grid is lost: the caller adds a margin.
pub fn spread(cells: &mut [f32], width: usize, sigma_px_of_row: impl Fn(usize) -> f64) {
    let height = cells.len() / width;
    let mut spread = vec![0.0f32; cells.len()];
    let mut row_across = vec![0.0f32; width];
    for row in 0..height {
        let counts = &cells[row * width..(row + 1) * width];
        if counts.iter().all(|count| *count == 0.0) {
            continue;
        }
        let kernel = half_kernel(sigma_px_of_row(row));
        across(counts, &kernel, &mut row_across);
        for (distance, weight) in kernel.iter().enumerate() {
            let mut add_to = |row: usize| {
                let target = &mut spread[row * width..(row + 1) * width];
                target.iter_mut().zip(&row_across).for_each(|(cell, value)| *cell += weight * value);
            };
            if row + distance < height {
                add_to(row + distance);
            }
            if distance > 0 && row >= distance {
                add_to(row - distance);
            }
        }
    }
    cells.copy_from_slice(&spread);
}

fn across(counts: &[f32], kernel: &[f32], spread: &mut [f32]) {
    spread.fill(0.0);
    let width = counts.len();
    for (x, count) in counts.iter().enumerate().filter(|(_, count)| **count != 0.0) {
        spread[x] += count * kernel[0];
        for (distance, weight) in kernel.iter().enumerate().skip(1) {
            if x + distance < width {
                spread[x + distance] += count * weight;
            }
            if x >= distance {
                spread[x - distance] += count * weight;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_event_is_still_one_event() {
        for sigma in [0.5, 3.0, 7.9] {
            let mut cells = vec![0.0; 101 * 101];
            cells[50 * 101 + 50] = 1.0;
            spread(&mut cells, 101, |_| sigma);
            assert!((cells.iter().sum::<f32>() - 1.0).abs() < 1e-4, "{sigma}");
            let side = (sigma * 1.0).round() as usize;
            assert!((cells[50 * 101 + 50 + side] - cells[(50 - side) * 101 + 50]).abs() < 1e-7, "round");
        }
    }

    #[test]
    fn it_is_the_gaussian() {
        let mut cells = vec![0.0; 81 * 81];
        cells[40 * 81 + 40] = 1.0;
        spread(&mut cells, 81, |_| 5.0);
        let at = |dx: f64, dy: f64| (-(dx * dx + dy * dy) / 50.0).exp() / (50.0 * std::f64::consts::PI);
        for (x, y) in [(40, 40), (45, 40), (43, 36), (30, 50)] {
            let expected = at(x as f64 - 40.0, y as f64 - 40.0);
            assert!((f64::from(cells[y * 81 + x]) / expected - 1.0).abs() < 1e-3, "{x} {y}");
        }
    }
}
