// C0 and C1 controls, DEL, line and paragraph separators, and what turns the direction of text around.

const unsafe = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** A text from elsewhere, harmless on a terminal: no escape sequences, no line of its own, no reversed reading. */
export const plain = (text: string): string => text.replace(unsafe, '\ufffd');

/** JSON with the same characters escaped: the same value, harmless on a terminal. */
export const plainJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, null, indent).replace(unsafe, (c) =>
    c === '\n' && indent !== undefined ? c : `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
