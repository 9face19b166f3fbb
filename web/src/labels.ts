/** Labels: which tracks are named on the map. */
export class Labels {
  reset(): void {}
}
