//! Conditional permutation: how often chance gives neighbours as high, or as low, as those that an area has.

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};
use serde::Serialize;

use super::Weights;

/// How often to permute, and from which dice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permutations {
    pub count: u32,
    pub seed: u64,
}

/// Why there is no permutation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error, strum::VariantNames)]
#[serde(tag = "code", content = "params", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum PermutationError {
    #[error("{permutations} permutations with up to {neighbors} neighbours are more than is kept in memory")]
    TooManyDraws { permutations: u32, neighbors: usize, limit: usize },
}

/// How many permutations were at least, and at most, what is. Ties are in both: counts tie all the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tails {
    pub at_least: u32,
    pub at_most: u32,
}

impl Tails {
    /// (1 + extreme) / (1 + permutations), of the tail that is rarer.
    #[must_use]
    pub fn p(self, permutations: u32) -> f64 {
        f64::from(1 + self.at_least.min(self.at_most)) / f64::from(1 + permutations)
    }
}

/// Most draws in memory: 32 bytes each at the worst.
const MOST_DRAWS: usize = 1 << 25;

/// Of each area, how often the sum of as many others as it has neighbours is at least, and at most, that of its
/// neighbours, while its own value stays where it is.
///
/// All areas share the draws: a permutation is an order of places among the n − 1 others, and place j is area j before
/// the area and j + 1 behind it. So from one area to the next only the sums change that have drawn that very place, and
/// an area costs one comparison a permutation, however many neighbours it has: O(n R + R k²) in all.
///
/// # Errors
/// Where permutations times neighbours are too many.
pub fn tails(
    values: &[f64],
    weights: &Weights,
    Permutations { count, seed }: Permutations,
) -> Result<Vec<Tails>, PermutationError> {
    let areas = weights.len();
    let most = (0..areas).map(|area| weights.neighbors(area).len()).max().unwrap_or(0);
    let permutations = count as usize;
    if permutations.saturating_mul(most) > MOST_DRAWS {
        return Err(PermutationError::TooManyDraws { permutations: count, neighbors: most, limit: MOST_DRAWS });
    }
    let draws = draws(areas.saturating_sub(1), most, permutations, seed);
    let mut by_place: Vec<u32> = (0..draws.len() as u32).collect();
    by_place.sort_unstable_by_key(|draw| draws[*draw as usize]);
    let mut next = by_place.into_iter().peekable();
    // Before area 0 no place lies: all of them stand behind it. Sums of the first k draws, permutation by permutation.
    let mut sums = vec![0.0; (most + 1) * permutations];
    for k in 0..most {
        for r in 0..permutations {
            sums[(k + 1) * permutations + r] =
                sums[k * permutations + r] + values[draws[k * permutations + r] as usize + 1];
        }
    }
    let mut found = Vec::with_capacity(areas);
    for area in 0..areas {
        // The place just passed is the area before this one from now on, and was this one.
        while let Some(draw) = next.next_if(|draw| draws[*draw as usize] as usize + 1 == area) {
            let (k, r) = (draw as usize / permutations, draw as usize % permutations);
            let change = values[area - 1] - values[area];
            for k in k + 1..=most {
                sums[k * permutations + r] += change;
            }
        }
        let neighbors = weights.neighbors(area).len();
        let of_area = &sums[neighbors * permutations..(neighbors + 1) * permutations];
        found.push(compare(weights.sum(area, values), of_area));
    }
    Ok(found)
}

/// Sums of the same numbers in another order differ in their last digits: so near they are the same.
fn compare(observed: f64, sums: &[f64]) -> Tails {
    let slack = 1e-9 * observed.abs().max(1e-300);
    let (least, most) = (observed - slack, observed + slack);
    let (mut at_least, mut at_most) = (0, 0);
    for sum in sums {
        at_least += u32::from(*sum >= least);
        at_most += u32::from(*sum <= most);
    }
    Tails { at_least, at_most }
}

/// Draw k of permutation r, at k · permutations + r: different places of so many, all orders equally likely.
fn draws(places: usize, most: usize, permutations: usize, seed: u64) -> Vec<u32> {
    let mut dice = ChaCha8Rng::seed_from_u64(seed);
    let mut order: Vec<u32> = (0..places as u32).collect();
    let mut draws = vec![0; most * permutations];
    for r in 0..permutations {
        for k in 0..most {
            // The beginning of a Fisher–Yates shuffle; of what is in any order already.
            order.swap(k, k + below(&mut dice, (places - k) as u64));
            draws[k * permutations + r] = order[k];
        }
    }
    draws
}

/// From 0 to `n` − 1, all equally likely: Lemire, Fast random integer generation in an interval (2019).
pub fn below(dice: &mut impl Rng, n: u64) -> usize {
    loop {
        let product = u128::from(dice.next_u64()) * u128::from(n);
        let low = product as u64;
        if low >= n || low >= n.wrapping_neg() % n {
            return (product >> 64) as usize;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERMUTATIONS: Permutations = Permutations { count: 499, seed: 7 };

    /// The plain way: all draws of all areas gathered one by one.
    fn plain(values: &[f64], weights: &Weights) -> Vec<Tails> {
        let (areas, permutations) = (weights.len(), PERMUTATIONS.count as usize);
        let most = (0..areas).map(|area| weights.neighbors(area).len()).max().unwrap_or(0);
        let draws = draws(areas - 1, most, permutations, PERMUTATIONS.seed);
        let of = |area: usize| {
            let sum = |r: usize| -> f64 {
                let place = |k: usize| draws[k * permutations + r] as usize;
                (0..weights.neighbors(area).len()).map(|k| values[place(k) + usize::from(place(k) >= area)]).sum()
            };
            compare(weights.sum(area, values), &(0..permutations).map(sum).collect::<Vec<_>>())
        };
        (0..areas).map(of).collect()
    }

    fn ring(areas: u32, reach: u32) -> Weights {
        let near = |i: u32| (1..=reach).flat_map(|d| [(i + d) % areas, (i + areas - d) % areas]).collect();
        Weights::of((0..areas).map(near).collect())
    }

    #[test]
    fn sharing_the_draws_gives_what_drawing_for_each_gives() {
        let values: Vec<f64> = (0..60).map(|i| f64::from(i * i % 17)).collect();
        for weights in [ring(60, 1), ring(60, 4), Weights::of((0..60).map(|i| (0..i % 7).collect()).collect())] {
            assert_eq!(tails(&values, &weights, PERMUTATIONS), Ok(plain(&values, &weights)));
        }
    }

    #[test]
    fn what_is_everywhere_the_same_is_never_rare() {
        let tails = tails(&[3.0; 20], &ring(20, 2), PERMUTATIONS).expect("few");
        assert!(tails.iter().all(|tails| tails.p(PERMUTATIONS.count) == 1.0), "ties are in both tails");
    }

    #[test]
    fn every_number_below_is_as_likely() {
        let mut dice = ChaCha8Rng::seed_from_u64(1);
        let mut seen = [0; 6];
        (0..60_000).for_each(|_| seen[below(&mut dice, 6)] += 1);
        assert!(seen.iter().all(|n| (9_600..10_400).contains(n)), "{seen:?}");
    }
}
