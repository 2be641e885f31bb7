//! High-altitude domes (高空): they tour presets from above the roofs.

use super::super::buildings::Building;
use super::super::dice::Dice;
use super::super::plan::{GRIDS, Use};
use super::{Camera, Pose};

/// `count` domes, each on a roof of another estate.
pub fn cameras(buildings: &[Building], count: usize, dice: &mut Dice) -> Vec<Camera> {
    let mut grids: Vec<_> = GRIDS.iter().filter(|grid| grid.is_estate).collect();
    dice.shuffle(&mut grids);
    grids.truncate(count);
    let mut domes = Vec::new();
    for grid in grids {
        let roofs: Vec<&Building> = buildings
            .iter()
            .filter(|house| house.grid == grid.letter && !matches!(house.land_use, Use::School | Use::Hospital))
            .collect();
        if roofs.is_empty() {
            continue;
        }
        let height_m = f64::from(dice.whole(30, 60));
        let first_deg = dice.between(0.0, 360.0);
        let views = dice.whole(3, 5);
        let presets: Vec<Pose> = (0..views)
            .map(|view| Pose {
                height_m,
                heading_deg: (first_deg + 360.0 / f64::from(views) * f64::from(view) + dice.between(-12.0, 12.0))
                    .rem_euclid(360.0),
                tilt_deg: dice.between(10.0, 32.0),
                hfov_deg: dice.between(22.0, 58.0),
            })
            .collect();
        let range_m = f64::from(dice.whole(8, 18)) * 50.0;
        let camera = Camera::at_point(format!("{}高空球机", grid.place), dice.pick(&roofs).middle(), range_m);
        domes.push(Camera { pose: presets.first().copied(), presets, ..camera });
    }
    domes
}
