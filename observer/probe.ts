import { request } from "node:http";

/** One answer of the load balancer, or why there was none. */
export interface ProbeAnswer {
  status?: number;
  /** `X-Backend`: the target that answered. */
  target?: string;
  latencyMs: number;
  error?: string;
}

/** Asks once, on a connection of its own. */
export function probe(url: string, timeoutMs = 5000): Promise<ProbeAnswer> {
  const from = performance.now();
  const latency = () => Math.round((performance.now() - from) * 10) / 10;
  return new Promise((resolve) => {
    const call = request(url, { agent: false, timeout: timeoutMs });
    call.on("timeout", () => call.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    call.on("error", (error) => resolve({ latencyMs: latency(), error: error.message }));
    call.on("response", (response) => {
      response.resume();
      response.on("end", () => {
        const header = response.headers["x-backend"];
        const target = typeof header === "string" ? header : undefined;
        resolve({ status: response.statusCode, target, latencyMs: latency() });
      });
    });
    call.end();
  });
}

/** What one page says as JSON, or why it says nothing. */
export interface JsonAnswer {
  status?: number;
  /** `X-Backend`: the target that answered. */
  target?: string;
  body?: Record<string, unknown>;
  error?: string;
}

/** Asks once for JSON, on a connection of its own. */
export async function fetchJson(url: string, timeoutMs = 5000): Promise<JsonAnswer> {
  try {
    const headers = { accept: "application/json", connection: "close" };
    const answer = await fetch(url, { headers, signal: AbortSignal.timeout(timeoutMs) });
    const target = answer.headers.get("x-backend") ?? undefined;
    const body = (await answer.json()) as Record<string, unknown>;
    return { status: answer.status, target, body };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

/** Asks again and again, one after the other: side by side the order would mean nothing. */
export async function probeInTurn(
  url: string,
  requests: number,
  /** Gets each answer as it comes. */
  onAnswer: (answer: ProbeAnswer) => void = () => undefined,
): Promise<ProbeAnswer[]> {
  const answers: ProbeAnswer[] = [];
  for (let index = 0; index < requests; index++) {
    const answer = await probe(url);
    onAnswer(answer);
    answers.push(answer);
  }
  return answers;
}

/** The first URL that answers at all; the machine may not route to the LAN address. */
export async function firstReachable(urls: string[]): Promise<string> {
  const seen: string[] = [];
  for (const url of urls) {
    const answer = await probe(url, 3000);
    if (answer.status !== undefined) return url;
    seen.push(`${url}: ${answer.error}`);
  }
  throw new Error(`load balancer: no answer (${seen.join("; ")}); see ./lab status`);
}
