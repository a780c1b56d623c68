import assert from "node:assert/strict";
import { appGuest, Site } from "../../../components";
import { declare, given, GUESTS, refusalOf, siteArgs } from "../../support/declare";

const guest = (changes: object) => ({
  ...appGuest({ name: "web-1", vmid: 401, address: "10.40.0.11" }),
  ...changes,
});

describe("a site", function () {
  this.timeout("1m"); // the first one loads the providers' SDKs

  it("is made of outputs alone, and has defaults for resolver and NAT", async () => {
    const guests = [GUESTS.lb(), GUESTS.app()];
    const made = await declare(() => new Site("site", siteArgs(guests)));
    const { needs } = made.inputs("site-preflight");
    assert.deepEqual(needs.cts, [
      { hostname: "web-lb", vmid: 400, memoryMiB: 256, diskGiB: 4 },
      { hostname: "web-1", vmid: 401, memoryMiB: 512, diskGiB: 8 },
    ]);
    assert.deepEqual(made.inputs("site-power").vmids, [401, 400]);
    assert.equal(made.inputs("site-network-private").address, "10.40.0.1/24");
    const filters = String(made.inputs("site-network-filters").create);
    assert.match(filters, /ip daddr 1\.1\.1\.1 /);
    assert.match(filters, /elements = \{ 10\.40\.0\.0\/24 \}/);
    assert.match(filters, /"veth401i0" \. 02:48:0a:28:00:0b \. 10\.40\.0\.11/);
  });

  it("stands beside another one in one program, with nothing in common", async () => {
    const made = await declare(() => {
      new Site("one", siteArgs([guest({})]));
      const privateNetwork = { bridge: "vmbr41", cidr: "10.41.0.0/24", gateway: "10.41.0.1" };
      const other = guest({
        name: "web-2",
        vmid: 411,
        ports: [{ on: "private", address: "10.41.0.11" }],
      });
      new Site("two", siteArgs([other], { privateNetwork }));
    });
    const [one, two] = ["one", "two"].map((name) => made.inputs(`${name}-network-filters`));
    assert.doesNotMatch(String(one!.create), /vmbr41|10\.41\./);
    assert.doesNotMatch(String(two!.delete), /vmbr40/);
    const urns = made.resources.map(({ urn }) => urn);
    assert.equal(new Set(urns).size, urns.length);
  });

  it("is refused with its subnets' problems", async () => {
    const lan = { bridge: "vmbr0", cidr: "192.0.2.0", gateway: "192.0.2.254" };
    assert.match(
      await refusalOf(() => new Site("site", siteArgs([], { lan }))),
      /lan\.cidr is "192\.0\.2\.0"; give an IPv4 subnet/,
    );
    const privateNetwork = { bridge: "b", cidr: "192.0.0.0/16", gateway: "10.0.0.1" };
    const said = await refusalOf(() => new Site("site", siteArgs([], { privateNetwork })));
    assert.match(said, /privateNetwork\.gateway is "10\.0\.0\.1"; give a host of 192\.0\.0\.0\/16/);
    assert.match(said, /overlaps the LAN's 192\.0\.2\.0\/24/);
  });

  for (const [what, changes, message] of [
    [
      "a name that is no host name",
      { name: "Web 1" },
      /CT "Web 1" has a name that is no host name/,
    ],
    ["a vmid out of range", { vmid: given(99) }, /CT "web-1" has vmid 99; give 100 to 999999999/],
    ["no memory", { memoryMiB: 0 }, /CT "web-1" has memoryMiB 0; give 64 to/],
    ["half a disk", { diskGiB: 0.5 }, /CT "web-1" has diskGiB 0\.5; give 1 to 8192 GiB/],
    ["no private port", { ports: [] }, /CT "web-1" has no port in the private subnet/],
    [
      "an address elsewhere",
      { ports: [{ on: "private", address: "10.41.0.11" }] },
      /CT "web-1" has the address "10\.41\.0\.11" on private; give a host of 10\.40\.0\.0\/24/,
    ],
    [
      "the gateway's address",
      { ports: [{ on: "private", address: "10.40.0.1" }] },
      /address 10\.40\.0\.1: is given to the private gateway and web-1; each needs its own/,
    ],
  ] as const) {
    it(`is refused with a CT that has ${what}`, async () => {
      const said = await refusalOf(() => new Site("site", siteArgs([guest(changes)])));
      assert.match(said, message);
    });
  }

  it("is refused with a vmid that two CTs have", async () => {
    const guests = [guest({}), guest({ name: "web-2" })];
    assert.match(
      await refusalOf(() => new Site("site", siteArgs(guests))),
      /vmid 401: is given to web-1 and web-2; each needs its own/,
    );
  });
});
