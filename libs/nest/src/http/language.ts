export type Language = 'nl' | 'en';

/** The language of an `Accept-Language` header we can speak; Dutch when it names none, because that is the law's language here. */
export function languageOf(acceptLanguage: string | undefined): Language {
  const wishes = (acceptLanguage ?? '')
    .split(',', 20)
    .map((wish) => {
      const [tag = '', ...parameters] = wish.trim().toLowerCase().split(';');
      const quality = Number(
        parameters
          .find((p) => p.trim().startsWith('q='))
          ?.trim()
          .slice(2) ?? 1,
      );
      return { language: tag.split('-')[0], quality: Number.isNaN(quality) ? 0 : quality };
    })
    .filter((wish) => (wish.language === 'nl' || wish.language === 'en') && wish.quality > 0)
    .sort((a, b) => b.quality - a.quality);
  return wishes[0]?.language === 'en' ? 'en' : 'nl';
}
