//! `/api/openapi.json`, made of the code, and a page that shows it and tries it out.

use std::sync::{Arc, LazyLock};

use axum::{
    Json,
    extract::Path,
    http::header,
    response::{IntoResponse, Redirect, Response},
};
use utoipa::{
    OpenApi,
    openapi::{
        self as document,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};
use utoipa_swagger_ui::Config;

use super::{
    ROUTES, basemap, cases,
    error::{ApiError, Refusal},
    evidence, figures, findings, follow, frame, heat, hotspots, live, locate, me, notices, operations, places, record,
    reports, rulings, session, site, staff, steps, tasks, visits, watching,
};
use crate::domain::people::{Actor, Permission};

#[derive(OpenApi)]
#[openapi(
    info(
        description = "Events onto the right grid (网格) and before the right department, at once and with the reasons. \
        Instants are RFC 3339; positions are WGS84 unless a datum is given; lists take `limit` and `cursor`."
    ),
    paths(
        session::sign_in,
        session::who,
        session::sign_out,
        locate::locate,
        reports::take,
        me::state,
        me::attend,
        staff::on_duty,
        tasks::list,
        tasks::take,
        record::list,
        visits::list,
        visits::plan,
        visits::done,
        me::set_password,
        notices::list,
        notices::read,
        notices::dead,
        notices::again,
        cases::list,
        cases::one,
        steps::take,
        rulings::list,
        rulings::keep,
        rulings::revoke,
        figures::tally,
        figures::cases,
        figures::scores,
        figures::availability,
        hotspots::hotspots,
        hotspots::reports,
        findings::list,
        findings::confirm,
        findings::dismiss,
        follow::follow,
        follow::rate,
        frame::newest,
        frame::clip,
        watching::watch,
        evidence::view,
        evidence::thumbnail,
        evidence::original,
        site::grids,
        site::departments,
        site::categories,
        places::list,
        places::add,
        site::cameras,
        basemap::site,
        basemap::layer,
        live::live,
        heat::picture,
        heat::tile,
        heat::legend,
        heat::film,
        heat::geotiff,
        heat::npy,
        heat::contours,
        heat::grids,
        operations::healthz,
        operations::readyz,
        operations::metrics,
    )
)]
struct Described;

static DOCUMENT: LazyLock<document::OpenApi> = LazyLock::new(openapi);

/// The whole interface. What needs more than to look around says whom it lets in, as [`ROUTES`] has it.
#[must_use]
pub fn openapi() -> document::OpenApi {
    let mut document = Described::openapi();
    let token = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
    let cookie = ApiKey::Cookie(ApiKeyValue::new(session::COOKIE));
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("token", SecurityScheme::Http(token));
    components.add_security_scheme("session", SecurityScheme::ApiKey(cookie));
    let open_to_all = |permission: Permission| Actor::resident().may(permission);
    for (path, _, _) in ROUTES.iter().filter(|(_, permission, _)| !open_to_all(*permission)) {
        let Some(item) = document.paths.paths.get_mut(*path) else { continue };
        // Reading may be open to all where writing is not.
        let is_open = ROUTES.iter().any(|(other, permission, _)| other == path && open_to_all(*permission));
        let get = if is_open { &mut None } else { &mut item.get };
        let operations = [get, &mut item.post, &mut item.delete];
        for operation in operations.into_iter().flatten() {
            let either = ["token", "session"].map(|scheme| SecurityRequirement::new::<_, [&str; 0], &str>(scheme, []));
            operation.security = Some(either.into());
        }
    }
    document
}

pub async fn document() -> Json<&'static document::OpenApi> {
    Json(&DOCUMENT)
}

/// The page's files are beside it, so its address ends with a slash.
pub async fn to_page() -> Redirect {
    Redirect::permanent("/api/docs/")
}

pub async fn page() -> Result<Response, ApiError> {
    asset("index.html")
}

pub async fn file(Path(file): Path<String>) -> Result<Response, ApiError> {
    asset(&file)
}

fn asset(file: &str) -> Result<Response, ApiError> {
    let config = Arc::new(Config::from("/api/openapi.json"));
    match utoipa_swagger_ui::serve(file, config) {
        Ok(Some(found)) => {
            Ok(([(header::CONTENT_TYPE, found.content_type.clone())], found.bytes.into_owned()).into_response())
        }
        Ok(None) => Err(ApiError::of(Refusal::NotFound)),
        Err(error) => {
            tracing::error!(%error, "a file of the documentation cannot be served");
            Err(ApiError::of(Refusal::Internal))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_route_of_the_interface_is_described_and_nothing_else() {
        let document = openapi();
        let described: BTreeSet<&str> = document.paths.paths.keys().map(String::as_str).collect();
        // Pages for people describe themselves.
        let is_screen = |path: &str| super::super::pages::PAGES.iter().any(|(page, _)| *page == path);
        let is_page = |path: &str| is_screen(path) || path.starts_with("/assets") || path.starts_with("/api/docs");
        let routes: BTreeSet<&str> = ROUTES
            .iter()
            .map(|(path, ..)| *path)
            .filter(|path| !is_page(path) && *path != "/api/openapi.json")
            .collect();
        assert_eq!(routes, described);
        let cases = document.paths.paths["/api/cases"].get.as_ref().expect("listed");
        assert_eq!(cases.security.as_ref().map(Vec::len), Some(2));
    }

    /// The screens take their types from this file. `GRIDWATCH_WRITE=1 cargo test described` writes it anew.
    #[test]
    fn what_the_screens_were_built_for_is_what_is_described() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/web/openapi.json");
        let now = serde_json::to_string_pretty(&openapi()).expect("plain data") + "\n";
        if std::env::var_os("GRIDWATCH_WRITE").is_some() {
            std::fs::write(path, &now).expect("written");
        }
        let kept = std::fs::read_to_string(path).unwrap_or_default();
        assert!(kept == now, "web/openapi.json is not what the code says: GRIDWATCH_WRITE=1 cargo test described");
    }
}
