//! Who acts, and what they may.

use serde::{Deserialize, Serialize};

use super::{Post, Role, Staff, StaffId};
use crate::domain::{
    duty::{DepartmentCode, Scope, Visibility},
    grid::GridCode,
};

/// Whoever stands behind a request. Every handler takes one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Actor {
    pub kind: ActorKind,
    /// As it stands in the trail: the id of a member of staff, the name of a token.
    pub name: String,
    pub roles: Vec<Role>,
    pub reach: Reach,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post: Option<Post>,
    /// On post B: whose absence it stands in for; where it does not it reads and does not act.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stands_in_for: Vec<StandIn>,
}

/// Somebody on post A who is away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct StandIn {
    pub staff: StaffId,
    /// Where both serve; a department's clerks do everywhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grids: Vec<GridCode>,
}

/// What sort of actor it is.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
    strum::VariantNames,
    strum::EnumIter,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ActorKind {
    /// Nobody signed in: reports, and sees what everybody may see.
    Resident,
    /// A member of staff.
    Person,
    /// A program with a token.
    Program,
    /// Whoever opened the sign-in link that the service prints.
    Administrator,
    /// The service itself, when a limit runs out.
    Service,
}

/// Which cases are theirs to see: those in a part of the hierarchy, or before a department.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Reach {
    /// All of the site.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub everywhere: bool,
    /// Grids, or wider levels with all that lies in them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grids: Vec<GridCode>,
    /// What nobody has placed yet, too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unplaced: bool,
    /// Cases that this department has an order of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<DepartmentCode>,
}

impl Reach {
    #[must_use]
    pub fn everywhere() -> Self {
        Self { everywhere: true, ..Self::default() }
    }

    /// Whether something on this way up the hierarchy, before these departments, lies within.
    #[must_use]
    pub fn covers<'a>(
        &self,
        mut path: impl ExactSizeIterator<Item = &'a GridCode>,
        mut departments: impl Iterator<Item = &'a DepartmentCode>,
    ) -> bool {
        self.everywhere
            || (path.len() == 0 && self.unplaced)
            || path.any(|code| self.grids.contains(code))
            || departments.any(|department| self.department.as_ref() == Some(department))
    }
}

/// What somebody may see: the circles that are let in, and how far in the site.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sight {
    pub circles: Vec<Visibility>,
    pub reach: Reach,
}

/// Ways in that are open to all: whoever reports without a token is one of these.
pub const OPEN_SOURCES: &[&str] = &["resident", "informant"];

/// What a request needs its actor to be allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::EnumIter)]
pub enum Permission {
    /// The map and what everybody may know.
    LookAround,
    /// To report, and to follow one's own report.
    Report,
    /// Cases with all that the staff know of them, as far as one's reach goes.
    ReadCases,
    /// To take steps on cases; which ones, the workflow says.
    Act,
    /// To make cases of what cameras saw, or to dismiss it.
    DecideFindings,
    /// What a member of staff does as such: one's own tasks, state, record.
    Serve,
    /// What everybody on the staff list has for himself: a password, notices.
    KeepAccount,
    /// Tallies and scores.
    ReadFigures,
    /// Photos as they came, with what their metadata tell.
    SeeOriginals,
    /// Figures of the running service.
    Observe,
    /// Accounts, tokens and settings.
    Administer,
}

impl Role {
    /// Whether a role may. What everybody may is not asked here.
    #[must_use]
    pub fn may(self, permission: Permission) -> bool {
        use Permission as P;
        match permission {
            P::LookAround | P::Report | P::ReadCases => true,
            P::Act => matches!(
                self,
                Self::StreetCadre
                    | Self::Specialist
                    | Self::GridWorker
                    | Self::DepartmentClerk
                    | Self::IntakeOfficer
                    | Self::ShiftHead
                    | Self::Dispatcher
                    | Self::Supervisor
            ),
            P::DecideFindings => {
                matches!(self, Self::Operator | Self::IntakeOfficer | Self::ShiftHead | Self::Dispatcher)
            }
            P::Serve => !matches!(self, Self::Display | Self::Administrator),
            P::ReadFigures => !matches!(self, Self::Informant | Self::GridWorker),
            P::SeeOriginals | P::Observe | P::Administer => self == Self::Administrator,
            // A matter of who it is, and not of what he does.
            P::KeepAccount => false,
        }
    }

    /// Whether it finds out where something is that nobody has placed yet.
    #[must_use]
    pub fn places(self) -> bool {
        matches!(self, Self::Specialist | Self::IntakeOfficer | Self::ShiftHead | Self::Dispatcher)
    }

    /// Whether it handles what only few may know of.
    fn handles_restricted(self) -> bool {
        matches!(
            self,
            Self::Specialist | Self::DepartmentClerk | Self::IntakeOfficer | Self::ShiftHead | Self::Dispatcher
        ) || self == Self::Administrator
    }
}

impl Actor {
    #[must_use]
    pub fn resident() -> Self {
        Self { reach: Reach::default(), ..Self::of(ActorKind::Resident, "resident") }
    }

