import type { LayerSpecification, StyleSpecification } from 'maplibre-gl';
import { AWAY } from '../cameras/states';

/** The map's colours: the ground recedes, borders and cases stand out. */
export const PAINT = {
  ground: '#070d15',
  water: '#0b2436',
  green: '#0c211d',
  building: '#101c2a',
  buildingEdge: '#1a2b3d',
  street: { trunk: '#2b4057', primary: '#243850', secondary: '#1d2e43', alley: '#172535' },
  other: '#1d2e43',
  grid: '#2f9fc4',
  community: '#55cdf0',
  outline: '#a5e9ff',
  selected: '#ffffff',
  text: '#cfe3f2',
  textSoft: '#8aa3ba',
  camera: '#8fb7d6',
  cone: '#ffd479',
} as const;

/** Written in the machine's own fonts: the style names no glyphs, so no glyph file is ever asked for. */
const FONTS = ['Noto Sans CJK SC', 'Source Han Sans SC', 'PingFang SC', 'Microsoft YaHei', 'sans-serif'];
export const IDEOGRAPHS = FONTS.join(', ');

/** How much larger than on a desk: a rem grows with the wall, and what the map writes grows with it. */
export const unit = (): number => Math.max(1, parseFloat(getComputedStyle(document.documentElement).fontSize) / 16);

/** Twice the pixels show the same at one zoom more: so everything begins that much later. */
const zoom = (level: number): number => level + Math.log2(unit());

export const empty = { type: 'FeatureCollection' as const, features: [] };

export function style(): StyleSpecification {
  return {
    version: 8,
    sources: {},
    layers: [{ id: 'ground', type: 'background', paint: { 'background-color': PAINT.ground } }],
  };
}

/** Of a layer of the basemap, by its name where it is one that we know, else by the shapes that are in it. */
export function basemapLayers(name: string): LayerSpecification[] {
  const id = `basemap-${name}`;
  const source = id;
  switch (name) {
    case 'water':
      return [{ id, source, type: 'fill', paint: { 'fill-color': PAINT.water } }];
    case 'greens':
      return [{ id, source, type: 'fill', paint: { 'fill-color': PAINT.green } }];
    case 'buildings':
      return [
        {
          id,
          source,
          type: 'fill',
          minzoom: zoom(13.5),
          paint: { 'fill-color': PAINT.building, 'fill-outline-color': PAINT.buildingEdge },
        },
      ];
    case 'streets':
      return [
        {
          id,
          source,
          type: 'line',
          layout: { 'line-cap': 'round', 'line-join': 'round' },
          paint: {
            'line-color': ['match', ['get', 'class'], ...pairs(PAINT.street), PAINT.other] as never,
            'line-width': [
              'interpolate',
              ['exponential', 1.6],
              ['zoom'],
              12,
              ['match', ['get', 'class'], 'trunk', 2, 'primary', 1.6, 'secondary', 1, 0.4],
              18,
              ['match', ['get', 'class'], 'trunk', 22, 'primary', 18, 'secondary', 12, 6],
            ],
          },
        },
      ];
    default:
      return [
        { id, source, type: 'line', paint: { 'line-color': PAINT.other } },
        {
          id: `${id}-fill`,
          source,
          type: 'fill',
          filter: ['==', ['geometry-type'], 'Polygon'],
          paint: { 'fill-color': PAINT.building },
        },
      ];
  }
}

const pairs = (colors: Record<string, string>): string[] => Object.entries(colors).flat();

/** Ground first, names last. */
export const ORDER = ['greens', 'water', 'buildings', 'streets'];

export function streetNames(field: string): LayerSpecification {
  return {
    id: 'street-names',
    source: 'basemap-streets',
    type: 'symbol',
    minzoom: zoom(14.5),
    filter: ['!=', ['get', 'class'], 'alley'],
    layout: {
      'symbol-placement': 'line',
      'symbol-spacing': 420 * unit(),
      'text-field': nameField(field),
      'text-font': FONTS,
      'text-size': 11.5 * unit(),
      'text-letter-spacing': 0.06,
    },
    paint: { 'text-color': PAINT.textSoft, 'text-halo-color': PAINT.ground, 'text-halo-width': 2 },
  };
}

/** The name in the page's language, else the name. */
export const nameField = (field: string) => ['coalesce', ['get', field], ['get', 'name']] as never;

/** In ems: a Chinese name stays on one line, an English one goes on two. */
export const nameWidth = (field: string): number => (field === 'name_en' ? 6.5 : 9);

