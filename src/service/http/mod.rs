//! HTTP: one file for each resource. Handlers take an [`Actor`](crate::domain::people::Actor), call one thing and answer;
//! what each needs is declared in [`ROUTES`] and nowhere else.
#![expect(unused_qualifications, reason = "the macros that describe the interface write types in full")]

mod basemap;
mod cases;
mod docs;
mod error;
mod evidence;
mod figures;
mod findings;
mod follow;
mod form;
mod frame;
mod geojson;
mod guard;
mod heat;
mod hotspots;
mod live;
mod locate;
mod me;
mod notices;
mod operations;
mod pace;
mod pages;
mod places;
mod query;
mod record;
mod reports;
mod rulings;
mod session;
mod site;
mod staff;
mod steps;
mod tasks;
mod visits;
mod watching;
mod why;

use std::{path::Path, sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use axum::{
    Router,
    extract::{DefaultBodyLimit, FromRef},
    http::{HeaderValue, StatusCode, header},
    middleware,
    routing::{MethodRouter, delete, get, post},
};
use tokio::sync::{Mutex, Semaphore};
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer, set_header::SetResponseHeaderLayer,
    timeout::TimeoutLayer, trace::TraceLayer,
};

use super::{
    accounts::Accounts,
    casework::Casework,
    clock::Clock,
    eyes::Eyes,
    feed::Feed,
    figures::Figures,
    findings::Findings,
    follow::{Follow, FollowKey},
    heat::Heat,
    intake::Intake,
    looks::Looks,
    patrol::Patrol,
    planning::desk::Planning,
    register::Places,
    rulings::Rulings,
    telemetry::Telemetry,
};
use crate::{
    domain::people::Permission,
    io::{catalog::Catalog, evidence::EvidenceFolder, store::Store},
};
pub use docs::openapi;
pub use error::{ApiError, Refusal};
#[cfg(test)]
pub use figures::PAGE_WORDS;
pub use live::LiveMessage;
pub use pace::Pace;

/// What the handlers share.
#[derive(Clone)]
pub struct AppState {
    pub site: Arc<str>,
    pub catalog: Arc<ArcSwap<Catalog>>,
    pub store: Store,
    pub intake: Intake,
    pub accounts: Accounts,
    /// What the secrets of residents are made with.
    pub follow_key: FollowKey,
    pub eyes: Eyes,
    pub looks: Looks,
    pub evidence: EvidenceFolder,
    /// The site's, for what is handed out as it lies there.
    pub folder: Arc<Path>,
    pub clock: Arc<dyn Clock>,
    pub heat: Heat,
    pub planning: Planning,
    /// Turns at drawing and decoding pictures: more at once would take the cores from everything else.
    pub pictures: Arc<Semaphore>,
    /// One edit of the catalog at a time.
    pub editing: Arc<Mutex<()>>,
    /// Turns at counting figures.
    pub counting: Arc<Semaphore>,
    pub feed: Feed,
    pub pace: Pace,
    pub telemetry: Arc<Telemetry>,
    /// Host names, with port where it is not the usual one, that requests may be for.
    pub hosts: Arc<[String]>,
    /// Whether the public side speaks TLS: then cookies are for TLS only.
    pub is_secure: bool,
}

impl FromRef<AppState> for Intake {
    fn from_ref(state: &AppState) -> Self {
        state.intake.clone()
    }
}

impl FromRef<AppState> for Accounts {
    fn from_ref(state: &AppState) -> Self {
        state.accounts.clone()
    }
}

impl FromRef<AppState> for Planning {
    fn from_ref(state: &AppState) -> Self {
        state.planning.clone()
    }
}

impl FromRef<AppState> for Casework {
    fn from_ref(state: &AppState) -> Self {
        Self { intake: state.intake.clone() }
    }
}

impl FromRef<AppState> for Rulings {
    fn from_ref(state: &AppState) -> Self {
        Self {
            casework: Casework { intake: state.intake.clone() },
            folder: Arc::clone(&state.folder),
            editing: Arc::clone(&state.editing),
        }
    }
}

impl FromRef<AppState> for Figures {
    fn from_ref(state: &AppState) -> Self {
        Self {
            site: Arc::clone(&state.site),
            catalog: Arc::clone(&state.catalog),
            store: state.store.clone(),
            clock: Arc::clone(&state.clock),
            turns: Arc::clone(&state.counting),
        }
    }
}

