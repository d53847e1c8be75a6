// Drawing a district: corners are moved, put between others and taken away, by pointer, by keyboard or by number. What
// is drawn goes into the form as GeoJSON, in WGS-84; the server looks at it as at a file.

const form = document.querySelector("form.draw");
const element = form.querySelector(".map");
const [geometry, said] = [form.elements.geometry, form.querySelector(".drawn")];
const [lat, lon] = [form.querySelector(".lat"), form.querySelector(".lon")];
/** More corners than these are not drawn one by one. */
const CORNERS_MOST = 1_500;
const UNDO_MOST = 20;
/** An arrow key moves a corner so far on the screen; with Shift a pixel. */
const STEP_PX = 10;

// Polygons of rings of corners `[lon, lat]`; the first ring of each is its border, the others its holes. A ring does
// not repeat its first corner.
let parts = [];
let at = null; // The chosen corner: {part, ring, corner}.
let open = null; // The ring that is being drawn: {corners, hole}.
const past = [];
let view;

const ringOf = (place) => parts[place.part][place.ring];
const closed = (ring) => [...ring, ring[0]];
const multipolygon = () => ({ type: "MultiPolygon", coordinates: parts.map((part) => part.map(closed)) });
const collection = (features) => ({ type: "FeatureCollection", features });
const feature = (type, coordinates, properties = {}) => ({ type: "Feature", properties, geometry: { type, coordinates } });
const middle = (a, b) => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];

element.addEventListener("onbeat:map", async ({ detail: { map, library, shift, colour } }) => {
  view = { map, shift, cross: new library.Marker({ color: colour.ink, scale: 0.6 }) };
  await Promise.all([read(), new Promise((ready) => (map.loaded() ? ready() : map.once("load", ready)))]);
  layers(map, colour);
  map.on("moveend", draw);
  map.on("move", () => open && view.cross.setLngLat(map.getCenter()));
  map.on("click", clicked);
  for (const event of ["mousedown", "touchstart"]) map.on(event, "corners", grabbed);
  element.addEventListener("keydown", pressed, { capture: true });
  form.addEventListener("click", ({ target }) => acts[target.dataset.do]?.());
  for (const field of [lat, lon]) field.addEventListener("change", typed);
  const box = bounds();
  if (box) map.fitBounds(box, { padding: 40, animate: false });
  draw();
});

/** What is there already: what was typed before a log-in came between, else the district. */
async function read() {
  const answer = geometry.value ? null : await fetch(form.dataset.shape);
  const known = geometry.value ? JSON.parse(geometry.value) : (await answer.json()).features[0]?.geometry;
  if (!known) return;
  const polygons = known.type === "Polygon" ? [known.coordinates] : known.coordinates;
  parts = polygons.map((part) => part.map((ring) => ring.slice(0, -1)));
  geometry.value = JSON.stringify(multipolygon());
}

function layers(map, { link, sheet }) {
  for (const id of ["drawn", "corners"]) map.addSource(id, { type: "geojson", data: collection([]) });
  map.addLayer({ id: "drawn", type: "fill", source: "drawn", paint: { "fill-color": link, "fill-opacity": 0.2 } });
  map.addLayer({ id: "drawn-edge", type: "line", source: "drawn", paint: { "line-color": link, "line-width": 2 } });
  map.addLayer({ id: "corners", type: "circle", source: "corners", paint: {
    "circle-radius": ["match", ["get", "kind"], "chosen", 9, "between", 4, 6],
    "circle-color": ["match", ["get", "kind"], "chosen", link, sheet],
    "circle-stroke-color": link, "circle-stroke-width": 2,
    "circle-opacity": ["match", ["get", "kind"], "between", 0.6, 1],
  } });
}

