import assert from "node:assert/strict";
import { renderPage } from "../../../app/page";
import type { Status } from "../../../app/status";

const lastVisitAt = "2026-01-02T03:04:05.000Z";
const status = (changes: Partial<Status> = {}): Status => ({
  node: "app2",
  storageDriver: "overlay2",
  targets: [
    { name: "app1", state: "healthy" },
    { name: "app2", state: "healthy" },
    { name: "app10", state: "unhealthy" },
  ],
  counter: {
    node: 3,
    total: 4,
    nodes: [
      { node: "app1", visits: 1, lastVisitAt },
      { node: "app2", visits: 3, lastVisitAt },
    ],
  },
  database: "up",
  requestId: "r-1",
  uptimeSeconds: 200,
  ...changes,
});

/** The tiles as a reader meets them: words without markup, in order. */
function tiles(page: string): string[] {
  return [...page.matchAll(/<li class="(tile[^"]*)"[^>]*>([\s\S]*?)<\/li>/g)].map(
    ([, classes, inner]) =>
      `${classes}: ${inner!.replace(/<[^>]*>/g, " ").replace(/last \d+ days ago/, "long ago")}`
        .replace(/\s+/g, " ")
        .trim(),
  );
}

describe("the page", () => {
  it("shows who answered, and every target with its health and its share of the visits", () => {
    const page = renderPage(status());
    assert.match(page, /This request was answered by <strong>app2<\/strong>/);
    assert.match(page, /2 of 3 healthy · 4 visits in PostgreSQL/);
    assert.deepEqual(tiles(page), [
      "tile healthy: app1 healthy 1 visit · 25 % long ago",
      "tile healthy me: app2 healthy 3 visits · 75 % answered this request",
      "tile unhealthy: app10 unhealthy no visits yet",
    ]);
  });

  it("says that it was reached directly, and then claims nothing about health", () => {
    const page = renderPage(status({ targets: null }));
    assert.match(page, /reached directly, not through the load balancer/);
    assert.deepEqual(tiles(page), [
      "tile: app1 1 visit · 25 % long ago",
      "tile me: app2 3 visits · 75 % answered this request",
    ]);
  });

  it("marks a node that answered once and is no target any more", () => {
    const targets = [{ name: "app2", state: "healthy" as const }];
    assert.deepEqual(
      tiles(renderPage(status({ targets })))[0],
      "tile: app1 no target 1 visit · 25 % long ago",
    );
  });

  it("shows health without the database, and says what is missing", () => {
    const page = renderPage(status({ counter: null, database: "down: timed out" }));
    assert.match(page, /Running without its database/);
    assert.match(page, /Database down: timed out\./);
    assert.deepEqual(tiles(page), [
      "tile healthy: app1 healthy",
      "tile healthy me: app2 healthy answered this request",
      "tile unhealthy: app10 unhealthy",
    ]);
  });

  it("says why the node's storage driver is what it is", () => {
    assert.match(renderPage(status()), /with <code>overlay2<\/code>[\s\S]*Docker's default/);
    const fuse = renderPage(status({ storageDriver: "fuse-overlayfs" }));
    assert.match(fuse, /with <code>fuse-overlayfs<\/code>[\s\S]*through \/dev\/fuse/);
  });

  it("escapes what it shows", () => {
    const page = renderPage(
      status({ node: "<b>&", storageDriver: '"x"', requestId: "<i>", database: "<u>" }),
    );
    assert.match(page, /<strong>&lt;b&gt;&amp;</);
    assert.match(page, /<code>&quot;x&quot;</);
    assert.doesNotMatch(page, /<[biu]>/);
  });
});
