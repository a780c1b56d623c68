import assert from "node:assert/strict";
import { checkParts, leadsOut, toldOffline } from "../../../../cli/prerequisites/parts";
import type { LabPaths } from "../../../../system/labPaths";

const heading =
  "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT";
const row = (device: string, destination: string, gateway: string, flags: string, mask: string) =>
  [device, destination, gateway, flags, "0", "0", "0", mask, "0", "0", "0"].join("\t");
const docker = row("docker0", "000011AC", "00000000", "0001", "0000FFFF");
const ipv4 = (...rows: string[]) => [heading, docker, ...rows, ""].join("\n");

const none = "00000000000000000000000000000000";
const six = (device: string, length = "00") =>
  `${none} ${length} ${none} 00 ${none} 00000400 00000001 00000000 00000001 ${device}\n`;

describe("a way out of the machine", () => {
  for (const [what, tables, leads] of [
    ["only the networks of this machine", { ipv4: ipv4() }, false],
    ["IPv6's refusal on loopback", { ipv4: ipv4(), ipv6: six("lo") }, false],
    ["a gateway", { ipv4: ipv4(row("eth0", "00000000", "0102A8C0", "0003", "00000000")) }, true],
    [
      "halves of the world, as VPNs have them",
      { ipv4: ipv4(row("tun0", "00000000", "00000000", "0001", "00000080")) },
      true,
    ],
    [
      "a company's network behind a gateway",
      { ipv4: ipv4(row("eth0", "0000000A", "0102A8C0", "0003", "000000FF")) },
      true,
    ],
    ["IPv6 alone", { ipv4: ipv4(), ipv6: six("lo") + six("eth0") }, true],
    ["no table to read", {}, true],
  ] as const)
    it(`${leads ? "is" : "is not"} ${what}`, () => assert.equal(leadsOut(tables), leads));
});

describe("parts that would have to be fetched", () => {
  const names = ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"];
  const outer = { ...process.env };
  beforeEach(() => {
    for (const name of names) delete process.env[name];
  });
  afterEach(() => {
    for (const name of names) delete process.env[name];
    Object.assign(process.env, outer);
  });
  const alone = { ipv4: ipv4() };
  const missing = () => Promise.resolve(["pulumi 3.1.0", "the node's system image"]);

  it("are named where nothing leads out, before minutes are spent, with what does without a network", async () => {
    const [finding] = await checkParts(false, missing, alone);
    assert.equal(finding?.level, "error");
    assert.equal(finding.found, "missing: pulumi 3.1.0, the node's system image");
    assert.match(finding.why!, /no route and no proxy leads out of this machine/);
    assert.match(finding.remedy, /\.\/lab cache import FILE/);
  });

  it("are no matter where all are there, or something leads out", async () => {
    assert.deepEqual(await checkParts(false, () => Promise.resolve([]), alone), []);
    assert.deepEqual(await checkParts(true, missing, alone), []);
    assert.deepEqual(await checkParts(false, missing, {}), []);
    process.env.HTTPS_PROXY = "http://10.1.2.3:3128";
    assert.deepEqual(await checkParts(false, missing, alone), []);
  });

  describe("and could not be", () => {
    const paths = {} as LabPaths;
    const fails = () => Promise.reject(new Error("mmdebstrap: exit status 25"));
    const look = (silent: string | undefined) => ({
      missing,
      silentResolver: () => Promise.resolve(silent),
    });

    it("say so first where no resolver answers", async () => {
      await assert.rejects(
        toldOffline(paths, fails, look("9.9.9.9")),
        /^Error: network: the resolver 9\.9\.9\.9 does not answer, and missing are pulumi 3\.1\.0, .*\.\/lab cache import FILE.*\nmmdebstrap: exit status 25$/,
      );
    });

    it("leave other failures as they are", async () => {
      const none = { ...look("9.9.9.9"), missing: () => Promise.resolve([]) };
      for (const seen of [look(undefined), none])
        await assert.rejects(toldOffline(paths, fails, seen), /^Error: mmdebstrap/);
    });
  });
});
