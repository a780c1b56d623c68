import assert from "node:assert/strict";
import { addressInSubnet } from "../../../policy/policies/addressInSubnet";
import { stackViolations, UNKNOWN_STRING } from "../../support/policyArgs";
import { app, db, privateBridge } from "../stack";

const check = async (cidr: unknown) => {
  const resources = [privateBridge(), app(1), db({ interfaces: [["vmbr1", cidr]] })];
  return (await stackViolations(addressInSubnet, resources)).map(({ message }) => message);
};

describe("ct-address-in-subnet", () => {
  it("accepts a free host address, and one that is not known yet", async () => {
    assert.deepEqual(await check("10.10.10.254/24"), []);
    assert.deepEqual(await check(UNKNOWN_STRING), []);
    assert.deepEqual(await check("dhcp"), []);
  });

  it("names interface, address and subnet", async () => {
    assert.deepEqual(await check("10.10.11.50/24"), [
      'CT 150 "db": interface eth0 is outside its subnet, got 10.10.11.50/24; give a free host ' +
        "address of the bridge's subnet 10.10.10.1/24",
    ]);
  });

  for (const cidr of ["10.10.10.0/24", "10.10.10.255/24", "10.10.10.1/24", "10.10.10.50/16"]) {
    it(`refuses ${cidr}`, async () => assert.equal((await check(cidr)).length, 1));
  }
});
