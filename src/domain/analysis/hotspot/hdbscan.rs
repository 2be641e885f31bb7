//! HDBSCAN: clusters of different density, without a distance to choose (Campello, Moulavi and Sander 2013).
//!
//! Distances are haversine metres, compared as chords. Two events are as far apart as they are, or as each is from its
//! `min_points`-th nearest (itself counted), whichever is most; the shortest tree that joins all by that, cut from its
//! longest edge on, falls into ever denser clusters, of which those are kept that last longest (excess of mass).

use std::collections::HashMap;

use serde::Serialize;

use super::{
    Clusters,
    groups::Groups,
    sphere::{chord2, on_globe},
};
use crate::domain::geo::Position;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error, strum::VariantNames)]
#[serde(tag = "code", content = "params", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum HdbscanError {
    #[error("{events} events are more than {limit}")]
    TooManyEvents { events: usize, limit: usize },
}

/// It takes time with the square of their number.
const MOST_EVENTS: usize = 30_000;

/// An edge of the shortest tree.
struct Edge {
    ends: [u32; 2],
    length: f64,
}

/// Where a cluster of the tree began, and which came out of it.
struct Branch {
    parent: Option<usize>,
    /// Density (1 / distance) at which it parted from its parent.
    birth: f64,
    stability: f64,
    children: Vec<usize>,
}

/// Events in clusters of at least `min_points`; all that belong to one are called core.
///
/// # Errors
/// If they are too many.
pub fn hdbscan(positions: &[Position], min_points: usize) -> Result<Clusters, HdbscanError> {
    let (events, limit) = (positions.len(), MOST_EVENTS);
    if events > limit {
        return Err(HdbscanError::TooManyEvents { events, limit });
    }
    let at: Vec<[f64; 3]> = positions.iter().map(|position| on_globe(*position)).collect();
    let mut cluster = vec![None; events];
    if events > min_points.max(1) {
        let tree = Tree::of(&shortest_tree(&at, min_points), events);
        let (branches, branch_of) = tree.condensed(min_points.max(2));
        label(&branches, &branch_of, &mut cluster);
    }
    let core = cluster.iter().map(Option::is_some).collect();
    Ok(Clusters { cluster, core })
}

/// Prim's: from each event on to the nearest that is not joined yet. Shortest edges first.
fn shortest_tree(at: &[[f64; 3]], min_points: usize) -> Vec<Edge> {
    let nearest = min_points.clamp(1, at.len()) - 1;
    let core2 = |own: &[f64; 3]| {
        let mut all: Vec<f64> = at.iter().map(|other| chord2(*own, *other)).collect();
        *all.select_nth_unstable_by(nearest, f64::total_cmp).1
    };
    let core2: Vec<f64> = at.iter().map(core2).collect();
    let mut to_tree: Vec<(f64, u32)> = vec![(f64::INFINITY, 0); at.len()];
    let mut is_joined = vec![false; at.len()];
    let (mut edges, mut last) = (Vec::with_capacity(at.len() - 1), 0);
    for _ in 1..at.len() {
        is_joined[last] = true;
        let (mut best, mut next) = (f64::INFINITY, 0);
        for other in (0..at.len()).filter(|other| !is_joined[*other]) {
            let length2 = chord2(at[last], at[other]).max(core2[last]).max(core2[other]);
            if length2 < to_tree[other].0 {
                to_tree[other] = (length2, last as u32);
            }
            if to_tree[other].0 < best {
                (best, next) = (to_tree[other].0, other);
            }
        }
        edges.push(Edge { ends: [to_tree[next].1, next as u32], length: best.sqrt() });
        last = next;
    }
    edges.sort_by(|a, b| a.length.total_cmp(&b.length));
    edges
}

/// How events join, pair by pair: the `i`-th join is node `events + i`.
struct Tree {
    events: usize,
    joins: Vec<([usize; 2], f64)>,
    /// Events below each node.
    sizes: Vec<usize>,
}

impl Tree {
    fn of(edges: &[Edge], events: usize) -> Self {
        let mut groups = Groups::of(events);
        let mut node_of: Vec<usize> = (0..events).collect();
        let mut sizes = vec![1; events];
        let mut joins = Vec::with_capacity(edges.len());
        for edge in edges {
            let [a, b] = edge.ends.map(|end| groups.root(end as usize));
            let nodes = [node_of[a], node_of[b]];
            sizes.push(sizes[nodes[0]] + sizes[nodes[1]]);
            groups.join(a, b);
            node_of[groups.root(a)] = events + joins.len();
            joins.push((nodes, edge.length));
        }
        Self { events, joins, sizes }
    }

