// Maps: districts and places as GeoJSON, on a base map where one is configured. An element says by data-map where its
// features are, by data-districts where the districts, by data-base what lies under them; `onbeat:map` on it gives the
// map to other scripts, with its colours and how places are shifted for it. A list beside it says by data-places where
// the features of its lines are.

const DETAIL_FROM_ZOOM = [0, 10, 13];
const NO_SHIFT = { shown: (place) => place, stored: (place) => place, collectionShown: (data) => data };

// Colours are the style sheet's, so dark mode and print hold here too.
function colours(element) {
  const probe = element.appendChild(document.createElement("i"));
  const names = ["ground", "sheet", "ink", "soft", "line", "link", "inside", "edge", "outside", "unknown-ink", "excused"];
  const read = (name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const found = Object.fromEntries(names.map((name) => [name, read(name)]));
  probe.remove();
  return found;
}

function style(colour, base) {
  const kind = ["get", "kind"];
  return {
    version: 8,
    sources: {
      ...base.sources,
      districts: { type: "geojson", data: empty() },
      features: { type: "geojson", data: empty() },
    },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": colour.ground } },
      ...base.layers(colour),
      { id: "district", type: "fill", source: "districts", filter: ["==", kind, "district"],
        paint: { "fill-color": colour.inside, "fill-opacity": 0.16 } },
      { id: "no-go", type: "fill", source: "districts", filter: ["==", kind, "no_go"],
        paint: { "fill-color": colour.outside, "fill-opacity": 0.3 } },
      { id: "edge", type: "line", source: "districts", paint: { "line-color": colour.soft, "line-width": 1.5 } },
      { id: "area", type: "fill", source: "features", filter: ["==", ["geometry-type"], "Polygon"],
        paint: { "fill-color": colour.link, "fill-opacity": 0.18 } },
      { id: "area-edge", type: "line", source: "features", filter: ["==", ["geometry-type"], "Polygon"],
        paint: { "line-color": colour.link, "line-width": 2 } },
      { id: "line", type: "line", source: "features", filter: ["==", ["geometry-type"], "LineString"],
        paint: { "line-color": colour.soft, "line-width": 2 } },
      { id: "point", type: "circle", source: "features", filter: ["==", ["geometry-type"], "Point"],
        paint: {
          "circle-radius": ["match", kind, "fix", 3.5, 6],
          "circle-color": ["match", ["get", "side"], "inside", colour.inside, "edge", colour.edge,
            "outside", colour.outside, "unknown", colour["unknown-ink"], colour.link],
          "circle-stroke-color": colour.sheet, "circle-stroke-width": 1.5,
        } },
    ],
  };
}

function empty() {
  return { type: "FeatureCollection", features: [] };
}

// An address, or `#id` of an element of this page that holds the features.
async function fetched(address) {
  if (address.startsWith("#")) return JSON.parse(document.querySelector(address).textContent);
  const answer = await fetch(address, { headers: { accept: "application/geo+json" } });
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.json();
}

// What lies under all: images of another server, or a PMTiles file of this one (images, or lines and areas).
async function baseOf({ dataset: { base, baseUrl: url, attribution } }, library) {
  const images = (source) => ({
    sources: { base: { type: "raster", tileSize: 256, attribution: text(attribution), ...source } },
    layers: () => [{ id: "base", type: "raster", source: "base", paint: { "raster-saturation": -0.6, "raster-opacity": 0.8 } }],
  });
  if (base === "tiles") return images({ tiles: [url] });
  if (base !== "pmtiles") return { sources: {}, layers: () => [] };
  const archive = new pmtiles.PMTiles(new URL(url, location).href);
  const protocol = new pmtiles.Protocol();
  protocol.add(archive);
  library.addProtocol("pmtiles", protocol.tile);
  const source = { url: `pmtiles://${archive.source.getKey()}` };
  if ((await archive.getHeader()).tileType !== pmtiles.TileType.Mvt) return images(source);
  const { vector_layers: known = [] } = await archive.getMetadata();
  return {
    sources: { base: { type: "vector", attribution: text(attribution), ...source } },
    layers: (colour) => lines(known.map(({ id }) => id), colour),
  };
}

