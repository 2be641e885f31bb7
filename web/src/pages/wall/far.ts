/** Characters are read from a distance when they are so high: 1/200 of it, 25 mm at 5 m. */
const HEIGHT_PER_DISTANCE = 1 / 200;
/** Of a wall's own measure: a rem is a 120th of its width. */
const REMS = 120;
/** More would leave room for nothing. */
const MOST = 2.2;

/** How much larger than usual text has to be on a screen so wide, seen from so far, both in metres. */
export function textScale(widthM: number, distanceM: number): number {
  const usual = widthM / REMS;
  const needed = distanceM * HEIGHT_PER_DISTANCE;
  return usual > 0 && needed > 0 ? Math.min(MOST, Math.max(1, needed / usual)) : 1;
}

/** As the address says: `?width_m=4.8&distance_m=6`. */
export function scaleOf(search: string): number {
  const asked = new URLSearchParams(search);
  return textScale(Number(asked.get('width_m')), Number(asked.get('distance_m')));
}