    /// The tree with only those branches that are clusters of their own, and of each event the one that it leaves last.
    fn condensed(&self, least: usize) -> (Vec<Branch>, Vec<usize>) {
        let mut branches = vec![Branch { parent: None, birth: 0.0, stability: 0.0, children: Vec::new() }];
        let mut branch_of = vec![0; self.events];
        let mut stack = vec![(self.events + self.joins.len() - 1, 0)];
        while let Some((node, branch)) = stack.pop() {
            let (nodes, length) = self.joins[node - self.events];
            // Events on one spot are as dense as can be told: a chord of a hundredth of a millimetre.
            let density = 1.0 / length.max(1e-12);
            let is_cluster = nodes.map(|node| self.sizes[node] >= least);
            for (node, is_cluster_itself) in nodes.into_iter().zip(is_cluster) {
                let lived = (density - branches[branch].birth) * self.sizes[node] as f64;
                branches[branch].stability += lived;
                match (is_cluster_itself, is_cluster == [true, true]) {
                    (true, true) => {
                        let child = branches.len();
                        branches[branch].children.push(child);
                        let new = Branch { parent: Some(branch), birth: density, stability: 0.0, children: Vec::new() };
                        branches.push(new);
                        stack.push((node, child));
                    }
                    (true, false) => {
                        // It lives on: what was counted for its own is taken back.
                        branches[branch].stability -= lived;
                        stack.push((node, branch));
                    }
                    (false, _) => self.each_event(node, |event| branch_of[event] = branch),
                }
            }
        }
        (branches, branch_of)
    }

    fn each_event(&self, node: usize, mut each: impl FnMut(usize)) {
        let mut stack = vec![node];
        while let Some(node) = stack.pop() {
            match node.checked_sub(self.events) {
                None => each(node),
                Some(join) => stack.extend(self.joins[join].0),
            }
        }
    }
}

/// Gives each event the cluster that was kept and that it lies in, numbered by the first event of each.
fn label(branches: &[Branch], branch_of: &[usize], cluster: &mut [Option<u32>]) {
    let mut stability: Vec<f64> = branches.iter().map(|branch| branch.stability).collect();
    let mut is_kept = vec![false; branches.len()];
    // Children come behind their parents; the root is everything, and no cluster.
    for branch in (1..branches.len()).rev() {
        let of_children: f64 = branches[branch].children.iter().map(|child| stability[*child]).sum();
        is_kept[branch] = of_children <= stability[branch];
        stability[branch] = stability[branch].max(of_children);
    }
    // Of those that are kept the one nearest to the root counts.
    let mut kept_above: Vec<Option<usize>> = vec![None; branches.len()];
    for branch in 1..branches.len() {
        let above = branches[branch].parent.and_then(|parent| kept_above[parent]);
        kept_above[branch] = above.or(is_kept[branch].then_some(branch));
    }
    let mut numbers: HashMap<usize, u32> = HashMap::new();
    for (event, branch) in branch_of.iter().enumerate() {
        let next = numbers.len() as u32;
        cluster[event] = kept_above[*branch].map(|kept| *numbers.entry(kept).or_insert(next));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rings of points around middles, in degrees.
    fn blob(lon: f64, lat: f64, wide: f64, count: u32) -> impl Iterator<Item = Position> {
        (0..count).map(move |i| {
            let (turn, out) = (f64::from(i) * 2.399_963, (f64::from(i) + 0.5).sqrt() * wide);
            Position::new(lon + out * turn.cos(), lat + out * turn.sin()).expect("a position")
        })
    }

    #[test]
    fn clusters_of_different_density_are_found_and_what_lies_between_is_noise() {
        let dense = blob(110.0, 40.0, 1e-5, 60);
        let loose = blob(110.02, 40.0, 2e-4, 60);
        let far = [(110.1, 40.1), (109.9, 40.2), (110.2, 39.9)];
        let far = far.into_iter().map(|(lon, lat)| Position::new(lon, lat).expect("a position"));
        let positions: Vec<Position> = dense.chain(loose).chain(far).collect();
        let found = hdbscan(&positions, 10).expect("few events").cluster;
        assert!(found[..60].iter().all(|cluster| *cluster == Some(0)), "{:?}", &found[..60]);
        let in_loose = found[60..120].iter().filter(|cluster| **cluster == Some(1)).count();
        assert!(in_loose >= 50, "{:?}", &found[60..120]);
        assert_eq!(found[120..], [None; 3]);
    }

    #[test]
    fn few_events_and_events_on_one_spot_are_no_failure() {
        let spot = Position::new(110.0, 40.0).expect("a position");
        assert_eq!(hdbscan(&[], 5).expect("none").cluster, []);
        assert_eq!(hdbscan(&[spot; 3], 5).expect("few").cluster, [None; 3]);
        let cluster = hdbscan(&[spot; 40], 5).expect("few").cluster;
        assert_eq!(cluster.len(), 40, "whether one spot alone is a cluster nobody can tell: {cluster:?}");
        let limit = MOST_EVENTS;
        let refused = hdbscan(&vec![spot; limit + 1], 5).err();
        assert_eq!(refused, Some(HdbscanError::TooManyEvents { events: limit + 1, limit }));
    }
}
