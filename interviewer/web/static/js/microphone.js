// The microphone: asks for it, and hands over frames of 512 samples (Int16Array, 16 kHz).

export class MicrophoneError extends Error {}

const REASONS = {
  NotAllowedError: "The browser was not allowed to use the microphone. Allow it in the address bar, or answer at the keyboard.",
  NotFoundError: "There is no microphone. Plug one in, or answer at the keyboard.",
  NotReadableError: "Another program has the microphone. Close it there, or answer at the keyboard.",
};

export async function openMicrophone(context, { onFrame }) {
  if (!navigator.mediaDevices) {
    throw new MicrophoneError("Browsers give a microphone to pages of this machine only (http://127.0.0.1), or over https.");
  }
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      // noise suppression takes away consonants that a recogniser needs; echo is cancelled with headphones too, where it
      // does nothing, because who may interrupt was found out by a check that was made with it
      audio: { channelCount: 1, echoCancellation: true, noiseSuppression: false, autoGainControl: true },
    });
  } catch (error) {
    throw new MicrophoneError(REASONS[error.name] || `The microphone could not be opened: ${error.message}`);
  }
  await context.audioWorklet.addModule("/static/js/capture.js");
  const capture = new AudioWorkletNode(context, "capture", { numberOfOutputs: 1, channelCount: 1, channelCountMode: "explicit" });
  capture.port.onmessage = (event) => onFrame(new Int16Array(event.data));
  const source = context.createMediaStreamSource(stream);
  source.connect(capture);
  capture.connect(context.destination); // it gives silence; unconnected, some browsers would not run it
  return {
    /** Whether sound is let through; frames of silence go on, for they are the session's clock. */
    open: (open) => capture.port.postMessage({ open }),
    onLost: (tell) => stream.getAudioTracks().forEach((track) => track.addEventListener("ended", tell)),
    close: () => {
      source.disconnect();
      capture.disconnect();
      stream.getTracks().forEach((track) => track.stop());
    },
  };
}

/** Root mean square of a frame, 0 to 1. */
export function levelOf(frame) {
  let sum = 0;
  for (const sample of frame) sum += sample * sample;
  return Math.sqrt(sum / frame.length) / 32768;
}
