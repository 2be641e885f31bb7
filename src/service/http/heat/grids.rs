//! `/heat/grids.geojson`: heat by grid.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::{css, query::HeatQuery};
use crate::{
    domain::{analysis::heat::Period, grid::GridCode},
    service::{
        heat::GridHeat,
        http::{
            AppState,
            error::{ApiError, ErrorBody},
            geojson::{Collection, Feature},
            guard::{By, blocking},
            query::Asked,
        },
    },
};

/// A grid with its heat.
#[derive(Debug, Serialize, ToSchema)]
pub struct HeatedGrid {
    #[schema(value_type = String)]
    code: GridCode,
    name: String,
    name_en: Option<String>,
    /// Cases that are shown.
    events: u32,
    /// Those of the period that is compared with.
    events_before: Option<u32>,
    /// In `unit`; where periods are compared, how much more than before.
    density: f32,
    /// `events/km²/h` where the period has a length, else `events/km²`.
    unit: &'static str,
    /// As CSS writes it.
    color: String,
}

/// The grids of now, coloured by their cases to a square kilometre. `half_life` is not for counts.
#[utoipa::path(
    get, path = "/heat/grids.geojson", tag = "heat", params(HeatQuery),
    responses((status = 200, body = Collection<HeatedGrid>), (status = "4XX", body = ErrorBody)),
)]
pub async fn grids(
    State(state): State<AppState>,
    By(actor): By,
    Asked(query): Asked<HeatQuery>,
) -> Result<Collection<HeatedGrid>, ApiError> {
    let (of, look, now) = (query.of(&state, &actor)?, query.look()?, state.clock.now());
    let before = query.before(&of, &state)?;
    if matches!(of.period, Period::Fading(_)) {
        return Err(ApiError::unknown_name("half_life", &["from", "to", "last", "compare"]));
    }
    let (unit, heat, catalog) = (of.period.unit().symbol(), state.heat.clone(), state.catalog.load_full());
    let found = blocking(move || heat.by_grid(&of, before.as_ref(), &look, &catalog.coverages.at(now).hierarchy, now));
    Ok(Collection::of(found.await??.into_iter().map(|GridHeat { grid, events, events_before, density, color }| {
        let (code, name, name_en) = (grid.code.clone(), grid.name.clone(), grid.name_en.clone());
        let color = css(color);
        let heat = HeatedGrid { code, name, name_en, events, events_before, density, unit, color };
        Feature::of_area(grid.border.area(), heat)
    })))
}
