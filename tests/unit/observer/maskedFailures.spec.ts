import assert from "node:assert/strict";
import { maskedFailures, maskedSince, maskedText } from "../../../observer/maskedFailures";

const row = (pxname: string, svname: string, figures: Record<string, number>) => ({
  pxname,
  svname,
  ...Object.fromEntries(Object.entries(figures).map(([key, value]) => [key, String(value)])),
});
const rows = (retries: number) => [
  row("http", "FRONTEND", { wretr: 99 }),
  row("app", "app1", { wretr: 0, wredis: 0, econ: 0, eresp: 0 }),
  row("app", "app2", { wretr: retries, wredis: 2, econ: 4, eresp: 1 }),
  row("app", "BACKEND", { wretr: retries, wredis: 2, econ: 4, eresp: 1 }),
  row("app-fail-open", "app2", { wretr: 1 }),
  row("app-fail-open", "BACKEND", { wretr: 1 }),
];
const none = { retried: 0, redispatched: 0, connectionErrors: 0, responseErrors: 0 };

describe("failures that retries hid", () => {
  it("are read for each target and in all, over every backend", () => {
    assert.deepEqual(maskedFailures(rows(5), ["app1", "app2"]), {
      retried: 6,
      redispatched: 2,
      connectionErrors: 4,
      responseErrors: 1,
      byTarget: {
        app1: none,
        app2: { retried: 6, redispatched: 2, connectionErrors: 4, responseErrors: 1 },
      },
    });
  });

  it("are the difference of two readings", () => {
    const [before, after] = [rows(5), rows(8)].map((one) => maskedFailures(one, ["app2"]));
    assert.deepEqual(maskedSince(before!, after!), {
      ...none,
      retried: 3,
      byTarget: { app2: { ...none, retried: 3 } },
    });
  });

  it("are what the new process counted when there was a reload between the readings", () => {
    const [before, after] = [rows(5), rows(1)].map((one) => maskedFailures(one, ["app2"]));
    assert.equal(maskedSince(before!, after!).retried, 2);
  });

  it("are told in words, errors only when there are any", () => {
    assert.equal(maskedText(none), "0 retried, 0 redispatched");
    assert.equal(
      maskedText({ retried: 3, redispatched: 2, connectionErrors: 1, responseErrors: 0 }),
      "3 retried, 2 redispatched, 1 connection errors",
    );
  });
});
