/** Requests that two servers may read differently, one of each kind, as bytes on the wire. */
export const SEVERE: Readonly<Record<string, string>> = {
  "two lengths": post("Content-Length: 4", "Content-Length: 6"),
  "two lengths in one line": post("Content-Length: 4,6"),
  "three lengths in one line": post("Content-Length: 4, 4, 6"),
  "a length that is no number": post("Content-Length: 4a"),
  "a length with a sign": post("Content-Length: +4"),
  "a length below zero": post("Content-Length: -4"),
  "a length in hexadecimal": post("Content-Length: 0x4"),
  "a length in octal": post("Content-Length: 0o4"),
  "a length with a fraction": post("Content-Length: 4.0"),
  "a length with an underscore": post("Content-Length: 1_0"),
  "a length with a space in it": post("Content-Length: 4 4"),
  "a length in quotes": post('Content-Length: "4"'),
  "an empty length": post("Content-Length:"),
  "a length of more than 64 bits": post("Content-Length: 18446744073709551620"),
  "a length of more than 63 bits": post("Content-Length: 9223372036854775812"),
  "a length behind a control character": post("\x01Content-Length: 4"),
  "a length with an underscore in its name": post("Content_Length: 4"),
  "a length with a dot in its name": post("Content-Length: 4", "content.length: 9"),
  "a length with a backquote in its name": post("Content-Length: 4", "content`length`: 9"),
  "an unknown transfer encoding": post("Transfer-Encoding: xchunked"),
  "an empty transfer encoding": post("Transfer-Encoding:", "Content-Length: 4"),
  "identity as the transfer encoding": post("Transfer-Encoding: identity"),
  "chunked and identity": post("Transfer-Encoding: chunked, identity"),
  "chunked in a line before another coding's": post(
    "Transfer-Encoding: chunked",
    "Transfer-Encoding: x",
  ),
  "chunked in quotes": post('Transfer-Encoding: "chunked"'),
  "chunked with a parameter": post("Transfer-Encoding: chunked;a=b"),
  "chunked behind a comma": post("Transfer-Encoding: , chunked"),
  "a control character behind chunked": post("Transfer-Encoding: chunked\x0b"),
  "a control character before chunked": post("Transfer-Encoding:\x0cchunked"),
  "a byte above 127 behind chunked": post("Transfer-Encoding: chunked\xa0"),
  "chunked twice": post("Transfer-Encoding: chunked, chunked"),
  "chunked in two lines": post("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"),
  "a transfer encoding with a tab before the colon": post("Transfer-Encoding\t: chunked"),
  "a transfer encoding with a space in its name": post("Transfer Encoding: chunked"),
  "a transfer encoding with an underscore in its name": post(
    "Transfer_Encoding: chunked",
    "Content-Length: 4",
  ),
  "a transfer encoding with a plus in its name": post("transfer+encoding: chunked"),
  "a transfer encoding with a point before its name": post(".Transfer-Encoding: chunked"),
  "a transfer encoding in HTTP/1.0": `POST /whoami HTTP/1.0\r\nHost: app.lab\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  "NUL in a value": post("X-Note: one\0two", "Content-Length: 4"),
  "NUL at a value's beginning": post("X-Note: \0one", "Content-Length: 4"),
  "NUL at a value's end": post("X-Note: one\0", "Content-Length: 4"),
  "NUL in a name": post("X-No\0te: one", "Content-Length: 4"),
  "a bell in a value": get("X-Note: one\x07two"),
  "a delete in a value": get("X-Note: one\x7ftwo"),
  "a folded header": post("X-Note: one\r\n two", "Content-Length: 4"),
  "a header that a tab folds": get("X-Note: one\r\n\ttwo"),
  "a header that a tab folds behind a bare line feed": get("X-Note: one\n\ttwo"),
  "a header in a folded one": post("X-Note: one\r\n Content-Length: 9", "Content-Length: 4"),
  "a header behind a bare line feed": post("X-Note: one\n Content-Length: 9", "Content-Length: 4"),
  "a folded line before the first header": "GET /whoami HTTP/1.1\r\n X: y\r\nHost: app.lab\r\n\r\n",
  "a carriage return in a value": post("X-Note: one\rtwo", "Content-Length: 4"),
  "a carriage return in a name": post("X-No\rte: one", "Content-Length: 4"),
  "lines that end in carriage returns": "GET /whoami HTTP/1.1\rHost: app.lab\r\r",
  "a space before the colon": post("Content-Length : 4"),
  "a line without a colon": post("Content-Length 4"),
  "a header without a name": get(": one"),
  "brackets in a name": get("X[note]: one"),
  "a space in the target": "GET /a b HTTP/1.1\r\nHost: app.lab\r\n\r\n",
  "NUL in the target": "GET /a\0b HTTP/1.1\r\nHost: app.lab\r\n\r\n",
  "a carriage return in the target": "GET /a\rb HTTP/1.1\r\nHost: app.lab\r\n\r\n",
  "a target that is no path": "GET whoami HTTP/1.1\r\nHost: app.lab\r\n\r\n",
  "a target for CONNECT": "GET app.lab:80 HTTP/1.1\r\nHost: app.lab:80\r\n\r\n",
  "a target for OPTIONS": "GET * HTTP/1.1\r\nHost: app.lab\r\n\r\n",
  "a target of another protocol": "GET ftp://app.lab/whoami HTTP/1.1\r\nHost: app.lab\r\n\r\n",
  "a target with a user's name": "GET http://me@app.lab/whoami HTTP/1.1\r\nHost: app.lab\r\n\r\n",
  "no target": "GET HTTP/1.1\r\nHost: app.lab\r\n\r\n",
  "a target of another host": "GET http://other.lab/whoami HTTP/1.1\r\nHost: app.lab\r\n\r\n",
  "no host": "GET /whoami HTTP/1.1\r\n\r\n",
  "an empty host": "GET /whoami HTTP/1.1\r\nHost:\r\n\r\n",
  "two hosts": get("Host: other.lab"),
  "two hosts in one line": "GET /whoami HTTP/1.1\r\nHost: app.lab, other.lab\r\n\r\n",
  "a host with a user's name": "GET /whoami HTTP/1.1\r\nHost: me@app.lab\r\n\r\n",
  "a host with a path": "GET /whoami HTTP/1.1\r\nHost: app.lab/a\r\n\r\n",
  "a host with a port that is no number": "GET /whoami HTTP/1.1\r\nHost: app.lab:80a\r\n\r\n",
  "a control character in the method": "G\x01T /whoami HTTP/1.1\r\nHost: app.lab\r\n\r\n",
  "no version": "GET /whoami\r\nHost: app.lab\r\n\r\n",
  "the version of HTTP/2": "GET /whoami HTTP/2.0\r\nHost: app.lab\r\n\r\n",
  "the version 0.9": "GET /whoami HTTP/0.9\r\nHost: app.lab\r\n\r\n",
  "a version of two digits": "GET /whoami HTTP/1.10\r\nHost: app.lab\r\n\r\n",
  "a version without a point": "GET /whoami HTTP/1\r\nHost: app.lab\r\n\r\n",
  "a version in small letters": "GET /whoami http/1.1\r\nHost: app.lab\r\n\r\n",
  "a chunk with a sign": chunked("+4\r\nabcd\r\n0\r\n\r\n"),
  "a chunk in hexadecimal with its prefix": chunked("0x4\r\nabcd\r\n0\r\n\r\n"),
  "a chunk of more than 64 bits": chunked("10000000000000004\r\nabcd\r\n0\r\n\r\n"),
  "a chunk that is longer than it says": chunked("3\r\nabcd\r\n0\r\n\r\n"),
  "a chunk behind a space": chunked(" 4\r\nabcd\r\n0\r\n\r\n"),
};

/** Requests that only `strictest` refuses: an ALB calls them Ambiguous or Acceptable. */
export const AMBIGUOUS: Readonly<Record<string, string>> = {
  "a body of a GET": `${get("Content-Length: 4")}abcd`,
  "an empty body of a GET": get("Content-Length: 0"),
  "chunks of a GET": `${get("Transfer-Encoding: chunked")}0\r\n\r\n`,
  "two spaces in a value": get("X-Note: one  two"),
  "a later version of HTTP/1": "GET /whoami HTTP/1.2\r\nHost: app.lab\r\n\r\n",
};

/** Requests that nobody can take for anything else, unusual as they may look. */
export const COMPLIANT: Readonly<Record<string, string>> = {
  "a name with an underscore": get("my_header: 1"),
  "a name with a dot": get("X.Y: 1"),
  "every character of a token": get("!#$%&'*+-.^_`|~09azAZ: 1"),
  "names that are like those of a length": get("X-Content-Length: 9", "Content-Length-Limit: 9"),
  "an empty value": get("X-Note:"),
  "spaces and tabs around a value": get("X-Note: \t one\t "),
  "a tab in a value": get("X-Note: one\ttwo"),
  "a date with two spaces": get("If-Modified-Since: Sun Nov  6 08:49:37 1994"),
  "bytes above 127": get("X-Note: caf\xc3\xa9"),
  "a value with colons": get("X-Note: a: b, c: d"),
  "a length": post("Content-Length: 4"),
  "a length with zeros before it": post("Content-Length: 004"),
  chunks: chunked("4\r\nabcd\r\n0\r\n\r\n"),
  "chunks in any letters": `${head("POST", "TRANSFER-ENCODING: Chunked")}4\r\nabcd\r\n0\r\n\r\n`,
  "a chunk with an extension": chunked('4;a="b"\r\nabcd\r\n0\r\n\r\n'),
  "a field behind the last chunk": chunked("4\r\nabcd\r\n0\r\nX-Sum: 1\r\n\r\n"),
  "HTTP/1.0": "GET /whoami HTTP/1.0\r\n\r\n",
  "an empty line before the request": `\r\n${get()}`,
  "a port behind the host": "GET /whoami HTTP/1.1\r\nHost: app.lab:8080\r\n\r\n",
  "an underscore in the host": "GET /whoami HTTP/1.1\r\nHost: my_app.lab\r\n\r\n",
  "an address as the host": "GET /whoami HTTP/1.1\r\nHost: [2001:db8::1]:80\r\n\r\n",
  "an upgrade that nobody takes": get(
    "Connection: Upgrade",
    "Upgrade: h2c",
    "HTTP2-Settings: AAMA",
  ),
};

/** The same with targets that the lab's service does not know. */
export const COMPLIANT_TARGETS: Readonly<Record<string, string>> = {
  "a whole address as the target": "GET http://app.lab/whoami HTTP/1.1\r\nHost: app.lab\r\n\r\n",
  "a whole address without a path": "GET http://app.lab HTTP/1.1\r\nHost: app.lab\r\n\r\n",
  "an asterisk for OPTIONS": "OPTIONS * HTTP/1.1\r\nHost: app.lab\r\n\r\n",
  "marks that a target may have":
    "GET /a-._~!$&'()*+,;=:@%20/?/? HTTP/1.1\r\nHost: app.lab\r\n\r\n",
};

/** Methods that would get past the load balancer's rules or show what it adds. */
export const NOT_SERVED: Readonly<Record<string, string>> = {
  TRACE: "TRACE /whoami HTTP/1.1\r\nHost: app.lab\r\n\r\n",
  CONNECT: "CONNECT app.lab:80 HTTP/1.1\r\nHost: app.lab:80\r\n\r\n",
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

function chunked(body: string): string {
  return head("POST", "Transfer-Encoding: chunked") + body;
}
