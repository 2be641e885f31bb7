//! `cameras.toml`.

use std::time::Duration;

use super::{
    codes::SeenCodes,
    duties::no_other_keys,
    entry::Entry,
    files::{RawEntry, toml_tables},
    problem::{Problems, Spot, Why},
};
use crate::{
    domain::{
        camera::{Camera, ControlPoint, Homography, Pixel, Pose, Preset, Rule, StreamUri},
        duty::CategoryCode,
        geo::Datum,
    },
    io::tables::value::Fault,
    scene::SceneOrder,
};

pub const FILE: &str = "cameras.toml";

/// Taller than any mast; a camera higher up is a slip of the pen.
const MAX_HEIGHT_M: f64 = 1_000.0;
const MAX_RANGE_M: f64 = 20_000.0;
/// A day.
const MAX_PAUSE_S: f64 = 86_400.0;
/// No camera stands on the ground itself, and none sees nothing.
const MIN_M: f64 = 0.1;

pub fn read(bytes: &[u8], datum: Datum, problems: &mut Problems) -> Vec<(Camera, Spot)> {
    let Some((tables, others)) = toml_tables(bytes, "camera", problems) else { return Vec::new() };
    no_other_keys(others, problems);
    let mut seen = SeenCodes::default();
    tables.into_iter().filter_map(|table| camera(table, datum, &mut seen, problems)).collect()
}

/// One of them, wherever it was written.
pub fn camera(
    (spot, values): RawEntry,
    datum: Datum,
    seen: &mut SeenCodes,
    problems: &mut Problems,
) -> Option<(Camera, Spot)> {
    let mut entry = Entry::new(spot, values, problems);
    let id = seen.own_code(&mut entry, "id");
    let name = entry.required_text("name");
    let mut camera = Camera::new(id.clone().unwrap_or_default(), name.unwrap_or_default());
    camera.main = stream(&mut entry, "main");
    camera.sub = stream(&mut entry, "sub");
    if !entry.has("main") && !entry.has("sub") {
        entry.error("main", Why::NoStream);
    }
    camera.position = entry.position(datum);
    for (field, max, set) in [
        ("height_m", MAX_HEIGHT_M, Camera::set_height_m as fn(&mut Camera, f64) -> _),
        ("range_m", MAX_RANGE_M, Camera::set_range_m),
    ] {
        if let Some(value) = entry.number(field, MIN_M, max)
            && set(&mut camera, value).is_err()
        {
            entry.error(field, Fault::OutOfRange { value, min: MIN_M, max });
        }
    }
    camera.pose = pose(&mut entry);
    camera.gb_code = entry.code("gb_code");
    if let Some(value) = camera.gb_code.clone()
        && !(value.len() == 20 && value.bytes().all(|byte| byte.is_ascii_digit()))
    {
        entry.error("gb_code", Why::BadGbCode { value });
    }
    camera.secret = entry.unshown_text("secret");
    camera.preferred_reader = entry.choice("reader").unwrap_or_default();
    camera.enabled = entry.truth("enabled").unwrap_or(true);
    camera.homography = homography(&mut entry, datum);
    let mut tokens = SeenCodes::default();
    entry.tables("preset", |preset| {
        let token = preset.required_code("token");
        let token = token.filter(|token| tokens.is_new(preset, "token", token));
        preset.text("name");
        let pose = pose(preset);
        camera.presets.extend(token.map(|token| Preset { token, pose }));
    });
    entry.tables("rule", |entry| {
        let sees = entry.required_choice("sees");
        let category = entry.required_code("category").map(CategoryCode::new);
        let raise = entry.choice("raise").unwrap_or_default();
        let min_score = entry.number("min_score", 0.0, 1.0).map_or(Rule::MIN_SCORE, |score| score as f32);
        let again_after = entry.number("again_after_s", 0.0, MAX_PAUSE_S);
        let again_after = again_after.map_or(Rule::AGAIN_AFTER, Duration::from_secs_f64);
        let rule = |(sees, category)| Rule { sees, category, raise, min_score, again_after };
        camera.rules.extend(sees.zip(category).map(rule));
    });
    entry.no_more_keys();
    id.map(|_| (camera, entry.spot))
}

/// The address is not repeated in what is said of it, beyond its scheme: it may hold a credential.
fn stream(entry: &mut Entry<'_>, field: &'static str) -> Option<StreamUri> {
    let text = entry.unshown_text(field)?;
    match text.parse::<StreamUri>() {
        Ok(uri) if uri.scheme() == "test" && uri.address().parse::<SceneOrder>().is_err() => {
            entry.error(field, Why::NoSuchScene { scene: uri.address().to_owned() });
            None
        }
        Ok(uri) if !uri.has_credentials() => Some(uri),
        Ok(_) => {
            entry.error(field, Why::CredentialsInStream);
            None
        }
        Err(error) => {
            entry.error(field, Why::Stream(error));
            None
        }
    }
}

/// All three angles or none.
fn pose(entry: &mut Entry<'_>) -> Option<Pose> {
    const ANGLES: [(&str, f64, f64); 3] =
        [("heading_deg", -360.0, 360.0), ("tilt_deg", -90.0, 90.0), ("hfov_deg", 0.1, 179.9)];
    let any = ANGLES.iter().any(|(field, ..)| entry.has(field));
    let [heading, tilt, hfov] = ANGLES.map(|(field, min, max)| {
        if any && !entry.has(field) {
            entry.error(field, Fault::MissingValue);
        }
        entry.number(field, min, max)
    });
    Pose::new(heading?, tilt?, hfov?).ok()
}

fn homography(entry: &mut Entry<'_>, datum: Datum) -> Option<Homography> {
    let mut points = Vec::new();
    entry.tables("control_point", |point| {
        let [x, y] = ["x", "y"].map(|field| {
            if !point.has(field) {
                point.error(field, Fault::MissingValue);
            }
            point.number(field, 0.0, 1.0)
        });
        let position = point.required_position(datum);
        points.push(x.zip(y).zip(position).map(|((x, y), position)| ControlPoint { pixel: Pixel { x, y }, position }));
    });
    // A point that is none is reported already; the others alone would be blamed for what it lacks.
    let points: Vec<ControlPoint> = points.into_iter().collect::<Option<_>>()?;
    if points.is_empty() {
        return None;
    }
    Homography::fit(&points).map_err(|error| entry.error("control_point", Why::ControlPoints(error))).ok()
}
