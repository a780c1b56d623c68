import assert from "node:assert/strict";
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { wantedRules } from "../../../lib/security/rulesInForce";
import { guestFirewalls } from "../../../lib/stack/labGroups";
import type {
  CtFirewallStateInputs,
  CtFirewallStateState,
} from "../../../provider/ctFirewallState.provider";
import { ctFirewallStateProvider } from "../../../provider/ctFirewallState.provider";
import { labSettings } from "../../support/labSettings";
import { inForce } from "../../support/rulesInForce";
import { fakeNode } from "./fakeSsh";

/** CT 111 is the file \`111\`, which holds what it tells; \`111.repaired\` is what it tells after a repair. */
const PCT = `#!/bin/bash
case "$1" in
  status) [ -e "$LAB/$2" ] && echo "status: running" || echo "status: stopped" ;;
  exec)
    if [[ "$6" == tell* ]]; then cat "$LAB/$2"
    else echo "repair of $2" >> "$LAB/repairs"; cp "$LAB/$2.repaired" "$LAB/$2"; fi ;;
esac
`;

const rules = guestFirewalls(labSettings()).get("app1")!;
const GOOD = inForce(wantedRules(rules));
const FLUSHED = GOOD.replaceAll(/^-A DOCKER-USER .*\n/gm, "");

type Both = CtFirewallStateInputs & CtFirewallStateState;

describe("state of a CT's firewall", function () {
  this.timeout(30_000);
  const provider = ctFirewallStateProvider as Required<typeof ctFirewallStateProvider>;
  let node: ReturnType<typeof fakeNode>;

  beforeEach(() => {
    node = fakeNode();
    writeFileSync(join(node.folder, "bin", "pct"), PCT);
    tells(GOOD);
  });
  afterEach(() => node[Symbol.dispose]());

  const tells = (text: string, when = "") => writeFileSync(join(node.folder, `111${when}`), text);
  const stops = () => rmSync(join(node.folder, "111"));
  const repairs = () => {
    const file = join(node.folder, "repairs");
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  };

  const inputs: CtFirewallStateInputs = {
    node: { host: "h", port: 22, user: "root", hostKey: "ssh-ed25519 A" },
    vmid: 111,
    rules,
    triggers: ["incarnation", 0],
    preview: false,
  };
  const made = async () => (await provider.create(inputs)).outs as Both;
  const preview = { ...inputs, preview: true };
  const changes = async (olds: Both, news = inputs) =>
    (await provider.diff("id", olds, news)).changes;

  it("is made where the CT has its rules, without touching it", async () => {
    assert.deepEqual((await made()).problems, []);
    assert.equal(repairs(), "");
  });

  it("is no change while the rules stay as they are, whoever looks", async () => {
    const olds = await made();
    assert.deepEqual([await changes(olds), await changes(olds, preview)], [false, false]);
  });

  it("is a change as soon as other rules are in force, and a preview only says so", async () => {
    const olds = await made();
    tells(FLUSHED);
    assert.equal(await changes(olds, preview), true);
    assert.equal(repairs(), "");
  });

  it("installs the rules anew in an update, once, and looks again", async () => {
    const olds = await made();
    tells(FLUSHED);
    tells(GOOD, ".repaired");
    const { outs } = await provider.update("id", olds, inputs);
    assert.equal(repairs(), "repair of 111\n");
    assert.equal(await changes(outs as Both), false);
  });

  it("fails where that does not help, and names CT, finding, cause and remedy", async () => {
    const open = FLUSHED.replace('"userland-proxy": false', '"iptables": false');
    tells(open);
    tells(open, ".repaired");
    await assert.rejects(provider.create(inputs), {
      message:
        'the firewall in force in CT 111 "app1" is not the one that is declared ' +
        "(rule 1 of DOCKER-USER is not ours: none; " +
        'Docker does not use DOCKER-USER: "iptables": false); ' +
        '/etc/docker/daemon.json has "iptables": false: take it out and restart docker in the CT',
    });
  });

  it("is changed by other rules, another CT under its vmid, or a start of the CT", async () => {
    const olds = await made();
    const other = { ...rules, ingress: rules.ingress.slice(1) };
    assert.equal(await changes(olds, { ...inputs, rules: other }), true);
    assert.equal(await changes(olds, { ...inputs, triggers: ["another", 0] }), true);
    assert.equal(await changes(olds, { ...inputs, triggers: ["incarnation", 1] }), true);
  });

  it("is unchanged in a preview that cannot look, and an error in an update", async () => {
    const olds = await made();
    stops();
    const { warn } = console;
    const said: string[] = [];
    console.warn = (text: string) => said.push(text);
    try {
      assert.equal(await changes(olds, preview), false);
    } finally {
      console.warn = warn;
    }
    const cannot =
      'CT 111 "app1" cannot be asked for its firewall rules (status: stopped); ' +
      "start it with: pct start 111";
    assert.deepEqual(said, [`not looked at: ${cannot}`]);
    await assert.rejects(provider.diff("id", olds, inputs), { message: cannot });
    await assert.rejects(provider.create(inputs), { message: cannot });
  });

  it("tells a refresh what it finds, and the next update repairs it", async () => {
    const olds = await made();
    tells(FLUSHED);
    const { id, props } = await provider.read("firewall-111", olds);
    assert.equal(id, "firewall-111");
    assert.match((props as Both).problems[0] ?? "", /rule 1 of DOCKER-USER is not ours/);
    tells(GOOD);
    assert.equal(await changes(props as Both, preview), true);
    assert.equal(repairs(), "");
  });

  it("keeps its state in a refresh that cannot look, for the CT is not gone", async () => {
    const olds = await made();
    copyFileSync("/bin/false", join(node.folder, "bin", "ssh"));
    const { warn } = console;
    console.warn = () => undefined;
    try {
      assert.deepEqual(await provider.read("firewall-111", olds), {
        id: "firewall-111",
        props: olds,
      });
    } finally {
      console.warn = warn;
    }
  });
});
