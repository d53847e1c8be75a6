// What is typed outlives a session that ends in mid-form: it stays in this tab until it is sent. Where the log-in
// follows, or a page that says what is wrong without the form, the form did not arrive: its fields are as they were once
// it is opened again. Whatever else follows without saying what is wrong, it arrived.
const noted = (name) => {
  const value = sessionStorage.getItem(name);
  sessionStorage.removeItem(name);
  return value;
};
const sent = noted("onbeat.sent");
const unsent = location.pathname === "/login" ? null : noted("onbeat.unsent");
const isRefused = document.querySelector("[role=alert]") !== null;
const isThere = [...document.forms].some((form) => `onbeat.${form.dataset.keep}` === sent);
if (sent && (location.pathname === "/login" || (isRefused && !isThere))) sessionStorage.setItem("onbeat.unsent", sent);
else if (sent && !isRefused) sessionStorage.removeItem(sent);

for (const form of document.querySelectorAll("form[data-keep]")) {
  const key = "onbeat." + form.dataset.keep;
  const typed = "textarea, select, input:not([type=checkbox], [type=radio], [type=hidden], [type=password], [type=file])";
  const fields = [...form.querySelectorAll(typed)];
  const kept = JSON.parse(sessionStorage.getItem(key) || "{}");
  for (const field of fields) if (kept[field.name] && (key === unsent || !field.value)) field.value = kept[field.name];
  form.addEventListener("input", () => {
    sessionStorage.setItem(key, JSON.stringify(Object.fromEntries(fields.map((f) => [f.name, f.value]))));
  });
  form.addEventListener("submit", () => sessionStorage.setItem("onbeat.sent", key));
}

// The queue by keyboard: j and k go down and up, x chooses, e chooses and goes to the reason, Enter opens (the line's own
// link has the focus).
const links = [...document.querySelectorAll("[data-line] a")];
const boxOf = (link) => link.closest("[data-line]").querySelector("input");
const reason = document.querySelector("[data-reason]");
document.addEventListener("keydown", (event) => {
  if (event.target.matches("input:not([type=checkbox]), textarea, select") || event.ctrlKey || event.metaKey) return;
  const at = links.findIndex((link) => link.closest("[data-line]").contains(document.activeElement));
  if (event.key === "j" && links[at + 1]) links[at + 1].focus();
  else if (event.key === "k" && at > 0) links[at - 1].focus();
  else if (event.key === "x" && at >= 0) boxOf(links[at])?.click();
  else if (event.key === "e" && reason) {
    // Where lines are chosen, the reason is theirs.
    if (at >= 0 && !document.querySelector("[data-line] :checked")) boxOf(links[at])?.click();
    event.preventDefault();
    reason.focus();
  }
});

// From the reason, Ctrl and Enter excuse what is chosen.
reason?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  reason.form.requestSubmit(reason.form.querySelector("[value=excused]"));
});

// The page on location as phones show it, while it is typed.
for (const shown of document.querySelectorAll("[data-shows]")) {
  const fields = shown.dataset.shows.split(" ").map((name) => document.querySelector(`textarea[name=${name}]`));
  const show = () => {
    const typed = fields.map((field) => field.value.trim()).find(Boolean);
    shown.textContent = typed ?? shown.closest("[data-none]").dataset.none;
  };
  for (const field of fields) field.addEventListener("input", show);
  show();
}

// A one-time code stands in the fragment of its link, which no browser sends: it is put into its field here.
const field = document.querySelector("[data-fragment]");
if (field && !field.value) field.value = location.hash.slice(1);
