//! Cameras over time: how much of each day they gave pictures, and a case for whoever maintains one that is ill for long.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp, civil::Date};
use tokio::{task::JoinHandle, time::interval};

use super::{
    eyes::{Eyes, Standing},
    findings::SOURCE,
    intake::{Intake, Told},
};
use crate::{
    domain::{
        camera::{CameraTime, Trouble},
        geo::{Datum, Position},
        people::Actor,
    },
    io::{catalog::Upkeep, store::StoreError},
    words::Language,
};

/// How often it is looked how things stand.
const TICK: Duration = Duration::from_secs(1);
/// Time that passes at once, beyond which nobody knows how things stood: the machine slept.
const LONGEST: SignedDuration = SignedDuration::from_secs(30);
/// How often the times are kept.
const KEPT: SignedDuration = SignedDuration::from_mins(1);

/// Looks after the cameras until it is ended.
#[must_use]
pub fn start(intake: Intake, eyes: Eyes) -> JoinHandle<()> {
    let now = intake.clock.now();
    let mut keeper = Keeper { intake, eyes, last: now, kept_at: now, times: BTreeMap::new(), ill: BTreeMap::new() };
    tokio::spawn(async move {
        let mut tick = interval(TICK);
        loop {
            tick.tick().await;
            keeper.look().await;
        }
    })
}

struct Keeper {
    intake: Intake,
    eyes: Eyes,
    last: Timestamp,
    kept_at: Timestamp,
    /// Not kept yet.
    times: BTreeMap<(Date, String), CameraTime>,
    /// Cameras that are not well: since when nobody has been told.
    ill: BTreeMap<String, Timestamp>,
}

impl Keeper {
    async fn look(&mut self) {
        let (now, standings) = (self.intake.clock.now(), self.eyes.standings());
        let passed = now.duration_since(self.last).clamp(SignedDuration::ZERO, LONGEST).unsigned_abs();
        self.last = now;
        let catalog = self.intake.catalog.load_full();
        let day = catalog.settings.time_zone.to_datetime(now).date();
        for (camera, standing) in &standings {
            let time = CameraTime::of(&standing.link, passed);
            if time != CameraTime::default() {
                *self.times.entry((day, camera.clone())).or_default() += time;
            }
        }
        if now.duration_since(self.kept_at) >= KEPT {
            match self.keep().await {
                Ok(()) => self.kept_at = now,
                Err(error) => tracing::warn!(%error, "how long cameras gave pictures could not be kept yet"),
            }
        }
        if let Some(upkeep) = &catalog.settings.upkeep {
            self.see_to(&standings, upkeep, now).await;
        }
    }

    async fn keep(&mut self) -> Result<(), StoreError> {
        while let Some(((day, _), _)) = self.times.first_key_value() {
            let day = *day;
            let of_day = self.times.iter().filter(|((other, _), _)| *other == day);
            let of_day: Vec<_> = of_day.map(|((_, camera), time)| (camera.clone(), *time)).collect();
            self.intake.store.add_camera_time(&self.intake.site, day, of_day).await?;
            self.times.retain(|(other, _), _| *other != day);
        }
        Ok(())
    }

    /// Has whoever maintains the cameras told of each that has been ill for long.
    async fn see_to(&mut self, standings: &BTreeMap<String, Standing>, upkeep: &Upkeep, now: Timestamp) {
        let trouble = |standing: &Standing| Trouble::of(&standing.link, standing.health.map(|ailing| ailing.ailment));
        let ill = standings.iter().filter_map(|(camera, standing)| Some((camera, trouble(standing)?)));
        let ill: BTreeMap<&String, Trouble> = ill.collect();
        self.ill.retain(|camera, _| ill.contains_key(camera));
        for (camera, trouble) in ill {
            let since = *self.ill.entry(camera.clone()).or_insert(now);
            if now.duration_since(since) < upkeep.after {
                continue;
            }
            if let Err(error) = self.tell(camera, &trouble, upkeep, now).await {
                tracing::warn!(camera, error, "nobody could be told that a camera is ill");
            }
            // A case that is closed while the camera is as ill as before is followed by another, after as long.
            self.ill.insert(camera.clone(), now);
        }
    }

    /// Reports it as anybody would, unless a case of it is open.
    async fn tell(&self, camera: &str, trouble: &Trouble, upkeep: &Upkeep, now: Timestamp) -> Result<(), String> {
        let (intake, actor) = (&self.intake, Actor::service());
        let (store, site, name) = (intake.store.clone(), Arc::clone(&intake.site), actor.name.clone());
        let id = camera.to_owned();
        let is_open = tokio::task::spawn_blocking(move || store.has_open_case(&site, &name, SOURCE, &id)).await;
        if is_open.map_err(|error| error.to_string())?.map_err(|error| error.to_string())? {
            return Ok(());
        }
        let catalog = intake.catalog.load_full();
        let Some(known) = catalog.cameras.cameras().iter().find(|known| known.id == camera) else { return Ok(()) };
        // Whoever reads the case may read either.
        let said = [Language::Zh, Language::En].map(|language| language.say(trouble)).join(" / ");
        let told = Told {
            lon: known.position.map(Position::lon),
            lat: known.position.map(Position::lat),
            datum: Datum::Wgs84,
            category: Some(upkeep.category.as_str().to_owned()),
            description: Some(format!("{} ({camera}): {said}", known.name)),
            source: Some(SOURCE.to_owned()),
            external_id: Some(format!("{camera} {now}")),
            ..Told::default()
        };
        let taken = intake.take(told, Vec::new(), &actor, None).await;
        taken.map(drop).map_err(|error| format!("{error:?}"))
    }
}
