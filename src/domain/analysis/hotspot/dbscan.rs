//! DBSCAN (Ester, Kriegel, Sander, Xu 1996): where events lie closer together than elsewhere, in metres of the great circle.

use super::{groups::Groups, sphere::Cells};
use crate::domain::geo::Position;

/// What counts as close together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Density {
    /// Within so many metres, inclusive: [`LEAST_EPS_M`] to [`MOST_EPS_M`].
    pub eps_m: f64,
    /// So many events, the event itself among them.
    pub min_points: usize,
}

pub const LEAST_EPS_M: f64 = 0.1;
pub const MOST_EPS_M: f64 = 1_000_000.0;

/// What DBSCAN says of each event, in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clusters {
    /// From 0 on, in the order of each cluster's first core event; `None` is noise.
    pub cluster: Vec<Option<u32>>,
    /// Whether it has `min_points` around it.
    pub core: Vec<bool>,
}

/// Clusters of events. An event at the border of several clusters is of the first of them.
///
/// Cells are so small that all of one are near each other (Gunawan 2013): a full cell needs no counting, however many
/// lie in it. Core events that no more than `eps_m` lie between are of one cluster.
#[must_use]
pub fn dbscan(positions: &[Position], density: Density) -> Clusters {
    let cells = Cells::of(positions, density.eps_m);
    let core = cores(&cells, density.min_points);
    let of_cell = clusters_of_cells(&cells, &core);
    let mut sorted: Vec<Option<u32>> = vec![None; positions.len()];
    for (cell, cluster) in of_cell.iter().enumerate() {
        for at in cells.points(cell).filter(|at| core[*at]) {
            sorted[at] = *cluster;
        }
    }
    // Those that are not core are of the first cluster that has a core event near them.
    let claim = |sorted: &mut Vec<Option<u32>>, from: usize, to: usize| {
        let Some(cluster) = of_cell[from] else { return };
        for at in cells.points(to).filter(|at| !core[*at]) {
            let is_better = sorted[at].is_none_or(|other| cluster < other);
            if is_better && cells.points(from).any(|other| core[other] && cells.are_near(at, other)) {
                sorted[at] = Some(cluster);
            }
        }
    };
    for cell in 0..cells.len() {
        claim(&mut sorted, cell, cell);
    }
    cells.each_pair(|a, b| {
        claim(&mut sorted, a, b);
        claim(&mut sorted, b, a);
    });
    Clusters { cluster: cells.in_order(&sorted), core: cells.in_order(&core) }
}

/// Of each event, in the order of the cells, whether it is core.
fn cores(cells: &Cells, min_points: usize) -> Vec<bool> {
    let mut near: Vec<usize> = vec![0; cells.points_len()];
    for cell in 0..cells.len() {
        cells.points(cell).for_each(|at| near[at] = cells.points(cell).len());
    }
    let mut count = |from: usize, of: usize| {
        for at in cells.points(of) {
            for other in cells.points(from) {
                if near[at] >= min_points {
                    break;
                }
                near[at] += usize::from(cells.are_near(at, other));
            }
        }
    };
    cells.each_pair(|a, b| {
        count(a, b);
        count(b, a);
    });
    near.into_iter().map(|near| near >= min_points).collect()
}

