import { defineConfig, port, text } from '@kruispunt/config';

export const config = defineConfig({
  port: port({
    env: 'KP_OMGEVING_PORT',
    default: 17_414,
    doc: 'The HTTP port: permit applications to file and to look up.',
  }),
  organisation: text({
    env: 'KP_OMGEVING_ORGANISATION',
    default: 'OVO999101',
    doc: 'The code of the organisation whose system this is.',
  }),
});
