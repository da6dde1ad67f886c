/**
 * The Kafka key of a subject: the text after its last `:` or `/`, so `urn:kruispunt:persoon:9f3b` gives `9f3b` and
 * `https://data.vlaanderen.be/id/adres/3064179` gives `3064179`. Empty when the subject ends in a separator.
 */
export const subjectKey = (subject: string): string =>
  subject.slice(Math.max(subject.lastIndexOf(':'), subject.lastIndexOf('/')) + 1);
