import type { DynamicModule } from '@nestjs/common';
import { PostgresEventIndex } from '@kruispunt/postgres';
import { IndexController } from './index/index.controller.js';
import { Accept } from './publish/accept.js';
import { PublishController } from './publish/publish.controller.js';
import { Witness } from './publish/witness.js';
import { OwnReceipt } from './receipt/own-receipt.js';
import { ReceiptSigner } from './receipt/receipt-signer.js';
import { ReceiptController } from './receipt/receipt.controller.js';
import { TypesController } from './types/types.controller.js';

export interface AppParts {
  readonly accept: Accept;
  readonly witness: Witness;
  readonly signer: ReceiptSigner;
  readonly receipts: OwnReceipt;
  readonly index: PostgresEventIndex;
}

class AppModule {}

/** The gateway's routes, in the order of an event's walk: published, receipted, described, found again. */
export const appModule = ({ accept, witness, signer, receipts, index }: AppParts): DynamicModule => ({
  module: AppModule,
  controllers: [PublishController, ReceiptController, TypesController, IndexController],
  providers: [
    { provide: Accept, useValue: accept },
    { provide: Witness, useValue: witness },
    { provide: ReceiptSigner, useValue: signer },
    { provide: OwnReceipt, useValue: receipts },
    { provide: PostgresEventIndex, useValue: index },
  ],
});
