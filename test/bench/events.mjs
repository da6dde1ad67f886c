// The event most benches are about: a declared change of address, as a publisher sends it and as the log has it.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ev } from '@kruispunt/contracts';
import { toRecord } from '@kruispunt/event';

const example = (name, domain = 'bevolking') =>
  JSON.parse(readFileSync(new URL(`../../schemas/${domain}/${name}/v1.example.json`, import.meta.url), 'utf8'));
const declared = example('adreswijziging-aangegeven');
const reported = example('woonstcontrole-uitgevoerd');

/** The organisation that declares, and the territory it may declare for. */
export const publisher = {
  organisation: 'urn:be:kbo:0999990024',
  nis: ['24055'],
  scopes: ['kruispunt.publish'],
  subject: 'bench',
};
export const moveType = ev.AdreswijzigingAangegevenV1;
const source = `${publisher.organisation}:systeem:bench`;

const envelope = (type, dossier, data, id = randomUUID()) => ({
  specversion: '1.0',
  id,
  source,
  type: type.type,
  subject: `urn:kruispunt:dossier:${dossier}`,
  time: new Date().toISOString(),
  kpgemeentenis: '24055',
  data: { ...data, dossier },
});

export const freshDossier = () => `VH-${randomUUID()}`;
export const moveEvent = (dossier = freshDossier(), more = {}) => envelope(moveType, dossier, { ...declared, ...more });
export const moveRecord = (schemaIds, dossier = freshDossier(), more = {}) =>
  toRecord(moveEvent(dossier, more), moveType, schemaIds);
export const reportEvent = (dossier, more = {}) =>
  envelope(ev.WoonstcontroleUitgevoerdV1, dossier, { ...reported, ...more });
export const reportRecord = (schemaIds, dossier, more) =>
  toRecord(reportEvent(dossier, more), ev.WoonstcontroleUitgevoerdV1, schemaIds);

/** A decision that was made public: an OPEN event, on the topic of permits. */
export const decisionType = ev.BeslissingBekendgemaaktV1;
const decided = example('beslissing-bekendgemaakt', 'omgeving');
export const decisionRecord = (schemaIds, key = randomUUID()) =>
  toRecord(
    { ...envelope(decisionType, key, decided), subject: `urn:omv:${key}`, data: { ...decided, projectnummer: key } },
    decisionType,
    schemaIds,
  );

/** An application that was submitted, on the same topic. */
export const applicationType = ev.AanvraagIngediendV1;
const applied = example('aanvraag-ingediend', 'omgeving');
export const applicationRecord = (schemaIds, key = randomUUID()) =>
  toRecord(
    { ...envelope(applicationType, key, applied), subject: `urn:omv:${key}`, data: { ...applied, projectnummer: key } },
    applicationType,
    schemaIds,
  );
