import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Listener } from "../../lib/haproxy/albTypes";
import { ANOMALY_SCRIPT, anomalyScript } from "../../lib/haproxy/anomalyScript";
import { type LoadBalancerConfig, usersText } from "../../lib/haproxy/haproxyConfig";
import { waitUntil } from "./waitUntil";

/** Whether this machine has HAProxy; the lab's own is asked by the end-to-end tests. */
export const hasHaproxy = (): boolean => spawnSync("haproxy", ["-v"]).status === 0;

/** What `haproxy -c` has against a configuration, warnings as well; empty: nothing. */
export async function haproxyProblems(
  text: string,
  { listeners = [] }: Certified = {},
  command = "haproxy",
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "haproxy-"));
  try {
    makeCertificates(folder, listeners);
    const files = writeFiles(folder, text);
    const checked = spawn(command, ["-c", ...files], { stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    checked.stderr.setEncoding("utf8").on("data", (data: string) => (said += data));
    const status = await new Promise((resolve, reject) => {
      checked.on("error", reject).on("close", resolve);
    });
    return said.replace(/^\[NOTICE\].*\n/gm, "") + (status === 0 ? "" : `exit ${String(status)}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What certificates are made of. */
type Certified = Pick<LoadBalancerConfig, "listeners">;

/** Once for all tests: a key and a certificate take a moment. */
let certificate: string | undefined;

/** A certificate for every HTTPS listener, under the names that the configuration has. */
function makeCertificates(folder: string, listeners: readonly Listener[]): void {
  for (const { port, protocol } of listeners) {
    if (protocol !== "HTTPS") continue;
    if (certificate === undefined) {
      const from = join(folder, "made");
      const words = [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
      ];
      const files = ["-subj", "/CN=app.lab", "-keyout", from, "-out", `${from}.crt`];
      spawnSync("openssl", [...words, ...files]);
      certificate = readFileSync(from, "utf8") + readFileSync(`${from}.crt`, "utf8");
    }
    mkdirSync(join(folder, "certs", String(port)), { recursive: true });
    writeFileSync(join(folder, "certs", String(port), "00-app.lab.pem"), certificate);
  }
}

/** HAProxy on the machine's loopback, with a configuration that was rendered for the lab. */
export class Haproxy implements AsyncDisposable {
  private constructor(
    private readonly process: ChildProcess,
    private readonly folder: string,
  ) {}

  /** @param prepare puts files into the folder that stands for /etc/haproxy */
  static async start(
    text: string,
    port: number,
    prepare: (folder: string) => void = () => undefined,
  ): Promise<Haproxy> {
    const folder = mkdtempSync(join(tmpdir(), "haproxy-"));
    prepare(folder);
    const process = spawn("haproxy", ["-db", ...writeFiles(folder, text)], { stdio: "ignore" });
    const started = new Haproxy(process, folder);
    await waitUntil("HAProxy listens", 10, async () => {
      const listens = await new Promise<boolean>((resolve) => {
        const socket = connect(port, "127.0.0.1", () => resolve(true));
        socket.on("error", () => resolve(false));
        socket.on("connect", () => socket.destroy());
      });
      return { value: listens || undefined, seen: `exit status ${process.exitCode}` };
    });
    return started;
  }

  /** What the admin socket answers. */
  admin(words: string): Promise<string> {
    return new Promise((resolve, reject) => {
      let answer = "";
      const socket = connect(join(this.folder, "admin.sock"), () => socket.end(`${words}\n`));
      socket.setEncoding("utf8").on("data", (data: string) => (answer += data));
      socket.on("error", reject).on("close", () => resolve(answer));
    });
  }

  get runs(): boolean {
    return this.process.exitCode === null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.kill("SIGTERM");
    await ended;
    rmSync(this.folder, { recursive: true });
  }
}

/** Two files as the lab has them, without what only the lab's CT has: its users, paths and log. */
function writeFiles(folder: string, text: string): string[] {
  const local = text
    .replace(/^ {2}(user|group|server-state-file|load-server-state-from-file) .*\n/gm, "")
    .replaceAll("/dev/log", "127.0.0.1:9") // nobody listens there
    .replaceAll("/etc/haproxy/", `${folder}/`)
    .replaceAll("/run/haproxy/", `${folder}/`);
  const [config, users] = [join(folder, "haproxy.cfg"), join(folder, "users.cfg")];
  writeFileSync(config, local);
  if (text.includes(ANOMALY_SCRIPT)) {
    const program = anomalyScript(mitigated(text)).replaceAll("/var/lib/haproxy/", `${folder}/`);
    writeFileSync(join(folder, "anomaly.lua"), program);
  }
  writeFileSync(users, usersText("admin", "pw"));
  return ["-f", config, "-f", users];
}

/** Names of the target groups that have anomalies mitigated. */
const mitigated = (text: string): string[] =>
  [...text.matchAll(/^backend (\S+)\n(?: .*\n)*? {2}default-server .* weight 100/gm)].map(
    ([, name]) => name!,
  );

/** A target on the machine's loopback, on a free port. */
export class TestTarget implements AsyncDisposable {
  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async start(answer: RequestListener): Promise<TestTarget> {
    const server = createServer({ maxHeaderSize: 128 * 1024 }, answer);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new TestTarget(server, (server.address() as AddressInfo).port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** A port on the machine's loopback that was free a moment ago. */
export async function freePort(): Promise<number> {
  const target = await TestTarget.start(() => undefined);
  await target[Symbol.asyncDispose]();
  return target.port;
}

/** The beginning of an answer to bytes as they are, and whether the connection was ended after it. */
export async function askRaw(
  port: number,
  bytes: Buffer | string,
  host = "127.0.0.1",
): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect(port, host, () => socket.write(bytes));
    socket.setTimeout(10_000, () => socket.destroy());
    socket.on("data", (data) => {
      answer += data.toString("latin1");
      if (answer.includes("\r\n\r\n")) socket.destroy();
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(answer));
  });
}

export const statusOf = (answer: string): number =>
  Number(/^HTTP\/1\.\d (\d{3})/.exec(answer)?.[1]);
