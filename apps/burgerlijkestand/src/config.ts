import { defineConfig, port, text } from '@kruispunt/config';

export const config = defineConfig({
  port: port({ env: 'KP_BURGERLIJKESTAND_PORT', default: 17_415, doc: 'The HTTP port: acts to sign and to look up.' }),
  organisation: text({
    env: 'KP_BURGERLIJKESTAND_ORGANISATION',
    default: 'OVO999101',
    doc: 'The code of the organisation whose system this is.',
  }),
});
