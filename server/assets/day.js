// Timeline and map move together: the slider goes from fix to fix; point, circle and words follow, and so does a
// mark on the bar. A click on the bar, or on a fix of the map, leads there.
const element = document.querySelector(".map[data-map='#trail-data']");
const slider = document.getElementById("scrub");
const words = document.getElementById("scrubbed");
const bar = document.querySelector(".tall .bar");

if (element && slider) element.addEventListener("onbeat:map", ({ detail: { map, library, shift } }) => {
  const fixes = JSON.parse(document.getElementById("trail-data").textContent).features
    .filter((feature) => feature.properties.kind === "fix");
  slider.max = fixes.length - 1;
  slider.closest(".scrub").hidden = false;
  const mark = new library.Marker({ color: getComputedStyle(slider).accentColor });
  const onBar = markOn(bar);
  const show = () => {
    const { geometry, properties } = fixes[slider.value];
    words.textContent = properties.name;
    slider.setAttribute("aria-valuetext", properties.name);
    const place = shift.shown(geometry.coordinates);
    mark.setLngLat(place).addTo(map);
    map.getSource("circle").setData(circle(place, properties.radius_m));
    if (!map.getBounds().contains(place)) map.panTo(place, { animate: false });
    onBar(properties.at_ms);
  };
  // To the fix that is nearest in time.
  const goTo = (at_ms) => {
    const away = fixes.map(({ properties }) => Math.abs(properties.at_ms - at_ms));
    slider.value = away.indexOf(Math.min(...away));
    show();
  };
  map.on("load", () => {
    const paint = { "fill-color": getComputedStyle(words).color, "fill-opacity": 0.15 };
    map.addSource("circle", { type: "geojson", data: circle([0, 0], 0) });
    map.addLayer({ id: "circle", type: "fill", source: "circle", paint }, "line");
    slider.addEventListener("input", show);
    map.on("click", "point", (event) => goTo(event.features[0].properties.at_ms));
    bar?.addEventListener("click", ({ clientX }) => goTo(timeAt(bar, clientX)));
    bar?.classList.add("scrubs");
    // A finding's link says by #at=… of which moment it is.
    const asked = new URLSearchParams(location.hash.slice(1)).get("at");
    if (asked) goTo(Number(asked));
    else show();
  });
});

// A circle on the ground, near enough for the eye: 64 corners, the degrees of a sphere.
function circle([lon, lat], radius_m) {
  const north = radius_m / 111_195;
  const east = north / Math.cos((lat * Math.PI) / 180);
  const corner = (turn) => [lon + east * Math.cos(turn), lat + north * Math.sin(turn)];
  const ring = Array.from({ length: 65 }, (_, i) => corner((i * Math.PI) / 32));
  return { type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [ring] } };
}

// The moment that a place on the bar stands for.
function timeAt(bar, x) {
  const { left, width } = bar.getBoundingClientRect();
  const [from, to] = [bar.dataset.from, bar.dataset.to].map(Number);
  return from + ((to - from) * (x - left)) / width;
}

function markOn(bar) {
  if (!bar?.dataset.from) return () => {};
  const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
  line.setAttribute("class", "now");
  line.setAttribute("y1", "0");
  line.setAttribute("y2", "20");
  bar.append(line);
  const { from, to } = bar.dataset;
  return (at_ms) => {
    const x = (1000 * (at_ms - from)) / (to - from);
    line.setAttribute("x1", x);
    line.setAttribute("x2", x);
  };
}