impl FromRef<AppState> for Follow {
    fn from_ref(state: &AppState) -> Self {
        Self { intake: state.intake.clone(), key: state.follow_key.clone() }
    }
}

impl FromRef<AppState> for Findings {
    fn from_ref(state: &AppState) -> Self {
        Self { intake: state.intake.clone() }
    }
}

impl FromRef<AppState> for Patrol {
    fn from_ref(state: &AppState) -> Self {
        Self { intake: state.intake.clone() }
    }
}

impl FromRef<AppState> for Places {
    fn from_ref(state: &AppState) -> Self {
        Self { intake: state.intake.clone() }
    }
}

impl FromRef<AppState> for Arc<Telemetry> {
    fn from_ref(state: &AppState) -> Self {
        Self::clone(&state.telemetry)
    }
}

/// A path, its handlers, and what its actor must be allowed: the one table of permissions.
type Route = (&'static str, Permission, fn() -> MethodRouter<AppState>);

/// Every route there is. Where a path has two rows, the first is for reading.
pub const ROUTES: &[Route] = &[
    ("/", Permission::LookAround, || get(pages::page)),
    ("/wall", Permission::LookAround, || get(pages::page)),
    ("/desk", Permission::LookAround, || get(pages::page)),
    ("/department", Permission::LookAround, || get(pages::page)),
    ("/phone", Permission::LookAround, || get(pages::page)),
    ("/report", Permission::LookAround, || get(pages::page)),
    ("/phone.js", Permission::LookAround, || get(pages::page)),
    ("/phone.webmanifest", Permission::LookAround, || get(pages::page)),
    ("/assets/{file}", Permission::LookAround, || get(pages::asset)),
    ("/healthz", Permission::LookAround, || get(operations::healthz)),
    ("/readyz", Permission::LookAround, || get(operations::readyz)),
    ("/metrics", Permission::Observe, || get(operations::metrics)),
    ("/api/session", Permission::LookAround, || post(session::sign_in).get(session::who).delete(session::sign_out)),
    ("/api/site", Permission::LookAround, || get(basemap::site)),
    ("/api/basemap/{layer}", Permission::LookAround, || get(basemap::layer)),
    ("/api/locate", Permission::LookAround, || get(locate::locate)),
    ("/api/grids", Permission::LookAround, || get(site::grids)),
    ("/api/departments", Permission::LookAround, || get(site::departments)),
    ("/api/categories", Permission::LookAround, || get(site::categories)),
    ("/api/places", Permission::LookAround, || get(places::list)),
    ("/api/places", Permission::Act, || post(places::add)),
    ("/api/cameras", Permission::ReadCases, || get(site::cameras)),
    ("/api/cameras/availability", Permission::ReadFigures, || get(figures::availability)),
    ("/api/cameras/{id}/frame.jpg", Permission::ReadCases, || get(frame::newest)),
    ("/api/cameras/{id}/clip.mp4", Permission::ReadCases, || get(frame::clip)),
    ("/api/cameras/{id}/live", Permission::ReadCases, || get(watching::watch)),
    ("/api/findings", Permission::ReadCases, || get(findings::list)),
    ("/api/findings/{id}/confirm", Permission::DecideFindings, || post(findings::confirm)),
    ("/api/findings/{id}/dismiss", Permission::DecideFindings, || post(findings::dismiss)),
    ("/api/reports", Permission::Report, || {
        post(reports::take).layer(DefaultBodyLimit::max(form::LARGEST_WITH_PHOTOS))
    }),
    ("/api/me/state", Permission::Serve, || get(me::state).post(me::attend)),
    ("/api/me/tasks", Permission::Serve, || get(tasks::list)),
    ("/api/me/tasks/{id}", Permission::Serve, || post(tasks::take)),
    ("/api/me/record", Permission::Serve, || get(record::list)),
    ("/api/staff/on-duty", Permission::ReadFigures, || get(staff::on_duty)),
    ("/api/visits", Permission::Serve, || get(visits::list).post(visits::plan)),
    ("/api/visits/{id}/done", Permission::Serve, || post(visits::done)),
    ("/api/me/notices", Permission::KeepAccount, || get(notices::list)),
    ("/api/me/notices/read", Permission::KeepAccount, || post(notices::read)),
    ("/api/notices/dead", Permission::Administer, || get(notices::dead)),
    ("/api/notices/dead/{id}/again", Permission::Administer, || post(notices::again)),
    ("/api/me/password", Permission::KeepAccount, || post(me::set_password)),
    ("/api/follow", Permission::Report, || post(follow::follow)),
    ("/api/follow/rate", Permission::Report, || post(follow::rate)),
    ("/api/cases", Permission::ReadCases, || get(cases::list)),
    ("/api/cases/{id}", Permission::ReadCases, || get(cases::one)),
    ("/api/cases/{id}/actions", Permission::Act, || {
        post(steps::take).layer(DefaultBodyLimit::max(form::LARGEST_WITH_PHOTOS))
    }),
    ("/api/cases/{id}/ruling", Permission::Act, || post(rulings::keep)),
    ("/api/rulings", Permission::ReadCases, || get(rulings::list)),
    ("/api/rulings/{category}/{grid}", Permission::Act, || delete(rulings::revoke)),
    ("/api/evidence/{hash}", Permission::ReadCases, || get(evidence::view)),
    ("/api/evidence/{hash}/thumbnail", Permission::ReadCases, || get(evidence::thumbnail)),
    ("/api/evidence/{hash}/original", Permission::SeeOriginals, || get(evidence::original)),
    ("/api/tally", Permission::ReadFigures, || get(figures::tally)),
    ("/api/tally/cases", Permission::ReadFigures, || get(figures::cases)),
    ("/api/scores", Permission::ReadFigures, || get(figures::scores)),
    ("/api/hotspots", Permission::ReadFigures, || get(hotspots::hotspots)),
    ("/api/hotspots/reports", Permission::ReadFigures, || get(hotspots::reports)),
    ("/heat.png", Permission::ReadCases, || get(heat::picture)),
    ("/heat/{z}/{x}/{y}", Permission::ReadCases, || get(heat::tile)),
    ("/heat/legend.json", Permission::ReadCases, || get(heat::legend)),
    ("/heat/film.png", Permission::ReadCases, || get(heat::film)),
    ("/heat.tif", Permission::ReadCases, || get(heat::geotiff)),
    ("/heat.npy", Permission::ReadCases, || get(heat::npy)),
    ("/heat/grids.geojson", Permission::ReadCases, || get(heat::grids)),
    ("/heat/contours.geojson", Permission::ReadCases, || get(heat::contours)),
    ("/api/openapi.json", Permission::LookAround, || get(docs::document)),
    ("/api/docs", Permission::LookAround, || get(docs::to_page)),
    ("/api/docs/", Permission::LookAround, || get(docs::page)),
    ("/api/docs/{file}", Permission::LookAround, || get(docs::file)),
    ("/api/live", Permission::ReadCases, || get(live::live)),
];

/// Largest body of a request without photos.
const BODY_LIMIT: usize = 1 << 20;
/// Longest a request may take, uploads of slow phones included.
const PATIENCE: Duration = Duration::from_secs(30);

/// The whole service as a router.
pub fn router(state: AppState) -> Router {
    let mut router = Router::new();
    for (path, permission, handlers) in ROUTES {
        let needs = guard::Needs { state: state.clone(), path, permission: *permission };
        router = router.route(path, handlers().layer(middleware::from_fn_with_state(needs, guard::permit)));
    }
    router
        .fallback(|| async { ApiError::of(Refusal::NotFound) })
        .method_not_allowed_fallback(|| async { ApiError::of(Refusal::MethodNotAllowed) })
        .layer(middleware::from_fn_with_state(state.clone(), guard::known_host))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, PATIENCE))
        .layer(CatchPanicLayer::new())
        .layer(middleware::from_fn(error::worded))
        .layer(CompressionLayer::new())
        .layer(header_layer(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header_layer(header::X_FRAME_OPTIONS, "DENY"))
        .layer(header_layer(header::REFERRER_POLICY, "no-referrer"))
        .layer(header_layer(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY))
        // The path alone: a query may hold what does not belong in a log.
        .layer(TraceLayer::new_for_http().make_span_with(|request: &axum::http::Request<_>| {
            tracing::info_span!("request", method = %request.method(), path = request.uri().path())
        }))
        .with_state(state)
}

const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self'; worker-src 'self'; connect-src 'self'; \
    img-src 'self' data: blob:; media-src 'self' blob:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'; \
    base-uri 'none'";

fn header_layer(name: header::HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}
