// GeoJSON as the service sends it; the description of the interface leaves its geometry open.

export type Ring = [number, number][];
export type Area = { type: 'Polygon'; coordinates: Ring[] } | { type: 'MultiPolygon'; coordinates: Ring[][] };
export type Point = { type: 'Point'; coordinates: [number, number] };

export interface Feature<G, P> {
  type: 'Feature';
  geometry: G;
  properties: P;
}

export interface Collection<G, P> {
  type: 'FeatureCollection';
  features: Feature<G, P>[];
}
