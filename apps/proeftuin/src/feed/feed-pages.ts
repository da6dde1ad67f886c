/** A change feed's event, as it goes over the wire. */
export type FeedItem = Readonly<Record<string, unknown>> & { readonly id: string; readonly type: string };

/** The feed each object kind stands in. */
const feedOfKind: Readonly<Record<string, string>> = {
  municipality: 'gemeenten',
  postalinformation: 'postinfo',
  streetname: 'straatnamen',
  address: 'adressen',
  building: 'gebouwen',
  buildingunit: 'gebouweenheden',
  parcel: 'percelen',
};

export const feedOf = (item: FeedItem): string | undefined => feedOfKind[item.type.split('.')[1] ?? ''];

/** The pages of each feed: events in the order of their numbers, `size` to a page. A feed that has none has one empty page. */
export function feedPages(
  items: readonly FeedItem[],
  size: number,
): ReadonlyMap<string, readonly (readonly FeedItem[])[]> {
  const pages = new Map<string, FeedItem[][]>(Object.values(feedOfKind).map((feed) => [feed, []]));
  for (const item of [...items].sort((a, b) => Number(a.id) - Number(b.id))) {
    const feed = pages.get(feedOf(item) ?? '');
    if (!feed) continue;
    const last = feed.at(-1);
    if (last && last.length < size) last.push(item);
    else feed.push([item]);
  }
  return pages;
}
