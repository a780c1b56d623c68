import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";

const source = resolve(__dirname, "..", "..", "..");

/** A checkout with the script alone, whose only package, tsx, counts as for development. */
function checkoutAt(root: string): void {
  mkdirSync(join(root, "cli"), { recursive: true });
  mkdirSync(join(root, "tsx", "dist"), { recursive: true });
  copyFileSync(join(source, "lab"), join(root, "lab"));
  writeFileSync(join(root, "cli", "main.ts"), "console.log('the CLI runs');\n");
  writeFileSync(join(root, "tsx", "package.json"), '{"name":"tsx","version":"1.0.0"}');
  writeFileSync(join(root, "tsx", "dist", "loader.mjs"), "");
  const wants = { name: "lab", version: "1.0.0", devDependencies: { tsx: "file:tsx" } };
  writeFileSync(join(root, "package.json"), JSON.stringify(wants));
  const packages = {
    "": wants,
    "node_modules/tsx": { resolved: "tsx", link: true },
    tsx: { version: "1.0.0", dev: true },
  };
  writeFileSync(
    join(root, "package-lock.json"),
    JSON.stringify({ ...wants, lockfileVersion: 3, requires: true, packages }),
  );
}

describe("./lab", function () {
  this.timeout("30s");
  let folder: string;
  beforeEach(() => {
    // Not the folder for temporary files, which may be in a home that the test's other user cannot enter.
    folder = mkdtempSync("/tmp/homelab-front-");
    chmodSync(folder, 0o755);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const PATH = [dirname(process.execPath), process.env.PATH].join(delimiter);

  function lab(root: string, env: Record<string, string> = {}, as: string[] = []) {
    const [file, ...args] = [...as, "bash", join(root, "lab"), "--help"];
    const cache = join(folder, "cache");
    return spawnSync(file, args, {
      encoding: "utf8",
      env: { PATH, HOME: folder, HOMELAB_CACHE: cache, ...env },
    });
  }

  it("runs in a checkout whose path has spaces, parentheses and accents", () => {
    const root = join(folder, "my lab (copy) é");
    checkoutAt(root);
    const { stdout, stderr } = lab(root);
    assert.equal(stdout, "the CLI runs\n", stderr);
  });

  for (const odd of [
    "hash#lab",
    "que?lab",
    "pct%41lab",
    "a:b",
    'a"b',
    "it's",
    "a\\b",
    "a$b",
    "a`b",
  ])
    it(`refuses a checkout in ${odd} before anything is made`, () => {
      const root = join(folder, odd);
      checkoutAt(root);
      const { status, stderr } = lab(root);
      assert.match(stderr, /^error: checkout: its path contains .*; move it to a place without/);
      assert.equal(status, 1);
      assert.equal(existsSync(join(folder, "cache")), false);
      assert.equal(existsSync(join(root, "node_modules")), false);
    });

  it("refuses such a cache as well", () => {
    const root = join(folder, "lab");
    checkoutAt(root);
    const { stderr } = lab(root, { HOMELAB_CACHE: join(folder, "100%") });
    assert.match(stderr, /^error: cache: its path contains %, got \S+; set HOMELAB_CACHE to/);
  });

  it("refuses a cache whose path is not absolute", () => {
    const root = join(folder, "lab");
    checkoutAt(root);
    const { stderr } = lab(root, { HOMELAB_CACHE: "cache" });
    assert.match(
      stderr,
      /^error: cache: its path is not absolute, got cache; set HOMELAB_CACHE to/,
    );
  });

  it("says how to speak to a proxy that is named without", () => {
    const root = join(folder, "lab");
    checkoutAt(root);
    const main =
      "console.log(process.env.http_proxy, process.env.HTTPS_PROXY, process.env.no_proxy);";
    writeFileSync(join(root, "cli", "main.ts"), main);
    const { stdout } = lab(root, {
      http_proxy: "proxy:3128",
      HTTPS_PROXY: "socks5://proxy:1080",
      no_proxy: "a,b",
    });
    assert.equal(stdout, "http://proxy:3128 socks5://proxy:1080 a,b\n");
  });

  if (process.getuid?.() === 0)
    it("does not run by sudo in a user's checkout, where root's files would be left", () => {
      const root = join(folder, "lab");
      checkoutAt(root);
      chownSync(root, 65534, 65534);
      const { status, stderr } = lab(root, { SUDO_UID: "65534" });
      assert.equal(status, 1);
      assert.match(
        stderr,
        /^error: sudo: the checkout belongs to nobody.*; run \.\/lab without sudo/,
      );
      assert.equal(existsSync(join(folder, "cache")), false);
      assert.equal(lab(root).stdout, "the CLI runs\n"); // root's own login, as in a container
    });

  it("brings the packages for development too where the user's npm leaves them out", () => {
    for (const [name, value] of [
      ["NODE_ENV", "production"],
      ["npm_config_omit", "dev"],
    ] as const) {
      const root = join(folder, name);
      checkoutAt(root);
      const { stdout, stderr } = lab(root, { [name]: value });
      assert.equal(stdout, "the CLI runs\n", stderr);
    }
  });

  it("installs again where packages were left out under a finished install's stamp", () => {
    const root = join(folder, "lab");
    checkoutAt(root);
    assert.equal(lab(root).stdout, "the CLI runs\n");
    const stamp = readFileSync(join(root, "node_modules", ".lab-stamp"), "utf8");
    rmSync(join(root, "node_modules", "tsx"));
    assert.equal(lab(root).stdout, "the CLI runs\n");
    assert.equal(readFileSync(join(root, "node_modules", ".lab-stamp"), "utf8"), stamp);
  });

  it("says at once, without a network, what does without one", () => {
    const root = join(folder, "lab");
    checkoutAt(root);
    const bin = join(folder, "bin");
    mkdirSync(bin);
    const npm = `#!/bin/sh\necho "$@" >> ${join(folder, "asked")}\nexit 1\n`;
    writeFileSync(join(bin, "npm"), npm, { mode: 0o755 });
    const patience = (proxy: Record<string, string>) => {
      const alone = process.getuid?.() === 0 ? ["unshare", "--net"] : ["unshare", "-r", "--net"];
      const env = { PATH: [bin, PATH].join(delimiter), ...proxy };
      const { status, stderr } = lab(root, env, alone);
      assert.equal(status, 1);
      assert.match(
        stderr,
        /^error: npm packages: npm ci failed.*; without a network, \.\/lab cache import FILE brings all/m,
      );
      return readFileSync(join(folder, "asked"), "utf8").trim().split("\n").at(-1);
    };
    assert.match(patience({})!, / --fetch-retries=0 /);
    assert.doesNotMatch(patience({ http_proxy: "http://10.1.2.3:3128" })!, /retries/);
  });

  it("names the owner and the way back where an earlier run was root's", () => {
    const root = join(folder, "lab");
    checkoutAt(root);
    mkdirSync(join(root, ".lab"));
    const isRoot = process.getuid?.() === 0;
    if (!isRoot) chmodSync(join(root, ".lab"), 0o500); // a user cannot give files away
    const nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"];
    const { status, stderr, stdout } = lab(root, {}, isRoot ? nobody : []);
    assert.equal(status, 1, stdout);
    assert.match(
      stderr,
      /^error: \S+\/\.lab: belongs to \S+, you cannot write to it; take it back: sudo chown -R /,
    );
  });

  it("keeps its line ends where git turns them to CRLF", () => {
    const git = (...args: string[]) => {
      const quiet = ["-c", "user.name=t", "-c", "user.email=t@example.com"];
      const ended = spawnSync("git", [...quiet, ...args], { cwd: folder, encoding: "utf8" });
      assert.equal(ended.status, 0, ended.stderr);
    };
    mkdirSync(join(folder, "from"));
    for (const name of ["lab", ".gitattributes"])
      copyFileSync(join(source, name), join(folder, "from", name));
    writeFileSync(join(folder, "from", "entrypoint"), "#!/bin/bash\n");
    git("-C", "from", "init", "-q");
    git("-C", "from", "add", ".");
    git("-C", "from", "commit", "-qm", "x");
    git("-c", "core.autocrlf=true", "clone", "-q", "from", "to");
    for (const name of ["lab", "entrypoint"])
      assert.equal(readFileSync(join(folder, "to", name), "utf8").includes("\r"), false, name);
  });
});
