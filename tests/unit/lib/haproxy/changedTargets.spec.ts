import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { activateConfig, saveState } from "../../../../lib/haproxy/installHaproxy";
import { renderConfig } from "../../../../lib/haproxy/haproxyConfig";

const target = (number: number) => ({
  name: `app${number}`,
  address: `10.10.10.1${number}`,
  port: 3000,
});
const config = (numbers: number[]) =>
  renderConfig({
    listenerPort: 80,
    statsAddress: "192.168.1.200",
    statsPort: 8404,
    targets: numbers.map(target),
    profile: "tuned",
    healthCheck: {},
  });

const mitigated = renderConfig({
  ...{ listenerPort: 80, statsAddress: "192.168.1.200", statsPort: 8404, profile: "tuned" },
  targets: [1, 2].map(target),
  targetGroup: { algorithm: "weighted_random", anomalyMitigation: true },
});

/** Lines of `show servers state`, as HAProxy 2.6 wrote them. */
const STATES = `1
# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight
3 app 1 app1 10.10.10.11 2 0 1 1 66 15 3 3 6 0 0 0 - 3000 - 0 0 - - 0
3 app 2 app2 10.10.10.12 2 8 1 1 56 15 3 3 6 0 0 0 - 3000 - 0 0 - - 0
4 app-fail-open 1 app1 10.10.10.11 2 0 1 1 66 1 0 2 0 0 0 0 - 3000 - 0 0 - - 0
4 app-fail-open 2 app2 10.10.10.12 2 0 1 1 56 1 0 2 0 0 0 0 - 3000 - 0 0 - - 0

`;

/** The first look at the statistics finds a request of app2 under way, the second none. */
const SOCAT = `#!/bin/bash
read -r words
echo "$words" >> "$LAB/asked"
case "$words" in
  "show servers state") cat "$LAB/states" ;;
  "show anomalies") echo "# group target" ;;
  "show stat")
    echo "app,app2,0,0,$([ -e "$LAB/looked" ] && echo 0 || echo 1)"
    touch "$LAB/looked" ;;
esac
`;

describe("targets that come and go", function () {
  this.timeout(20_000);
  let lab: string;
  beforeEach(() => {
    lab = mkdtempSync(join(tmpdir(), "balancer-"));
    for (const folder of ["bin", "etc", "lib", "run"]) mkdirSync(join(lab, folder));
    const programs = {
      socat: SOCAT,
      haproxy: "#!/bin/sh\nexit 0\n",
      systemctl: `#!/bin/sh\n[ "$1" = show ] && echo self || echo "$1" >> ${lab}/asked\n`,
      sleep: "#!/bin/sh\n",
    };
    for (const [name, text] of Object.entries(programs)) {
      writeFileSync(join(lab, "bin", name), text);
      chmodSync(join(lab, "bin", name), 0o755);
    }
    writeFileSync(join(lab, "states"), STATES);
    writeFileSync(join(lab, "etc", "haproxy.cfg"), config([1, 2]));
  });
  afterEach(() => rmSync(lab, { recursive: true }));

  const run = (text: string) => {
    const script = text
      .replaceAll("/etc/haproxy", join(lab, "etc"))
      .replaceAll("/var/lib/haproxy", join(lab, "lib"))
      // A socket is asked for; the folder stands for it.
      .replaceAll("-S /run/haproxy/admin.sock", `-d ${join(lab, "run")}`);
    const env = { ...process.env, LAB: lab, PATH: `${lab}/bin:${process.env.PATH}` };
    const { status, stderr } = spawnSync("bash", ["-c", script], {
      env,
      encoding: "utf8",
      input: "",
    });
    assert.equal(status, 0, stderr);
  };
  const asked = () => readFileSync(join(lab, "asked"), "utf8").trim().split("\n");

  it("begin in maintenance, in both backends, and leave the others' states alone", () => {
    writeFileSync(join(lab, "etc", "haproxy.cfg"), config([1, 2, 3]));
    run(saveState());
    const lines = readFileSync(join(lab, "lib", "server-state"), "utf8")
      .trim()
      .split("\n");
    const added = lines.filter((line) => !STATES.includes(line)).sort();
    assert.deepEqual(added, [
      "3 app 3 app3 10.10.10.13 0 1 1 1 0 1 0 0 14 0 0 0 - 3000 - 0 0 - - 0",
      "4 app-fail-open 3 app3 10.10.10.13 0 1 1 1 0 1 0 0 0 0 0 0 - 3000 - 0 0 - - 0",
    ]);
    for (const line of STATES.trim().split("\n")) assert.ok(lines.includes(line), line);
  });

  it("keep their states under another port and address", () => {
    const moved = config([1, 2]).replaceAll("10.10.10.12:3000", "10.10.10.22:4000");
    writeFileSync(join(lab, "etc", "haproxy.cfg"), moved);
    run(saveState());
    const lines = readFileSync(join(lab, "lib", "server-state"), "utf8")
      .trim()
      .split("\n");
    assert.deepEqual(lines.slice(2), [
      "3 app 1 app1 10.10.10.11 2 0 1 1 66 15 3 3 6 0 0 0 - 3000 - 0 0 - - 0",
      "3 app 2 app2 10.10.10.22 2 8 1 1 56 15 3 3 6 0 0 0 - 4000 - 0 0 - - 0",
      "4 app-fail-open 1 app1 10.10.10.11 2 0 1 1 66 1 0 2 0 0 0 0 - 3000 - 0 0 - - 0",
      "4 app-fail-open 2 app2 10.10.10.22 2 0 1 1 56 1 0 2 0 0 0 0 - 4000 - 0 0 - - 0",
    ]);
  });

  it("add nothing where the configuration has the same targets as before", () => {
    run(saveState());
    assert.equal(readFileSync(join(lab, "lib", "server-state"), "utf8").trim(), STATES.trim());
  });

  it("have it kept whose their weights are, where anomalies are mitigated only", () => {
    const file = join(lab, "lib", "anomalies");
    run(saveState());
    assert.ok(!existsSync(file) && !asked().includes("show anomalies"));
    writeFileSync(
      join(lab, "etc", "haproxy.cfg"),
      mitigated.replaceAll("/etc/haproxy", join(lab, "etc")),
    );
    run(saveState());
    assert.equal(readFileSync(file, "utf8"), "# group target\n");
  });

  it("are drained before a configuration without them is put in force", () => {
    writeFileSync(join(lab, "etc", "haproxy.cfg.next"), config([1]));
    run(activateConfig(10));
    const words = asked();
    const at = (word: string) => words.findIndex((line) => line === word);
    assert.ok(at("set server app/app2 state drain") > 0, words.join("\n"));
    assert.ok(at("set server app-fail-open/app2 state drain") > 0);
    assert.ok(!words.some((line) => line.includes("app1")), "app1 stays");
    // Until its last request has ended: two looks.
    assert.equal(words.filter((line) => line === "show stat").length, 2);
    assert.ok(at("restart") > words.lastIndexOf("show stat"), words.join("\n"));
  });

  it("wait for nobody where all of them stay", () => {
    writeFileSync(join(lab, "etc", "haproxy.cfg.next"), config([1, 2, 3]));
    run(activateConfig(10));
    assert.ok(!asked().some((line) => line.startsWith("set server") || line === "show stat"));
    assert.ok(existsSync(join(lab, "etc", "haproxy.cfg")));
  });
});
