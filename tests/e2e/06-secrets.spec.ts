import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
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
  this.timeout("3m");
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

  it("are not in the arguments of any process, those inside the CTs included", function () {
    clean("ps", execFileSync("ps", ["-eo", "args", "-ww"], { encoding: "utf8" }));
  });

  it("are not in any file of a CT that others may read", async function () {
    const find =
      "find /etc /var /opt /srv /tmp /run -xdev -type f -perm -o+r -size -200k -print0 | " +
      "xargs -0 cat 2>/dev/null | tr -d '\\000'";
    for (const name of ["lb", "app1", "app2", "app3", "db"]) {
      const { stdout } = await labClone().run(["exec", name, "--", "sh", "-c", find]);
      assert.ok(stdout.length > 10_000, `${name}: nothing was read`);
      clean(`a readable file in ${name}`, stdout);
    }
  });

  it("are not in the container's environment as Docker shows it", async function () {
    const env = ["docker", "inspect", "-f", "{{json .Config}}", "web"];
    clean("docker inspect", (await labClone().ok(["exec", "app1", "--", ...env])).stdout);
  });
});
