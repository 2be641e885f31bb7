//! What heat is asked for.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde::Deserialize;
use serde_json::json;
use strum::VariantNames;
use utoipa::IntoParams;

use super::super::{AppState, error::ApiError, query::instant};
use crate::{
    domain::{
        analysis::heat::{
            Domain, Frame, FrameError, Kernel, LARGEST_SIDE_PX, Period, Ramp, Scale, Shape, Spread, Stretches,
        },
        geo::mercator::DEEPEST_ZOOM,
        people::Actor,
    },
    io::tables::value::{Fault, parse_stretch},
    service::{
        heat::{HeatOf, Look},
        intake::listed_category,
    },
};

/// What all kinds of heat take.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct HeatQuery {
    /// Opened from, inclusive.
    from: Option<String>,
    /// Opened before.
    to: Option<String>,
    /// `24h`, `7d`: up to now, to the minute; not with `from` or `to`.
    last: Option<String>,
    /// `6h`: all there were, each counting half as much after that time; not with `from`, `to` or `last`.
    half_life: Option<String>,
    /// `FROM/TO`: what there is more and less than in that period, each by the hour; the other needs both ends, too.
    compare: Option<String>,
    category: Option<String>,
    department: Option<String>,
    source: Option<String>,
    /// How far an event reaches on the ground; 300 unless said. Not with `radius_px`.
    radius_m: Option<f64>,
    /// How far an event reaches in the picture.
    radius_px: Option<f64>,
    /// `gaussian` (its radius is three standard deviations), `quartic`, `epanechnikov`, `triweight`.
    kernel: Option<String>,
    /// `inferno`, `cividis`, `viridis`.
    ramp: Option<String>,
    /// `log1p`, `linear`.
    scale: Option<String>,
    /// What the strongest colour stands for, in the legend's unit.
    domain: Option<f32>,
    /// Of a picture: `W,S,E,N` in degrees.
    bbox: Option<String>,
    width: Option<u32>,
    height: Option<u32>,
    /// Of the legend: its zoom, that of tiles; not with `bbox`, which has the legend of that picture.
    z: Option<u8>,
    /// Of a film and of its legend: how long each picture's stretch is; a film's is `1h` unless said.
    every: Option<String>,
}

/// What of time is asked for, by name: only one of them can be.
type Named<'a> = (&'static str, Option<&'a String>);

impl HeatQuery {
    pub fn of(&self, state: &AppState, actor: &Actor) -> Result<HeatOf, ApiError> {
        let catalog = state.catalog.load();
        if let Some(category) = self.category.as_deref() {
            let listed = listed_category(&catalog, category);
            listed.map_err(|error| ApiError::unprocessable(error.field(), &error))?;
        }
        Ok(HeatOf {
            period: self.period(&catalog.settings.time_zone)?,
            category: self.category.clone(),
            department: self.department.clone(),
            source: self.source.clone(),
            visible: actor.sight().circles_on_maps(),
        })
    }

    /// The other question, where one asks for a difference.
    pub fn before(&self, of: &HeatOf, state: &AppState) -> Result<Option<HeatOf>, ApiError> {
        let Some(text) = &self.compare else { return Ok(None) };
        let zone = &state.catalog.load().settings.time_zone;
        let unreadable = || ApiError::unreadable(Some("compare"), text);
        let (from, to) = text.split_once('/').ok_or_else(unreadable)?;
        let end = |text| instant("compare", Some(text), zone);
        let (from, to) = (end(from)?, end(to)?);
        in_order("compare", from, to)?;
        if of.period.hours().is_none() {
            return Err(ApiError::missing(if self.from.is_none() { "from" } else { "to" }));
        }
        Ok(Some(HeatOf { period: Period::Between(from, to), ..of.clone() }))
    }

    /// What a film is cut into: of the same period, which has to have a beginning and an end.
    pub fn stretches(&self, of: &HeatOf, now: Timestamp) -> Result<Stretches, ApiError> {
        let text = self.every.as_deref().unwrap_or("1h");
        let each_ms = parse_stretch(text).ok_or_else(|| ApiError::unreadable(Some("every"), text))?;
        if self.compare.is_some() {
            return Err(ApiError::not_together("compare", "every"));
        }
        let (from, to) = match of.period {
            Period::Fading(_) => return Err(ApiError::not_together("half_life", "every")),
            Period::Between(from, to) => (from, to),
            // To the last whole minute: the last stretch has to be as long as the others.
            Period::Last(ms) => {
                let from = of.period.bounds(now).0;
                (from, from.and_then(|from| from.checked_add(SignedDuration::from_millis(ms)).ok()))
            }
        };
        let (from, to) = (from.ok_or_else(|| ApiError::missing("from"))?, to.ok_or_else(|| ApiError::missing("to"))?);
        Stretches::of(from, to, each_ms).map_err(|fault| ApiError::bad(fault.field(), &fault))
    }

    /// Whether what is asked for is that of a film.
    pub fn is_of_film(&self) -> bool {
        self.every.is_some()
    }

