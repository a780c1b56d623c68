import { repeats, seed, soakClone, wholeSoakLab } from "../support/soak";
import { crashPoints } from "../trials/crashPoints";

describe("a lab of its own", function () {
  before("comes up", async function () {
    this.timeout("40m");
    await wholeSoakLab();
  });

  crashPoints(soakClone(), repeats, seed);
});
