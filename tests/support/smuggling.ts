/** Requests that two servers may read differently, one of each kind, as bytes on the wire. */
export const SEVERE: Readonly<Record<string, string>> = {
  "two lengths": post("Content-Length: 4", "Content-Length: 6"),
  "two lengths in one line": post("Content-Length: 4,6"),
  "a length that is no number": post("Content-Length: 4a"),
  "a length with a sign": post("Content-Length: +4"),
  "a length of more than 64 bits": post("Content-Length: 18446744073709551620"),
  "a length of more than 63 bits": post("Content-Length: 9223372036854775812"),
  "an unknown transfer encoding": post("Transfer-Encoding: xchunked"),
  "a control character behind chunked": post("Transfer-Encoding: chunked\x0b"),
  "chunked twice": post("Transfer-Encoding: chunked, chunked"),
  "NUL in a value": post("X-Note: one\0two", "Content-Length: 4"),
  "NUL at a value's beginning": post("X-Note: \0one", "Content-Length: 4"),
  "NUL at a value's end": post("X-Note: one\0", "Content-Length: 4"),
  "NUL in a name": post("X-No\0te: one", "Content-Length: 4"),
  "a folded header": post("X-Note: one\r\n two", "Content-Length: 4"),
  "a header in a folded one": post("X-Note: one\r\n Content-Length: 9", "Content-Length: 4"),
  "a header behind a bare line feed": post("X-Note: one\n Content-Length: 9", "Content-Length: 4"),
  "a carriage return in a value": post("X-Note: one\rtwo", "Content-Length: 4"),
  "a space before the colon": post("Content-Length : 4"),
  "a line without a colon": post("Content-Length 4"),
  "a space in the target": "GET /a b HTTP/1.1\r\nHost: app.lab\r\n\r\n",
  "NUL in the target": "GET /a\0b HTTP/1.1\r\nHost: app.lab\r\n\r\n",
};

/** Requests that nobody can take for anything else, unusual as they may look. */
export const COMPLIANT: Readonly<Record<string, string>> = {
  "a name with an underscore": get("my_header: 1"),
  "a name with a dot": get("X.Y: 1"),
  "every character of a token": get("!#$%&'*+-.^_`|~09azAZ: 1"),
  "an empty value": get("X-Note:"),
  "a date with two spaces": get("If-Modified-Since: Sun Nov  6 08:49:37 1994"),
  "bytes above 127": get("X-Note: caf\xc3\xa9"),
  "a value with colons": get("X-Note: a: b, c: d"),
  "a length": post("Content-Length: 4"),
  chunks: `${head("POST", "Transfer-Encoding: chunked")}4\r\nabcd\r\n0\r\n\r\n`,
  "HTTP/1.0": "GET /whoami HTTP/1.0\r\n\r\n",
};

function head(method: string, ...lines: string[]): string {
  return [`${method} /whoami HTTP/1.1`, "Host: app.lab", ...lines, "", ""].join("\r\n");
}

function get(...lines: string[]): string {
  return head("GET", ...lines);
}

function post(...lines: string[]): string {
  return `${head("POST", ...lines)}abcd`;
}