/** Draws all of it anew, and says what is chosen. */
function draw() {
  const { map, shift } = view;
  const seen = cornersSeen();
  const shownRing = (ring) => ring.map(shift.shown);
  const shape = parts.map((part) => feature("Polygon", part.map((ring) => shownRing(closed(ring)))));
  const line = open ? [feature("LineString", shownRing(open.corners))] : [];
  map.getSource("drawn").setData(collection([...shape, ...line.filter((one) => one.geometry.coordinates.length > 1)]));
  map.getSource("corners").setData(collection(seen ?? []));
  if (open) view.cross.setLngLat(map.getCenter()).addTo(map);
  else view.cross.remove();
  for (const name of ["add", "close"]) form.querySelector(`[data-do=${name}]`).disabled = !open;
  for (const field of [lat, lon]) field.disabled = !at;
  if (at) [lon.value, lat.value] = ringOf(at)[at.corner];
  said.textContent = words(seen);
}

function words(seen) {
  const all = parts.flat().reduce((sum, ring) => sum + ring.length, 0);
  if (open) return form.dataset.drawing.replace("{count}", open.corners.length);
  if (at) return form.dataset.corner.replace("{n}", at.corner + 1).replace("{count}", ringOf(at).length);
  return (seen ? form.dataset.corners : form.dataset.near).replace("{count}", all);
}

/** Corners in sight, and the middles of their edges; null where there are too many. */
function cornersSeen() {
  const { map, shift } = view;
  const [box, found] = [map.getBounds(), []];
  const put = (place, properties) => {
    const on = shift.shown(place);
    if (box.contains(on)) found.push(feature("Point", on, properties));
  };
  for (const [part, rings] of parts.entries()) for (const [ring, corners] of rings.entries()) {
    for (const [corner, place] of corners.entries()) {
      const here = { part, ring, corner };
      const chosen = at && at.part === part && at.ring === ring && at.corner === corner;
      put(place, { ...here, kind: chosen ? "chosen" : "corner" });
      put(middle(place, corners[(corner + 1) % corners.length]), { ...here, kind: "between" });
      if (found.length > CORNERS_MOST) return null;
    }
  }
  for (const place of open?.corners ?? []) put(place, { kind: "corner" });
  return found;
}

/** Remembers how it was, changes it, and keeps it for the form. */
function change(act) {
  past.push(JSON.stringify(parts));
  if (past.length > UNDO_MOST) past.shift();
  act();
  keep();
}

function keep() {
  geometry.value = parts.length ? JSON.stringify(multipolygon()) : "";
  geometry.dispatchEvent(new Event("input", { bubbles: true }));
  draw();
}

const acts = {
  part: () => begin(false),
  hole: () => begin(true),
  add: () => open && addCorner(view.shift.stored(view.map.getCenter().toArray())),
  close: () => open && close(),
  before: () => choose(-1),
  next: () => choose(1),
  insert() {
    if (!at) return;
    const [ring, next] = [ringOf(at), at.corner + 1];
    change(() => ring.splice(next, 0, middle(ring[at.corner], ring[next % ring.length])));
    at = { ...at, corner: next };
    follow();
  },
  remove() {
    if (!at) return;
    if (ringOf(at).length <= 3) return acts.ring();
    change(() => ringOf(at).splice(at.corner, 1));
    at = { ...at, corner: Math.min(at.corner, ringOf(at).length - 1) };
    draw();
  },
  ring() {
    if (!at) return;
    const gone = at;
    at = null;
    // Without its border a part has no holes either.
    change(() => (gone.ring === 0 ? parts.splice(gone.part, 1) : parts[gone.part].splice(gone.ring, 1)));
  },
  undo() {
    if (open) open.corners.pop();
    else if (past.length) [parts, at] = [JSON.parse(past.pop()), null];
    keep();
  },
};

function begin(hole) {
  [open, at] = [{ corners: [], hole }, null];
  draw();
  view.map.getCanvas().focus();
}

function addCorner(place) {
  open.corners.push(place);
  draw();
}

function close() {
  const { corners, hole } = open;
  const part = hole ? parts.findIndex((rings) => corners.length && isInside(corners[0], rings[0])) : parts.length;
  if (corners.length >= 3 && part < 0) return void (said.textContent = form.dataset.noPart);
  open = null;
  if (corners.length < 3) return draw();
  change(() => (hole ? parts[part].push(corners) : parts.push([corners])));
}

