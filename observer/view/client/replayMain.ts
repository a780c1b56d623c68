import { readRecording } from "../../replay/recording";
import { element, Page } from "./page";
import { Player } from "./player";

const recording = readRecording(element("recording").textContent ?? "");
const { stack, url, rate, targets } = recording.header;
new Player(recording, new Page({ stack, url, rate, targets, readonly: true }));
