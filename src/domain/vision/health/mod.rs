//! Whether a picture is one: black, glaring, frozen, covered, out of focus, or of another place.

mod measure;
mod outline;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Frame, shrink::Small};
use measure::Measure;
use outline::Outline;

/// What can be wrong with a camera's pictures although they come.
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
    strum::EnumIter,
    strum::VariantNames,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Ailment {
    /// As with the lens cap on. A night with a single lamp is not.
    Black,
    /// Most of it is white.
    Overexposed,
    /// The same picture again and again. A quiet night is not: it has noise, and the clock in the picture goes on.
    Frozen,
    /// Something stands right before the lens.
    Covered,
    OutOfFocus,
    /// It looks another way than it used to.
    Moved,
}

/// What is wrong, and how clearly.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Diagnosis {
    pub ailment: Ailment,
    /// 0..=1, how clearly the last picture shows it. Made to compare; no probability.
    pub score: f32,
    /// In stream time.
    pub since: Duration,
}

/// Watches over one camera's pictures. Looks at one a second at most; holds about 150 KB.
#[derive(Debug, Default)]
pub struct Health {
    eye: Option<Eye>,
    /// What the last pictures showed and is not yet, or no longer, told; then what is told.
    suspected: Option<(Ailment, Duration)>,
    well_since: Option<Duration>,
    told: Option<Diagnosis>,
}

#[derive(Debug)]
struct Eye {
    size: [u32; 2],
    at: Duration,
    small: Small,
    /// The picture that nothing has changed since, and when it was.
    still: Vec<u8>,
    still_since: Duration,
    /// How it looks when nothing is wrong: learned.
    usual: Measure,
    outline: Option<Outline>,
    learned: Duration,
}

/// Between two looks.
const APART: Duration = Duration::from_secs(1);
/// For so long a picture must show it, or not, until it is told.
const HOLD: Duration = Duration::from_secs(8);
/// For so long not a pixel may change.
const FROZEN: Duration = Duration::from_secs(10);
/// A pixel that differs by less may be the encoder's doing.
const CHANGE: u8 = 3;
/// How long a camera is learned before it can be told from its usual self.
const LEARNED: Duration = Duration::from_secs(10);
/// In so many seconds the usual becomes what is seen: dusk takes longer.
const USUAL_S: f32 = 300.0;
/// A longer gap begins the looking anew, but not what was learned.
const GAP: Duration = Duration::from_mins(1);

impl Health {
    /// Looks at the next picture, taken at stream time `at`; says whether what is to be told has changed.
    ///
    /// Of two things that are wrong the first in the order of [`Ailment`] counts: what is black is frozen, too.
    pub fn look(&mut self, frame: &Frame<'_>, at: Duration) -> bool {
        let size = [frame.width(), frame.height()];
        let eye = match &mut self.eye {
            Some(eye) if eye.size == size => {
                if at < eye.at + APART {
                    return false;
                }
                eye
            }
            _ => self.eye.insert(Eye::new(size, at)),
        };
        let showed = eye.see(frame, at);
        let before = self.told.map(|told| told.ailment);
        self.judge(showed, at);
        self.told.map(|told| told.ailment) != before
    }

    /// What is wrong, if anything is.
    #[must_use]
    pub fn diagnosis(&self) -> Option<Diagnosis> {
        self.told
    }

    fn judge(&mut self, showed: Option<(Ailment, f32)>, at: Duration) {
        let Some((ailment, score)) = showed else {
            self.suspected = None;
            let well_since = *self.well_since.get_or_insert(at);
            if at.saturating_sub(well_since) >= HOLD {
                self.told = None;
            }
            return;
        };
        self.well_since = None;
        if let Some(told) = self.told.as_mut().filter(|told| told.ailment == ailment) {
            told.score = score;
            self.suspected = None;
            return;
        }
        let since = match self.suspected {
            Some((known, since)) if known == ailment => since,
            _ => at,
        };
        self.suspected = Some((ailment, since));
        // Frozen for long enough already when it shows.
        if ailment == Ailment::Frozen || at.saturating_sub(since) >= HOLD {
            self.told = Some(Diagnosis { ailment, score, since });
            self.suspected = None;
        }
    }
}

