/**
 * Offers pending invocations to workers that are busy, so that they go on without asking: one begins as soon as the one
 * before it has ended. Those that have not begun are taken back when their worker breaks, or when another one is idle.
 */

import { rejectionOf } from '../base/origin.js';
import { canShare } from '../platform/platform.js';

/** Offered invocations that end elsewhere, before those are taken back that wait behind one of another instance. */
const PATIENCE = 64;

/** An invocation that a worker was offered. The worker's host calls its methods. */
class Offer {
  #offers;
  #request;
  #instance;
  #hasBegun = false;

  constructor(offers, request, instance) {
    this.#offers = offers;
    this.#request = request;
    this.#instance = instance;
  }

  get invocation() {
    return this.#request.invocation;
  }

  begins() {
    this.#hasBegun = true;
    this.#offers.begins();
    this.invocation.beginsOn(this.#instance.host.id);
  }

  isBack() {
    this.#offers.isBack(this.#request, this.#instance);
  }

  resolve(response) {
    this.#request.resolve(response);
    this.#offers.ended(this.#instance, this.#hasBegun, false);
  }

  reject(error) {
    this.#request.resolve(rejectionOf(this.#offers.locate(error, this.invocation)));
    this.#offers.ended(this.#instance, this.#hasBegun, true);
  }
}

export class Offers {
  /** Invocations that were offered while another one ran on their instance, and have not ended. */
  length = 0;
  #requests;
  #instances;
  #on;
  /** Offered invocations that have ended. */
  #ended = 0;
  /** Without shared memory nothing can be taken back. */
  #canOffer = canShare();

  /**
   * @param {import('../base/queue.js').Queue} requests the pending ones
   * @param {import('./instances.js').Instances} instances
   * @param {object} on
   * @param {() => number} on.creating the number of instances that are being created for pending requests
   * @param {(instance: import('./instances.js').Instance, hasBegun: boolean, failed: boolean) => void} on.ended an offered
   * invocation has ended
   * @param {() => void} on.begins an offered invocation begins
   * @param {() => void} on.back an invocation was put back into the queue
   * @param {(error: unknown, invocation: import('../invocation/invocation.js').Invocation) => unknown} on.locate
   */
  constructor(requests, instances, on) {
    this.#requests = requests;
    this.#instances = instances;
    this.#on = on;
  }

  /** Offers the pending invocations that no instance is being created for, as far as they are to be offered. */
  offer() {
    if (!this.#canOffer) return;
    for (let count = this.#requests.length - this.#on.creating(); count > 0; count--) {
      const instance = this.#instances.leastOffered();
      if (instance === undefined) return;
      const request = this.#requests.first;
      if (!mayBeOffered(request)) return;
      try {
        if (!instance.port.offer(new Offer(this, request, instance))) {
          // There is no room, until it has ended something.
          instance.isPaused = true;
          count++;
          continue;
        }
      } catch (error) {
        this.#requests.shift();
        request.reject(this.locate(error, request.invocation));
        continue;
      }
      this.#requests.shift();
      request.instance = instance;
      if (instance.offered === 0) instance.endedAt = this.#ended;
      instance.offered++;
      this.length++;
    }
  }

  /** Takes back all that have not begun, since an instance is free: the oldest of them is next. */
  takeBack() {
    if (this.length === 0) return;
    for (const { offered, port } of this.#instances.all) {
      if (offered > 0) port.takeBack();
    }
  }

  /** Takes back what has not begun on an instance that no longer serves. */
  takeBackFrom({ offered, port }) {
    if (offered > 0) port.takeBack();
  }

  begins() {
    this.#on.begins();
  }

  isBack(request, instance) {
    request.instance = undefined;
    instance.offered--;
    this.length--;
    this.#requests.putBack(request);
    this.#on.back();
  }

  ended(instance, hasBegun, failed) {
    this.#on.ended(instance, hasBegun, failed);
  }

  locate(error, invocation) {
    return this.#on.locate(error, invocation);
  }

  /** Counts that an invocation has ended on an instance: true if another one, that it was offered, runs now. */
  goesOn(instance) {
    instance.isPaused = false;
    if (instance.offered === 0) return false;
    instance.offered--;
    this.length--;
    instance.endedAt = ++this.#ended;
    this.#takeBackFromSlow();
    return true;
  }

  /** Takes back what waits behind an invocation that takes long, while other instances end one after the other. */
  #takeBackFromSlow() {
    if (this.#ended % PATIENCE !== 0) return;
    for (const instance of this.#instances.all) {
      if (instance.offered === 0 || this.#ended - instance.endedAt < PATIENCE) continue;
      instance.isPaused = true;
      this.takeBackFrom(instance);
    }
  }
}

/** True for an invocation that no other one waits for, and that may wait. A request of `get` needs an instance of its own. */
function mayBeOffered({ invocation }) {
  return (
    invocation !== undefined && invocation.parent === undefined && !invocation.isHurried && !invocation.isOverdue()
  );
}
