import { AttributionControl, type GeoJSONSource, Map as MapView, ScaleControl, setWorkerUrl } from 'maplibre-gl';
import worker from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import 'maplibre-gl/dist/maplibre-gl.css';
import type { Area, Collection, Point } from '../api/geojson';
import type { Camera, Grid, HeatLegend, Link, Site } from '../api/resources';
import { Heat } from './heat';
import { bounds, labelPoint, sector } from './geometry';
import * as look from './style';

// Without this the build passes and the map stays blank.
setWorkerUrl(worker);

export interface Picks {
  /** Is asked first: cases and findings lie over everything. */
  overAt(x: number, y: number): { kind: 'case' | 'finding'; id: string } | undefined;
  picked(kind: 'case' | 'finding' | 'grid' | 'camera', id: string): void;
  /** Whether the place itself is what was asked for: then nothing is picked. */
  placed?(lon: number, lat: number): boolean;
}

export interface Shown {
  heat: boolean;
  cameras: boolean;
  labels: boolean;
}

/** The map of a site: what lies where, without knowing of cases. */
export class SiteMap {
  readonly view: MapView;
  #site: [number, number, number, number] | undefined;
  #picked: readonly string[] = [];
  #hovered: string | undefined;
  #cameras: Collection<Point | null, Camera> = look.empty;

  constructor(
    private readonly container: HTMLElement,
    private readonly picks: Picks,
  ) {
    this.view = new MapView({
      container,
      style: look.style(),
      attributionControl: false,
      localIdeographFontFamily: look.IDEOGRAPHS,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      fadeDuration: 0,
      maxZoom: 20,
    });
    this.view.touchZoomRotate.disableRotation();
    this.view.keyboard.disableRotation();
    this.view.addControl(new ScaleControl({ maxWidth: 90 * look.unit() }), 'bottom-right');
    this.view.addControl(new AttributionControl({ compact: true }), 'bottom-right');
    this.#tellState();
    this.#listen();
  }

  /** Everything that does not change while the page stands. */
  async draw(site: Site, grids: Collection<Area, Grid & { leaf: boolean }>, field: string): Promise<void> {
    this.#site = bounds(grids);
    this.overview(false);
    await this.#loaded();
    const { view } = this;
    for (const name of [...site.basemap].sort((a, b) => rank(a) - rank(b))) {
      view.addSource(`basemap-${name}`, {
        type: 'geojson',
        data: `${location.origin}/api/basemap/${encodeURIComponent(name)}`,
      });
      for (const layer of look.basemapLayers(name)) view.addLayer(layer);
    }
    view.addSource('grids', { type: 'geojson', data: grids as never, promoteId: 'code', tolerance: 0.2 });
    for (const layer of look.gridLayers()) view.addLayer(layer);
    for (const source of ['cone', 'cameras']) view.addSource(source, { type: 'geojson', data: look.empty });
    for (const [name, color] of look.CAMERA_ICONS) {
      view.addImage(name, look.cameraIcon(color), { pixelRatio: 2 * 0.75 });
    }
    for (const layer of look.cameraLayers()) view.addLayer(layer);
    if (site.basemap.includes('streets')) view.addLayer(look.streetNames(field));
    view.addSource('grid-points', { type: 'geojson', data: points(grids) as never });
    view.addLayer(look.gridNames(field));
  }

  setCameras(cameras: Collection<Point | null, Camera>, links: ReadonlyMap<string, Link>): void {
    this.#cameras = cameras;
    const placed = cameras.features.filter(({ geometry }) => geometry);
    const features = placed.map((feature) => {
      const status = links.get(feature.properties.id)?.status ?? 'idle';
      return { ...feature, properties: { ...feature.properties, status } };
    });
    this.#source('cameras')?.setData({ ...cameras, features } as never);
  }

  /** Adds heat; `told` hears what its colours mean, again and again. */
  addHeat(told: (legend: HeatLegend) => void): Heat {
    return new Heat(this.view, 'grid-fill', told);
  }

  setLanguage(field: string, label: string): void {
    this.view.getCanvas().setAttribute('aria-label', label);
    for (const layer of ['grid-names', 'street-names']) {
      if (this.view.getLayer(layer)) this.view.setLayoutProperty(layer, 'text-field', look.nameField(field));
    }
    if (this.view.getLayer('grid-names')) {
      this.view.setLayoutProperty('grid-names', 'text-max-width', look.nameWidth(field));
    }
  }

  show(shown: Shown): void {
    const layers = { heat: shown.heat, cameras: shown.cameras, 'grid-names': shown.labels };
    for (const [layer, isShown] of Object.entries(layers)) {
      if (this.view.getLayer(layer)) {
        this.view.setLayoutProperty(layer, 'visibility', isShown ? 'visible' : 'none');
      }
    }
  }

