/** The operator's phone in the browser: gets its account and a microphone, registers, and serves one call at a time. */
import type { App, Memory } from "../lib/app.svelte";
import { Problem } from "../lib/http";
import { backoff } from "../desk/backoff";
import { EMPTY, type Event, type Line, microphoneLine, reduce, type State } from "./machine";
import type { Sip } from "./sip";
import { type Choice, closeMicrophone, type Devices, devices, meter, openMicrophone, Ring, Speaker } from "./sound";

/** `GET /api/phone`. */
export interface Account {
  phone: string;
  password: string;
  uri: string;
  websocket: string;
  ice: string[];
}

const ELSEWHERE = 4001;
const NOT_SIGNED_IN = 4003;
/** Long enough to be heard before the caller is. */
const CHIME_MS = 900;
const DOUBLE_MS = 800;
const MICROPHONE = "kezek.phone.microphone";
const SPEAKER = "kezek.phone.speaker";
const AUTO = "kezek.phone.auto";

export class Phone {
  state = $state.raw<State>(EMPTY);
  devices = $state.raw<Devices>({ microphones: [], speakers: [] });
  choice = $state<Choice>({ microphone: "", speaker: "" });
  /** Answers by itself after a chime. */
  auto = $state(false);
  /** How loud the microphone is, 0 to 1, while it is open. */
  level = $state(0);

  private sip: Sip | null = null;
  private run = 0;
  private retiring = false;
  private attempt = 0;
  private answeredAt = -DOUBLE_MS;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private chime: ReturnType<typeof setTimeout> | undefined;
  private microphone: MediaStream | null = null;
  private stopMeter: (() => void) | null = null;
  private readonly ring = new Ring();
  private readonly speaker = new Speaker();

  constructor(
    private readonly app: Pick<App, "http" | "checkSession">,
    public account: Account,
    private readonly memory: Memory = localStorage,
  ) {
    this.choice = { microphone: memory.getItem(MICROPHONE) ?? "", speaker: memory.getItem(SPEAKER) ?? "" };
    this.auto = memory.getItem(AUTO) === "yes";
  }

  /** Also again, after the microphone was refused or the desk was open elsewhere. */
  async start(): Promise<void> {
    const run = this.end("starting");
    if (!window.isSecureContext || !navigator.mediaDevices) return this.line("insecure");
    try {
      closeMicrophone(await openMicrophone(this.choice.microphone)); // asked for now, not when the first call rings
    } catch (error) {
      if (run === this.run) this.line(microphoneLine(error instanceof DOMException ? error.name : ""));
      return;
    }
    await this.look();
    await this.speaker.choose(this.choice.speaker);
    const { Sip } = await import("./sip");
    if (run !== this.run) return;
    this.line("connecting");
    const mine = (what: () => void) => run === this.run && what();
    this.sip = new Sip(this.account, {
      tell: (event) => mine(() => this.take(event)),
      hear: (stream) => mine(() => this.speaker.play(stream)),
      lost: (code) => mine(() => this.lost(code)),
      unanswered: () => mine(() => !this.state.call && void this.start()), // a talk would end with it: JsSIP goes on waiting
    });
    this.sip.start();
  }

  stop = (): void => void this.end("off");

  /** The desk is open elsewhere: the phone goes there, but for a talk, which stays until its end. */
  retire(): void {
    this.retiring = this.state.call?.phase === "talking";
    if (!this.retiring) this.stop();
  }

  /** The desk is here (again). */
  stay(): void {
    this.retiring = false;
    if (this.state.line === "off") void this.start();
  }

  /** The permission for the microphone was changed beside the page's address. */
  async watchPermission(): Promise<() => void> {
    const status = await navigator.permissions.query({ name: "microphone" as PermissionName });
    const changed = (): void => {
      if (status.state === "denied" && this.state.line !== "off") this.end("denied");
      else if (status.state === "granted" && this.state.line === "denied") void this.start();
    };
    status.addEventListener("change", changed);
    return () => status.removeEventListener("change", changed);
  }

  answer = async (): Promise<void> => {
    const call = this.state.call;
    if (call?.phase !== "ringing") return;
    this.take({ type: "answering", id: call.id });
    this.answeredAt = performance.now();
    try {
      this.listen(await openMicrophone(this.choice.microphone));
    } catch (error) {
      this.sip?.hangUp();
      this.end(microphoneLine(error instanceof DOMException ? error.name : ""));
      return;
    }
    if (this.microphone && this.state.call?.id === call.id) this.sip?.answer(this.microphone);
    else this.quiet();
  };

