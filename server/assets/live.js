// What changes on the board is put in as it comes; what has the focus keeps it. Where nothing comes any more the page says
// so: it never ages in silence.
const state = document.getElementById("live");
const events = new EventSource(state.dataset.events);

// What was missed is read anew at once, but of a page that was just read anew not before a minute is over: where several
// servers share the work, its stream may have come to one that did not make it, again and again.
const APART_MS = 60_000;

function readAnew() {
  const isAnew = performance.getEntriesByType("navigation")[0]?.type === "reload";
  setTimeout(() => location.reload(), isAnew ? APART_MS - performance.now() : 0);
}

function put(fresh) {
  const shown = document.getElementById(fresh.id);
  if (!shown || shown.outerHTML === fresh.outerHTML) return;
  const focused = shown.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  shown.replaceWith(fresh);
  if (focused) fresh.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus();
}

// A server that is away is asked again and again by the browser; a refusal (the session is over) is final.
function notLive() {
  const when = events.readyState === EventSource.CLOSED ? "ended" : "lost";
  for (const words of state.children) words.hidden = words.dataset.when !== when;
  state.hidden = false;
}

events.addEventListener("board", (event) => {
  const drawn = new DOMParser().parseFromString(event.data, "text/html");
  for (const fresh of [...drawn.querySelectorAll("[id]")]) put(document.adoptNode(fresh));
});
events.addEventListener("whole", readAnew);
events.addEventListener("open", () => (state.hidden = true));
events.addEventListener("error", notLive);
addEventListener("pagehide", () => events.close());
// A page that is taken out of the browser's memory has closed them.
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
