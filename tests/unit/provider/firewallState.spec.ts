import assert from "node:assert/strict";
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { wantedRules } from "../../../lib/security/rulesInForce";
import { labGroups } from "../../../lib/security/labGroups";
import type {
  FirewallStateInputs,
  FirewallStateState,
} from "../../../provider/firewallState.provider";
import { firewallStateProvider } from "../../../provider/firewallState.provider";
import { labSettings } from "../../support/labSettings";
import { inForce } from "../../support/rulesInForce";
import { fakeNode } from "./fakeSsh";
import { serialised } from "./serialised";

/** CTs are files: `111` is what it tells, `111.repaired` what it tells after a repair. */
const PCT = `#!/bin/bash
case "$1" in
  status) [ -e "$LAB/$2" ] && echo "status: running" || echo "status: stopped" ;;
  exec)
    if [[ "$6" == tell* ]]; then cat "$LAB/$2"
    else echo "$6 $2" >> "$LAB/repairs"; cp "$LAB/$2.repaired" "$LAB/$2"; fi ;;
esac
`;

const { app, database } = labGroups(labSettings());
const wanted = {
  app1: wantedRules(app, app.members[0]!),
  db: wantedRules(database, database.members[0]!),
};
const FLUSHED = inForce(wanted.app1).replaceAll(/^-A DOCKER-USER .*\n/gm, "");

describe("state of the CTs' firewalls", function () {
  this.timeout(30_000);
  let provider: Required<typeof firewallStateProvider>;
  let node: ReturnType<typeof fakeNode>;

  before(async () => {
    provider = (await serialised(firewallStateProvider)) as typeof provider;
  });
  beforeEach(() => {
    node = fakeNode();
    writeFileSync(join(node.folder, "bin", "pct"), PCT);
    tells(111, inForce(wanted.app1));
    tells(150, inForce(wanted.db));
  });
  afterEach(() => node[Symbol.dispose]());

  const tells = (vmid: number, text: string, when = "") =>
    writeFileSync(join(node.folder, `${vmid}${when}`), text);
  const repairs = () => {
    const file = join(node.folder, "repairs");
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  };

  const inputs: FirewallStateInputs = {
    node: { host: "h", port: 22, user: "root", hostKey: "ssh-ed25519 A", keyFile: "/k" },
    cts: [
      { vmid: 111, name: "app1", wanted: wanted.app1, repair: "repair-of" },
      { vmid: 150, name: "db", wanted: wanted.db, repair: "repair-of" },
    ],
  };
  type Both = FirewallStateInputs & FirewallStateState;
  const check = async (olds?: Both) =>
    (await provider.check((olds ?? {}) as Both, inputs)) as unknown as {
      inputs: Both;
      failures: { reason: string }[];
    };
  const standing = async () => (await check()).inputs;

  it("is made where every CT has its rules, without touching one", async () => {
    const { outs } = await provider.create(await standing());
    assert.deepEqual(outs?.repairs, { "111": 0, "150": 0 });
    assert.equal(repairs(), "");
  });

  it("changes nothing while the rules stay as they are", async () => {
    const olds = await standing();
    const { inputs: news } = await check(olds);
    assert.deepEqual(await provider.diff("id", olds, news), { changes: false });
  });

  it("installs the rules anew in the one CT that lost them, and only there", async () => {
    const olds = await standing();
    tells(111, FLUSHED);
    tells(111, inForce(wanted.app1), ".repaired");
    const { inputs: news } = await check(olds);
    assert.deepEqual(news.repairs, { "111": 1, "150": 0 });
    assert.equal((await provider.diff("id", olds, news)).changes, true);
    await provider.update("id", olds, news);
    assert.equal(repairs(), "repair-of 111\n");
    const again = (await check(news)).inputs;
    assert.deepEqual(await provider.diff("id", news, again), { changes: false });
  });

  it("refuses to go on where that does not help, and names CT, finding, cause and remedy", async () => {
    const open = FLUSHED.replace('"userland-proxy": false', '"iptables": false');
    tells(111, open);
    tells(111, open, ".repaired");
    await assert.rejects(provider.update("id", await standing(), await standing()), {
      message:
        'CT 111 "app1": its firewall is not its security group\'s, got ' +
        'rule 1 of DOCKER-USER is not ours: none; Docker does not use DOCKER-USER: "iptables": false; ' +
        '/etc/docker/daemon.json has "iptables": false: take it out and restart docker in the CT',
    });
  });

  it("refuses a CT that cannot be asked", async () => {
    rmSync(join(node.folder, "150"));
    await assert.rejects(
      provider.create(await standing()),
      /^Error: CT 150 "db": cannot be asked .*, got "status: stopped"; start it with: pct start 150/,
    );
  });

  it("leaves a stopped CT to what starts it, and says when the node cannot be asked", async () => {
    const olds = await standing();
    rmSync(join(node.folder, "150"));
    assert.deepEqual((await check(olds)).inputs.repairs, { "111": 0, "150": 0 });
    copyFileSync("/bin/false", join(node.folder, "bin", "ssh"));
    assert.match((await check(olds)).failures[0]?.reason ?? "", /^unable to look at the CTs'/);
  });
});
