import { createServer } from "node:net";

/** The node's ports on this machine's loopback. */
export interface Ports {
  /** The load balancer. */
  http: number;
  api: number;
  ssh: number;
}

/** Where the search for free ports starts: easy to remember, above those that need root. */
export const defaultPorts: Ports = { http: 8080, api: 18006, ssh: 12222 };

/**
 * A free port for each purpose: the remembered one, else the default or the next that is free.
 *
 * @throws when 200 ports in a row are taken.
 */
export async function choosePorts(
  remembered: Partial<Ports> = {},
  isFree: (port: number) => Promise<boolean> = isPortFree,
): Promise<Ports> {
  const chosen: number[] = [];
  const choose = async (purpose: keyof Ports) => {
    const first = defaultPorts[purpose];
    const candidates = Array.from({ length: 200 }, (_, i) => first + i);
    for (const port of [remembered[purpose] ?? first, ...candidates]) {
      if (chosen.includes(port) || !(await isFree(port))) continue;
      chosen.push(port);
      return port;
    }
    throw new Error(
      `port for ${purpose}: none free, got ${first} to ${first + 199} in use; free one`,
    );
  };
  return { http: await choose("http"), api: await choose("api"), ssh: await choose("ssh") };
}

/** Whether Docker could publish this port on 127.0.0.1. */
export async function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => {
      server.close(() => resolve(true));
    });
  });
}
