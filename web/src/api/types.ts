// What the service says, as far as the pages need it. The one file to replace when types are generated.

export type Level = 'city' | 'district' | 'street' | 'community' | 'grid';

export interface Actor {
  kind: 'resident' | 'program' | 'administrator';
  name: string;
}

export interface Named {
  code: string;
  name: string;
  name_en?: string | null;
}

export interface Site {
  id: string;
  name: string | null;
  name_en: string | null;
  time_zone: string | null;
  basemap: string[];
}

export interface Department extends Named {
  phone?: string | null;
}

export interface Category extends Named {
  kind: 'component' | 'event';
  class: string;
  department: string | null;
  urgency: string;
}

export interface Grid extends Named {
  level: Level;
  parent: string | null;
  households: number | null;
  kind: string | null;
  department: string | null;
  area_m2: number;
}

export interface Camera {
  id: string;
  name: string;
  gb_code: string | null;
  pose: { heading_deg: number; tilt_deg: number; hfov_deg: number } | null;
  height_m: number | null;
  range_m: number;
  presets: string[];
}

export type Ring = [number, number][];
export type Area = { type: 'Polygon'; coordinates: Ring[] } | { type: 'MultiPolygon'; coordinates: Ring[][] };

export interface Feature<G, P> {
  type: 'Feature';
  geometry: G;
  properties: P;
}

export interface Collection<G, P> {
  type: 'FeatureCollection';
  features: Feature<G, P>[];
}

export type Point = { type: 'Point'; coordinates: [number, number] };

export interface Position {
  lon: number;
  lat: number;
}

export interface Placed {
  outcome: 'inside' | 'ambiguous' | 'nearest' | 'outside' | 'unplaced';
  /** Narrowest first. */
  path: { level: Level; code: string }[];
  candidates?: { grid: string; share: number }[];
  edge_m: number | null;
  distance_m: number | null;
  department: string | null;
  rule: string | null;
}

export interface Case {
  id: string;
  number: string;
  status: string;
  nature: string;
  category: string | null;
  visibility: string;
  position: Position | null;
  placed: Placed;
  opened_at: string;
  last_seen_at: string;
  due_at: string | null;
  updated_at: string;
  reports: number;
  version: number;
}

export interface Evidence {
  id: string;
}

export interface Report {
  id: string;
  source: string;
  captured_at: string;
  received_at: string;
  accuracy_m: number | null;
  description: string | null;
  address: string | null;
  place: string | null;
  contact: string | null;
  evidence?: Evidence[];
}

export interface CaseDetail extends Case {
  why: string[];
  told: Report[];
  evidence?: Evidence[];
}

export interface HeatLegend {
  unit: string;
  ramp: string;
  domain: [number, number];
  stops: { value: number; color: string }[];
}

export type LiveMessage =
  | { type: 'snapshot'; seq: number; cases: Case[] }
  | { type: 'alive'; seq: number; at: string }
  | { type: 'update'; seq: number; at: string; change: string; case?: Case };
