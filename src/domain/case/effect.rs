//! What a step does to a case beyond moving it on.

use jiff::Timestamp;

use super::{
    Action, ActionKind, By, Case, Deed, Order, OrderStatus, Rating, Request, Stage, Status, Terms, TransitionError,
    WhistleKind, Wish, WishKind, clock::End,
};
use crate::domain::{
    duty::{DepartmentCode, Visibility},
    people::Role,
};

/// A step being taken: what it is about, by whom, when.
pub struct Effect<'a> {
    /// The order that it is about.
    pub order: Option<usize>,
    pub by: &'a By,
    pub now: Timestamp,
    pub terms: &'a Terms,
}

impl Effect<'_> {
    pub fn of(&self, deed: &Deed, case: &mut Case) -> Result<(), TransitionError> {
        let action = ActionKind::from(&deed.action);
        let not_now = TransitionError::NotNow { action, status: case.status };
        match &deed.action {
            Action::Open { .. } => return Err(not_now),
            Action::Join { seen_at, .. } => {
                case.reports += 1;
                case.last_seen_at = case.last_seen_at.max(*seen_at);
            }
            Action::Absorb { reports, seen_at, .. } => {
                case.reports += reports;
                case.last_seen_at = case.last_seen_at.max(*seen_at);
            }
            Action::Correct { category, moved_to, placed } => {
                if let Some(code) = category {
                    case.category = Some(code.clone());
                    let category = self.terms.routing.category(code.as_str());
                    case.visibility = category.map_or(Visibility::Staff, |category| category.visibility);
                }
                case.position = moved_to.or(case.position);
                case.placed = placed.as_ref().clone();
                if Status::at_opening(&case.placed) == Status::Triage {
                    return Err(TransitionError::NotPlaced);
                }
                case.catalog_version.clone_from(&self.terms.version);
                case.measure_anew(self.terms);
            }
            Action::Merge { into } => {
                if *into == case.id {
                    return Err(TransitionError::IntoItself);
                }
                case.merged_into = Some(*into);
            }
            Action::Dispatch { lead, partners } => self.give_orders(case, lead, partners, None)?,
            Action::Whistle { kind, lead, partners } => self.give_orders(case, lead, partners, Some(*kind))?,
            Action::Rule { owner } => self.rule(case, owner)?,
            Action::Ask { wish } => self.ask(case, wish, deed.note.clone().unwrap_or_default())?,
            Action::Grant => self.grant(case)?,
            Action::Deny => drop(self.answer(case)?),
            Action::Pass { stars } => {
                self.check_stars(*stars)?;
                self.order_of(case)?.stars = Some(*stars);
            }
            Action::Rate { stars } => {
                self.check_stars(*stars)?;
                case.rating = Some(Rating { stars: *stars, at: self.now });
            }
            Action::Rework => self.order_of(case)?.send_back(),
            Action::Reopen => {
                case.reopened += 1;
                case.orders.iter_mut().filter(|order| order.status == OrderStatus::Passed).for_each(|order| {
                    order.send_back();
                    order.status = OrderStatus::ToSign;
                });
                // What was solved on the spot, and was not, goes the long way.
                case.status = Status::ToAccept;
            }
            Action::Recall => {
                if self.order_of(case)?.ruled && self.by.role != Some(Role::ShiftHead) {
                    return Err(TransitionError::Ruled);
                }
                self.withdraw(case, OrderStatus::Recalled)?;
            }
            Action::ReportIn => {
                let order = self.order_of(case)?;
                if order.whistle.is_none() || order.reported_in {
                    return Err(not_now);
                }
                order.reported_in = true;
                self.stop_clock(case, Stage::ReportIn, action);
            }
            Action::Guard => {
                if !self.stop_clock(case, Stage::Guard, action) {
                    return Err(not_now);
                }
            }
            Action::Handle => {
                let order = self.order_of(case)?;
                if order.whistle.is_some() && !order.reported_in {
                    return Err(TransitionError::ReportInFirst);
                }
                // Who is done wants nothing any more.
                let department = order.department.clone();
                case.requests.retain(|request| request.department.as_ref() != Some(&department));
            }
            Action::Escalate { stage, rung } => self.escalate(case, deed.department.as_ref(), *stage, *rung)?,
            Action::Verify
            | Action::Disprove
            | Action::Solve
            | Action::Approve
            | Action::Reject
            | Action::Accept
            | Action::Refuse
            | Action::File
            | Action::SendBack
            | Action::Sign
            | Action::Resume
            | Action::Close
            | Action::Remark => {}
        }
        Ok(())
    }

    fn order_of<'c>(&self, case: &'c mut Case) -> Result<&'c mut Order, TransitionError> {
        let (action, status) = (ActionKind::Handle, case.status);
        self.order.and_then(|order| case.orders.get_mut(order)).ok_or(TransitionError::NotNow { action, status })
    }

    fn known(&self, department: &DepartmentCode) -> Result<(), TransitionError> {
        let known = self.terms.routing.department(department.as_str()).is_some();
        known.then_some(()).ok_or_else(|| TransitionError::DepartmentUnknown { department: department.clone() })
    }

    /// One that leads and those that help. A whistle takes in whoever is at work already.
    fn give_orders(
        &self,
        case: &mut Case,
        lead: &DepartmentCode,
        partners: &[DepartmentCode],
        whistle: Option<WhistleKind>,
    ) -> Result<(), TransitionError> {
        let leading = case.lead().map(|order| order.department.clone());
        if let Some(department) = leading.filter(|leading| leading != lead) {
            return Err(TransitionError::LedBefore { department });
        }
        for (at, department) in std::iter::once(lead).chain(partners).enumerate() {
            self.known(department)?;
            let named_before = department == lead && at > 0 || partners[..at.saturating_sub(1)].contains(department);
            let before = case.order_before(department);
            match before.map(|order| &mut case.orders[order]) {
                _ if named_before => return Err(TransitionError::NamedTwice { department: department.clone() }),
                Some(order) if at == 0 && !order.lead => {
                    (order.lead, order.whistle) = (true, whistle.or(order.whistle));
                }
                Some(order) if whistle.is_some() && order.status != OrderStatus::Passed => order.whistle = whistle,
                Some(_) => return Err(TransitionError::NamedTwice { department: department.clone() }),
                None => {
                    case.orders.push(Order { whistle, ..Order::new(department.clone(), at == 0, self.now) });
                }
            }
        }
        Ok(())
    }

    fn ask(&self, case: &mut Case, wish: &Wish, why: String) -> Result<(), TransitionError> {
        let order = self.order.map(|order| &case.orders[order]);
        let department = order.map(|order| order.department.clone());
        if let Some(before) = case.requests.iter().find(|request| request.department == department) {
            return Err(TransitionError::AskedBefore { wish: WishKind::from(&before.wish) });
        }
        let is_signed = order.map(|order| order.status == OrderStatus::Handling);
        match wish {
            Wish::Void => {}
            Wish::Return { owner } if is_signed.is_some() => {
                if order.is_some_and(|order| order.ruled) {
                    return Err(TransitionError::Ruled);
                }
                self.known(owner)?;
                if Some(owner) == department.as_ref() {
                    return Err(TransitionError::NamedTwice { department: owner.clone() });
                }
            }
            Wish::Extension { .. } | Wish::Suspension if is_signed == Some(true) => {}
            _ => return Err(TransitionError::NotNow { action: ActionKind::Ask, status: case.status }),
        }
        let (asked_by, asked_at) = (self.by.name.clone(), self.now);
        case.requests.push(Request { department, wish: wish.clone(), why, asked_by, asked_at });
        Ok(())
    }

    /// Takes the request out that is being answered.
    fn answer(&self, case: &mut Case) -> Result<Request, TransitionError> {
        let department = self.order.map(|order| case.orders[order].department.clone());
        let at = case.requests.iter().position(|request| request.department == department);
        let at = at.ok_or(TransitionError::NotNow { action: ActionKind::Grant, status: case.status })?;
        Ok(case.requests.remove(at))
    }

    fn grant(&self, case: &mut Case) -> Result<(), TransitionError> {
        let by_head = self.by.role == Some(Role::ShiftHead);
        match self.answer(case)?.wish {
            Wish::Extension { extra, engineering } => {
                let order = self.order_of(case)?;
                if !by_head && (engineering || order.extensions > 0) {
                    return Err(TransitionError::HeadMustDecide);
                }
                order.extensions = order.extensions.saturating_add(1);
                let department = order.department.clone();
                let clocks = case.clocks.iter_mut().filter(|clock| clock.department.as_ref() == Some(&department));
                let handling = clocks.filter(|clock| clock.stage == Stage::Handle && clock.is_running());
                handling.for_each(|clock| clock.extend(extra, &self.terms.calendar));
            }
            Wish::Return { owner } => {
                if case.returns >= self.terms.plan.returns_before_ruling {
                    return Err(TransitionError::HeadMustRule { returns: case.returns });
                }
                case.returns += 1;
                let Order { lead, whistle, .. } = *self.order_of(case)?;
                self.withdraw(case, OrderStatus::Returned)?;
                // The desk dispatches to a lead anew; to those that help it does not come again.
                if !lead && case.order_before(&owner).is_none() {
                    case.orders.push(Order { whistle, ..Order::new(owner, false, self.now) });
                }
            }
            Wish::Suspension | Wish::Void => {}
        }
        Ok(())
    }

    /// The shift head has the last word on whose it is.
    fn rule(&self, case: &mut Case, owner: &DepartmentCode) -> Result<(), TransitionError> {
        self.known(owner)?;
        let mut lead = true;
        if self.order.is_some() {
            self.answer(case)?;
            let order = self.order_of(case)?;
            if order.department == *owner {
                order.ruled = true;
                return Ok(());
            }
            lead = order.lead;
            case.returns = case.returns.saturating_add(1);
            self.withdraw(case, OrderStatus::Returned)?;
        }
        match case.order_before(owner) {
            Some(order) => {
                let order = &mut case.orders[order];
                (order.ruled, order.lead) = (true, lead || order.lead);
            }
            None => case.orders.push(Order { ruled: true, ..Order::new(owner.clone(), lead, self.now) }),
        }
        Ok(())
    }

    fn withdraw(&self, case: &mut Case, status: OrderStatus) -> Result<(), TransitionError> {
        let order = self.order_of(case)?;
        order.status = status;
        let department = order.department.clone();
        case.requests.retain(|request| request.department.as_ref() != Some(&department));
        Ok(())
    }

    /// Ends the running clock of this order and stage; whether there was one.
    fn stop_clock(&self, case: &mut Case, stage: Stage, with: ActionKind) -> bool {
        let department = self.order.map(|order| case.orders[order].department.clone());
        let running =
            |clock: &&mut super::Clock| clock.stage == stage && clock.department == department && clock.is_running();
        let Some(clock) = case.clocks.iter_mut().find(running) else { return false };
        clock.end(End { at: self.now, with, by: self.by.name.clone(), stars: None }, &self.terms.calendar);
        true
    }

    fn escalate(
        &self,
        case: &mut Case,
        department: Option<&DepartmentCode>,
        stage: Stage,
        rung: u8,
    ) -> Result<(), TransitionError> {
        let it = |clock: &&mut super::Clock| {
            clock.stage == stage && clock.department.as_ref() == department && clock.is_running()
        };
        let clock = case.clocks.iter_mut().find(it).ok_or(TransitionError::NotDue)?;
        let due = super::timing::next_rung(clock, self.terms);
        if clock.escalations != rung || due.is_none_or(|due| self.now < due) {
            return Err(TransitionError::NotDue);
        }
        clock.escalations += 1;
        Ok(())
    }

    fn check_stars(&self, stars: u8) -> Result<(), TransitionError> {
        let most = self.terms.plan.stars;
        (1..=most).contains(&stars).then_some(()).ok_or(TransitionError::BadStars { most })
    }
}
