// GCJ-02, the datum of Chinese base maps: places are shifted to lie right on them, here and nowhere else. The formula as
// it became public in 2010 (eviltransform and its kin), on the Krasovsky ellipsoid; core/src/place/datum.rs reads files
// by the same.

const EQUATOR_M = 6_378_245;
const ECCENTRICITY_2 = 0.006693421622965943;
const RADIAN = Math.PI / 180;
/** Steps back from the map to the place: each leaves less than a hundredth of what was off. */
const STEPS = 6;

const isInChina = ([lon, lat]) => lon >= 72.004 && lon <= 137.8347 && lat >= 0.8293 && lat <= 55.8271;
const wave = (along, waves) =>
  waves.reduce((sum, [height, frequency]) => sum + (height * Math.sin(along * frequency * Math.PI) * 2) / 3, 0);
const ripple = (x) => wave(x, [[20, 6], [20, 2]]);

function shifted([lon, lat]) {
  const [x, y] = [lon - 105, lat - 35];
  const east_m = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * Math.sqrt(Math.abs(x)) + ripple(x)
    + wave(x, [[20, 1], [40, 1 / 3], [150, 1 / 12], [300, 1 / 30]]);
  const north_m = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * Math.sqrt(Math.abs(x)) + ripple(x)
    + wave(y, [[20, 1], [40, 1 / 3], [160, 1 / 12], [320, 1 / 30]]);
  const w = 1 - ECCENTRICITY_2 * Math.sin(lat * RADIAN) ** 2;
  const degree_east_m = (EQUATOR_M / Math.sqrt(w)) * Math.cos(lat * RADIAN) * RADIAN;
  const degree_north_m = ((EQUATOR_M * (1 - ECCENTRICITY_2)) / (w * Math.sqrt(w))) * RADIAN;
  return [lon + east_m / degree_east_m, lat + north_m / degree_north_m];
}

/** Where a place lies on such a map; outside of China (the rectangle that all implementations use) where it is. */
export const shown = (place) => (isInChina(place) ? shifted(place) : place);

/** The place that lies there. */
export function stored(point) {
  let place = point;
  for (let step = 0; step < STEPS; step += 1) {
    const off = shifted(place);
    place = [place[0] + point[0] - off[0], place[1] + point[1] - off[1]];
  }
  return isInChina(place) ? place : point;
}

/** All places of a FeatureCollection as they lie on such a map. */
export function collectionShown(data) {
  const walk = (value) => (typeof value[0] === "number" ? shown(value) : value.map(walk));
  const feature = (one) => ({ ...one, geometry: { ...one.geometry, coordinates: walk(one.geometry.coordinates) } });
  return { ...data, features: data.features.map(feature) };
}