/// Of each cell, the cluster of its core events, which are all of one.
fn clusters_of_cells(cells: &Cells, core: &[bool]) -> Vec<Option<u32>> {
    let cores: Vec<Vec<usize>> =
        (0..cells.len()).map(|cell| cells.points(cell).filter(|at| core[*at]).collect()).collect();
    let mut groups = Groups::of(cells.len());
    cells.each_pair(|a, b| {
        let (few, many) = if cores[a].len() < cores[b].len() { (a, b) } else { (b, a) };
        if few == many || cores[few].is_empty() || groups.are_one(a, b) {
            return;
        }
        if cores[few].iter().any(|at| cores[many].iter().any(|other| cells.are_near(*at, *other))) {
            groups.join(a, b);
        }
    });
    // Numbered by the first core event of each, as the events came.
    let mut firsts: Vec<(usize, usize)> = (0..cells.len())
        .filter_map(|cell| cores[cell].iter().map(|at| cells.came_as(*at)).min().map(|first| (first, cell)))
        .collect();
    firsts.sort_unstable();
    let mut numbers: Vec<Option<u32>> = vec![None; cells.len()];
    let mut next = 0;
    for (_, cell) in &firsts {
        let number = &mut numbers[groups.root(*cell)];
        if number.is_none() {
            *number = Some(next);
            next += 1;
        }
    }
    (0..cells.len()).map(|cell| if cores[cell].is_empty() { None } else { numbers[groups.root(cell)] }).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition, word for word.
    fn plain(positions: &[Position], density: Density) -> Clusters {
        use geo::{Distance, Haversine};
        let near = |a: usize| -> Vec<usize> {
            let at = |i: usize| geo::Point(positions[i].coord());
            (0..positions.len()).filter(|b| Haversine.distance(at(a), at(*b)) <= density.eps_m).collect()
        };
        let all: Vec<Vec<usize>> = (0..positions.len()).map(near).collect();
        let core: Vec<bool> = all.iter().map(|near| near.len() >= density.min_points).collect();
        let mut cluster = vec![None; positions.len()];
        let mut next = 0;
        for start in 0..positions.len() {
            if !core[start] || cluster[start].is_some() {
                continue;
            }
            let mut open = vec![start];
            while let Some(at) = open.pop() {
                if cluster[at].is_none() {
                    cluster[at] = Some(next);
                    open.extend(if core[at] { &all[at][..] } else { &[] });
                }
            }
            next += 1;
        }
        Clusters { cluster, core }
    }

    fn position((x, y): (f64, f64)) -> Position {
        Position::new(110.0 + x * 1e-3, 40.0 + y * 1e-3).expect("valid")
    }

    proptest! {
        #[test]
        fn cells_find_what_the_definition_says(
            points in proptest::collection::vec((0.0..20.0f64, 0.0..20.0f64), 0..150),
            again in proptest::collection::vec(any::<prop::sample::Index>(), 0..40),
            eps_m in 20.0..400.0f64,
            min_points in 1..9_usize,
        ) {
            let mut positions: Vec<Position> = points.into_iter().map(position).collect();
            let again: Vec<Position> =
                again.iter().filter(|_| !positions.is_empty()).map(|index| *index.get(&positions)).collect();
            positions.extend(again);
            let density = Density { eps_m, min_points };
            prop_assert_eq!(dbscan(&positions, density), plain(&positions, density));
        }
    }

    #[test]
    fn a_million_in_one_place_are_one_cluster_at_once() {
        let positions = vec![position((0.0, 0.0)); 1_000_000];
        let clusters = dbscan(&positions, Density { eps_m: 10.0, min_points: 12 });
        assert!(clusters.cluster.iter().all(|cluster| *cluster == Some(0)));
    }

    #[test]
    fn nothing_has_no_cluster_and_a_wide_reach_is_one() {
        assert_eq!(dbscan(&[], Density { eps_m: 10.0, min_points: 1 }).cluster, []);
        let far = [(0.0, 0.0), (5_000.0, 3_000.0)].map(position);
        assert_eq!(dbscan(&far, Density { eps_m: MOST_EPS_M, min_points: 2 }).cluster, [Some(0); 2]);
        assert_eq!(dbscan(&far, Density { eps_m: LEAST_EPS_M, min_points: 2 }).cluster, [None; 2]);
    }

    #[test]
    fn the_date_line_parts_nobody() {
        let pair = [179.9999, -179.9999].map(|lon| Position::new(lon, -17.0).expect("valid"));
        assert_eq!(dbscan(&pair, Density { eps_m: 50.0, min_points: 2 }).cluster, [Some(0); 2]);
    }
}