impl Eye {
    fn new(size: [u32; 2], at: Duration) -> Self {
        let small = Small::for_size(size[0], size[1]);
        Self {
            size,
            at,
            still: Vec::new(),
            small,
            still_since: at,
            usual: Measure::default(),
            outline: None,
            learned: Duration::ZERO,
        }
    }

    /// What this picture shows to be wrong, the worst of it.
    fn see(&mut self, frame: &Frame<'_>, at: Duration) -> Option<(Ailment, f32)> {
        let elapsed = at.saturating_sub(self.at);
        self.at = at;
        self.small.take(frame);
        let has_changed = self.still.len() != self.small.luma.len()
            || elapsed > GAP
            || self.still.iter().zip(&self.small.luma).any(|(before, now)| before.abs_diff(*now) >= CHANGE);
        if has_changed {
            self.still.clone_from(&self.small.luma);
            self.still_since = at;
        }
        let (measure, outline) = (Measure::of(&self.small), Outline::of(&self.small));
        let showed = self.showed(&measure, &outline, at);
        if showed.is_none() {
            self.learn(measure, &outline, elapsed.min(GAP));
        }
        showed
    }

    fn showed(&self, now: &Measure, outline: &Outline, at: Duration) -> Option<(Ailment, f32)> {
        let usual = &self.usual;
        let is_learned = self.learned >= LEARNED;
        if now.dark > 0.995 && now.contrast < 8.0 {
            return Some((Ailment::Black, now.dark));
        }
        if now.bright > 0.7 {
            return Some((Ailment::Overexposed, now.bright));
        }
        if at.saturating_sub(self.still_since) >= FROZEN && now.contrast >= 8.0 {
            return Some((Ailment::Frozen, 1.0));
        }
        let blank = now.edges < 0.002 && now.contrast < 10.0;
        let emptied = is_learned && now.edges < 0.2 * usual.edges && now.contrast < 0.4 * usual.contrast;
        if blank || emptied {
            return Some((Ailment::Covered, 1.0 - now.contrast / usual.contrast.max(30.0)));
        }
        if !is_learned {
            return None;
        }
        // A picture that never had edges cannot lose them.
        if usual.edges > 0.01 && now.edges < 0.3 * usual.edges && now.contrast > 0.5 * usual.contrast {
            return Some((Ailment::OutOfFocus, 1.0 - now.edges / usual.edges));
        }
        let known = self.outline.as_ref()?;
        if known.fit_in_place(outline) >= SAME {
            return None;
        }
        let fit = known.fit(outline);
        let is_elsewhere = fit.in_place < STRANGE;
        (is_elsewhere || fit.best > fit.in_place + MOVED).then(|| (Ailment::Moved, 1.0 - fit.in_place.max(0.0)))
    }

    fn learn(&mut self, measure: Measure, outline: &Outline, elapsed: Duration) {
        self.learned += elapsed;
        // At first the mean of all, later of the last minutes.
        let part = (elapsed.as_secs_f32() / self.learned.as_secs_f32().clamp(1.0, USUAL_S)).clamp(0.0, 1.0);
        let follow = |usual: &mut f32, now: f32| *usual += part * (now - *usual);
        follow(&mut self.usual.contrast, measure.contrast);
        follow(&mut self.usual.edges, measure.edges);
        match &mut self.outline {
            Some(known) => known.follow(outline, part),
            none => *none = Some(outline.clone()),
        }
    }
}

/// Outlines that fit so well are of one place.
const SAME: f32 = 0.6;
/// And so badly, of two.
const STRANGE: f32 = 0.2;
/// By so much better they fit where the camera was moved to.
const MOVED: f32 = 0.2;
