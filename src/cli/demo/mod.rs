//! `gridwatch demo`: the synthetic site, its cameras, and the people who report on it.

#[cfg(feature = "video")]
mod cameras;

#[cfg(feature = "video")]
use std::{fs, path::Path};
use std::{path::PathBuf, process::ExitCode, thread, time::Duration};

use serde_json::json;
use uuid::Uuid;

use crate::demo::{self, DemoReport, Stream};
#[cfg(feature = "video")]
use crate::{
    demo::DemoScene,
    io::video::{ClipWriter, Still, frame_of},
    scene::Picture,
};

#[derive(clap::Subcommand)]
pub enum Command {
    /// Write the files of the demo site
    Site {
        /// Folder to write to
        #[arg(long, default_value = ".", value_name = "DIR")]
        output: PathBuf,
    },
    /// Make the videos that some of its cameras play, where they are not there yet
    #[cfg(feature = "video")]
    Scenes {
        /// The site's folder
        #[arg(long, default_value = ".", value_name = "DIR")]
        site: PathBuf,
    },
    /// Serve cameras that are not there: RTSP, from drawn scenes. Lines such as `freeze 1-50` on standard input have
    /// something go wrong, `none 1-50` ends it
    #[cfg(feature = "video")]
    Cameras(cameras::Cameras),
    /// Report what happens in the demo site to a service, as residents would
    Drive(Drive),
}

#[derive(clap::Args)]
pub struct Drive {
    /// The service
    #[arg(long, default_value = "http://127.0.0.1:8080", value_name = "URL")]
    url: String,
    /// Reports in a minute, on average
    #[arg(long, default_value_t = 20.0, value_name = "N")]
    per_minute: f64,
    /// Reports that are told at once, at the beginning
    #[arg(long, default_value_t = 40, value_name = "N")]
    at_once: u64,
    /// The same seed tells the same story
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
    /// End after so many reports [default: never]
    #[arg(long, value_name = "N")]
    count: Option<u64>,
}

pub fn run(command: &Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Site { output } => demo::write_site(output)?,
        #[cfg(feature = "video")]
        Command::Scenes { site } => demo::scenes().iter().try_for_each(|scene| film(scene, site))?,
        #[cfg(feature = "video")]
        Command::Cameras(cameras) => cameras.run()?,
        Command::Drive(drive) => drive.run()?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Makes a video and the truth about it, whole or not at all.
#[cfg(feature = "video")]
fn film(scene: &DemoScene, site: &Path) -> anyhow::Result<()> {
    /// Bits a second.
    const BITRATE: u32 = 900_000;
    let file = site.join(&scene.file);
    if file.exists() {
        return Ok(());
    }
    fs::create_dir_all(file.parent().unwrap_or(site))?;
    fs::write(file.with_extension("truth.json"), serde_json::to_vec(&scene.truth())?)?;
    let mut clip = ClipWriter::create(&file, demo::SIZE, demo::RATE, BITRATE)?;
    let [width, height] = demo::SIZE.map(|side| side as usize);
    let (mut picture, mut still) = (Picture::new(width, height), Still::default());
    for at in scene.times() {
        scene.scene.draw(at, &mut picture);
        still.copy(&frame_of(&picture)?);
        clip.write(&still, at)?;
    }
    Ok(clip.finish()?)
}

/// A service that starts, or starts anew, is waited for; one that stays away for so long is not there.
const PATIENCE: u32 = 120;

impl Drive {
    fn run(&self) -> anyhow::Result<()> {
        anyhow::ensure!(self.per_minute > 0.0, "--per-minute {} is no pace", self.per_minute);
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(10)))
            .http_status_as_error(false)
            .build()
            .new_agent();
        let mut stream = Stream::of(self.seed);
        let mut told = 0;
        while self.count.is_none_or(|count| told < count) {
            let Some(report) = stream.next() else { return Ok(()) };
            if told >= self.at_once {
                thread::sleep(Duration::from_secs_f64(stream.pause_s(self.per_minute)));
            }
            self.tell(&agent, &report)?;
            told += 1;
        }
        Ok(())
    }

    /// Until it is taken: a key makes sure that it is taken once.
    fn tell(&self, agent: &ureq::Agent, report: &DemoReport) -> anyhow::Result<()> {
        let key = Uuid::now_v7().to_string();
        let position = report.at.map(|([lon, lat], accuracy_m)| (lon, lat, accuracy_m));
        let body = json!({
            "lon": position.map(|(lon, ..)| lon), "lat": position.map(|(_, lat, _)| lat),
            "accuracy_m": position.map(|(.., accuracy_m)| accuracy_m),
            "category": report.category, "description": report.description, "place": report.place,
        });
        let url = format!("{}/api/reports", self.url.trim_end_matches('/'));
        for _ in 0..PATIENCE {
            match agent.post(&url).header("Idempotency-Key", &key).send_json(&body) {
                Ok(answer) if answer.status().is_success() => return Ok(()),
                // It has too much to do, or not enough room, for the moment.
                Ok(answer) if answer.status() == 429 || answer.status().is_server_error() => {}
                Ok(mut answer) => {
                    let said = answer.body_mut().read_to_string().unwrap_or_default();
                    anyhow::bail!("{url} answers {}: {said}", answer.status());
                }
                Err(_) => {}
            }
            thread::sleep(Duration::from_secs(1));
        }
        anyhow::bail!("{url} does not answer")
    }
}
