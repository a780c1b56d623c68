import { now } from "../../observer/prober";
import type { LiveRequest } from "../../observer/live/liveEvents";
import { type PageFacts, sampled } from "../../observer/view/message";
import { viewPage } from "../../observer/view/page";
import { replayPage } from "../../observer/replay/page";
import { RecentEvents } from "../../observer/replay/recentEvents";
import { type Command, integerOption } from "../core/command";
import { pageScript } from "../dashboard/script";
import { startDashboard } from "../dashboard/server";
import { actor } from "../live/act";
import { openLiveLab } from "../live/liveLab";
import { untilInterrupted } from "../live/untilInterrupted";
import { recordingText } from "../replay/recordingFile";
import { RECORD_OPTION, recordOption } from "../replay/recordOption";

/** Of one message; a page that gets four a second moves at most so many dots at once. */
const mostDots = 12;
const mostHeld = 2000;
/** What the page's link saves. */
const keptMs = 10 * 60_000;

export const command: Command = {
  usage: "dashboard [--port N] [--rate 20] [--readonly] [--record FILE.jsonl]",
  description:
    "The lab in a browser, live: requests on their way, each target's state, why and since when,\n" +
    "failovers with what they cost, latency and losses; buttons that break, drain and repair, each\n" +
    "with the command it runs. Served on this machine's loopback only; whoever has the printed\n" +
    "address may use it. It sends requests of its own, which are held back while an experiment\n" +
    "or a benchmark measures; ./lab verify counts them as another client's. A link on it saves the\n" +
    "last ten minutes as a page that plays them. Ends with Ctrl-C.",
  options: {
    port: { type: "string", value: "N", help: "port on 127.0.0.1 (default: one that is free)" },
    rate: { type: "string", value: "N", help: "requests per second (0 to 200, default 20)" },
    readonly: { type: "boolean", help: "only look: no buttons" },
    record: RECORD_OPTION,
  },
  // It runs until it is ended: its address is said at once.
  passesThrough: true,
  async run(context) {
    const { options, stack } = context;
    const port = integerOption("--port", options.port, { min: 0, max: 65_535, default: 0 });
    const rate = integerOption("--rate", options.rate, { min: 0, max: 200, default: 20 });
    const readonly = options.readonly === true;
    let fresh: LiveRequest[] = [];
    const recent = new RecentEvents(keptMs, now());
    const lab = await openLiveLab(context, {
      rate,
      record: recordOption(options.record),
      onEvent(event) {
        recent.take(event);
        if (event.kind === "request" && fresh.length < mostHeld) fresh.push(event);
      },
    });
    const targets = lab.outputs.targets.map(({ name }) => name);
    const facts: PageFacts = { stack, url: lab.url, rate, targets, readonly };
    const act = actor(context, targets);
    try {
      const script = await pageScript();
      const dashboard = await startDashboard({
        port,
        page: (nonce) => viewPage({ facts, script, nonce }),
        message() {
          const dots = sampled(fresh, mostDots);
          fresh = [];
          // The page has no use for the list of requests beside its dots.
          const snapshot = { ...lab.model.snapshot(now()), recent: [] };
          return { snapshot, ...dots };
        },
        async replay() {
          const { startedAt, events } = recent.last(now());
          const text = recordingText({ ...lab.header, startedAt }, events);
          return replayPage(text, await pageScript("replayMain"));
        },
        act: (action, target) =>
          readonly
            ? Promise.reject(new Error("this page only looks: --readonly"))
            : act(action, target),
      });
      context.print(dashboard.url);
      context.progress.info("Ctrl-C ends it");
      await untilInterrupted();
      await dashboard.close();
    } finally {
      await lab.stop();
    }
    return 0;
  },
};
