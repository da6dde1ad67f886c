import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Rehearsal } from '@kruispunt/chain-author';
import { firstBroken, fold, instanceId } from '@kruispunt/chain-engine';
import { ev } from '@kruispunt/contracts';
import { startOfDay } from '@kruispunt/term';
import fc from 'fast-check';
import { adresPropagatie } from './adres-propagatie.js';

const definition = adresPropagatie();
const data = process.env['KRUISPUNT_DATA'] ?? new URL('../../../../../shared/data', import.meta.url).pathname;
const day = '2026-03-02';
const groep = '11fb97aa-c146-590d-8738-549e2326fb79';
const adres = (n: number | string) => `https://data.vlaanderen.be/id/adres/${n}`;
const unit = (n: number) => `https://data.vlaanderen.be/id/gebouweenheid/${n}`;
const perceel = (n: number) => `https://data.vlaanderen.be/id/perceel/24055A000${n}-00A000`;
const bron = {
  bronId: null,
  bronTijdstip: null,
  bronFeed: null,
  bronSchema: null,
  tijdstipRegistratie: `${day}T09:00:00.000Z`,
};
const transform = (vanId: string, naarIds: readonly string[], more: object = {}) => ({
  ...{ transformaties: [{ vanId, naarIds }], reden: 'HERADRESSERING', nisCodes: ['24055'], ...bron },
  ...{ bronGebeurtenis: 'StreetNameWasReaddressed', bronOorzaakId: groep, ...more },
});
const changed = (id: string, attributen: readonly object[], bronGebeurtenis: string) => ({
  ...{ id, objectId: id, naamruimte: 'x', versieId: day, wijziging: 'GEWIJZIGD', nisCodes: ['24055'], attributen },
  ...{ geometrie: null, oudeGeometrie: null, bronOorzaakId: groep, bronGebeurtenis, ...bron },
});
const status = (to: string) => ({
  naam: 'status',
  oudeWaarde: null,
  nieuweWaarde: `https://data.vlaanderen.be/id/concept/adresstatus/${to}`,
});
const lijst = (was: readonly string[], wordt: readonly string[]) => ({
  naam: 'adresIds',
  oudeWaarde: was,
  nieuweWaarde: wordt,
});
const retired = (id: string) => changed(id, [status('gehistoreerd')], 'AddressWasRetiredBecauseOfReaddress');
const moved = (
  id: string,
  was: readonly string[],
  wordt: readonly string[],
  by = 'BuildingUnitAddressesWereReaddressed',
) => changed(id, [lijst(was, wordt)], by);

const stage = () => new Rehearsal([definition], startOfDay(day) + 10 * 3_600_000);
const stateOf = (s: Rehearsal, root = groep) => s.states.get(instanceId('adres-propagatie', root))!;
const told = (s: Rehearsal) =>
  s.published
    .filter((p) => p.type === ev.AdresOpgevolgdV1.type)
    .map(({ data: { vanId, naarIds, gevolgdDoor, gehistoreerd } }) => ({ vanId, naarIds, gevolgdDoor, gehistoreerd }))
    .sort((a, b) => (String(a.vanId) < String(b.vanId) ? -1 : 1));
const night = (s: Rehearsal) => s.advanceTo(startOfDay('2026-03-03'));
const transformed = (s: Rehearsal) => s.give('AdresGetransformeerdV1', transform(adres(1), [adres(9)]));

