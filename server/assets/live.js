// What changes on the board is put in as it comes; what has the focus keeps it.
const events = new EventSource("/today/live");

function put(fresh) {
  const shown = document.getElementById(fresh.id);
  if (!shown || shown.outerHTML === fresh.outerHTML) return;
  const focused = shown.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  shown.replaceWith(fresh);
  if (focused) fresh.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus();
}

events.addEventListener("board", (event) => {
  const drawn = new DOMParser().parseFromString(event.data, "text/html");
  for (const fresh of [...drawn.querySelectorAll("[id]")]) put(document.adoptNode(fresh));
});
events.addEventListener("whole", () => location.reload());
addEventListener("pagehide", () => events.close());
