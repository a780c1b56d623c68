import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addAddress } from "../../lib/net/cidr";
import { CERTIFICATE_FILE, configurePostgres, KEY_FILE } from "../../lib/postgres/installPostgres";
import { aptInstall } from "../../lib/shell/apt";
import { script, shellQuote } from "../../lib/shell/quote";
import { boxOf } from "../support/box";
import type { LabClone } from "../support/labClone";
import { type Ended, inBox, type PveInfo, runLocal } from "../support/nodeApi";
import { Stranger } from "../support/stranger";

const DATABASE_VMID = 390;
const PASSWORD = "password-of-the-trial";
const VMIDS = [300, 301, 302, 310, 311, 312];

/** What the example's stack is told of the node and the LAN. */
interface Facts {
  info: PveInfo;
  lanCidr: string;
  lanGateway: string;
  nameserver: string;
  sshHostKey: string;
  /** A free address in the LAN; more follow. */
  free: string;
}

async function factsOf(lab: LabClone): Promise<Facts> {
  const info = JSON.parse((await lab.ok(["pve", "info", "--json"])).stdout) as PveInfo;
  const { config } = JSON.parse(
    readFileSync(join(lab.root, ".lab", "Pulumi.dev.json"), "utf8"),
  ) as { config: Record<string, string> };
  const value = (key: string) => config[`homelab:${key}`] ?? "";
  return {
    info,
    lanCidr: value("lanCidr"),
    lanGateway: value("lanGateway"),
    nameserver: value("nameserver"),
    sshHostKey: value("sshHostKey"),
    free: addAddress(value("lbLanAddress"), 10),
  };
}

/** Runs Pulumi in the example's folder, with the toolchain and the keys of the lab and a state of its own. */
class Stack implements Disposable {
  private readonly backend = mkdtempSync(join(tmpdir(), "two-groups-"));

  constructor(
    private readonly lab: LabClone,
    private readonly folder: string,
  ) {}

  async pulumi(...words: string[]): Promise<Ended> {
    const lines = [
      'environment=$("$1"/lab env) && eval "$environment"',
      "unset PULUMI_OPTION_CONFIG_FILE PULUMI_OPTION_POLICY_PACK PULUMI_CONFIG_PASSPHRASE_FILE PULUMI_STACK",
      'export PULUMI_BACKEND_URL="file://$2" PULUMI_CONFIG_PASSPHRASE=trial',
      'cd "$3" && shift 3 && exec pulumi --non-interactive --color never "$@"',
    ];
    const own = [this.lab.root, this.backend, this.folder];
    const ended = await runLocal("bash", ["-c", lines.join("\n"), "-", ...own, ...words]);
    const tail = `${ended.stdout}\n${ended.stderr}`.split("\n").slice(-80).join("\n");
    assert.equal(ended.code, 0, `pulumi ${words.join(" ")}: ${tail}`);
    return ended;
  }

  [Symbol.dispose](): void {
    rmSync(this.backend, { recursive: true });
  }
}

/** A PostgreSQL server in the LAN that no stack knows; answers its certificate. */
async function makeDatabase(box: string, facts: Facts, address: string): Promise<string> {
  const { free, info, lanCidr, lanGateway, nameserver } = facts;
  const node = (await inBox(box, "ip -4 -o addr show vmbr0 | awk '{ print $4 }'")).split("/")[0];
  assert.ok(node, free);
  const net = `name=eth0,bridge=vmbr0,ip=${address}/${lanCidr.split("/")[1]},gw=${lanGateway}`;
  await inBox(
    box,
    `pct create ${DATABASE_VMID} ${info.template} --hostname elsewhere --memory 512 --rootfs ${info.storage}:4 \
--net0 ${net} --nameserver ${nameserver} --unprivileged 1 --features nesting=1 >&2 && pct start ${DATABASE_VMID} >&2`,
  );
  const install = script(aptInstall(["postgresql-15", "openssl"], `http://${node}:3142`));
  const inCt = (text: string, stdin: string) =>
    inBox(
      box,
      `printf '%s\\n' ${shellQuote(stdin)} | pct exec ${DATABASE_VMID} -- bash -c ${shellQuote(text)}`,
    );
  // The package cache is for private subnets, and this CT is in the LAN.
  const open = `INPUT -i vmbr0 -s ${address} -p tcp --dport 3142 -j ACCEPT`;
  await inBox(box, `iptables -I ${open}`);
  await inCt(install, "").finally(() => inBox(box, `iptables -D ${open}`));
  const files = { certificateFile: CERTIFICATE_FILE, keyFile: KEY_FILE };
  const settings = { listenAddress: address, port: 5432, memoryMiB: 512, ...files };
  // Services are behind the node's NAT.
  const access = { database: "app", role: "app", clients: [`${node}/32`] };
  return inCt(configurePostgres(settings, access), PASSWORD);
}

