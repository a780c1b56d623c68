import { spawn } from "node:child_process";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { Client } from "pg";
import { labClone } from "./labClone";

/** How a client presents itself to the database. */
export interface DbLogin {
  user?: string;
  database?: string;
  password?: string;
  /** @default true */
  tls?: boolean;
}

/** Connections to the database that come from a guest's own address. */
export interface DbTunnel extends AsyncDisposable {
  /** Logs in and asks one question. @throws what the database, or the way to it, says. */
  ask(login?: DbLogin): Promise<string>;
}

/** Goes through `./lab exec`: bash's own TCP client needs nothing installed in the guest. */
export async function dbTunnel(guest: string, address: string): Promise<DbTunnel> {
  const read = async (file: string) =>
    (await labClone().ok(["exec", guest, "--", "cat", `/etc/homelab/web/${file}`])).stdout;
  const [password, ca] = [await read("pgpassword"), await read("db.crt")];
  const pipe = `exec 3<>/dev/tcp/${address}/5432 && { cat <&3 & cat >&3; kill $!; }`;
  const server = createServer((socket) => {
    const child = spawn("./lab", ["exec", guest, "--", "bash", "-c", pipe], {
      cwd: labClone().root,
      stdio: ["pipe", "pipe", "ignore"],
    });
    socket.pipe(child.stdin);
    child.stdout.pipe(socket);
    for (const stream of [socket, child.stdin]) stream.on("error", () => child.kill());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    async ask({ tls = true, ...login } = {}) {
      const client = new Client({
        ...{ host: "127.0.0.1", port, user: "app", database: "app", password, ...login },
        connectionTimeoutMillis: 15_000,
        // The certificate is for the database's address, not for this end of the way to it.
        ssl: tls ? { ca, checkServerIdentity: () => undefined } : false,
      });
      client.on("error", () => undefined); // told by the promise below
      try {
        await client.connect();
        const { rows } = await client.query<{ who: string }>("SELECT current_user AS who");
        return rows[0]!.who;
      } finally {
        await client.end().catch(() => undefined);
      }
    },
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
