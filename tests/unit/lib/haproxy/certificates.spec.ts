import assert from "node:assert/strict";
import { spawnSync, type StdioOptions } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { connect as connectHttp2 } from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type ConnectionOptions } from "node:tls";
import type { Listener } from "../../../../lib/haproxy/albTypes";
import { certificateScript } from "../../../../lib/haproxy/certificates";
import { renderConfig } from "../../../../lib/haproxy/haproxyConfig";
import { freePort, Haproxy, hasHaproxy, TestTarget } from "../../../support/haproxy";

/** Runs the load balancer's own script with a folder in place of /etc/haproxy. */
function makeCertificates(folder: string, listeners: readonly Listener[]): void {
  const script = certificateScript(listeners, "127.0.0.1").replaceAll("/etc/haproxy", folder);
  // With a socket as standard input, as Node.js gives it, and a low SHLVL bash takes itself for a remote shell: it
  // reads Debian's bashrc, which -u fails, and an empty script ends with that status.
  const stdio: StdioOptions = ["ignore", "pipe", "pipe"];
  const { status, stderr } = spawnSync("bash", ["-eu", "-c", script], { encoding: "utf8", stdio });
  assert.equal(status, 0, stderr);
}

describe("certificates of the load balancer", function () {
  this.timeout(30_000);
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "certificates-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const https = (domains?: string[], port = 443): Listener => ({
    port,
    protocol: "HTTPS",
    domains,
  });
  const files = (port = 443) =>
    readdirSync(join(folder, "certs", String(port)))
      .filter((name) => name.endsWith(".pem"))
      .sort();
  const read = (name: string, port = 443) =>
    readFileSync(join(folder, "certs", String(port), name), "utf8");

  it("are not made where no listener speaks HTTPS", () => {
    assert.equal(certificateScript([{ port: 80, protocol: "HTTP" }], "127.0.0.1"), "");
  });

  it("are made once, for each name, and kept", () => {
    makeCertificates(folder, [https(["app.lab", "*.app.lab"])]);
    assert.deepEqual(files(), ["00-app.lab.pem", "01-any.app.lab.pem"]);
    const [first, ca] = [read("00-app.lab.pem"), readFileSync(join(folder, "ca.pem"), "utf8")];
    makeCertificates(folder, [https(["app.lab"])]);
    assert.deepEqual(files(), ["00-app.lab.pem"]);
    assert.equal(read("00-app.lab.pem"), first);
    assert.equal(readFileSync(join(folder, "ca.pem"), "utf8"), ca);
  });

  it("are made anew when the authority is another", () => {
    makeCertificates(folder, [https()]);
    const first = read("00-app.lab.pem");
    rmSync(join(folder, "ca.key"));
    makeCertificates(folder, [https()]);
    assert.notEqual(read("00-app.lab.pem"), first);
  });

  it("are trusted by who trusts the authority, by name and by address", async function () {
    if (!hasHaproxy()) {
      console.log("    skipped: HAProxy is not installed here");
      this.skip();
    }
    const port = await freePort();
    const old = await freePort();
    await using target = await TestTarget.start((request, response) => {
      response.end(request.headers["x-forwarded-proto"]);
    });
    const listeners: Listener[] = [
      https(["app.lab", "shop.lab"], port),
      {
        port: old,
        protocol: "HTTPS",
        sslPolicy: "ELBSecurityPolicy-TLS13-1-3-2021-06",
        http2: false,
      },
    ];
    const text = renderConfig({
      ...{ listenerPort: 80, statsAddress: "127.0.0.1", statsPort: await freePort() },
      ...{ profile: "plain", listeners },
      targets: [{ name: "app1", address: "127.0.0.1", port: target.port }],
    });
    await using haproxy = await Haproxy.start(text, port, (at) => {
      makeCertificates(at, listeners);
      makeCertificates(folder, []);
      spawnSync("cp", ["-a", `${at}/ca.pem`, folder]);
    });
    const ca = readFileSync(join(folder, "ca.pem"), "utf8");
    /** What a handshake came to: the protocol, what is spoken over it, and for whom. */
    const shake = (to: number, more: ConnectionOptions) =>
      new Promise<string>((resolve) => {
        const socket = connect({ host: "127.0.0.1", port: to, ca, ...more }, () => {
          const { subjectaltname } = socket.getPeerCertificate();
          resolve(`${socket.getProtocol()} ${socket.alpnProtocol} ${subjectaltname}`);
          socket.destroy();
        });
        socket.on("error", (error) => resolve((error as NodeJS.ErrnoException).code ?? ""));
      });
    const both = { ALPNProtocols: ["h2", "http/1.1"] };
    assert.equal(await shake(port, both), "TLSv1.3 h2 DNS:app.lab, IP Address:127.0.0.1");
    assert.equal(await shake(port, { servername: "shop.lab", ...both }), "TLSv1.3 h2 DNS:shop.lab");
    const oldest = { minVersion: "TLSv1", ciphers: "ALL:@SECLEVEL=0" } as const;
    assert.match(await shake(port, { ...oldest, maxVersion: "TLSv1.2" }), /^TLSv1\.2 /);
    assert.match(await shake(port, { ...oldest, maxVersion: "TLSv1.1" }), /^ERR_SSL|^ECONNRESET/);
    assert.match(await shake(old, { ...oldest, maxVersion: "TLSv1.2" }), /^ERR_SSL|^ECONNRESET/);
    assert.match(await shake(old, both), /^TLSv1\.3 http\/1\.1 DNS:app\.lab/);

    const session = connectHttp2(`https://127.0.0.1:${port}`, { ca });
    let strict: unknown;
    const body = await new Promise<string>((resolve, reject) => {
      let got = "";
      session.on("error", reject);
      const request = session.request({ ":path": "/" });
      request.on("response", (headers) => (strict = headers["strict-transport-security"]));
      request.setEncoding("utf8").on("data", (data: string) => (got += data));
      request.on("end", () => resolve(got));
    });
    session.destroy();
    assert.equal(body, "https");
    assert.equal(strict, "max-age=31536000");
    assert.equal(haproxy.runs, true);
  });
});