// Names of layers in the schemas of Protomaps and OpenMapTiles; without names of places, which would need fonts.
function lines(known, { soft, line, link }) {
  const fill = (color, opacity) => ({ type: "fill", paint: { "fill-color": color, "fill-opacity": opacity } });
  const stroke = (color, width) => ({ type: "line", paint: { "line-color": color, "line-width": width } });
  const drawn = {
    water: fill(link, 0.25), landuse: fill(soft, 0.08), roads: stroke(line, 1.2), transportation: stroke(line, 1.2),
    buildings: fill(soft, 0.2), building: fill(soft, 0.2), boundaries: stroke(soft, 0.6), boundary: stroke(soft, 0.6),
  };
  const found = Object.entries(drawn).filter(([name]) => known.includes(name));
  return found.map(([name, how]) => ({ id: `base-${name}`, source: "base", "source-layer": name, ...how }));
}

// The library takes markup; what is configured is words.
function text(words) {
  const probe = document.createElement("i");
  probe.textContent = words ?? "";
  return probe.innerHTML;
}

function corners(data) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  const walk = (value) => {
    if (typeof value[0] !== "number") return value.forEach(walk);
    box[0] = Math.min(box[0], value[0]);
    box[1] = Math.min(box[1], value[1]);
    box[2] = Math.max(box[2], value[0]);
    box[3] = Math.max(box[3], value[1]);
  };
  for (const feature of data.features) walk(feature.geometry.coordinates);
  return box[0] <= box[2] ? [[box[0], box[1]], [box[2], box[3]]] : null;
}

async function draw(element) {
  const library = await import(element.dataset.library);
  library.setWorkerUrl(new URL(element.dataset.worker, location).href);
  const shift = element.dataset.shift ? await import(element.dataset.shift) : NO_SHIFT;
  const read = async (address) => shift.collectionShown(address ? await fetched(address) : empty());
  const { districts: address } = element.dataset;
  const [districts, features, base] = await Promise.all([
    read(address && `${address}?detail=0`), read(element.dataset.map), baseOf(element, library),
  ]);
  const colour = colours(element);
  const first = style(colour, base);
  first.sources.districts.data = districts;
  first.sources.features.data = features;
  // What the page is about fills the map; the districts where it has no places of its own.
  const own = corners(features);
  const bounds = (element.hasAttribute("data-near") && own) || corners(districts) || own || [[-180, -60], [180, 70]];
  const map = new library.Map({
    container: element, locale: localeOf(element), style: first, bounds, fitBoundsOptions: { padding: 24, maxZoom: 16 },
    attributionControl: element.dataset.attribution ? { compact: false } : false, dragRotate: false, pitchWithRotate: false, cooperativeGestures: true,
  });
  map.addControl(new library.NavigationControl({ showCompass: false }));
  map.addControl(new library.ScaleControl());
  finer(map, element, read);
  followList(map, element, read);
  names(map, element, library);
  labels(map, library, districts);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    const [{ sources, layers }, fresh] = [map.getStyle(), style(colours(element), base)];
    const others = layers.filter(({ id }) => !fresh.layers.some((own) => own.id === id));
    map.setStyle({ ...fresh, sources, layers: [...fresh.layers, ...others] });
  });
  element.dispatchEvent(new CustomEvent("onbeat:map", { bubbles: true, detail: { map, library, shift, colour } }));
}

// The library's own words are English.
function localeOf({ dataset }) {
  return {
    "CooperativeGesturesHandler.MacHelpText": dataset.gestureMac,
    "CooperativeGesturesHandler.MobileHelpText": dataset.gestureTouch,
    "CooperativeGesturesHandler.WindowsHelpText": dataset.gestureOther,
    "NavigationControl.ZoomIn": dataset.zoomIn,
    "NavigationControl.ZoomOut": dataset.zoomOut,
  };
}