const isLeaf = ['get', 'leaf'] as never;
const isPicked = ['boolean', ['feature-state', 'picked'], false] as never;
const isHovered = ['boolean', ['feature-state', 'hovered'], false] as never;

export function gridLayers(): LayerSpecification[] {
  return [
    {
      id: 'grid-fill',
      source: 'grids',
      type: 'fill',
      filter: isLeaf,
      paint: {
        'fill-color': PAINT.grid,
        'fill-opacity': ['case', isPicked, 0.22, isHovered, 0.14, 0.035],
      },
    },
    {
      id: 'grid-line',
      source: 'grids',
      type: 'line',
      filter: isLeaf,
      layout: { 'line-join': 'round' },
      paint: {
        'line-color': PAINT.grid,
        'line-width': ['interpolate', ['linear'], ['zoom'], zoom(12), unit(), zoom(16), 2 * unit()],
      },
    },
    {
      id: 'community-line',
      source: 'grids',
      type: 'line',
      filter: ['all', ['!', isLeaf], ['!=', ['get', 'parent'], null]] as never,
      layout: { 'line-join': 'round' },
      paint: {
        'line-color': PAINT.community,
        'line-width': ['interpolate', ['linear'], ['zoom'], zoom(12), 1.8 * unit(), zoom(16), 3 * unit()],
      },
    },
    {
      id: 'street-line',
      source: 'grids',
      type: 'line',
      filter: ['all', ['!', isLeaf], ['==', ['get', 'parent'], null]] as never,
      layout: { 'line-join': 'round' },
      paint: {
        'line-color': PAINT.outline,
        'line-width': ['interpolate', ['linear'], ['zoom'], zoom(12), 2.4 * unit(), zoom(16), 4 * unit()],
      },
    },
    {
      id: 'grid-picked',
      source: 'grids',
      type: 'line',
      layout: { 'line-join': 'round' },
      paint: { 'line-color': PAINT.selected, 'line-width': 2.5 * unit(), 'line-opacity': ['case', isPicked, 1, 0] },
    },
  ];
}

export function gridNames(field: string): LayerSpecification {
  return {
    id: 'grid-names',
    source: 'grid-points',
    type: 'symbol',
    minzoom: zoom(12.5),
    layout: {
      'text-field': nameField(field),
      'text-font': FONTS,
      'text-size': ['interpolate', ['linear'], ['zoom'], zoom(13), 11.5 * unit(), zoom(16), 15 * unit()],
      'text-max-width': nameWidth(field),
      'text-padding': 2,
    },
    paint: { 'text-color': PAINT.text, 'text-halo-color': PAINT.ground, 'text-halo-width': 1.6 },
  };
}

export function cameraLayers(): LayerSpecification[] {
  return [
    {
      id: 'cone-fill',
      source: 'cone',
      type: 'fill',
      paint: { 'fill-color': PAINT.cone, 'fill-opacity': 0.18 },
    },
    { id: 'cone-line', source: 'cone', type: 'line', paint: { 'line-color': PAINT.cone, 'line-width': 1.5 * unit() } },
    {
      id: 'cameras',
      source: 'cameras',
      type: 'symbol',
      minzoom: zoom(15),
      layout: {
        'icon-image': [
          'match',
          ['get', 'status'],
          ['live', 'degraded', 'wrong_clock'],
          'camera-live',
          [...AWAY],
          'camera-down',
          'camera',
        ] as never,
        'icon-allow-overlap': true,
        'icon-ignore-placement': true,
        'icon-size': ['interpolate', ['linear'], ['zoom'], zoom(15), 0.7 * unit(), zoom(18), 1.2 * unit()],
      },
    },
  ];
}

/** By how things stand; one that nobody looks through is as it always was. */
export const CAMERA_ICONS: readonly [string, string][] = [
  ['camera', PAINT.camera],
  ['camera-live', '#4fd69c'],
  ['camera-down', '#ff5a52'],
];

/** A square with a dark rim, drawn here: there is no sprite to ask for. */
export function cameraIcon(color: string): { width: number; height: number; data: Uint8ClampedArray } {
  const size = 20;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size;
  const ctx = canvas.getContext('2d');
  if (!ctx) return { width: 1, height: 1, data: new Uint8ClampedArray(4) };
  ctx.fillStyle = PAINT.ground;
  ctx.fillRect(1, 1, 18, 18);
  ctx.fillStyle = color;
  ctx.fillRect(3, 3, 14, 14);
  ctx.fillStyle = PAINT.ground;
  ctx.fillRect(8, 8, 4, 4);
  return ctx.getImageData(0, 0, size, size);
}
