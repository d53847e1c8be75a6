// Somebody else's map: a server that has one tile for every place.

import { once } from "node:events";
import { createServer } from "node:http";

/** A PNG of four by four pixels, all of them blue (40, 90, 220): no colour of the desk's own. */
export const TILE = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAQAAAAECAIAAAAmkwkpAAAAEElEQVR42mPQiLoDRwzEcQAt0hXhQUzv" +
    "HwAAAABJRU5ErkJggg==",
  "base64",
);

export class Tiles {
  #server;
  /** Paths that were asked for. */
  asked = [];

  static async start() {
    const tiles = new Tiles();
    tiles.#server = createServer(({ url }, answer) => {
      tiles.asked.push(url);
      answer.writeHead(200, { "content-type": "image/png", "access-control-allow-origin": "*" }).end(TILE);
    });
    tiles.#server.listen(0, "127.0.0.1");
    await once(tiles.#server, "listening");
    return tiles;
  }

  /** As it is configured. */
  get address() {
    return `http://127.0.0.1:${this.#server.address().port}/{z}/{x}/{y}.png`;
  }

  end() {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
