import { createHash } from 'node:crypto';
import { nameOf, type Input } from '@kruispunt/chain-engine';

/** The parts of a message that differ from case to case: ids, texts between quotes, numbers. */
const variable = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|"[^"]*"|'[^']*'|\d+/gi;

/** The same fault on the same kind of input has the same fingerprint, whatever case it was in, so that one decision can repair many. */
export const fingerprint = (chain: string, input: Input, error: string): Buffer =>
  createHash('sha256')
    .update(JSON.stringify([chain, nameOf(input), error.replaceAll(variable, '…')]))
    .digest()
    .subarray(0, 16);
