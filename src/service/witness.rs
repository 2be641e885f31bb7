//! The witness: a report that a camera could have seen gets a frame of it, without anybody asking.

use std::{sync::Arc, time::Duration};

use axum::body::Bytes;
use tokio::{
    sync::{Semaphore, mpsc},
    task::JoinHandle,
};
use uuid::Uuid;

use super::{eyes::Eyes, intake::Intake};
use crate::domain::{event::Evidence, geo::Position};

/// Where reports ask for their frame. Nobody waits for the answer.
#[derive(Clone)]
pub struct WitnessStand {
    asked: mpsc::Sender<Asked>,
}

struct Asked {
    report: Uuid,
    position: Position,
}

/// Reports that wait for a frame. What comes while it is full gets none: a frame is an extra, and by the time of its turn
/// it would show something else.
const WAITING: usize = 64;
/// Cameras opened for reports at a time.
const AT_ONCE: usize = 2;
/// Cameras that are tried for one report, the nearest first.
const TRIED: usize = 2;
/// An older frame shows another moment.
const FRESH: Duration = Duration::from_secs(10);

impl WitnessStand {
    /// The stand, and where the questions come out.
    #[must_use]
    pub fn new() -> (Self, Questions) {
        let (asked, questions) = mpsc::channel(WAITING);
        (Self { asked }, Questions(questions))
    }

    /// Asks for a frame of the place, if there is time.
    pub fn ask(&self, report: Uuid, position: Position) {
        if self.asked.try_send(Asked { report, position }).is_err() {
            tracing::debug!(%report, "no frame: too many reports are waiting for theirs");
        }
    }
}

/// What was asked, to be answered once.
pub struct Questions(mpsc::Receiver<Asked>);

impl Questions {
    /// Answers them until the last stand is gone.
    #[must_use]
    pub fn answer(mut self, intake: Intake, eyes: Eyes) -> JoinHandle<()> {
        tokio::spawn(async move {
            let turns = Arc::new(Semaphore::new(AT_ONCE));
            while let Some(asked) = self.0.recv().await {
                let Ok(turn) = Arc::clone(&turns).acquire_owned().await else { return };
                let (intake, eyes) = (intake.clone(), eyes.clone());
                tokio::spawn(async move {
                    testify(&intake, &eyes, &asked).await;
                    drop(turn);
                });
            }
        })
    }
}

async fn testify(intake: &Intake, eyes: &Eyes, asked: &Asked) {
    let catalog = intake.catalog.load_full();
    // From where it stands now: whether a dome looks another way at the moment, nobody knows.
    let covering = catalog.cameras.covering(asked.position).into_iter().filter(|it| it.preset.is_none());
    let cameras: Vec<String> = covering.filter(|it| !it.approximate).map(|it| it.camera.to_owned()).collect();
    for camera in cameras.into_iter().take(TRIED) {
        let Ok(shot) = eyes.picture(&camera).await else { continue };
        if shot.age > FRESH {
            continue;
        }
        let kept = match intake.keep_photo(Bytes::from(shot.jpeg)).await {
            Ok(kept) => Evidence { camera: Some(camera), ..kept },
            Err(error) => return tracing::warn!(?error, "a camera's frame could not be kept"),
        };
        let added = intake.store.add_evidence(&intake.site, asked.report, kept, intake.clock.now()).await;
        if let Err(error) = added {
            tracing::warn!(%error, "a camera's frame could not be kept");
        }
        return;
    }
}
