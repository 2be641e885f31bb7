//! `gridwatch cameras list`.

use std::{env, io, path::PathBuf, process::ExitCode};

use serde_json::Value;

use super::Language;
use crate::{
    cli::{Saying, check, is_there},
    domain::{camera::Camera, geo::Position},
    io::catalog,
    service::eyes::is_watched,
};

#[derive(clap::Args)]
pub struct Args {
    /// The site's folder
    #[arg(long, default_value = ".", value_name = "DIR")]
    site: PathBuf,
    /// Ask the service at that address instead, by the token in GRIDWATCH_TOKEN
    #[arg(long, value_name = "URL")]
    url: Option<String>,
}

pub fn run(args: &Args, language: Language) -> anyhow::Result<ExitCode> {
    let mut out = csv::Writer::from_writer(io::stdout().lock());
    if let Some(url) = &args.url {
        let answer =
            asked(url).map_err(|answer| Saying::ServiceAsked { url: url.clone(), answer }.failure(language))?;
        out.write_record(["id", "name", "lon", "lat", "status", "cause", "since", "health", "interval_s"])?;
        for feature in answer["features"].as_array().into_iter().flatten() {
            out.write_record(running(feature))?;
        }
        out.flush()?;
        return Ok(ExitCode::SUCCESS);
    }
    is_there(&args.site, language)?;
    let reading = catalog::read_for_service(&args.site);
    let Some(catalog) = &reading.catalog else { return Err(check::damaged(&reading, &args.site, language)) };
    out.write_record(["id", "name", "lon", "lat", "main", "sub", "secret", "rules", "watched"])?;
    for camera in catalog.cameras.cameras() {
        out.write_record(kept(camera))?;
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn asked(url: &str) -> Result<Value, String> {
    let mut request = ureq::get(format!("{}/api/cameras", url.trim_end_matches('/')));
    if let Ok(token) = env::var("GRIDWATCH_TOKEN") {
        request = request.header("Authorization", format!("Bearer {token}"));
    }
    let mut answer = request.call().map_err(|error| error.to_string())?;
    answer.body_mut().read_json().map_err(|error| error.to_string())
}

fn running(feature: &Value) -> [String; 9] {
    let text = |value: &Value| value.as_str().map_or_else(|| number(value), str::to_owned);
    let (point, camera) = (&feature["geometry"]["coordinates"], &feature["properties"]);
    let link = &camera["link"];
    [
        &camera["id"],
        &camera["name"],
        &point[0],
        &point[1],
        &link["status"],
        &link["cause"]["code"],
        &link["since"],
        &camera["health"]["ailment"],
        &camera["sampling"]["interval_s"],
    ]
    .map(text)
}

fn number(value: &Value) -> String {
    if value.is_null() { String::new() } else { value.to_string() }
}

fn kept(camera: &Camera) -> [String; 9] {
    let degrees = |value: Option<f64>| value.map(|value| format!("{value:.7}")).unwrap_or_default();
    // Addresses are shown without what they may hold of a credential.
    let stream = |uri: &Option<_>| uri.as_ref().map(ToString::to_string).unwrap_or_default();
    [
        camera.id.clone(),
        camera.name.clone(),
        degrees(camera.position.map(Position::lon)),
        degrees(camera.position.map(Position::lat)),
        stream(&camera.main),
        stream(&camera.sub),
        camera.secret.clone().unwrap_or_default(),
        camera.rules.len().to_string(),
        is_watched(camera).to_string(),
    ]
}
