import { count, defineConfig, port, text } from '@kruispunt/config';

export const config = defineConfig({
  port: port({
    env: 'KP_BEVOLKING_PORT',
    default: 17_413,
    doc: 'The HTTP port: counter, district officer, data behind datarefs.',
  }),
  organisation: text({
    env: 'KP_BEVOLKING_ORGANISATION',
    default: 'OVO999101',
    doc: 'The code of the organisation whose system this is.',
  }),
  pseudonymKey: text({
    env: 'KP_BEVOLKING_PSEUDONYM_KEY',
    secret: true,
    doc: 'The key under which national numbers become pseudonyms.',
  }),
  pseudonymKeyVersion: count({
    env: 'KP_BEVOLKING_PSEUDONYM_KEY_VERSION',
    default: 1,
    doc: 'The version of that key; it stands in each pseudonym.',
  }),
});
