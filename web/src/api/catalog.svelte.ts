import { named } from '../words/words.svelte';
import { t } from '../words/words.svelte';
import { api } from './client';
import type { Area, Collection, Feature, Point } from './geojson';
import type { Camera, Case, Category, Department, Grid, Site } from './resources';

const none = <P, G>(): Collection<G, P> => ({ type: 'FeatureCollection', features: [] });

/** What the site is made of: read once when the page opens. */
class Catalog {
  site = $state.raw<Site>({ id: '', name: null, name_en: null, time_zone: null, basemap: [], stars: 3 });
  grids = $state.raw<Collection<Area, Grid>>(none());
  cameras = $state.raw<Collection<Point | null, Camera>>(none());
  departments = $state.raw<ReadonlyMap<string, Department>>(new Map());
  categories = $state.raw<ReadonlyMap<string, Category>>(new Map());

  gridByCode = $derived(new Map(this.grids.features.map((feature) => [feature.properties.code, feature])));
  #parents = $derived(new Set(this.grids.features.map(({ properties }) => properties.parent)));
  leaves = $derived(this.grids.features.filter(({ properties }) => this.isLeaf(properties)));

  /** What everybody may see. */
  async load(): Promise<void> {
    const [site, grids, departments, categories] = await Promise.all([
      api.site(),
      api.grids(),
      api.departments(),
      api.categories(),
    ]);
    this.site = site;
    this.grids = grids;
    this.departments = byCode(departments.departments);
    this.categories = byCode(categories.categories);
  }

  /** What only those who have signed in may. */
  async loadCameras(): Promise<void> {
    this.cameras = await api.cameras();
  }

  camera(id: string): Feature<Point | null, Camera> | undefined {
    return this.cameras.features.find(({ properties }) => properties.id === id);
  }

  /** Positions are placed on it: nothing is below it. */
  isLeaf(grid: Grid): boolean {
    return !this.#parents.has(grid.code);
  }

  siteName(): string {
    const { id, name, name_en } = this.site;
    return named({ name: name ?? id, name_en });
  }

  gridName(code: string | undefined): string {
    if (code === undefined) return t('case.noGrid');
    const grid = this.gridByCode.get(code);
    return grid ? named(grid.properties) : code;
  }

  departmentName(code: string | null | undefined): string {
    if (!code) return t('case.noDepartment');
    const department = this.departments.get(code);
    return department ? named(department) : code;
  }

  categoryName(code: string | null | undefined): string {
    if (!code) return t('case.uncategorised');
    const category = this.categories.get(code);
    return category ? named(category) : code;
  }

  /** The grid's department, else that of the nearest wider level that has one. */
  departmentOf(grid: Grid): string | null {
    for (let at: Grid | undefined = grid; at; at = this.parentOf(at)) {
      if (at.department) return at.department;
    }
    return null;
  }

  parentOf(grid: Grid): Grid | undefined {
    return grid.parent ? this.gridByCode.get(grid.parent)?.properties : undefined;
  }

  /** Widest first: street, community, grid. */
  pathOf(one: Case): string[] {
    return one.placed.path.map(({ code }) => this.gridName(code)).reverse();
  }
}

const byCode = <T extends { code: string }>(list: T[]): Map<string, T> => new Map(list.map((one) => [one.code, one]));

export const catalog = new Catalog();
