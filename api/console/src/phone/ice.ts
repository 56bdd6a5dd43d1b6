/** STUN and TURN servers as the settings write them, as the browser wants them. Pure. */

const TURN = /^(turns?):([^:@]+):([^@]+)@(.+)$/;

/** `stun:host:port`, `turn:user:password@host:port?transport=tcp`. What is neither is left out. */
export function iceServers(written: readonly string[]): RTCIceServer[] {
  return written.flatMap((url): RTCIceServer[] => {
    const turn = TURN.exec(url);
    if (turn?.[2] && turn[3])
      return [
        {
          urls: `${turn[1]}:${turn[4]}`,
          username: decodeURIComponent(turn[2]),
          credential: decodeURIComponent(turn[3]),
        },
      ];
    return /^stuns?:[^@]+$/.test(url) ? [{ urls: url }] : [];
  });
}
