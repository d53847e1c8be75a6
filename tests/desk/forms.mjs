// Nothing typed is lost: every form that is posted is, after a session that ended in mid-form, as it was.

import assert from "node:assert/strict";

import { logIn } from "./browser.mjs";

/** Fills in a page's forms, has the session end, and logs in again: what is not as it was. Nothing where there are none. */
export async function lost(page, login) {
  const path = new URL(page.url()).pathname;
  const typed = await page.evaluate(fields, true);
  if (typed.length === 0) return { forms: 0, faults: [] };
  await page.context().clearCookies();
  await page.reload();
  assert.equal(new URL(page.url()).pathname, "/login");
  await logIn(page, login);
  const found = await page.evaluate(fields, false);
  const faults = typed.filter((field, at) => found[at] !== field).map((field) => `${path}: ${field} is lost`);
  if (!(await page.locator(".kept").first().isVisible())) faults.push(`${path}: the page does not say what it filled in`);
  return { forms: typed.length, faults };
}

/** Runs in the page: how the fields are that a person fills in; `change` fills them in first. */
function fields(change) {
  const values = { date: "2026-05-14", "datetime-local": "2026-05-14T08:00", number: "7" };
  const isTyped = ({ name, type, readOnly }) => name && !readOnly && !["hidden", "file", "password"].includes(type);
  const all = [...document.querySelectorAll("form[method=post] :is(input, select, textarea)")].filter(isTyped);
  for (const field of change ? all : []) {
    if (field.type === "checkbox") field.checked = !field.checked;
    else if (field.localName === "select") field.selectedIndex = field.options.length - 1;
    else field.value = values[field.type] ?? "Typed 晨光";
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  return all.map((field) => `${field.name} ${field.type === "checkbox" ? field.checked : field.value}`);
}
