//! What a site is made of: grids, departments, categories, places, cameras.

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    AppState,
    geojson::{Collection, Feature},
    guard::By,
};
use crate::{
    domain::{
        camera::{Camera, Link, Pose, Sampling, StreamFacts},
        duty::{
            Category, CategoryCode, CategoryKind, Department, DepartmentCode, Limit, ResponsibilityList, Urgency,
            Visibility,
        },
        grid::{Grid, GridCode, Level},
    },
    service::eyes::{Ailing, Standing, is_watched},
};

/// A grid, or a wider level.
#[derive(Debug, Serialize, ToSchema)]
pub struct GridProperties {
    code: GridCode,
    name: String,
    name_en: Option<String>,
    level: Level,
    parent: Option<GridCode>,
    households: Option<u32>,
    kind: Option<String>,
    department: Option<DepartmentCode>,
    area_m2: f64,
}

impl From<&Grid> for GridProperties {
    fn from(grid: &Grid) -> Self {
        Self {
            code: grid.code.clone(),
            name: grid.name.clone(),
            name_en: grid.name_en.clone(),
            level: grid.level,
            parent: grid.parent.clone(),
            households: grid.households,
            kind: grid.kind.clone(),
            department: grid.department.clone(),
            area_m2: grid.area_m2().round(),
        }
    }
}

/// The grids of now, as GeoJSON in WGS84.
#[utoipa::path(get, path = "/api/grids", tag = "site", responses((status = 200, body = Collection<GridProperties>)))]
pub async fn grids(State(state): State<AppState>) -> Collection<GridProperties> {
    let catalog = state.catalog.load();
    let hierarchy = &catalog.coverages.at(state.clock.now()).hierarchy;
    let grids = hierarchy.nodes().map(|node| hierarchy.grid(node));
    Collection::of(grids.map(|grid| Feature::of_area(grid.border.area(), GridProperties::from(&**grid))))
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Departments {
    departments: Vec<DepartmentItem>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DepartmentItem {
    code: DepartmentCode,
    name: String,
    name_en: Option<String>,
    phone: Option<String>,
}

impl From<&Department> for DepartmentItem {
    fn from(department: &Department) -> Self {
        let Department { code, name, name_en, phone } = department.clone();
        Self { code, name, name_en, phone }
    }
}

#[utoipa::path(get, path = "/api/departments", tag = "site", responses((status = 200, body = Departments)))]
pub async fn departments(State(state): State<AppState>) -> Json<Departments> {
    let catalog = state.catalog.load();
    Json(Departments { departments: catalog.routing.departments().iter().map(DepartmentItem::from).collect() })
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Categories {
    categories: Vec<CategoryItem>,
}

/// Limits are written as in the lists: `30m`, `4h` working hours, `4H` clock hours, `3d`.
#[derive(Debug, Serialize, ToSchema)]
pub struct CategoryItem {
    code: CategoryCode,
    kind: CategoryKind,
    list: ResponsibilityList,
    class: String,
    name: String,
    name_en: Option<String>,
    department: Option<DepartmentCode>,
    urgency: Urgency,
    visibility: Visibility,
    verify_limit: Option<String>,
    sign_limit: Option<String>,
    handle_limit: Option<String>,
    guard_limit: Option<String>,
}

impl From<&Category> for CategoryItem {
    fn from(category: &Category) -> Self {
        let limit = |limit: Option<Limit>| limit.map(|limit| limit.to_string());
        Self {
            code: category.code.clone(),
            kind: category.kind,
            list: category.list,
            class: category.class.clone(),
            name: category.name.clone(),
            name_en: category.name_en.clone(),
            department: category.department.clone(),
            urgency: category.urgency,
            visibility: category.visibility,
            verify_limit: limit(category.verify_limit),
            sign_limit: limit(category.sign_limit),
            handle_limit: limit(category.handle_limit),
            guard_limit: limit(category.guard_limit),
        }
    }
}

#[utoipa::path(get, path = "/api/categories", tag = "site", responses((status = 200, body = Categories)))]
pub async fn categories(State(state): State<AppState>, By(actor): By) -> Json<Categories> {
    let (catalog, circles) = (state.catalog.load(), actor.sight().circles);
    // Whoever may not see the cases of a category cannot report of it either.
    let shown = catalog.routing.categories().iter().filter(|category| circles.contains(&category.visibility));
    Json(Categories { categories: shown.map(CategoryItem::from).collect() })
}

/// Stream addresses stay inside.
#[derive(Debug, Serialize, ToSchema)]
pub struct CameraProperties {
    id: String,
    name: String,
    gb_code: Option<String>,
    pose: Option<Pose>,
    height_m: f64,
    range_m: f64,
    /// Tokens of a dome's presets.
    presets: Vec<String>,
    /// Looked through all the time, for its rules or because it is read cheaply; any other when somebody asks.
    watched: bool,
    link: Option<Link>,
    /// How often it is really looked at, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    sampling: Option<Sampling>,
    /// What is wrong with its pictures, although they come.
    #[serde(skip_serializing_if = "Option::is_none")]
    health: Option<Ailing>,
    /// What it sends, of a camera that is read over RTSP.
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<StreamFacts>,
}

impl From<&Camera> for CameraProperties {
    fn from(camera: &Camera) -> Self {
        Self {
            id: camera.id.clone(),
            name: camera.name.clone(),
            gb_code: camera.gb_code.clone(),
            pose: camera.pose,
            height_m: camera.height_m(),
            range_m: camera.range_m(),
            presets: camera.presets.iter().map(|preset| preset.token.clone()).collect(),
            watched: is_watched(camera),
            link: None,
            sampling: None,
            health: None,
            stream: None,
        }
    }
}

/// The cameras as GeoJSON, with how things stand with each; one without a position has no geometry.
#[utoipa::path(get, path = "/api/cameras", tag = "site", responses((status = 200, body = Collection<CameraProperties>)))]
pub async fn cameras(State(state): State<AppState>) -> Collection<CameraProperties> {
    let catalog = state.catalog.load();
    let (cameras, mut standings) = (catalog.cameras.cameras().iter(), state.eyes.standings());
    Collection::of(cameras.map(|camera| {
        let mut properties = CameraProperties::from(camera);
        if let Some(Standing { link, sampling, health, stream }) = standings.remove(&camera.id) {
            (properties.link, properties.sampling) = (Some(link), sampling);
            (properties.health, properties.stream) = (health, stream);
        }
        Feature::at(camera.position, properties)
    }))
}