    fn period(&self, zone: &TimeZone) -> Result<Period, ApiError> {
        let named: [Named<'_>; 4] = [
            ("half_life", self.half_life.as_ref()),
            ("last", self.last.as_ref()),
            ("from", self.from.as_ref()),
            ("to", self.to.as_ref()),
        ];
        let mut said = named.into_iter().filter(|(_, value)| value.is_some());
        match (said.next(), said.next()) {
            (Some((one @ ("half_life" | "last"), _)), Some((other, _))) => Err(ApiError::not_together(one, other)),
            (Some((name @ ("half_life" | "last"), Some(text))), _) => {
                let ms = parse_stretch(text).ok_or_else(|| ApiError::unreadable(Some(name), text))?;
                Ok(if name == "last" { Period::Last(ms) } else { Period::Fading(ms) })
            }
            _ => {
                let (from, to) =
                    (instant("from", self.from.as_deref(), zone)?, instant("to", self.to.as_deref(), zone)?);
                in_order("to", from, to)?;
                Ok(Period::Between(from, to))
            }
        }
    }

    pub fn look(&self) -> Result<Look, ApiError> {
        let domain = self.domain.map(|max| {
            let fault = Fault::OutOfRange { value: f64::from(max), min: 0.0, max: f64::from(f32::MAX) };
            Domain::up_to(max).ok_or_else(|| wrong_number("domain", f64::from(max), &fault))
        });
        Ok(Look {
            kernel: Kernel { shape: one_of::<Shape>("kernel", self.kernel.as_deref())?, spread: self.spread()? },
            scale: one_of::<Scale>("scale", self.scale.as_deref())?,
            ramp: one_of::<Ramp>("ramp", self.ramp.as_deref())?,
            domain: domain.transpose()?,
        })
    }

    fn spread(&self) -> Result<Spread, ApiError> {
        let within = |field, value, widest, spread: Option<Spread>| {
            let fault = Fault::OutOfRange { value, min: 0.0, max: widest };
            spread.ok_or_else(|| wrong_number(field, value, &fault))
        };
        match (self.radius_m, self.radius_px) {
            (Some(_), Some(_)) => Err(ApiError::not_together("radius_m", "radius_px")),
            (Some(radius), None) => within("radius_m", radius, Spread::WIDEST_M, Spread::meters(radius)),
            (None, Some(radius)) => within("radius_px", radius, Spread::WIDEST_PX, Spread::pixels(radius)),
            (None, None) => Ok(Spread::DEFAULT),
        }
    }

    /// The zoom of the picture or of the tiles.
    pub fn zoom(&self) -> Result<f64, ApiError> {
        match (&self.bbox, self.z) {
            (Some(_), Some(_)) => Err(ApiError::not_together("bbox", "z")),
            (Some(_), None) => Ok(self.frame()?.zoom()),
            (None, z) => Ok(f64::from(z.unwrap_or(14).min(DEEPEST_ZOOM))),
        }
    }

    /// The part of the map that `bbox`, `width` and `height` name.
    pub fn frame(&self) -> Result<Frame, ApiError> {
        self.frame_up_to(LARGEST_SIDE_PX)
    }

    /// The same, of no more pixels a side.
    pub fn frame_up_to(&self, most_px: u32) -> Result<Frame, ApiError> {
        let too_large =
            [(self.width, FrameError::PictureWidth { most_px }), (self.height, FrameError::PictureHeight { most_px })];
        if let Some((_, fault)) = too_large.into_iter().find(|(side, _)| side.is_some_and(|side| side > most_px)) {
            return Err(ApiError::bad(fault.field(), &fault));
        }
        let text = self.bbox.as_deref().ok_or_else(|| ApiError::missing("bbox"))?;
        let numbers: Option<Vec<f64>> = text.split(',').map(|number| number.trim().parse().ok()).collect();
        let corners = numbers.and_then(|numbers| <[f64; 4]>::try_from(numbers).ok());
        let corners = corners.ok_or_else(|| ApiError::unreadable(Some("bbox"), text))?;
        let frame = Frame::of_box(corners, self.width.unwrap_or(1024), self.height.unwrap_or(768));
        frame.map_err(|fault| match fault {
            FrameError::NoBox => ApiError::unreadable(Some("bbox"), text),
            fault => ApiError::bad(fault.field(), &fault),
        })
    }
}

/// A stretch of time that ends before it begins is none, and an empty one is a mistake.
pub fn in_order(field: &str, from: Option<Timestamp>, to: Option<Timestamp>) -> Result<(), ApiError> {
    match (from, to) {
        (Some(from), Some(to)) if from >= to => {
            let coded = json!({"code": "empty_validity", "params": {"from": from, "to": to}});
            Err(ApiError::bad(field, &coded))
        }
        _ => Ok(()),
    }
}
fn wrong_number(field: &str, value: f64, fault: &Fault) -> ApiError {
    if value.is_finite() { ApiError::bad(field, fault) } else { ApiError::unreadable(Some(field), &value.to_string()) }
}

fn one_of<T: std::str::FromStr + Default + VariantNames>(field: &str, value: Option<&str>) -> Result<T, ApiError> {
    let Some(value) = value else { return Ok(T::default()) };
    value.parse().map_err(|_| ApiError::bad_choice(field, value, T::VARIANTS))
}