describe('a readdressing', () => {
  it('is one case by its cause, told once per old address when its day is over', () => {
    const s = transformed(stage()).give('AdresGetransformeerdV1', transform(adres(2), [adres(8)]));
    s.give('GebouweenheidGewijzigdV1', moved(unit(1), [adres(1)], [adres(9)]));
    s.give('PerceelGewijzigdV1', moved(perceel(1), [adres(1)], [adres(9)], 'ParcelAddressesWereReaddressed'));
    s.give('AdresGewijzigdV1', retired(adres(1))).give('AdresGewijzigdV1', retired(adres(2)));
    s.advanceTo(startOfDay('2026-03-03') - 1);
    expect([s.states.size, told(s)]).toEqual([1, []]);
    expect(told(night(s))).toEqual([
      { vanId: adres(1), naarIds: [adres(9)], gevolgdDoor: [unit(1), perceel(1)].sort(), gehistoreerd: true },
      { vanId: adres(2), naarIds: [adres(8)], gevolgdDoor: [], gehistoreerd: true },
    ]);
    expect(stateOf(s)).toMatchObject({ toestand: 'Opgevolgd', status: 'ENDED' });
    const rows = s.histories.get(stateOf(s).id)!;
    expect([fold(definition, rows), firstBroken(rows)]).toEqual([stateOf(s), undefined]);
  });

  it('comes out the same in whatever order its events come', () => {
    const events: readonly (readonly [string, object])[] = [
      ['AdresGetransformeerdV1', transform(adres(1), [adres(9)])],
      ['AdresGetransformeerdV1', transform(adres(2), [adres(8), adres(7)])],
      ['GebouweenheidGewijzigdV1', moved(unit(1), [adres(1), adres(2)], [adres(9), adres(8)])],
      ['PerceelGewijzigdV1', moved(perceel(1), [adres(2)], [adres(7)], 'ParcelAddressesWereReaddressed')],
      ['AdresGewijzigdV1', retired(adres(1))],
      ['AdresGewijzigdV1', retired(adres(2))],
    ];
    const inOrder = (order: readonly (readonly [string, object])[]) => {
      const s = stage();
      for (const [name, payload] of order) s.give(name, payload);
      night(s);
      return [told(s), stateOf(s).toestand];
    };
    const expected = inOrder(events);
    fc.assert(
      fc.property(fc.shuffledSubarray([...events], { minLength: events.length }), (order) => {
        expect(inOrder(order)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('tells nothing of a unit that went from A to B and back to A within the day', () => {
    const s = transformed(stage()).give('AdresGewijzigdV1', retired(adres(1)));
    s.give('GebouweenheidGewijzigdV1', moved(unit(1), [adres(1)], [adres(9)]));
    s.give('GebouweenheidGewijzigdV1', moved(unit(1), [adres(9)], [adres(1)]));
    expect(told(night(s))[0]).toMatchObject({ gevolgdDoor: [] });
  });

  it('lets the last list of a unit win', () => {
    const s = transformed(stage()).give('AdresGewijzigdV1', retired(adres(1)));
    s.give('GebouweenheidGewijzigdV1', moved(unit(1), [adres(1)], [adres(9)]));
    s.give('GebouweenheidGewijzigdV1', moved(unit(1), [adres(9)], [adres(1)], 'BuildingUnitAddressWasAttachedV2'));
    s.give('GebouweenheidGewijzigdV1', moved(unit(1), [adres(1)], [], 'BuildingUnitAddressWasDetachedV2'));
    expect(told(night(s))[0]).toMatchObject({ gevolgdDoor: [unit(1)] });
  });

  it('hears nothing of a change of version alone', () => {
    const s = transformed(stage());
    const before = stateOf(s);
    s.give('PerceelGewijzigdV1', changed(perceel(1), [], 'ParcelGeometryWasChanged'));
    expect(stateOf(s)).toEqual(before);
  });

  it('keeps what is of a readdressing that is not known yet, and takes it when the transform comes', () => {
    const s = stage().give('GebouweenheidGewijzigdV1', moved(unit(1), [adres(1)], [adres(9)]));
    s.give('AdresGewijzigdV1', retired(adres(1)));
    expect(s.states.size).toBe(0);
    expect(told(night(transformed(s)))).toEqual([
      { vanId: adres(1), naarIds: [adres(9)], gevolgdDoor: [unit(1)], gehistoreerd: true },
    ]);
    expect(definition.keys.find(({ name }) => name === 'oud-adres')?.early).toBe('park');
  });

  it('lets several old addresses have one successor, and one several', () => {
    const s = transformed(stage()).give('AdresGetransformeerdV1', transform(adres(2), [adres(9)]));
    s.give('AdresGetransformeerdV1', transform(adres(3), [adres(7), adres(8)]));
    expect(told(night(s)).map((t) => t.naarIds)).toEqual([[adres(9)], [adres(9)], [adres(7), adres(8)]]);
  });

  it('waits for an old address that is not retired, and asks the register after thirty days', () => {
    const s = night(transformed(stage()));
    expect(stateOf(s).toestand).toBe('WachtOpHistorering');
    s.advanceTo(startOfDay('2026-04-03'));
    expect(Object.values(stateOf(s).tasks)).toMatchObject([{ role: 'adressenregister', reden: 'NIET_GEHISTOREERD' }]);
    s.give('AdresGewijzigdV1', retired(adres(1)));
    expect([stateOf(s).status, stateOf(s).toestand, told(s).length]).toEqual(['ENDED', 'Opgevolgd', 1]);
  });

  it('tells only what is new when another transform of the same cause comes later', () => {
    const s = night(transformed(stage()));
    s.give('AdresGetransformeerdV1', transform(adres(2), [adres(8)])).advanceTo(startOfDay('2026-03-04'));
    expect(told(s).map((t) => t.vanId)).toEqual([adres(1), adres(2)]);
  });

  it('is no case per address when municipalities merge', () => {
    const s = stage().give('AdresGetransformeerdV1', transform(adres(1), [adres(9)], { reden: 'GEMEENTEFUSIE' }));
    expect(s.states.size).toBe(0);
  });
});

interface FeedItem {
  readonly type: string;
  readonly basisregisterseventtype: string;
  readonly basisregisterscausationid: string;
  readonly data: { readonly transformaties?: readonly { readonly vanId: string; readonly naarId: string }[] };
}
const file = `${data}/basisregisters/address-create-update-transform.json`;
/** The transforms of the file, one per old address, as the reader of the feed makes them; none where the data is not. */
const feed: readonly object[] = existsSync(file)
  ? (JSON.parse(readFileSync(file, 'utf8')) as readonly FeedItem[]).flatMap((item) =>
      (item.data.transformaties ?? []).map(({ vanId, naarId }) =>
        transform(adres(vanId), [adres(naarId)], {
          reden: item.basisregisterseventtype.includes('MunicipalityMerger') ? 'GEMEENTEFUSIE' : 'HERADRESSERING',
          bronOorzaakId: item.basisregisterscausationid,
        }),
      ),
    )
  : [];

describe('a readdressing of the real feed', () => {
  it('is one case of four old addresses; the merger that follows begins none', () => {
    const s = stage();
    for (const item of feed) s.give('AdresGetransformeerdV1', item);
    const cases = [...night(s).states.values()].map((state) => state.dossier);
    const successors = told(s).map((t) => t.naarIds);
    const expected = [30411698, 30411697, 30411696, 30411699].map((n) => [adres(n)]);
    expect([cases, successors]).toEqual(feed.length > 0 ? [[groep], expected] : [[], []]);
  });
});
