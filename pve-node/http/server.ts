import * as https from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { App, AppRequest, AppResponse } from "./app";

/** Form bodies above this size are refused, as on a real node. */
const MAX_BODY_BYTES = 512 * 1024;

export interface TlsFiles {
  key: string;
  cert: string;
}

/** The HTTPS server of an app; the caller listens. */
export function createServer(app: App, tls: TlsFiles): https.Server {
  const server = https.createServer(
    { key: tls.key, cert: tls.cert, minVersion: "TLSv1.2", ALPNProtocols: ["http/1.1"] },
    (request, response) => {
      void serve(app, request, response);
    },
  );
  // Longer than any client's pause between two polls: a connection closed under a POST is an error.
  server.keepAliveTimeout = 65_000;
  return server;
}

async function serve(app: App, request: IncomingMessage, response: ServerResponse) {
  try {
    const incoming: AppRequest = {
      method: request.method ?? "",
      url: request.url ?? "",
      headers: request.headers,
      remote: request.socket.remoteAddress ?? "",
      body: "",
    };
    const refused = refusal(request);
    const body = refused ? undefined : await readBody(request);
    const answer = refused
      ? app.refuse(incoming, 501, refused)
      : body === undefined
        ? app.refuse(incoming, 501, "for data too large")
        : await app.handle({ ...incoming, body });
    send(response, answer);
  } catch {
    response.destroy(); // the client went away in the middle of its body
  }
}

function refusal(request: IncomingMessage): string | undefined {
  if (request.headers["transfer-encoding"]) return "chunked transfer encoding not supported";
  const method = request.method ?? "";
  const hasBody = Number(request.headers["content-length"] ?? 0) > 0;
  if (hasBody && method !== "POST" && method !== "PUT") {
    return `Unexpected content for method '${method}'`;
  }
  return undefined;
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function send(response: ServerResponse, answer: AppResponse): void {
  response.writeHead(answer.status, reasonPhrase(answer.reason), answer.headers);
  response.end(answer.body);
}

/** Header text is Latin-1 to Node: UTF-8 goes out as its bytes, line breaks and controls not at all. */
function reasonPhrase(text: string): string {
  const line = (text.split("\n", 1)[0] ?? "").replaceAll(/[^\x20-\x7e\u0080-\uffff]/g, " ");
  return Buffer.from(line, "utf8").toString("latin1").slice(0, 4000);
}
