// What is typed outlives a session that ends in mid-form: it stays in this tab until it is sent.
for (const form of document.querySelectorAll("form[data-keep]")) {
  const key = "onbeat." + form.dataset.keep;
  const fields = [...form.querySelectorAll("textarea, input:not([type=checkbox]):not([type=hidden])")];
  const kept = JSON.parse(sessionStorage.getItem(key) || "{}");
  for (const field of fields) if (!field.value && kept[field.name]) field.value = kept[field.name];
  form.addEventListener("input", () => {
    sessionStorage.setItem(key, JSON.stringify(Object.fromEntries(fields.map((f) => [f.name, f.value]))));
  });
  form.addEventListener("submit", () => sessionStorage.setItem("onbeat.sent", key));
}
// Whatever page follows but the log-in, the form arrived.
if (location.pathname !== "/login") {
  const sent = sessionStorage.getItem("onbeat.sent");
  sessionStorage.removeItem("onbeat.sent");
  if (sent && !document.querySelector("[role=alert]")) {
    sessionStorage.removeItem(sent);
    for (const field of document.querySelectorAll(`form[data-keep="${CSS.escape(sent.slice(7))}"] textarea`)) {
      field.value = field.defaultValue;
    }
  }
}

// The queue by keyboard: j and k go down and up, x chooses, Enter opens (the line's own link has the focus).
const links = [...document.querySelectorAll("[data-line] a")];
document.addEventListener("keydown", (event) => {
  if (event.target.matches("input:not([type=checkbox]), textarea, select") || event.ctrlKey || event.metaKey) return;
  const at = links.findIndex((link) => link.closest("[data-line]").contains(document.activeElement));
  if (event.key === "j" && links[at + 1]) links[at + 1].focus();
  else if (event.key === "k" && at > 0) links[at - 1].focus();
  else if (event.key === "x" && at >= 0) links[at].closest("[data-line]").querySelector("input")?.click();
});
