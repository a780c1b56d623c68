import type { IncomingHttpHeaders, Server } from "node:http";

/** Names of this machine's loopback; a tunnel may bring them with another port. */
const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];

/** Why a request is refused; undefined: it may pass. */
export interface Refusal {
  status: 403 | 421;
  message: string;
}

/**
 * Refuses what another site sends: `Host` must be a name of the loopback, so that no name of another site leads
 * here, and a browser must not say that another site asks.
 */
export function strangerRefusal(headers: IncomingHttpHeaders): Refusal | undefined {
  const host = headers.host ?? "";
  if (!LOOPBACK.includes(host.replace(/:\d+$/, ""))) {
    return { status: 421, message: "Host: must be 127.0.0.1 or localhost" };
  }
  const { origin } = headers;
  if (origin !== undefined && origin !== `http://${host}`) {
    return { status: 403, message: "Origin: another site has nothing to ask here" };
  }
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") {
    return { status: 403, message: "Sec-Fetch-Site: another site has nothing to ask here" };
  }
  return undefined;
}

/** Listens on this machine's loopback only. @throws when the port is taken */
export function listenOnLoopback(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = error.code === "EADDRINUSE";
      const message = `--port: ${port} is taken on 127.0.0.1; choose another, or 0 for a free one`;
      reject(taken ? new Error(message, { cause: error }) : error);
    });
    server.listen(port, "127.0.0.1", resolve);
  });
}
