import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import {
  abilities,
  missingLine,
  parseTrials,
  trialScript,
  tryAbilities,
} from "../../../../pve-node/box/abilities";

describe("abilities of the kernel", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "homelab-abilities-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Tries those that need `nft` alone, with one that knows some families. */
  function tried(families: string[]) {
    const known = families.map((family) => `*" ${family} "*) exit 0 ;;`).join(" ");
    const nft = `#!/bin/sh\ncase " $* " in ${known} esac\necho "Error: Could not process rule: Operation not supported" >&2\necho "^^^^" >&2\nexit 1\n`;
    writeFileSync(join(folder, "nft"), nft);
    chmodSync(join(folder, "nft"), 0o755);
    const ofNft = abilities.filter(
      ({ trial }) => /^nft [^;]*$/.test(trial) && !/iptables/.test(trial),
    );
    assert.equal(ofNft.length, 2);
    const env = { PATH: [folder, process.env.PATH].join(delimiter) };
    const { stdout } = spawnSync("bash", ["-c", trialScript(ofNft)], { env, encoding: "utf8" });
    return parseTrials(stdout);
  }

  it("are all there where everything works", () => {
    assert.deepEqual(tried(["inet", "bridge"]), []);
  });

  it("are named with what was said, what they are for and what to do: WSL2's stock kernel", () => {
    const [missing, ...others] = tried(["inet"]);
    assert.deepEqual(others, []);
    assert.match(
      missingLine(missing!),
      /^nftables for bridges \(NF_TABLES_BRIDGE\): missing \(Error: Could not process rule: Operation not supported\), needed for the guards on the CTs' ports; .*WSL2/,
    );
  });

  it("are tried in a container without a log, which a daemon's own driver may not be able to keep", async () => {
    const { PATH } = process.env;
    const docker = `#!/bin/sh\ncase " $* " in *" --log-driver none "*) exit 0 ;; esac\necho "failed to initialize logging driver" >&2; exit 1\n`;
    writeFileSync(join(folder, "docker"), docker, { mode: 0o755 });
    process.env.PATH = [folder, PATH].join(delimiter);
    try {
      assert.deepEqual(await tryAbilities("system", folder), []);
    } finally {
      process.env.PATH = PATH;
    }
  });

  it("have scripts that bash reads", () => {
    const { status, stderr } = spawnSync("bash", ["-n"], {
      input: trialScript(),
      encoding: "utf8",
    });
    assert.equal(status, 0, stderr);
  });

  it("have names that fit into the script and are told apart", () => {
    const names = abilities.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    for (const name of names) assert.doesNotMatch(name, /['\t\n]/);
  });
});
