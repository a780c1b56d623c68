import { readConfig } from "./config";
import { FaultFiles } from "./faults";
import { jsonLogger } from "./log";
import { PostgresStore } from "./postgresStore";
import { buildServer } from "./server";
import { stopGracefully } from "./shutdown";
import { noStore } from "./visitStore";

const write = (line: string) => void process.stdout.write(line);

function main(): void {
  const config = readConfig(process.env);
  const log = jsonLogger({ node: config.node }, write);
  const store = config.database ? new PostgresStore(config.database) : noStore;
  const server = buildServer({ ...config, store, log, faults: new FaultFiles(config.faultFolder) });
  server.on("error", (error) => {
    log.error("listen-failed", { message: error.message });
    process.exitCode = 1;
  });
  server.listen(config.port, () => {
    const { port, storageDriver } = config;
    log.info("listening", { port, storageDriver, database: Boolean(config.database) });
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      log.info("stopping", { signal });
      void stopGracefully(server, store).then((finished) => {
        log.info("stopped", { finished });
        process.exit(finished ? 0 : 1);
      });
    });
  }
}

try {
  main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
