import type { IssuerClient } from '@kruispunt/embedded';

/** The organisations of the day. All codes are invented (OVO999…); the municipalities' NIS codes are real, their systems are not. */
export const organisations = {
  municipality: { code: 'OVO999101', nis: '24062', name: 'the new municipality' },
  neighbour: { code: 'OVO999102', nis: '11002', name: 'the neighbouring municipality' },
  police: { code: 'OVO999201', nis: '24062', name: 'the police zone' },
  registry: { code: 'OVO999203', nis: '', name: 'the base registries' },
  housing: { code: 'OVO999301', nis: '', name: 'the housing agency' },
  parking: { code: 'OVO999302', nis: '', name: 'the parking agency' },
  stranger: { code: 'OVO999303', nis: '', name: 'an agency without a protocol' },
  rescue: { code: 'OVO999304', nis: '', name: 'the rescue services' },
  maps: { code: 'OVO999305', nis: '', name: 'the map service' },
  archive: { code: 'OVO999306', nis: '', name: 'the archive, which pulls' },
  bus: { code: 'OVO999001', nis: '', name: 'the operators' },
} as const;
export type OrganisationName = keyof typeof organisations;

const scopesOf: Readonly<Record<OrganisationName, readonly string[]>> = {
  municipality: ['kruispunt.publish'],
  neighbour: ['kruispunt.publish'],
  police: ['kruispunt.publish'],
  registry: ['kruispunt.publish'],
  housing: ['kruispunt.subscribe', 'kruispunt.fetch'],
  parking: ['kruispunt.subscribe', 'kruispunt.fetch'],
  stranger: ['kruispunt.subscribe', 'kruispunt.fetch'],
  rescue: ['kruispunt.subscribe'],
  maps: ['kruispunt.subscribe'],
  archive: ['kruispunt.subscribe'],
  bus: ['kruispunt.operate', 'kruispunt.repair', 'kruispunt.law', 'kruispunt.admin'],
};

/** The clients of the local issuer, one per organisation, and two operators: who asks is not who approves. */
export function clients(secret: string): readonly IssuerClient[] {
  const client = (name: OrganisationName, clientId: string, scopes = scopesOf[name]): IssuerClient => ({
    clientId,
    clientSecret: secret,
    organisation: organisations[name].code,
    nis: organisations[name].nis === '' ? [] : [organisations[name].nis],
    scopes,
    subject: clientId,
  });
  return [
    ...(Object.keys(organisations) as OrganisationName[])
      .filter((name) => name !== 'bus')
      .map((name) => client(name, name)),
    client('bus', 'operator'),
    client('bus', 'collega', ['kruispunt.operate', 'kruispunt.approve']),
  ];
}

/** What an organisation is where its token cannot tell: the file the publish gateway reads. */
export const roles = [
  { organisation: organisations.police.code, roles: ['politiezone'] },
  { organisation: organisations.registry.code, roles: ['basisregisters'] },
];
