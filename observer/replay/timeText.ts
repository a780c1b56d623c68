/** Time into a recording: `0:07.3`, `12:05.0`, `1:02:03.4`. */
export function timeText(ms: number): string {
  const tenths = Math.max(0, Math.round(ms / 100));
  const two = (value: number) => String(value).padStart(2, "0");
  const seconds = Math.floor(tenths / 10);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const rest = `${two(seconds % 60)}.${tenths % 10}`;
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}
