//! Which process looks through which camera.

use std::collections::BTreeMap;

/// The number of the process for each camera, by its id: who has one keeps it, who is new goes where the fewest are, and
/// where there is no room another is begun. Cameras one after the other go to the same, as those of a recorder mostly are.
pub fn posted(before: &BTreeMap<String, usize>, cameras: &[String], each: usize) -> BTreeMap<String, usize> {
    let needed = cameras.len().div_ceil(each.max(1));
    let mut posted: BTreeMap<String, usize> =
        cameras.iter().filter_map(|id| Some((id.clone(), *before.get(id)?))).collect();
    let known = posted.values().max().map_or(0, |last| last + 1);
    let mut count = vec![0_usize; needed.max(known)];
    for post in posted.values() {
        count[*post] += 1;
    }
    // As even as it can be: of 309 and room for 100 each, four times 77 or 78.
    let even = cameras.len().div_ceil(needed.max(1));
    for id in cameras {
        if posted.contains_key(id) {
            continue;
        }
        let fewest = (0..count.len()).min_by_key(|post| count[*post]).unwrap_or(0);
        let post = (0..count.len()).find(|post| count[*post] < even).unwrap_or(fewest);
        count[post] += 1;
        posted.insert(id.clone(), post);
    }
    posted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(count: usize) -> Vec<String> {
        (0..count).map(|number| format!("c{number:03}")).collect()
    }

    fn counts(posted: &BTreeMap<String, usize>) -> Vec<usize> {
        let mut counts = vec![0; posted.values().max().map_or(0, |last| last + 1)];
        for post in posted.values() {
            counts[*post] += 1;
        }
        counts
    }

    #[test]
    fn they_are_spread_evenly_and_neighbours_stay_together() {
        let posted = posted(&BTreeMap::new(), &ids(309), 100);
        assert_eq!(counts(&posted), [78, 78, 78, 75]);
        assert_eq!((posted["c000"], posted["c077"], posted["c078"]), (0, 0, 1));
        assert!(super::posted(&BTreeMap::new(), &[], 100).is_empty());
    }

    #[test]
    fn who_is_there_stays_where_it_is_whoever_comes_and_goes() {
        let before = posted(&BTreeMap::new(), &ids(150), 100);
        let after = posted(&before, &ids(309)[30..], 100);
        assert!(after.iter().all(|(id, post)| before.get(id).is_none_or(|was| was == post)));
        assert_eq!(counts(&after).iter().sum::<usize>(), 279);
        assert!(counts(&after).into_iter().all(|count| count <= 100), "{:?}", counts(&after));
    }
}
