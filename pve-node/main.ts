import * as fs from "node:fs/promises";
import { build } from "./http/app";
import { accessLog } from "./http/accessLog";
import { faultyApp } from "./http/faultyApp";
import { createServer } from "./http/server";
import { faultsIn } from "./faults";
import { nodeOptions } from "./options";
import { createNode } from "./services";

/** Time for running tasks to stop when the server is asked to. */
const DRAIN_MS = 5000;

async function main(): Promise<void> {
  const options = nodeOptions(process.argv.slice(2), process.env);
  const { node, root, host, port, release } = options;
  const { routes, access, tasks, backend, services } = createNode({ node, root, release });
  const { paths } = services;
  const interrupted = await tasks.recover();
  for (const upid of interrupted) console.error(`closed interrupted task ${upid}`);
  for (const vmid of await backend.removeUnfinished()) {
    await services.pools.forget(vmid);
    console.error(`removed unfinished CT ${vmid}`);
  }
  for (const vmid of await backend.endKilledBackups()) {
    console.error(`undid the killed backup of CT ${vmid}`);
  }

  const sound = build({
    node,
    routes,
    access,
    log: accessLog(paths.accessLog),
    onError: (error) => console.error(error),
  });
  const app = faultyApp(sound, faultsIn(paths.faults));
  const server = createServer(app, {
    key: await fs.readFile(paths.sslKey, "utf8"),
    cert: await fs.readFile(paths.sslCert, "utf8"),
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  console.error(`API of node "${node}" listens on https://${host}:${port}`);

  const stop = () => {
    server.close();
    server.closeIdleConnections();
    void tasks.drain(DRAIN_MS).finally(() => process.exit(0));
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
