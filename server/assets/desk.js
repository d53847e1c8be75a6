// What is typed or ticked outlives a session that ends in mid-form: it stays in this tab until it is sent, whoever is
// logged in meanwhile. So it is with every form that is posted, but for those with a password; files a browser keeps for no
// page. A form did not arrive where the log-in follows, or a page that says what is wrong, or where somebody goes back from
// no page at all; whatever else follows, it arrived. What nobody has touched for half a day is forgotten.
const who = document.querySelector(".who")?.textContent ?? "";
const isSent = ({ name, type }) => name && !["password", "file", "submit", "button"].includes(type);
const isBox = ({ type }) => type === "checkbox";
const isTyped = (field) => isSent(field) && field.type !== "hidden";
const nameOf = (field) => (isBox(field) ? `${field.name}=${field.value}` : field.name);
const stateOf = (field) => (isBox(field) ? field.checked : field.value);

// A form is known by where it is sent and by what it sends besides what is typed; `data-keep` names one that changes in
// that, and lets another form have what was sent by it.
function keyOf(form) {
  const hidden = [...form.querySelectorAll("[type=hidden]")].map(({ value }) => value);
  const place = new URL(form.getAttribute("action") ?? "", location).pathname;
  return PREFIX + [who, form.dataset.keep ?? [place, ...hidden].join(" ")].join(" ");
}

const PREFIX = "onbeat.kept ";
const KEPT_MS = 12 * 3_600_000;

// What was kept there; nothing where it is too old.
function fieldsAt(key) {
  const { at, fields } = JSON.parse(sessionStorage.getItem(key) || "{}");
  return Date.now() - at < KEPT_MS ? fields : {};
}

// Where the tab has no room nothing is kept: half of it, or an earlier state, would mislead.
function store(key, text) {
  try {
    sessionStorage.setItem(key, text);
  } catch {
    sessionStorage.removeItem(key);
  }
}

function forgetOld() {
  const kept = Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX));
  for (const key of kept) if (Object.keys(fieldsAt(key)).length === 0) sessionStorage.removeItem(key);
}

function takeSent() {
  const key = sessionStorage.getItem("onbeat.sent");
  sessionStorage.removeItem("onbeat.sent");
  const isBack = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
  const isRefused = location.pathname === "/login" || document.querySelector("[role=alert]");
  if (key && !isBack && !isRefused) sessionStorage.removeItem(key);
}

function keep(form) {
  const key = keyOf(form);
  const write = (fields) => {
    const kept = fields.filter(isSent).map((field) => [nameOf(field), stateOf(field)]);
    store(key, JSON.stringify({ at: Date.now(), fields: { ...fieldsAt(key), ...Object.fromEntries(kept) } }));
  };
  const filled = fill(form, fieldsAt(key));
  if (filled.length > 0) beside(form, filled, note(() => discard(form, key)));
  form.addEventListener("input", ({ target }) => write([target]));
  form.addEventListener("submit", () => {
    write([...form.elements]);
    store("onbeat.sent", key);
  });
}

// What is other than the page has it.
function fill(form, kept) {
  const fields = [...form.elements].filter((field) => isTyped(field) && nameOf(field) in kept);
  const others = fields.filter((field) => kept[nameOf(field)] !== stateOf(field));
  for (const field of others) {
    if (isBox(field)) field.checked = kept[nameOf(field)];
    else field.value = kept[nameOf(field)];
    field.closest("details")?.setAttribute("open", "");
  }
  return others;
}

// The notice stands at the first field with words that was filled; where there is none, at the form's head.
function beside(form, filled, notice) {
  const label = filled.find((field) => !isBox(field))?.closest("label");
  if (label) label.before(notice);
  else form.prepend(notice);
}

// The form is again as the page has it; what follows what is typed hears of it.
function discard(form, key) {
  form.reset();
  const fields = [...form.elements].filter(isTyped);
  for (const field of fields) field.dispatchEvent(new Event("input", { bubbles: true }));
  sessionStorage.removeItem(key);
  fields[0]?.focus();
}

function note(discarded) {
  const { kept, discard } = document.body.dataset;
  const words = Object.assign(document.createElement("p"), { className: "small kept", role: "status", textContent: `${kept} ` });
  const button = Object.assign(document.createElement("button"), { type: "button", className: "quiet", textContent: discard });
  button.addEventListener("click", () => {
    words.remove();
    discarded();
  });
  words.append(button);
  return words;
}

forgetOld();
takeSent();
for (const form of document.querySelectorAll("form[method=post]")) {
  const isFilledIn = form.dataset.keep !== undefined || [...form.elements].some(isTyped);
  if (isFilledIn && !form.querySelector("[type=password]")) keep(form);
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
