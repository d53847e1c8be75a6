// What people do at the desk: one test a story.

import { test } from "node:test";

import admin from "./stories/admin.mjs";
import answers from "./stories/answers.mjs";
import entry from "./stories/entry.mjs";
import files from "./stories/files.mjs";
import findings from "./stories/findings.mjs";
import maps from "./stories/maps.mjs";
import paper from "./stories/paper.mjs";
import proof from "./stories/proof.mjs";
import register from "./stories/register.mjs";
import scrub from "./stories/scrub.mjs";

/** `get` gives the browser once the tests run. */
export function stories(get) {
  const all = { ...entry, ...findings, ...register, ...scrub, ...paper, ...admin, ...answers, ...files, ...maps, ...proof };
  for (const [name, play] of Object.entries(all)) {
    test(name, async () => {
      try {
        await play(get());
      } finally {
        await get().closeAll();
      }
    });
  }
}