  /** The second click of a double one on `answer` lands on the button that has come in its place. */
  hangUp = (): void => {
    if (performance.now() - this.answeredAt > DOUBLE_MS) this.sip?.hangUp();
  };
  mute = (): void => this.sip?.mute(!this.state.call?.muted);
  hold = (): void => this.sip?.hold(!this.state.call?.held);
  press = (key: string): void => this.sip?.press(key);

  setAuto(on: boolean): void {
    this.auto = on;
    this.memory.setItem(AUTO, on ? "yes" : "no");
  }

  async choose(choice: Partial<Choice>): Promise<void> {
    this.choice = { ...this.choice, ...choice };
    this.memory.setItem(MICROPHONE, this.choice.microphone);
    this.memory.setItem(SPEAKER, this.choice.speaker);
    await this.speaker.choose(this.choice.speaker);
    if (choice.microphone !== undefined && this.microphone) await this.changeMicrophone();
  }

  /** For the settings: open while they are, so that one sees that one is heard. */
  async test(on: boolean): Promise<void> {
    if (!on) {
      if (!this.state.call) this.quiet();
    } else if (!this.microphone) this.listen(await openMicrophone(this.choice.microphone));
  }

  /** A headset was plugged in or pulled out. */
  look = async (): Promise<void> => {
    this.devices = await devices();
    const none = this.devices.microphones.length === 0;
    if (none && this.state.line === "registered" && !this.state.call) return void this.end("missing");
    if (!none && this.state.line === "missing") return this.start();
    const gone = this.microphone?.getAudioTracks().every((track) => track.readyState === "ended");
    if (gone) await this.changeMicrophone();
  };

  private async changeMicrophone(): Promise<void> {
    try {
      const next = await openMicrophone(this.choice.microphone);
      await this.sip?.replaceMicrophone(next);
      this.listen(next);
    } catch {
      this.quiet(); // the talk goes on, the operator hears; the level shows that he is not heard
    }
  }

  private take(event: Event): void {
    const before = this.state.call;
    this.state = reduce(this.state, event);
    const call = this.state.call;
    if (event.type === "line" && event.line === "registered") this.attempt = 0;
    if (call?.phase === before?.phase) return;
    clearTimeout(this.chime);
    this.ring.stop();
    if (call?.phase === "ringing") {
      if (this.auto) {
        // a hidden page's timers may be a minute late, the end of a sound is not; a page that may not sound has the timer
        this.ring.chime(() => void this.answer());
        this.chime = setTimeout(() => void this.answer(), CHIME_MS);
      } else this.ring.start();
    }
    if (call === null) {
      this.speaker.stop();
      this.quiet();
      if (this.retiring) queueMicrotask(() => this.retiring && this.stop());
    }
  }

  private line(line: Line): void {
    this.take({ type: "line", line });
  }

  private lost(code: number): void {
    if (code === ELSEWHERE) this.retire();
    if (this.state.line === "off") return;
    if (code === NOT_SIGNED_IN) void this.app.checkSession();
    this.line(code === 0 || code === NOT_SIGNED_IN ? "refused" : "lost");
    if (this.state.line === "refused" && !this.state.call) {
      clearTimeout(this.retry);
      this.retry = setTimeout(() => void this.renew(), 2_000 + backoff(this.attempt++, Math.random()));
    }
  }

  /** Refused: the account may have changed. */
  private async renew(): Promise<void> {
    try {
      this.account = await this.app.http.get<Account>("/api/phone");
    } catch (error) {
      if (error instanceof Problem && error.status === 404) return this.stop();
    }
    await this.start();
  }

  /** Ends what runs; its late events are no longer ours. */
  private end(line: Line): number {
    this.retiring = false;
    clearTimeout(this.retry);
    this.sip?.stop();
    this.sip = null;
    this.line(line);
    return ++this.run;
  }

  private listen(stream: MediaStream): void {
    this.quiet();
    this.microphone = stream;
    this.stopMeter = meter(stream, (level) => (this.level = level));
  }

  private quiet(): void {
    this.stopMeter?.();
    this.stopMeter = null;
    closeMicrophone(this.microphone);
    this.microphone = null;
  }
}