  pickGrids(codes: readonly string[]): void {
    for (const code of this.#picked) this.#mark(code, { picked: false });
    for (const code of codes) this.#mark(code, { picked: true });
    this.#picked = codes;
  }

  pickCamera(id: string | undefined): void {
    const camera = this.#cameras.features.find(({ properties }) => properties.id === id);
    const pose = camera?.properties.pose;
    const cone =
      camera?.geometry && pose
        ? sector(camera.geometry.coordinates, pose.heading_deg, pose.hfov_deg, camera.properties.range_m)
        : undefined;
    const features = cone ? [{ type: 'Feature', geometry: cone, properties: {} }] : [];
    this.#source('cone')?.setData({ type: 'FeatureCollection', features } as never);
  }

  overview(animate = true): void {
    if (!this.#site) return;
    const [w, s, e, n] = this.#site;
    const edge = 32 * look.unit();
    // The legend lies at the bottom.
    this.view.fitBounds([w, s, e, n], { padding: { top: edge, right: edge, bottom: 2 * edge, left: edge }, animate });
  }

  goTo(lon: number, lat: number): void {
    this.view.easeTo({ center: [lon, lat], zoom: Math.max(this.view.getZoom(), 16), duration: 600 });
  }

  /** So that what lies over the map, in pixels from its left and its bottom, does not hide the grid. */
  goToGrid(grid: Area, covered: { left: number; bottom: number }): void {
    const box = bounds({ type: 'FeatureCollection', features: [{ type: 'Feature', geometry: grid, properties: {} }] });
    if (box)
      this.view.fitBounds(box, {
        padding: { top: 60, right: 90, left: 60 + covered.left, bottom: 60 + covered.bottom },
        maxZoom: 16.5,
        duration: 600,
      });
  }

  stop(): void {
    this.view.remove();
  }

  #mark(code: string | undefined, state: object): void {
    if (code !== undefined && this.view.getSource('grids')) {
      this.view.setFeatureState({ source: 'grids', id: code }, state);
    }
  }

  #source(name: string): GeoJSONSource | undefined {
    return this.view.getSource<GeoJSONSource>(name);
  }

  #loaded(): Promise<void> {
    return new Promise((done) => (this.view.loaded() ? done() : this.view.once('load', () => done())));
  }

  #listen(): void {
    this.view.on('click', ({ point: { x, y }, lngLat }) => {
      if (this.picks.placed?.(lngLat.lng, lngLat.lat)) return;
      const over = this.picks.overAt(x, y);
      if (over) return this.picks.picked(over.kind, over.id);
      const [camera] = this.#features('cameras', [
        [x - 8, y - 8],
        [x + 8, y + 8],
      ]);
      if (camera) return this.picks.picked('camera', String(camera.properties.id));
      const [grid] = this.#features('grid-fill', [x, y]);
      if (grid) this.picks.picked('grid', String(grid.properties.code));
    });
    this.view.on('mousemove', ({ point: { x, y } }) => {
      const [grid] = this.#features('grid-fill', [x, y]);
      const code = grid && String(grid.properties.code);
      if (code !== this.#hovered) {
        this.#mark(this.#hovered, { hovered: false });
        this.#mark(code, { hovered: true });
        this.#hovered = code;
      }
      const isOnSomething = grid !== undefined || this.picks.overAt(x, y) !== undefined;
      this.view.getCanvas().style.cursor = isOnSomething ? 'pointer' : '';
    });
  }

  #features(layer: string, at: [number, number] | [[number, number], [number, number]]) {
    return this.view.getLayer(layer) ? this.view.queryRenderedFeatures(at, { layers: [layer] }) : [];
  }

  /** For whoever looks from outside: where the map stands and whether it is still at work. */
  #tellState(): void {
    const { container, view } = this;
    view.on('movestart', () => (container.dataset.map = 'busy'));
    view.on('dataloading', () => (container.dataset.map = 'busy'));
    view.on('idle', () => {
      const { lng, lat } = view.getCenter();
      container.dataset.view = `${lng} ${lat} ${view.getZoom()}`;
      container.dataset.map = view.getLayer('grid-names') ? 'idle' : 'empty';
    });
  }
}

const rank = (name: string): number => (look.ORDER.indexOf(name) + look.ORDER.length + 1) % (look.ORDER.length + 1);

function points(grids: Collection<Area, Grid & { leaf: boolean }>) {
  const features = grids.features.flatMap(({ geometry, properties }) => {
    const at = properties.leaf ? labelPoint(geometry) : undefined;
    return at ? [{ type: 'Feature', geometry: { type: 'Point', coordinates: at }, properties }] : [];
  });
  return { type: 'FeatureCollection', features };
}
