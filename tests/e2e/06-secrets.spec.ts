import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { watchArguments } from "../support/argumentWatch";
import { boxOf } from "../support/box";
import { labClone } from "../support/labClone";

/** Marks a secret in Pulumi's exported state (sdk/nodejs/runtime/rpc.ts `specialSigKey`). */
const SECRET_MARK = "4dabf18193072939515e22adb298388d";
const SECRET_KEYS = /password|privatekey|apitoken|secret|value|stdin/i;

/** The longest line of every secret string in the state, decrypted: what nothing may show. */
function secretsOf(node: unknown, key: string, inside: boolean, found: Set<string>): void {
  if (typeof node === "string") {
    const withoutCertificates = node.replace(
      /-----BEGIN CERTIFICATE-[^]*?-END CERTIFICATE-----/g,
      "",
    );
    const longest = withoutCertificates.split("\n").sort((a, b) => b.length - a.length)[0] ?? "";
    if (inside && SECRET_KEYS.test(key) && longest.length >= 16) found.add(longest);
    return;
  }
  if (Array.isArray(node)) for (const item of node) secretsOf(item, key, inside, found);
  else if (typeof node === "object" && node !== null) {
    const record = node as Record<string, unknown>;
    if (SECRET_MARK in record && typeof record.plaintext === "string") {
      secretsOf(JSON.parse(record.plaintext), key, true, found);
      return;
    }
    for (const [name, value] of Object.entries(record)) secretsOf(value, name, inside, found);
  }
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : entry.isFile() ? [path] : [];
  });
}

describe("secrets", function () {
  this.timeout("6m");
  let secrets: string[] = [];

  before(async function () {
    const shown = await labClone().ok(["pulumi", "--", "stack", "export", "--show-secrets"]);
    const found = new Set<string>();
    secretsOf(JSON.parse(shown.stdout), "", false, found);
    const info = await labClone().ok(["pve", "info", "--json"]);
    const { password, tokenSecret } = JSON.parse(info.stdout) as Record<string, string>;
    secrets = [...found, password ?? "", tokenSecret ?? ""].filter(Boolean);
    // Stats, database, SSH key and token at the least: an empty list would prove nothing.
    assert.ok(secrets.length >= 5, `only ${secrets.length} secrets found`);
  });

  const clean = (where: string, text: string) => {
    const shown = secrets.filter((secret) => text.includes(secret)).length;
    assert.equal(shown, 0, `${where} shows ${shown} of ${secrets.length} secrets in clear`);
  };

  it("are not in the exported state", async function () {
    clean("stack export", (await labClone().ok(["pulumi", "--", "stack", "export"])).stdout);
  });

  it("are not in the state's files, in logs, or in files that others may read", function () {
    for (const path of filesBelow(join(labClone().root, ".lab"))) {
      const mode = statSync(path).mode & 0o777;
      const own = path.includes("/pve/") || path.endsWith("passphrase");
      if (own && (mode & 0o077) === 0) continue; // where the secrets live
      clean(path, readFileSync(path, "latin1"));
    }
  });

  it("are not in the arguments of any process while an up hands them on", async function () {
    const stack = JSON.parse((await labClone().ok(["pulumi", "--", "stack", "export"])).stdout) as {
      deployment: { resources: { urn: string }[] };
    };
    // What carries passwords into the CTs, done once more.
    const names = ["app1-files", "app2-files", "app3-files", "db-config", "lb-activate"];
    const urns = names.map(
      (name) => stack.deployment.resources.find(({ urn }) => urn.endsWith(`::${name}`))!.urn,
    );
    const again = urns.flatMap((urn) => ["--target", urn, "--replace", urn]);
    const watch = watchArguments();
    // Positive control: what runs in a CT for a moment only is seen.
    const canary = "canary-5b1f0c";
    await labClone().ok(["exec", "app1", "--", "sh", "-c", `sleep 0.2; : ${canary}`]);
    const words = ["up", "--yes", "--skip-preview", "--non-interactive", ...again];
    const { stdout } = await labClone().ok(["pulumi", "--", ...words], { timeoutSeconds: 300 });
    const seen = watch.end();
    assert.match(stdout, /\+-5 replaced|5 replaced/);
    assert.ok(
      seen.some((line) => line.startsWith("sh -c") && line.includes(canary)),
      "blind",
    );
    assert.ok(
      seen.some((line) => line.includes("pulumi up")),
      "it saw no pulumi",
    );
    clean("a process", seen.join("\n"));
  });

  it("are in no log of a CT, of a service or of the node, whoever may read it", async function () {
    const logs =
      "journalctl -o cat --no-pager; cat /var/log/postgresql/* /var/log/homelab/* 2>/dev/null; " +
      "! command -v docker >/dev/null || docker logs web 2>&1";
    for (const name of ["lb", "app1", "app2", "app3", "db"]) {
      const { stdout } = await labClone().ok(["exec", name, "--", "sh", "-c", `${logs}; true`]);
      assert.ok(stdout.length > 1000, `${name} logged nothing`);
      clean(`a log of ${name}`, stdout);
    }
    const both = ["-c", 'docker logs "$1" 2>&1', "-", boxOf(labClone().root)];
    const box = execFileSync("sh", both, { encoding: "utf8", maxBuffer: 100 * 1024 ** 2 });
    assert.notEqual(box, "");
    clean("the node's log", box);
  });

  /** The text of all small files below some folders that others may read. */
  const readable = (folders: string) =>
    `find ${folders} -xdev -type f -perm -o+r -size -200k -print0 2>/dev/null | ` +
    "xargs -0 -r cat 2>/dev/null | tr -d '\\000'";

  it("are not in any file of a CT or of the node that others may read", async function () {
    for (const name of ["pve", "lb", "app1", "app2", "app3", "db"]) {
      // /run/lock is a file system of its own; Docker's layers hold no files of the running service.
      const folders = "/etc /var /opt /srv /tmp /run /home";
      const control = `control-${name}-9c2e`;
      const script = `echo ${control} > /tmp/control; ${readable(folders)}; rm /tmp/control`;
      const { stdout } = await labClone().run(["exec", name, "--", "sh", "-c", script]);
      assert.ok(stdout.includes(control), `${name}: a file that others may read was not read`);
      assert.ok(stdout.length > 10_000, `${name}: hardly anything was read`);
      clean(`a readable file in ${name}`, stdout);
    }
  });

  it("are not in any file of this machine that others may read", function () {
    const control = mkdtempSync(join(tmpdir(), "readable-"));
    try {
      writeFileSync(join(control, "file"), "control-machine-1d7a", { mode: 0o644 });
      chmodSync(control, 0o755);
      const cache = process.env.HOMELAB_CACHE ?? join(homedir(), ".cache", "homelab");
      const folders = [tmpdir(), "/var/tmp", "/dev/shm", labClone().root, `${cache}/pulumi/logs`];
      const script = readable(folders.map((folder) => `'${folder}'`).join(" "));
      const text = execFileSync("sh", ["-c", script], {
        encoding: "latin1",
        maxBuffer: 2 ** 30,
      });
      assert.ok(text.includes("control-machine-1d7a"), "a readable file was not read");
      clean("a readable file", text);
    } finally {
      rmSync(control, { recursive: true });
    }
  });

  it("are not in the container's environment as Docker shows it", async function () {
    const env = ["docker", "inspect", "-f", "{{json .Config}}", "web"];
    clean("docker inspect", (await labClone().ok(["exec", "app1", "--", ...env])).stdout);
  });
});
