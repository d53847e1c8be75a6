// Maps without tiles: districts and places as GeoJSON. An element says by data-map where its features are, by
// data-districts where the districts; `onbeat:map` on it gives the map to other scripts.

const DETAIL_FROM_ZOOM = [0, 10, 13];

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

function style(colour) {
  const kind = ["get", "kind"];
  return {
    version: 8,
    sources: {
      districts: { type: "geojson", data: empty() },
      features: { type: "geojson", data: empty() },
    },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": colour.ground } },
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
  const [districts, features] = await Promise.all([
    element.dataset.districts ? fetched(`${element.dataset.districts}?detail=0`) : empty(),
    element.dataset.map ? fetched(element.dataset.map) : empty(),
  ]);
  const first = style(colours(element));
  first.sources.districts.data = districts;
  first.sources.features.data = features;
  // What the page is about fills the map; the districts where it has no places of its own.
  const own = corners(features);
  const bounds = (element.hasAttribute("data-near") && own) || corners(districts) || own || [[-180, -60], [180, 70]];
  const map = new library.Map({
    container: element, style: first, bounds, fitBoundsOptions: { padding: 24, maxZoom: 16 },
    attributionControl: false, dragRotate: false, pitchWithRotate: false, cooperativeGestures: true,
  });
  map.addControl(new library.NavigationControl({ showCompass: false }));
  map.addControl(new library.ScaleControl());
  finer(map, element);
  names(map, element, library);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    const kept = map.getStyle().sources;
    map.setStyle({ ...style(colours(element)), sources: kept });
  });
  element.dispatchEvent(new CustomEvent("onbeat:map", { bubbles: true, detail: { map, library } }));
}

// Districts get more vertices when there is room to see them.
function finer(map, element) {
  let shown = 0;
  map.on("zoomend", async () => {
    const wanted = DETAIL_FROM_ZOOM.findLastIndex((zoom) => map.getZoom() >= zoom);
    if (!element.dataset.districts || wanted <= shown) return;
    shown = wanted;
    const data = await fetched(`${element.dataset.districts}?detail=${wanted}`);
    map.getSource("districts").setData(data);
  });
}

// What a place is: said where the pointer is.
function names(map, element, library) {
  const popup = new library.Popup({ closeButton: false, closeOnClick: false });
  for (const layer of ["point", "no-go", "district"]) {
    map.on("mousemove", layer, (event) => {
      const under = map.queryRenderedFeatures(event.point, { layers: ["point", "no-go", "district"] })[0];
      if (under?.properties.name) popup.setLngLat(event.lngLat).setText(under.properties.name).addTo(map);
    });
    map.on("mouseleave", layer, () => popup.remove());
  }
  map.on("click", "point", (event) => {
    const address = event.features[0].properties.link;
    if (address) location.assign(address);
  });
}

for (const element of document.querySelectorAll(".map")) {
  draw(element).catch((error) => {
    console.warn(error);
    element.textContent = element.dataset.failed;
  });
}
