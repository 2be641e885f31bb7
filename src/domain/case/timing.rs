//! Which clocks run: each step starts, stops and ends those of the stages that it leaves and enters.

use jiff::Timestamp;

use super::{Action, ActionKind, By, Case, Clock, Deed, OrderStatus, Stage, Status, Terms, clock::End};

/// The stage that a case waits in where no department does.
fn stage_of(status: Status) -> Option<Stage> {
    match status {
        Status::Triage => Some(Stage::Place),
        Status::ToVerify => Some(Stage::Verify),
        Status::ToAccept => Some(Stage::Accept),
        Status::ToFile => Some(Stage::File),
        Status::ToAudit => Some(Stage::Audit),
        Status::ToDispatch => Some(Stage::Dispatch),
        Status::ToClose => Some(Stage::Close),
        Status::ToSign
        | Status::Handling
        | Status::Suspended
        | Status::ToCheck
        | Status::Closed
        | Status::Untrue
        | Status::Refused
        | Status::Merged
        | Status::Void
        | Status::LeftOpen => None,
    }
}

/// Lets the clocks follow a step from `before` to `after`.
pub fn follow(before: &Case, after: &mut Case, with: &Action, by: &By, now: Timestamp, terms: &Terms) {
    let stars = if let Action::Pass { stars } = with { Some(*stars) } else { None };
    let end = End { at: now, with: ActionKind::from(with), by: by.name.clone(), stars };
    if before.status != after.status {
        after.end_clocks(|clock| clock.department.is_none(), &end, terms);
        after.start_clock(terms, now);
    }
    for order in 0..after.orders.len() {
        let was = before.orders.get(order).map(|order| order.status);
        if was != Some(after.orders[order].status) {
            after.time_order(order, was, &end, terms);
        } else if before.orders[order].whistle.is_none() && after.orders[order].is_awaited() {
            // Whistled for in the middle of its work.
            after.start(order, Stage::ReportIn, now, terms);
        }
    }
    if !after.status.is_open() {
        after.end_clocks(|_| true, &end, terms);
    }
    after.look_ahead(terms);
}

impl Case {
    /// Starts the clock of the status that the case has come to.
    pub(super) fn start_clock(&mut self, terms: &Terms, now: Timestamp) {
        if let Some(stage) = stage_of(self.status) {
            let limit = terms.limit(stage, self, None);
            self.clocks.push(Clock::start(stage, None, limit, now, &terms.calendar));
        }
    }

    /// When the next limit runs out, and when somebody is to be told of one that has.
    pub(super) fn look_ahead(&mut self, terms: &Terms) {
        let running = || self.clocks.iter().filter(|clock| clock.is_running());
        let due_at = running().filter_map(|clock| clock.due_at).min();
        let wake_at = running().filter_map(|clock| next_rung(clock, terms)).min();
        (self.due_at, self.wake_at) = (due_at, wake_at);
    }

    /// The next step up the ladder of lateness that is due by now, as the service takes it.
    #[must_use]
    pub fn due_escalation(&self, now: Timestamp, terms: &Terms) -> Option<Deed> {
        let running = self.clocks.iter().filter(|clock| clock.is_running());
        let late = running.filter_map(|clock| next_rung(clock, terms).map(|at| (at, clock)));
        let (_, clock) = late.filter(|(at, _)| *at <= now).min_by_key(|(at, _)| *at)?;
        let action = Action::Escalate { stage: clock.stage, rung: clock.escalations };
        Some(Deed { department: clock.department.clone(), ..Deed::from(action) })
    }

    /// The category is another one: what runs is measured by its limits from when it began.
    pub(super) fn measure_anew(&mut self, terms: &Terms) {
        for at in 0..self.clocks.len() {
            let clock = &self.clocks[at];
            if clock.is_running() && clock.department.is_none() {
                let limit = terms.limit(clock.stage, self, None);
                self.clocks[at] = Clock::start(clock.stage, None, limit, clock.began_at, &terms.calendar);
            }
        }
    }

    fn end_clocks(&mut self, which: impl Fn(&Clock) -> bool, end: &End, terms: &Terms) {
        let open = self.clocks.iter_mut().filter(|clock| !clock.has_ended() && which(clock));
        open.for_each(|clock| clock.end(end.clone(), &terms.calendar));
    }

    fn time_order(&mut self, at: usize, was: Option<OrderStatus>, end: &End, terms: &Terms) {
        let department = self.orders[at].department.clone();
        let theirs = |clock: &Clock| clock.department.as_ref() == Some(&department);
        match self.orders[at].status {
            OrderStatus::Suspended => {
                let running = self.clocks.iter_mut().filter(|clock| clock.is_running() && theirs(clock));
                running.for_each(|clock| clock.stop(end.at, &terms.calendar));
            }
            OrderStatus::Handling if was == Some(OrderStatus::Suspended) => {
                let still = self.clocks.iter_mut().filter(|clock| !clock.has_ended() && theirs(clock));
                still.for_each(|clock| clock.resume(end.at, &terms.calendar));
            }
            OrderStatus::ToSign => self.time(at, &[Stage::Sign], end, terms),
            OrderStatus::Handling => self.time(at, &[Stage::Handle, Stage::Guard, Stage::ReportIn], end, terms),
            OrderStatus::ToCheck => self.time(at, &[Stage::Check], end, terms),
            OrderStatus::Passed | OrderStatus::Returned | OrderStatus::Recalled => {
                self.end_clocks(theirs, end, terms);
            }
        }
    }

    /// Ends what ran for the order, and begins these stages, as far as they are any of its business.
    fn time(&mut self, at: usize, stages: &[Stage], end: &End, terms: &Terms) {
        let department = self.orders[at].department.clone();
        self.end_clocks(|clock| clock.department.as_ref() == Some(&department), end, terms);
        for stage in stages {
            let order = &self.orders[at];
            let is_asked = match stage {
                Stage::Guard => terms.limit(*stage, self, Some(order)).is_some() && order.reworks == 0,
                Stage::ReportIn => order.is_awaited(),
                _ => true,
            };
            if is_asked {
                self.start(at, *stage, end.at, terms);
            }
        }
    }

    fn start(&mut self, at: usize, stage: Stage, now: Timestamp, terms: &Terms) {
        let order = &self.orders[at];
        let (limit, department) = (terms.limit(stage, self, Some(order)), order.department.clone());
        self.clocks.push(Clock::start(stage, Some(department), limit, now, &terms.calendar));
    }
}

/// When the next step of the ladder is due for a clock that runs; `None` at its top, and without a limit.
pub fn next_rung(clock: &Clock, terms: &Terms) -> Option<Timestamp> {
    let (rung, due) = (terms.plan.ladder.get(usize::from(clock.escalations))?, clock.due_at?);
    Some(rung.after.map_or(due, |after| terms.calendar.due(due, after)))
}
