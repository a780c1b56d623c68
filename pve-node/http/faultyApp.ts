import type { App, AppResponse } from "./app";
import type { NodeFaults } from "../faults";

/**
 * An app whose answers get lost as `faults` says. A real node does so when pveproxy's connection to the daemon
 * behind it breaks: `596 Broken pipe` without a body, whether the request was carried out or not.
 */
export function faultyApp(app: App, faults: () => NodeFaults): App {
  let counted = 0;
  let lost = 0;
  return {
    ...app,
    async handle(request) {
      const { everyNth, cut, only } = faults();
      // The node's own tools do not go through pveproxy.
      if (/^(::ffff:)?127\./.test(request.remote ?? "")) return app.handle(request);
      if (!everyNth) {
        counted = 0;
        return app.handle(request);
      }
      if (only === "changes" && request.method === "GET") return app.handle(request);
      counted++;
      if (counted % everyNth !== 0) return app.handle(request);
      lost++;
      const isAfter = cut ? cut === "after" : lost % 2 === 0;
      if (isAfter) await app.handle(request);
      return broken();
    },
  };
}

const broken = (): AppResponse => ({
  status: 596,
  reason: "Broken pipe",
  headers: { Connection: "close", "Content-Length": 0 },
  body: Buffer.alloc(0),
});
