//! Who walks which grid.

use std::collections::{HashMap, HashSet};

use super::{Post, Role, Staff, StaffId};
use crate::domain::{duty::Step, grid::GridCode};

/// The people on the ground, by where they are.
#[derive(Debug, Clone, Default)]
pub struct Roster {
    specialists: HashMap<GridCode, StaffId>,
    walking: HashSet<String>,
    known: HashSet<String>,
}

impl Roster {
    #[must_use]
    pub fn new(staff: &[Staff]) -> Self {
        /// Those who are out in the grids.
        const WALKING: [Role; 3] = [Role::Specialist, Role::GridWorker, Role::Informant];
        let walks = |member: &&Staff| member.roles.iter().any(|role| WALKING.contains(role));
        let mut specialists = HashMap::new();
        let is_first = |member: &&Staff| member.roles.contains(&Role::Specialist) && member.post != Some(Post::B);
        for member in staff.iter().filter(is_first) {
            for grid in &member.grids {
                specialists.entry(grid.clone()).or_insert_with(|| member.id.clone());
            }
        }
        let id = |member: &Staff| member.id.as_str().to_owned();
        let walking = staff.iter().filter(walks).map(id).collect();
        Self { specialists, walking, known: staff.iter().map(id).collect() }
    }

    /// Whose the grid is: the specialist on post A of the narrowest level on its way up that has one.
    #[must_use]
    pub fn specialist(&self, path: &[Step]) -> Option<&StaffId> {
        path.iter().find_map(|step| self.specialists.get(&step.code))
    }

    /// Whether somebody is on the list.
    #[must_use]
    pub fn knows(&self, actor: &str) -> bool {
        self.known.contains(actor)
    }

    /// Whether somebody is out in the grids.
    #[must_use]
    pub fn walks(&self, actor: &str) -> bool {
        self.walking.contains(actor)
    }
}