// Districts get more vertices when there is room to see them.
function finer(map, element, read) {
  let shown = 0;
  map.on("zoomend", async () => {
    const wanted = DETAIL_FROM_ZOOM.findLastIndex((zoom) => map.getZoom() >= zoom);
    if (!element.dataset.districts || wanted <= shown) return;
    shown = wanted;
    map.getSource("districts").setData(await read(`${element.dataset.districts}?detail=${wanted}`));
  });
}

// The list beside the map was filtered: the map shows the places of what is left.
function followList(map, element, read) {
  let shown = element.dataset.map;
  const follow = async () => {
    const places = document.querySelector("[data-places]")?.dataset.places ?? shown;
    if (places === shown) return;
    shown = places;
    try {
      const features = await read(places);
      // Of two that were asked for one after the other, the first may come last.
      if (places === shown) map.getSource("features").setData(features);
    } catch (error) {
      console.warn(error);
      // Asked for again with the next change of the list.
      shown = null;
    }
  };
  document.addEventListener("htmx:after:swap", follow);
  // The list may have been filtered while the map was begun.
  map.once("load", follow);
}

const NAMED = ["point", "no-go", "district"];

// What a place is: said where the pointer is, and where somebody taps, there with its link.
function names(map, element, library) {
  const popup = new library.Popup({ closeButton: false, closeOnClick: false });
  const tapped = new library.Popup({ closeButton: false });
  const under = ({ point }) => map.queryRenderedFeatures(point, { layers: NAMED })[0]?.properties ?? {};
  for (const layer of NAMED) {
    map.on("mousemove", layer, (event) => {
      const { name } = under(event);
      if (name && !tapped.isOpen()) popup.setLngLat(event.lngLat).setText(name).addTo(map);
    });
    map.on("mouseleave", layer, () => popup.remove());
  }
  map.on("click", "point", (event) => {
    const { name, link } = under(event);
    if (!link) return;
    const anchor = Object.assign(document.createElement("a"), { href: link, textContent: name });
    popup.remove();
    tapped.setLngLat(event.lngLat).setDOMContent(anchor).addTo(map);
  });
}

// The districts' names, each in the middle of its largest part as far as there is room: of two that would lie on each
// other only the first is shown.
function labels(map, library, { features }) {
  // A small one has no outline at this detail.
  const isSeen = ({ properties, geometry }) => properties.kind === "district" && geometry.coordinates.length > 0;
  const marks = features.filter(isSeen).map((district) => {
    const element = Object.assign(document.createElement("span"), { className: "map-name", textContent: district.properties.name });
    element.role = "img";
    element.ariaLabel = district.properties.name;
    const marker = new library.Marker({ element, opacityWhenCovered: "1" });
    return marker.setLngLat(middleOf(district.geometry)).addTo(map);
  });
  const place = () => {
    const kept = [];
    for (const mark of marks) {
      const element = mark.getElement();
      element.hidden = false;
      const box = element.getBoundingClientRect();
      const isOn = (other) => box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom;
      element.hidden = kept.some(isOn);
      if (!element.hidden) kept.push(box);
    }
  };
  map.on("moveend", place);
  map.once("idle", place);
}

function middleOf({ coordinates }) {
  const boxes = coordinates.map((part) => corners({ features: [{ geometry: { coordinates: part } }] }));
  const size = ([[west, south], [east, north]]) => (east - west) * (north - south);
  const [[west, south], [east, north]] = boxes.reduce((a, b) => (size(b) > size(a) ? b : a));
  return [(west + east) / 2, (south + north) / 2];
}

for (const element of document.querySelectorAll(".map")) {
  draw(element).catch((error) => {
    console.warn(error);
    element.textContent = element.dataset.failed;
  });
}
