// A way to the server that can be cut while the server itself goes on.

import { once } from "node:events";
import { connect, createServer } from "node:net";

export class Way {
  #listener;
  #sockets = new Set();
  #isCut = false;

  /** A way to the server at an address. */
  static async to(address) {
    const way = new Way();
    const { hostname, port } = new URL(address);
    way.#listener = createServer((near) => {
      if (way.#isCut) return void near.destroy();
      const far = connect(port, hostname);
      for (const [socket, other] of [[near, far], [far, near]]) {
        way.#sockets.add(socket);
        socket.on("error", () => {});
        socket.on("close", () => {
          way.#sockets.delete(socket);
          other.destroy();
        });
        socket.pipe(other);
      }
    });
    way.#listener.listen(0, hostname);
    await once(way.#listener, "listening");
    return way;
  }

  get address() {
    const { address, port } = this.#listener.address();
    return `http://${address}:${port}`;
  }

  cut() {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend() {
    this.#isCut = false;
  }

  end() {
    this.cut();
    this.#listener.close();
  }
}
