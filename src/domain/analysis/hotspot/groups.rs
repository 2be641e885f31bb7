//! Groups that grow together (disjoint sets, union–find).

/// Each of so many alone at first.
pub struct Groups(Vec<u32>);

impl Groups {
    pub fn of(count: usize) -> Self {
        Self((0..count as u32).collect())
    }

    /// The one that stands for its group.
    pub fn root(&mut self, mut one: usize) -> usize {
        while self.0[one] as usize != one {
            // Halves the way for those that come after.
            self.0[one] = self.0[self.0[one] as usize];
            one = self.0[one] as usize;
        }
        one
    }

    pub fn are_one(&mut self, a: usize, b: usize) -> bool {
        self.root(a) == self.root(b)
    }

    /// Makes one group of two, for which the first one's root stands.
    pub fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.0[b] = a as u32;
    }
}