/** The example on the lab's node, beside whatever is there. */
export function twoGroups(lab: LabClone): void {
  describe("two groups, as somebody else's program with the packed package", function () {
    this.timeout("30m");
    let stranger: Stranger;
    let stack: Stack;
    let box: string;
    let standing: string;
    const ctsAndBridges = () =>
      inBox(
        box,
        "pct list | awk 'NR > 1 { print $1 }'; ls /etc/homelab /etc/network/interfaces.d 2>/dev/null; ip -br link show type bridge | awk '{ print $1 }'; nft list tables",
      );

    before("the package is installed, and a database is there", async () => {
      const facts = await factsOf(lab);
      box = boxOf(lab.root);
      const at = (count: number) => addAddress(facts.free, count);
      const certificate = await makeDatabase(box, facts, at(2));
      standing = await ctsAndBridges();
      stranger = new Stranger("two-groups");
      stranger.run("homelab-image", [".image"]);
      stack = new Stack(lab, stranger.root);
      const { info } = facts;
      const values = {
        ...{ proxmoxEndpoint: info.apiUrl, proxmoxNode: info.node, template: info.template },
        ...{ sshHost: info.sshHost, sshPort: info.sshPort, sshHostKey: facts.sshHostKey },
        ...{ lanCidr: facts.lanCidr, lanGateway: facts.lanGateway, nameserver: facts.nameserver },
        ...{ blueLanAddress: at(0), greenLanAddress: at(1), aptProxy: "http://10.30.0.1:3142" },
        ...{ databaseHost: at(2), databaseCertificate: certificate },
      };
      const config = Object.entries(values).map(([key, value]) => [`two-groups:${key}`, value]);
      // JSON is YAML.
      writeFileSync(
        join(stranger.root, "Pulumi.lab.yaml"),
        JSON.stringify({ config: Object.fromEntries(config) as object }),
      );
      await stack.pulumi("stack", "init", "lab");
      await stack.pulumi("config", "set", "--secret", "databasePassword", PASSWORD);
    });

    after(async () => {
      stranger?.[Symbol.dispose]();
      stack?.[Symbol.dispose]();
      await inBox(
        box,
        `pct stop ${DATABASE_VMID}; pct destroy ${DATABASE_VMID} --purge 1 >/dev/null 2>&1 || true`,
      );
    });

    it("comes up, and every target of both groups serves from the database", async () => {
      await stack.pulumi("up", "--yes", "--skip-preview");
      const shown = await stack.pulumi("stack", "output", "--json");
      const { urls } = JSON.parse(shown.stdout) as { urls: Record<string, string> };
      assert.match(urls.green ?? "", /:8080\/$/);
      for (const [group, url] of Object.entries(urls)) {
        const backends = new Set<string | null>();
        for (let sent = 0; sent < 8; sent++) {
          const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) });
          assert.equal(answer.status, 200, url);
          backends.add(answer.headers.get("x-backend"));
        }
        assert.deepEqual([...backends].sort(), [`${group}-1`, `${group}-2`]);
      }
      const query = "SELECT node FROM visits ORDER BY node";
      const rows = await inBox(
        box,
        `pct exec ${DATABASE_VMID} -- runuser -u postgres -- psql -qAtc "${query}" app`,
      );
      assert.equal(rows, "blue-1\nblue-2\ngreen-1\ngreen-2\n");
    });

    it("has nothing to change the second time", async () => {
      const { stdout } = await stack.pulumi("up", "--yes", "--skip-preview");
      assert.match(stdout, /^ +\d+ unchanged$/m);
      assert.doesNotMatch(stdout, /\d+ (created|updated|replaced|deleted)/);
    });

    it("keeps no file of this machine in its state", async () => {
      const { stdout } = await stack.pulumi("stack", "export");
      assert.ok(!stdout.includes(stranger.root) && !stdout.includes(lab.root));
      assert.ok(!stdout.includes(PASSWORD));
    });

    it("leaves nothing when it is destroyed", async () => {
      await stack.pulumi("destroy", "--yes", "--skip-preview");
      assert.equal(await ctsAndBridges(), standing);
      const volumes = await inBox(
        box,
        `ls /var/lib/vz/images 2>/dev/null | grep -xE '${VMIDS.join("|")}' || true`,
      );
      assert.equal(volumes, "");
    });
  });
}
