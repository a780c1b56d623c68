import * as https from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { App, AppRequest, AppResponse } from "./app";

/** Form bodies above this size are refused, as on a real node. */
const MAX_BODY_BYTES = 512 * 1024;

/** A request with more headers than this gets no answer at all, as on a real node. */
const MAX_HEADER_BYTES = 8 * 1024;

export interface TlsFiles {
  key: string;
  cert: string;
}

/** The HTTPS server of an app; the caller listens. */
export function createServer(app: App, tls: TlsFiles): https.Server {
  const server = https.createServer(
    {
      key: tls.key,
      cert: tls.cert,
      minVersion: "TLSv1.2",
      ALPNProtocols: ["http/1.1"],
      maxHeaderSize: MAX_HEADER_BYTES,
    },
    (request, response) => {
      void serve(app, request, response);
    },
  );
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    if (error.code === "HPE_HEADER_OVERFLOW" || !socket.writable) socket.destroy();
    else socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
  });
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
    // What is refused without looking at its body is not read either.
    const unread = incoming.headers["transfer-encoding"] !== undefined;
    const body = unread ? "" : await readBody(request);
    const answer =
      body === undefined
        ? app.refuse(incoming, 501, "for data too large")
        : await app.handle({ ...incoming, body });
    send(response, answer);
  } catch {
    response.destroy(); // the client went away in the middle of its body
  }
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
