import assert from "node:assert/strict";
import { labClone } from "../support/labClone";
import { waitUntil } from "../support/waitUntil";

interface Reach {
  asModelled: boolean;
  probes: number;
  seconds: number;
  verdicts: {
    from: string;
    to: string;
    family: 4 | 6;
    protocol: string;
    port: number;
    admitted: boolean;
    outcome?: string;
    asModelled: boolean;
  }[];
}

const app1 = "10.10.10.11";
const app2 = "10.10.10.12";
const lb = "10.10.10.10";
const node = "10.10.10.1";

const inCt = async (name: string, script: string) =>
  (await labClone().ok(["exec", name, "--", "bash", "-c", script])).stdout.trim();

/** `open` or `closed` for each: TCP connections from inside a CT at once, given three seconds. */
async function tries(from: string, ...ways: [host: string, port: number][]): Promise<string[]> {
  const attempts = ways.map(
    ([host, port], at) =>
      `{ timeout 3 bash -c ': < /dev/tcp/${host}/${port}' 2>/dev/null && echo ${at} open || echo ${at} closed; } &`,
  );
  const said = (await inCt(from, `${attempts.join("\n")}\nwait`)).split("\n").sort();
  return said.map((line) => line.replace(/^\d+ /, ""));
}

describe("the network", function () {
  this.timeout("2m");

  it("lets through what the security groups say, from everywhere, and nothing else", async function () {
    const { code, stdout, stderr } = await labClone().run(["reach", "--json"]);
    const reach = JSON.parse(stdout) as Reach;
    const differing = reach.verdicts.filter(({ asModelled }) => !asModelled);
    assert.deepEqual(differing, [], stderr);
    assert.equal(code, 0);
    assert.ok(reach.probes > 800, `only ${reach.probes} probes`);
    // The controls of the closed ones: each way that is open was really gone.
    const open = reach.verdicts.filter((v) => v.admitted && v.protocol === "tcp");
    assert.ok(open.every(({ outcome }) => outcome === "open"));
    assert.ok(open.length >= 20, `only ${open.length} open ways`);
    console.log(`      ${reach.probes} probes in ${reach.seconds.toFixed(1)} s`);
  });

  it("is closed over IPv6 link-local, where services listen", async function () {
    const own =
      '$(ip -6 -o address show dev eth0 scope link | awk \'{ sub("/.*", "", $4); print $4; exit }\')';
    const address = await inCt("app2", `echo ${own}`);
    assert.match(address, /^fe80:/);
    const ssh = [`${address}%eth0`, 22] as [string, number];
    assert.deepEqual(await tries("app2", ssh), ["open"], "control: its own sshd");
    assert.deepEqual(await tries("app1", ssh), ["closed"]);
  });

  it("keeps app nodes off the Proxmox node's API and SSH, on each of its addresses", async function () {
    const lan = await inCt("pve", "ip -4 -o address show dev vmbr0 | grep -oP 'inet \\K[\\d.]+'");
    const closed = [node, lan].flatMap((h): [string, number][] => [
      [h, 8006],
      [h, 22],
    ]);
    // The package cache is the control.
    const found = await tries("app1", [node, 3142], ...closed);
    assert.deepEqual(found, ["open", "closed", "closed", "closed", "closed"]);
  });

  it("lets no CT speak with another one's IPv4 address", async function () {
    // Counted before any filter of app2's: what arrives at all.
    const match = (source: string) =>
      `PREROUTING -s ${source}/32 -p udp -m udp --dport 9999 -j RETURN`;
    const counted = async (source: string) => {
      const list = await inCt("app2", "iptables -t raw -vS PREROUTING");
      const line = list.split("\n").find((l) => l.includes(`-s ${source}/32`));
      return Number(/-c (\d+) /.exec(line ?? "")?.[1]);
    };
    const send = (source: string) =>
      `perl -MSocket -e 'socket(S,AF_INET,SOCK_DGRAM,0); bind(S,pack_sockaddr_in(0,inet_aton("${source}"))) or die $!; send(S,"x",0,pack_sockaddr_in(9999,inet_aton("${app2}"))) for 1..3'`;
    try {
      await inCt("app2", [app1, lb].map((s) => `iptables -t raw -I ${match(s)}`).join("; "));
      await inCt("app1", `ip address add ${lb}/32 dev eth0; ${send(lb)}; ${send(app1)}`);
      await waitUntil("the control's packets", 10, async () => {
        const count = await counted(app1);
        return { value: count === 3 || undefined, seen: String(count) };
      });
      assert.equal(await counted(lb), 0);
    } finally {
      await inCt("app1", `ip address del ${lb}/32 dev eth0 || true`);
      await inCt(
        "app2",
        [app1, lb].map((s) => `iptables -t raw -D ${match(s)} || true`).join("; "),
      );
    }
  });

  it("lets no CT claim another one's address by ARP", async function () {
    // app2 takes up what an ARP request says about an address that it knows already.
    const claim = (address: string) => `
      my $mac = pack("H12", join "", split /:/, qx(cat /sys/class/net/eth0/address) =~ s/\\s//gr);
      my $index = 0 + qx(cat /sys/class/net/eth0/ifindex);
      socket(my $s, 17, 3, 0x0608) or die $!;
      my $frame = "\\xff" x 6 . $mac . pack("n*", 0x0806, 1, 0x0800, 0x0604, 1)
        . $mac . inet_aton("${address}") . "\\0" x 6 . inet_aton("${app2}");
      send($s, $frame, 0, pack("SnlSCCa8", 17, 0x0806, $index, 1, 1, 6, "\\xff" x 6)) or die $!;`;
    const script = (address: string) => `perl -MSocket -e '${claim(address)}'`;
    const known = async (address: string) =>
      /lladdr (\S+)/.exec(await inCt("app2", `ip neigh show ${address} dev eth0`))?.[1];
    const wrong = "02:00:00:00:00:01";
    const right = "02:48:0a:0a:0a:0a";
    const learn = (address: string, mac: string) =>
      `ip neigh replace ${address} lladdr ${mac} dev eth0 nud stale`;
    await inCt("app2", `${learn(lb, right)}; ${learn(app1, wrong)}`);
    await waitUntil("the control's claim", 20, async () => {
      await inCt("app1", `${script(lb)}; ${script(app1)}`);
      const seen = (await known(app1)) ?? "nothing";
      return { value: seen !== wrong || undefined, seen };
    });
    assert.equal(await known(lb), right);
  });

  it("writes denied attempts down as VPC flow logs, of CTs and of the node", async function () {
    assert.deepEqual(await tries("app1", [app2, 22], [node, 8006]), ["closed", "closed"]);
    const expected = [
      `app2-eth0 ${app1} ${app2} 22 6 REJECT`,
      `pve-vmbr1 ${app1} ${node} 8006 6 REJECT`,
    ];
    await waitUntil("both flows", 20, async () => {
      const { stdout } = await labClone().ok(["flows", "--since", "2m"]);
      const rows = stdout.split("\n").map((row) => row.split(" "));
      const seen = rows.map((f) => [f[2], f[3], f[4], f[6], f[7], f[12]].join(" "));
      return {
        value: expected.every((e) => seen.includes(e)) || undefined,
        seen: stdout.slice(-500),
      };
    });
  });
});