/** Whether a ring on a plane holds a place: an odd number of its edges lies east of it. */
function isInside([x, y], ring) {
  const crosses = ([ax, ay], [bx, by]) => ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax;
  return ring.filter((corner, n) => crosses(corner, ring[(n + 1) % ring.length])).length % 2 === 1;
}

/** The next corner or the one before; from the last of a ring to the first of the next. */
function choose(step) {
  const rings = parts.flatMap((part, p) => part.map((ring, r) => ({ part: p, ring: r, corners: ring.length })));
  if (!rings.length) return;
  const here = at ? rings.findIndex(({ part, ring }) => part === at.part && ring === at.ring) : 0;
  let [ring, corner] = [here, at ? at.corner + step : 0];
  if (corner < 0 || corner >= rings[here].corners) {
    ring = (here + step + rings.length) % rings.length;
    corner = step > 0 ? 0 : rings[ring].corners - 1;
  }
  at = { part: rings[ring].part, ring: rings[ring].ring, corner };
  follow();
}

/** Brings the chosen corner into sight. */
function follow() {
  const on = view.shift.shown(ringOf(at)[at.corner]);
  if (!view.map.getBounds().contains(on)) view.map.panTo(on, { animate: false });
  draw();
}

function clicked(event) {
  const [hit] = view.map.queryRenderedFeatures(event.point, { layers: ["corners"] });
  if (open) return addCorner(view.shift.stored(event.lngLat.toArray()));
  at = hit ? placeOf(hit) : null;
  if (hit?.properties.kind === "between") acts.insert();
  draw();
}

const placeOf = ({ properties: { part, ring, corner } }) => ({ part, ring, corner });

/** A corner that is taken hold of follows the pointer until it is let go. */
function grabbed(event) {
  const hit = event.features[0];
  if (open || hit.properties.kind === "between") return;
  event.preventDefault();
  at = placeOf(hit);
  const { map } = view;
  const [ring, before] = [ringOf(at), JSON.stringify(parts)];
  const moved = ({ lngLat }) => {
    ring[at.corner] = view.shift.stored(lngLat.toArray());
    draw();
  };
  const [move, end] = event.type === "mousedown" ? ["mousemove", "mouseup"] : ["touchmove", "touchend"];
  map.on(move, moved);
  map.once(end, () => {
    map.off(move, moved);
    if (before === JSON.stringify(parts)) return;
    past.push(before);
    keep();
  });
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const KEYS = { n: "next", p: "before", i: "insert", Insert: "insert", Delete: "remove", Backspace: "remove", Enter: "add", c: "close", z: "undo" };

/** On the map keys work as the buttons do; arrows move the chosen corner, or the map where none is. */
function pressed(event) {
  if (event.altKey || event.ctrlKey || event.metaKey || !event.target.matches("canvas")) return;
  const arrow = at && ARROWS[event.key];
  if (arrow) nudge(arrow, event.shiftKey ? 1 : STEP_PX);
  else if (event.key === "Escape") [open, at] = [null, null];
  else if (KEYS[event.key]) acts[KEYS[event.key]]();
  else return;
  event.preventDefault();
  event.stopPropagation();
  draw();
}

function nudge([right, down], px) {
  const { map, shift } = view;
  const [ring, corner] = [ringOf(at), at.corner];
  const from = map.project(shift.shown(ring[corner]));
  const to = map.unproject([from.x + right * px, from.y + down * px]);
  change(() => (ring[corner] = shift.stored(to.toArray())));
  follow();
}

function typed() {
  if (!at || !lat.reportValidity() || !lon.reportValidity()) return;
  const [ring, place] = [ringOf(at), [Number(lon.value), Number(lat.value)]];
  change(() => (ring[at.corner] = place));
  follow();
}

function bounds() {
  const places = parts.flat(2).map(view.shift.shown);
  if (!places.length) return null;
  const [lons, lats] = [0, 1].map((axis) => places.map((place) => place[axis]));
  const most = (values, pick) => values.reduce((a, b) => pick(a, b));
  return [[most(lons, Math.min), most(lats, Math.min)], [most(lons, Math.max), most(lats, Math.max)]];
}
