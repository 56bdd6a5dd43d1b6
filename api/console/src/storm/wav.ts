/** Speech as the telephone has it: WAV, 16 bit, 8 kHz, one channel. Pure, but for `asTelephone`. */

export const RATE = 8_000;
const HEAD = 44;

/** Samples from -1 to 1; what is louder is cut off. */
export function wav(samples: Float32Array, rate = RATE): ArrayBuffer {
  const buffer = new ArrayBuffer(HEAD + samples.length * 2);
  const view = new DataView(buffer);
  const word = (at: number, text: string) => [...text].forEach((letter, i) => view.setUint8(at + i, letter.charCodeAt(0)));
  word(0, "RIFF");
  view.setUint32(4, HEAD - 8 + samples.length * 2, true);
  word(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true); // plain samples
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  word(36, "data");
  view.setUint32(40, samples.length * 2, true);
  samples.forEach((value, i) => view.setInt16(HEAD + i * 2, Math.round(Math.max(-1, Math.min(1, value)) * 32_767), true));
  return buffer;
}

/** The silence before and after the words goes, but for a breath of it; nothing at all when there is only silence. */
export function trimmed(samples: Float32Array, rate = RATE, floor = 0.01, breath_s = 0.2): Float32Array {
  const loud = (value: number) => Math.abs(value) > floor;
  const first = samples.findIndex(loud);
  if (first < 0) return new Float32Array(0);
  let last = samples.length - 1;
  while (!loud(samples[last] ?? 0)) last--;
  const breath = Math.round(breath_s * rate);
  return samples.slice(Math.max(0, first - breath), Math.min(samples.length, last + breath + 1));
}

/** Whatever the browser recorded, as the telephone has it; null when nothing was said. */
export async function asTelephone(recorded: Blob): Promise<Blob | null> {
  const context = new OfflineAudioContext(1, 1, RATE); // decodes to its own rate
  const sound = await context.decodeAudioData(await recorded.arrayBuffer());
  const mono = new Float32Array(sound.length);
  for (let channel = 0; channel < sound.numberOfChannels; channel++)
    sound.getChannelData(channel).forEach((value, i) => (mono[i] = (mono[i] ?? 0) + value / sound.numberOfChannels));
  const said = trimmed(mono);
  return said.length === 0 ? null : new Blob([wav(said)], { type: "audio/wav" });
}
