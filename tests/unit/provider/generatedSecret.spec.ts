import assert from "node:assert/strict";
import { generatedSecretProvider } from "../../../provider/generatedSecret.provider";

describe("generated secret", () => {
  it("makes another one each time, of letters and digits", async () => {
    const provider = generatedSecretProvider;
    const values = await Promise.all([1, 2].map(() => provider.create({ length: 32 })));
    const [a, b] = values.map(({ outs }) => outs?.value);
    assert.match(a ?? "", /^[A-Za-z0-9]{32}$/);
    assert.notEqual(a, b);
  });
});
