import assert from "node:assert/strict";
import { parseLdd } from "../../../../app/image/closure";

describe("the libraries of a program", () => {
  it("are the resolved paths and the loader, without the kernel's own", () => {
    const output = [
      "\tlinux-vdso.so.1 (0x00007fda7b1bb000)",
      "\tlibm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007fda7b0c5000)",
      "\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007fda7ac1e000)",
      "\t/lib64/ld-linux-x86-64.so.2 (0x00007fda7b1bd000)",
      "",
    ].join("\n");
    assert.deepEqual(parseLdd(output), [
      "/lib/x86_64-linux-gnu/libc.so.6",
      "/lib/x86_64-linux-gnu/libm.so.6",
      "/lib64/ld-linux-x86-64.so.2",
    ]);
  });

  it("are none for a static program", () => {
    assert.deepEqual(parseLdd("\tstatically linked\n"), []);
  });

  it("refuses a program of which a library is missing", () => {
    assert.throws(() => parseLdd("\tlibnode.so.115 => not found\n"), {
      message: "libnode.so.115: not found by ldd; install the library",
    });
  });

  it("refuses what it does not understand", () => {
    assert.throws(() => parseLdd("ERROR: odd\n"), {
      message: 'ldd: line not understood, got "ERROR: odd"',
    });
  });
});
