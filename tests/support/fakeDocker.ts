import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What a `docker` command prints, by its first words. */
export interface FakeDocker {
  version?: object;
  said?: string;
  info?: object;
  /** @default unix:///var/run/docker.sock */
  context?: string;
  /** What it says where it has nothing to print. */
  stderr?: string;
}

/** What `docker version` prints with a daemon that answers. */
export const engine = (more: object = {}) => ({
  Client: { Version: "28.5.2", Os: "linux", Arch: "amd64" },
  Server: { Version: "28.5.2", Components: [{ Name: "Engine" }], ...more },
});

/** Writes a `docker` into a folder that is to be first on PATH; it has no networks and no containers. */
export function writeFakeDocker(folder: string, fake: FakeDocker): void {
  const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  const refuse = `echo ${quote(fake.stderr ?? "")} >&2; exit 1`;
  const answer = (words: string, text?: string) =>
    `${words}) ${text === undefined ? refuse : `echo ${quote(text)}`} ;;`;
  const script = [
    "#!/bin/sh",
    'case "$1 $2" in',
    answer('"version "*', fake.version && JSON.stringify(fake.version)),
    answer('"--version "*', fake.said ?? "Docker version 28.5.2, build abc"),
    answer('"info "*', fake.info && JSON.stringify(fake.info)),
    answer('"context "*', fake.context ?? "unix:///var/run/docker.sock"),
    '*" inspect"*) echo "Error: no such object" >&2; exit 1 ;;',
    "esac",
  ];
  writeFileSync(join(folder, "docker"), `${script.join("\n")}\n`);
  chmodSync(join(folder, "docker"), 0o755);
}