    /// The service itself.
    #[must_use]
    pub fn service() -> Self {
        Self::of(ActorKind::Service, "gridwatch")
    }

    /// One whose kind alone says what it may, everywhere.
    #[must_use]
    pub fn of(kind: ActorKind, name: &str) -> Self {
        let (roles, reach) = (Vec::new(), Reach::everywhere());
        Self { kind, name: name.to_owned(), roles, reach, post: None, stands_in_for: Vec::new() }
    }

    /// A member of staff, as the site's list has them; `away` are those who are not there.
    #[must_use]
    pub fn person<'a>(staff: &Staff, away: impl Iterator<Item = &'a Staff>) -> Self {
        let clerk_only = staff.roles.iter().all(|role| *role == Role::DepartmentClerk);
        let department = staff.department.clone().filter(|_| staff.roles.contains(&Role::DepartmentClerk));
        Self {
            kind: ActorKind::Person,
            name: staff.id.as_str().to_owned(),
            roles: staff.roles.clone(),
            // A clerk's grids say where in the street he works; what he sees is what is before his department.
            reach: Reach {
                everywhere: false,
                unplaced: staff.roles.iter().any(|role| role.places()),
                grids: if clerk_only { Vec::new() } else { staff.grids.clone() },
                department,
            },
            post: staff.post,
            stands_in_for: away.filter_map(|other| staff.stands_in_for(other)).collect(),
        }
    }

    #[must_use]
    pub fn holds(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Whether it is on the spot for its word to count that something is so: the specialist of the grid.
    #[must_use]
    pub fn may_verify(&self, scope: &Scope) -> bool {
        self.holds(Role::Specialist)
            && self.reach.covers(scope.path.iter(), std::iter::empty())
            && self.acts_at(&scope.path.iter().collect::<Vec<_>>())
    }

    /// Post B acts while a post A is away.
    #[must_use]
    pub fn is_on_duty(&self) -> bool {
        self.post != Some(Post::B) || !self.stands_in_for.is_empty()
    }

    /// Whether it acts in a grid, by the way up from there: post B does where the one who is away would.
    #[must_use]
    pub fn acts_at(&self, path: &[&GridCode]) -> bool {
        self.post != Some(Post::B) || self.stands_in_at(path).is_some()
    }

    /// Whose absence it stands in for in a grid.
    #[must_use]
    pub fn stands_in_at(&self, path: &[&GridCode]) -> Option<&StaffId> {
        let is_there = |away: &&StandIn| away.grids.is_empty() || path.iter().any(|code| away.grids.contains(code));
        self.stands_in_for.iter().find(is_there).map(|away| &away.staff)
    }

    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        use Permission as P;
        match self.kind {
            ActorKind::Resident => matches!(permission, P::LookAround | P::Report),
            // Steps of a case are for those whose post they are.
            ActorKind::Administrator => !matches!(permission, P::Act | P::Serve | P::KeepAccount),
            ActorKind::Service => true,
            ActorKind::Program if self.roles.is_empty() => {
                !matches!(permission, P::Act | P::Serve | P::KeepAccount | P::Administer | P::SeeOriginals)
            }
            ActorKind::Person if permission == P::KeepAccount => true,
            ActorKind::Program | ActorKind::Person => {
                matches!(permission, P::LookAround | P::Report) || self.roles.iter().any(|role| role.may(permission))
            }
        }
    }

    /// Whether the actor may report by this way in: nobody may pose as the hotline who is not let in as somebody.
    #[must_use]
    pub fn may_report_as(&self, source: &str) -> bool {
        self.kind != ActorKind::Resident || OPEN_SOURCES.contains(&source)
    }

    /// What it sees in full; elsewhere things are counts.
    #[must_use]
    pub fn sight(&self) -> Sight {
        let handles = self.roles.iter().any(|role| role.handles_restricted());
        let circles: &[Visibility] = match self.kind {
            ActorKind::Resident => &[Visibility::Public],
            ActorKind::Administrator | ActorKind::Service => Sight::ALL,
            ActorKind::Program | ActorKind::Person if handles => Sight::ALL,
            ActorKind::Program | ActorKind::Person => &[Visibility::Public, Visibility::Staff],
        };
        Sight { circles: circles.to_vec(), reach: self.reach.clone() }
    }

    /// Whether it may know how to reach those who told of a case.
    #[must_use]
    pub fn knows_reporters(&self) -> bool {
        self.sight().circles.contains(&Visibility::Restricted)
    }

    #[must_use]
    pub fn sees(&self, scope: &Scope) -> bool {
        self.sight().shows(scope)
    }
}

impl Sight {
    const ALL: &'static [Visibility] = &[Visibility::Public, Visibility::Staff, Visibility::Restricted];

    #[must_use]
    pub fn shows(&self, scope: &Scope) -> bool {
        self.circles.contains(&scope.visibility) && self.reach.covers(scope.path.iter(), scope.departments.iter())
    }
}
