//! How long it takes from a report to the screens that watch, at a steady rate.

use std::{
    path::Path,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use futures_util::StreamExt;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tokio_tungstenite::tungstenite::{Message, client::IntoClientRequest};

use crate::{
    binary::Binary,
    measure::{budget, tell},
    wire::Wire,
};

const SCREENS: usize = 100;
/// Connections over which the reports come.
const CONNECTIONS: usize = 32;
/// Reports a second that are offered, until one is sustained.
const OFFERED: [usize; 5] = [1_000, 500, 250, 125, 60];
/// A rate is sustained if so much of it arrives in its time.
const SUSTAINED: f64 = 0.95;

type Times = Arc<Mutex<Vec<f64>>>;

pub async fn measure(folder: &Path) {
    for rate in OFFERED {
        let service = Binary::serve(&folder.join(format!("screens {rate}")));
        let cookie = service.sign_in().await;
        // A report is told again from its own capture time: from so long ago, one millisecond after the other.
        let origin = Timestamp::now() - SignedDuration::from_hours(24);
        let count = (rate as f64 * budget().as_secs_f64().max(2.0)) as usize;
        let begin = Instant::now() + Duration::from_millis(500);
        let due = move |number: usize| begin + Duration::from_secs_f64(number as f64 / rate as f64);
        let (seen, acknowledged) = (Times::default(), Times::default());
        let mut screens = Vec::new();
        for _ in 0..SCREENS {
            let mut request = format!("ws://{}/api/live", service.address).into_client_request().expect("a request");
            request.headers_mut().insert("Cookie", cookie.parse().expect("ASCII"));
            let (mut screen, _) = tokio_tungstenite::connect_async(request).await.expect("connected");
            let seen = Arc::clone(&seen);
            screens.push(tokio::spawn(async move {
                let (mut own, mut heard) = (Vec::with_capacity(count), 0);
                while heard < count {
                    let Some(Ok(Message::Text(text))) = screen.next().await else { break };
                    let Some(number) = number(&text, origin) else { continue };
                    heard += 1;
                    own.push(due(number).elapsed().as_secs_f64() * 1e3);
                }
                seen.lock().expect("no panic").extend(own);
                heard
            }));
        }
        let reporters: Vec<_> = (0..CONNECTIONS)
            .map(|connection| {
                let (address, cookie, acknowledged) = (service.address, cookie.clone(), Arc::clone(&acknowledged));
                tokio::spawn(async move {
                    let mut wire = Wire::connect(address, &cookie).await;
                    for number in (connection..count).step_by(CONNECTIONS) {
                        tokio::time::sleep_until(due(number).into()).await;
                        let captured_at = origin + SignedDuration::from_millis(i64::try_from(number).expect("few"));
                        let report = json!({"lon": 110.0331, "lat": 40.4109, "captured_at": captured_at,
                                            "description": "垃圾箱满溢，请尽快处理"});
                        wire.report(&report.to_string()).await;
                        // From when it was to be sent: a service that holds up its clients does not gain by it.
                        acknowledged.lock().expect("no panic").push(due(number).elapsed().as_secs_f64() * 1e3);
                    }
                })
            })
            .collect();
        for reporter in reporters {
            reporter.await.expect("no panic");
        }
        let mut heard = 0;
        for screen in screens {
            heard += screen.await.expect("no panic");
        }
        let took_s = begin.elapsed().as_secs_f64();
        service.stop();
        assert_eq!(heard, count * SCREENS, "every screen hears every report");
        let sustained = count as f64 / took_s >= SUSTAINED * rate as f64;
        if sustained || rate == OFFERED[OFFERED.len() - 1] {
            tell("screens.watching", SCREENS as f64, "screens");
            tell("screens.sustained", if sustained { rate as f64 } else { count as f64 / took_s }, "reports/s");
            for (name, times) in [("acknowledged", acknowledged), ("seen", seen)] {
                let mut times = std::mem::take(&mut *times.lock().expect("no panic"));
                times.sort_by(f64::total_cmp);
                tell(&format!("screens.{name}.p50"), times[times.len() / 2], "ms");
                tell(&format!("screens.{name}.p99"), times[times.len() * 99 / 100], "ms");
            }
            return;
        }
        tell(&format!("screens.not_sustained_{rate}"), count as f64 / took_s, "reports/s");
    }
}

/// Which report it was, by the time of its capture.
fn number(update: &str, origin: Timestamp) -> Option<usize> {
    let (_, rest) = update.split_once("\"last_seen_at\":\"")?;
    let at: Timestamp = rest.split_once('"')?.0.parse().ok()?;
    usize::try_from(at.as_millisecond() - origin.as_millisecond()).ok()
}
