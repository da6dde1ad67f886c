import { publisher, verifyReceipt, type Published, type Token } from '@kruispunt/sdk';

/** Where Kruispunt takes events, and the token of a municipality (`clientToken` gets one and renews it). */
export interface Door {
  readonly publishGateway: string;
  readonly token: Token;
}

/** A permit is asked for: the municipality tells so once, and keeps the proof that it did. */
export async function publishOneEvent({ publishGateway, token }: Door, projectnummer: string): Promise<Published> {
  const { publish } = publisher({ url: publishGateway, token });

  // An id and a time are filled in when they are missing. The subject is the key: what happens to one project stays in order.
  const outcome = await publish({
    type: 'be.vlaanderen.omgeving.aanvraag-ingediend.v1',
    source: 'urn:be:ovo:OVO999101:systeem:omgeving',
    subject: `urn:omv:${projectnummer}`,
    kpgemeentenis: '24062',
    data: {
      projectnummer,
      procedure: 'GEWOON',
      bevoegdeOverheid: 'COLLEGE',
      indieningsdatum: '2026-02-18',
      commissieVereist: false,
      voorwerp: 'verbouwen van een rijwoning',
      adressen: [],
      percelen: [],
      gemeentenNis: ['24062'],
      aanvragerRef: `https://omgeving.example/aanvragers/${projectnummer}`,
      tijdstipRegistratie: new Date().toISOString(),
    },
  });

  // A refusal is a value: it names the place, says what to do, and whether trying again can help.
  if (outcome.kind === 'refused') {
    console.log(`refused: ${outcome.problem.title} (${outcome.problem.slug}, ${outcome.problem.at ?? 'as a whole'})`);
    return outcome;
  }

  // Accepted means: it stands in the log, at this position, with these bytes. Anyone can check the signature, years later.
  const proof = await verifyReceipt(outcome.signed, new URL('/.well-known/jwks.json', publishGateway));
  if (proof.kind !== 'valid') throw new Error(`this receipt is not Kruispunt's: ${proof.reason}`);
  console.log(`accepted: ${proof.receipt.topic}/${proof.receipt.partition}, position ${proof.receipt.offset}`);
  return outcome;
}
