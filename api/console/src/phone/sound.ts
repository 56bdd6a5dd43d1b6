/** Microphone, loudspeaker, ring and level: everything that touches the machine's sound. */

export interface Choice {
  microphone: string;
  speaker: string;
}

export interface Devices {
  microphones: MediaDeviceInfo[];
  speakers: MediaDeviceInfo[];
}

const WANTED = { echoCancellation: true, noiseSuppression: true, autoGainControl: true } as const;
const METER_MS = 100;

/** The chosen microphone; the system's own when that one is not there any more. Raises DOMException. */
export async function openMicrophone(id: string): Promise<MediaStream> {
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: id ? { ...WANTED, deviceId: { exact: id } } : WANTED });
  } catch (error) {
    if (!id || !(error instanceof DOMException) || error.name !== "OverconstrainedError") throw error;
    return navigator.mediaDevices.getUserMedia({ audio: WANTED });
  }
}

export function closeMicrophone(stream: MediaStream | null): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

/** Named only once a microphone was given; loudspeakers only where the browser can choose one. */
export async function devices(): Promise<Devices> {
  const all = await navigator.mediaDevices.enumerateDevices();
  const canChoose = "setSinkId" in HTMLMediaElement.prototype;
  return {
    microphones: all.filter((device) => device.kind === "audioinput" && device.deviceId !== ""),
    speakers: canChoose ? all.filter((device) => device.kind === "audiooutput" && device.deviceId !== "") : [],
  };
}

/** Plays what the caller says. */
export class Speaker {
  private readonly player = new Audio();

  play(stream: MediaStream): void {
    this.player.srcObject = stream;
    void this.player.play().catch(() => undefined); // a page nobody has touched may not sound; it has been touched to sign in
  }

  stop(): void {
    this.player.srcObject = null;
  }

  /** Says nothing of a device that is gone: the system's own plays then. */
  async choose(id: string): Promise<void> {
    if ("setSinkId" in this.player) await this.player.setSinkId(id).catch(() => this.player.setSinkId("").catch(() => undefined));
  }
}

/** A soft two-tone ring, made here: no sound file to load. */
export class Ring {
  private context: AudioContext | null = null;
  private timer: ReturnType<typeof setInterval> | undefined;

  start(): void {
    this.stop();
    this.chime();
    this.timer = setInterval(() => this.chime(), 2_500);
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    void this.context?.close();
    this.context = null;
  }

  /** Once: a call that answers itself announces itself; `then` is called at its end, unless it is stopped. */
  chime(then: () => void = () => undefined): void {
    const context = (this.context ??= new AudioContext());
    void context.resume();
    for (const [tone, at] of [
      [659, 0],
      [523, 0.22],
      [659, 0.44],
    ] as const) {
      const from = context.currentTime + at;
      const source = context.createOscillator();
      const loudness = context.createGain();
      source.frequency.value = tone;
      loudness.gain.setValueAtTime(0, from);
      loudness.gain.linearRampToValueAtTime(0.25, from + 0.02);
      loudness.gain.exponentialRampToValueAtTime(0.001, from + 0.4);
      source.connect(loudness).connect(context.destination);
      source.start(from);
      source.stop(from + 0.42);
      if (at === 0.44) source.onended = () => this.context === context && then();
    }
  }
}

/** How loud a stream is, 0 to 1, ten times a second; returns what ends it. */
export function meter(stream: MediaStream, tell: (level: number) => void): () => void {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 512;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    tell(level(samples));
  }, METER_MS);
  return () => {
    clearInterval(timer);
    void context.close();
    tell(0);
  };
}

/** Root mean square on a scale of decibels: -60 dB and less is 0, -10 dB and more is 1. */
export function level(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const decibels = 10 * Math.log10(sum / samples.length + 1e-12);
  return Math.min(1, Math.max(0, (decibels + 60) / 50));
}
