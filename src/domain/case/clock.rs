//! Clocks of a case: one for each stage that has an owner, with its limit and its light.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{ActionKind, is_none_yet};
use crate::domain::duty::{DepartmentCode, Limit, WorkingCalendar};

/// What is waited for (时限环节).
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
    strum::EnumIter,
    strum::VariantNames,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Stage {
    /// 归格: somebody says where it is.
    Place,
    /// 核实
    Verify,
    /// 受理
    Accept,
    /// 立案
    File,
    /// 自处理审核: what was solved on the spot is looked at.
    Audit,
    /// 派遣
    Dispatch,
    /// 签收
    Sign,
    /// 报到: who was whistled for is there.
    ReportIn,
    /// 先行防护: the spot is safe, whatever the repair takes.
    Guard,
    /// 处置
    Handle,
    /// 核查
    Check,
    /// 结案
    Close,
}

/// How a clock stands: green up to 80 % of its limit, yellow up to all of it, red beyond.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
    strum::VariantNames,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Light {
    Green,
    Yellow,
    Red,
}

/// How a clock came to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct End {
    pub at: Timestamp,
    /// What was waited for, or what came between.
    pub with: ActionKind,
    /// Who did it.
    pub by: String,
    /// What the check gave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stars: Option<u8>,
}

/// One clock: it runs, stands still while the case is suspended, and ends.
///
/// All of it follows from the trail of the case and the calendar that held at each step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Clock {
    pub stage: Stage,
    /// Whose it is, where a department is waited for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<DepartmentCode>,
    pub began_at: Timestamp,
    /// `None`: nobody set one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// What the limit comes to, in its own time, extensions included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    allowed_ms: Option<i64>,
    /// What of it had run off when it last stood still.
    #[serde(default, skip_serializing_if = "is_zero")]
    used_ms: i64,
    /// Since when it runs; `None` while it stands still, and at its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    running_since: Option<Timestamp>,
    /// When it runs out; `None` while nobody can say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<End>,
    /// At its end, or when whoever reads it asked; `None` where there is no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub light: Option<Light>,
    /// How often its lateness has been told further up (督办).
    #[serde(default, skip_serializing_if = "is_none_yet")]
    pub escalations: u8,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde asks")]
fn is_zero(ms: &i64) -> bool {
    *ms == 0
}

impl Clock {
    #[must_use]
    pub fn start(
        stage: Stage,
        department: Option<DepartmentCode>,
        limit: Option<Limit>,
        now: Timestamp,
        calendar: &WorkingCalendar,
    ) -> Self {
        let due_at = limit.map(|limit| calendar.due(now, limit));
        let allowed = limit.zip(due_at).map(|(limit, due)| calendar.elapsed(limit.unit(), now, due));
        Self {
            stage,
            department,
            began_at: now,
            limit,
            allowed_ms: allowed.map(milliseconds),
            used_ms: 0,
            running_since: Some(now),
            due_at,
            ended: None,
            light: None,
            escalations: 0,
        }
    }

    /// One of past years, of which no more is known than when it was to be done, and when it was.
    #[must_use]
    pub fn past(
        department: Option<DepartmentCode>,
        began_at: Timestamp,
        due_at: Option<Timestamp>,
        end: Option<End>,
    ) -> Self {
        let span = |until: Timestamp| milliseconds(until.duration_since(began_at));
        let (allowed_ms, used_ms) = (due_at.map(span), end.as_ref().map_or(0, |end| span(end.at)));
        let light = due_at.zip(end.as_ref()).map(|(due, end)| light(used_ms, span(due), end.at > due));
        Self {
            stage: Stage::Handle,
            department,
            began_at,
            limit: None,
            allowed_ms,
            used_ms,
            running_since: None,
            due_at,
            ended: end,
            light,
            escalations: 0,
        }
    }

