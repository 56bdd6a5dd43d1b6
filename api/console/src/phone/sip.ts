/** JsSIP behind a few verbs and events. Loaded only by operators whose phone is the browser. */
import { UA, WebSocketInterface } from "jssip";
import type { RTCSession } from "jssip/lib/RTCSession";
import { iceServers } from "./ice";
import type { Event } from "./machine";
import type { Account } from "./phone.svelte";

const BUSY = 486;
const EXPIRES_S = 120;
/** Candidates of all interfaces come at once; what a dead STUN server would still bring is not waited for. */
const GATHER_MS = 1_000;
/** An Asterisk that is still starting takes a REGISTER and forgets it; JsSIP alone would wait for the answer for 32 s. */
const ANSWER_MS = 6_000;

export interface Listener {
  tell: (event: Event) => void;
  hear: (stream: MediaStream) => void;
  /** The WebSocket's close code; 0 when the registration itself was refused. JsSIP connects again by itself. */
  lost: (code: number) => void;
  /** The door is open, and nobody answers behind it. */
  unanswered: () => void;
}

export class Sip {
  private readonly ua: UA;
  private session: RTCSession | null = null;
  private stale = false;
  private waiting: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly account: Account,
    private readonly listener: Listener,
  ) {
    const url = new URL(account.websocket, location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    this.ua = new UA({
      sockets: [new WebSocketInterface(url.href)],
      uri: account.uri,
      authorization_user: account.phone,
      password: account.password,
      // our own name in every request: the door lets no other pass
      contact_uri: `sip:${account.phone}@${crypto.getRandomValues(new Uint32Array(1))[0]?.toString(36)}.invalid;transport=ws`,
      register_expires: EXPIRES_S,
      session_timers: false, // a talk outlives a door that is away for some minutes
      no_answer_timeout: 600, // Asterisk says how long it rings
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 8,
      user_agent: "kezek-console",
    });
    this.ua.on("connected", () => {
      clearTimeout(this.waiting);
      this.waiting = setTimeout(listener.unanswered, ANSWER_MS);
    });
    this.ua.on("registered", () => {
      clearTimeout(this.waiting);
      listener.tell({ type: "line", line: "registered" });
      // Asterisk still knows the old socket for this talk: a re-INVITE tells it the new one, or learns that the talk is over
      if (this.stale && this.session?.isEstablished()) this.session.renegotiate();
      this.stale = false;
    });
    this.ua.on("registrationFailed", () => {
      clearTimeout(this.waiting);
      if (this.ua.isConnected()) listener.lost(0);
    });
    this.ua.on("disconnected", (event) => {
      clearTimeout(this.waiting);
      this.stale = true;
      if ("code" in event || event.error) listener.lost(event.code ?? 1006);
    });
    this.ua.on("newRTCSession", ({ originator, session }: { originator: string; session: RTCSession }) => {
      if (originator === "remote") this.take(session);
    });
  }

  start(): void {
    this.ua.start();
  }

  /** Ends the call and the registration. */
  stop(): void {
    clearTimeout(this.waiting);
    this.ua.stop();
  }

  answer(microphone: MediaStream): void {
    this.session?.answer({
      mediaStream: microphone,
      pcConfig: { iceServers: iceServers(this.account.ice), bundlePolicy: "max-bundle" },
    });
  }

  hangUp(): void {
    if (this.session && !this.session.isEnded()) this.session.terminate();
  }

  mute(on: boolean): void {
    if (on) this.session?.mute({ audio: true });
    else this.session?.unmute({ audio: true });
  }

  /** By re-INVITE; Asterisk plays music to the caller. */
  hold(on: boolean): void {
    if (on) this.session?.hold();
    else this.session?.unhold();
  }

  /** One of 0-9, * and #, inside the sound (RFC 4733). */
  press(key: string): void {
    const sender = this.session?.connection?.getSenders().find((one: RTCRtpSender) => one.track?.kind === "audio");
    const dtmf = sender?.dtmf;
    dtmf?.insertDTMF(dtmf.toneBuffer + key, 160, 70); // it replaces what has not been sent yet
  }

  async replaceMicrophone(microphone: MediaStream): Promise<void> {
    const track = microphone.getAudioTracks()[0] ?? null;
    if (track && this.session?.isMuted().audio) track.enabled = false;
    for (const sender of this.session?.connection?.getSenders() ?? [])
      if (sender.track?.kind === "audio" || sender.track === null) await sender.replaceTrack(track);
  }

  private take(session: RTCSession): void {
    if (this.session) {
      session.terminate({ status_code: BUSY });
      return;
    }
    const id = session.id;
    const { tell, hear } = this.listener;
    this.session = session;
    const over = () => {
      if (this.session === session) this.session = null;
      tell({ type: "ended", id });
    };
    session.on("peerconnection", ({ peerconnection }: { peerconnection: RTCPeerConnection }) =>
      peerconnection.addEventListener("track", (event) => hear(event.streams[0] ?? new MediaStream([event.track]))),
    );
    let gathering: ReturnType<typeof setTimeout> | undefined;
    session.on("icecandidate", ({ ready }: { ready: () => void }) => (gathering ??= setTimeout(ready, GATHER_MS)));
    session.on("accepted", () => tell({ type: "talks", id }));
    session.on("confirmed", () => tell({ type: "talks", id }));
    session.on("muted", () => tell({ type: "muted", id, on: true }));
    session.on("unmuted", () => tell({ type: "muted", id, on: false }));
    session.on("hold", ({ originator }: { originator: string }) => originator === "local" && tell({ type: "held", id, on: true }));
    session.on("unhold", ({ originator }: { originator: string }) => originator === "local" && tell({ type: "held", id, on: false }));
    session.on("ended", over);
    session.on("failed", over);
    tell({ type: "rings", id });
  }
}
