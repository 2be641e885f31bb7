//! Who is looked at in full where not everybody can be.

use std::{cmp::Reverse, time::Duration};

use serde::{Deserialize, Serialize};

/// How often a camera is really looked at.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Sampling {
    /// Seconds from one picture to the next, of late.
    pub interval_s: f64,
    /// Whether only those are looked at that stand for themselves.
    pub keyframes_only: bool,
}

/// One camera that wants every picture looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Claim {
    /// Share of a core that it takes beyond its keyframes.
    pub cost: f64,
    /// Whether it has its turn.
    pub has_turn: bool,
    /// How long it has had it, or has waited for it.
    pub since: Duration,
}

/// A turn: long enough to follow somebody through the picture.
const TURN: Duration = Duration::from_secs(10);

/// Whose turn it is, claim by claim, where all together may take `budget` cores.
///
/// A turn that has begun is finished; then it is the turn of whoever has waited longest. If there is room for anybody, somebody
/// has it, however much it takes. Where all can have it, they keep it.
#[must_use]
pub fn turns(claims: &[Claim], budget: f64) -> Vec<bool> {
    let mut order: Vec<usize> = (0..claims.len()).collect();
    order.sort_by_key(|number| {
        let Claim { has_turn, since, .. } = claims[*number];
        match (has_turn, since < TURN) {
            (true, true) => (0, Reverse(since)),
            (false, _) => (1, Reverse(since)),
            (true, false) => (2, Reverse(since)),
        }
    });
    let (mut turns, mut spent) = (vec![false; claims.len()], 0.0);
    for number in order {
        let cost = claims[number].cost.max(0.0);
        if budget > 0.0 && (spent + cost <= budget || spent == 0.0) {
            turns[number] = true;
            spent += cost;
        }
    }
    turns
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(costs: &[f64]) -> Vec<Claim> {
        costs.iter().map(|cost| Claim { cost: *cost, has_turn: false, since: Duration::ZERO }).collect()
    }

    #[test]
    fn where_there_is_room_all_have_their_turn_and_keep_it() {
        let mut all = claims(&[0.2, 0.3, 0.4]);
        for _ in 0..5 {
            assert_eq!(turns(&all, 1.0), [true; 3]);
            for claim in &mut all {
                (claim.has_turn, claim.since) = (true, claim.since + TURN);
            }
        }
        assert_eq!(turns(&all, 0.0), [false; 3]);
        assert_eq!(turns(&claims(&[3.0]), 0.5), [true], "somebody has it");
    }

    #[test]
    fn turns_are_fair() {
        let mut all = claims(&[0.4; 5]);
        let mut had = [0; 5];
        // Two fit; a hundred seconds, one at a time.
        for _ in 0..100 {
            for (number, has) in turns(&all, 0.9).into_iter().enumerate() {
                let claim = &mut all[number];
                claim.since = if claim.has_turn == has { claim.since } else { Duration::ZERO } + Duration::from_secs(1);
                claim.has_turn = has;
                had[number] += u32::from(has);
            }
        }
        assert!(had.iter().all(|seconds| (30..=50).contains(seconds)), "{had:?}");
        assert_eq!(had.iter().sum::<u32>(), 200);
    }
}
