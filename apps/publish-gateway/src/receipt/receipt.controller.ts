import { Controller, Get, Param } from '@nestjs/common';
import { CallerParam, Public, RequireScope } from '@kruispunt/nest';
import type { Caller } from '@kruispunt/policy';
import type { SignedReceipt } from '../publish/answer.js';
import { OwnReceipt } from './own-receipt.js';
import { ReceiptSigner, type PublicJwk } from './receipt-signer.js';

/** Receipts of earlier events, and the keys they verify with. */
@Controller()
export class ReceiptController {
  constructor(
    private readonly receipts: OwnReceipt,
    private readonly signer: ReceiptSigner,
  ) {}

  @Get('v1/events/:source/:id')
  @RequireScope('kruispunt.publish')
  async receipt(
    @CallerParam() caller: Caller,
    @Param('source') source: string,
    @Param('id') id: string,
  ): Promise<SignedReceipt> {
    const receipt = await this.receipts.find(caller, source, id);
    return { ...receipt, receipt: this.signer.sign(receipt) };
  }

  @Get('.well-known/jwks.json')
  @Public()
  keys(): { readonly keys: readonly PublicJwk[] } {
    return { keys: [this.signer.jwk] };
  }
}
