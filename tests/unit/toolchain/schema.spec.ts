import assert from "node:assert/strict";
import { reduceSchema } from "../../../toolchain/reduceSchema";

describe("reduceSchema", () => {
  const schema = {
    name: "p",
    description: "a package",
    resources: {
      "p:b": {
        description: "text",
        properties: { description: { type: "string", description: "x" } },
      },
      "p:a": { inputProperties: { language: { type: "string" } } },
    },
  };

  it("drops texts but keeps properties that are named like them", () => {
    assert.deepEqual(JSON.parse(reduceSchema(schema)), {
      name: "p",
      types: {},
      resources: {
        "p:a": { inputProperties: { language: { type: "string" } } },
        "p:b": { properties: { description: { type: "string" } } },
      },
      functions: {},
    });
  });

  it("writes one line for each member, in order", () => {
    const lines = reduceSchema(schema).split("\n");
    assert.ok(
      lines.findIndex((l) => l.includes("p:a")) < lines.findIndex((l) => l.includes("p:b")),
    );
  });
});
