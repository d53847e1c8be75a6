// The words of the pages, by language.

import { readFileSync } from "node:fs";

import { LANGUAGES } from "./browser.mjs";

export const WORDS = Object.fromEntries(LANGUAGES.map(({ name }) => {
  const file = new URL(`../../server/src/pages/words/${name}.json`, import.meta.url);
  return [name, JSON.parse(readFileSync(file, "utf8"))];
}));

/** Words with their values in. */
export const filled = (words, values) => words.replace(/\{(\w+)\}/g, (_, name) => values[name]);
