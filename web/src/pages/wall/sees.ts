import type { Feature, Point } from '../../api/geojson';
import type { Camera, Position } from '../../api/resources';

const METERS_PER_DEGREE = 111_320;

/** Whether a place lies before a camera, by its pose on the ground; the service knows better, and is not asked each second. */
export function sees({ geometry, properties }: Feature<Point | null, Camera>, place: Position): boolean {
  const { pose, range_m } = properties;
  if (!pose || !geometry) return false;
  const [lon, lat] = geometry.coordinates;
  const north = (place.lat - lat) * METERS_PER_DEGREE;
  const east = (place.lon - lon) * METERS_PER_DEGREE * Math.cos((lat * Math.PI) / 180);
  if (Math.hypot(east, north) > range_m) return false;
  const bearing = (Math.atan2(east, north) * 180) / Math.PI;
  const off = Math.abs(((bearing - pose.heading_deg + 540) % 360) - 180);
  return off <= pose.hfov_deg / 2;
}
