import assert from "node:assert/strict";
import { FLOW_LOG_FILE, parseFlowLine } from "../../lib/security/flowLog";
import { inside, reaches } from "../support/connect";

const LB = "10.10.10.10";
const APP2 = "10.10.10.12";
const DB = "10.10.10.50";
const INTERFACE: Record<string, string> = { pve: "vmbr1", lb: "eth1", app1: "eth0", db: "eth0" };

/** Denied attempts of app2's flow log, as `from -> to:port`. */
async function denied(): Promise<string[]> {
  const lines = (await inside("app2", `cat ${FLOW_LOG_FILE}`)).split("\n");
  return lines.flatMap((line) => {
    const record = parseFlowLine(line);
    return record ? [`${record.source} -> ${record.destination}:${record.destinationPort}`] : [];
  });
}

describe("the security groups", function () {
  this.timeout("2m");

  it("let each CT reach what it is there for, and no other port of its neighbours", async () => {
    await reaches("lb", [`${APP2}:3000`], [`${APP2}:22`, `${DB}:5432`, `${DB}:22`]);
    await reaches(
      "app1",
      [`${DB}:5432`],
      [`${DB}:22`, `${APP2}:3000`, `${APP2}:22`, `${LB}:80`, `${LB}:22`, `${LB}:8404`],
    );
    await reaches("db", [], [`${APP2}:3000`, `${APP2}:22`, `${LB}:80`, `${LB}:22`]);
  });

  it("let the Proxmox node log in, and reach nothing else in the private subnet", async () => {
    const open = [APP2, DB, LB].map((address) => `${address}:22`);
    await reaches("pve", open, [`${APP2}:3000`, `${DB}:5432`, `${LB}:80`, `${LB}:8404`]);
  });

  it("refuse everybody at app2's link-local address", async () => {
    const show = "ip -6 -o addr show dev eth0 scope link";
    const address = /inet6 (fe80:[^/]+)/.exec(await inside("app2", show))?.[1];
    assert.ok(address, "app2 has a link-local address");
    for (const from of ["pve", "lb", "app1", "db"]) {
      const target = `${address}%${INTERFACE[from]}`;
      await reaches(from, [], [`[${target}]:3000`, `[${target}]:22`]);
    }
  });

  it("refuse a route straight to the container's address, even to the load balancer", async () => {
    const ask = "docker inspect -f '{{.NetworkSettings.IPAddress}}' web";
    const container = await inside("app2", ask);
    assert.match(container, /^10\.210\.0\.\d+$/);
    const before = (await denied()).length;
    for (const from of ["pve", "lb", "app1", "db"]) {
      const route = `${container}/32 via ${APP2} dev ${INTERFACE[from]}`;
      await inside(from, `ip route add ${route}`);
      try {
        await reaches(from, [], [`${container}:3000`]);
      } finally {
        await inside(from, `ip route del ${route}`);
      }
    }
    // That the packets came to app2, and were dropped there, is in its flow log.
    const seen = new Set((await denied()).slice(before));
    for (const source of ["10.10.10.1", LB, "10.10.10.11", DB]) {
      assert.ok(seen.has(`${source} -> ${container}:3000`), `${source}: ${[...seen].join(", ")}`);
    }
  });

  it("refuse everybody at a second container that is published on another port", async () => {
    await inside(
      "app2",
      `docker inspect -f '{{range .Config.Env}}{{println .}}{{end}}' web | grep = |
sed 's/^PORT=.*/PORT=3001/' > /tmp/second.env
docker run -d --rm --name second --volumes-from web:ro --env-file /tmp/second.env \\
  --memory 128m -p 3001:3001 "$(docker inspect -f '{{.Config.Image}}' web)"`,
    );
    try {
      const probe = "curl -s -o /dev/null -w '%{http_code}' --retry 20 --retry-connrefused";
      const status = await inside("app2", `${probe} --retry-delay 1 http://127.0.0.1:3001/healthz`);
      assert.equal(status, "200", "the second container answers on its own node");
      for (const from of ["pve", "lb", "app1", "db"]) await reaches(from, [], [`${APP2}:3001`]);
    } finally {
      await inside("app2", "docker rm -f second; rm /tmp/second.env");
    }
  });

  it("keep containers from the CT's own ports, and let them out to the database", async () => {
    const node = (target: string) => {
      const [host, port] = target.split(":");
      const connect = `require("net").connect(${port}, "${host}")`;
      const done = 'on("connect", () => process.exit(0)).on("error", () => process.exit(1))';
      const script = `${connect}.${done}; setTimeout(() => process.exit(1), 2000)`;
      return inside("app2", `docker exec web node -e '${script}' && echo open || echo closed`);
    };
    assert.equal(await node(`${DB}:5432`), "open");
    assert.equal(await node("10.210.0.1:22"), "closed");
    assert.equal(await node(`${APP2}:22`), "closed");
  });
});