    #[must_use]
    pub fn is_running(&self) -> bool {
        self.running_since.is_some()
    }

    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.ended.is_some()
    }

    /// Stands still from now on (挂账).
    pub fn stop(&mut self, now: Timestamp, calendar: &WorkingCalendar) {
        self.used_ms = self.used(now, calendar).unwrap_or(0);
        (self.running_since, self.due_at) = (None, None);
    }

    /// Goes on with what was left.
    pub fn resume(&mut self, now: Timestamp, calendar: &WorkingCalendar) {
        self.running_since = Some(now);
        self.due_at = self.limit.zip(self.allowed_ms).map(|(limit, allowed)| {
            calendar.advance(limit.unit(), now, SignedDuration::from_millis((allowed - self.used_ms).max(0)))
        });
    }

    /// Runs out later by so much (延期).
    pub fn extend(&mut self, by: Limit, calendar: &WorkingCalendar) {
        let (Some(limit), Some(due), Some(allowed)) = (self.limit, self.due_at, self.allowed_ms) else { return };
        let later = calendar.due(due, by);
        self.allowed_ms = Some(allowed + milliseconds(calendar.elapsed(limit.unit(), due, later)));
        (self.due_at, self.escalations) = (Some(later), 0);
    }

    pub fn end(&mut self, end: End, calendar: &WorkingCalendar) {
        self.light = self.light_at(end.at, calendar);
        self.used_ms = self.used(end.at, calendar).unwrap_or(0);
        (self.running_since, self.ended) = (None, Some(end));
    }

    /// How it stands at an instant while it runs, and as it ended after that; `None` without a limit.
    #[must_use]
    pub fn light_at(&self, now: Timestamp, calendar: &WorkingCalendar) -> Option<Light> {
        if self.has_ended() {
            return self.light;
        }
        let (used, allowed) = (self.used(now, calendar)?, self.allowed_ms?);
        let is_late = self.due_at.map_or(used > allowed, |due| now > due);
        Some(light(used, allowed, is_late))
    }

    /// Whether it ran out before its end; `None` before that, and without a limit.
    #[must_use]
    pub fn was_late(&self) -> Option<bool> {
        self.light.filter(|_| self.has_ended()).map(|light| light == Light::Red)
    }

    /// How much of its limit has run off, in the limit's own time.
    fn used(&self, now: Timestamp, calendar: &WorkingCalendar) -> Option<i64> {
        let unit = self.limit?.unit();
        let since = self.running_since.map(|since| milliseconds(calendar.elapsed(unit, since, now)));
        Some(self.used_ms + since.unwrap_or(0))
    }
}

fn light(used: i64, allowed: i64, is_late: bool) -> Light {
    match is_late {
        true => Light::Red,
        // In whole numbers: used / allowed <= 4 / 5.
        false if i128::from(used) * 5 <= i128::from(allowed) * 4 => Light::Green,
        false => Light::Yellow,
    }
}

/// Limits are bounded, so that this holds all of them.
fn milliseconds(duration: SignedDuration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::TimeZone;

    fn at(text: &str) -> Timestamp {
        format!("{text}+08:00").parse().expect("an instant")
    }

    fn calendar() -> WorkingCalendar {
        WorkingCalendar::plain(TimeZone::get("Asia/Shanghai").expect("bundled"))
    }

    fn clock(limit: &str, began: &str) -> Clock {
        Clock::start(Stage::Handle, None, limit.parse().ok(), at(began), &calendar())
    }

    #[test]
    fn a_light_is_green_to_eighty_percent_and_red_behind_its_limit() {
        let (clock, calendar) = (clock("10H", "2026-03-04T09:00"), calendar());
        let light = |now| clock.light_at(at(now), &calendar).expect("a limit");
        assert_eq!(light("2026-03-04T17:00"), Light::Green);
        assert_eq!(light("2026-03-04T17:01"), Light::Yellow);
        assert_eq!(light("2026-03-04T19:00"), Light::Yellow);
        assert_eq!(light("2026-03-04T19:01"), Light::Red);
    }

    #[test]
    fn standing_still_costs_nothing() {
        let (mut clock, calendar) = (clock("2d", "2026-03-04T09:00"), calendar());
        clock.stop(at("2026-03-05T09:00"), &calendar);
        assert_eq!((clock.due_at, clock.light_at(at("2026-09-01T00:00"), &calendar)), (None, Some(Light::Green)));
        clock.resume(at("2026-04-01T15:30"), &calendar);
        assert_eq!(clock.due_at, Some(at("2026-04-02T15:30")));
        let end = End { at: at("2026-04-02T15:00"), with: ActionKind::Handle, by: "clerk".into(), stars: None };
        clock.end(end, &calendar);
        assert_eq!(clock.light, Some(Light::Yellow));
    }

    #[test]
    fn an_extension_counts_from_where_it_would_have_ended() {
        let (mut clock, calendar) = (clock("1d", "2026-03-05T10:00"), calendar());
        clock.extend("2d".parse().expect("a limit"), &calendar);
        assert_eq!(clock.due_at, Some(at("2026-03-10T10:00")));
        assert_eq!(clock.light_at(at("2026-03-06T12:00"), &calendar), Some(Light::Green));
    }

    #[test]
    fn without_a_limit_there_is_no_light() {
        let clock = Clock::start(Stage::File, None, None, at("2026-03-05T10:00"), &calendar());
        assert_eq!((clock.due_at, clock.light_at(at("2027-03-05T10:00"), &calendar())), (None, None));
    }
}
